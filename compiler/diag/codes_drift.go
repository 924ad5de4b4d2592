package diag

// A release of ATT&CK that is to come: what is wrong with its bundle, and what it changes for the stubs.
const (
	BundleBroken     Code = "DT8400"
	BundleOther      Code = "DT8401"
	BundleObject     Code = "DT8402"
	BundleForeign    Code = "DT8403"
	BundleUnresolved Code = "DT8404"
	BundlesMixed     Code = "DT8405"
	BundleOlder      Code = "DT8406"
	BundleLacks      Code = "DT8407"
	BundleNoRelease  Code = "DT8408"

	DriftRevoked    Code = "DT8410"
	DriftDeprecated Code = "DT8411"
	DriftMoved      Code = "DT8412"
	DriftGone       Code = "DT8413"
	DriftRenamed    Code = "DT8414"
	DriftTactic     Code = "DT8415"
)

var driftCodes = []Info{
	{BundleBroken, "bundle-broken", Error, "A STIX bundle breaks off, or is no JSON from some byte on.",
		"Half a release would make every technique in the other half look as if it were gone. Nothing is taken from it.",
		InNone, `{"type": "bundle", "objects": [{"type": "attack-pattern", "na`, `{"type": "bundle", "objects": []}`},
	{BundleOther, "bundle-other", Error, "A file is no STIX bundle of an ATT&CK domain.",
		"A bundle of indicators, or a part of ATT&CK, says nothing about which techniques a tactic has.",
		InNone, "detc attack diff indicators.json", "detc attack diff ics-attack.json"},
	{BundleObject, "bundle-object", Error, "An object of a bundle contradicts ATT&CK's data model, or another object of the bundle.",
		"What can't be read would be missing from the catalog, and stubs that name it would be told that there is no such id.",
		InNone, `"external_id": "T99"`, `"external_id": "T0858"`},
	{BundleForeign, "bundle-foreign", Warning, "A tactic or technique of a bundle has no id of ATT&CK.",
		"It is someone's own addition. Without an id no stub can name it, so it is left out.",
		InNone, `"external_references": [{"source_name": "our-team", "external_id": "X-1"}]`,
		`"external_references": [{"source_name": "mitre-attack", "external_id": "T0858"}]`},
	{BundleUnresolved, "bundle-unresolved", Warning, "An object of a bundle refers to one that the bundle doesn't have.",
		"A technique loses a tactic, or a revoked one its replacement, and nobody would see it.",
		InNone, `"phase_name": "a tactic that is not there"`, `"phase_name": "execution"`},
	{BundlesMixed, "bundles-mixed", Error, "Bundles are of several releases, of one domain twice, or of some domains only.",
		"ATT&CK releases its domains together: a catalog of two releases would take ids for wrong that are right in the other.",
		InNone, "detc attack update ics-attack-20.0.json mobile-attack-19.1.json -o techniques.json",
		"detc attack update enterprise-attack-20.0.json ics-attack-20.0.json mobile-attack-20.0.json -o techniques.json"},
	{BundleOlder, "bundle-older", Warning, "A bundle is of an older release than the catalog in use.",
		"What it changes is what ATT&CK took back since then.",
		InNone, "detc attack diff ics-attack-18.0.json", "detc attack diff ics-attack-20.0.json"},
	{BundleLacks, "bundle-lacks", Warning, "A bundle lacks techniques that the catalog in use has.",
		"ATT&CK revokes and deprecates ids and takes none away, so the bundle is likely a part of a release.",
		InNone, "a bundle from which someone took what is deprecated", "the bundle as it is published"},
	{BundleNoRelease, "bundle-no-release", Error, "Nobody says which release a bundle is of.",
		"Every page and every report names the release that ids were checked against. Bundles of STIX 2.0 don't tell.",
		InNone, "detc attack update ics-attack.json -o techniques.json", "detc attack update ics-attack.json --release 20.0 -o techniques.json"},

	{DriftRevoked, "drift-revoked", Warning, "A stub names a technique that the coming release revokes.",
		"Once the catalog is of that release the tag is an error, and the rule is in no matrix.",
		InNone, "tags: [TA0106, T0855]", "tags: [TA0106, T1692.001]"},
	{DriftDeprecated, "drift-deprecated", Warning, "A stub names a technique that the coming release deprecates.",
		"Matrices of that release don't show it, and nothing stands for it.",
		InNone, "tags: [TA0104, T0875]", "tags: [TA0104]"},
	{DriftMoved, "drift-moved", Warning, "A stub names a technique that is no longer of its tactic in the coming release.",
		"The rule would be counted under a tactic that ATT&CK doesn't give the technique.",
		InNone, "tags: [TA0104, T0843]", "tags: [TA0104]"},
	{DriftGone, "drift-gone", Warning, "A stub names a technique that the coming release doesn't have at all.",
		"ATT&CK takes no id away, so look at the bundle first.",
		InNone, "tags: [TA0104, T0858] and a bundle without T0858", "the bundle as it is published"},
	{DriftRenamed, "drift-renamed", Note, "A technique that a stub names is called otherwise in the coming release.",
		"The id stands. What it is called often says that what it means was changed too.",
		InNone, "T0858 Change Operating Mode", "the stub read beside the technique's new page"},
	{DriftTactic, "drift-tactic", Warning, "A stub's tactic is gone from the coming release, or is called otherwise.",
		"A rule is held against the brief of its tactic; without the tactic it answers nothing.",
		InNone, "tags: [TA0104] and a release without TA0104", "tags: [TA0104] and one that has it"},
}

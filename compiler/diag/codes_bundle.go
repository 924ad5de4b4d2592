package diag

// Bundles: what a SIEM imports.
const (
	BundleIDTwice       Code = "DT7200"
	BundleNameCut       Code = "DT7201"
	BundleLimit         Code = "DT7202"
	BundleUnwritable    Code = "DT7203"
	BundleSaidOtherwise Code = "DT7204"
	BundleRepeats       Code = "DT7205"
	BundleUndated       Code = "DT7206"
	BundleNoTable       Code = "DT7207"
	BundleOfOther       Code = "DT7208"
	BundleForNone       Code = "DT7209"
	NoDeployedBundle    Code = "DT7210"
	BundleKept          Code = "DT7211"
)

var bundleCodes = []Info{
	{BundleIDTwice, "bundle-id-twice", Error, "Two rules of a bundle have one id.",
		"The target would take the second for a new version of the first.",
		InNone, "two stubs with the id 6f0b3c1e-…", "an id for each"},
	{BundleNameCut, "bundle-name-cut", Note, "A rule has another name in the target than its own.",
		"The name is too long for the target, or taken. It keeps the one that it has got.",
		InNone, "ot-a-name-of-two-hundred-characters-…", "ot-mode-change-unlisted"},
	{BundleLimit, "bundle-over-limit", Error, "A rule is over a limit of what the target imports.",
		"The target would refuse the whole bundle when it is deployed, or cut the rule. It is not in the bundle.",
		InNone, "a look-back of 30d for Sentinel", "a look-back of 14d"},
	{BundleUnwritable, "bundle-unwritable", Error, "A rule can't be written in the target's format as it is.",
		"The format has no way to spell a character of its query. Left out or replaced, the rule would mean something else.",
		InNone, "a query with a NUL in savedsearches.conf", "a regular expression that says \\x00"},
	{BundleSaidOtherwise, "bundle-says-otherwise", Note, "The target has no word for something that a rule says about its alerts.",
		"What matches is the same; how it is shown, grouped or muted differs, as the finding says.",
		InNone, "alert.suppress by four fields for Kibana, which takes three", "alert.suppress by up to three fields"},
	{BundleRepeats, "bundle-repeats", Warning, "A correlation without suppression runs over windows that overlap.",
		"What it found is found again at each run that still sees it, and alerts again.",
		InNone, "a correlation without alert.suppress", "alert: {suppress: {by: [device_ip], for: 1h}}"},
	{BundleUndated, "bundle-undated-change", Note, "A rule does something else than in the bundle before, and bears no later date.",
		"Who looks at the date takes it for the rule that was reviewed.",
		InNone, "another condition under the same modified", "modified: the day of the change"},
	{BundleNoTable, "bundle-without-table", Warning, "A rule asks for a context table that is not in the bundle.",
		"Its query fails, or finds every record to be on no list, until somebody puts the table there.",
		InNone, "a rule on context.engineering_hosts for a site that doesn't keep it", "sites/NAME/context/engineering_hosts.yaml"},
	{BundleOfOther, "bundle-of-another", Error, "The state that was given as the bundle before is of another target or site.",
		"Every rule would be taken for new, and the removed ones would not be switched off.",
		InNone, "the bundle.json of Splunk for a bundle of Sentinel", "the bundle.json of the last bundle for the same target and site"},
	{BundleForNone, "no-bundle-for-target", Error, "There is no bundle for a target.",
		"Its queries are written; nothing says how its product imports rules.",
		InNone, "a bundle for defender", "a bundle for sentinel"},
	{NoDeployedBundle, "no-deployed-bundle", Error, "deployed.yaml names a bundle that can't be read, or of another target.",
		"What runs on the target is not known then, and counts as not deployed.",
		InNone, "bundle: splunk/bundle.json without such a file in the site's folder", "a copy of the bundle.json that was imported"},
	{BundleKept, "bundle-kept", Error, "A bundle is not made anew, since a rule that the one before has can't be built.",
		"Left out of the bundle it would be switched off in the target, by a mistake in a stub that nobody meant to take away.",
		InNone, "detc build --previous dist with an error in a stub of the bundle before", "the same with the stub mended, or its file taken away"},
}

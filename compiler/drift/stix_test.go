package drift_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
	"detc/mappings"
)

// carried is the catalog that the library has.
func carried(t testing.TB) *attack.Catalog {
	t.Helper()
	c, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var chain = map[string]string{"enterprise-attack": "mitre-attack", "ics-attack": "mitre-ics-attack", "mobile-attack": "mitre-mobile-attack"}

func stixID(kind, domain, id string) string {
	return kind + "--" + domain + "-" + strings.ToLower(strings.ReplaceAll(id, ".", "-"))
}

type m = map[string]any

func reference(source, id string) []m {
	return []m{{"source_name": "someone-else", "external_id": "X-1"}, {"source_name": source, "external_id": id, "url": "https://example.org/"}}
}

// bundle writes a domain of a catalog as STIX, as MITRE lays it out: 2.1 with a collection, or 2.0 without one, and
// without x_mitre_domains, as before ATT&CK 11.
func bundle(c *attack.Catalog, domain, spec string) string {
	var objects []m
	source, short := "mitre-attack", map[string]string{}
	if spec == "2.1" {
		objects = append(objects, m{"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": c.Release, "x_mitre_contents": []m{{"object_ref": "a"}}})
	} else {
		source = chain[domain]
	}
	add := func(o m) {
		if spec == "2.1" {
			o["spec_version"], o["x_mitre_domains"] = "2.1", []string{domain}
		}
		objects = append(objects, o)
	}
	for _, t := range c.Known(domain) { // before the tactics and what they refer to: the order is nobody's promise
		if t.ReplacedBy != "" {
			objects = append(objects, m{"type": "relationship", "id": stixID("relationship", domain, t.ID), "relationship_type": "revoked-by",
				"source_ref": stixID("attack-pattern", domain, t.ID), "target_ref": stixID("attack-pattern", domain, t.ReplacedBy)})
		}
	}
	for _, t := range c.Tactics() {
		short[t.ID] = t.Shortname
	}
	for _, t := range c.Known(domain) {
		o := m{"type": "attack-pattern", "id": stixID("attack-pattern", domain, t.ID), "name": t.Name, "description": "words } ] \" \\ of { no [ use",
			"external_references": reference(source, t.ID)}
		phases := []m{{"kill_chain_name": "lockheed-martin", "phase_name": "execution"}}
		for _, tactic := range t.Tactics {
			phases = append(phases, m{"kill_chain_name": chain[domain], "phase_name": short[tactic]})
		}
		o["kill_chain_phases"] = phases
		if t.Revoked {
			o["revoked"] = true
		}
		if t.Deprecated {
			o["x_mitre_deprecated"] = true
		}
		add(o)
	}
	for _, t := range c.Tactics() {
		if t.Domain == domain {
			add(m{"type": "x-mitre-tactic", "id": stixID("x-mitre-tactic", domain, t.ID), "name": t.Name, "x_mitre_shortname": t.Shortname,
				"external_references": reference(source, t.ID)})
		}
	}
	top := m{"type": "bundle", "id": "bundle--1", "objects": objects}
	if spec == "2.0" {
		top["spec_version"] = "2.0"
	}
	text, err := json.MarshalIndent(top, "", "    ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

func read(t *testing.T, text string) (*drift.Bundle, diag.List) {
	t.Helper()
	var l diag.List
	b, err := drift.Read("bundle.json", strings.NewReader(text), &l)
	if err != nil {
		t.Fatal(err)
	}
	return b, l
}

func listed(l diag.List) string {
	var b strings.Builder
	_ = diag.Render(&b, l, diag.Options{Format: diag.FormatShort})
	return b.String()
}

// All that is carried, written as STIX 2.1 and as 2.0 and read again, gives the same bytes: every technique of every
// domain, with its tactics, revocations and replacements.
func TestRoundTrip(t *testing.T) {
	c := carried(t)
	for _, spec := range []string{"2.1", "2.0"} {
		var bundles []*drift.Bundle
		for _, domain := range c.Domains() {
			b, l := read(t, bundle(c, domain, spec))
			if b == nil || len(l) > 0 {
				t.Fatalf("STIX %s, %s:\n%s", spec, domain, listed(l))
			}
			if b.Spec != spec || b.Release != map[string]string{"2.1": c.Release}[spec] {
				t.Errorf("STIX %q, release %q", b.Spec, b.Release)
			}
			bundles = append(bundles, b)
		}
		var l diag.List
		next := drift.Merge(bundles, c, c.Release, &l)
		if next == nil || len(l) > 0 {
			t.Fatal(listed(l))
		}
		if string(next.Facts()) != string(c.Facts()) {
			t.Errorf("STIX %s gives other facts", spec)
		}
		all := []string{}
		for _, tactic := range c.Tactics() {
			all = append(all, tactic.ID)
		}
		if r := drift.Compare(c, next, all); len(r.Changes) > 0 || len(r.Tactics) != len(all) {
			t.Errorf("%d tactics, and changes: %v", len(r.Tactics), r.Changes)
		}
	}
}

// small is a bundle of one tactic and one technique, with room for more.
func small(more string) string {
	return `{"type": "bundle", "objects": [
	{"type": "x-mitre-tactic", "id": "x-mitre-tactic--1", "name": "Execution", "x_mitre_shortname": "execution", "x_mitre_domains": ["ics-attack"],
	 "external_references": [{"source_name": "mitre-attack", "external_id": "TA0104"}]},
	{"type": "attack-pattern", "id": "attack-pattern--1", "name": "Mode", "x_mitre_domains": ["ics-attack"],
	 "kill_chain_phases": [{"kill_chain_name": "mitre-ics-attack", "phase_name": "execution"}, {"kill_chain_name": "mitre-attack", "phase_name": "execution"}],
	 "external_references": [{"source_name": "mitre-attack", "external_id": "T0858"}]}` + more + `]}`
}

const pattern = `, {"type": "attack-pattern", "id": "attack-pattern--2", "x_mitre_domains": ["ics-attack"], `

// What is wrong with a bundle is said, and nothing of it goes unsaid.
func TestBadBundles(t *testing.T) {
	for name, test := range map[string]struct {
		text, want string
		none       bool
	}{
		"nothing":            {"", `at byte 0: it ends here`, true},
		"no JSON":            {"<html>", `at byte 0: a bundle begins with {, this with "<"`, true},
		"gzip":               {"\x1f\x8b\x08", "packed with gzip", true},
		"a list":             {"[]", `this with "["`, true},
		"no bundle":          {`{"type": "indicator", "objects": []}`, "no STIX bundle", true},
		"without a kind":     {`{"objects": []}`, "no STIX bundle", true},
		"of STIX 3":          {strings.Replace(small(""), `"type"`, `"spec_version": "3.0", "type"`, 1), "the bundle is of STIX 3.0", true},
		"no tactic":          {`{"type": "bundle", "objects": [{"type": "identity", "id": "i"}]}`, "no tactic of ATT&CK (1 objects)", true},
		"objects no list":    {`{"type": "bundle", "objects": {}}`, "objects is no list", true},
		"more behind it":     {small("") + " {", `the bundle is over, and "{" follows`, true},
		"a comma too many":   {small(", "), "nothing follows the comma", true},
		"no comma":           {small(" {}"), `a comma or ] was due, and there is "{"`, true},
		"crossed brackets":   {small(", [1, {2]]"), "] closes what { opened", true},
		"bad JSON inside":    {small(", {nope: 1}"), "invalid character 'n'", true},
		"deep":               {small("," + strings.Repeat("[", 300)), "200 deep", true},
		"a line in a text":   {small(`, "a` + "\n" + `b"`), "ends in the middle of a text", true},
		"a control":          {small(", \x00"), "byte 0x00", true},
		"an id that is none": {small(pattern + `"name": "N", "external_references": [{"source_name": "mitre-attack", "external_id": "T99"}]}`), "T99 is no id of a tactic or technique (attack-pattern)", false},
		"no id":              {small(pattern + `"name": "N"}`), "has no id of ATT&CK, and is left out", false},
		"no name":            {small(pattern + `"external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`), "T0001: it has no name", false},
		"an escape":          {small(pattern + `"name": "\u001b[31m", "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`), "characters that don't show", false},
		"a name of numbers":  {small(pattern + `"name": 7, "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`), "attack-pattern--2: name can't be a number", false},
		"one id, two":        {small(pattern + `"name": "N", "external_references": [{"source_name": "mitre-attack", "external_id": "T0858"}]}`), "T0858 is the id of two techniques", false},
		"no such phase":      {small(pattern + `"name": "N", "kill_chain_phases": [{"kill_chain_name": "mitre-ics-attack", "phase_name": "gone"}], "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`), `T0001 is of the tactic "gone", which the bundle doesn't have`, false},
		"two tactics":        {small(`, {"type": "x-mitre-tactic", "id": "x-mitre-tactic--2", "name": "E", "x_mitre_shortname": "execution", "x_mitre_domains": ["ics-attack"], "external_references": [{"source_name": "mitre-attack", "external_id": "TA0200"}]}`), "TA0104 and TA0200 have one shortname, execution, in ics-attack", false},
		"a foreign domain":   {small(strings.Replace(pattern, "ics-attack", "space-attack", 1) + `"name": "N", "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`), "T0001 is of no domain of ATT&CK", false},
		"a lost replacement": {small(pattern + `"name": "N", "revoked": true, "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}, {"type": "relationship", "relationship_type": "revoked-by", "source_ref": "attack-pattern--2", "target_ref": "attack-pattern--9"}`), "what stands for T0001 is not in the bundle", false},
		"two releases":       {small(`, {"type": "x-mitre-collection", "x_mitre_version": "19.1"}, {"type": "x-mitre-collection", "x_mitre_version": "20.0"}`), "the bundle is of release 19.1 and of 20.0", false},
		"no release":         {small(`, {"type": "x-mitre-collection", "x_mitre_version": "<b>"}`), `the release "<b>" is no number`, false},
	} {
		b, l := read(t, test.text)
		if got := listed(l); !strings.Contains(got, test.want) || (b == nil) != test.none {
			t.Errorf("%s: a bundle is %v, and\n%s", name, b != nil, got)
		}
	}
}

// Wherever a bundle breaks off, it is said at which byte, and nothing is taken from it.
func TestTruncated(t *testing.T) {
	whole := strings.TrimRight(small(""), "\n")
	if b, l := read(t, whole); b == nil || len(l) > 0 {
		t.Fatal(listed(l))
	}
	for n := range len(whole) {
		b, l := read(t, whole[:n])
		if want := fmt.Sprintf("at byte %d: it ends here", n); b != nil || !strings.Contains(listed(l), want) {
			t.Fatalf("%d bytes: %s", n, listed(l))
		}
	}
}

// A name is no key: a phase of Enterprise's Execution is none of the ICS tactic of that name, and the other way round.
func TestShortnamesAreOfTheirDomain(t *testing.T) {
	b, l := read(t, small(`, {"type": "x-mitre-tactic", "id": "x-mitre-tactic--2", "name": "Execution", "x_mitre_shortname": "execution",
	 "x_mitre_domains": ["enterprise-attack"], "external_references": [{"source_name": "mitre-attack", "external_id": "TA0002"}]}`))
	if b == nil || len(l) > 0 {
		t.Fatal(listed(l))
	}
	if len(b.Techniques) != 1 || strings.Join(b.Techniques[0].Tactics, " ") != "TA0104" {
		t.Errorf("%v", b.Techniques)
	}
	if got := strings.Join(b.Domains(), " "); got != "enterprise-attack ics-attack" {
		t.Errorf("domains %s", got)
	}
}

// Hostile bundles of many wrong objects are told in a few findings.
func TestManyFindings(t *testing.T) {
	_, l := read(t, small(strings.Repeat(pattern+`"name": ""}`, 1000)+strings.Repeat(pattern+`"name": 1}`, 1000)))
	if len(l) > 60 || !strings.Contains(listed(l), "980 more objects like these") {
		t.Errorf("%d findings:\n%s", len(l), listed(l))
	}
}

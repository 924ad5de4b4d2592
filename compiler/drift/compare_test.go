package drift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
	"detc/compiler/source"
	"detc/compiler/stub"
)

var tactics = []attack.Tactic{{ID: "TA0104", Name: "Execution", Shortname: "execution", Domain: "ics-attack"},
	{ID: "TA0103", Name: "Evasion", Shortname: "evasion", Domain: "ics-attack"},
	{ID: "TA0041", Name: "Execution", Shortname: "execution", Domain: "mobile-attack"}}

// technique reads "T0858 Mode TA0104,TA0103 [revoked|deprecated] [REPLACEMENT]".
func technique(line string) attack.Technique {
	f := strings.Fields(line)
	t := attack.Technique{ID: f[0], Name: f[1], Domain: "ics-attack", Tactics: strings.Split(f[2], ",")}
	t.Revoked, t.Deprecated = slices.Contains(f, "revoked"), slices.Contains(f, "deprecated")
	if len(f) > 4 {
		t.ReplacedBy = f[4]
	}
	return t
}

func catalog(release string, lines ...string) *attack.Catalog {
	var ts []attack.Technique
	for _, l := range lines {
		ts = append(ts, technique(l))
	}
	return attack.New(release, "N", tactics, ts)
}

func told(r *drift.Report) string {
	var out []string
	for _, c := range r.Changes {
		s := fmt.Sprintf("%s %s (%s)", c.What, c.ID, strings.Join(c.Tactics, ","))
		if c.By != nil {
			s += " by " + c.By.ID
		}
		if c.Was != "" {
			s += " was " + c.Was
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestCompare(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []string
		want          string
	}{
		"the same":              {[]string{"T1 A TA0104"}, []string{"T1 A TA0104"}, ""},
		"added":                 {nil, []string{"T1 A TA0104"}, "added T1 (TA0104)"},
		"added elsewhere":       {nil, []string{"T1 A TA0103"}, ""},
		"added and revoked":     {nil, []string{"T1 A TA0104 revoked"}, ""},
		"renamed":               {[]string{"T1 A TA0104"}, []string{"T1 B TA0104"}, "renamed T1 (TA0104) was A"},
		"revoked":               {[]string{"T1 A TA0104", "T2 B TA0104"}, []string{"T1 A TA0104 revoked T2", "T2 B TA0104"}, "revoked T1 (TA0104) by T2"},
		"revoked for nothing":   {[]string{"T1 A TA0104"}, []string{"T1 A TA0104 revoked"}, "revoked T1 (TA0104)"},
		"revoked, without one":  {[]string{"T1 A TA0104"}, []string{"T1 A x revoked T2", "T2 B TA0103"}, "revoked T1 (TA0104) by T2"},
		"revoked over two":      {[]string{"T1 A TA0104"}, []string{"T1 A TA0104 revoked T2", "T2 B TA0104 revoked T3", "T3 C TA0104"}, "revoked T1 (TA0104) by T3; added T3 (TA0104)"},
		"revoked in a circle":   {[]string{"T1 A TA0104"}, []string{"T1 A TA0104 revoked T2", "T2 B TA0104 revoked T1"}, "revoked T1 (TA0104)"},
		"revoked long ago":      {[]string{"T1 A TA0104 revoked T2"}, []string{"T1 A TA0104 revoked T2"}, ""},
		"deprecated":            {[]string{"T1 A TA0104"}, []string{"T1 A TA0104 deprecated"}, "deprecated T1 (TA0104)"},
		"restored":              {[]string{"T1 A TA0104 deprecated"}, []string{"T1 A TA0104"}, "restored T1 (TA0104)"},
		"gone":                  {[]string{"T1 A TA0104"}, nil, "gone T1 (TA0104)"},
		"gone that was revoked": {[]string{"T1 A TA0104 revoked"}, nil, ""},
		"moved out":             {[]string{"T1 A TA0104,TA0103"}, []string{"T1 A TA0103"}, "moved out T1 (TA0104)"},
		"moved in":              {[]string{"T1 A TA0103"}, []string{"T1 A TA0103,TA0104"}, "moved in T1 (TA0104)"},
		"moved elsewhere":       {[]string{"T1 A TA0103,TA0104"}, []string{"T1 A TA0104"}, ""},
		"worst first":           {[]string{"T1 A TA0104", "T2 B TA0104"}, []string{"T1 X TA0104", "T2 B TA0104 revoked"}, "revoked T2 (TA0104); renamed T1 (TA0104) was A"},
	} {
		r := drift.Compare(catalog("19.1", test.before...), catalog("20.0", test.after...), []string{"TA0104"})
		if got := told(r); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
		if back := drift.Compare(catalog("20.0", test.after...), catalog("20.0", test.after...), []string{"TA0104"}); len(back.Changes) > 0 {
			t.Errorf("%s: the same release differs from itself: %s", name, told(back))
		}
	}
}

// A tactic that is gone or renamed is told by its id, and one of a domain that no bundle is of is said to be left out.
func TestCompareTactics(t *testing.T) {
	before := catalog("19.1", "T1 A TA0104")
	after := attack.New("20.0", "", []attack.Tactic{{ID: "TA0103", Name: "Hiding", Shortname: "evasion", Domain: "ics-attack"}}, nil)
	r := drift.Compare(before, after, []string{"TA0104", "TA0041", "TA0103", "TA0104"})
	if got, want := told(r), "gone T1 (TA0104); gone TA0104 (TA0104); renamed TA0103 (TA0103) was Evasion"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if strings.Join(r.Others, " ") != "TA0041" || strings.Join(r.Tactics, " ") != "TA0103 TA0104" {
		t.Errorf("looked at %v, not at %v", r.Tactics, r.Others)
	}
}

func stubOf(t *testing.T, name, text string) *stub.Stub {
	t.Helper()
	var l diag.List
	s := stub.Read(source.NewFile(name, "name: "+strings.TrimSuffix(name, ".yaml")+"\n"+text), nil, &l)
	if s == nil {
		t.Fatal(listed(l))
	}
	return s
}

// Each stub that names what changed is found at its line, and the fix does what it says.
func TestTouch(t *testing.T) {
	after := []string{"T0001 A TA0104 revoked T0002", "T0002 B TA0104", "T0003 C TA0104 deprecated", "T0004 D TA0103", "T0005 E TA0104 revoked T0004",
		"T0006 F TA0104 revoked", "T0007 New TA0104", "T0001.001 Sub TA0104"}
	before := []string{"T0001 A TA0104", "T0002 B TA0104", "T0003 C TA0104", "T0004 D TA0104,TA0103", "T0005 E TA0104", "T0006 F TA0104", "T0007 Old TA0104", "T0008 H TA0104", "T0001.001 Sub TA0104"}
	for name, test := range map[string]struct {
		text, want string // the findings, a line each
		mended     string // by every fix; "" where nothing is
		safe       string // by safe ones
	}{
		"replaced": {"tags: [TA0104, T0001]\n", "2:16 DT8410", "tags: [TA0104, T0002]\n", "tags: [TA0104, T0002]\n"},
		"with its page": {"tags: [TA0104, T0001]\nreferences: [https://attack.mitre.org/techniques/T0001/, https://attack.mitre.org/techniques/T0001/001/]\n", "2:16 DT8410",
			"tags: [TA0104, T0002]\nreferences: [https://attack.mitre.org/techniques/T0002/, https://attack.mitre.org/techniques/T0001/001/]\n",
			"tags: [TA0104, T0002]\nreferences: [https://attack.mitre.org/techniques/T0002/, https://attack.mitre.org/techniques/T0001/001/]\n"},
		"there already":   {"tags: [TA0104, T0001, T0002]\n", "2:16 DT8410", "tags: [TA0104, T0002]\n", "tags: [TA0104, T0002]\n"},
		"deprecated":      {"tags: [TA0104, T0003, T0002]\n", "2:16 DT8411", "tags: [TA0104, T0002]\n", ""},
		"first":           {"tags: [T0003, TA0104]\n", "2:8 DT8411", "tags: [TA0104]\n", ""},
		"in lines":        {"tags:\n  - TA0104\n  - T0003\n", "4:5 DT8411", "tags:\n  - TA0104\n", ""},
		"quoted":          {"tags: [TA0104, 'T0003' ]\n", "2:16 DT8411", "tags: [TA0104 ]\n", ""},
		"with a comment":  {"tags:\n  - TA0104\n  - T0003 # why\n", "4:5 DT8411", "", ""},
		"at an anchor":    {"title: &x T0003\ntags: [TA0104, *x]\n", "2:11 DT8411", "", ""},
		"moved":           {"tags: [TA0104, T0004]\n", "2:16 DT8412", "tags: [TA0104]\n", ""},
		"moved, not ours": {"tags: [TA0103, T0004]\n", "", "", ""},
		"another tactic":  {"tags: [TA0104, T0005]\n", "2:16 DT8410", "tags: [TA0104]\n", ""},
		"nothing":         {"tags: [TA0104, T0006]\n", "2:16 DT8410", "tags: [TA0104]\n", ""},
		"renamed":         {"tags: [TA0104, T0007]\n", "2:16 DT8414", "", ""},
		"gone":            {"tags: [TA0104, T0008]\n", "2:16 DT8413", "", ""},
		"untouched":       {"tags: [TA0104, T0002]\n", "", "", ""},
		"no tactic":       {"tags: [T0003]\n", "2:8 DT8411", "", ""},
	} {
		s := stubOf(t, "r.yaml", test.text)
		r := drift.Compare(catalog("19.1", before...), catalog("20.0", after...), []string{"TA0104"})
		l := drift.Touch(r, []*stub.Stub{s})
		var got []string
		for _, d := range l {
			got = append(got, fmt.Sprintf("%s %s", d.Span.File.Position(d.Span.Start), d.Code))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: found %v, want %s", name, got, test.want)
		}
		if touched := test.want != "" && !strings.Contains(test.want, "DT8414"); (r.Touched == 1) != touched {
			t.Errorf("%s: %d touched", name, r.Touched)
		}
		for unsafe, want := range map[bool]string{true: test.mended, false: test.safe} {
			text, head := s.File.Text, "name: r\n"
			if edits := diag.Fixes(l, unsafe)["r.yaml"]; len(edits) > 0 {
				text, _ = diag.Apply(text, edits)
			}
			if want == "" {
				want = test.text
			}
			if text != head+want {
				t.Errorf("%s, unsafe %v: mended to\n%s", name, unsafe, text)
			}
		}
	}
}

// What a stub is told doesn't hang on the order of the stubs, and each link says where it is.
func TestLinks(t *testing.T) {
	a, b := stubOf(t, "a.yaml", "tags: [TA0104, T0001]\n"), stubOf(t, "b.yaml", "tags: [TA0104, T0002, T0001]\n")
	before, after := catalog("19.1", "T0001 A TA0104", "T0002 B TA0104"), catalog("20.0", "T0001 A TA0104 revoked T0002", "T0002 B TA0104")
	var texts []string
	for _, stubs := range [][]*stub.Stub{{a, b}, {b, a}} {
		r := drift.Compare(before, after, []string{"TA0104"})
		drift.Touch(r, stubs)
		texts = append(texts, fmt.Sprintf("%+v", r.Changes[0].Links))
		if r.Touched != 2 || r.Stubs != 2 {
			t.Errorf("%d of %d touched", r.Touched, r.Stubs)
		}
	}
	want := "[{Rule:a File:a.yaml Line:2 Do:replace T0001 by T0002 Fix:safe} {Rule:b File:b.yaml Line:2 Do:take the tag away: T0002 stands there already Fix:safe}]"
	if texts[0] != want || texts[1] != want {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}

// Bundles that don't go together are refused; what is doubtful is said.
func TestMerge(t *testing.T) {
	ics := func(release string, lines ...string) *drift.Bundle {
		b, _ := read(t, bundle(catalog(release, lines...), "ics-attack", "2.1"))
		return b
	}
	mobile, _ := read(t, bundle(catalog("20.0"), "mobile-attack", "2.1"))
	inUse := catalog("19.1", "T0001 A TA0104", "T0002 B TA0104")
	for name, test := range map[string]struct {
		bundles       []*drift.Bundle
		release, want string
		none          bool
	}{
		"both":         {[]*drift.Bundle{ics("20.0", "T0001 A TA0104", "T0002 B TA0104"), mobile}, "", "", false},
		"two of one":   {[]*drift.Bundle{ics("20.0"), ics("20.0")}, "", "a second bundle of ics-attack", true},
		"two releases": {[]*drift.Bundle{ics("19.0"), mobile}, "", "the bundle is of release 20.0, not of 19.0", true},
		"not as asked": {[]*drift.Bundle{mobile}, "21.0", "the bundle is of release 20.0, not of 21.0", true},
		"an older one": {[]*drift.Bundle{ics("9.1", "T0001 A TA0104", "T0002 B TA0104")}, "", "ATT&CK 9.1 is older than 19.1", false},
		"half of it":   {[]*drift.Bundle{ics("20.0", "T0001 A TA0104")}, "", "the bundle lacks 1 of the 2 techniques of ics-attack: T0002", false},
	} {
		var l diag.List
		next := drift.Merge(test.bundles, inUse, test.release, &l)
		if got := listed(l); (next == nil) != test.none || !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: a catalog is %v, and\n%s", name, next != nil, got)
		}
	}
	var l diag.List
	next := drift.Merge([]*drift.Bundle{ics("20.0", "T0001 A TA0104", "T0002 B TA0104")}, inUse, "", &l)
	if whole := drift.Whole(next, inUse, false, "b.json", &l); whole != nil || !strings.Contains(listed(l), "two releases: 20.0, and 19.1 for mobile-attack") {
		t.Error(listed(l))
	}
	if whole := drift.Whole(next, inUse, true, "b.json", &l); whole == nil || len(whole.Domains()) != 1 {
		t.Error("alone is not the bundle's domain alone")
	}
	if whole := drift.Whole(attack.New("", "", tactics, nil), inUse, false, "b.json", &l); whole != nil {
		t.Error("a catalog of no release")
	}
}

func TestOlder(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{{"9.1", "19.1", true}, {"19.1", "19.1", false}, {"20.0", "19.1", false}, {"19", "19.1", true}, {"", "19.1", false}, {"x", "19.1", false}} {
		if got := drift.Older(test.a, test.b); got != test.want {
			t.Errorf("%q is older than %q: %v", test.a, test.b, got)
		}
	}
}

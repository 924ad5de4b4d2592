package bundle_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"detc/compiler/bundle"
	"detc/compiler/diag"
)

// A record is in the look-back of the first run after it came in, however late it came, and what a run takes by the time
// of arrival is taken by that run alone.
func TestEveryRecordIsSeen(t *testing.T) {
	for _, late := range []time.Duration{0, time.Second, 5 * time.Minute, 10 * time.Minute, time.Hour, 90 * time.Minute, 26 * time.Hour, 9 * 24 * time.Hour} {
		s := bundle.NewSchedule(late, 0)
		if s.Every%time.Minute != 0 || s.LookBack%time.Minute != 0 || s.Every <= 0 {
			t.Fatalf("%v: %+v", late, s)
		}
		for happened := time.Duration(0); happened < 2*s.Every; happened += 37 * time.Second {
			arrived := happened + late
			run := (arrived/s.Every + 1) * s.Every // the first one that finds it there
			if happened < run-s.LookBack {
				t.Errorf("%v: what happened at %v and came at %v is not seen at %v", late, happened, arrived, run)
			}
		}
		if n := int(s.LookBack / s.Every); n > 13 && s.Every < 24*time.Hour {
			t.Errorf("%v: a record is read %d times", late, n)
		}
	}
	if s := bundle.NewSchedule(10*time.Minute, time.Hour); s.LookBack != s.Every+70*time.Minute {
		t.Errorf("a correlation looks back by its window too: %+v", s)
	}
}

// Every cron line fires once in each interval of a day.
func TestCron(t *testing.T) {
	starts := map[string]bool{}
	for i := range 20 {
		for _, late := range []time.Duration{0, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 20 * time.Hour, 9 * 24 * time.Hour} {
			in := input("splunk")
			in.Rules = in.Rules[1:2]
			in.Rules[0].ID, in.Rules[0].ArrivesWithin = fmt.Sprintf("id-%d", i), late
			text := string(bundle.Make(in).Files["default/savedsearches.conf"])
			line := readConf(t, text)["detc - ot-stop.zeek.s7comm.mode"]["cron_schedule"]
			fields := strings.Fields(line)
			if len(fields) != 5 {
				t.Fatalf("%q", line)
			}
			var at []int
			for m := range 24 * 60 {
				if inField(t, fields[0], m%60) && inField(t, fields[1], m/60) {
					at = append(at, m)
				}
			}
			every := int(bundle.NewSchedule(late, 0).Every.Minutes())
			if len(at) != 24*60/every {
				t.Errorf("%q fires %d times a day, every %d minutes", line, len(at), every)
			}
			for j := 1; j < len(at); j++ {
				if at[j]-at[j-1] != every {
					t.Errorf("%q fires at %d and %d", line, at[j-1], at[j])
				}
			}
			if late == 0 {
				starts[fields[0]] = true
			}
		}
	}
	if len(starts) < 4 {
		t.Errorf("20 rules start in %d minutes of five", len(starts))
	}
}

// inField reads a field of cron: *, a number, or from-to/step.
func inField(t *testing.T, field string, n int) bool {
	var from, to, step int
	if field == "*" {
		return true
	}
	if _, err := fmt.Sscanf(field, "%d-%d/%d", &from, &to, &step); err == nil {
		return from <= n && n <= to && (n-from)%step == 0
	}
	if _, err := fmt.Sscanf(field, "%d", &from); err != nil {
		t.Fatal(field)
	}
	return from == n
}

func one(target string, change func(r *bundle.Rule)) bundle.Input {
	in := input(target)
	in.Rules = in.Rules[1:2]
	change(&in.Rules[0])
	return in
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name, target string
		code         diag.Code
		change       func(r *bundle.Rule)
	}{
		{"query", "sentinel", diag.BundleLimit, func(r *bundle.Rule) { r.Query = "T\n| where x == \"" + strings.Repeat("a", 10_000) + "\"" }},
		{"look-back", "sentinel", diag.BundleLimit, func(r *bundle.Rule) { r.ArrivesWithin = 14 * 24 * time.Hour }},
		{"window", "yaral", diag.BundleLimit, func(r *bundle.Rule) { r.Window = 49 * time.Hour }},
		{"index", "lucene", diag.BundleSaidOtherwise, func(r *bundle.Rule) { r.Index = nil }},
		{"NUL", "splunk", diag.BundleUnwritable, func(r *bundle.Rule) { r.Query += "\x00" }},
		{"CR", "splunk", diag.BundleUnwritable, func(r *bundle.Rule) { r.Query += "\r[x]" }},
		{"nothing", "eql", diag.BundleUnwritable, func(r *bundle.Rule) { r.Query = " " }},
		{"four keys", "esql", diag.BundleSaidOtherwise, func(r *bundle.Rule) { r.Suppress.By = []string{"a", "b", "c", "d"} }},
		{"mobile", "sentinel", diag.BundleSaidOtherwise, func(r *bundle.Rule) { r.Domain = "mobile-attack" }},
		{"label", "logql", diag.BundleSaidOtherwise, func(r *bundle.Rule) { r.Suppress.By = []string{"a.b"} }},
		{"repeats", "splunk", diag.BundleRepeats, func(r *bundle.Rule) { r.Window, r.Suppress = time.Hour, bundle.Suppress{} }},
		{"repeats", "sentinel", diag.BundleRepeats, func(r *bundle.Rule) { r.Window, r.Suppress = time.Hour, bundle.Suppress{} }},
		{"repeats", "esql", diag.BundleRepeats, func(r *bundle.Rule) { r.Window, r.Suppress = time.Hour, bundle.Suppress{} }},
		{"repeats", "sqlite", diag.BundleRepeats, func(r *bundle.Rule) { r.Query, r.Window, r.Suppress = "SELECT 1", time.Hour, bundle.Suppress{} }},
		{"table", "splunk", diag.BundleNoTable, func(r *bundle.Rule) { r.NeedsTables = []string{"detc_other_v1"} }},
		{"name", "postgresql", diag.BundleNameCut, func(r *bundle.Rule) { r.Name = strings.Repeat("a", 60) }},
		{"none", "defender", diag.BundleForNone, func(*bundle.Rule) {}},
	} {
		in := one(c.target, c.change)
		out := bundle.Make(in)
		if got := findings(out.Findings); !strings.Contains(got, string(c.code)) {
			t.Errorf("%s for %s: %s", c.name, c.target, got)
		}
		if refused := out.Findings.HasErrors(); refused != (len(out.State.Rules) == 0) {
			t.Errorf("%s for %s: %d rules, refused %v", c.name, c.target, len(out.State.Rules), refused)
		}
	}
}

// A rule that the target can't hold any more is switched off there.
func TestRefusedIsSwitchedOff(t *testing.T) {
	in := one("splunk", func(*bundle.Rule) {})
	first := bundle.Make(in)
	in.Previous = &first.State
	query := in.Rules[0].Query
	in.Rules[0].Query = "x\x00"
	second := bundle.Make(in)
	if e := second.State.Rules[0]; e.State != bundle.Disabled || !strings.HasPrefix(e.Reason, "refused: ") {
		t.Errorf("%+v", e)
	}
	conf := readConf(t, string(second.Files["default/savedsearches.conf"]))["detc - ot-stop.zeek.s7comm.mode"]
	if conf["disabled"] != "1" || strings.Contains(conf["search"], "x") && !strings.Contains(conf["search"], "makeresults") {
		t.Errorf("%v", conf)
	}
	in.Previous, in.Rules[0].Query = &second.State, query
	if e := bundle.Make(in).State.Rules[0]; e.State != bundle.Enabled || e.Version != 1 || e.Reason != "accepted again" {
		t.Errorf("%+v", e)
	}
}

func TestTwoOfOneID(t *testing.T) {
	in := input("splunk")
	in.Rules[0].ID = in.Rules[1].ID
	out := bundle.Make(in)
	if !strings.Contains(findings(out.Findings), string(diag.BundleIDTwice)) || len(out.State.Rules) != 3 {
		t.Error(findings(out.Findings))
	}
}

func TestStateOfAnother(t *testing.T) {
	in := input("splunk")
	out := bundle.Make(in)
	for _, change := range []func(*bundle.Input){func(i *bundle.Input) { i.Target = "sentinel" }, func(i *bundle.Input) { i.Site = "other" }} {
		in := input("splunk")
		in.Previous = &out.State
		change(&in)
		if got := findings(bundle.Make(in).Findings); !strings.Contains(got, string(diag.BundleOfOther)) {
			t.Error(got)
		}
	}
	for _, bad := range []string{"", "{", "[]", `{"schema_version": 2}`, `{"schema_version": 1, "rules": [{"id": "a"}]}`, `{"schema_version": 1, "rules": [{"id": "a", "key": "k"}, {"id": "a", "key": "k"}]}`} {
		if _, err := bundle.ReadState([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestKinds(t *testing.T) {
	known := strings.Join(bundle.Kinds(), " ")
	for _, target := range append(targets, "duckdb", "sqlite", "lucene-lowercase") {
		if k := bundle.KindOf(target); k == "" || !strings.Contains(known, k) {
			t.Errorf("%s: %q", target, k)
		}
	}
	if k := bundle.KindOf("defender"); k != "" {
		t.Error(k)
	}
}

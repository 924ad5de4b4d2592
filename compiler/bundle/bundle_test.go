package bundle_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"detc/compiler/bundle"
	"detc/compiler/diag"
)

var update = flag.Bool("update", false, "write the goldens")

// targets are one of each kind, and the others that a kind has words of its own for.
var targets = []string{"clickhouse", "eql", "esql", "logql", "logsql", "lucene", "postgresql", "sentinel", "splunk", "yaral"}

// queries are what the backends make of new_mode == "stop", and of two of them within an hour.
var queries = map[string][2]string{
	"clickhouse": {"SELECT * FROM \"modes\" WHERE lower(new_mode) = 'stop'", "SELECT src_ip, count() AS n FROM \"modes\" GROUP BY src_ip HAVING n >= 2"},
	"postgresql": {"SELECT * FROM \"modes\" WHERE lower(new_mode) = 'stop'", "SELECT src_ip, count(*) AS n FROM \"modes\" GROUP BY src_ip HAVING count(*) >= 2"},
	"eql":        {`any where new_mode : "stop"`, `sequence by src_ip with maxspan=1h [any where new_mode : "stop"] [any where new_mode : "run"]`},
	"esql":       {`FROM "logs-modes|x" | WHERE new_mode == "stop"`, `FROM logs | WHERE new_mode == "stop" | STATS n = COUNT(*) BY src_ip | WHERE n >= 2`},
	"lucene":     {`new_mode:stop`, `new_mode:(stop OR run)`},
	"logql":      {`{app="zeek"} | json | new_mode=~"(?i)stop"`, `sum by (src_ip) (count_over_time({app="zeek"} | json | new_mode="stop" [1h])) >= 2`},
	"logsql":     {`new_mode:="a|b" or new_mode:=stop`, `new_mode:=stop | stats by (src_ip) count() n | filter n:>=2`},
	"sentinel":   {"Modes_CL\n| where NewMode =~ \"stop\"", "Modes_CL\n| summarize n = count() by SrcIP\n| where n >= 2"},
	"splunk":     {"search index=\"ot\" new_mode=\"stop\"\n| where match(path, \"C:\\\\\\\\\")", "search index=\"ot\"\n| stats count AS n BY src_ip\n| where n>=2"},
	"yaral": {"rule anything {\n  meta:\n    author = \"x\"\n  events:\n    $e.metadata.event_type = \"GENERIC_EVENT\"\n    $e.extracted.fields[\"new_mode\"] = \"stop\"\n\n  condition:\n    $e\n}\n",
		"events:\n    $e.principal.ip = $ip\n\n  match:\n    $ip over 1h\n\n  condition:\n    #e >= 2\n"},
}

func rules(target string) []bundle.Rule {
	q := queries[target]
	stop := bundle.Rule{
		ID: "11111111-0000-5000-8000-000000000001", Name: "ot-stop.zeek.s7comm.mode", Title: "A controller was stopped", Description: "A host stops a controller.\n\nWho it was is in the alert.",
		Level: "critical", LevelWhen: []string{"critical: asset.safety"}, Tactic: bundle.Attack{ID: "TA0104", Name: "Execution"}, Domain: "ics-attack",
		Techniques: []bundle.Attack{{ID: "T0858", Name: "Change Operating Mode"}}, References: []string{"https://attack.mitre.org/techniques/T0858/"},
		FalsePositives: []string{"Planned stop of the plant"}, Date: "2026-11-22", Query: q[0], Fidelity: "approximate", Losses: []string{"new_mode: letters are folded in ASCII only"},
		Index: []string{"logs-modes"}, ArrivesWithin: 10 * time.Minute, Suppress: bundle.Suppress{By: []string{"device.ip", "src_ip"}, For: time.Hour},
		Summary: "{src_ip} stops {device.ip} by {new_mode}", Entities: []bundle.Entity{{Role: "actor", Kind: "ip", Field: "src_ip"}, {Role: "target", Kind: "host", Field: "device.ip"}},
		Fields: []string{"device.ip", "new_mode", "src_ip"}, Sources: []string{"zeek.s7comm.mode"}, NeedsTables: []string{"detc_engineering_hosts_v1"},
	}
	if target == "sentinel" || target == "clickhouse" {
		stop.Exprs = map[string]string{"device.ip": "Raw.device.ip"}
	}
	many := stop
	many.ID, many.Name, many.Title, many.Query, many.Level = "11111111-0000-5000-8000-000000000002", "ot-many-stopped.zeek.s7comm.mode", "Many controllers were stopped", q[1], "high"
	many.Exprs, many.Entities = nil, stop.Entities[:1]
	many.Window, many.Fidelity, many.Losses, many.LevelWhen, many.Summary = time.Hour, "exact", nil, nil, "{src_ip} stops many"
	many.Suppress, many.Fields = bundle.Suppress{By: []string{"src_ip"}, For: 30 * time.Minute}, []string{"src_ip", "n"}
	trial := stop
	trial.ID, trial.Name, trial.Title, trial.State, trial.Level = "11111111-0000-5000-8000-000000000003", "ot-trial.zeek.s7comm.mode", "A rule on trial", bundle.Shadow, "low"
	trial.Techniques, trial.LevelWhen = []bundle.Attack{{ID: "T1059.001", Name: "PowerShell"}}, nil
	off := stop
	off.ID, off.Name, off.Title, off.State, off.Level = "11111111-0000-5000-8000-000000000004", "ot-off.zeek.s7comm.mode", "A rule that is off", bundle.Disabled, "medium"
	return []bundle.Rule{trial, stop, off, many} // in no order
}

func input(target string) bundle.Input {
	return bundle.Input{Target: target, Site: "plant", Rules: rules(target), Tables: []bundle.Table{{
		Name: "engineering_hosts", Version: 1, Object: "detc_engineering_hosts_v1", File: "detc_engineering_hosts_v1.csv",
		Content: []byte("SearchKey,valid_until\n10.20.9.10,2027-06-30\n"), ValidUntil: "2027-06-30",
	}}}
}

// shown are the files of a bundle as one text, each below its name.
func shown(files map[string][]byte) []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != "README.md" {
			fmt.Fprintf(&b, "== %s\n%s\n", name, files[name])
		}
	}
	return b.Bytes()
}

func findings(l diag.List) string {
	var b strings.Builder
	_ = diag.Render(&b, l, diag.Options{Format: diag.FormatShort})
	return b.String()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(file, want, "now", got); len(d) > 0 {
		t.Errorf("-update, and read the diff:\n%s", d)
	}
}

func TestGoldens(t *testing.T) {
	for _, target := range targets {
		t.Run(target, func(t *testing.T) {
			out := bundle.Make(input(target))
			if out.Findings.HasErrors() {
				t.Error(findings(out.Findings))
			}
			got := append(shown(out.Files), "== findings\n"+findings(out.Findings)...)
			golden(t, target+".golden", got)
		})
	}
}

// A second build after a change: one rule says something else, one is gone, one has another source's name, one is on trial.
// The diff of the two bundles is what an import would do.
func TestSecondBuildUpdatesDisablesAndSuppresses(t *testing.T) {
	for _, target := range targets {
		t.Run(target, func(t *testing.T) {
			in := input(target)
			kept := in.Rules[1]
			kept.ID, kept.Name, kept.Title, kept.State = "11111111-0000-5000-8000-000000000005", "ot-kept.zeek.s7comm.mode", "A rule that stays", bundle.Enabled
			in.Rules = append(in.Rules, kept)
			first := bundle.Make(in)
			next := input(target)
			next.Previous = &first.State
			byID := map[byte]*bundle.Rule{}
			next.Rules = append(next.Rules, kept)
			for i := range next.Rules {
				byID[next.Rules[i].ID[35]] = &next.Rules[i]
			}
			byID['1'].Suppress.For, byID['1'].Level, byID['1'].Modified = 4*time.Hour, "medium", "2026-12-01" // changed
			byID['3'].Name, byID['3'].Title = "ot-trial.zeek.s7.mode", "A rule on trial, of a renamed source"
			byID['5'].State = bundle.Shadow
			next.Rules = slices.DeleteFunc(next.Rules, func(r bundle.Rule) bool { return r.ID[35] == '2' })
			second := bundle.Make(next)
			golden(t, target+".diff", diff.Diff("first", shown(first.Files), "second", shown(second.Files)))

			want := map[byte]string{'1': "2 enabled 2026-12-01", '2': "2 removed 2026-11-22", '3': "1 shadow 2026-11-22", '4': "1 disabled 2026-11-22", '5': "1 shadow 2026-11-22"}
			for _, e := range second.State.Rules {
				if got := fmt.Sprintf("%d %s %s", e.Version, e.State, e.Modified); got != want[e.ID[35]] {
					t.Errorf("%s is %s, want %s", e.Name, got, want[e.ID[35]])
				}
			}
			if len(second.State.Rules) != len(want) {
				t.Errorf("%d rules, want %d", len(second.State.Rules), len(want))
			}
			keys := map[string]string{}
			for _, e := range first.State.Rules {
				keys[e.ID] = e.Key
			}
			for _, e := range second.State.Rules {
				if keys[e.ID] != e.Key {
					t.Errorf("%s was %s in the target", e.Key, keys[e.ID])
				}
			}
			// The tombstone is carried on, and nothing else happens.
			next.Previous = &second.State
			third := bundle.Make(next)
			if got := string(third.Files[bundle.ChangesFile]); !strings.Contains(got, "Nothing changed.") {
				t.Error(got)
			}
			delete(second.Files, bundle.ChangesFile)
			delete(third.Files, bundle.ChangesFile)
			if d := diff.Diff("second", shown(second.Files), "third", shown(third.Files)); len(d) > 0 {
				t.Errorf("a third build of the same differs:\n%s", d)
			}
			// And a rule that comes back is a new version of itself.
			back := input(target)
			back.Previous = &third.State
			for _, e := range bundle.Make(back).State.Rules {
				if e.ID[35] == '2' && (e.Version != 3 || e.Reason != "restored" || e.State != bundle.Enabled) {
					t.Errorf("restored: %+v", e)
				}
			}
		})
	}
}

func TestSameInputSameBytes(t *testing.T) {
	for _, target := range targets {
		in := input(target)
		first := bundle.Make(in)
		slices.Reverse(in.Rules)
		if second := bundle.Make(in); !bytes.Equal(shown(first.Files), shown(second.Files)) {
			t.Errorf("%s: the order of the rules changes the bundle", target)
		}
		s, err := bundle.ReadState(first.Files[bundle.StateFile])
		if err != nil {
			t.Fatal(err)
		}
		in.Previous = s
		if again := bundle.Make(in); !bytes.Equal(first.Files[bundle.StateFile], again.Files[bundle.StateFile]) {
			t.Errorf("%s: building again changes the state", target)
		}
	}
}

func TestProseIsNoChange(t *testing.T) {
	in := input("splunk")
	first := bundle.Make(in)
	in.Previous = &first.State
	for i := range in.Rules {
		in.Rules[i].Title, in.Rules[i].Description, in.Rules[i].References, in.Rules[i].Modified = "Another", "Other words.", nil, "2027-01-01"
	}
	for i, e := range bundle.Make(in).State.Rules {
		if e.Version != 1 || e.Modified != first.State.Rules[i].Modified || e.Digest != first.State.Rules[i].Digest {
			t.Errorf("%+v", e)
		}
	}
}

func TestEachPartIsAReason(t *testing.T) {
	for part, change := range map[string]func(*bundle.Rule){
		"query":                 func(r *bundle.Rule) { r.Query += " other=1" },
		"schedule":              func(r *bundle.Rule) { r.ArrivesWithin = 20 * time.Minute },
		"severity":              func(r *bundle.Rule) { r.LevelWhen = nil },
		"suppression":           func(r *bundle.Rule) { r.Suppress.By = r.Suppress.By[:1] },
		"att&ck":                func(r *bundle.Rule) { r.Techniques = nil },
		"entities":              func(r *bundle.Rule) { r.Entities = r.Entities[:1] },
		"fields":                func(r *bundle.Rule) { r.Summary = "{src_ip}" },
		"schedule, suppression": func(r *bundle.Rule) { r.Window = 2 * time.Hour },
	} {
		in := input("splunk")
		in.Rules = in.Rules[1:2]
		first := bundle.Make(in)
		in.Previous = &first.State
		change(&in.Rules[0])
		out := bundle.Make(in)
		if got := out.State.Rules[0]; got.Reason != "changed: "+part || got.Version != 2 {
			t.Errorf("%s: %s, version %d", part, got.Reason, got.Version)
		}
		if got := findings(out.Findings); !strings.Contains(got, string(diag.BundleUndated)) {
			t.Errorf("%s: nothing said of the date: %s", part, got)
		}
	}
}

func TestFormerIDGoesOn(t *testing.T) {
	in := input("sentinel")
	first := bundle.Make(in)
	in.Previous = &first.State
	for i := range in.Rules {
		in.Rules[i].Former, in.Rules[i].ID = []string{in.Rules[i].ID}, strings.Replace(in.Rules[i].ID, "1111", "9999", 1)
	}
	second := bundle.Make(in)
	for name := range first.Files {
		if name != bundle.ChangesFile && !bytes.Equal(first.Files[name], second.Files[name]) {
			t.Errorf("%s differs:\n%s", name, diff.Diff("first", first.Files[name], "second", second.Files[name]))
		}
	}
	in.Previous = nil
	if got := bundle.Make(in).State.Rules[0].ID; got[:4] != "9999" {
		t.Errorf("a first bundle knows no former ids: %s", got)
	}
}

package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/source"
)

const day = "2026-11-20"

func catalog(t testing.TB) *attack.Catalog {
	t.Helper()
	c, err := attack.Load(os.DirFS("../../mappings"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// siteInput has an item of each state, in two scopes of which one is of high consequence, and a tactic of a domain that
// has no scope.
func siteInput() coverage.Input {
	in := coverage.Input{Today: "2026-11-22", Targets: []string{"splunk"}}
	ics := brief("TA0104", "ics-attack", "T1 rules Commands typed where a command line exists", "T2 rules Calls to programming interfaces",
		"T3 rules What operators do in graphical tools", "D1 rules Tell authorised work from what nobody approved", "D2 rules Look for what follows",
		"M1 mitigation Know the assets", "M2 mitigation Give no more rights than needed")
	mobile := brief("TA0041", "mobile-attack", "T1 rules Inventory and compliance", "D1 visibility Make sure that devices are enrolled")
	in.Tactics = []coverage.Tactic{ics, mobile}
	in.Scopes = []coverage.Scope{{ID: "hmi", Domain: "ics-attack", Class: "hmi", Devices: 10}, {ID: "plc", Domain: "ics-attack", Class: "plc", Devices: 100, Consequence: coverage.High}}
	for name, of := range map[string]string{"ot-shell": "TA0104/T1 zeek.shell", "ot-call": "TA0104/T2 zeek.call", "ot-click": "TA0104/T3 zeek.click", "mobile-app": "TA0041/T1 mdm.apps"} {
		item, src, _ := strings.Cut(of, " ")
		r := rule(name, item[:6], item, 5)
		r.Sources, r.Exports = []string{src}, map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q-" + name}}
		r.Techniques = map[string][]string{"ot-shell": {"T0858"}, "ot-call": {"T0834", "T0858"}, "mobile-app": {"T1623.001"}}[name]
		in.Rules = append(in.Rules, r)
		in.Deployments = append(in.Deployments, coverage.Deployment{Rule: name, Target: "splunk", Digest: "q-" + name, Enabled: true, Since: "2026-10-01", Seen: day})
		in.Measurements = append(in.Measurements, coverage.Measurement{Rule: name, From: "2026-10-20", To: day, Days: 30, Hits: 3, HitsPerDay: 0.1, Budget: 2, WithinBudget: true})
		for _, sc := range in.Scopes {
			o := coverage.Onboarding{Source: src, Scope: sc.ID, Logged: coverage.Yes, Forwarded: coverage.Yes, Parsed: coverage.Yes, Devices: sc.Devices, Of: sc.Devices,
				AllFields: &coverage.Ratio{N: 99, Of: 100}, Since: "2026-09-01", LastSeen: day, Evidence: "CHG-1"}
			switch {
			case src == "zeek.call":
				o.Logged = coverage.No
				in.Waivers = append(in.Waivers, coverage.Waiver{Item: item, Scope: sc.ID, Gate: coverage.Onboarded, Gap: coverage.NotLogged, Hash: ics.Items[1].Hash,
					Reason: "the vendor can't log it", Owner: "OT engineering", Approver: "plant manager", Until: "2026-12-31"})
			case src == "zeek.click" && sc.ID == "plc":
				o.Forwarded = coverage.No
			case src == "mdm.apps":
				continue
			}
			in.Onboardings = append(in.Onboardings, o)
		}
	}
	in.Declarations = []coverage.Declaration{{Item: "TA0104/D2", Reason: "asked of another team", Owner: "OT engineering"}}
	in.Mitigations = []coverage.MitigationProof{{Item: "TA0104/M1", Owner: "OT engineering", Evidence: "CHG-2", Date: "2026-11-01", VerifiedBy: "audit", Verified: "2026-11-10"}}
	return in
}

// figureLine reads what figures say: 3 effective, 2 partial, 1 waived, 1 blind, 1 n/a of 8.
var figureLine = regexp.MustCompile(`(\d+) effective, (\d+) partial, (\d+) waived, (\d+) blind, (\d+) n/a of (\d+)`)

type five [5]int

func (f five) sum() int { return f[0] + f[1] + f[2] + f[3] + f[4] }

func fiveOf(c coverage.Count) five {
	return five{c.Effective, c.Partial, c.Waived, c.Blind, c.NotApplicable}
}

// stated are the counts of each tactic by what a text says of it: TA0104 detection, TA0104 mitigation.
func stated(t *testing.T, text string) map[string]five {
	t.Helper()
	out := map[string]five{}
	for _, m := range regexp.MustCompile(`(TA\d{4}) [^:\n]*: detection: ([^;.\n|"]*)(?:; mitigation: ([^;.\n|"]*))?`).FindAllStringSubmatch(text, -1) {
		for k, part := range []string{"detection", "mitigation"} {
			if n := figureLine.FindStringSubmatch(m[k+2]); n != nil {
				var f five
				for j := range f {
					f[j], _ = strconv.Atoi(n[j+1])
				}
				if fmt.Sprint(f.sum()) != n[6] {
					t.Errorf("%s doesn't add up", n[0])
				}
				out[m[1]+" "+part] = f
			}
		}
	}
	return out
}

// counter counts items by what each line of a report says of one.
func counter(into map[string]five, id, state string) {
	part := "detection"
	if strings.Contains(id, "/M") {
		part = "mitigation"
	}
	for k, s := range coverage.ItemStates() {
		if s == state {
			f := into[id[:6]+" "+part]
			f[k]++
			into[id[:6]+" "+part] = f
		}
	}
}

// In every format the same figures, read back from what was written.
func TestInEveryFormatTheSameFigures(t *testing.T) {
	r, c := coverage.Compute(siteInput()), catalog(t)
	want := map[string]five{}
	for _, tactic := range r.Tactics {
		for part, count := range map[string]coverage.Count{"detection": tactic.Totals.Detection, "mitigation": tactic.Totals.Mitigation} {
			if count.Items > 0 {
				want[tactic.ID+" "+part] = fiveOf(count)
			}
			if fiveOf(count).sum() != count.Items {
				t.Errorf("%s %s: the counts don't add up to its items", tactic.ID, part)
			}
		}
	}
	if want["TA0104 detection"] != (five{1, 1, 1, 1, 1}) {
		t.Fatalf("the example has %v, and should have one item of each state", want)
	}
	for format, read := range map[string]func() map[string]five{
		"csv":       func() map[string]five { return csvFigures(t, r) },
		"json":      func() map[string]five { return jsonFigures(t, r) },
		"sarif":     func() map[string]five { return sarifFigures(t, r) },
		"junit":     func() map[string]five { return junitFigures(t, r) },
		"navigator": func() map[string]five { return layerFigures(t, r, c) },
		"markdown": func() map[string]five {
			return markdownFigures(t, write(t, func(w io.Writer) error { return report.Markdown(w, r, 0) }))
		},
		"comment": func() map[string]five {
			return markdownFigures(t, write(t, func(w io.Writer) error { return report.Markdown(w, r, report.CommentLimit) }))
		},
		"summary": func() map[string]five {
			return markdownFigures(t, write(t, func(w io.Writer) error { return report.GitHubSummary(w, r) }))
		},
		"github": func() map[string]five {
			return stated(t, strings.ReplaceAll(write(t, func(w io.Writer) error { return report.CoverageGitHub(w, r) }), "%0A", "\n"))
		},
		"gitlab": func() map[string]five {
			return stated(t, write(t, func(w io.Writer) error { return report.GitLab(w, r) }))
		},
		"dettect": func() map[string]five { return dettectFigures(t, r, c) },
	} {
		got := read()
		for key, f := range want {
			if got[key] != f {
				t.Errorf("%s: %s is %v, and the report says %v", format, key, got[key], f)
			}
		}
		for key := range got {
			if _, known := want[key]; !known {
				t.Errorf("%s counts %s, which nothing asks for", format, key)
			}
		}
	}
	badge := write(t, func(w io.Writer) error { return report.Badge(w, r) })
	d := r.Totals.Detection
	if !strings.Contains(badge, fmt.Sprintf("effective %d/%d, %d waived, %d blind", d.Effective, d.Asked, d.Waived, d.Blind)) {
		t.Errorf("badge: %s", badge)
	}
}

func csvFigures(t *testing.T, r *coverage.Report) map[string]five {
	rows, err := csv.NewReader(strings.NewReader(write(t, func(w io.Writer) error { return report.CoverageCSV(w, r) }))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, seen, obligations := map[string]five{}, map[string]bool{}, 0
	for _, row := range rows[1:] {
		obligations++
		if !seen[row[1]] {
			seen[row[1]] = true
			counter(out, row[1], row[4])
		}
	}
	if want := r.Totals.Detection.Obligations.Sum() + r.Totals.Mitigation.Obligations.Sum(); obligations != want {
		t.Errorf("csv has %d lines, and there are %d obligations", obligations, want)
	}
	return out
}

func jsonFigures(t *testing.T, r *coverage.Report) map[string]five {
	back, err := coverage.Read([]byte(write(t, func(w io.Writer) error { return report.JSON(w, r) })))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]five{}
	for _, tactic := range back.Tactics {
		for _, i := range tactic.Items {
			counter(out, i.ID, i.State)
		}
	}
	return out
}

func sarifFigures(t *testing.T, r *coverage.Report) map[string]five {
	type figure struct {
		State string
		Items int
	}
	var log struct {
		Runs []struct {
			Properties struct {
				Tactics []struct {
					ID                    string
					Detection, Mitigation []figure
				}
			}
		}
	}
	unmarshal(t, write(t, func(w io.Writer) error { return report.CoverageSARIF(w, r, "v1") }), &log)
	out := map[string]five{}
	for _, tactic := range log.Runs[0].Properties.Tactics {
		for part, figures := range map[string][]figure{"detection": tactic.Detection, "mitigation": tactic.Mitigation} {
			var f five
			for k := range f {
				if figures[k].State != coverage.ItemStates()[k] {
					t.Errorf("sarif: %v", figures)
				}
				f[k] = figures[k].Items
			}
			if f.sum() > 0 {
				out[tactic.ID+" "+part] = f
			}
		}
	}
	return out
}

func junitFigures(t *testing.T, r *coverage.Report) map[string]five {
	var doc struct {
		Suites []struct {
			Name       string `xml:"name,attr"`
			Properties []struct {
				Name  string `xml:"name,attr"`
				Value int    `xml:"value,attr"`
			} `xml:"properties>property"`
		} `xml:"testsuite"`
	}
	text := regexp.MustCompile(`<property name="headline"[^>]*></property>`).ReplaceAllString(write(t, func(w io.Writer) error { return report.CoverageJUnit(w, r) }), "")
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]five{}
	for _, s := range doc.Suites {
		for _, p := range s.Properties {
			part, state, _ := strings.Cut(p.Name, " ")
			for k, name := range coverage.ItemStates() {
				if name == state && p.Value > 0 {
					f := out[s.Name[:6]+" "+part]
					f[k] = p.Value
					out[s.Name[:6]+" "+part] = f
				}
			}
		}
	}
	return out
}

func layerFigures(t *testing.T, r *coverage.Report, c *attack.Catalog) map[string]five {
	var layers []struct {
		Description string
		Metadata    []struct{ Name, Value string }
	}
	unmarshal(t, write(t, func(w io.Writer) error { return report.Layers(w, r, c) }), &layers)
	out, described := map[string]five{}, map[string]five{}
	for _, l := range layers {
		for key, f := range stated(t, l.Description) {
			described[key] = f
		}
		for _, m := range l.Metadata {
			words := strings.Fields(m.Name)
			for k, state := range coverage.ItemStates() {
				if len(words) == 3 && words[2] == state {
					var n, of int
					fmt.Sscanf(m.Value, "%d/%d", &n, &of)
					if f := out[words[0]+" "+words[1]]; of > 0 {
						f[k] = n
						out[words[0]+" "+words[1]] = f
					}
				}
			}
		}
	}
	if fmt.Sprint(out) != fmt.Sprint(described) {
		t.Errorf("navigator: the description says %v and the metadata %v", described, out)
	}
	return out
}

func markdownFigures(t *testing.T, text string) map[string]five {
	out := map[string]five{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(TA\\d{4}/[TD]\\d+)` \\| [^|]* \\| ([a-z/]+) \\|").FindAllStringSubmatch(text, -1) {
		counter(out, m[1], m[2])
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(TA\\d{4}/M\\d+)` \\| \\S+ ([a-z/]+) \\|").FindAllStringSubmatch(text, -1) {
		counter(out, m[1], m[2])
	}
	return out
}

func dettectFigures(t *testing.T, r *coverage.Report, c *attack.Catalog) map[string]five {
	out := map[string]five{}
	for _, d := range report.Domains(r) {
		docs, err := source.ParseYAML(source.NewFile("dettect.yaml", write(t, func(w io.Writer) error { return report.DeTTECT(w, r, c, d) })))
		if err != nil || len(docs) != 1 {
			t.Fatal(err)
		}
		for _, p := range docs[0].Pairs {
			if p.Key.Text.Value == "notes" {
				for key, f := range stated(t, p.Value.Text.Value) {
					out[key] = f
				}
			}
		}
	}
	return out
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.NewDecoder(bytes.NewReader([]byte(text))).Decode(into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

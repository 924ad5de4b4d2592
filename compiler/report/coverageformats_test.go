package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/attack"
	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/source"
)

// machineFormats are all formats of coverage that tools read.
func machineFormats(r *coverage.Report, c *attack.Catalog) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"site.csv":                     func(w io.Writer) error { return report.CoverageCSV(w, r) },
		"site.json":                    func(w io.Writer) error { return report.JSON(w, r) },
		"site.sarif":                   func(w io.Writer) error { return report.CoverageSARIF(w, r, "v1.0.0") },
		"site.junit.xml":               func(w io.Writer) error { return report.CoverageJUnit(w, r) },
		"site.github.txt":              func(w io.Writer) error { return report.CoverageGitHub(w, r) },
		"site.gitlab.json":             func(w io.Writer) error { return report.GitLab(w, r) },
		"site.md":                      func(w io.Writer) error { return report.GitHubSummary(w, r) },
		"site.badge.json":              func(w io.Writer) error { return report.Badge(w, r) },
		"ics-attack.navigator.json":    func(w io.Writer) error { return report.Layer(w, r, c, "ics-attack") },
		"mobile-attack.navigator.json": func(w io.Writer) error { return report.Layer(w, r, c, "mobile-attack") },
		"ics-attack.dettect.yaml":      func(w io.Writer) error { return report.DeTTECT(w, r, c, "ics-attack") },
		"mobile-attack.dettect.yaml":   func(w io.Writer) error { return report.DeTTECT(w, r, c, "mobile-attack") },
	}
}

func TestGoldenFormats(t *testing.T) {
	for name, f := range machineFormats(coverage.Compute(siteInput()), catalog(t)) {
		t.Run(name, func(t *testing.T) { golden(t, name, write(t, f)) })
	}
}

// Every report prints the pages' own limits, says of what its figures are, and promises nothing. A badge has no room for
// limits.
func TestFormatsSpeakPlainly(t *testing.T) {
	r := coverage.Compute(siteInput())
	for name, f := range machineFormats(r, catalog(t)) {
		out := write(t, f)
		for _, never := range []string{"protected", "secure", "compliant", "No gaps", "full coverage"} {
			if strings.Contains(out, never) {
				t.Errorf("%s says %q", name, never)
			}
		}
		if name == "site.badge.json" {
			continue
		}
		if !strings.Contains(out, "no platforms, no procedures") {
			t.Errorf("%s doesn't print the page's own limits", name)
		}
	}
}

// A badge is green where all that is asked for is effective, and nowhere else.
func TestBadge(t *testing.T) {
	count := func(asked, effective, proven, waived, blind int, live bool) *coverage.Report {
		c := coverage.Count{Items: asked, Asked: asked, Proven: proven, StateCount: coverage.StateCount{Effective: effective, Waived: waived, Blind: blind}}
		if live {
			c.Live = &effective
		}
		return &coverage.Report{Totals: coverage.Totals{Detection: c}}
	}
	for want, r := range map[string]*coverage.Report{
		"nothing asked for lightgrey":                count(0, 0, 0, 0, 0, true),
		"proven 18/20, live unknown lightgrey":       count(20, 0, 18, 0, 0, false),
		"proven 18/20, live unknown, 2 blind orange": count(20, 0, 18, 0, 2, false),
		"effective 0/20 orange":                      count(20, 0, 18, 0, 0, true),
		"effective 12/20, 1 waived yellow":           count(20, 12, 18, 1, 0, true),
		"effective 12/20, 1 waived, 1 blind orange":  count(20, 12, 18, 1, 1, true),
		"effective 20/20 green":                      count(20, 20, 20, 0, 0, true),
	} {
		var b struct{ Message, Color string }
		unmarshal(t, write(t, func(w io.Writer) error { return report.Badge(w, r) }), &b)
		if got := b.Message + " " + b.Color; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// schema is one of the formats' own rules, as testdata/schema has them.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, text)
}

func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// document is what was written as its schema's validator takes it, out of JSON or YAML.
func document(t *testing.T, name, text string) any {
	t.Helper()
	if strings.HasSuffix(name, ".yaml") {
		docs, err := source.ParseYAML(source.NewFile(name, text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		return plain(docs[0])
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func plain(n *source.Node) any {
	switch n.Kind {
	case source.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Text.Value] = plain(p.Value)
		}
		return m
	case source.Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = plain(item)
		}
		return list
	}
	switch n.Type {
	case source.Bool:
		return n.Text.Value == "true"
	case source.Null:
		return nil
	case source.Int, source.Float:
		return json.Number(n.Text.Value)
	}
	return n.Text.Value
}

// sarifStandard is the OASIS schema, which is not part of this repository.
const sarifStandard = "../../../shared/sarif/sarif-schema-2.1.0.json"

// What is written keeps the rules of its format, whatever is in it.
func TestFormatsKeepTheirRules(t *testing.T) {
	c := catalog(t)
	rules := map[string]*jsonschema.Schema{
		"site.json": compile(t, coverage.Schema()), "site.sarif": schema(t, "sarif-2.1.0.json"), "site.gitlab.json": schema(t, "gitlab-code-quality.json"),
		"site.badge.json": schema(t, "shields-endpoint.json"),
	}
	for _, domain := range []string{"ics-attack", "mobile-attack"} {
		rules[domain+".navigator.json"], rules[domain+".dettect.yaml"] = schema(t, "navigator-4.5.json"), schema(t, "dettect-techniques-1.2.json")
	}
	for what, r := range map[string]*coverage.Report{"site": coverage.Compute(siteInput()), "library": example(), "hostile": hostileSite(), "nothing": coverage.Compute(coverage.Input{})} {
		formats := machineFormats(r, c)
		for name, s := range rules {
			if err := s.Validate(document(t, name, write(t, formats[name]))); err != nil {
				t.Errorf("%s, %s: %v", what, name, err)
			}
		}
		layers := document(t, "layers.json", write(t, func(w io.Writer) error { return report.Layers(w, r, c) }))
		if err := rules["ics-attack.navigator.json"].Validate(layers); err != nil {
			t.Errorf("%s, all layers: %v", what, err)
		}
	}
	t.Run("OASIS", func(t *testing.T) {
		text, err := os.ReadFile(sarifStandard)
		if err != nil {
			t.Skipf("no %s: the schema of OASIS is not part of this repository; testdata/schema/sarif-2.1.0.json is ours", sarifStandard)
		}
		standard := compile(t, text)
		for _, r := range []*coverage.Report{coverage.Compute(siteInput()), hostileSite()} {
			if err := standard.Validate(document(t, "site.sarif", write(t, machineFormats(r, c)["site.sarif"]))); err != nil {
				t.Error(err)
			}
		}
	})
}

// The schemas refuse what they are there to refuse.
func TestFormatRulesRefuse(t *testing.T) {
	for file, docs := range map[string][]string{
		"navigator-4.5.json": {
			`{"name": "x", "domain": "ics", "versions": {"navigator": "4.9.0", "layer": "4.5"}}`,
			`{"name": "x", "domain": "ics-attack", "versions": {"attack": 19, "navigator": "4.9.0", "layer": "4.5"}}`,
			`{"name": "x", "domain": "ics-attack", "versions": {"navigator": "4.9.0", "layer": "4.5"}, "filters": {"platforms": ["Windows"]}}`,
			`{"name": "x", "domain": "ics-attack", "versions": {"navigator": "4.9.0", "layer": "4.5"}, "techniques": [{"techniqueID": "T0858"}]}`,
			`{"name": "x", "domain": "ics-attack", "versions": {"navigator": "4.8.0", "layer": "4.5"}}`,
		},
		"sarif-2.1.0.json": {
			`{"$schema": "https://x.example/", "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": []}}, "results": [{"ruleId": "a", "message": {"text": "b"}}]}]}`,
			`{"$schema": "https://x.example/", "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": []}}, "results": [{"ruleId": "a", "message": {"text": "b"}, "partialFingerprints": {"x": "y"}, "properties": {"security-severity": "9.0"}}]}]}`,
		},
		"gitlab-code-quality.json": {`[{"description": "x", "check_name": "y", "fingerprint": "", "severity": "info", "location": {"path": "a", "lines": {"begin": 1}}}]`},
		"shields-endpoint.json":    {`{"schemaVersion": 1, "label": "x", "message": ""}`},
		"dettect-techniques-1.2.json": {
			`{"version": 1.2, "file_type": "technique-administration", "name": "x", "domain": "ics", "platform": ["all"], "techniques": []}`,
		},
	} {
		for _, doc := range docs {
			if schema(t, file).Validate(document(t, "x.json", doc)) == nil {
				t.Errorf("%s takes %s", file, doc)
			}
		}
	}
}

type layerFile struct {
	Domain     string
	Techniques []struct {
		TechniqueID, Tactic, Comment string
		Score                        *int
		Enabled                      bool
	}
}

// The traps of layers: under Execution alone, nothing painted by a tactic's name, no revoked id, what nothing touches named.
func TestLayersPaintWhatRulesName(t *testing.T) {
	c, in := catalog(t), siteInput()
	tacticOnly := rule("ot-tactic-only", "TA0104", "TA0104/D1", 3)
	tacticOnly.Techniques = nil
	block := rule("ot-block", "TA0104", "", 3)
	block.Techniques, block.Block = []string{"T0807"}, true
	revoked := rule("ot-revoked", "TA0104", "TA0104/D1", 3)
	revoked.Techniques = []string{"T0855", "T0875", "T0843"} // revoked, deprecated, of another tactic
	in.Rules = append(in.Rules, tacticOnly, block, revoked)
	r := coverage.Compute(in)
	scores := map[string]map[string]string{}
	for _, domain := range report.Domains(r) {
		var l layerFile
		unmarshal(t, write(t, func(w io.Writer) error { return report.Layer(w, r, c, domain) }), &l)
		scores[domain] = map[string]string{}
		for _, q := range l.Techniques {
			known := c.Technique(q.TechniqueID)
			if len(known) != 1 || !known[0].Live() || known[0].Domain != domain {
				t.Errorf("%s: %s is no live technique of it", domain, q.TechniqueID)
			}
			if q.Tactic != "execution" || !q.Enabled || !strings.Contains(q.Comment, "Not from the document") {
				t.Errorf("%s: %+v", domain, q)
			}
			if _, twice := scores[domain][q.TechniqueID]; twice {
				t.Errorf("%s has %s twice", domain, q.TechniqueID)
			}
			scores[domain][q.TechniqueID] = "untouched"
			if q.Score != nil {
				scores[domain][q.TechniqueID] = fmt.Sprint(*q.Score)
			} else if !strings.Contains(q.Comment, "Untouched") {
				t.Errorf("%s: %+v", domain, q)
			}
		}
	}
	if got, want := fmt.Sprint(scores["ics-attack"]), "map[T0807:untouched T0821:untouched T0823:untouched T0834:2 T0853:untouched T0858:3 T0863:untouched T0871:untouched T0874:untouched T0895:untouched]"; got != want {
		t.Errorf("ICS: %s", got)
	}
	if got, want := fmt.Sprint(scores["mobile-attack"]), "map[T1575:untouched T1603:untouched T1623:untouched T1623.001:2 T1658:untouched]"; got != want {
		t.Errorf("mobile: %s", got)
	}
}

// DeTT&CT's scores are of scopes: a rule that is live somewhere detects nothing where its telemetry isn't seen.
func TestDeTTECTScoresByScope(t *testing.T) {
	in := siteInput()
	out := func() string {
		r := coverage.Compute(in)
		text := write(t, func(w io.Writer) error { return report.DeTTECT(w, r, catalog(t), "ics-attack") })
		from := strings.Index(text, `technique_id: "T0858"`)
		return text[from : from+strings.Index(text[from+1:], "technique_id")]
	}
	scores := regexp.MustCompile(`score: -?\d`)
	if got := fmt.Sprint(scores.FindAllString(out(), -1)); got != "[score: 1 score: 1]" {
		t.Errorf("seen and live in every scope: %s", got)
	}
	in.Onboardings = slices.DeleteFunc(in.Onboardings, func(o coverage.Onboarding) bool { return o.Source == "zeek.shell" && o.Scope == "plc" })
	if got := fmt.Sprint(scores.FindAllString(out(), -1)); got != "[score: 1 score: -1 score: 1 score: 0]" {
		t.Errorf("seen in one of two scopes: %s", got)
	}
	in.Deployments = nil
	if got := fmt.Sprint(scores.FindAllString(out(), -1)); got != "[score: 0 score: -1 score: 1 score: 0]" {
		t.Errorf("and deployed nowhere: %s", got)
	}
}

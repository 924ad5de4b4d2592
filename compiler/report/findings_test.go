package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/diag"
	"detc/compiler/report"
	"detc/compiler/source"
)

// findings are an error with a remark and a fix, a warning of two lines, a note without a place, and a hostile one.
func findings() diag.List {
	f := source.NewFile("rules/a b.yaml", "name: a\ncondition: |\n  new_mdoe == \"stop\"\n  && has(src_ip)\n")
	at := func(text string) source.Span {
		i := strings.Index(f.Text, text)
		return source.Span{File: f, Start: i, End: i + len(text)}
	}
	var l diag.List
	l.Add(diag.UnknownField, at("new_mdoe"), "no field {new_mdoe}").WithGuess(at("new_mdoe"), "new_mdoe", []string{"new_mode"}).
		WithNote(at("name"), "in this rule")
	l.Add(diag.RepeatedClause, at("\"stop\"\n  && has(src_ip)"), "100%% of this\nfollows")
	l.Add(diag.BlindItem, source.Span{}, "nothing answers TA0104/D1")
	h := source.NewFile(hostile+".yaml", hostile)
	l.Add(diag.CaseFails, source.Span{File: h, Start: 0, End: len(hostile)}, "%s", hostile).WithHelp("%s", "::set-env name=x::y\r\n::error::z")
	return l
}

func sarif(t *testing.T, l diag.List) map[string]any {
	t.Helper()
	out := write(t, func(w io.Writer) error {
		return report.SARIF(w, l, report.FindingsOptions{Version: "1.0.0", Subject: func(f *source.File) string { return "rule-of-" + f.Name }})
	})
	var doc map[string]any
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// sarifRules is the part of SARIF's JSON Schema (OASIS, sarif-schema-2.1.0.json) about what is written here, with the
// standard's own words for what is required; anything else would be a property that the standard doesn't have.
const sarifRules = `{
  "type": "object", "required": ["version", "runs"], "additionalProperties": false,
  "properties": {"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}}},
  "$defs": {
    "text": {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}}},
    "level": {"enum": ["none", "note", "warning", "error"]},
    "run": {"type": "object", "required": ["tool"], "additionalProperties": false, "properties": {
      "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
      "tool": {"type": "object", "required": ["driver"], "additionalProperties": false, "properties": {"driver": {"$ref": "#/$defs/driver"}}},
      "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"], "additionalProperties": false, "properties": {
        "executionSuccessful": {"type": "boolean"}, "toolExecutionNotifications": {"type": "array", "items": {"type": "object", "required": ["message"],
          "additionalProperties": false, "properties": {"level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/text"}}}}}}},
      "results": {"type": "array", "maxItems": 25000, "items": {"$ref": "#/$defs/result"}}}},
    "driver": {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
      "name": {"type": "string"}, "version": {"type": "string"}, "rules": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/rule"}}}},
    "rule": {"type": "object", "required": ["id"], "additionalProperties": false, "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "shortDescription": {"$ref": "#/$defs/text"}, "fullDescription": {"$ref": "#/$defs/text"},
      "help": {"$ref": "#/$defs/text"}, "defaultConfiguration": {"type": "object", "additionalProperties": false, "properties": {"level": {"$ref": "#/$defs/level"}}}}},
    "result": {"type": "object", "required": ["message", "partialFingerprints"], "additionalProperties": false, "properties": {
      "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/text"},
      "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}}, "relatedLocations": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/location"}},
      "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
      "fixes": {"type": "array", "uniqueItems": true, "items": {"type": "object", "required": ["artifactChanges"], "additionalProperties": false, "properties": {
        "description": {"$ref": "#/$defs/text"}, "artifactChanges": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["artifactLocation", "replacements"],
          "additionalProperties": false, "properties": {"artifactLocation": {"$ref": "#/$defs/artifact"}, "replacements": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["deletedRegion"], "additionalProperties": false, "properties": {"deletedRegion": {"$ref": "#/$defs/region"}, "insertedContent": {"$ref": "#/$defs/text"}}}}}}}}}}}},
    "location": {"type": "object", "additionalProperties": false, "properties": {"id": {"type": "integer", "minimum": 0}, "message": {"$ref": "#/$defs/text"},
      "physicalLocation": {"type": "object", "required": ["artifactLocation"], "additionalProperties": false, "properties": {"artifactLocation": {"$ref": "#/$defs/artifact"}, "region": {"$ref": "#/$defs/region"}}}}},
    "artifact": {"type": "object", "required": ["uri"], "additionalProperties": false, "properties": {"uri": {"type": "string"}}},
    "region": {"type": "object", "required": ["startLine"], "additionalProperties": false, "properties": {
      "startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}, "endLine": {"type": "integer", "minimum": 1}, "endColumn": {"type": "integer", "minimum": 1}}}
  }
}`

func TestSARIFKeepsTheStandard(t *testing.T) {
	rules, err := jsonschema.UnmarshalJSON(strings.NewReader(sarifRules))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", rules); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []diag.List{nil, findings()} {
		doc := sarif(t, l)
		if err := schema.Validate(doc); err != nil {
			t.Error(err)
		}
		// What no schema says: a result's index leads to its rule, and a name of a file is a URI reference.
		run := doc["runs"].([]any)[0].(map[string]any)
		driver := run["tool"].(map[string]any)["driver"].(map[string]any)["rules"].([]any)
		for _, r := range run["results"].([]any) {
			r := r.(map[string]any)
			if rule := driver[int(r["ruleIndex"].(float64))].(map[string]any); rule["id"] != r["ruleId"] {
				t.Errorf("%v leads to %v", r["ruleId"], rule["id"])
			}
			for _, at := range asList(r["locations"]) {
				uri := at.(map[string]any)["physicalLocation"].(map[string]any)["artifactLocation"].(map[string]any)["uri"].(string)
				if _, err := url.Parse(uri); err != nil || strings.ContainsAny(uri, " <>\"\n`\\") {
					t.Errorf("%q is no URI reference", uri)
				}
			}
			if text := r["message"].(map[string]any)["text"].(string); regexp.MustCompile(`(^|[^{])\{(\{\{)*[^{]|\]\(|[\x00-\x09\x0b-\x1f\x{202e}]`).MatchString(text) {
				t.Errorf("a viewer acts on %q", text)
			}
		}
	}
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

func prints(t *testing.T, l diag.List) (out []string) {
	for _, r := range sarif(t, l)["runs"].([]any)[0].(map[string]any)["results"].([]any) {
		out = append(out, r.(map[string]any)["partialFingerprints"].(map[string]any)["detc/v1"].(string))
	}
	return out
}

// A finding that moves stays the same finding; the same words in another place, rule or clause are another.
func TestFingerprintsDontHangOnLines(t *testing.T) {
	at := func(name, text, clause string) *diag.Diagnostic {
		f := source.NewFile(name, text)
		i := strings.Index(text, clause)
		var l diag.List
		return l.Add(diag.RepeatedClause, source.Span{File: f, Start: i, End: i + len(clause)}, "x")
	}
	p := prints(t, diag.List{at("a", "x: has(f)", "has(f)"), at("a", "# more\n\nx:   has(f)", "has(f)"), at("b", "x: has(f)", "has(f)"), at("a", "x: has(g)", "has(g)")})
	head := func(s string) string { h, _, _ := strings.Cut(s, ":"); return h }
	if head(p[0]) != head(p[1]) || p[0] == p[1] {
		t.Errorf("%q and %q are the first and the second of one clause", p[0], p[1])
	}
	if head(p[2]) == head(p[0]) || head(p[3]) == head(p[0]) {
		t.Error("another rule, or another clause, has the same print")
	}
}

func TestSARIFHoldsSoManyResults(t *testing.T) {
	var l diag.List
	for range report.MaxSARIF {
		l.Add(diag.BlindItem, source.Span{}, "x")
	}
	for range 5 {
		l.Add(diag.CaseFails, source.Span{}, "y")
	}
	run := sarif(t, l)["runs"].([]any)[0].(map[string]any)
	results := run["results"].([]any)
	if len(results) != report.MaxSARIF || results[len(results)-1].(map[string]any)["ruleId"] != string(diag.CaseFails) {
		t.Errorf("%d results, of which the last is %v", len(results), results[len(results)-1])
	}
	if got := fmt.Sprint(run["invocations"]); !strings.Contains(got, "5 more findings are left out") {
		t.Error(got)
	}
}

func TestGitHub(t *testing.T) {
	out := write(t, func(w io.Writer) error { return report.GitHub(w, findings()) })
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	want := []string{
		`::error file=rules/a b.yaml,line=3,endLine=3,col=3,endColumn=11,title=DT2003 unknown-field::no field {new_mdoe}%0Adid you mean "new_mode"?`,
		`::warning file=rules/a b.yaml,line=3,endLine=4,col=15,title=DT9003 repeated-clause::100%25 of this\nfollows`,
		`::notice title=DT8001 blind-item::nothing answers TA0104/D1`,
	}
	if len(lines) != len(want)+1 {
		t.Fatalf("%d lines:\n%s", len(lines), out)
	}
	for i, w := range want {
		if lines[i] != w {
			t.Errorf("%s\n  not\n%s", lines[i], w)
		}
	}
	command := regexp.MustCompile(`^::(error|warning|notice)( [a-zA-Z]+=[^,:\r\n]*(,[a-zA-Z]+=[^,:\r\n]*)*)?::[^\r\n]*$`)
	for _, l := range lines {
		if !command.MatchString(l) || regexp.MustCompile("[\x00-\x1f\u202e]").MatchString(l) {
			t.Errorf("this is no workflow command of ours: %q", l)
		}
	}
}

func TestGitHubShowsTenOfAKind(t *testing.T) {
	var l diag.List
	for i := range 12 {
		l.Add(diag.CaseFails, source.Span{}, "case %d", i)
	}
	for i := range 10 {
		l.Add(diag.BlindItem, source.Span{}, "item %d", i)
	}
	out := write(t, func(w io.Writer) error { return report.GitHub(w, l) })
	if n := strings.Count(out, "::error"); n != report.MaxAnnotations || !strings.Contains(out, "::error::3 more errors: ") {
		t.Errorf("%d errors:\n%s", n, out)
	}
	if n := strings.Count(out, "::notice"); n != 10 || strings.Contains(out, "more notes") {
		t.Errorf("%d notes:\n%s", n, out)
	}
}

func TestFindingsJUnit(t *testing.T) {
	l := findings()
	clean := source.NewFile("rules/clean.yaml", "x")
	out := write(t, func(w io.Writer) error {
		return report.FindingsJUnit(w, []*source.File{clean, l[0].Span.File}, l, report.FindingsOptions{FailAt: diag.Warning})
	})
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Line    int    `xml:"line,attr"`
				Failure *struct {
					Type string `xml:"type,attr"`
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Out string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Tests != 5 || doc.Failures != 3 || len(doc.Suites) != 4 {
		t.Errorf("%d cases, %d failures, %d suites", doc.Tests, doc.Failures, len(doc.Suites))
	}
	if c := doc.Suites[0].Cases; doc.Suites[0].Name != "rules/clean.yaml" || len(c) != 1 || c[0].Failure != nil {
		t.Errorf("a clean file: %+v", doc.Suites[0])
	}
	if c := doc.Suites[1].Cases[0]; c.Line != 3 || c.Failure == nil || c.Failure.Type != "DT2003" || !strings.Contains(c.Failure.Text, "rules/a b.yaml:3:3: error: ") {
		t.Errorf("%+v", c)
	}
	if c := doc.Suites[2].Cases[0]; c.Failure != nil || c.Out == "" {
		t.Errorf("a note is no failure: %+v", c)
	}
	if regexp.MustCompile("[\x00-\x08\x0b-\x1f\u202e]").MatchString(out) {
		t.Error("a control character gets through")
	}
}

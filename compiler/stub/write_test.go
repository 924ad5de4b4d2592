package stub

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// text generates what people write in one line of a form, and what they don't.
var text = rapid.Custom(func(t *rapid.T) string {
	s := rapid.OneOf(rapid.StringMatching(`[a-z'":#{}\[\],&*!|>%@-]{1,12}( [a-z0-9:#']{1,6}){0,3}`), rapid.StringN(1, 12, -1)).Draw(t, "text")
	if strings.TrimSpace(s) == "" {
		return "x"
	}
	return s
})

// What a draft is written as reads as the same stub, and is no finding.
func TestDraftReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Draft{
			Name: "a-rule", Title: text.Draw(t, "title"), ID: "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", Origin: "sigma",
			Tags: rapid.SliceOfN(text, 1, 3).Draw(t, "tags"), Author: text.Draw(t, "author"), Date: "2022-09-27", Status: "test", Level: "high",
			Related: []Relation{{"6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02", "derived"}}, License: text.Draw(t, "license"),
			Telemetry: "windows.security", Requires: text.Draw(t, "requires"), Description: text.Draw(t, "description") + "\n" + text.Draw(t, "more"),
			References: rapid.SliceOfN(text, 0, 3).Draw(t, "references"), Let: []Let{{"selection", text.Draw(t, "let")}},
			Condition: text.Draw(t, "condition"), Fields: []string{"a.b", "C"}, FalsePositives: rapid.SliceOfN(text, 0, 2).Draw(t, "falsepositives"),
		}
		var l diag.List
		yaml := string(d.YAML())
		s := Read(source.NewFile("a-rule.yaml", yaml), nil, &l)
		if s == nil || len(l) > 0 {
			t.Fatalf("%s\nfinds %s", yaml, l[0].Message)
		}
		for what, pair := range map[string][2]string{"title": {d.Title, s.Title.Value}, "author": {d.Author, s.Author.Value}, "license": {d.License, s.License.Value},
			"requires": {d.Requires, s.Requires.Value}, "description": {d.Description, s.Description.Value}, "let": {d.Let[0].Text, s.Let[0].Value.Value},
			"condition": {d.Condition, s.Condition.Value}, "date": {d.Date, s.Date.Value}, "origin": {d.Origin, s.Origin.Value}} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %q is read as %q\n%s", what, pair[0], pair[1], yaml)
			}
		}
		for what, pair := range map[string][2][]string{"tags": {d.Tags, values(s.Tags)}, "references": {d.References, values(s.References)},
			"fields": {d.Fields, values(s.Alert.Fields)}, "falsepositives": {d.FalsePositives, values(s.FalsePositives)}} {
			if !slices.Equal(pair[0], pair[1]) {
				t.Errorf("%s: %q are read as %q\n%s", what, pair[0], pair[1], yaml)
			}
		}
	})
}

func values(list []source.Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out
}

// The same for a correlation.
func TestCorrelationDraftReadsBack(t *testing.T) {
	d := Draft{Name: "many", Title: "Many", ID: "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", Tags: []string{"TA0002"}, Level: "high", Description: "d",
		Correlation: &ir.Correlation{
			Kind: ir.ValuePercentile, Rules: []ir.RuleRef{{Name: "a"}, {Name: "b"}}, GroupBy: []string{"dev", "user"}, Within: 90 * time.Minute,
			Having: []ir.Bound{{Op: ir.BoundGte, Value: 2.5}, {Op: ir.BoundLt, Value: 1e6}}, Fields: []string{"size", "other"}, Percentile: 95, Generate: true,
			Aliases: []ir.Alias{{Name: "dev", Fields: []ir.AliasField{{Rule: "a", Field: "src"}, {Rule: "b", Field: "dst.ip"}}}},
		}}
	var l diag.List
	s := Read(source.NewFile("many.yaml", string(d.YAML())), nil, &l)
	if s == nil || s.Correlation == nil || len(l) > 0 {
		t.Fatalf("%s %v", d.YAML(), l)
	}
	c := s.Correlation
	if c.Type.Value != "value_percentile" || !slices.Equal(values(c.Rules), []string{"a", "b"}) || !slices.Equal(values(c.GroupBy), []string{"dev", "user"}) ||
		c.Within.Value != "90m" || c.Percentile.V != 95 || !c.Generate.V || len(c.Condition.Bounds()) != 2 || c.Condition.Gte.V != 2.5 || c.Condition.Lt.V != 1e6 ||
		!slices.Equal(values(c.Condition.Field), []string{"size", "other"}) || len(c.Aliases) != 1 || c.Aliases[0].Value[1].Value.Value != "dst.ip" {
		t.Errorf("%s is read as %+v", d.YAML(), c)
	}
}

func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", time.Millisecond: "", time.Second: "1s", 90 * time.Second: "90s", time.Hour: "1h", 48 * time.Hour: "2d", 25 * time.Hour: "25h", 90 * time.Minute: "90m"} {
		if got := DurationText(d); got != want {
			t.Errorf("%s is %q, not %q", d, got, want)
		}
	}
}

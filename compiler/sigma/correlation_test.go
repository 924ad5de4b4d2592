package sigma_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

func correlation() *ir.Correlation {
	return &ir.Correlation{
		Name: "many-stops", ID: "0a6f2b1e-1c0e-5a37-9d1c-5f3f1f8a2b13", Kind: ir.ValueCount,
		Rules:   []ir.RuleRef{{Name: "plc-stop.zeek.s7comm"}, {Name: "plc-stop.zeek.cip"}},
		GroupBy: []string{"src"}, Fields: []string{"id.resp_h"}, Within: 90 * time.Minute,
		Aliases: []ir.Alias{{Name: "src", Fields: []ir.AliasField{{Rule: "plc-stop.zeek.s7comm", Field: "id.orig_h"}, {Rule: "plc-stop.zeek.cip", Field: "on"}}}},
		Having:  []ir.Bound{{Op: ir.BoundGt, Value: 4}, {Op: ir.BoundLte, Value: 100}}, Generate: true,
		Meta: ir.Meta{Title: "Many stops", Status: "test", Level: "high", Techniques: []string{"T0858"}, Tactic: "TA0104", Items: []string{"TA0104/D1"}},
	}
}

const writtenCorrelation = `title: Many stops
id: 0a6f2b1e-1c0e-5a37-9d1c-5f3f1f8a2b13
name: many-stops
status: test
tags:
    - attack.t0858
correlation:
    type: value_count
    rules:
        - plc-stop.zeek.s7comm
        - plc-stop.zeek.cip
    aliases:
        src:
            plc-stop.zeek.s7comm: id.orig_h
            plc-stop.zeek.cip: 'on'
    group-by:
        - src
    timespan: 90m
    condition:
        field: id.resp_h
        gt: 4
        lte: 100
    generate: true
level: high
`

func TestCorrelationYAML(t *testing.T) {
	c, diags := sigma.EmitCorrelation(correlation())
	if c == nil || len(diags) > 0 {
		t.Fatal(diags)
	}
	if got := string(c.YAML()); got != writtenCorrelation {
		t.Errorf("got\n%s", got)
	}
	if err := sigma.VerifyCorrelation(correlation(), c.YAML()); err != nil {
		t.Error(err)
	}
}

// What is written otherwise than meant is noticed, whatever part it is.
func TestVerifyCorrelationNotices(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"value_count", "value_sum"}, {"plc-stop.zeek.s7comm\n", "plc-start.zeek.s7comm\n"}, {"        - plc-stop.zeek.cip\n", ""},
		{"id.orig_h", "id.resp_h"}, {"- src", "- dst"}, {"90m", "91m"}, {"gt: 4", "gt: 5"}, {"gt: 4", "gte: 4"}, {"        lte: 100\n", ""},
		{"field: id.resp_h", "field: id.resp_p"}, {"    generate: true\n", ""}, {"correlation:", "corelation:"}, {"timespan: 90m", "timespan: soon"},
	} {
		if !strings.Contains(writtenCorrelation, c.old) {
			t.Fatalf("it doesn't say %s", c.old)
		}
		if sigma.VerifyCorrelation(correlation(), []byte(strings.Replace(writtenCorrelation, c.old, c.new, 1))) == nil {
			t.Errorf("%s in place of %s was not noticed", c.new, c.old)
		}
	}
}

// What Sigma can't say is refused.
func TestCorrelationRefused(t *testing.T) {
	for name, change := range map[string]func(*ir.Correlation){
		"absence":      func(c *ir.Correlation) { c.Kind, c.Having, c.Fields = ir.Absence, nil, nil },
		"first seen":   func(c *ir.Correlation) { c.Kind, c.Having, c.Fields = ir.FirstSeen, nil, nil },
		"half seconds": func(c *ir.Correlation) { c.Within = 1500 * time.Millisecond },
		"no time":      func(c *ir.Correlation) { c.Within = 0 },
		"two of one":   func(c *ir.Correlation) { c.Having = append(c.Having, ir.Bound{Op: ir.BoundGt, Value: 7}) },
	} {
		c := correlation()
		c.Span = source.Span{File: source.NewFile("c.yaml", "x")}
		change(c)
		if got, diags := sigma.EmitCorrelation(c); got != nil || diags[0].Code != diag.NoSigmaForm {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

// Read back, a correlation is the one that was written, whatever it says.
func TestCorrelationReadsBack(t *testing.T) {
	name := rapid.SampledFrom([]string{"a.x", "on", "a b", "1", "no: thing", "id.orig_h", "Ä", "'q'", "null", "- x"})
	rapid.Check(t, func(t *rapid.T) {
		c := correlation()
		c.Kind = ir.CorrelationKind(rapid.IntRange(0, int(ir.TemporalOrdered)).Draw(t, "kind"))
		c.Rules = nil
		for _, n := range rapid.SliceOfNDistinct(name, 1, 5, rapid.ID).Draw(t, "rules") {
			c.Rules = append(c.Rules, ir.RuleRef{Name: n})
		}
		c.GroupBy = rapid.SliceOfNDistinct(name, 0, 3, rapid.ID).Draw(t, "group")
		c.Aliases = nil
		if len(c.GroupBy) > 0 && rapid.Bool().Draw(t, "alias") {
			a := ir.Alias{Name: c.GroupBy[0]}
			for _, r := range c.Rules {
				a.Fields = append(a.Fields, ir.AliasField{Rule: r.Name, Field: name.Draw(t, "field")})
			}
			c.Aliases = []ir.Alias{a}
		}
		c.Within = time.Duration(rapid.IntRange(1, 100_000).Draw(t, "within")) * time.Second
		c.Having, c.Fields, c.Percentile = nil, nil, 0
		for _, op := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 3, rapid.ID).Draw(t, "ops") {
			c.Having = append(c.Having, ir.Bound{Op: ir.BoundOp(op), Value: float64(rapid.IntRange(-5, 1_000_000).Draw(t, "n"))})
		}
		if c.Kind.OfValues() {
			c.Fields = []string{name.Draw(t, "of")}
		}
		if c.Kind == ir.ValuePercentile {
			c.Percentile = float64(rapid.IntRange(1, 100).Draw(t, "percentile"))
		}
		c.Generate = rapid.Bool().Draw(t, "generate")
		out, diags := sigma.EmitCorrelation(c)
		if out == nil {
			t.Fatal(diags)
		}
		if err := sigma.VerifyCorrelation(c, out.YAML()); err != nil {
			t.Fatalf("%v\n%s", err, out.YAML())
		}
	})
}

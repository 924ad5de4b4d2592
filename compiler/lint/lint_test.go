package lint

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/brief"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// schema is what the tests' conditions speak of: one log that has it all, one daily report that says of every record
// that it is of the plant.
const schema = `id: t.modes
title: Modes
serves: [TA0104/T1]
logsource: {category: modes}
time: ts
fields:
  ts: {type: timestamp, doc: x}
  src_ip: {type: ip, doc: x}
  mode: {type: string, enum: [run, stop, program], doc: x}
  user: {type: string, doc: x}
  path: {type: string, collation: cased, doc: x}
  port: {type: int, doc: x}
  blocked: {type: bool, doc: x}
  tags: {type: list(string), doc: x}
  area: {type: string, doc: x}
sources:
  - id: log.all
    title: All
    logsource: {product: a}
    record: {_path: modes}
    fields: {src_ip: ip, mode: m, user: u, path: p, port: n, blocked: b, tags: t, area: a}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: x}
  - id: report.daily
    title: Daily
    logsource: {product: b}
    kind: snapshot
    fields: {src_ip: ip, mode: m}
    const: {area: plant}
    values: {mode: {run: [R], stop: [S]}}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: x}
`

// rule reads a stub, of which only what a test is about need be there, and compiles its condition.
func rule(t *testing.T, text string, sources ...string) *Rule {
	t.Helper()
	var l, ignored diag.List
	s := telemetry.Read(source.NewFile("schema.yaml", schema), &l)
	st := stub.Read(source.NewFile("rule.yaml", "name: rule\n"+text), nil, &ignored)
	r := &Rule{Stub: st, Schema: s, Sources: map[string]*bind.Source{}}
	var fields []condition.Field
	for _, f := range s.Fields {
		fields = append(fields, condition.Field{Field: f.Field, Enum: f.Enum})
	}
	for _, src := range s.Sources {
		r.Sources[src.ID] = &bind.Source{Source: src}
	}
	for _, id := range sources {
		r.Emitted = append(r.Emitted, r.Sources[id])
	}
	scope := condition.NewScope("t.modes", fields, []condition.Table{{Name: "hosts", Type: ir.IP, Version: 1}})
	var lets []condition.Let
	for _, e := range st.Let {
		expr, _ := scope.Compile(e.Value, lets, &l)
		lets = append(lets, condition.Let{Name: e.Key.Value, Expr: ir.Normalize(expr)})
		r.Lets = append(r.Lets, Let{Name: e.Key, Text: e.Value, Expr: expr})
	}
	if !st.Condition.IsZero() {
		r.Condition, _ = scope.Compile(st.Condition, lets, &l)
	}
	if l.HasErrors() {
		t.Fatalf("%s\n%s", text, said(l))
	}
	r.Items = brief.LoadItems(source.NewFile("items.yaml", `tactic: TA0104
items:
  - {id: TA0104/D1, answered_by: rules, hashes: [0123456789abcdef]}
  - {id: TA0104/D2, answered_by: properties, hashes: [1123456789abcdef]}
  - {id: TA0104/D3, answered_by: visibility, hashes: [2123456789abcdef]}
  - {id: TA0104/D4, answered_by: measurement, hashes: [3123456789abcdef]}
`), &l)
	return r
}

func said(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		fmt.Fprintf(&b, "%s %q: %s\n", d.Code, d.Span.Text(), d.Message)
	}
	return b.String()
}

// places are the texts that findings stand at.
func places(l diag.List) string {
	var out []string
	for _, d := range l {
		out = append(out, d.Span.Text())
	}
	return strings.Join(out, "; ")
}

// A look is a condition, what a check must find in it, and what the check's fix makes of it.
type look struct {
	condition string
	finds     string // the texts found, joined by "; "
	fixed     string // "" where no fix is given; "!" before one that is not safe
}

func looks(t *testing.T, check func(*Rule, *diag.List), cases []look) {
	t.Helper()
	for _, c := range cases {
		text := c.condition
		if !strings.Contains(text, "\n") {
			text = "condition: |-\n  " + text + "\n"
		}
		r := rule(t, text, "log.all")
		var l diag.List
		check(r, &l)
		if got := places(l); got != c.finds {
			t.Errorf("%s\nfinds %q\n  not %q", c.condition, got, c.finds)
		}
		fixed := ""
		for _, unsafe := range []bool{true, false} {
			if edits := diag.Fixes(l, unsafe)["rule.yaml"]; len(edits) > 0 {
				after, _ := diag.Apply(r.File.Text, edits)
				fixed = strings.TrimSpace(strings.TrimPrefix(after, "name: rule\ncondition: |-\n"))
				if unsafe {
					fixed = "!" + fixed
				}
			}
		}
		if fixed != c.fixed {
			t.Errorf("%s\nis fixed to %q\n         not %q", c.condition, fixed, c.fixed)
		}
	}
}

func TestEveryCheckHasItsOwnCode(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, c := range Checks {
		if seen[c.Code] || (c.Rule == nil) == (c.Library == nil) {
			t.Errorf("%s stands twice, or looks at neither a rule nor a library, or at both", c.Code)
		}
		seen[c.Code] = true
		if info, ok := diag.Lookup(string(c.Code)); !ok || info.Severity == diag.Error {
			t.Errorf("%s has no page, or is an error: what a check finds compiles", c.Code)
		}
	}
	for _, i := range diag.Codes() {
		if strings.HasPrefix(string(i.Code), "DT90") && !seen[i.Code] {
			t.Errorf("%s has a page and no check", i.Code)
		}
	}
}

package backendtest

import (
	"fmt"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Conformance is a target's table: for each kind of node, on columns of their own types and on text, the query that it
// becomes with its fidelity, or why it is refused. Every kind of node is there, or this doesn't build.
func Conformance(t backend.Target) string {
	var b strings.Builder
	info := t.Describe()
	verified := info.Verified
	if verified == "" {
		verified = "not engine-verified"
	}
	fmt.Fprintf(&b, "# %s (%s): %s\n", t.Name(), info.Title, verified)
	for _, e := range nodes() {
		fmt.Fprintf(&b, "\n%s: %s\n", ir.Visit[string](e, kinds{}), ir.Text(e))
		last := ""
		for _, set := range []struct {
			name    string
			columns map[string]backend.Column
		}{{"typed", Columns()}, {"text", TextColumns()}} {
			said := conforms(t, e, set.columns)
			if said == last {
				continue
			}
			fmt.Fprintf(&b, "  %-6s%s", set.name, said)
			last = said
		}
	}
	return b.String()
}

func conforms(t backend.Target, e ir.Expr, columns map[string]backend.Column) string {
	q, l := t.Emit(&backend.Rule{Name: "rule", Table: "logs", Where: e, Fields: columns})
	if l.HasErrors() {
		return "refused: " + l[0].Message + "\n"
	}
	out := fmt.Sprintf("%s: %s\n", q.Fidelity(), q.Text)
	for _, loss := range q.Losses {
		out += fmt.Sprintf("        %s: %s\n", loss.Effect, loss.Reason)
	}
	return out
}

// nodes are one expression of each kind, and of each form of it that a target may treat in its own way.
func nodes() []ir.Expr {
	f := map[string]ir.Field{}
	for _, x := range Fields() {
		f[x.Name] = x
	}
	text := func(s ...string) (out []ir.Value) {
		for _, v := range s {
			out = append(out, ir.StringValue(v))
		}
		return out
	}
	eq := &ir.Eq{Field: f["user"], Values: text("cmd.exe")}
	cased := &ir.Eq{Field: f["path"], Values: text("/bin/sh", `a"b\c`)}
	out := []ir.Expr{
		&ir.And{Args: []ir.Expr{cased, &ir.Exists{Field: f["host"]}}}, &ir.Or{Args: []ir.Expr{cased, eq}},
		&ir.Not{Arg: cased}, &ir.Not{Arg: &ir.Or{Args: []ir.Expr{eq, cased}}}, &ir.Const{Value: true}, &ir.Named{Name: "shell", Arg: cased},
		eq, cased, &ir.Eq{Field: f["user"], Values: text("")}, &ir.Eq{Field: f["tags"], Values: text("Straße")},
	}
	for op := ir.Contains; op <= ir.Glob; op++ {
		out = append(out, &ir.Match{Field: f["user"], Op: op, Values: []string{"a*b?"}}, &ir.Match{Field: f["path"], Op: op, Values: []string{"a*b?"}})
	}
	out = append(out, &ir.Match{Field: f["user"], Values: []string{" -enc"}, Encoding: ir.Encoding{Dash: true}},
		&ir.Match{Field: f["user"], Values: []string{"cmd"}, Encoding: ir.Encoding{Wide: ir.UTF16LE, Base64: ir.Base64Offset}},
		&ir.Regex{Field: f["user"], Patterns: []string{`(?i)^cmd\b.*\d$`}}, &ir.Regex{Field: f["path"], Patterns: []string{`x\b`}})
	kept := map[string]int{}
	for _, a := range typed(f) {
		kind := ir.Visit[string](a, kinds{})
		if most := map[string]int{"TimePart": 6, "Compare": 3, "Cidr": 2, "Eq": 3, "Keyword": 1, "FieldEq": 3, "InSet": 1, "Exists": 1}[kind]; kept[kind] < most {
			out, kept[kind] = append(out, a), kept[kind]+1
		}
	}
	return append(out, &ir.Compare{Field: f["at"], Op: ir.Ge, Value: values(ir.Timestamp)[0]})
}

type kinds struct{}

func (kinds) And(*ir.And) string           { return "And" }
func (kinds) Or(*ir.Or) string             { return "Or" }
func (kinds) Not(*ir.Not) string           { return "Not" }
func (kinds) Const(*ir.Const) string       { return "Const" }
func (kinds) Named(*ir.Named) string       { return "Named" }
func (kinds) Eq(*ir.Eq) string             { return "Eq" }
func (kinds) Match(*ir.Match) string       { return "Match" }
func (kinds) Regex(*ir.Regex) string       { return "Regex" }
func (kinds) Cidr(*ir.Cidr) string         { return "Cidr" }
func (kinds) Compare(*ir.Compare) string   { return "Compare" }
func (kinds) FieldEq(*ir.FieldEq) string   { return "FieldEq" }
func (kinds) Exists(*ir.Exists) string     { return "Exists" }
func (kinds) InSet(*ir.InSet) string       { return "InSet" }
func (kinds) TimePart(*ir.TimePart) string { return "TimePart" }
func (kinds) Keyword(*ir.Keyword) string   { return "Keyword" }

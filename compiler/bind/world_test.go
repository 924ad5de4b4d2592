package bind_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A world is a schema with one source, read from YAML as people write it, and a row filter.
type world struct {
	text   string
	source *bind.Source
}

// worlds are different every time their number changes, and otherwise the same from run to run.
func worlds(t *testing.T, n int) []world {
	t.Helper()
	gen := rapid.Custom(drawWorld)
	out := make([]world, n)
	for i := range out {
		out[i] = gen.Example(i)
	}
	return out
}

// fieldTypes are the schema's fields: every type, as one value and as a list, both collations, with and without enum.
var fieldTypes = []struct{ name, form string }{
	{"user", "type: string"}, {"host", "type: string, collation: cased"}, {"tags", "type: list(string)"}, {"asset.name", "type: string"},
	{"mode", "type: string, enum: [stop, a, b]"}, {"file.path", "type: string, collation: cased, enum: [a, B, k]"},
	{"port", "type: int"}, {"asset.port", "type: int"}, {"ports", "type: list(int)"}, {"ratio", "type: double"}, {"admin", "type: bool"},
	{"src_ip", "type: ip"}, {"dst_ip", "type: ip"}, {"addresses", "type: list(ip)"}, {"ts", "type: timestamp"}, {"seen", "type: timestamp"},
}

// rawNames are flat and dotted; fields of one type share them, as they do in real logs. Names of two types for one raw
// name are rarer: Sigma has no form for a rule that reads one both ways.
func rawNames(kind string) []string {
	return []string{kind + "1", kind + "2", "o." + kind, "o.p." + kind, "id." + kind + "_h", "shared"}
}

func drawWorld(t *rapid.T) world {
	g := draw{t}
	var fields, paths, consts, values []string
	for _, f := range fieldTypes {
		fields = append(fields, fmt.Sprintf("  %s: {%s, doc: d}", f.name, f.form))
		kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(f.form, "type: "), "list("), ",")
		kind = strings.TrimSuffix(kind, ")")
		enum := strings.Contains(f.form, "enum")
		if f.name == "ts" {
			continue
		}
		switch g.pick(7) {
		case 0: // the source doesn't have it
			continue
		case 1:
			consts = append(consts, fmt.Sprintf("      %s: %s", f.name, g.constant(kind, enum)))
			continue
		case 2, 3:
			if strings.Contains("string int bool", kind) {
				values = append(values, fmt.Sprintf("      %s: {%s}", f.name, g.valueMap(kind, enum)))
			}
		}
		names := rapid.Permutation(rawNames(kind)).Draw(t, "names")[:[]int{1, 1, 2, 3}[g.pick(4)]]
		paths = append(paths, fmt.Sprintf("      %s: [%s]", f.name, strings.Join(names, ", ")))
	}
	section := func(name string, lines []string) string {
		if lines == nil {
			return ""
		}
		return "    " + name + ":\n" + strings.Join(lines, "\n") + "\n"
	}
	record := []string{"", "    record: {_path: mode_log}\n", "    record: {_path: mode_log, shared: a}\n"}[g.pick(3)]
	if paths == nil {
		paths = []string{"      user: string1"}
	}
	text := "id: ot.mode_change\ntitle: t\nserves: [TA0104/T5]\nlogsource: {category: mode_change}\ntime: ts\nfields:\n" + strings.Join(fields, "\n") +
		"\nsources:\n  - id: zeek.modes\n    title: Zeek modes.log\n    logsource: {product: zeek, service: modes}\n    raw: {flag: bool, code: int}\n" + record +
		section("fields", paths) + section("const", consts) + section("values", values) +
		"    time: {field: " + rawNames("timestamp")[g.pick(6)] + ", unit: " + []string{"s", "ms", "us", "ns", "rfc3339"}[g.pick(5)] + "}\n    names: {verified: sample, doc: d}\n"
	var l diag.List
	s := telemetry.Read(source.NewFile("world.yaml", text), &l)
	if l.HasErrors() {
		t.Fatalf("%s\n%s", l[0].Message, text)
	}
	w := world{text, &bind.Source{Source: s.Sources[0]}}
	w.source.Filter = g.filter(w.source)
	return w
}

// filter is a row filter over raw names, some of which only it uses.
func (g draw) filter(src *bind.Source) ir.Expr {
	raw := []ir.Field{src.RawField("flag"), src.RawField("code"), src.RawField("row.kind")}
	for _, name := range src.RawNames() {
		raw = append(raw, src.RawField(name))
	}
	var e ir.Expr
	switch g.pick(5) {
	case 0:
		return nil
	case 1:
		e = irtest.Expr(raw).Draw(g.T, "filter")
	case 2:
		e = &ir.And{Args: []ir.Expr{&ir.Eq{Field: raw[0], Values: []ir.Value{ir.BoolValue(true)}}, &ir.Not{Arg: irtest.Atom(raw).Draw(g.T, "filter")}}}
	default:
		e = &ir.Or{Args: []ir.Expr{irtest.Atom(raw).Draw(g.T, "filter"), irtest.Atom(raw).Draw(g.T, "filter")}}
	}
	if e = ir.Normalize(ir.Map(e, withoutTables)); isConst(e) {
		return nil
	}
	return e
}

func isConst(e ir.Expr) bool { _, ok := e.(*ir.Const); return ok }

// withoutTables: a row filter can't ask for a context table.
func withoutTables(atom ir.Expr) ir.Expr {
	if s, ok := atom.(*ir.InSet); ok {
		return &ir.Exists{Field: s.Field}
	}
	return atom
}

// typedTable gives each type its own tables and all one version: a table holds one type, and Sigma rules can't ask for
// two versions.
func typedTable(atom ir.Expr) ir.Expr {
	s, ok := atom.(*ir.InSet)
	if !ok {
		return atom
	}
	return &ir.InSet{Field: s.Field, Table: s.Field.Type.String() + "s", Version: 1, Span: s.Span}
}

var tables = eval.Tables{
	"strings": {ir.StringValue("Stop"), ir.StringValue("é"), ir.StringValue("a")},
	"ips":     {address("10.0.0.1"), address("2001:db8::1")},
}

func address(text string) ir.Value {
	v, _ := ir.ParseValue(ir.Field{Type: ir.IP}, text, true)
	return v
}

// A draw is rapid's, with choices that are each as likely.
type draw struct{ *rapid.T }

func (g draw) pick(n int) int { return int(rapid.Uint64().Draw(g.T, "pick") % uint64(n)) }

func (g draw) constant(kind string, enum bool) string {
	of := map[string][]string{
		"string": {"a", "Stop", "k", "É", "ſ", "''", "'a*b'"}, "int": {"1", "2", "-7"}, "double": {"0.5", "1"}, "bool": {"true", "false"},
		"ip": {"10.0.0.1", "'2001:db8::1'"}, "timestamp": {"'1970-01-01T00:00:00Z'", "'2026-11-22T03:04:05.5Z'"},
	}[kind]
	if enum {
		of = []string{"a"}
	}
	return of[g.pick(len(of))]
}

// valueMap gives each of some values the log's own words; every word stands once.
func (g draw) valueMap(kind string, enum bool) string {
	words := rapid.Permutation([]string{"a", "b", "1", "Stop it", "é", "ß", "\u212a", "s", "true", "", "*", `\`, "%x%"}).Draw(g.T, "words")
	logical := map[string][]string{"string": {"stop", "Stop", "a", "é"}, "int": {"1", "2", "3"}, "bool": {"true", "false"}}[kind]
	if enum {
		logical = []string{"a"}
	}
	var out []string
	for _, v := range logical[:1+g.pick(len(logical))] {
		n := 1 + g.pick(3)
		var quoted []string
		for _, w := range words[:n] {
			quoted = append(quoted, strconv.Quote(w))
		}
		words = words[n:]
		out = append(out, fmt.Sprintf("%q: [%s]", v, strings.Join(quoted, ", ")))
	}
	return strings.Join(out, ", ")
}

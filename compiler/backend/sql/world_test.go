package sql_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/witness"
)

// A layout is one way to store the fields of an expression.
type layout struct {
	name   string
	column func(f ir.Field) (backend.Column, shape)
}

// flat is a column a field, in the engine's own types; texts are addresses' and, by turns, times'.
func flat(times backend.Storage) layout {
	return layout{"flat, " + times.String(), func(f ir.Field) (backend.Column, shape) {
		c := backend.Column{Name: "f " + strings.Map(printable, f.Name), Type: f.Type, List: f.List, Cased: f.Cased, Nullable: true}
		s := shape{c.Name, "text", f.List}
		switch f.Type {
		case ir.Int:
			c.Stored, s.kind = backend.Number, "int"
		case ir.Double:
			c.Stored, s.kind = backend.Number, "double"
		case ir.Bool:
			c.Stored, s.kind = backend.Bool, "bool"
		case ir.IP:
			if times == backend.Time {
				c.Stored, s.kind = backend.Address, "ip"
			}
		case ir.Timestamp:
			c.Stored = times
			s.kind = map[backend.Storage]string{backend.Time: "time", backend.TimeText: "text", backend.TimeNumber: "int"}[times]
			c.Unit = time.Microsecond
		}
		return c, s
	}}
}

func printable(r rune) rune {
	if r < ' ' || r == '\uFFFD' {
		return '_'
	}
	return r
}

// document is all fields in one column of JSON.
var document = layout{"json", func(f ir.Field) (backend.Column, shape) {
	return backend.Column{Name: "doc", Stored: backend.JSON, Path: []string{strings.Map(plainName, f.Name)}, Type: f.Type, List: f.List, Cased: f.Cased, Nullable: true}, shape{"doc", "json", false}
}}

func plainName(r rune) rune {
	if r == '"' || r == '\\' || r < ' ' {
		return '_'
	}
	return r
}

// rule is an expression in a layout.
func (l layout) rule(e ir.Expr, fields []ir.Field) (*backend.Rule, []shape) {
	r := &backend.Rule{Name: "test", Where: e, Table: "rows", Fields: map[string]backend.Column{}}
	var shapes []shape
	for _, f := range fields {
		c, s := l.column(f)
		r.Fields[f.Name] = c
		if !slices.Contains(shapes, s) {
			shapes = append(shapes, s)
			if s.kind == "json" {
				c.Path = nil
			}
			r.Texts = append(r.Texts, c)
		}
	}
	return r, shapes
}

// row is an event as cells; ok is false where the layout has no place for it.
func (l layout) row(engine string, fields []ir.Field, w *witness.Witness) (cells []any, want func(ir.Expr) bool, ok bool) {
	switch l.name {
	case document.name:
		return l.record(fields, w)
	case texts.name:
		return l.asTexts(fields, w)
	}
	for _, f := range fields {
		values, present := w.Values[f.Name]
		c, _ := l.column(f)
		switch {
		case !present:
			if f.List && engine == "clickhouse" {
				cells = append(cells, []any{})
				continue
			}
			cells = append(cells, nil)
			continue
		case len(values) == 0, !f.List && len(values) != 1:
			return nil, nil, false
		}
		var list []any
		for _, v := range values {
			cell, ok := l.cell(engine, c, f, v)
			if !ok {
				return nil, nil, false
			}
			list = append(list, cell)
		}
		if f.List {
			cells = append(cells, list)
		} else {
			cells = append(cells, list[0])
		}
	}
	return cells, func(e ir.Expr) bool { return eval.Match(e, w.Event(), w.Tables) }, true
}

func (l layout) cell(engine string, c backend.Column, f ir.Field, v ir.Value) (any, bool) {
	switch {
	case v.Type != f.Type || !plainText(v.Text()):
		return nil, false
	case v.Type == ir.Bool:
		return v.Bool, true
	case v.Type == ir.Timestamp && c.Stored == backend.TimeNumber:
		return json.Number(fmt.Sprint(v.Int / 1000)), v.Int%1000 == 0
	case v.Type == ir.Timestamp && c.Stored == backend.Time:
		at := time.Unix(0, v.Int).UTC()
		step := int64(1000)
		switch engine {
		case "sqlite":
			return json.Number(fmt.Sprint(v.Int)), true
		case "clickhouse":
			step = 1
			if at.Year() < 1900 || at.Year() > 2261 {
				return nil, false
			}
			return at.Format("2006-01-02 15:04:05.999999999"), true
		case "postgresql":
			return at.Format(time.RFC3339Nano), v.Int%step == 0
		}
		return at.Format("2006-01-02 15:04:05.999999999"), v.Int%step == 0
	case v.Type == ir.Int, v.Type == ir.Double:
		return json.Number(v.Text()), true
	}
	return v.Text(), true
}

// plainText says that a text comes through JSON and into every engine as it is.
func plainText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// record is an event as a document, and what eval says of it as a raw record.
func (l layout) record(fields []ir.Field, w *witness.Witness) ([]any, func(ir.Expr) bool, bool) {
	doc, raw := map[string]any{}, map[string]any{}
	for _, f := range fields {
		values, present := w.Values[f.Name]
		if !present {
			continue
		}
		var list []any
		for _, v := range values {
			switch v.Type {
			case ir.Int, ir.Double:
				list = append(list, json.Number(v.Text()))
			case ir.Bool:
				list = append(list, v.Bool)
			default:
				list = append(list, v.Text())
			}
			if !plainText(v.Text()) {
				return nil, nil, false
			}
		}
		c, _ := l.column(f)
		var cell any = list
		switch {
		case len(values) == 0:
			cell = map[string]any{"x": json.Number("1")}
		case len(values) == 1 && !f.List:
			cell = list[0]
		}
		if _, twice := doc[c.Path[0]]; twice {
			return nil, nil, false
		}
		doc[c.Path[0]], raw[f.Name] = cell, cell
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, nil, false
	}
	rec := bind.NewRecord(raw)
	return []any{json.RawMessage(text)}, func(e ir.Expr) bool { return eval.Match(e, rec, w.Tables) }, true
}

// asTexts is an event as a row of texts, and what eval says of a record of these.
func (l layout) asTexts(fields []ir.Field, w *witness.Witness) (cells []any, want func(ir.Expr) bool, ok bool) {
	raw := map[string]any{}
	for _, f := range fields {
		values, present := w.Values[f.Name]
		if !present {
			cells = append(cells, nil)
			continue
		}
		if len(values) != 1 || !plainText(values[0].Text()) {
			return nil, nil, false
		}
		cells = append(cells, values[0].Text())
		raw[f.Name] = values[0].Text()
	}
	rec := bind.NewRecord(raw)
	return cells, func(e ir.Expr) bool { return eval.Match(e, rec, w.Tables) }, true
}

// fieldsOf are the fields of an expression, each once; of one that is read as two types the first.
func fieldsOf(e ir.Expr) (out []ir.Field) {
	seen := map[string]bool{}
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if !seen[f.Name] {
				seen[f.Name] = true
				out = append(out, f)
			}
		}
	})
	if len(out) == 0 {
		out = append(out, ir.Field{Name: "message"})
	}
	return out
}

func ident(engine string) func(string) string {
	return func(s string) string {
		if engine == "clickhouse" {
			return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(s) + "`"
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
}

// A tally is what a run of comparisons came to.
type tally struct{ rules, exact, approximate, refused, pairs, excused int }

// hold loads the events of an expression and holds the rows that its query finds against eval.
func hold(t *testing.T, eng *engine, target backend.Target, l layout, e ir.Expr, n int, sum *tally) {
	t.Helper()
	fields := fieldsOf(e)
	r, shapes := l.rule(e, fields)
	q, found := target.Emit(r)
	sum.rules++
	if found.HasErrors() {
		sum.refused++
		if os.Getenv("DETC_REFUSED") != "" {
			t.Logf("refused: %s", found[0].Message)
		}
		return
	}
	ws, _ := witness.Generate(e, witness.Options{Max: n, Spare: fields})
	var rows [][]any
	var verdicts []bool
	var events []string
	for i := range ws {
		if len(q.Needs) > 0 && i > 0 && fmt.Sprint(ws[i].Tables) != fmt.Sprint(ws[0].Tables) {
			continue
		}
		cells, want, ok := l.row(eng.name, fields, &ws[i])
		if !ok {
			continue
		}
		if l.name == document.name {
			if text, _ := cells[0].(json.RawMessage); eng.name == "clickhouse" || eng.name == "sqlite" {
				cells = []any{string(text)}
			}
		}
		rows = append(rows, cells)
		verdicts = append(verdicts, want(e))
		events = append(events, fmt.Sprintf("%q", fmt.Sprint(ws[i].Values)))
	}
	if err := eng.fill("rows", ident(eng.name), shapes, rows); err != nil {
		t.Fatalf("%s: %v", ir.Text(e), err)
	}
	if len(ws) > 0 {
		exportTables(t, eng, target, q.Needs, ws[0].Tables)
	}
	ids, err := eng.do("SELECT id FROM ("+q.Text+") AS q", nil)
	if err != nil {
		t.Errorf("%s, %s: %v\nrule  %s\nquery %s", eng.name, l.name, err, ir.Text(e), q.Text)
		return
	}
	if sum.pairs += len(rows); len(q.Losses) > 0 {
		sum.approximate++
	} else {
		sum.exact++
	}
	hits := map[int]bool{}
	for _, id := range ids {
		hits[id] = true
	}
	said := 0
	for i, want := range verdicts {
		if hits[i] == want {
			continue
		}
		if excused(q.Losses, want) {
			sum.excused++
			continue
		}
		if said++; said <= 3 {
			t.Errorf("%s, %s: the engine says %t, eval %t\nrule  %s\nevent %s\nquery %s\nlosses %v", eng.name, l.name, hits[i], want, ir.Text(e), events[i], q.Text, q.Losses)
		}
	}
}

// excused says that a loss covers a disagreement: a row that is not found, or one too many.
func excused(losses []backend.Loss, want bool) bool {
	for _, loss := range losses {
		if loss.Effect == backend.Both || want == (loss.Effect == backend.Narrower) {
			return true
		}
	}
	return false
}

func exportTables(t *testing.T, eng *engine, target backend.Target, needs []ir.Table, tables eval.Tables) {
	t.Helper()
	for _, need := range needs {
		c := backend.Content{Table: need, Columns: []string{"value"}}
		for _, v := range tables[need.Name] {
			c.Rows = append(c.Rows, []string{v.Text()})
		}
		a, found := target.(backend.Exporter).Export(c)
		if found.HasErrors() {
			t.Fatalf("%s: %s", need.Name, found[0].Message)
		}
		for _, statement := range strings.Split(string(a.Content), ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := eng.do(statement, nil); err != nil {
				t.Fatalf("%v\n%s", err, statement)
			}
		}
	}
}

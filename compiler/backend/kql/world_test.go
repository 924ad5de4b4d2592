package kql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/witness"
)

// The columns of the tests: each field of irtest as a column of the type that suits it, or as a member of one column of
// JSON, which is how Sentinel keeps what it has no columns for. Hostile names are columns of hostile names.
func columns(inJSON bool) map[string]backend.Column {
	out := map[string]backend.Column{}
	for i, f := range irtest.Fields() {
		c := backend.Column{Name: strings.ToValidUTF8(f.Name, "?"), Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Nullable: true}
		switch {
		case f.List:
			c.Stored = backend.JSON
		case f.Unit != 0:
			c.Stored = backend.TimeNumber
		case f.Type == ir.Int || f.Type == ir.Double:
			c.Stored = backend.Number
		case f.Type == ir.Bool:
			c.Stored = backend.Bool
		case f.Type == ir.Timestamp:
			c.Stored = backend.Time
		}
		if inJSON && i%4 != 0 { // every fourth stays a column, so that both meet
			c.Stored, c.Path, c.Name = backend.JSON, []string{c.Name}, "EventData"
		}
		out[f.Name] = c
	}
	return out
}

// kind is a column's type in Kusto.
func kind(c backend.Column) string {
	switch c.Stored {
	case backend.JSON:
		return "dynamic"
	case backend.Number:
		if c.Type == ir.Double {
			return "real"
		}
		return "long"
	case backend.TimeNumber:
		return "real"
	case backend.Bool:
		return "bool"
	case backend.Time:
		return "datetime"
	}
	return "string"
}

func newRule(where ir.Expr, fields map[string]backend.Column) *backend.Rule {
	return &backend.Rule{Name: "r", Where: where, Fields: fields, Table: "T"}
}

// store is the witness as a row; ok is false for one that no such table can hold: bytes that are no text, or a value in a
// column of another type.
func store(w *witness.Witness, fields map[string]backend.Column) (row, bool) {
	out := row{"EventData": nil}
	data := map[string]any{}
	for name, c := range fields {
		values, present := w.Values[name]
		if len(c.Path) == 0 {
			out[c.Name] = map[string]any{"string": ""}[kind(c)]
		}
		if !present {
			continue
		}
		for _, v := range values {
			if !utf8.ValidString(v.Str) {
				return nil, false
			}
		}
		switch {
		case len(values) == 0:
			return nil, false // an object where a scalar is due: one of the limits
		case c.Stored == backend.JSON:
			if v := jsonOf(c, values); len(c.Path) > 0 {
				data[c.Path[0]] = v
			} else {
				out[c.Name] = dynamic{v}
			}
		case len(values) != 1:
			return nil, false
		default:
			v, ok := cell(c, values[0])
			if !ok {
				return nil, false
			}
			out[c.Name] = v
		}
	}
	if len(data) > 0 {
		out["EventData"] = dynamic{data}
	}
	return out, true
}

func jsonOf(c backend.Column, values []ir.Value) any {
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
	}
	if c.List {
		return list
	}
	return list[0]
}

func cell(c backend.Column, v ir.Value) (any, bool) {
	if v.Type != c.Type {
		return nil, false
	}
	switch c.Stored {
	case backend.Number:
		if v.Type == ir.Double {
			return v.Float, true
		}
		return v.Int, true
	case backend.Bool:
		return v.Bool, true
	case backend.Time:
		return moment(v.Int), v.Int%100 == 0
	case backend.TimeNumber:
		return float64(v.Int) / float64(c.Unit), v.Int%int64(c.Unit) == 0
	}
	return v.Text(), true
}

// allowed says that a query may answer so: an exact one as eval does, an approximate one otherwise in the direction that
// it names.
func allowed(q *backend.Query, got, want bool) bool {
	if got == want {
		return true
	}
	for _, l := range q.Losses {
		if l.Effect == backend.Both || got == (l.Effect == backend.Wider) {
			return true
		}
	}
	return false
}

// schemas are the tables and functions of the tests, as the binder takes them.
func schemas(fields map[string]backend.Column) map[string]string {
	list := []string{"['EventData']:dynamic"}
	for _, c := range fields {
		if len(c.Path) == 0 {
			list = append(list, fmt.Sprintf("[%s]:%s", quoteFor(c.Name), kind(c)))
		}
	}
	return map[string]string{"T": "(" + strings.Join(list, ", ") + ")"}
}

func quoteFor(s string) string {
	b, _ := json.Marshal(s)
	return strings.ReplaceAll(string(b), "\x1b", `\u001B`)
}

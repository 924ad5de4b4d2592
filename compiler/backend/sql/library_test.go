package sql_test

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/sql"
	"detc/compiler/backend/targets"
	"detc/compiler/ir"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	"detc/rules"
)

// TestLibraryOnEngines holds every query of the library against eval: on the cases of each stub, and on events made for the
// rule, DETC_EVENTS of each.
func TestLibraryOnEngines(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			target := sql.New(name, sql.Options{Regexp: true})
			lib, err := querytest.Open(mappings.Files, rules.Files, workspace.Export{Target: target, Stores: targets.Of(name).Stores})
			if err != nil {
				t.Fatal(err)
			}
			if found := lib.Errors(); len(found) > 0 {
				t.Fatal(found)
			}
			sum := &querytest.Tally{Refused: lib.Refusals(name)}
			made := map[ir.Table]bool{}
			for _, q := range lib.Queries(name) {
				for _, need := range q.Needs {
					if !made[need] {
						exportTables(t, eng, target, []ir.Table{need}, lib.Tables)
						made[need] = true
					}
				}
				holdQuery(t, eng, q, count(t, "DETC_EVENTS", 60), sum)
			}
			t.Logf("%s: %s", name, sum)
			if sum.Exact < 200 || sum.Matches*20 < sum.Events {
				t.Error("too little was held")
			}
		})
	}
}

// holdQuery loads the rows of a query's events and holds what it finds against eval.
func holdQuery(t *testing.T, eng *engine, q *querytest.Query, n int, sum *querytest.Tally) {
	t.Helper()
	columns := columnsOf(q)
	if sameWithoutCase(columns) {
		t.Errorf("%s: two names of its columns are one without case", q.Name)
		return
	}
	var shapes []shape
	for _, c := range columns {
		shapes = append(shapes, shapeOf(c))
	}
	var rows [][]any
	events := sum.Gather(q, n, func(e *querytest.Event) bool {
		row, ok := rowOf(eng.name, columns, e.Stored)
		if ok {
			rows = append(rows, row)
		}
		return ok
	})
	if err := eng.fill(ident(eng.name)(q.Of.Table), ident(eng.name), shapes, rows); err != nil {
		t.Fatalf("%s: %v", q.Name, err)
	}
	ids, err := eng.do("SELECT id FROM ("+q.Text+") AS q", nil)
	if err != nil {
		t.Errorf("%s: %v\n%s", q.Name, err, q.Text)
		return
	}
	hits := map[int]bool{}
	for _, id := range ids {
		hits[id] = true
	}
	for _, said := range sum.Hold(q, events, hits, func(e *querytest.Event) bool { return e.Want }) {
		t.Error(said)
	}
}

// columnsOf are the columns that a query asks for, in order.
func columnsOf(q *querytest.Query) (out []backend.Column) {
	for _, name := range q.Names() {
		out = append(out, q.Of.Fields[name])
	}
	for _, c := range q.Of.Texts {
		if !slices.ContainsFunc(out, func(d backend.Column) bool { return c.Name == d.Name }) {
			out = append(out, c)
		}
	}
	return out
}

func sameWithoutCase(columns []backend.Column) bool {
	seen := map[string]bool{"id": true}
	for _, c := range columns {
		name := strings.ToLower(c.Name)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

func shapeOf(c backend.Column) shape {
	kind := "text"
	switch c.Stored {
	case backend.Number:
		kind = "int"
		if c.Type == ir.Double {
			kind = "double"
		}
	case backend.TimeNumber:
		kind = "double"
	case backend.Bool:
		kind = "bool"
	case backend.Time:
		kind = "time"
	case backend.Address:
		kind = "ip"
	}
	return shape{c.Name, kind, c.List}
}

// rowOf is a row as cells; ok is false of one that a typed column can't hold.
func rowOf(engine string, columns []backend.Column, stored map[string]any) (cells []any, ok bool) {
	for _, c := range columns {
		v, there := stored[c.Name]
		list, several := v.([]any)
		switch {
		case !there && c.List && engine == "clickhouse":
			cells = append(cells, []any{})
			continue
		case !there:
			cells = append(cells, nil)
			continue
		case several && !c.List:
			return nil, false
		case !several:
			list = []any{v}
		}
		var made []any
		for _, leaf := range list {
			cell, ok := storedCell(engine, c, leaf)
			if !ok {
				return nil, false
			}
			made = append(made, cell)
		}
		if c.List {
			cells = append(cells, made)
		} else {
			cells = append(cells, made[0])
		}
	}
	return cells, true
}

func storedCell(engine string, c backend.Column, leaf any) (any, bool) {
	text, ok := leaf.(string)
	switch v := leaf.(type) {
	case json.Number:
		text, ok = v.String(), true
	case bool:
		text, ok = strconv.FormatBool(v), true
	}
	if !ok || !plainText(text) {
		return nil, false
	}
	switch c.Stored {
	case backend.Number, backend.TimeNumber:
		if c.Type != ir.Int {
			f, err := strconv.ParseFloat(text, 64)
			return json.Number(text), err == nil && !math.IsInf(f, 0) && json.Valid([]byte(text))
		}
		n, err := strconv.ParseInt(text, 10, 64)
		return json.Number(strconv.FormatInt(n, 10)), err == nil
	case backend.Bool:
		return text == "true", text == "true" || text == "false"
	case backend.Time:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, false
		}
		return layout{}.cell(engine, c, ir.Field{Type: ir.Timestamp}, ir.TimeValue(at))
	}
	return text, true
}

package sql_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/ir"
)

// A stored timeline is the tables that hold one, and the correlation over them.
type stored struct {
	line   backendtest.Timeline
	over   *backend.Correlation
	shapes []shape
	tables map[string][][]any
}

// A way is one to store a timeline; ok is false where it has no place for it.
type way struct {
	name  string
	store func(engine string, line backendtest.Timeline) (s stored, ok bool)
}

var ways = []way{
	{"times as numbers", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1}), true
	}},
	{"times of the engine", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.Time}), line.Finest(time.Microsecond) > 1
	}},
	{"times as text", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeText}), true
	}},
	{"json", inDocuments},
	{"whole numbers", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inNumbers(engine, line), line.Correlation.Kind.OfValues() && line.Correlation.Kind != ir.ValueCount
	}},
	{"a table a rule", inTables},
}

// cell is a time as an engine takes it.
func cell(engine string, c backend.Column, at int64) any {
	utc := time.Unix(0, zero+at).UTC()
	switch {
	case c.Stored == backend.TimeText, engine == "postgresql" && c.Stored == backend.Time:
		return utc.Format(time.RFC3339Nano)
	case c.Stored == backend.Time && engine != "sqlite":
		return utc.Format("2006-01-02 15:04:05.999999999")
	}
	return json.Number(strconv.FormatInt(zero+at, 10))
}

func kindOf(c backend.Column) string {
	return map[backend.Storage]string{backend.Time: "time", backend.TimeText: "text", backend.TimeNumber: "int"}[c.Stored]
}

// columns are the columns that the members name, but the time.
func columns(c *backend.Correlation) []backend.Column {
	found := map[string]backend.Column{}
	for _, m := range c.Members {
		for _, f := range slices.Concat(slices.Collect(maps.Values(m.Rule.Fields)), m.Keys, m.Values) {
			found[f.Name] = f
		}
	}
	var out []backend.Column
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[name])
	}
	return out
}

func inColumns(engine string, line backendtest.Timeline, at backend.Column) stored {
	s := stored{line: line, over: line.Over(at), shapes: []shape{{"at", kindOf(at), false}}, tables: map[string][][]any{"logs": nil}}
	all := columns(s.over)
	for _, c := range all {
		s.shapes = append(s.shapes, shape{c.Name, "text", c.List})
	}
	events := line.Events
	if len(events) > 0 {
		events = append(slices.Clone(events), events[0])
	}
	for i, e := range events {
		row, cells := e.Row(), []any{cell(engine, at, e.At)}
		if i == len(line.Events) {
			cells[0] = nil // a row without a time is no event
		}
		for _, c := range all {
			cells = append(cells, cellOf(engine, c, row[c.Name]))
		}
		s.tables["logs"] = append(s.tables["logs"], cells)
	}
	return s
}

func cellOf(engine string, c backend.Column, values []string) any {
	switch {
	case c.List && len(values) == 0 && engine == "clickhouse":
		return []string{}
	case len(values) == 0:
		return nil
	case c.List:
		return values
	}
	return values[0]
}

// inNumbers stores the values as whole numbers, and leaves out those that are none.
func inNumbers(engine string, line backendtest.Timeline) stored {
	events := slices.Clone(line.Events)
	for i, e := range events {
		e.Fields = maps.Clone(e.Fields)
		for _, f := range line.Correlation.Fields {
			if v := e.Fields[f]; len(v) != 1 || strings.Trim(v[0], "0123456789") != "" || v[0] == "" {
				delete(e.Fields, f)
			}
		}
		events[i] = e
	}
	line.Events = events
	s := inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1})
	for _, m := range s.over.Members {
		for j := range m.Values {
			m.Values[j].Stored, m.Values[j].Type = backend.Number, ir.Int
			for k := range s.shapes {
				if s.shapes[k].name == m.Values[j].Name {
					s.shapes[k].kind = "int"
				}
			}
		}
	}
	return s
}

func inDocuments(engine string, line backendtest.Timeline) (stored, bool) {
	at := backend.Column{Name: "doc", Type: ir.Timestamp, Stored: backend.JSON, Path: []string{"at"}}
	s := stored{line: line, over: line.Over(at), shapes: []shape{{"doc", "json", false}}, tables: map[string][][]any{"logs": nil}}
	member := func(c backend.Column) backend.Column {
		c.Stored, c.Path, c.Name = backend.JSON, []string{c.Name}, "doc"
		return c
	}
	for i, m := range s.over.Members {
		for name, c := range m.Rule.Fields {
			s.over.Members[i].Rule.Fields[name] = member(c)
		}
		for j := range m.Keys {
			m.Keys[j] = member(m.Keys[j])
		}
		for j := range m.Values {
			m.Values[j] = member(m.Values[j])
		}
	}
	for _, e := range line.Events {
		doc := map[string]any{"at": time.Unix(0, zero+e.At).UTC().Format(time.RFC3339Nano)}
		for name, values := range e.Row() {
			if doc[name] = values; len(values) == 1 {
				doc[name] = values[0]
			}
		}
		text, err := json.Marshal(doc)
		var cell any = json.RawMessage(text)
		if engine == "clickhouse" || engine == "sqlite" {
			cell = string(text)
		}
		if err != nil {
			return s, false
		}
		s.tables["logs"] = append(s.tables["logs"], []any{cell})
	}
	return s, true
}

// inTables keeps of each event the first of its rules that the correlation names.
func inTables(engine string, line backendtest.Timeline) (stored, bool) {
	named := func(r string) bool {
		return slices.ContainsFunc(line.Correlation.Rules, func(ref ir.RuleRef) bool { return ref.Name == r })
	}
	events := line.Events
	line.Events = nil
	for _, e := range events {
		if i := slices.IndexFunc(e.Rules, named); i >= 0 {
			e.Rules = e.Rules[i : i+1]
			line.Events = append(line.Events, e)
		}
	}
	s := inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1})
	rows := s.tables["logs"]
	s.tables = map[string][][]any{}
	for i := range s.over.Members {
		m := &s.over.Members[i]
		m.Rule.Table = "log_" + m.Rule.Name
		s.tables[m.Rule.Table] = nil
	}
	for i, e := range line.Events {
		to := "log_" + e.Rules[0]
		s.tables[to] = append(s.tables[to], rows[i])
	}
	return s, true
}

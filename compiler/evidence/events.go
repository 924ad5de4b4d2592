package evidence

import (
	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A CaseEvent is the event of a case, as the rule sees it.
type CaseEvent struct {
	Case   string
	Event  bind.Event
	Tables eval.Tables
}

// Events are those of a rule's cases, whatever their verdicts; a case on a sample record, or with an event that can't
// be read, has none.
func Events(s *Subject) []CaseEvent {
	var said diag.List // when the cases are run
	run := &runner{Subject: s}
	var out []CaseEvent
	for i := range s.Stub.Tests.Cases {
		c := &s.Stub.Tests.Cases[i]
		tables := run.tables(c, &said)
		e := CaseEvent{Case: c.Name.Value, Tables: tables.Tables}
		switch src := run.Sources[c.Source.Value]; {
		case c.Sample != nil || c.Raw != nil && src == nil:
			continue
		case c.Raw != nil:
			rec, _, err := run.record(c, src)
			if err != nil {
				continue
			}
			e.Event = src.Read(src.Enrich(rec, tables.rows, nil))
		default:
			ev, spoken := run.given(c, &said)
			e.Event = ev.Enrich(s.Schema, tables.rows, spoken.says, nil)
		}
		out = append(out, e)
	}
	return out
}

// ValuesText is a field's values as a stub writes them: a YAML scalar, or a list in brackets of several; null is one
// that can't be read.
func ValuesText(values []ir.Value) string { return valuesText(values) }

package workspace

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Judgement is what a rule says of one event, and why.
type Judgement struct {
	Source  string     // the log that the event is a record of; "" for an event in the schema's own fields
	Logical *eval.Step // the rule on the event, or on what the record reads as; nil where the row filter leaves it out
	Bound   *eval.Step // the bound rule on the record itself; nil where there is none
	Note    string     // what else there is to say: left out by the row filter, no rule for this source
	Level   string     // that an alert of it has
	Missing []string   // context tables that were not given, and are taken as empty
	Unknown []string   // context tables that are looked up and that the site doesn't keep: their fields are missing
	Filters []Withheld // the filters that apply to the rule, and what each makes of the event
}

// Judge asks a rule about an event: a raw record (a JSON object or a CEF line) of the named source, or of each source
// of the rule's telemetry that recognises it; or a mapping of the schema's fields, in YAML or JSON. The tables are
// texts by name. The error says what is wrong with the event or the tables.
func (w *Workspace) Judge(r *Rule, event *source.File, src string, tables map[string][]string) ([]Judgement, error) {
	if r.Correlation != nil {
		return nil, fmt.Errorf("%s correlates several events, and no one event decides it: ask its rules, %s", r.Name.Value, strings.Join(values(r.Stub.Correlation.Rules), ", "))
	}
	if r.IR == nil {
		return nil, fmt.Errorf("%s has errors: detc check %s names them", r.Name.Value, r.File.Name)
	}
	content, err := w.contents(tables)
	if err != nil {
		return nil, err
	}
	_, rows := w.held()
	missing, unknown := eval.Missing(r.IR.Where, content), bind.NewEvent(nil).Unsupplied(r.Schema, rows, nil, r.IR.Where)
	var out []Judgement
	var why []string
	for _, s := range r.Schema.Sources {
		b := w.sources[s]
		if b == nil || src != "" && s.ID != src {
			continue
		}
		rec, err := bind.ParseRecord(b.Format, []byte(strings.TrimSpace(event.Text)))
		switch {
		case err != nil:
			why = append(why, fmt.Sprintf("%s: %v", s.ID, err))
		case src != "" || len(b.Record) > 0 && b.Belongs(rec):
			j := w.judgeRecord(r, b, b.Enrich(rec, rows, nil), content)
			j.Missing, j.Unknown = missing, unknown
			out = append(out, j)
		}
	}
	if src != "" && len(out) == 0 {
		if len(why) > 0 {
			return nil, fmt.Errorf("the event is no record of %s", why[0])
		}
		return nil, fmt.Errorf("%s has no source %q", r.Schema.ID, src)
	}
	if len(out) > 0 {
		return out, nil
	}
	ev, err := w.logicalEvent(r, event)
	if err != nil {
		return nil, err
	}
	ev = ev.Enrich(r.Schema, rows, nil, nil)
	step := eval.Trace(r.IR.Where, ev, content)
	return []Judgement{{Level: w.subject(r, w.entries()).LevelOf(ev, content), Logical: &step, Missing: missing, Unknown: unknown, Filters: w.withheld(r, ev, nil, content)}}, nil
}

func (w *Workspace) judgeRecord(r *Rule, b *bind.Source, rec bind.Record, tables eval.Tables) Judgement {
	j := Judgement{Source: b.ID}
	if b.Filter != nil && !eval.Match(b.Filter, rec, nil) {
		step := eval.Trace(b.Filter, rec, nil)
		j.Note = "the row filter leaves this record out: " + step.Why()
	} else {
		step := eval.Trace(r.IR.Where, b.Read(rec), tables)
		j.Level = w.subject(r, w.entries()).LevelOf(b.Read(rec), tables)
		j.Logical, j.Filters = &step, w.withheld(r, b.Read(rec), b, tables)
	}
	for _, e := range r.Emitted {
		switch {
		case e.Source != b:
		case e.Bound == nil:
			j.Note = strings.TrimPrefix(j.Note+"; no rule is emitted for this log: "+e.Reason, "; ")
		default:
			step := eval.Trace(e.Bound.Where, rec, tables)
			j.Bound = &step
		}
	}
	return j
}

// contents reads the texts of context tables as their entries.
func (w *Workspace) contents(tables map[string][]string) (eval.Tables, error) {
	out, _ := w.held()
	for name, texts := range tables {
		i := slices.IndexFunc(w.Tables, func(t *tableOf) bool { return t.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no context table %q: detc list context names them", name)
		}
		out[name] = []ir.Value{}
		for _, t := range texts {
			v, ok := ir.ParseValue(w.Tables[i].Field(), t, true)
			if !ok {
				return nil, fmt.Errorf("an entry of %s is %s, not %q", name, w.Tables[i].Type, t)
			}
			out[name] = append(out[name], v)
		}
	}
	return out, nil
}

// logicalEvent reads a mapping of the schema's fields.
func (w *Workspace) logicalEvent(r *Rule, event *source.File) (bind.Event, error) {
	var l diag.List
	n := form.Document(event, &l)
	fields := bind.EventOf(n, r.Schema, &l)
	for _, d := range l {
		if d.Severity == diag.Error {
			return bind.Event{}, fmt.Errorf("no source of %s knows this record, and as an event of its fields: %s: %s", r.Schema.ID, d.Span, d.Message)
		}
	}
	for name, values := range fields {
		if values == nil {
			delete(fields, name)
		}
	}
	return bind.NewEvent(fields), nil
}

package bind

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// Write makes a record of the source's log that reads as the event: the way back through the four moves. Where there
// is a record, it is of this log, the row filter lets it through, and Read gives the event back but for the fields that
// differ: those that the log doesn't have, and those that the event leaves out and a record of this log has all the
// same, as a constant or beside another field in one raw name.
//
// Where there is none the reason says why: a value that the log has no form for, a constant that differs, a row filter
// that can't be met, or an event that no record of this log can be, since one raw name tells of two fields.
func (s *Source) Write(e Event) (r Record, differ []string, reason string) {
	w := writer{source: s, event: e, tries: maxTries}
	for i := range s.Schema.Fields {
		name := s.Schema.Fields[i].Name
		c, given := e.cells[name]
		b := s.Binding(name)
		switch {
		case b.Absent() && given, b.Const != nil && !given:
			w.differ = append(w.differ, name)
		case b.Const != nil:
			if !slices.Equal(c.values, b.Const) {
				return Record{}, nil, fmt.Sprintf("%s is always %s there", name, b.Const[0].Text())
			}
		case given:
			forms := formsOf(b, c.values)
			if len(forms) == 0 {
				return Record{}, nil, fmt.Sprintf("the log has no form for this %s", name)
			}
			w.slots = append(w.slots, slot{name, forms})
		}
	}
	slices.SortStableFunc(w.slots, func(a, b slot) int { return len(a.forms) - len(b.forms) })
	if !w.fill(0, map[string]any{}) { // no record says just this; perhaps one says more
		w.tries, w.more = maxTries, true
		if !w.fill(0, map[string]any{}) {
			return Record{}, nil, w.reason
		}
	}
	return w.record, w.differ, ""
}

// maxTries bounds the ways of writing an event that are tried. Nearly always the first one does.
const maxTries = 500

// A writer looks for the record among the ways in which the log can have each field's value.
type writer struct {
	source *Source
	event  Event
	differ []string // fields of which the record says otherwise than the event
	slots  []slot   // those with the fewest forms first, since they leave no choice
	tries  int
	more   bool // the record may have fields that the event leaves out
	record Record
	reason string // why the first way failed
}

// A slot is a field that must be written, and how it can be.
type slot struct {
	field string
	forms []form
}

// A form is a raw name with what the log would have there.
type form struct {
	name  string
	value any
}

// formsOf are the ways in which the log can have the values: at each of the raw names, in each of its own words.
func formsOf(b Binding, values []ir.Value) (out []form) {
	if len(values) == 0 { // there, and not to be read: no event is written so
		return nil
	}
	for _, path := range b.Paths {
		if b.Values == nil {
			raw := make([]any, len(values))
			for i, v := range values {
				raw[i] = jsonValue(path, v)
			}
			out = append(out, form{path.Name, oneOrList(raw)})
			continue
		}
		words := make([][]any, len(values))
		most := 0
		for i, v := range values {
			for _, pair := range b.Values {
				if pair.Logical == v.Text() {
					words[i] = append(words[i], pair.Raw)
				}
			}
			if len(words[i]) == 0 {
				return nil
			}
			most = max(most, len(words[i]))
		}
		for n := range most {
			raw := make([]any, len(values))
			for i := range raw {
				raw[i] = words[i][min(n, len(words[i])-1)]
			}
			out = append(out, form{path.Name, oneOrList(raw)})
		}
	}
	return out
}

func oneOrList(values []any) any {
	if len(values) == 1 {
		return values[0]
	}
	return values
}

// fill writes the slots from the i-th on, and says whether that made the record.
func (w *writer) fill(i int, values map[string]any) bool {
	if i == len(w.slots) {
		return w.finish(maps.Clone(values))
	}
	for _, f := range w.slots[i].forms {
		if w.tries--; w.tries < 0 {
			return false
		}
		before, taken := values[f.name]
		if taken && fmt.Sprint(before) != fmt.Sprint(f.value) {
			w.fail("the log keeps %s and another field in %s", w.slots[i].field, f.name)
			continue
		}
		values[f.name] = f.value
		if w.fill(i+1, values) {
			return true
		}
		if !taken {
			delete(values, f.name)
		}
	}
	return false
}

func (w *writer) fail(format string, args ...any) bool {
	if w.reason == "" {
		w.reason = fmt.Sprintf(format, args...)
	}
	return false
}

// finish adds what makes a record of this log one, and holds the whole against the event.
func (w *writer) finish(values map[string]any) bool {
	s, r := w.source, Record{values}
	for _, want := range s.Record {
		if len(r.lookup(want.Name)) == 0 {
			values[want.Name] = want.Text
		}
	}
	if s.Filter != nil && !satisfy(s.Filter, r) {
		return w.fail("no row that the filter lets through has these values")
	}
	if !s.Belongs(r) {
		return w.fail("with these values it would be a record of another log")
	}
	read, differ := s.Read(r), slices.Clone(w.differ)
	for i := range s.Schema.Fields {
		name := s.Schema.Fields[i].Name
		want, given := w.event.cells[name]
		got, has := read.cells[name]
		switch {
		case slices.Contains(differ, name) || given == has && slices.Equal(want.values, got.values):
			continue
		case s.Schema.Fields[i].Any && given && has && sameTexts(want.values, got.values):
			continue
		case !given && w.more:
			differ = append(differ, name)
			continue
		}
		if !has {
			return w.fail("a record with the other values has no %s", name)
		}
		return w.fail("the record would say that %s is %s", name, textOf(got))
	}
	w.record, w.differ = r, differ
	return true
}

func textOf(c cell) string {
	var texts []string
	for _, v := range c.values {
		texts = append(texts, v.Text())
	}
	if texts == nil {
		return "something else"
	}
	return strings.Join(texts, ", ")
}

func jsonValue(f ir.Field, v ir.Value) any {
	switch v.Type {
	case ir.Bool:
		return v.Bool
	case ir.Int, ir.Double:
		return json.Number(v.Text())
	case ir.Timestamp:
		if f.Unit == 0 {
			return v.Text()
		}
		if v.Int%int64(f.Unit) == 0 {
			return json.Number(strconv.FormatInt(v.Int/int64(f.Unit), 10))
		}
		return json.Number(big.NewRat(v.Int, int64(f.Unit)).FloatString(digits(f.Unit)))
	}
	return v.Text()
}

// digits is how many decimals a unit needs to say nanoseconds.
func digits(unit time.Duration) int { return len(strconv.FormatInt(int64(unit), 10)) - 1 }

// satisfy fills in raw values that only the row filter asks for, where they are not given, and says whether it holds
// then: the first value of a list, the first way through an or.
func satisfy(e ir.Expr, r Record) bool {
	if eval.Match(e, r, nil) {
		return true
	}
	switch e := e.(type) {
	case *ir.And:
		for _, a := range e.Args {
			satisfy(a, r)
		}
		return eval.Match(e, r, nil)
	case *ir.Or:
		for _, a := range e.Args {
			trial := Record{maps.Clone(r.values)}
			if satisfy(a, trial) {
				maps.Copy(r.values, trial.values)
				return true
			}
		}
		return false
	case *ir.Named:
		return satisfy(e.Arg, r)
	}
	fields := ir.Fields(e)
	if len(fields) != 1 {
		return false
	}
	if _, present := r.Get(fields[0]); present {
		return false
	}
	v, ok := example(e)
	if !ok {
		return false
	}
	r.values[fields[0].Name] = jsonValue(fields[0], v)
	return eval.Match(e, r, nil)
}

// example is a value that an atom of a row filter is true of, where one is easily told.
func example(atom ir.Expr) (v ir.Value, ok bool) {
	switch a := atom.(type) {
	case *ir.Eq:
		if len(a.Values) > 0 {
			return a.Values[0], true
		}
	case *ir.Match:
		if len(a.Values) > 0 && a.Op != ir.Glob && a.Encoding.Plain() {
			return ir.StringValue(a.Values[0]), true
		}
	case *ir.Exists:
		return ir.StringValue("x"), a.Field.Type == ir.String
	case *ir.Cidr:
		if len(a.Nets) > 0 {
			return ir.IPValue(a.Nets[0].Addr()), true
		}
	case *ir.Compare:
		v, step := a.Value, map[ir.CompareOp]int64{ir.Lt: -1, ir.Gt: 1}[a.Op]
		v.Float += float64(step)
		v.Int += step * max(1, int64(a.Field.Unit))
		return v, true
	}
	return ir.Value{}, false
}

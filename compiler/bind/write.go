package bind

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// Write makes a record of the source's log that reads as the event: the way back through the four moves. Fields that
// the log doesn't have are lost, and named. The reason says why there is no such record: a value that the log has no
// form for, a constant that differs, a row filter that can't be met.
func (s *Source) Write(e Event) (r Record, lost []string, reason string) {
	values := map[string]any{}
	for i := range s.Schema.Fields {
		f := &s.Schema.Fields[i]
		c, present := e.cells[f.Name]
		if !present {
			continue
		}
		b := s.Binding(f.Name)
		switch {
		case b.Absent():
			lost = append(lost, f.Name)
			continue
		case b.Const != nil:
			if len(c.values) != 1 || c.values[0] != b.Const[0] {
				return Record{}, nil, fmt.Sprintf("%s is always %s there", f.Name, b.Const[0].Text())
			}
			continue
		}
		raw, ok := rawValue(b, c.values)
		if !ok {
			return Record{}, nil, fmt.Sprintf("the log has no form for this %s", f.Name)
		}
		if before, twice := values[b.Paths[0].Name]; twice && fmt.Sprint(before) != fmt.Sprint(raw) {
			return Record{}, nil, fmt.Sprintf("the log keeps %s and another field in %s", f.Name, b.Paths[0].Name)
		}
		values[b.Paths[0].Name] = raw
	}
	for _, want := range s.Record {
		if _, there := values[want.Name]; !there {
			values[want.Name] = want.Text
		}
	}
	r = Record{values}
	if s.Filter != nil {
		satisfy(s.Filter, r)
		if !eval.Match(s.Filter, r, nil) {
			return Record{}, nil, "no row that the filter lets through has these values"
		}
	}
	return r, lost, ""
}

// rawValue is a field's values as the log writes them.
func rawValue(b Binding, values []ir.Value) (any, bool) {
	out := make([]any, len(values))
	for i, v := range values {
		if b.Values == nil {
			out[i] = jsonValue(b.Paths[0], v)
			continue
		}
		for _, pair := range b.Values {
			if pair.Logical == v.Text() {
				out[i] = pair.Raw
				break
			}
		}
		if out[i] == nil {
			return nil, false
		}
	}
	if len(out) == 1 {
		return out[0], true
	}
	return out, true
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

// satisfy fills in raw values that only the row filter asks for, where they are not given: the first value of an
// equality, the first way through an or. What it can't meet is left; the caller looks whether the filter holds.
func satisfy(e ir.Expr, r Record) {
	switch e := e.(type) {
	case *ir.And:
		for _, a := range e.Args {
			satisfy(a, r)
		}
	case *ir.Or:
		for _, a := range e.Args {
			if eval.Match(a, r, nil) {
				return
			}
		}
		for _, a := range e.Args {
			before := len(r.values)
			satisfy(a, r)
			if len(r.values) > before {
				return
			}
		}
	case *ir.Named:
		satisfy(e.Arg, r)
	case *ir.Eq:
		if _, present := r.Get(e.Field); !present {
			r.values[e.Field.Name] = jsonValue(e.Field, e.Values[0])
		}
	case *ir.Match:
		if _, present := r.Get(e.Field); !present && e.Op != ir.Glob && e.Encoding == ir.Plain {
			r.values[e.Field.Name] = e.Values[0]
		}
	case *ir.Exists:
		if _, present := r.Get(e.Field); !present && e.Field.Type == ir.String {
			r.values[e.Field.Name] = "x"
		}
	}
}

package sigma

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// Our interpreter and sigma-go agree on what was emitted: adapted on every event, unmodified on the plain ones.
func TestOracleAgrees(t *testing.T) {
	fields := sayableFields()
	gen := irtest.Expr(fields)
	texts := map[string][]string{"engineering_hosts": {"10.0.0.1", "a", "É"}, "approved_apps": {"2001:db8::1", "stop", "k"}}
	agreed, matched, plainPairs := 0, 0, 0
	check(t, 20_000, func(t *rapid.T) {
		e := ir.Normalize(wholeSeconds(gen.Draw(t, "expression")))
		if !sayable(e) {
			t.Skip("Sigma has no form for it")
		}
		r, _ := Emit(boundTo(e))
		o, err := NewOracle(r.YAML(), texts, Fields(e))
		if err != nil {
			t.Fatalf("%s\n%v", r.YAML(), err)
		}
		tables := eval.Tables{}
		ir.Atoms(e, func(atom ir.Expr, _ bool) {
			if s, ok := atom.(*ir.InSet); ok {
				tables[s.Table] = nil
			}
		})
		for range 4 {
			event := record(t, fields, e)
			want := evalMatch(e, event, texts)
			got, err := o.Matches(event)
			if err != nil || got != want {
				t.Fatalf("%s\n%s\n%v\nours %t, sigma-go's %t, %v", ir.Text(e), r.YAML(), event, want, got, err)
			}
			agreed++
			if want {
				matched++
			}
			if !o.Plain(event) {
				continue
			}
			plainPairs++
			if got, err := o.Unmodified(event); err != nil || got != want {
				t.Fatalf("%s\n%s\n%v\nours %t, sigma-go's unmodified %t, %v", ir.Text(e), r.YAML(), event, want, got, err)
			}
		}
	})
	t.Logf("%d pairs of rule and event, %d matches; %d of them plain", agreed, matched, plainPairs)
}

// wholeSeconds cuts the times that an expression names: a fraction is read through a float, in the log and by sigma-go.
func wholeSeconds(e ir.Expr) ir.Expr {
	return ir.Map(e, func(atom ir.Expr) ir.Expr {
		switch a := atom.(type) {
		case *ir.Eq:
			c := *a
			c.Values = nil
			for _, v := range a.Values {
				if v.Type == ir.Timestamp {
					v.Int -= v.Int % 1e9
				}
				c.Values = append(c.Values, v)
			}
			return &c
		case *ir.Compare:
			c := *a
			if c.Value.Type == ir.Timestamp {
				c.Value.Int -= c.Value.Int % 1e9
			}
			return &c
		}
		return atom
	})
}

// evalMatch judges with tables read as each atom's field is typed.
func evalMatch(e ir.Expr, event map[string]any, texts map[string][]string) bool {
	e = ir.Map(e, func(atom ir.Expr) ir.Expr {
		s, ok := atom.(*ir.InSet)
		if !ok {
			return atom
		}
		var values []ir.Value
		for _, text := range texts[s.Table] {
			if v, ok := ir.ParseValue(s.Field, text, true); ok {
				values = append(values, v)
			}
		}
		return &ir.Const{Value: eval.Match(s, bind.NewRecord(event), eval.Tables{s.Table: values})}
	})
	return eval.Match(e, bind.NewRecord(event), nil)
}

// sayableFields are the fields of which Sigma can say anything at all.
func sayableFields() (out []ir.Field) {
	for _, f := range irtest.Fields() {
		if sayable(&ir.Exists{Field: f}) && (f.Type != ir.Timestamp || f.Unit > 0) {
			out = append(out, f)
		}
	}
	return out
}

// record is an event that often holds what the expression asks for, or something near it.
func record(t *rapid.T, fields []ir.Field, e ir.Expr) map[string]any {
	asked := map[string][]any{}
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			for _, s := range texts(atom) {
				asked[f.Name] = append(asked[f.Name], s, "x"+s, s+"x", "x "+s+" y")
			}
			if eq, ok := atom.(*ir.Eq); ok {
				for _, v := range eq.Values {
					asked[f.Name] = append(asked[f.Name], leafOf(v, f))
				}
			}
		}
	})
	event := map[string]any{}
	one := func(f ir.Field) any {
		switch rapid.IntRange(0, 9).Draw(t, "leaf") {
		case 0:
			return rapid.SampledFrom([]any{"", "x", true, json.Number("3"), json.Number("1.5"), "502", map[string]any{"a": "b"}}).Draw(t, "odd")
		case 1, 2, 3, 4, 5:
			if len(asked[f.Name]) > 0 {
				return rapid.SampledFrom(asked[f.Name]).Draw(t, "asked")
			}
		}
		return leafOf(irtest.Value(f.Type).Draw(t, "value"), f)
	}
	for _, f := range fields {
		switch rapid.IntRange(0, 7).Draw(t, "presence") {
		case 0:
		case 1:
			event[f.Name] = nil
		case 2:
			event[f.Name] = []any{one(f), one(f)}
		default:
			event[f.Name] = one(f)
		}
	}
	return event
}

func leafOf(v ir.Value, f ir.Field) any {
	switch v.Type {
	case ir.Int:
		return json.Number(v.Text())
	case ir.Double:
		s, _ := double(v.Float)
		return json.Number(s.Text)
	case ir.Bool:
		return v.Bool
	case ir.Timestamp:
		if s, problem := moment(f.Unit, v.Int-v.Int%1e9); problem == "" {
			return json.Number(s.Text)
		}
	}
	return strings.ToValidUTF8(v.Text(), "\ufffd") // as a JSON decoder gives it
}

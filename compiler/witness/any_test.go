package witness_test

import (
	"testing"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/compiler/witness"
)

const logSource = `id: windows.security
taxonomy: sigma
title: t
logsource: {product: windows, service: security}
fields:
  EventID: {type: int, doc: d}
  IpAddress: {type: any, doc: d}
  Status: {type: any, doc: d}
  Other: {type: any, doc: d}
  Rights: {type: list(any), doc: d}
`

// What decides a clause about a field of any type is found whatever the clauses read it as, and the rule, cel-go on its
// condition and the rule bound to the log say the same of it.
func TestWitnessesOfAny(t *testing.T) {
	var l diag.List
	s := telemetry.Read(source.NewFile("t.yaml", logSource), &l)
	src := &bind.Source{Source: s.Sources[0]}
	var fields []condition.Field
	for _, f := range s.Fields {
		fields = append(fields, condition.Field{Field: f.Field, Any: f.Any})
	}
	scope := condition.NewScope("telemetry t", fields, nil)
	for _, cond := range []string{
		`Status == 5`,
		`Status == "5" && EventID == 4624`,
		`Status in ["a", 4, true] && IpAddress.inCidr("10.0.0.0/8")`,
		`Status > 5 && Status != 7`,
		`Status > 5 && Status < 9 && !Status.contains(".")`,
		`IpAddress.inCidr("10.0.0.0/8") && !IpAddress.endsWith(".255")`,
		`IpAddress == "-" || IpAddress.inCidr(["10.0.0.0/8", "fe80::/10"])`,
		`Status.getHours() == 3 && Status.contains("30:")`,
		`Status == Other && Status > 5`,
		`Rights.exists(x, x > 4) && !("9" in Rights)`,
	} {
		text := source.Literal(source.NewFile("c", cond), 0, cond)
		e, ok := scope.Compile(text, nil, &l)
		if !ok {
			t.Fatalf("%s: %s", cond, l[0].Message)
		}
		e = ir.Normalize(e)
		program, err := scope.Elaborate(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := bind.Rule(&ir.Rule{Where: e}, src, false, &l)
		if out.Bound == nil {
			t.Fatalf("%s: %s", cond, out.Reason)
		}
		witnesses, unreached := witness.Generate(e, witness.Options{})
		for _, u := range unreached {
			t.Errorf("%s: %s: %s", cond, ir.Text(u.Atom), u.Reason)
		}
		yes, no, written := 0, 0, 0
		for _, w := range witnesses {
			if w.Want {
				yes++
			} else {
				no++
			}
			ev := w.Event()
			if got := eval.Match(e, ev, w.Tables); got != w.Want {
				t.Errorf("%s: %v: eval says %t", cond, w.Values, got)
			}
			if got, err := program.Match(ev, w.Tables); err != nil || got != w.Want {
				t.Errorf("%s: %v: cel-go says %t, %v", cond, w.Values, got, err)
			}
			rec, _, reason := src.Write(ev)
			if reason != "" {
				continue
			}
			written++
			if got := eval.Match(out.Bound.Where, rec, w.Tables); got != w.Want {
				t.Errorf("%s: %v written as %v: the bound rule says %t", cond, w.Values, rec.Values(), got)
			}
		}
		if yes < 2 || no < 5 || written*2 < len(witnesses) {
			t.Errorf("%s: %d matches, %d others, %d written", cond, yes, no, written)
		}
	}
}

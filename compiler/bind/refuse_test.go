package bind_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const refusingSource = `
id: ot.mode_change
title: t
serves: [TA0104/T5]
logsource: {category: mode_change}
time: ts
fields:
  ts: {type: timestamp, doc: d}
  user: {type: string, doc: d}
  host: {type: string, doc: d}
  mode: {type: string, doc: d}
  kind: {type: string, doc: d}
  name: {type: string, doc: d}
  path: {type: string, collation: cased, doc: d}
  src_ip: {type: ip, doc: d}
sources:
  - id: zeek.modes
    title: Zeek modes.log
    logsource: {product: zeek, service: modes}
    fields: {mode: fn, name: n, path: p}
    const: {kind: s7, host: É}
    values: {mode: {stop: [PLC Stop], run: [PLC Control]}}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: d}
`

func refusing(t *testing.T) *bind.Source {
	t.Helper()
	var l diag.List
	s := telemetry.Read(source.NewFile("s.yaml", refusingSource), &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	return &bind.Source{Source: s.Sources[0]}
}

func ruleOf(t *testing.T, src *bind.Source, text string) *ir.Rule {
	t.Helper()
	e, err := ir.Parse(source.NewFile("rule", text), func(name string) (ir.Field, bool) {
		f, ok := src.Schema.Field(name)
		if !ok {
			return ir.Field{}, false
		}
		return f.Field, true
	})
	if err != nil {
		t.Fatal(err)
	}
	return &ir.Rule{Name: "r", Where: ir.Normalize(e)}
}

// What becomes of a rule on a log that has no user, no address, one kind, and words of its own for the modes.
func TestOutcomes(t *testing.T) {
	src := refusing(t)
	for _, c := range []struct {
		rule, outcome, degraded string
		findings                string
	}{
		{`name = "a"`, `n = "a"`, "", ""},
		{`mode = "stop"`, `fn = "PLC Stop"`, "", ""},
		{`mode = "STOP" & kind = "s7"`, `fn = "PLC Stop"`, "", ""},
		{`mode = "hold"`, "never true there: the log has none of the values asked for of mode", "", ""},
		{`kind = "cip" & name = "a"`, "never true there: a constant of the log, or its row filter, contradicts the condition", "", ""},
		{`user = "a" & name = "a"`, "never true there: the log has no user", "", ""},
		{`kind = "s7"`, "true of every record", "", "DT3104 on zeek.modes the condition is true of every record"},
		// Without the user this finds less: a warning.
		{`user = "a" | name = "a"`, `n = "a"`, "narrower: the log has no user", "DT4011 zeek.modes has no user, so this clause is never true there"},
		// Without the address this would alert on what it was written to leave out: refused.
		{`name = "a" & !(src_ip in context hosts/1)`, "refused: without src_ip the rule would be wider", "", "DT4012 zeek.modes has no src_ip, by which this rule excludes"},
		{`!(user = "a")`, "refused: without user the rule would be wider", "", "DT4012 zeek.modes has no user, by which this rule excludes"},
		// Guarded, it is only never true.
		{`name = "a" & exists(src_ip) & !(src_ip in context hosts/1)`, "never true there: the log has no src_ip", "", ""},
		// Where the exclusion can make no difference it doesn't count.
		{`name = "a" | name = "a" & !(user = "b")`, `n = "a"`, "", ""},
		{`name = "a" & path = "x" cased | name = "a" & path = "x" cased & exists(mode) & !(user = "b")`, `n = "a" & p = "x" cased | n = "a" & p = "x" cased & exists(fn)`, "", ""},
		{`kind = "cip" & !(user = "a") | name = "a"`, `n = "a"`, "", ""},
		// The log's own words can't be looked into, nor a constant be looked up; unless that clause is dead anyway.
		{`mode contains "st"`, "the log has its own values for mode, and this asks for more than equality", "", "DT4013 zeek.modes: the log has its own values for mode, and this asks for more than equality"},
		{`kind in context kinds/1`, "kind is the constant s7 there, which a context table can't be asked for", "", "DT4013 zeek.modes: kind is the constant s7 there, which a context table can't be asked for"},
		{`kind = "cip" & mode contains "st" | name = "a"`, `n = "a"`, "", ""},
		{`mode contains "st" | !(mode contains "op")`, "the log has its own values for mode, and this asks for more than equality", "", "DT4013 zeek.modes: the log has its own values for mode, and this asks for more than equality " +
			"DT4013 zeek.modes: the log has its own values for mode, and this asks for more than equality"},
		{`mode = name`, "the log has its own values for mode or name, which can't be held against each other", "", "DT4013 zeek.modes: the log has its own values for mode or name, which can't be held against each other"},
		{`kind = name`, `n = "s7"`, "", ""},
		{`host = name`, "host or name is a constant there with letters beyond ASCII, which two fields fold otherwise than a field and a text", "", "DT4013 zeek.modes: host or name is a constant there with letters beyond ASCII, which two fields fold otherwise than a field and a text"},
	} {
		var l diag.List
		out := bind.Rule(ruleOf(t, src, c.rule), src, false, &l)
		if got := bound(out); got != c.outcome {
			t.Errorf("%s\n got %s\nwant %s", c.rule, got, c.outcome)
		}
		if got := degraded(out); got != c.degraded {
			t.Errorf("%s: degraded %q, want %q", c.rule, got, c.degraded)
		}
		if got := messages(l); got != c.findings {
			t.Errorf("%s\n got %s\nwant %s", c.rule, got, c.findings)
		}
	}
}

// degrade accepts both losses: the rule is bound, the clause stays on record, and nobody is warned of what they accepted.
func TestDegradeAcceptsALoss(t *testing.T) {
	src := refusing(t)
	for rule, want := range map[string]string{
		`user = "a" | name = "a"`:                     "narrower: the log has no user",
		`name = "a" & !(src_ip in context hosts/1)`:   "wider: the log has no src_ip",
		`(user = "a" | name = "a") & !exists(src_ip)`: "wider: the log has no src_ip; narrower: the log has no user",
	} {
		var l diag.List
		out := bind.Rule(ruleOf(t, src, rule), src, true, &l)
		if out.Bound == nil || degraded(out) != want || len(l) > 0 {
			t.Errorf("%s: %s, degraded %q, %s", rule, bound(out), degraded(out), messages(l))
		}
	}
}

func degraded(out bind.Outcome) string {
	var parts []string
	if out.Bound != nil {
		for _, c := range out.Bound.Degraded {
			parts = append(parts, c.Effect.String()+": "+c.Reason)
		}
	}
	return strings.Join(parts, "; ")
}

func messages(l diag.List) string {
	var parts []string
	for _, d := range l {
		parts = append(parts, string(d.Code)+" "+d.Message)
	}
	return strings.Join(parts, " ")
}

// A source is refused exactly where it matters what the atoms that it lacks say under a negation: where some answers of
// the others tell the two readings apart. The answers are gone through one by one, by another road than Rule's.
func TestRefusedExactlyWhereItMatters(t *testing.T) {
	all := worlds(t, 60)
	refused, accepted := 0, 0
	rounds(t, 3000)
	rapid.Check(t, func(t *rapid.T) {
		w := all[rapid.IntRange(0, len(all)-1).Draw(t, "world")]
		r := drawRule(t, w.source)
		exact, there := bind.Exclusions(r, w.source)
		if isFalse(exact) {
			return
		}
		atoms := map[[32]byte]int{} // by meaning: one raw name may be read as a list by one atom and not by another
		for _, e := range []ir.Expr{exact, there} {
			ir.Atoms(e, func(a ir.Expr, _ bool) {
				if _, ok := atoms[ir.Digest(a)]; !ok {
					atoms[ir.Digest(a)] = len(atoms)
				}
			})
		}
		if len(atoms) > 10 {
			return
		}
		matters := false
		for answers := range 1 << len(atoms) {
			answer := func(a ir.Expr) ir.Expr { return &ir.Const{Value: answers>>atoms[ir.Digest(a)]&1 == 1} }
			if !ir.Equal(ir.Map(exact, answer), ir.Map(there, answer)) {
				matters = true
			}
		}
		var l diag.List
		out := bind.Rule(r, w.source, false, &l)
		if len(l) > 0 && l[0].Code == diag.MappedOperator {
			return
		}
		says := out.Bound == nil && len(l) > 0 && l[0].Code == diag.WiderOnSource
		if says != matters {
			t.Fatalf("refused: %t, matters: %t\nrule  %s\nexact %s\nthere %s\n%s", says, matters, ir.Text(r.Where), ir.Text(exact), ir.Text(there), w.text)
		}
		if says {
			refused++
		} else {
			accepted++
		}
	})
	t.Logf("%d refused, %d not", refused, accepted)
	if refused == 0 || accepted == 0 {
		t.Error("the test shows one side only")
	}
}

func isFalse(e ir.Expr) bool {
	c, ok := e.(*ir.Const)
	return ok && !c.Value
}

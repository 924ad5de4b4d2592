package evidence_test

import (
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/stub"
)

const filterCases = `  given: {new_mode: stop, src_ip: 10.1.1.9}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host, but: {src_ip: 10.1.1.10}, want: match}
`

// narrow compiles a filter on a rule as the tool does, and runs it. change meddles with what was bound, to be caught.
func narrow(t *testing.T, exclude, cases string, change func(*evidence.FilterSubject)) (*evidence.FilterResults, diag.List) {
	t.Helper()
	rule := subject(t, rule, filterRuleCases)
	var l diag.List
	f := stub.ReadFilter(source.NewFile("f.yaml", "name: f\ntitle: t\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02\nowner: o\nticket: c\nuntil: 2027-01-31\nreason: r\n"+
		"rules: [r]\ntelemetry: ot.mode_change\nexclude: x\ntests:\n"+cases), &l)
	e, err := ir.Parse(source.NewFile("exclude", exclude), func(n string) (ir.Field, bool) { f, ok := rule.Schema.Field(n); return f.Field, ok })
	if err != nil || len(l) > 0 {
		t.Fatal(err, l)
	}
	s := &evidence.FilterSubject{Filter: f, Exclude: ir.Normalize(e), Rules: []*evidence.Subject{rule}}
	bare := *rule.Emitted[0].Bound.Source
	bare.Filter = nil
	out := bind.Rule(&ir.Rule{Name: "f", ID: f.ID.Value, Where: s.Exclude, Meta: ir.Meta{Title: "t"}}, &bare, false, &l)
	if out.Bound != nil {
		made, l := sigma.EmitFilter(out.Bound, sigma.Lease{}, []string{"r.zeek.s7comm"})
		if len(l) > 0 {
			t.Fatal(l[0].Message)
		}
		s.Emitted = []evidence.Emitted{{Bound: out.Bound, YAML: made.AsRule().YAML()}}
	}
	if change != nil {
		change(s)
	}
	var found diag.List
	return evidence.RunFilter(s, evidence.Options{Opinions: true}, &found), found
}

const filterRuleCases = `  given: {new_mode: stop, src_ip: 10.0.0.9}
  context: {hosts: [10.0.0.1]}
  cases:
    - {name: a stop, want: match}
    - {name: a run, but: {new_mode: run}, want: no match}
    - {name: an acknowledgement, source: zeek.s7comm, raw: {_path: s7comm, fn: PLC Stop, id.orig_h: 10.0.0.8, rosctr: Ack}, want: no match}
    - {name: raw, source: zeek.s7comm, raw: {_path: s7comm, fn: PLC Stop, id.orig_h: 10.0.0.8}, want: match}
`

func shown(cases []evidence.Case) string { return verdicts(&evidence.Results{Cases: cases}) }

func TestFilterCases(t *testing.T) {
	const taken, stays = "the scanner: pass\nanother host: pass", "r: a stop: pass\nr: a run: pass\nr: an acknowledgement: pass\nr: raw: pass"
	for _, c := range []struct{ exclude, cases, want, again string }{
		{`src_ip = ip(10.1.1.9)`, filterCases, taken, stays},
		{`src_ip = ip(10.1.1.9) & new_mode = "stop"`, filterCases, taken, stays},
		{`src_ip = ip(10.1.1.8)`, filterCases, "the scanner: fail, it still alerts, since src_ip = ip(10.1.1.8) is false (src_ip is 10.1.1.9)\nanother host: pass", stays},
		{`src_ip in net 10.1.1.0/24`, filterCases, "the scanner: pass\nanother host: fail, it is left out, since src_ip in net 10.1.1.0/24 is true (src_ip is 10.1.1.10)", stays},
		{`src_ip = ip(10.1.1.9)`, strings.Replace(filterCases, "new_mode: stop", "new_mode: run", 1),
			"the scanner: fail, the case shows nothing of the filter, since r does not match: new_mode = \"stop\" is false (new_mode is \"run\")\n" +
				"another host: fail, the case shows nothing of the filter, since r does not match: new_mode = \"stop\" is false (new_mode is \"run\")", stays},
		{`src_ip = ip(10.1.1.9)`, strings.Replace(filterCases, "{name: the scanner,", "{name: the scanner, context: {hosts: [10.1.1.9]},", 1),
			"the scanner: fail, the case shows nothing of the filter, since r does not match: src_ip in context hosts/1 is true (src_ip is 10.1.1.9)\nanother host: pass", stays},
		{`src_ip = ip(10.0.0.9) | src_ip = ip(10.1.1.9)`, filterCases, taken,
			"r: a stop: fail, the filter takes the match away, since src_ip in {ip(10.0.0.9), ip(10.1.1.9)} is true (src_ip is 10.0.0.9)\nr: a run: pass\nr: an acknowledgement: pass\nr: raw: pass"},
	} {
		got, _ := narrow(t, c.exclude, c.cases, nil)
		if s := shown(got.Cases); s != c.want {
			t.Errorf("%s\n%s\nwant\n%s", c.exclude, s, c.want)
		}
		if s := shown(got.Rules[0].Again); s != c.again {
			t.Errorf("%s\n%s\nwant\n%s", c.exclude, s, c.again)
		}
		if got.Pairs.Disagreed > 0 || got.Pairs.Bound == 0 || got.Pairs.Adapted != got.Pairs.Bound {
			t.Errorf("%s: %+v", c.exclude, got.Pairs)
		}
	}
}

// Of a filter of several clauses the one is named that takes the match away.
func TestFilterDefeatNamesTheClause(t *testing.T) {
	got, _ := narrow(t, `src_ip = ip(10.1.1.9) | here: (new_mode = "stop" & src_ip in net 10.0.0.0/16)`, filterCases, nil)
	d := got.Rules[0].Defeated
	if len(d) != 2 || d[0].Case.Name.Value != "a stop" || ir.Text(d[0].Clause) != `here: (new_mode = "stop" & src_ip in net 10.0.0.0/16)` || !strings.Contains(d[0].Why, "10.0.0.9") {
		t.Errorf("%+v", d)
	}
}

// How much of the rule a filter takes: nothing it can ever match, all of it, a part.
func TestFilterEffect(t *testing.T) {
	for _, c := range []struct {
		exclude              string
		never, whole, proved bool
	}{
		{`src_ip = ip(10.1.1.9)`, false, false, false},
		{`new_mode = "run"`, true, false, false},
		{`new_mode = "stop" & !exists(src_ip)`, true, false, true},
		{`new_mode = "stop"`, false, true, true},
		{`exists(src_ip) | user = "x"`, false, true, true},
		{`!(new_mode = "run")`, false, true, false}, // a log may hold a list where one value is due
	} {
		got, _ := narrow(t, c.exclude, filterCases, nil)
		if e := got.Rules[0].Effect; e.Never != c.never || e.Whole != c.whole || e.Proved != c.proved || e.Of == 0 {
			t.Errorf("%s: %+v", c.exclude, e)
		}
	}
}

// What was bound, or written, must mean what the filter means: a filter meddled with is caught by the cases.
func TestFilterDisagreement(t *testing.T) {
	for name, change := range map[string]func(*evidence.FilterSubject){
		"bound": func(s *evidence.FilterSubject) {
			b := *s.Emitted[0].Bound
			b.Where = &ir.Not{Arg: b.Where}
			s.Emitted[0].Bound = &b
		},
		"written": func(s *evidence.FilterSubject) {
			s.Emitted[0].YAML = []byte(strings.Replace(string(s.Emitted[0].YAML), "condition: not selection", "condition: selection", 1))
		},
	} {
		got, _ := narrow(t, `src_ip = ip(10.1.1.9)`, filterCases, change)
		if got.Pairs.Disagreed == 0 || !strings.Contains(shown(got.Cases)+shown(got.Rules[0].Again), "a fault of the compiler") {
			t.Errorf("%s: nobody noticed", name)
		}
	}
}

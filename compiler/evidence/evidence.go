// Package evidence shows that a rule means what its author says: it runs the stub's cases on IR and on every emitted
// Sigma rule, and counts what was seen.
package evidence

import (
	"fmt"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// A Subject is a compiled rule with all that its cases need.
type Subject struct {
	Stub    *stub.Stub
	Rule    *ir.Rule
	Schema  *telemetry.Schema
	Tables  map[string]*context.Table
	Levels  []Level                 // of alert.level_when, the highest first
	Sources map[string]*bind.Source // of the schema
	Emitted []Emitted               // one a source

	// CEL is the condition as cel-go judges it, made when it is first asked for; nil where it is not asked.
	CEL func() (*condition.Program, error)
}

// Emitted is a rule as it was written for a source.
type Emitted struct {
	Bound *bind.Bound
	YAML  []byte
}

// Verdict is what became of a case.
type Verdict string

const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
	Skip Verdict = "skip"
)

// Results are a rule's cases with their verdicts, and what they showed of the condition.
type Results struct {
	Cases              []Case
	Positive, Negative int      // cases that passed
	NearMisses         int      // of the negative ones: a single clause decided
	Atoms              []Atom   // the clauses of the condition; none of a correlation
	Unseen             []string // of them, those that no case saw true, or none saw false
	Pairs              Pairs
	Mutation           *Mutation // nil where the mutants were not asked for
	Timelines          bool      // the cases are a correlation's
}

// Pairs count events on which an opinion was given of a rule. All but the last two are how often the opinions stand in the
// cases' Rests, by their first words.
type Pairs struct {
	IR         int // ir: the logical rule
	CEL        int // cel: the condition as it was written, by cel-go
	Bound      int // bound: the rule specialised to a source, on a raw record
	Plain      int // sigma-go-unmodified: the emitted Sigma, by sigma-go as it is, where it is known to be right
	Adapted    int // sigma-go: the emitted Sigma, by sigma-go with its known gaps filled
	Disagreed  int // any of them against the rule
	NotWritten int // logical events that a source has no record for
}

// Add sums counts.
func (p *Pairs) Add(q Pairs) {
	p.IR += q.IR
	p.CEL += q.CEL
	p.Bound += q.Bound
	p.Plain += q.Plain
	p.Adapted += q.Adapted
	p.Disagreed += q.Disagreed
	p.NotWritten += q.NotWritten
}

// A Case is one test case, run.
type Case struct {
	Name    string
	Span    source.Span
	Sample  bool // its event is a sample record
	Want    bool
	Got     bool
	Verdict Verdict
	Message string   // why it failed or was skipped, in one line
	Rests   []string // which opinions judged it: "ir", "cel", "bound zeek.s7comm", "sigma-go zeek.s7comm", "sigma-go-unmodified zeek.s7comm"
}

// Failed are the cases that failed.
func (r *Results) Failed() []Case {
	var out []Case
	for _, c := range r.Cases {
		if c.Verdict == Fail {
			out = append(out, c)
		}
	}
	return out
}

// Lacks says what keeps the cases from showing the rule, mutants apart; empty where nothing does. They must pass, with
// a positive and two negatives of which one is a near miss, and see every clause both true and false.
func (r *Results) Lacks() string {
	switch failed := r.Failed(); {
	case len(failed) > 0:
		return fmt.Sprintf("case %q fails", failed[0].Name)
	case r.Positive < 1:
		return "no case shows a match"
	case r.Negative < 2:
		return "fewer than two cases show silence"
	case r.NearMisses < 1 && r.Timelines:
		return "no negative case is a near miss: the order turned round, the window exceeded, another group"
	case r.NearMisses < 1:
		return "no negative case is a near miss, where a single clause decides"
	case len(r.Unseen) > 0:
		return "no case sees " + r.Unseen[0]
	}
	return ""
}

// Reached are the sources of which a case had a record, its own or one written of its event, that the bound rule judged.
func (r *Results) Reached() map[string]bool {
	out := map[string]bool{}
	for _, c := range r.Cases {
		for _, opinion := range c.Rests {
			if id, ok := strings.CutPrefix(opinion, "bound "); ok {
				out[id] = true
			}
		}
	}
	return out
}

// Options say how much is asked of the cases.
type Options struct {
	Samples  *Samples // third-party records; without them the cases on them are skipped
	Opinions bool     // ask the engines of others as well, not only the rule and what it is bound to
	Mutants  bool     // hold the rule's mutants against the cases
	Propose  bool     // look for cases that would kill those that survive
}

// Run runs all cases of a rule.
func Run(s *Subject, o Options, l *diag.List) *Results {
	run := &runner{Subject: s, options: o, oracles: map[string]*oracle{}, seen: map[[32]byte]sight{}}
	for i := range s.Stub.Tests.Cases {
		run.results.Cases = append(run.results.Cases, run.one(&s.Stub.Tests.Cases[i], l))
	}
	run.results.Atoms = run.atoms()
	run.results.Unseen = unseen(run.results.Atoms)
	if o.Mutants {
		run.results.Mutation = run.mutate()
	}
	out := run.results // apart from the runner, which holds the oracles
	return &out
}

type runner struct {
	*Subject
	options Options
	oracles map[string]*oracle // by source and tables
	seen    map[[32]byte]sight // of the atoms, by their meaning: one that stands twice is one
	shots   []*shot            // the events of the cases that passed
	names   map[string]bool    // of the cases, and of those proposed
	results Results
}

// sight says how often an atom was seen with either verdict.
type sight struct{ yes, no int }

func (run *runner) one(c *stub.CaseForm, l *diag.List) Case {
	out := Case{Name: c.Name.Value, Span: c.Name.Whole, Sample: c.Sample != nil, Want: c.Positive()}
	before, shots := l.Count(diag.Error), len(run.shots)
	tables := run.tables(c, l)
	if missing := eval.Missing(run.Rule.Where, tables.Tables); len(missing) > 0 {
		out.Verdict, out.Message = Fail, fmt.Sprintf("the rule asks for context.%s, and the tests don't supply it", missing[0])
		return out
	}
	if c.Raw != nil || c.Sample != nil {
		run.raw(c, &out, tables)
	} else {
		run.logical(c, &out, tables, l)
	}
	if l.Count(diag.Error) > before {
		out.Verdict, out.Message = Fail, "the case has errors"
	}
	switch {
	case out.Verdict != Pass:
		run.shots = run.shots[:shots]
	case out.Want:
		run.results.Positive++
	default:
		run.results.Negative++
	}
	for _, s := range run.shots[shots:] {
		s.of = c
	}
	return out
}

// tables are the context tables of a case: the tests' own, with what the case says instead.
func (run *runner) tables(c *stub.CaseForm, l *diag.List) world {
	return contents(run.Tables, l, run.Stub.Tests.Context, c.Context)
}

// logical judges an event of the schema's fields, and the record of it that each source would have.
func (run *runner) logical(c *stub.CaseForm, out *Case, tables world, l *diag.List) {
	ev, said := run.given(c, l)
	if why := tables.unsupplied(run.Schema, ev, said, nil, run.asked(c)...); why != "" {
		out.Verdict, out.Message = Fail, "the rule asks for "+why
		return
	}
	ev = ev.Enrich(run.Schema, tables.rows, said.says, nil)
	run.judgeRule(ev, out, tables, said)
	run.judgeLevel(c, ev, out, tables)
	for _, e := range run.Emitted {
		rec, _, reason := e.Bound.Source.Write(ev)
		if reason != "" {
			run.results.Pairs.NotWritten++
			continue
		}
		// The log may say less than the event, or more: hold the bound rule against what it does say.
		want := eval.Match(run.Rule.Where, e.Bound.Source.Read(rec), tables.Tables)
		run.judgeEmitted(e, rec, want, out, tables.Tables)
	}
}

// present drops fields that an event gives as null.
func present(fields map[string][]ir.Value) map[string][]ir.Value {
	for name, values := range fields {
		if values == nil {
			delete(fields, name)
		}
	}
	return fields
}

// raw judges a record as the log has it.
func (run *runner) raw(c *stub.CaseForm, out *Case, tables world) {
	src := run.Sources[c.Source.Value]
	if src == nil {
		out.Verdict, out.Message = Fail, fmt.Sprintf("telemetry %s has no source %q", run.Schema.ID, c.Source.Value)
		return
	}
	rec, skip, err := run.record(c, src)
	switch {
	case skip != "":
		out.Verdict, out.Message = Skip, skip
		return
	case err != nil:
		out.Verdict, out.Message = Fail, err.Error()
		return
	case !src.Belongs(rec):
		out.Verdict, out.Message = Fail, fmt.Sprintf("the record is none of %s: it lacks %s", src.ID, recordMarks(src))
		return
	}
	through := src.Filter == nil || eval.Match(src.Filter, rec, nil)
	if through {
		if why := tables.unsupplied(run.Schema, src.Read(rec), nil, nil, run.asked(c)...); why != "" {
			out.Verdict, out.Message = Fail, "the rule asks for "+why
			return
		}
		rec = src.Enrich(rec, tables.rows, nil)
		ev := src.Read(rec)
		run.judgeRule(ev, out, tables, nil)
		run.judgeLevel(c, ev, out, tables)
	} else {
		run.results.Pairs.IR++
		out.settle(false, fmt.Sprintf("the row filter of %s leaves the record out", src.ID))
	}
	for _, e := range run.Emitted {
		if e.Bound.Source == src {
			run.judgeEmitted(e, rec, out.Got, out, tables.Tables)
		}
	}
}

func recordMarks(src *bind.Source) string {
	var marks []string
	for _, m := range src.Record {
		marks = append(marks, m.Name+": "+m.Text)
	}
	return strings.Join(marks, ", ")
}

func (run *runner) record(c *stub.CaseForm, src *bind.Source) (rec bind.Record, skip string, err error) {
	if c.Sample != nil {
		line, skip, err := run.options.Samples.Line(c.Sample)
		if skip != "" || err != nil {
			return rec, skip, err
		}
		rec, err = bind.ParseRecord(src.Format, line)
		return rec, "", err
	}
	rec, err = recordOf(c.Raw, src)
	return rec, "", err
}

// judgeRule asks the logical rule and settles the case.
func (run *runner) judgeRule(ev bind.Event, out *Case, tables world, said spoken) {
	step := eval.Trace(run.Rule.Where, ev, tables.Tables)
	run.results.Pairs.IR++
	run.look(step)
	if !step.Value && !out.Want && nearMiss(step) {
		run.results.NearMisses++
	}
	out.settle(step.Value, step.Why())
	run.judgeCEL(ev, step.Value, out, tables.Tables)
	run.shots = append(run.shots, &shot{event: ev, world: tables, said: said, want: step.Value, verdict: map[ir.Expr]bool{}})
}

// settle notes the rule's own verdict.
func (c *Case) settle(got bool, why string) {
	c.Got, c.Verdict = got, Pass
	c.Rests = append(c.Rests, "ir")
	if got != c.Want {
		c.Verdict, c.Message = Fail, why
	}
}

// judgeEmitted asks the bound rule and the emitted Sigma of a record; each must say what the rule says.
func (run *runner) judgeEmitted(e Emitted, rec bind.Record, want bool, out *Case, tables eval.Tables) {
	id := e.Bound.Source.ID
	run.results.Pairs.Bound++
	out.Rests = append(out.Rests, "bound "+id)
	if got := eval.Match(e.Bound.Where, rec, tables); got != want {
		run.disagree(out, "the rule bound to "+id, got)
		return
	}
	if !run.options.Opinions {
		return
	}
	o := run.oracle(e, tables)
	if o.err != nil {
		run.disagree(out, fmt.Sprintf("sigma-go on %s (%v)", id, o.err), !want)
		return
	}
	for _, opinion := range []struct {
		name  string
		count *int
		ask   func(map[string]any) (bool, error)
		fit   bool
	}{
		{"sigma-go", &run.results.Pairs.Adapted, o.Matches, true},
		{"sigma-go-unmodified", &run.results.Pairs.Plain, o.Unmodified, o.Plain(rec.Values())},
	} {
		if !opinion.fit {
			continue
		}
		got, err := opinion.ask(rec.Values())
		if err != nil {
			run.disagree(out, fmt.Sprintf("%s on %s (%v)", opinion.name, id, err), !want)
			return
		}
		*opinion.count++
		out.Rests = append(out.Rests, opinion.name+" "+id)
		if got != want {
			run.disagree(out, "the Sigma rule for "+id, got)
			return
		}
	}
}

func (run *runner) disagree(out *Case, who string, got bool) {
	run.results.Pairs.Disagreed++
	out.Verdict = Fail
	out.Message = fmt.Sprintf("%s says %s, the rule says %s: a fault of the compiler, please report it", who, verdict(got), verdict(!got))
}

func verdict(match bool) string {
	if match {
		return "match"
	}
	return "no match"
}

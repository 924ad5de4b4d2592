package witness_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/witness"
)

// A pipeline is the stages that the law holds against each other. A planted bug replaces one of them.
type pipeline struct {
	eval       func(ir.Expr, eval.Event, eval.Tables) bool
	read       func(*bind.Source, bind.Record) bind.Event
	specialise func(*ir.Rule, *bind.Source) bind.Outcome
	emit       func(*bind.Bound) ([]byte, diag.List)
	further    []opinion // of the logical rule on a logical event
	altered    bool      // eval is not eval's: that the two differ is not looked at
}

func straight() *pipeline {
	return &pipeline{
		eval: eval.Match,
		read: (*bind.Source).Read,
		specialise: func(r *ir.Rule, s *bind.Source) bind.Outcome {
			var l diag.List
			return bind.Rule(r, s, true, &l)
		},
		emit: func(b *bind.Bound) ([]byte, diag.List) {
			r, l := sigma.Emit(b)
			if r == nil {
				return nil, l
			}
			return r.YAML(), l
		},
		further: furtherOpinions,
	}
}

// A disagreement is what a law test is for.
type disagreement struct {
	who    string // the opinion that differs; "structure" where the emitted rule reads back as another
	detail string
}

func (d *disagreement) String() string { return d.who + ": " + d.detail }

const (
	perRule  = 20 // witnesses of the logical rule
	perBound = 10 // of the bound one
)

// A subject is a condition in a world with its witnesses.
type subject struct {
	world     *world
	rule      ir.Expr
	witnesses []witness.Witness
}

// subjects calls each with one subject after the other until it says false. The same seed gives the same ones.
func subjects(seed uint64, each func(n uint64, s *subject) bool) {
	var w *world
	for n := uint64(0); ; n++ {
		c := chance{rand.New(rand.NewPCG(seed, n))}
		if n%4 == 0 {
			w = newWorld(c)
		}
		e := w.aimed(w.expr(c), int(n), c)
		if _, constant := e.(*ir.Const); constant {
			continue
		}
		ws, _ := witness.Generate(e, witness.Options{Max: perRule, Fields: w.enums, Spare: []ir.Field{{Name: "cmd"}}})
		if !each(n, &subject{w, e, ws}) {
			return
		}
	}
}

// hold holds all opinions of a condition in a world against each other, and gives the first disagreement. structural
// asks also whether the emitted rule reads back.
func (p *pipeline) hold(s *subject, n uint64, t *tally, structural bool) *disagreement {
	w, e, ws, c := s.world, s.rule, s.witnesses, chance{rand.New(rand.NewPCG(n, n))}
	t.rules++
	rule := &ir.Rule{Name: "r", ID: "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", Telemetry: "t", Where: e, Meta: ir.Meta{Title: "T", Tactic: "TA0104"}}
	out := p.specialise(rule, w.source)
	judge := &judge{pipeline: p, world: w, rule: e, tally: t, chance: c, oracles: map[string]*sigma.Oracle{}, others: map[string]func(*witness.Witness) (bool, error){}}
	for _, o := range p.further {
		judges, err := o.of(w, e)
		if err != nil {
			return &disagreement{o.name, err.Error()}
		}
		if judges != nil {
			judge.others[o.name] = judges
		}
	}
	if out.Bound == nil && !strings.HasPrefix(out.Reason, "never") && !strings.HasPrefix(out.Reason, "true of every") {
		t.never++
		return nil
	}
	if out.Bound != nil {
		judge.bound = out.Bound
		judge.yaml, _ = p.emit(out.Bound)
		if judge.yaml != nil && structural {
			if err := sigma.Verify(out.Bound, judge.yaml); err != nil {
				return &disagreement{"structure", err.Error()}
			}
			t.opinions["structure"]++
		}
	} else {
		judge.constant = out.Reason
	}
	for i := range ws {
		if d := judge.logical(&ws[i]); d != nil {
			return d
		}
	}
	if out.Bound == nil {
		return nil
	}
	ws, _ = witness.Generate(out.Bound.Where, witness.Options{Max: perBound})
	for i := range ws {
		rec := respell(recordOf(out.Bound.Where, &ws[i]), c, c.in(2))
		if d := judge.onRecord(rec, ws[i].Tables, p.eval(out.Bound.Where, rec, ws[i].Tables), &ws[i], out.Bound.Where); d != nil {
			return d
		}
	}
	return nil
}

// judge has what the opinions of one rule need.
type judge struct {
	*pipeline
	*world
	chance
	*tally
	rule     ir.Expr
	bound    *bind.Bound // nil where the rule is constant on the source
	constant string
	yaml     []byte
	oracles  map[string]*sigma.Oracle
	others   map[string]func(*witness.Witness) (bool, error)
}

// logical judges an event of the schema, then the record that the log has of it, then one that a careless writer made.
func (j *judge) logical(w *witness.Witness) *disagreement {
	want := j.eval(j.rule, w.Event(), w.Tables)
	if want != w.Want && !j.altered {
		return &disagreement{"eval", fmt.Sprintf("%t\n%s\nwitness %s: %v", want, ir.Text(j.rule), w.What, w.Values)}
	}
	for name, opinion := range j.others {
		got, err := opinion(w)
		if err != nil || got != want {
			return j.differ(name, got, want, err, w, nil)
		}
		j.opinions[name]++
	}
	rec, lost, reason := j.source.Write(w.Event())
	if reason != "" {
		j.tally.lost++
		return nil
	}
	if got := j.eval(j.rule, j.read(j.source, rec), w.Tables); len(lost) == 0 && got != want && !hasKeyword(j.rule) {
		return j.differ("the record read back", got, want, nil, w, rec.Values())
	}
	if d := j.throughSource(rec, w); d != nil {
		return d
	}
	if j.in(2) {
		if d := j.throughSource(j.filled(rec), w); d != nil {
			return d
		}
	}
	return j.throughSource(respell(j.elsewhere(rec, j.chance), j.chance, j.in(3)), w)
}

// throughSource holds the bound rule on a record against the rule on what the record reads as.
func (j *judge) throughSource(rec bind.Record, w *witness.Witness) *disagreement {
	if !j.source.Belongs(rec) {
		return nil
	}
	through := j.source.Filter == nil || eval.Match(j.source.Filter, rec, nil)
	want := through && j.eval(j.rule, j.read(j.source, rec), w.Tables)
	if j.bound == nil {
		if got := strings.HasPrefix(j.constant, "true"); got != want && !hasKeyword(j.rule) {
			return j.differ("bind: "+j.constant, got, want, nil, w, rec.Values())
		}
		j.tally.pairs++
		return nil
	}
	got := j.eval(j.bound.Where, rec, w.Tables)
	if hasKeyword(j.rule) { // which looks at the log's own texts
		want = got
	} else {
		j.opinions["bound"]++
	}
	if got != want {
		return j.differ("bound", got, want, nil, w, rec.Values())
	}
	return j.onRecord(rec, w.Tables, want, w, j.rule)
}

// onRecord asks sigma-go of a record.
func (j *judge) onRecord(rec bind.Record, tables eval.Tables, want bool, w *witness.Witness, about ir.Expr) *disagreement {
	if j.yaml == nil {
		return nil
	}
	o, err := j.oracle(tables)
	if err != nil {
		return j.differ("sigma-go", false, want, err, w, nil)
	}
	if got, err := o.Matches(rec.Values()); err != nil || got != want {
		return j.differ("sigma-go adapted", got, want, err, w, rec.Values())
	}
	j.opinions["sigma-go adapted"]++
	if o.Plain(rec.Values()) {
		if got, err := o.Unmodified(rec.Values()); err != nil || got != want {
			return j.differ("sigma-go unmodified", got, want, err, w, rec.Values())
		}
		j.opinions["sigma-go unmodified"]++
	}
	j.tally.pairs++
	if want {
		j.matched++
	}
	j.count(about, w)
	return nil
}

func (j *judge) oracle(tables eval.Tables) (*sigma.Oracle, error) {
	texts := map[string][]string{}
	key := ""
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, v := range tables[name] {
			texts[name] = append(texts[name], v.Text())
		}
		key += fmt.Sprintf("%q%q", name, texts[name])
	}
	if o := j.oracles[key]; o != nil {
		return o, nil
	}
	o, err := sigma.NewOracle(j.yaml, texts, sigma.Fields(j.bound.Where))
	j.oracles[key] = o
	return o, err
}

func (j *judge) differ(who string, got, want bool, err error, w *witness.Witness, rec map[string]any) *disagreement {
	text, _ := json.Marshal(rec)
	where := ir.Expr(&ir.Const{})
	if j.bound != nil {
		where = j.bound.Where
	}
	return &disagreement{who, fmt.Sprintf("%t (%v), the rule says %t\n%s\nbound: %s\nwitness %s: %v, tables %v\nrecord %s\n%s\n%s",
		got, err, want, ir.Text(j.rule), ir.Text(where), w.What, w.Values, w.Tables, text, j.yaml, j.text)}
}

func hasKeyword(e ir.Expr) (yes bool) {
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		if _, ok := a.(*ir.Keyword); ok {
			yes = true
		}
	})
	return yes
}

// recordOf is a witness of a bound rule as a record.
func recordOf(e ir.Expr, w *witness.Witness) bind.Record {
	field := sigma.Fields(e)
	out := map[string]any{}
	for name, values := range w.Values {
		f := field(name)
		leaves := []any{}
		for _, v := range values {
			leaves = append(leaves, leaf(f, v))
		}
		switch len(leaves) {
		case 0:
			out[name] = map[string]any{"not": "readable"}
		case 1:
			out[name] = leaves[0]
		default:
			out[name] = leaves
		}
	}
	return bind.NewRecord(out)
}

func leaf(f ir.Field, v ir.Value) any {
	switch {
	case v.Type == ir.Bool:
		return v.Bool
	case v.Type == ir.Int || v.Type == ir.Double:
		return json.Number(v.Text())
	case v.Type == ir.Timestamp && f.Unit > 0:
		return json.Number(strconv.FormatInt(v.Int/int64(f.Unit), 10))
	}
	return strings.ToValidUTF8(v.Text(), "\ufffd")
}

// pairsWanted are the pairs that the law is held on: DETC_PAIRS, else as many as a build can wait for.
func pairsWanted(t *testing.T) int {
	if text := os.Getenv("DETC_PAIRS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("DETC_PAIRS is no number: %q", text)
		}
		return n
	}
	if testing.Short() {
		return 10_000
	}
	return 100_000
}

// seed is DETC_SEED, else always the same: a build must not fail on one day and pass on the next. The nightly run gives
// another each day.
func seed(t *testing.T) uint64 {
	text := os.Getenv("DETC_SEED")
	if text == "" {
		return 1
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("DETC_SEED is no number: %q", text)
	}
	return n
}

// All opinions agree on generated rules, in generated logs, on events made for each rule.
func TestOpinionsAgree(t *testing.T) {
	want, from := pairsWanted(t), seed(t)
	tally, start := newTally(), time.Now()
	subjects(from, func(n uint64, s *subject) bool {
		if d := straight().hold(s, n, tally, true); d != nil {
			t.Fatalf("seed %d, rule %d: %s", from, n, d)
		}
		return tally.pairs < want || tally.pairs < 4*want && len(tally.unexercised()) > 0
	})
	t.Logf("seed %d, %s\n%s", from, time.Since(start).Round(time.Second), tally)
	for _, cell := range tally.unexercised() {
		t.Errorf("no pair exercised %s", cell)
	}
}

package backtest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/trial"
)

// A worker judges pieces. What it counts by source is added up at the end; its hits go with the piece that they are of.
type worker struct {
	*plan
	x       *trial.Matcher
	on      []*onSource
	digests bool // labels name records
	batch   *batch

	record int // of the worker: what was read of it is kept until the next
	events []keptEvent
	at     moment
}

// onSource is a source with the rules on it.
type onSource struct {
	*bind.Source
	number int
	index  *trial.Index
	rules  []onRule
	time   *ir.Field // the raw name that says when; nil where none does
	seen   sourceTally
}

type onRule struct {
	*subject
	question *trial.Question
	readers  []reader // of its fields
	context  []reader // of what correlations ask for
	filters  []*trial.Question
	levels   []onLevel
}

// moment is when a record happened, if it says so.
type moment struct {
	ns int64
	ok bool
}

type keptEvent struct {
	record int
	event  bind.Event
}

// A batch is what a piece gave.
type batch struct {
	number, file int
	fileTally
	hits []hit
}

// A hit is a rule that is true of a record: for certain, or if tables say so that nobody supplied.
type hit struct {
	moment
	rule     *subject
	source   int32
	must     bool
	filter   int32  // of the rule's filters, the first that leaves it out; -1 for none
	level    int32  // of the rule's levels, the one that it is raised to; -1 for none
	group    int64  // hits of one record as one source has it, for correlations
	record   string // its digest, where labels name records
	texts    [][]string
	context  map[string][]string
	untabled bool // a level asks a table that nobody supplied
}

func newWorker(p *plan) *worker {
	w := &worker{plan: p, x: trial.NewMatcher(p.sources, p.Tables, p.Rows), digests: p.Labels.byRecord()}
	sources := w.x.Sources()
	w.events = make([]keptEvent, len(sources))
	for i, s := range sources {
		w.on = append(w.on, w.onSource(i, s))
	}
	return w
}

func (w *worker) onSource(number int, s *bind.Source) *onSource {
	o := &onSource{Source: s, number: number}
	if b := s.Binding(s.Schema.Time); len(b.Paths) == 1 {
		o.time = &b.Paths[0]
	}
	var exprs []ir.Expr
	for _, r := range w.rules {
		for _, b := range r.On {
			if b.Source != s {
				continue
			}
			exprs = append(exprs, b.Where)
			o.rules = append(o.rules, w.onRule(number, r, b))
		}
	}
	o.index = w.x.Index(number, exprs)
	o.seen = newSourceTally()
	return o
}

func (w *worker) onRule(number int, r *subject, b *bind.Bound) onRule {
	out := onRule{subject: r, question: w.x.Compile(number, b.Where)}
	for _, name := range r.fields {
		out.readers = append(out.readers, newReader(b.Source, name))
	}
	for _, name := range r.context {
		out.context = append(out.context, newReader(b.Source, name))
	}
	for _, l := range r.Levels {
		out.levels = append(out.levels, w.onLevel(number, l, b.Source))
	}
	for _, f := range r.Filters {
		var q *trial.Question
		if e := f.On[b.Source]; e != nil {
			q = w.x.Compile(number, e)
		}
		out.filters = append(out.filters, q)
	}
	return out
}

func (w *worker) piece(p piece) *batch {
	w.batch = &batch{number: p.number, file: p.file}
	p.Lines(func(line []byte, number int) bool {
		w.line(line, number)
		return true
	})
	p.Free()
	return w.batch
}

func (w *worker) line(line []byte, number int) {
	why, blank := w.x.Read(line)
	w.record++
	switch {
	case blank:
		w.batch.blank++
		return
	case why != "":
		w.batch.fail(why, number)
		return
	}
	w.batch.records++
	if odd := w.x.Odd(); odd != "" {
		w.batch.oddly(odd, number)
	}
	of := w.x.Of()
	if len(of) == 0 {
		w.batch.unbound++
		return
	}
	w.at = w.when(of)
	if !w.at.ok {
		w.batch.timeless++
	}
	day := w.at.day()
	for _, i := range of {
		w.on[i].seen.record(w.at, day)
	}
	rows := w.x.Rows()
	if len(rows) == 0 {
		w.batch.aside++
		return
	}
	w.batch.bound++
	slices.Sort(rows)
	for _, i := range rows {
		w.source(w.on[i], line)
	}
}

// when is the time of a record as the first of its sources reads it that can.
func (w *worker) when(of []int) moment {
	var last *ir.Field
	for _, i := range of {
		f := w.on[i].time
		if f == nil || last != nil && *last == *f {
			continue
		}
		last = f
		if values, _ := w.x.Get(*f); len(values) > 0 {
			return moment{values[0].Int, true}
		}
	}
	return moment{}
}

// source judges the record as a row of a source.
func (w *worker) source(o *onSource, line []byte) {
	o.seen.rows++
	for _, n := range o.index.Candidates() {
		r := &o.rules[n]
		if must, may := w.x.Ask(r.question); may {
			w.hit(o, r, must, line)
		}
	}
}

func (w *worker) hit(o *onSource, r *onRule, must bool, line []byte) {
	h := hit{moment: w.at, rule: r.subject, source: int32(o.number), must: must, filter: -1, level: -1, group: int64(w.record)}
	for i, q := range r.filters {
		if q == nil {
			continue
		}
		if left, _ := w.x.Ask(q); left {
			h.filter = int32(i)
			break
		}
	}
	h.texts = make([][]string, len(r.readers))
	for i, read := range r.readers {
		h.texts[i] = w.texts(o, read)
	}
	w.raise(o, r, &h)
	if r.over {
		h.context = make(map[string][]string, len(r.context))
		for i, read := range r.context {
			h.context[r.subject.context[i]] = w.texts(o, read)
		}
	}
	if w.digests {
		sum := sha256.Sum256(line)
		h.record = hex.EncodeToString(sum[:])
	}
	w.batch.hits = append(w.batch.hits, h)
}

// raise finds the level that the hit's alert has.
func (w *worker) raise(o *onSource, r *onRule, h *hit) {
	for i, l := range r.levels {
		var must, may bool
		switch {
		case l.never:
		case l.question != nil:
			must, may = w.x.Ask(l.question)
		default:
			must = eval.Match(l.Where, w.event(o), w.Tables)
		}
		h.untabled = h.untabled || may && !must
		if must {
			h.level = int32(i)
			return
		}
	}
}

// onLevel is a level on a source: bound to it where that can be said in the log's own names, else judged on the event
// as its schema has it.
type onLevel struct {
	Level
	question *trial.Question
	never    bool
}

func (w *worker) onLevel(number int, l Level, s *bind.Source) onLevel {
	bare := *s
	bare.Filter = nil // the record is a row already
	var refused diag.List
	out := bind.Rule(&ir.Rule{Telemetry: s.Schema.ID, Where: l.Where}, &bare, true, &refused)
	switch {
	case out.Bound != nil:
		return onLevel{Level: l, question: w.x.Compile(number, out.Bound.Where)}
	case len(refused) == 0:
		return onLevel{Level: l, never: true}
	}
	return onLevel{Level: l}
}

// event is the record as the source's schema has it, with what the tables say of it.
func (w *worker) event(o *onSource) bind.Event {
	k := &w.events[o.number]
	if k.record != w.record {
		k.event, k.record = o.Read(w.x.Record(o.number)), w.record
	}
	return k.event
}

// texts are a field's values as a rule sees them.
func (w *worker) texts(o *onSource, r reader) []string {
	switch {
	case r.field == nil:
		return nil
	case r.slow:
		values, _ := w.event(o).Get(r.field.Field)
		return textsOf(values)
	case r.texts != nil:
		return r.texts
	}
	for _, p := range r.paths {
		if values, present := w.x.Get(p); present {
			return textsOf(values)
		}
	}
	return nil
}

func textsOf(values []ir.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text()
	}
	return out
}

// day is the number of a moment's day, in UTC, since 1970.
func (m moment) day() int64 {
	const day = int64(24 * time.Hour)
	d := m.ns / day
	if m.ns%day < 0 {
		d--
	}
	return d
}

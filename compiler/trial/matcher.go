package trial

import (
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
)

// A Matcher says of one line after another which sources its record is of, and which bound expressions are true of it:
// the way of a trial, for whoever counts something else. It means what bind and eval mean. It is not safe for
// concurrent use.
type Matcher struct {
	m    *machine
	logs map[string]*logOf // by the set of their sources
	log  *logOf            // of the record at hand
	rows []int
}

// NewMatcher makes a matcher of sources, which knows what a site's tables hold; what they don't list was supplied by
// nobody. Sources of Sigma's own log sources are left out: nothing tells their records.
func NewMatcher(sources []*bind.Source, tables eval.Tables, rows bind.Contents) *Matcher {
	m := newMachine(sources, nil, 1)
	m.supply(tables, rows)
	return &Matcher{m: m, logs: map[string]*logOf{}}
}

// Sources are those whose records are told, by the number that Of gives.
func (x *Matcher) Sources() []*bind.Source {
	out := make([]*bind.Source, len(x.m.sources))
	for i, l := range x.m.sources {
		out[i] = l.Source
	}
	return out
}

// Read takes a line. It says why it is no record, or that nothing stands in it; then there is nothing to ask.
func (x *Matcher) Read(line []byte) (why string, blank bool) {
	m := x.m
	if m.scan.Paths() > maxPaths/2 {
		m.forget()
	}
	format, why, blank := m.parse(line)
	m.record++
	m.event.line, m.event.format = line, format
	return why, blank
}

// Odd says what is amiss with a record that was read all the same; "" for nothing.
func (x *Matcher) Odd() string {
	if x.m.scan.InvalidUTF8() {
		return notUTF8
	}
	return ""
}

// Of are the sources whose log the record is of, by number, ascending. It holds until the next line.
func (x *Matcher) Of() []int {
	set := x.m.of()
	if x.log = x.logs[string(set)]; x.log == nil {
		x.log = x.newLog(set)
		x.logs[string(set)] = x.log
	}
	return x.log.of
}

// Rows are those of the sources whose row filter lets the record through, in no order that means anything. Of must have
// been asked; it holds until the next line.
func (x *Matcher) Rows() []int {
	x.rows = x.rows[:0]
	for _, i := range x.log.filters.Candidates() {
		n := x.log.of[i]
		if l := x.m.sources[n]; l.filter == nil || x.m.holds(l.filter) {
			x.rows = append(x.rows, n)
		}
	}
	return x.rows
}

// A logOf is the sources that records of one log are of, with an index of their row filters.
type logOf struct {
	of      []int
	filters *Index
}

func (x *Matcher) newLog(set []byte) *logOf {
	log := &logOf{of: []int{}}
	var filters []ir.Expr
	for i := 0; i < len(set); i += 2 {
		n := int(set[i])<<8 | int(set[i+1])
		log.of = append(log.of, n)
		filter := x.m.sources[n].Filter
		if filter == nil {
			filter = &ir.Const{Value: true}
		}
		filters = append(filters, filter)
	}
	x.m.given, x.m.rich, x.m.on = nil, nil, nil // a row filter asks the log alone
	log.filters = x.index(filters, nil)
	return log
}

// Get reads a raw name of the record as the field's type; only names that some source reads are known.
func (x *Matcher) Get(f ir.Field) (values []ir.Value, present bool) { return x.m.Get(f) }

// One is the value of a raw name, and how many there are: only of one is it given.
func (x *Matcher) One(slot int32) (ndjson.Value, int) { return x.m.scan.One(slot) }

// Slot is the number of a raw name, for One; it says false of one that no source reads.
func (x *Matcher) Slot(name string) (int32, bool) { return x.m.names.Slot(name) }

// Record is the record as far as a source reads it, with what the tables say of it.
func (x *Matcher) Record(source int) bind.Record {
	return x.m.enriched(x.m.sources[source].Source)
}

// A Question is a bound expression, compiled for a matcher.
type Question struct {
	Tables    []string // that it asks, and that nobody supplied
	must, may *clause  // may is nil where there are none
}

// Compile compiles an expression that is bound to a source.
func (x *Matcher) Compile(source int, e ir.Expr) *Question {
	j := &x.m.judge
	j.compileFor(x.m.sources[source].Source)
	q := &Question{Tables: j.unsupplied(e), must: j.compile(e, least)}
	if len(q.Tables) > 0 {
		q.may = j.compile(e, most)
	}
	return q
}

// Ask says whether the expression is true of the record whatever the tables say that nobody supplied, and whether it is
// if they say so.
func (x *Matcher) Ask(q *Question) (must, may bool) {
	must = x.m.holds(q.must)
	return must, must || q.may != nil && x.m.holds(q.may)
}

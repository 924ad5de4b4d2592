package property

import (
	"strings"

	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// A Dimension is one of the things that TA0104/D2 wants an act put beside.
type Dimension uint8

const (
	Criticality Dimension = iota // how critical the device is
	Identity                     // who did it
	Source                       // from which station
	Timing                       // at what hour, or how soon after what
	Change                       // whether a change was open for it
	dimensions
)

// Dimensions are all of them, in the order of the brief.
func Dimensions() []Dimension { return []Dimension{Criticality, Identity, Source, Timing, Change} }

func (d Dimension) String() string {
	return [...]string{"criticality", "identity", "source", "timing", "change window"}[d]
}

// A Use is what a rule does with a dimension; the greater, the more.
type Use uint8

const (
	Unused  Use = iota
	Shown       // the alert shows it to the analyst
	Raises      // it decides on the alert's level
	Decides     // it decides whether there is an alert
)

func (u Use) String() string { return [...]string{"", "shown", "level", "condition"}[u] }

// Uses are what a rule does with each dimension. A correlation uses what its rules decide by; that it looks at the time
// between events is of its nature.
func (r *Rule) Uses() [dimensions]Use {
	var uses [dimensions]Use
	raise := func(d Dimension, to Use) { uses[d] = max(uses[d], to) }
	r.look(raise)
	for _, p := range r.Parts {
		for d, u := range p.Uses() {
			if u == Decides {
				raise(Dimension(d), u)
			}
		}
	}
	if r.Correlation != nil {
		raise(Timing, Decides)
		r.grouped(raise)
	}
	return uses
}

func (r *Rule) look(raise func(Dimension, Use)) {
	if r.Schema == nil {
		return
	}
	for _, name := range r.Shown {
		if f, ok := r.field(name); ok {
			each(r.Schema, f, func(d Dimension) { raise(d, Shown) })
		}
	}
	atoms := func(e ir.Expr, to Use) {
		ir.Atoms(e, func(a ir.Expr, _ bool) {
			if asksTime(a) {
				raise(Timing, to)
			}
			_, presence := a.(*ir.Exists)
			for _, f := range ir.Fields(a) {
				// That a record says who it was is not to look at who it was; that a table has a row is to look.
				if f, ok := r.field(f.Name); ok && (!presence || f.Lookup != nil) {
					each(r.Schema, f, func(d Dimension) { raise(d, to) })
				}
			}
		})
	}
	for _, e := range r.Raises {
		atoms(e, Raises)
	}
	atoms(r.Where, Decides)
}

// grouped: who is counted by, or told apart by, is looked at.
func (r *Rule) grouped(raise func(Dimension, Use)) {
	for _, name := range append(r.Correlation.GroupBy, r.Correlation.Fields...) {
		for _, p := range r.Parts {
			if p.Schema == nil {
				continue
			}
			if f, ok := p.field(name); ok {
				each(p.Schema, f, func(d Dimension) { raise(d, Decides) })
			}
		}
	}
}

// field is a field of the rule's telemetry that one of its logs has.
func (r *Rule) field(name string) (*telemetry.Field, bool) {
	f, ok := r.Schema.Field(name)
	return f, ok && (r.Has == nil || r.Has(name))
}

func asksTime(a ir.Expr) bool {
	switch a := a.(type) {
	case *ir.TimePart:
		return true
	case *ir.Compare:
		return a.Field.Type == ir.Timestamp
	}
	return false
}

// each calls f for the dimensions that a field tells of: by its role and what it names, or, where it is looked up, by
// what it is looked up for.
func each(s *telemetry.Schema, f *telemetry.Field, call func(Dimension)) {
	if l := f.Lookup; l != nil {
		by, _ := s.Field(l.By)
		switch {
		case l.At != "":
			call(Change)
		case by != nil && of(s, by) == "actor":
			each(s, by, call)
		case strings.HasSuffix(f.Name, ".criticality"), strings.HasSuffix(f.Name, ".safety"), strings.HasSuffix(f.Name, ".class"), strings.HasSuffix(f.Name, ".zone"):
			call(Criticality)
		}
		return
	}
	station := f.Entity == "host" || f.Entity == "device" || f.Entity == "network"
	switch {
	case f.Role == "actor" && f.Entity == "user":
		call(Identity)
	case f.Role == "actor" && station, f.Entity == "host" && itsOwn(s):
		call(Source)
	}
}

// itsOwn says that a log is that of the station itself, which is then where the act came from: no field of it says from
// which other one.
func itsOwn(s *telemetry.Schema) bool {
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Lookup == nil && f.Role == "actor" && (f.Entity == "host" || f.Entity == "device") {
			return false
		}
	}
	return true
}

// of is a field's role, or that of the field by which it is looked up.
func of(s *telemetry.Schema, f *telemetry.Field) string {
	for range 4 { // a chain of lookups
		if f.Lookup == nil {
			return f.Role
		}
		by, ok := s.Field(f.Lookup.By)
		if !ok {
			break
		}
		f = by
	}
	return f.Role
}

// besideTheAct: one dimension decides, on the alert or its level, or the analyst sees at least two.
func besideTheAct(r *Rule) string {
	shown := 0
	for _, u := range r.Uses() {
		if u >= Raises {
			return ""
		}
		if u == Shown {
			shown++
		}
	}
	if shown >= 2 {
		return ""
	}
	return "it looks at the act alone: neither who, whence, when, how critical nor whether a change was open plays a part"
}

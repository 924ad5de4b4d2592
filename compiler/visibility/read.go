package visibility

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// A Known is what statements are held against: the sources that there are, each with the domains that its telemetry
// serves and its fields.
type Known map[string]KnownSource

// A KnownSource is a source as statements may name it.
type KnownSource struct {
	Schema  string   // its telemetry
	Title   string   // one line
	Domains []string // of the tactics that its telemetry serves; none is any
	Fields  []string
}

// ReadInventory reads inventory.yaml. Today (YYYY-MM-DD, "" where no day is known) says what the future is.
func ReadInventory(f *source.File, today string, l *diag.List) *Inventory {
	var in InventoryForm
	if !form.File(f, &in, "an inventory", l) {
		return nil
	}
	out := &Inventory{Title: in.Title.Value, Owner: in.Owner.Value, Source: in.Source.Value, AsOf: in.AsOf.Value, Digest: Digest(f.Text), File: f}
	if future(in.AsOf, "as_of", today, l) {
		out.AsOf = ""
	}
	first := map[string]source.Span{}
	for i := range in.Scopes {
		s, ok := readScope(&in.Scopes[i], l)
		if !ok {
			continue
		}
		if at, twice := first[s.ID]; twice {
			l.Add(diag.VisibleTwice, s.Span, "the scope %s stands twice", s.ID).WithNote(at, "here first").WithHelp("add the counts up in one")
			continue
		}
		first[s.ID] = s.Span
		out.Scopes = append(out.Scopes, s)
	}
	slices.SortStableFunc(out.Scopes, func(a, b Scope) int { return scopeOrder(a.ID) - scopeOrder(b.ID) })
	return out
}

// Digest is the SHA-256 of a text in hex.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func readScope(in *ScopeForm, l *diag.List) (Scope, bool) {
	s := Scope{Class: in.Class.Value, Population: in.Population.Value, Platform: in.Platform.Value, Span: in.Span}
	switch {
	case s.Class != "" && s.Population == "" && s.Platform == "":
		s.ID, s.Domain, s.Span = s.Class, ICS, in.Class.Whole
	case s.Class == "" && s.Population != "" && s.Platform != "":
		s.ID, s.Domain, s.Span = s.Population+"/"+s.Platform, Mobile, in.Population.Whole
	default:
		l.Add(diag.VisibleUnknownScope, in.Span, "a scope is a class, or a population on a platform").
			WithHelp("write {class: controller, …} or {population: corporate_managed, platform: android, …}")
		return s, false
	}
	if in.Consequence.Value == "high" {
		s.Consequence = "high"
	}
	s.Known = count(in.Known, "known", l).N
	s.Enrolled, s.Reporting, s.Attributable = count(in.Enrolled, "enrolled", l), count(in.Reporting, "reporting", l), count(in.Attributable, "attributable", l)
	narrows(&s, in, l)
	for _, e := range in.NotApplicable {
		s.NotApplicable = append(s.NotApplicable, Exempted{e.Key.Value, e.Value.Reason.Value, e.Value.Owner.Value, e.Key.Whole})
	}
	return s, in.Known.Set
}

// count is a number of things; a negative one is a finding, and unknown.
func count(v form.Value[int64], what string, l *diag.List) Count {
	if !v.Set {
		return Count{}
	}
	if v.V < 0 || v.V > 1<<40 {
		l.Add(diag.VisibleCount, v.Span, "%s can't be %d", what, v.V)
		return Count{}
	}
	return Count{int(v.V), true}
}

// narrows takes what is larger than what it is a part of as unknown.
func narrows(s *Scope, in *ScopeForm, l *diag.List) {
	before, most := "known", s.Known
	for _, step := range []struct {
		name string
		n    *Count
		at   source.Span
	}{{"enrolled", &s.Enrolled, in.Enrolled.Span}, {"reporting", &s.Reporting, in.Reporting.Span}, {"attributable", &s.Attributable, in.Attributable.Span}} {
		if !step.n.Ok {
			continue
		}
		if step.n.N > most {
			l.Add(diag.VisibleFunnel, step.at, "%s: %d are %s, and %d %s", s.ID, step.n.N, step.name, most, before).
				WithHelp("count both in the same place, on the same day")
			*step.n = Count{}
			continue
		}
		before, most = step.name, step.n.N
	}
}

// future says of a date that it lies after today.
func future(t source.Text, what, today string, l *diag.List) bool {
	if today == "" || t.Value <= today {
		return false
	}
	l.Add(diag.VisibleFuture, t.Whole, "%s lies in the future: today is %s", what, today)
	return true
}

// older says that a day is unknown, or more than so many days before today. Where today isn't known everything is.
func older(day, today string, days int) bool {
	d, err := time.Parse(time.DateOnly, day)
	t, err2 := time.Parse(time.DateOnly, today)
	return err != nil || err2 != nil || t.Sub(d) > time.Duration(days)*24*time.Hour
}

// Read reads visibility.yaml and holds it against the inventory, where there is one, and the sources, where any are known.
func Read(f *source.File, inv *Inventory, known Known, today string, l *diag.List) *Visible {
	var in Form
	if !form.File(f, &in, "visibility", l) {
		return nil
	}
	r := reader{inv: inv, known: known, today: today, list: l, first: map[[2]string]source.Span{}}
	out := &Visible{Title: in.Title.Value, Owner: in.Owner.Value, Digest: Digest(f.Text), File: f}
	for i := range in.Sources {
		out.Rows = append(out.Rows, r.statement(&in.Sources[i])...)
	}
	if in.Observed != nil {
		out.Observed = r.observed(in.Observed)
		out.Rows = append(out.Rows, out.Observed.rows(inv)...)
	}
	slices.SortStableFunc(out.Rows, func(a, b Row) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return scopeOrder(a.Scope) - scopeOrder(b.Scope)
	})
	out.disagree(l)
	return out
}

type reader struct {
	inv   *Inventory
	known Known
	today string
	list  *diag.List
	first map[[2]string]source.Span
}

// source says whether there is a source of that name.
func (r *reader) source(t source.Text) bool {
	if _, ok := r.known[t.Value]; ok || r.known == nil {
		return !t.IsZero()
	}
	r.list.Add(diag.VisibleUnknownSource, t.Whole, "there is no source %q", t.Value).WithGuess(t.Whole, t.Value, r.known.Names())
	return false
}

// scope says whether a statement on a source may be about a scope.
func (r *reader) scope(t source.Text, src string) bool {
	all := ScopeIDs()
	if !slices.Contains(all, t.Value) {
		d := r.list.Add(diag.VisibleUnknownScope, t.Whole, "there is no scope %q", t.Value)
		if d.WithGuess(t.Whole, t.Value, all); d.Help == "" {
			d.WithHelp("an asset class (%s) or population/platform", strings.Join(classes, ", "))
		}
		return false
	}
	if d := r.known[src].Domains; len(d) > 0 && !slices.Contains(d, DomainOf(t.Value)) {
		r.list.Add(diag.VisibleNoScopeOf, t.Whole, "%s is of %s, and %s of %s", src, strings.Join(d, ", "), t.Value, DomainOf(t.Value))
		return false
	}
	if r.inv != nil && r.inv.Scope(t.Value) == nil {
		r.list.Add(diag.VisibleUnknownScope, t.Whole, "the inventory has no scope %s", t.Value).WithHelp("add it there, with how many devices are known")
		return false
	}
	return true
}

// fields says which of the names are fields of the source.
func (r *reader) field(src string, t source.Text) bool {
	k, ok := r.known[src]
	if !ok || slices.Contains(k.Fields, t.Value) {
		return true
	}
	r.list.Add(diag.VisibleUnknownSource, t.Whole, "%s has no field %q", src, t.Value).WithGuess(t.Whole, t.Value, k.Fields)
	return false
}

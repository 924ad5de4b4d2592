package stub

import (
	"regexp"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// A Stub is an authored rule, read but not yet compiled. Its values keep their places.
type Stub struct {
	Form
	File *source.File
}

// Defaults are what a folder says for all its stubs.
type Defaults struct{ DefaultsForm }

// ReadDefaults reads a _defaults.yaml.
func ReadDefaults(f *source.File, l *diag.List) *Defaults {
	d := &Defaults{}
	form.File(f, &d.DefaultsForm, "_defaults.yaml", l)
	return d
}

// Read reads a stub file, with its folder's defaults (nil for none). What can't be named is nil; what has findings of
// error severity is returned with as much as was read.
func Read(f *source.File, defaults *Defaults, l *diag.List) *Stub {
	s := &Stub{File: f}
	if !form.File(f, &s.Form, "a stub", l) || s.Name.IsZero() {
		return nil
	}
	s.inherit(defaults)
	s.checkShape(l)
	s.checkLets(l)
	s.checkLevels(l)
	s.checkCases(l)
	s.checkReferences(l)
	return s
}

// Imported says that the stub was made of a Sigma rule. It was not written here: what it says of itself is taken as it
// is, and what it emits keeps that.
func (f *Form) Imported() bool { return f.Origin.Value == "sigma" }

// checkReferences holds the references of a rule that was written here to being addresses.
func (s *Stub) checkReferences(l *diag.List) {
	for _, r := range s.References {
		if !s.Imported() && !form.IsURL(r.Value) {
			l.Add(diag.BadValue, r.Whole, "references can't be %q", r.Value).WithHelp("it must be %s", form.URLWanted)
		}
	}
}

func (s *Stub) inherit(d *Defaults) {
	if d == nil {
		return
	}
	for own, folder := range map[*source.Text]source.Text{&s.Author: d.Author, &s.Status: d.Status, &s.Date: d.Date} {
		if own.IsZero() {
			*own = folder
		}
	}
	if s.Contacts == nil {
		s.Contacts = d.Contacts
	}
}

var letName = regexp.MustCompile(`^[a-z_]+[0-9]*$`)

// checkLets holds the names to what a Sigma selection's name may be, since that is what they become.
func (s *Stub) checkLets(l *diag.List) {
	for _, e := range s.Let {
		if !letName.MatchString(e.Key.Value) {
			l.Add(diag.BadValue, e.Key.Whole, "the let can't be named %q", e.Key.Value).
				WithHelp("small letters and underscores, digits only at the end: it becomes a Sigma selection's name")
		}
	}
}

func (s *Stub) checkCases(l *diag.List) {
	seen := map[string]source.Text{}
	for _, c := range s.Tests.Cases {
		if first, twice := seen[c.Name.Value]; twice && !c.Name.IsZero() {
			l.Add(diag.DuplicateID, c.Name.Whole, "two cases are named %q", c.Name.Value).WithNote(first.Whole, "here first")
		}
		seen[c.Name.Value] = c.Name
		c.check(s, l)
	}
}

func (c *CaseForm) check(s *Stub, l *diag.List) {
	c.checkLevel(s, l)
	if s.IsCorrelation() {
		c.checkTimeline(l)
		return
	}
	c.checkEvent(s, l)
}

// checkLevel finds a level that a case can't have.
func (c *CaseForm) checkLevel(s *Stub, l *diag.List) {
	switch {
	case c.Level.IsZero():
	case s.IsCorrelation():
		l.Add(diag.LevelNoEvent, c.Level.Whole, "case %q names a level, and a correlation has one only", c.Name.Value).WithHelp("leave level out")
	case !c.Positive():
		l.Add(diag.LevelNoEvent, c.Level.Whole, "case %q wants no match, and so no alert that could have a level", c.Name.Value).WithHelp("leave level out")
	}
}

func (c *CaseForm) checkEvent(s *Stub, l *diag.List) {
	raw, sample, logical := c.Raw != nil, c.Sample != nil, c.Given != nil || c.But != nil
	switch {
	case raw && sample, raw && logical, sample && logical:
		l.Add(diag.BadCase, c.Name.Whole, "case %q has more than one event", c.Name.Value).
			WithHelp("give one of given/but, raw, sample")
	case (raw || sample) && c.Source.IsZero():
		l.Add(diag.BadCase, c.Name.Whole, "case %q doesn't say which source its record is of", c.Name.Value).WithHelp("add source: …")
	case !raw && !sample && !c.Source.IsZero():
		l.Add(diag.BadCase, c.Source.Whole, "case %q names a source but has no record of it", c.Name.Value).WithHelp("add raw: or sample:")
	case !raw && !sample && !logical && s.Tests.Given == nil:
		l.Add(diag.BadCase, c.Name.Whole, "case %q has no event", c.Name.Value).WithHelp("add given:, raw: or sample:")
	}
	for _, n := range []*source.Node{c.Given, c.But} {
		if n != nil && n.Kind != source.Mapping {
			l.Add(diag.WrongType, n.Span, "an event takes a mapping, not %s", n.What())
		}
	}
}

// Positive says that the case wants a match.
func (c *CaseForm) Positive() bool { return c.Want.Value == "match" || len(c.Firings) > 0 }

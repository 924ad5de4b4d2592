package telemetry

import (
	"regexp"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// taxonomy reads the shape that says `taxonomy: sigma`: a log source of Sigma's with its own names as fields. It becomes
// a schema with one source, itself, in which each field stands under its Sigma name; so rules on it are bound, tried and
// emitted as rules on any other schema are.
func (in *Form) taxonomy(l *diag.List) *Schema {
	s := &Schema{
		ID: in.ID.Value, Title: in.Title.Value, Description: strings.TrimSpace(in.Description.Value),
		Logsource: in.Logsource.resolve(), Taxonomy: true, Span: in.ID.Whole,
	}
	for _, e := range in.Fields {
		f := e.Value.resolve(e.Key)
		if f.Sigma = e.Value.Sigma.Value; f.Sigma == "" {
			f.Sigma = f.Name
		}
		s.Fields = append(s.Fields, f)
	}
	s.index()
	first := map[string]source.Text{}
	for _, e := range in.Fields {
		name := e.Key
		if !e.Value.Sigma.IsZero() {
			name = e.Value.Sigma
		}
		if before, twice := first[name.Value]; twice {
			l.Add(diag.SigmaNameTwice, name.Whole, "two fields have the Sigma name %q", name.Value).WithNote(before.Whole, "here first").
				WithHelp("leave one of them out")
		} else {
			first[name.Value] = name
		}
		if !IsCELName(e.Key.Value) {
			l.Add(diag.TaxonomyName, e.Key.Whole, "a condition can't name a field %q", e.Key.Value).
				WithHelp("give it a name that it can: %s: {…, sigma: %q}", CELName(e.Key.Value, s.taken), e.Key.Value)
		}
		s.checkField(e.Key, e.Value, l)
	}
	if s.Logsource == (Logsource{}) {
		l.Add(diag.BadMapping, in.Logsource.Span, "the logsource of %s says nothing", s.ID).WithHelp("name a product, category or service")
	}
	s.addSelf(in.Names)
	return s
}

// index makes the fields findable.
func (s *Schema) index() {
	s.byName, s.bySigma = make(map[string]*Field, len(s.Fields)), make(map[string]*Field, len(s.Fields))
	for i := range s.Fields {
		f := &s.Fields[i]
		s.byName[f.Name], s.bySigma[f.Sigma] = f, f
	}
}

// addSelf gives a taxonomy its one source.
func (s *Schema) addSelf(names NamesForm) {
	src := &Source{
		ID: s.ID, Title: s.Title, Schema: s, Logsource: s.Logsource, Kind: Event, Verified: names.Verified.Value, Doc: names.Doc.Value,
		Span: s.Span, RawTypes: map[string]ir.Type{}, bindings: make(map[string]Binding, len(s.Fields)),
	}
	if src.Verified == "" {
		src.Verified = "unverified"
	}
	for i := range s.Fields {
		p := s.Fields[i].Field
		p.Name = s.Fields[i].Sigma
		src.bindings[s.Fields[i].Name] = Binding{Paths: []ir.Field{p}}
	}
	s.Sources = []*Source{src}
}

// refuseKeys says which of the other shape's keys a taxonomy has.
func (in *Form) refuseKeys(n *source.Node, keys []string, l *diag.List) {
	for _, key := range keys {
		if v := n.Get(key); v != nil && !v.IsNull() {
			l.Add(diag.TaxonomyKey, keySpan(n, key), "a taxonomy has no %q", key).
				WithHelp("its fields stand under Sigma's own names in the one log that its logsource names: leave the key out")
		}
	}
}

// refuseOutside says what of a taxonomy's a schema of another shape has.
func (in *Form) refuseOutside(n *source.Node, l *diag.List) {
	const help = "a schema that says taxonomy: sigma has its fields under Sigma's names; this one maps them under sources:"
	for _, key := range taxonomyKeys {
		if v := n.Get(key); v != nil && !v.IsNull() {
			l.Add(diag.TaxonomyOnly, keySpan(n, key), "only a taxonomy has %q", key).WithHelp(help)
		}
	}
	for _, e := range in.Fields {
		if t := e.Value.Sigma; !t.IsZero() {
			l.Add(diag.TaxonomyOnly, t.Whole, "only a field of a taxonomy has a Sigma name").WithHelp(help)
		}
		if t := e.Value.Type; t.Value == "any" || t.Value == "list(any)" {
			l.Add(diag.TaxonomyOnly, t.Whole, "only a field of a taxonomy is of type %s", t.Value).WithHelp("say what the log has there")
		}
	}
}

// notNames are the words that no part of a field's name in a taxonomy is: CEL's own, which it reserves for itself and for
// the languages that embed it (CEL specification, "Syntax").
var notNames = map[string]bool{"true": true, "false": true, "null": true, "in": true, "as": true, "break": true, "const": true,
	"continue": true, "else": true, "for": true, "function": true, "if": true, "import": true, "let": true, "loop": true,
	"package": true, "namespace": true, "return": true, "var": true, "void": true, "while": true}

var celPart = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// IsCELName says that a condition can name a field so: identifiers joined by dots, none of them a word of CEL's, and the
// first not `context`, where the tables are.
func IsCELName(name string) bool {
	for i, part := range strings.Split(name, ".") {
		if !celPart.MatchString(part) || notNames[part] || i == 0 && part == "context" {
			return false
		}
	}
	return true
}

// CELName makes a name that a condition can hold of a Sigma name: what is no letter, digit or dot becomes an underscore,
// a word of CEL's gets one, and so does what is taken. A Sigma name that can be held stays as it is.
func CELName(sigma string, taken func(string) bool) string {
	parts := strings.Split(sigma, ".")
	for i, part := range parts {
		part = strings.Map(func(r rune) rune {
			if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				return r
			}
			return '_'
		}, part)
		if part == "" || part[0] >= '0' && part[0] <= '9' {
			part = "_" + part
		}
		if notNames[part] || i == 0 && part == "context" {
			part += "_"
		}
		parts[i] = part
	}
	name := strings.Join(parts, ".")
	if taken == nil || !taken(name) {
		return name
	}
	if !taken(name + "_") {
		return name + "_"
	}
	name = strings.ReplaceAll(name, ".", "_") // it stands below another, which nothing at its end would mend
	for taken(name) {
		name += "_"
	}
	return name
}

// taken says that a name is a field's, stands below one, or is the head of one's.
func (s *Schema) taken(name string) bool {
	for have := range s.byName {
		if have == name || strings.HasPrefix(have, name+".") || strings.HasPrefix(name, have+".") {
			return true
		}
	}
	return false
}

// Package intake makes stubs of Sigma rules: the same meaning as a condition over the taxonomy's fields, with all that
// the rule says of itself. What a stub can't say refuses that rule by name; the others go on.
package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// An Importer gathers the files that an import makes. Rules are added in the order of their files; the same rules in
// the same order make the same files.
type Importer struct {
	taxonomy *telemetry.Taxonomy
	attack   *attack.Catalog

	files map[string][]byte
	names map[string]bool        // of stubs
	ids   map[string]source.Text // of what was imported, and where
	byRef map[string]string      // stubs by the name and the id that correlations may call them by
	// telemetryOf is the schema of a stub's rule, by the stub's name.
	telemetryOf map[string]string
	schemas     map[string]*schema // by id: those that rules are of
	tables      map[string]*table  // by name in conditions
	pending     []pending          // correlations and filters, which wait for the rules that they name
	Counts      Counts
}

// Counts are what became of the documents.
type Counts struct {
	Documents int // rules, correlations and filters that were met
	Stubs     int // that became a file
	Refused   int // that didn't
}

// New makes an importer. Tactics and techniques are told by the catalog.
func New(t *telemetry.Taxonomy, c *attack.Catalog) *Importer {
	return &Importer{taxonomy: t, attack: c, files: map[string][]byte{}, names: map[string]bool{}, ids: map[string]source.Text{},
		byRef: map[string]string{}, telemetryOf: map[string]string{}, schemas: map[string]*schema{}, tables: map[string]*table{}}
}

// Add takes in the documents of a file. Those without a meaning were refused by the reader, in findings of its own;
// what is refused here becomes findings of l.
func (m *Importer) Add(file string, docs []*sigma.Document, l *diag.List) {
	for i, d := range docs {
		m.Counts.Documents++
		base := stem(file)
		if len(docs) > 1 {
			base = fmt.Sprintf("%s-%d", base, i+1)
		}
		if !d.Name.IsZero() {
			base = d.Name.Value
		}
		name := m.free(slug(base))
		ok := false
		switch {
		case d.Kind != sigma.RuleDocument:
			ok = m.wait(name, d)
		case d.Where != nil:
			ok = m.rule(name, d, l)
		}
		if !ok {
			delete(m.names, name)
			m.Counts.Refused++
		}
	}
}

// Files are the files that were made, by their paths below the output folder; ask when all rules were added.
func (m *Importer) Files(l *diag.List) map[string][]byte {
	m.resolvePending(l)
	for id, s := range m.schemas {
		if s.extended {
			m.files["telemetry/"+id+".yaml"] = s.YAML()
		}
	}
	for _, t := range m.tables {
		m.files["context/"+t.name+".yaml"] = t.yaml()
	}
	return m.files
}

// rule makes a stub of a rule.
func (m *Importer) rule(name string, d *sigma.Document, l *diag.List) bool {
	id, ok := m.id(name, d, l)
	if !ok {
		return false
	}
	forget := m.mark(id, d)
	s, ok := m.schemaOf(d, l)
	if !ok {
		forget()
		return false
	}
	var found diag.List
	draft := m.draft(name, id, d, &found)
	draft.Telemetry = s.ID
	draft.Fields = s.fieldNames(d)
	where, ok := m.renamed(s, d.Where, &found)
	if ok {
		draft.Let, draft.Condition, ok = s.write(where, d, m.tables, &found)
	}
	l.Append(found)
	if !ok {
		forget()
		return false
	}
	m.put(name, id, d, draft)
	m.telemetryOf[name] = s.ID
	return true
}

// mark remembers what is known before a document is taken in; what it gives forgets what came with one that is refused.
func (m *Importer) mark(id string, d *sigma.Document) (forget func()) {
	telemetryID, tables := telemetry.TaxonomyID(d.Logsource), maps.Clone(m.tables)
	var before *schema
	if s := m.schemas[telemetryID]; s != nil {
		c := *s
		before = &c
	}
	return func() {
		delete(m.ids, id)
		m.tables = tables
		if before == nil {
			delete(m.schemas, telemetryID)
		} else {
			m.schemas[telemetryID] = before
		}
	}
}

// put takes a stub among the files.
func (m *Importer) put(name, id string, d *sigma.Document, draft *stub.Draft) {
	m.files["rules/"+name+".yaml"] = draft.YAML()
	m.byRef[id] = name
	if !d.Name.IsZero() {
		m.byRef[d.Name.Value] = name
	}
	m.Counts.Stubs++
}

// renamed is an expression over the stub's names: fields as CEL calls them, tables as context does.
func (m *Importer) renamed(s *schema, e ir.Expr, l *diag.List) (ir.Expr, bool) {
	ok := true
	field := func(f ir.Field) ir.Field {
		if known, there := s.Sigma(f.Name); there {
			f.Name = known.Name
		}
		return f
	}
	out := ir.Map(e, func(a ir.Expr) ir.Expr {
		switch a := a.(type) {
		case *ir.Keyword:
			return a
		case *ir.FieldEq:
			return &ir.FieldEq{Field: field(a.Field), Other: field(a.Other), Span: a.Span}
		case *ir.InSet:
			t, good := m.table(a, l)
			ok = ok && good
			return &ir.InSet{Field: field(a.Field), Table: t, Version: tableVersion, Span: a.Span}
		}
		return ir.WithField(a, field(ir.Fields(a)[0]))
	})
	return out, ok
}

// write makes the lets and the condition of a meaning, and holds what they compile to against it: a stub that means
// something else, or that check would refuse, is none.
func (s *schema) write(where ir.Expr, d *sigma.Document, tables map[string]*table, l *diag.List) (out []stub.Let, text string, ok bool) {
	lets, text, err := condition.WriteLets(where, condition.Width, s.taken)
	if err != nil {
		refuse(l, err, d)
		return nil, "", false
	}
	back, err := s.compile(lets, text, tables)
	if err == nil && !ir.Equal(plain(where), plain(back)) {
		err = fmt.Errorf("the condition means %s", ir.Text(back))
	}
	if err != nil {
		l.Add(diag.ImportRefused, at(d), "%s can't be a stub: %s", named(d), err)
		return nil, "", false
	}
	for _, x := range lets {
		out = append(out, stub.Let{Name: x.Name, Text: x.Text})
	}
	return out, text, true
}

// plain is an expression in the language's one spelling of what Sigma has two for: a pattern of stars alone is has().
func plain(e ir.Expr) ir.Expr {
	return ir.Map(e, func(a ir.Expr) ir.Expr {
		if m, ok := a.(*ir.Match); ok && m.Op == ir.Glob && m.Encoding.Plain() && slices.ContainsFunc(m.Values, func(v string) bool {
			return v != "" && strings.Trim(v, "*") == ""
		}) {
			return &ir.Exists{Field: m.Field, Span: m.Span}
		}
		if x, ok := a.(*ir.Exists); ok { // whatever type another atom reads the field as
			return &ir.Exists{Field: ir.Field{Name: x.Field.Name, List: x.Field.List}, Span: x.Span}
		}
		return a
	})
}

// compile reads a written condition as the compiler of stubs does.
func (s *schema) compile(lets []condition.WrittenLet, text string, tables map[string]*table) (ir.Expr, error) {
	scope := s.scope(tables)
	var known []condition.Let
	compiled := func(text string) (ir.Expr, error) {
		var l diag.List
		e, ok := scope.Compile(source.Literal(source.NewFile("condition", text), 0, text), known, &l)
		if !ok {
			for _, d := range l {
				if d.Severity == diag.Error {
					return nil, fmt.Errorf("%s", d.Message)
				}
			}
			return nil, fmt.Errorf("its condition does not compile")
		}
		return e, nil
	}
	for _, x := range lets {
		e, err := compiled(x.Text)
		if err != nil {
			return nil, err
		}
		known = append(known, condition.Let{Name: x.Name, Expr: e})
	}
	return compiled(text)
}

// refuse says which clause has no words in a condition.
func refuse(l *diag.List, err error, d *sigma.Document) {
	if u, ok := err.(*condition.Unsayable); ok && !u.Where().IsZero() {
		l.Add(diag.ImportRefused, u.Where(), "%s can't be a stub: %s", named(d), u.Reason).
			WithHelp("detc convert and detc check take the rule as it is")
		return
	}
	l.Add(diag.ImportRefused, at(d), "%s can't be a stub: %s", named(d), err)
}

func named(d *sigma.Document) string {
	if !d.Title.IsZero() {
		return fmt.Sprintf("%q", d.Title.Value)
	}
	return "this rule"
}

// at is where to speak of a document as a whole.
func at(d *sigma.Document) source.Span {
	if !d.Span.IsZero() || d.Node == nil {
		return d.Span
	}
	return d.Node.Span
}

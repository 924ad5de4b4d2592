package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A schema is the taxonomy's for a log source, with the fields that rules name and it lacks.
type schema struct {
	*telemetry.Schema
	extended bool // it differs from the taxonomy's, so that it is written

	made   *condition.Scope
	tables int // how many there were when the scope was made
}

// metHere is what a field's documentation says where nothing else is known of it.
const metHere = "named by an imported rule"

// schemaOf finds or makes the schema of a rule's log source, with every field that the rule names.
func (m *Importer) schemaOf(d *sigma.Document, l *diag.List) (*schema, bool) {
	id := telemetry.TaxonomyID(d.Logsource)
	if id == "" {
		l.Add(diag.ImportNoSource, at(d), "%s names no log source", named(d)).WithHelp("add a product, category or service")
		return nil, false
	}
	s := m.schemas[id]
	if s == nil {
		s = m.newSchema(id, d.Logsource)
	}
	if !strings.EqualFold(s.Logsource.String(), d.Logsource.String()) {
		l.Add(diag.ImportNoSource, at(d), "%s is for %s, whose telemetry would have the id of that for %s", named(d), d.Logsource, s.Logsource).
			WithHelp("import the two into folders of their own")
		return nil, false
	}
	m.schemas[id] = s
	if more := s.With(unknownNames(s.Schema, d), metHere).Loosened(readOtherwise(s.Schema, d)); more != s.Schema {
		s.Schema, s.extended, s.made = more, true, nil
	}
	return s, true
}

// newSchema is the taxonomy's where that describes the log source and no other; else one of its own, with the fields
// that the taxonomy has for it.
func (m *Importer) newSchema(id string, ls telemetry.Logsource) *schema {
	if known, ok := m.taxonomy.For(ls); ok {
		if known.ID == id {
			return &schema{Schema: known}
		}
		return &schema{Schema: known.At(ls), extended: true}
	}
	return &schema{Schema: telemetry.NewTaxonomy(ls, nil, metHere), extended: true}
}

// unknownNames are the fields of a document that the schema lacks, in the order of the text.
func unknownNames(s *telemetry.Schema, d *sigma.Document) []string {
	var out []string
	add := func(name string) {
		if _, known := s.Sigma(name); !known && name != "" {
			out = append(out, name)
		}
	}
	ir.Atoms(d.Where, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			add(f.Name)
		}
	})
	for _, t := range d.Fields {
		add(strings.TrimSpace(t.Value))
	}
	return out
}

// readOtherwise are the fields that a document reads as another type than the schema says: a text as an address, say.
func readOtherwise(s *telemetry.Schema, d *sigma.Document) []string {
	var out []string
	ir.Atoms(d.Where, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			if known, ok := s.Sigma(f.Name); ok && (known.Type != f.Type || !known.Any && holdsOther(atom)) {
				out = append(out, f.Name)
			}
		}
	})
	return out
}

// holdsOther says that an atom holds a field against a number or a boolean that is a text: what Sigma writes without
// quotes.
func holdsOther(atom ir.Expr) bool {
	eq, ok := atom.(*ir.Eq)
	return ok && eq.Field.Type == ir.String && slices.ContainsFunc(eq.Values, func(v ir.Value) bool { return v.Type != ir.String })
}

// fieldNames are the fields that an analyst wants to see, as conditions call them.
func (s *schema) fieldNames(d *sigma.Document) []string {
	var out []string
	for _, t := range d.Fields {
		if f, ok := s.Sigma(strings.TrimSpace(t.Value)); ok {
			out = append(out, f.Name)
		}
	}
	return out
}

// taken says that a let can't have the name: it is a field's, or the head of one's.
func (s *schema) taken(name string) bool {
	for i := range s.Fields {
		if f := s.Fields[i].Name; f == name || strings.HasPrefix(f, name+".") {
			return true
		}
	}
	return false
}

// scope is what a condition over the schema may name, made anew only where that is more than before.
func (s *schema) scope(tables map[string]*table) *condition.Scope {
	if s.made != nil && s.tables == len(tables) {
		return s.made
	}
	fields := make([]condition.Field, len(s.Fields))
	for i, f := range s.Fields {
		fields[i] = condition.Field{Field: f.Field, Enum: f.Enum, Any: f.Any}
	}
	known := make([]condition.Table, 0, len(tables))
	for _, t := range tables {
		known = append(known, condition.Table{Name: t.name, Type: t.of, Version: tableVersion})
	}
	s.made, s.tables = condition.NewScope("telemetry "+s.ID, fields, known), len(tables)
	return s.made
}

// tableVersion is that of the tables that are made for placeholders.
const tableVersion = 1

// A table is the context table that stands for a placeholder.
type table struct {
	name, placeholder string
	of                ir.Type
}

var tableName = regexp.MustCompile(`[^a-z0-9_]+`)

// table is what a condition calls a placeholder's table.
func (m *Importer) table(a *ir.InSet, l *diag.List) (string, bool) {
	name := strings.Trim(tableName.ReplaceAllString(strings.ToLower(a.Table), "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "table_" + name
	}
	of := ir.String
	if a.Field.Type == ir.IP {
		of = ir.IP
	}
	t := m.tables[name]
	if t == nil {
		t = &table{name, a.Table, of}
		m.tables[name] = t
		if name != a.Table {
			l.Add(diag.ImportDropped, a.Span, "the placeholder %%%s%% becomes context.%s", a.Table, name).WithHelp("emitted rules have %%%s%%", name)
		}
	}
	if t.of != of || t.placeholder != a.Table {
		l.Add(diag.ImportRefused, a.Span, "context.%s stands for %%%s%% as a list of %ss already", name, t.placeholder, t.of)
		return name, false
	}
	return name, true
}

func (t *table) yaml() []byte {
	return fmt.Appendf(nil, "name: %s\ntitle: %s\ntype: list(%s)\nversion: %d\nowner: the site\ndoc: %s\n", t.name,
		source.Plain("The placeholder %"+t.placeholder+"%", false), t.of, tableVersion,
		source.Plain("the values that imported rules ask for by the placeholder; the site says which they are", false))
}

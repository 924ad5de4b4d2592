package telemetry

import (
	"regexp"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Read reads one telemetry file. What is wrong becomes findings; a schema that can't be used at all is nil.
func Read(f *source.File, l *diag.List) *Schema {
	var in Form
	before := l.Count(diag.Error)
	if !form.File(f, &in, "a telemetry schema", l) || in.ID.IsZero() {
		return nil
	}
	if !in.Taxonomy.IsZero() {
		return in.taxonomy(l)
	}
	s := &Schema{
		ID: in.ID.Value, Title: in.Title.Value, Description: strings.TrimSpace(in.Description.Value),
		Serves: in.Serves, Bare: in.Bare, Logsource: in.Logsource.resolve(), Time: in.Time.Value,
		Span: in.ID.Whole, enrich: in.Enrich, byName: map[string]*Field{},
	}
	for _, e := range in.Fields {
		s.Fields = append(s.Fields, e.Value.resolve(e.Key))
	}
	for i := range s.Fields {
		s.byName[s.Fields[i].Name] = &s.Fields[i]
	}
	s.checkNames(in, l)
	for _, src := range in.Sources {
		if r := src.resolve(s, l); r != nil {
			s.Sources = append(s.Sources, r)
		}
	}
	if l.Count(diag.Error) > before && len(s.Fields) == 0 {
		return nil
	}
	return s
}

var columnPrefix = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

func (s *Schema) checkNames(in Form, l *diag.List) {
	for _, e := range in.Fields {
		if !fieldName.MatchString(e.Key.Value) {
			l.Add(diag.BadValue, e.Key.Whole, "a field can't be named %q", e.Key.Value).
				WithHelp("small letters, digits and underscores, parts joined by dots: asset.criticality")
		}
		s.checkField(e.Key, e.Value, l)
	}
	if in.Time.IsZero() {
		return
	}
	if f := s.byName[s.Time]; f == nil {
		l.Add(diag.UnknownSchemaField, in.Time.Whole, "time names %q, which is no field here", s.Time).WithGuess(in.Time.Whole, s.Time, s.Names())
	} else if f.Type != ir.Timestamp {
		l.Add(diag.BadMapping, in.Time.Whole, "time names %q, which is of type %s", s.Time, f.Type).WithHelp("it must be a timestamp")
	}
}

// checkField is what a field of either shape must hold to.
func (s *Schema) checkField(name source.Text, in FieldForm, l *diag.List) {
	if c := in.Collation; !c.IsZero() && !strings.Contains(in.Type.Value, "string") {
		l.Add(diag.BadMapping, c.Whole, "%q is of type %s, which has no case", name.Value, in.Type.Value).WithHelp("leave collation out")
	}
	for dot := strings.LastIndex(name.Value, "."); dot > 0; dot = strings.LastIndex(name.Value[:dot], ".") {
		if prefix := name.Value[:dot]; s.byName[prefix] != nil {
			l.Add(diag.FieldPrefix, name.Whole, "the field %q stands below %q, which is a field itself", name.Value, prefix).
				WithHelp("rename one of the two: a condition could not tell them apart")
		}
	}
}

func (in LogsourceForm) resolve() Logsource {
	return Logsource{in.Category.Value, in.Product.Value, in.Service.Value}
}

func (in FieldForm) resolve(name source.Text) Field {
	f := Field{Role: in.Role.Value, Entity: in.Entity.Value, Doc: in.Doc.Value, Span: name.Whole}
	f.Name = name.Value
	t := in.Type.Value
	if inner, ok := strings.CutPrefix(t, "list("); ok {
		f.List, t = true, strings.TrimSuffix(inner, ")")
	}
	f.Any = t == "any"
	f.Type, _ = ir.ParseType(t) // any is kept as what most comparisons read it as: a string
	f.Cased = f.Type == ir.String && in.Collation.Value == "cased"
	for _, e := range in.Enum {
		f.Enum = append(f.Enum, e.Value)
	}
	return f
}

var units = map[string]time.Duration{"s": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond}

func (in SourceForm) resolve(s *Schema, l *diag.List) *Source {
	if in.ID.IsZero() {
		return nil
	}
	src := &Source{
		ID: in.ID.Value, Title: in.Title.Value, Schema: s, Logsource: in.Logsource.resolve(), Kind: Kind(in.Kind.Value),
		Where: in.Where, Verified: in.Names.Verified.Value, Doc: in.Names.Doc.Value, Span: in.ID.Whole,
		RawTypes: map[string]ir.Type{}, bindings: map[string]Binding{},
	}
	if src.Kind == "" {
		src.Kind = Event
	}
	if in.Format.Value == "cef" {
		src.Format = CEF
	}
	if v := in.ArrivesWithin.Value; v != "" {
		src.ArrivesWithin, _ = form.Duration(v)
	}
	for _, t := range in.Formerly {
		src.Formerly = append(src.Formerly, t.Value)
	}
	if src.Logsource == (Logsource{}) {
		l.Add(diag.BadMapping, in.Logsource.Span, "the logsource of %s says nothing", src.ID).WithHelp("name a product, category or service")
	}
	if src.Verified == "unverified" {
		l.Add(diag.Unverified, in.Names.Verified.Whole, "the names of %s were read neither in a record nor in documentation", src.ID).
			WithHelp("look at a record of the log before a rule on it is relied upon")
	}
	for _, e := range in.Raw {
		src.RawTypes[e.Key.Value], _ = ir.ParseType(e.Value.Value)
	}
	for _, e := range in.Record {
		if e.Value.Kind != source.Scalar || e.Value.IsNull() {
			l.Add(diag.WrongType, e.Value.Span, "record.%s takes one value, not %s", e.Key.Value, e.Value.What())
			continue
		}
		src.Record = append(src.Record, RawValue{e.Key.Value, e.Value.Text.Value})
	}
	in.bindFields(s, src, l)
	in.bindConsts(s, src, l)
	in.bindValues(s, src, l)
	in.bindTime(s, src, l)
	return src
}

// field finds the schema's field that a mapping names.
func (s *Schema) field(key source.Text, l *diag.List) *Field {
	f := s.byName[key.Value]
	if f == nil {
		l.Add(diag.UnknownSchemaField, key.Whole, "telemetry %s has no field %q", s.ID, key.Value).WithGuess(key.Whole, key.Value, s.Names())
	}
	return f
}

var arrayIndex = regexp.MustCompile(`\[[0-9*]*\]`)

func (in SourceForm) bindFields(s *Schema, src *Source, l *diag.List) {
	for _, e := range in.Fields {
		f := s.field(e.Key, l)
		if f == nil {
			continue
		}
		var b Binding
		if len(e.Value) == 0 {
			l.Add(diag.BadMapping, e.Key.Whole, "%q is read from no raw name", f.Name).WithHelp("name one, or leave the field out")
		}
		for _, raw := range e.Value {
			if src.Format == JSON && arrayIndex.MatchString(raw.Value) {
				l.Add(diag.BadMapping, raw.Whole, "the raw name %q asks for one element of a list", raw.Value).
					WithHelp("leave the index out: a name that leads through a list is read from each of its elements")
			}
			p := f.Field
			p.Name = raw.Value
			b.Paths = append(b.Paths, p)
		}
		src.bindings[f.Name] = b
	}
}

func (in SourceForm) bindConsts(s *Schema, src *Source, l *diag.List) {
	for _, e := range in.Const {
		f := s.field(e.Key, l)
		if f == nil {
			continue
		}
		if !src.bindings[f.Name].Absent() {
			l.Add(diag.BadMapping, e.Key.Whole, "%q stands under both fields and const", f.Name).WithHelp("a field is either read or constant")
			continue
		}
		v, ok := Literal(e.Value, f.Field)
		if !ok {
			l.Add(diag.BadMapping, e.Value.Span, "%s can't be the constant of %q, which is of type %s", e.Value.What(), f.Name, f.Type)
			continue
		}
		if f.inEnum(v.Text(), e.Value, l) {
			src.bindings[f.Name] = Binding{Const: []ir.Value{v}}
		}
	}
}

// inEnum holds a value against the field's enum and says so where it isn't in it.
func (f *Field) inEnum(value string, n *source.Node, l *diag.List) bool {
	if f.Enum == nil {
		return true
	}
	for _, e := range f.Enum {
		if e == value {
			return true
		}
	}
	l.Add(diag.NotInEnum, n.Span, "%q is none of the values of %q", value, f.Name).WithGuess(n.Span, value, f.Enum)
	return false
}

func (in SourceForm) bindValues(s *Schema, src *Source, l *diag.List) {
	for _, e := range in.Values {
		f := s.field(e.Key, l)
		if f == nil {
			continue
		}
		b := src.bindings[f.Name]
		if len(b.Paths) == 0 {
			l.Add(diag.BadMapping, e.Key.Whole, "values maps %q, which this source doesn't read", f.Name).WithHelp("name it under fields")
			continue
		}
		seen := map[string]source.Text{}
		for _, pair := range e.Value {
			f.inEnum(pair.Key.Value, &source.Node{Span: pair.Key.Whole}, l)
			if _, ok := ir.ParseValue(f.Field, pair.Key.Value, true); !ok {
				l.Add(diag.BadMapping, pair.Key.Whole, "%q can't be a value of %q, which is of type %s", pair.Key.Value, f.Name, f.Type)
				continue
			}
			for _, raw := range pair.Value {
				folded := raw.Value
				if !f.Cased { // two texts that a record's value could both be equal to, whichever of them chooses the fold
					folded = ir.FoldAs(ir.FoldUnicode, folded)
				}
				if first, twice := seen[folded]; twice {
					l.Add(diag.BadMapping, raw.Whole, "the log's value %q stands for two values of %q", raw.Value, f.Name).
						WithNote(first.Whole, "here first").WithHelp("a raw value stands under one value only, or the mapping can't be undone")
					continue
				}
				seen[folded] = raw
				b.Values = append(b.Values, ValuePair{pair.Key.Value, raw.Value})
			}
		}
		for i := range b.Paths { // what the log writes is text, whatever the field's own type
			b.Paths[i].Type, b.Paths[i].List = ir.String, f.List
		}
		src.bindings[f.Name] = b
	}
}

func (in SourceForm) bindTime(s *Schema, src *Source, l *diag.List) {
	unit := units[in.Time.Unit.Value]
	f := s.byName[s.Time]
	switch b := src.bindings[s.Time]; {
	case f == nil || f.Type != ir.Timestamp: // said of the schema
	case b.Absent() || in.Time.Field.IsZero():
	case b.Const != nil || b.Values != nil || len(b.Paths) > 1:
		l.Add(diag.BadMapping, in.Time.Field.Whole, "time reads %s from %q alone, so that it can't have several names, values or a constant", s.Time, in.Time.Field.Value).
			WithHelp("leave %s out of fields, const and values", s.Time)
	case b.Paths[0].Name != in.Time.Field.Value:
		l.Add(diag.BadMapping, in.Time.Field.Whole, "time reads %q, but fields reads %s from %q", in.Time.Field.Value, s.Time, b.Paths[0].Name)
	}
	if f != nil && !in.Time.Field.IsZero() {
		p := f.Field
		p.Name = in.Time.Field.Value
		src.bindings[s.Time] = Binding{Paths: []ir.Field{p}}
	}
	for name, b := range src.bindings {
		for i := range b.Paths {
			if b.Paths[i].Type == ir.Timestamp {
				b.Paths[i].Unit = unit
			}
		}
		src.bindings[name] = b
	}
}

// AnyLiteral reads a YAML value as that of a field of any type: a text, a number, true or false, as it stands there. It
// says false of what is none of them.
func AnyLiteral(n *source.Node) (ir.Value, bool) {
	if n.Kind != source.Scalar || n.Type == source.Null {
		return ir.Value{}, false
	}
	t := map[source.ScalarType]ir.Type{source.Bool: ir.Bool, source.Int: ir.Int, source.Float: ir.Double}[n.Type]
	if v, ok := Literal(n, ir.Field{Type: t}); ok {
		return v, true
	}
	return ir.StringValue(n.Text.Value), true
}

// Literal reads a YAML value as a field's value: a constant, an event of a test. It says false where the types differ.
func Literal(n *source.Node, f ir.Field) (ir.Value, bool) {
	if n.Kind != source.Scalar || n.Type == source.Null {
		return ir.Value{}, false
	}
	text := n.Text.Value
	switch f.Type {
	case ir.String:
		return ir.StringValue(text), n.Type == source.String
	case ir.Bool:
		return ir.BoolValue(strings.EqualFold(text, "true")), n.Type == source.Bool
	case ir.Int:
		return ir.ParseValue(f, text, n.Type == source.Int)
	case ir.Double:
		return ir.ParseValue(f, text, n.Type == source.Int || n.Type == source.Float)
	}
	return ir.ParseValue(f, text, true)
}

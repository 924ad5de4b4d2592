package form

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

type decoder struct {
	list   *diag.List
	alias  source.Span // the alias that the value being read was brought in by; zero where none was
	shapes map[reflect.Type]*shape
}

var (
	textType    = reflect.TypeFor[source.Text]()
	nodeType    = reflect.TypeFor[*source.Node]()
	spanType    = reflect.TypeFor[source.Span]()
	manyType    = reflect.TypeFor[Many]()
	decoderType = reflect.TypeFor[Decoder]()
	scalarType  = reflect.TypeFor[scalarForm]()
	entryType   = reflect.TypeFor[entryForm]()
)

// An entryForm is an Entry, whatever it holds. A slice of them is a Map, under whatever name.
type entryForm interface{ entry() }

func (Entry[T]) entry() {}

func isMap(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Implements(entryType) && t.Elem().PkgPath() == thisPackage
}

// isValue says that a type is a Value itself, not a struct that embeds one.
func isValue(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(scalarType) && t.PkgPath() == thisPackage
}

var thisPackage = reflect.TypeFor[decoder]().PkgPath()

// add appends a finding; where an alias brought the value in, the finding says so.
func (d *decoder) add(code diag.Code, span source.Span, format string, args ...any) *diag.Diagnostic {
	f := d.list.Add(code, span, format, args...)
	if !d.alias.IsZero() {
		f.WithNote(d.alias, "brought in by this alias")
	}
	return f
}

// fix adds a fix. One that would change what an anchor holds is not safe: the anchor itself, or another alias, may
// stand where the old value is right.
func (d *decoder) fix(f *diag.Diagnostic, title string, span source.Span, replacement string) {
	if d.alias.IsZero() {
		f.WithFix(title, span, replacement)
	} else {
		f.WithUnsafeFix(title, span, replacement)
	}
}

func (d *decoder) wrong(n *source.Node, key, want string) *diag.Diagnostic {
	return d.add(diag.WrongType, n.Span, "%s takes %s, not %s", key, want, n.What())
}

// under notes that what follows comes through the node's alias, if it has one, until the function it returns is called.
func (d *decoder) under(n *source.Node) func() {
	outer := d.alias
	if !n.Alias.IsZero() {
		d.alias = n.Alias
	}
	return func() { d.alias = outer }
}

// value reads n into v and says whether it could. key is the name of the place for messages.
func (d *decoder) value(n *source.Node, v reflect.Value, tag reflect.StructTag, key string) bool {
	defer d.under(n)()
	t := v.Type()
	switch {
	case t == nodeType:
		d.free(n)
		v.Set(reflect.ValueOf(n))
		return true
	case reflect.PointerTo(t).Implements(decoderType):
		v.Addr().Interface().(Decoder).DecodeForm(n, d.list)
		return true
	case t == textType:
		return d.text(n, v, tag, key)
	case t == manyType:
		d.many(n, v, tag, key)
		return true
	case isMap(t):
		return d.mapping(n, v, tag, key)
	case isValue(t):
		want, ok := v.Addr().Interface().(scalarForm).read(n)
		if !ok {
			d.wrong(n, key, want)
		}
		return ok
	}
	switch t.Kind() {
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		if !d.value(n, p.Elem(), tag, key) {
			return false
		}
		v.Set(p)
		return true
	case reflect.Slice:
		return d.sequence(n, v, tag, key)
	case reflect.Struct:
		return d.structure(n, v, key)
	}
	panic("form: no way to read a " + t.String())
}

func (d *decoder) sequence(n *source.Node, v reflect.Value, tag reflect.StructTag, key string) bool {
	t := v.Type()
	if n.Kind != source.Sequence {
		f := d.wrong(n, key, "a list")
		if t.Elem() == textType {
			d.makeList(f, n)
		}
		return false
	}
	for _, item := range n.Items {
		e := reflect.New(t.Elem()).Elem()
		if d.value(item, e, tag, "an entry of "+key) {
			v.Set(reflect.Append(v, e))
		}
	}
	return true
}

// makeList offers brackets around a scalar that stands on one line. One with commas was most likely meant as several.
func (d *decoder) makeList(f *diag.Diagnostic, n *source.Node) {
	text := n.Span.Text()
	if n.Kind != source.Scalar || n.Tagged || strings.ContainsAny(text, "|>\n\r") {
		return
	}
	const title = "make it a list"
	switch quoted := strings.HasPrefix(text, "'") || strings.HasPrefix(text, `"`); {
	case !quoted && strings.ContainsAny(text, "[]{}:#?"):
		d.fix(f, title, n.Span, "["+strconv.Quote(n.Text.Value)+"]")
	case !quoted && strings.ContainsRune(text, ','):
		f.WithUnsafeFix(title, n.Span, "["+text+"]")
	default:
		d.fix(f, title, n.Span, "["+text+"]")
	}
}

func (d *decoder) many(n *source.Node, v reflect.Value, tag reflect.StructTag, key string) {
	items := []*source.Node{n}
	if n.Kind == source.Sequence {
		items = n.Items
	}
	var out Many
	for _, item := range items {
		restore := d.under(item)
		var t source.Text
		if d.text(item, reflect.ValueOf(&t).Elem(), tag, key) {
			out = append(out, t)
		}
		restore()
	}
	v.Set(reflect.ValueOf(out))
}

func (d *decoder) mapping(n *source.Node, v reflect.Value, tag reflect.StructTag, key string) bool {
	if n.Kind != source.Mapping {
		d.wrong(n, key, "a mapping")
		return false
	}
	seen := map[string]source.Span{}
	for _, p := range n.Pairs {
		if !d.unique(p.Key, seen) {
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		e.Field(0).Set(reflect.ValueOf(p.Key.Text))
		d.value(p.Value, e.Field(1), tag, key+"."+p.Key.Text.Value)
		v.Set(reflect.Append(v, e))
	}
	return true
}

// free looks through what a form leaves to its reader: keys must be unique there too.
func (d *decoder) free(n *source.Node) {
	seen := map[string]source.Span{}
	for _, p := range n.Pairs {
		d.unique(p.Key, seen)
	}
	for _, child := range children(n) {
		if len(child.Pairs)+len(child.Items) > 0 {
			restore := d.under(child)
			d.free(child)
			restore()
		}
	}
}

func children(n *source.Node) []*source.Node {
	out := slices.Clone(n.Items)
	for _, p := range n.Pairs {
		out = append(out, p.Value)
	}
	return out
}

func (d *decoder) unique(key *source.Node, seen map[string]source.Span) bool {
	name := key.Text.Value
	if key.IsNull() {
		d.wrong(key, "a key", "text")
		return false
	}
	if first, dup := seen[name]; dup {
		d.add(diag.DuplicateKey, key.Span, "the key %q stands twice", name).WithNote(first, "here first")
		return false
	}
	seen[name] = key.Span
	return true
}

type fieldInfo struct {
	index    int
	key      string
	required bool
	unless   string // a key whose presence makes this one not required
	tag      reflect.StructTag
}

// due says that a mapping must have the key.
func (f fieldInfo) due(n *source.Node) bool {
	return f.required && (f.unless == "" || n.Get(f.unless).IsNull())
}

// fields lists a struct's keys; a field without a form tag is none of the reader's.
func fields(t reflect.Type) []fieldInfo {
	var out []fieldInfo
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("form")
		if !ok {
			continue
		}
		key, option, _ := strings.Cut(tag, ",")
		out = append(out, fieldInfo{i, key, option == "required", t.Field(i).Tag.Get("unless"), t.Field(i).Tag})
	}
	return out
}

// A shape is what a struct type says of its form.
type shape struct {
	fields []fieldInfo
	byKey  map[string]fieldInfo
	span   []int // the field that takes the mapping's span, if there is one
}

func (d *decoder) shape(t reflect.Type) *shape {
	if s := d.shapes[t]; s != nil {
		return s
	}
	s := &shape{fields: fields(t), byKey: map[string]fieldInfo{}}
	for _, f := range s.fields {
		s.byKey[f.key] = f
	}
	if f, ok := t.FieldByName("Span"); ok && f.Type == spanType {
		s.span = f.Index
	}
	d.shapes[t] = s
	return s
}

func (d *decoder) structure(n *source.Node, v reflect.Value, key string) bool {
	if n.Kind != source.Mapping {
		d.wrong(n, key, "a mapping")
		return false
	}
	s := d.shape(v.Type())
	if s.span != nil {
		v.FieldByIndex(s.span).Set(reflect.ValueOf(n.Span))
	}
	seen := map[string]source.Span{}
	for _, p := range n.Pairs {
		if !d.unique(p.Key, seen) {
			continue
		}
		name := p.Key.Text.Value
		f, ok := s.byKey[name]
		if !ok {
			d.unknown(n, p.Key, s, key)
			continue
		}
		if p.Value.IsNull() && v.Type().Field(f.index).Type != nodeType {
			if f.due(n) {
				d.add(diag.MissingKey, p.Key.Span, "%s has no value", name).WithHelp("%s", f.tag.Get("doc"))
			}
			continue
		}
		d.value(p.Value, v.Field(f.index), f.tag, name)
	}
	for _, f := range s.fields {
		if _, ok := seen[f.key]; !ok && f.due(n) {
			head := n.Span
			head.End = head.Start
			d.add(diag.MissingKey, head, "%s has no %q", key, f.key).WithHelp("%s", f.tag.Get("doc"))
		}
	}
	return true
}

// unknown reports a key that the form hasn't. It guesses among the keys that the mapping lacks: to rename a key to one
// that is there would only make a double of it.
func (d *decoder) unknown(n, k *source.Node, s *shape, key string) {
	defer d.under(k)()
	name := k.Text.Value
	f := d.add(diag.UnknownKey, k.Span, "%s has no key %q", key, clip(name))
	var all, absent []string
	for _, x := range s.fields {
		all = append(all, x.key)
		if n.Get(x.key) == nil {
			absent = append(absent, x.key)
		}
	}
	if best := diag.Nearest(name, absent); best != "" {
		f.WithHelp("did you mean %q?", best)
		d.fix(f, fmt.Sprintf("replace %q by %q", name, best), k.Span, best)
		return
	}
	f.WithHelp("keys are: %s", strings.Join(all, ", "))
}

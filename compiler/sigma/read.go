package sigma

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Document is a Sigma rule as it was read: what it says of itself, and what it means.
type Document struct {
	Title, ID, Status, Level source.Text
	Condition                []source.Text
	Where                    ir.Expr // normalised; selections are Named, with their names
}

// Limits of a Sigma rule, against hostile input. The largest rule of the public corpus has 45 selections and a
// condition of 600 characters.
const (
	maxCondition = 64 << 10 // bytes
	maxNesting   = 200      // parentheses and negations
	maxTerms     = 20_000   // selections that a condition names, patterns spelled out
)

// Read reads one Sigma rule. field says how a name is read: its type, unit and whether it is a list; a nil field reads
// every name as a string. Whether an atom minds case the rule itself says (|cased). The tables of |expand have the
// versions that the block `detc` gives, else 0. An error is a *source.Error with the place.
func Read(f *source.File, field func(name string) ir.Field) (*Document, error) {
	docs, err := source.ParseYAML(f)
	if err != nil {
		return nil, err
	}
	r := &reader{file: f, field: field}
	if r.field == nil {
		r.field = func(name string) ir.Field { return ir.Field{Name: name} }
	}
	return r.document(docs)
}

type reader struct {
	file  *source.File
	field func(name string) ir.Field

	versions   map[string]int
	selections []selection
	terms      int
}

type selection struct {
	name string
	expr ir.Expr
}

func fail(span source.Span, format string, args ...any) error {
	return &source.Error{Span: span, Message: fmt.Sprintf(format, args...)}
}

func (r *reader) document(docs []*source.Node) (*Document, error) {
	whole := source.Span{File: r.file}
	if len(docs) != 1 {
		return nil, fail(whole, "a Sigma rule is one YAML document; here are %d", len(docs))
	}
	root := docs[0]
	if root.Kind != source.Mapping {
		return nil, fail(root.Span, "a Sigma rule is a mapping, not %s", root.What())
	}
	d := &Document{}
	for key, to := range map[string]*source.Text{"title": &d.Title, "id": &d.ID, "status": &d.Status, "level": &d.Level} {
		if n := root.Get(key); n != nil && n.Kind == source.Scalar {
			*to = n.Text
		}
	}
	r.readVersions(root.Get("detc"))
	detection := root.Get("detection")
	if detection == nil || detection.Kind != source.Mapping {
		return nil, fail(root.Span, "the rule has no detection")
	}
	conditions, err := r.readSelections(detection)
	if err != nil {
		return nil, err
	}
	var args []ir.Expr
	for _, c := range conditions {
		e, err := r.condition(c)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	d.Condition = conditions
	d.Where = ir.Normalize(&ir.Or{Args: args, Span: detection.Span})
	return d, nil
}

func (r *reader) readVersions(origin *source.Node) {
	r.versions = map[string]int{}
	if origin == nil {
		return
	}
	if context := origin.Get("context"); context != nil {
		for _, p := range context.Pairs {
			if v, err := strconv.Atoi(p.Value.Text.Value); err == nil {
				r.versions[p.Key.Text.Value] = v
			}
		}
	}
}

// readSelections reads what a detection holds and gives back its conditions. Where there are several, one must hold.
func (r *reader) readSelections(detection *source.Node) (conditions []source.Text, err error) {
	seen := map[string]bool{}
	for _, p := range detection.Pairs {
		name := p.Key.Text.Value
		if seen[name] {
			return nil, fail(p.Key.Span, "%q stands twice", name)
		}
		seen[name] = true
		switch name {
		case "condition":
			items := []*source.Node{p.Value}
			if p.Value.Kind == source.Sequence {
				items = p.Value.Items
			}
			for _, item := range items {
				if item.Kind != source.Scalar || item.IsNull() {
					return nil, fail(item.Span, "a condition is text, not %s", item.What())
				}
				conditions = append(conditions, item.Text)
			}
		case "timeframe":
			return nil, fail(p.Key.Span, "a timeframe belongs to a correlation, which is not read here")
		default:
			e, err := r.selection(p.Value)
			if err != nil {
				return nil, err
			}
			r.selections = append(r.selections, selection{name, &ir.Named{Name: name, Arg: e, Span: p.Value.Span}})
		}
	}
	if len(conditions) == 0 {
		return nil, fail(detection.Span, "the detection has no condition")
	}
	return conditions, nil
}

// selection reads a map (all of it must hold), a list of maps (one must), or keywords.
func (r *reader) selection(n *source.Node) (ir.Expr, error) {
	switch n.Kind {
	case source.Mapping:
		return r.mapping(n)
	case source.Scalar:
		return r.keyword(n)
	}
	out := &ir.Or{Span: n.Span}
	for _, item := range n.Items {
		if item.Kind == source.Sequence {
			return nil, fail(item.Span, "a selection is a mapping or a list of them, not a list in a list")
		}
		e, err := r.selection(item)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, e)
	}
	if len(out.Args) == 0 {
		return nil, fail(n.Span, "the selection is empty")
	}
	return out, nil
}

func (r *reader) mapping(n *source.Node) (ir.Expr, error) {
	out := &ir.And{Span: n.Span}
	seen := map[string]bool{}
	for _, p := range n.Pairs {
		if seen[p.Key.Text.Value] {
			return nil, fail(p.Key.Span, "%q stands twice", p.Key.Text.Value)
		}
		seen[p.Key.Text.Value] = true
		e, err := r.entry(p)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, e)
	}
	if len(out.Args) == 0 {
		return nil, fail(n.Span, "the selection is empty")
	}
	return out, nil
}

func (r *reader) keyword(n *source.Node) (ir.Expr, error) {
	if n.IsNull() {
		return nil, fail(n.Span, "a keyword is text, not nothing")
	}
	text, ok := literal(n.Text.Value)
	if !ok {
		return nil, fail(n.Span, "a keyword with wildcards is not read")
	}
	return &ir.Keyword{Values: []string{text}, Span: n.Span}, nil
}

// entry reads a field with modifiers and its values.
func (r *reader) entry(p source.Pair) (ir.Expr, error) {
	ask, err := r.modifiers(p.Key)
	if err != nil {
		return nil, err
	}
	values := []*source.Node{p.Value}
	if p.Value.Kind == source.Sequence {
		values = p.Value.Items
	}
	if len(values) == 0 {
		return nil, fail(p.Value.Span, "there is no value to look for")
	}
	args := make([]ir.Expr, len(values))
	for i, v := range values {
		if v.Kind != source.Scalar {
			return nil, fail(v.Span, "a value is text, a number or a boolean, not %s", v.What())
		}
		if args[i], err = r.atom(ask, v); err != nil {
			return nil, err
		}
	}
	if ask.all {
		return &ir.And{Args: args, Span: p.Value.Span}, nil
	}
	return &ir.Or{Args: args, Span: p.Value.Span}, nil
}

// matching are the selections whose names fit a pattern; `them` is all but those that begin with an underscore.
func (r *reader) matching(pattern string) (out []selection) {
	for _, s := range r.selections {
		if pattern == "them" {
			if !strings.HasPrefix(s.name, "_") {
				out = append(out, s)
			}
		} else if ok, err := path.Match(pattern, s.name); ok && err == nil {
			out = append(out, s)
		}
	}
	return out
}

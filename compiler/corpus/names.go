package corpus

import (
	"strings"
	"sync"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// Names are what a taxonomy knows of the fields of log sources, looked up once a log source. It is safe for use by
// several goroutines.
type Names struct {
	taxonomy *telemetry.Taxonomy
	known    sync.Map // telemetry.Logsource to *telemetry.Schema, nil where there is none
}

// NewNames makes the names of a taxonomy; of nil, nothing is known.
func NewNames(t *telemetry.Taxonomy) *Names { return &Names{taxonomy: t} }

func (n *Names) schema(ls telemetry.Logsource) *telemetry.Schema {
	if n.taxonomy == nil || ls == (telemetry.Logsource{}) {
		return nil
	}
	if s, ok := n.known.Load(ls); ok {
		return s.(*telemetry.Schema)
	}
	s, _ := n.taxonomy.For(ls)
	n.known.Store(ls, s)
	return s
}

// Fields says how the names of a log source are read: as the taxonomy types them, else as strings.
func (n *Names) Fields(ls telemetry.Logsource) func(name string) ir.Field {
	s := n.schema(ls)
	return func(name string) ir.Field {
		if s != nil {
			if f, ok := s.Sigma(name); ok {
				out := f.Field
				out.Name = name
				return out
			}
		}
		return ir.Field{Name: name}
	}
}

// All are all names of a log source that the taxonomy knows.
func (n *Names) All(ls telemetry.Logsource) (out []ir.Field) {
	s := n.schema(ls)
	if s == nil {
		return nil
	}
	for i := range s.Fields {
		f := s.Fields[i].Field
		f.Name = s.Fields[i].Sigma
		out = append(out, f)
	}
	return out
}

// Check finds log sources and fields that the taxonomy doesn't know.
func (n *Names) Check(d *sigma.Document, l *diag.List) {
	if n.taxonomy == nil || d.Kind == sigma.CorrelationDocument || d.Logsource == (telemetry.Logsource{}) || d.Node == nil {
		return
	}
	s := n.schema(d.Logsource)
	if s == nil {
		at := d.LogsourceSpan
		if at.IsZero() {
			at = d.Span
		}
		l.Add(diag.UnknownSigmaSource, at, "the log source %s is not in the taxonomy", d.Logsource).
			WithHelp("its fields are read as any names; detc list telemetry --taxonomy names those that are")
		return
	}
	detection := d.Node.Get("detection")
	if d.Kind == sigma.FilterDocument {
		detection = d.Node.Get("filter")
	}
	if detection == nil {
		return
	}
	seen := map[string]bool{}
	for _, p := range detection.Pairs {
		if name := p.Key.Text.Value; name != "condition" && name != "rules" && name != "timeframe" {
			fieldKeys(p.Value, func(key source.Text) { unknownField(s, key, seen, l) })
		}
	}
}

// fieldKeys hands on the keys of the maps of a selection.
func fieldKeys(n *source.Node, f func(source.Text)) {
	for _, item := range n.Items {
		fieldKeys(item, f)
	}
	for _, p := range n.Pairs {
		f(p.Key.Text)
	}
}

// unknownField reports a field once a document.
func unknownField(s *telemetry.Schema, key source.Text, seen map[string]bool, l *diag.List) {
	name, _, _ := strings.Cut(key.Value, "|")
	if name == "" || seen[name] {
		return
	}
	seen[name] = true
	if _, ok := s.Sigma(name); ok {
		return
	}
	span := key.Span(0, len(name))
	d := l.Add(diag.UnknownSigmaField, span, "the log source %s has no field %q that is known", s.Logsource, name)
	known := make([]string, len(s.Fields))
	for i := range s.Fields {
		known[i] = s.Fields[i].Sigma
	}
	if best := diag.Nearest(name, known); best != "" {
		d.WithHelp("did you mean %q?", best).WithUnsafeFix("replace "+name+" by "+best, span, best)
	}
}

// Package logql writes queries of Grafana Loki in its language, LogQL. What a log line says is read into labels, each of
// them text; a label that isn't there is an empty one, and expressions are RE2's. Facts are from Loki's documentation (LogQL)
// and from what its own parser and pipeline, version 3.7.8, do with the queries.
package logql

import (
	"regexp"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Target is Grafana Loki.
type Target struct{}

var _ backend.Correlator = Target{}

const title = "LogQL"

// Targets are the targets of the package.
func Targets() []backend.Target { return []backend.Target{Target{}} }

// Name is the target's.
func (Target) Name() string { return "logql" }

// Describe says what the target can't do whatever the rule.
func (Target) Describe() backend.Info {
	return backend.Info{
		Title: "Grafana Loki 3.7", Language: title, Verified: "executed by the pipeline and the engine of Loki 3.7.8",
		Limits: []string{
			"An empty text is a missing field: whether it is there can't be told.",
			"Loki reads U+FFFD, which stands for bytes that are no UTF-8, as a space.",
			"Lists are left out by Loki's parser of JSON: clauses on them are refused.",
			"A line that isn't JSON to its end is no event.",
			"Orders of whole numbers read plain digits and 1e6: 4.43e2 is none, and past 2^63 there still are some.",
			"Context tables are not asked.",
			"A correlation with more than 500 groups at once fails (max_query_series), and one over more than 721 h (max_query_length).",
			"Correlations look at the evaluations of a rule, not at each event; sequences, absence and first sight are refused.",
		},
	}
}

// maxQuery bounds a query, in bytes: Loki refuses 128 KiB and more (maxInputSize in its pkg/logql/syntax).
const maxQuery = 128<<10 - 1

// Emit makes the query.
func (Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := newEmitter(r)
	text := e.pipeline(r.Where)
	e.bounded(len(text))
	return e.Done(r, text)
}

type emitter struct {
	backend.Notes
	r      *backend.Rule
	stream map[string]bool   // the labels that the selector names
	made   []string          // labels that templates make, in order: name and template
	names  map[string]string // those labels by template
	taken  map[string]bool   // labels that are no names for others
}

func newEmitter(r *backend.Rule) *emitter {
	e := &emitter{r: r, stream: map[string]bool{}, names: map[string]string{}, taken: map[string]bool{}}
	for _, p := range r.In {
		e.stream[p.Name] = true
	}
	for _, c := range r.Fields {
		e.taken[sanitized(c.Name)] = true
	}
	return e
}

func (e *emitter) bounded(n int) {
	if n > maxQuery {
		e.Findings.Add(diag.QueryTooLong, e.r.Where.Where(), "the query has %d bytes, and Loki takes %d", n, maxQuery)
	}
}

// pipeline is the selector with the stages that leave what an expression means.
func (e *emitter) pipeline(where ir.Expr) string {
	n := ir.Visit[node](where, e)
	parts := []string{e.selector()}
	if e.json() {
		parts = append(parts, e.prefilter(where)...)
	}
	if prepare := e.prepare(); prepare != "" {
		parts = append(parts, "| "+prepare, `| __error__=""`)
	}
	for i := 0; i+1 < len(e.made); i += 2 {
		parts = append(parts, "| label_format "+e.made[i]+"="+quoted(e.made[i+1]))
	}
	return strings.Join(append(parts, stages(n)...), " ")
}

// prepare is the parser that the labels come from: the store's, or that of JSON. Its failures are no events.
func (e *emitter) prepare() string {
	if e.r.Prepare == "" {
		return "json"
	}
	return e.r.Prepare
}

func (e *emitter) json() bool { return e.prepare() == "json" }

// selector picks the streams. A store that names one word alone names the job.
func (e *emitter) selector() string {
	places := e.r.In
	if len(places) == 0 && e.r.Table != "" {
		places = []backend.Place{{Name: "job", Values: []string{e.r.Table}}}
	}
	var parts []string
	for _, p := range places {
		if len(p.Values) == 1 {
			parts = append(parts, sanitized(p.Name)+"="+quoted(p.Values[0]))
			continue
		}
		alternatives := make([]string, len(p.Values))
		for i, v := range p.Values {
			alternatives[i] = regexp.QuoteMeta(v)
		}
		parts = append(parts, sanitized(p.Name)+"=~"+quoted(strings.Join(alternatives, "|")))
	}
	if len(parts) == 0 {
		e.refuse(e.r.Where, "Loki looks in streams, and the store names no label of theirs")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (e *emitter) visit(args []ir.Expr) []node {
	out := make([]node, len(args))
	for i, a := range args {
		out[i] = ir.Visit[node](a, e)
	}
	return out
}

func (e *emitter) And(a *ir.And) node     { return conjunction(e.visit(a.Args)...) }
func (e *emitter) Or(o *ir.Or) node       { return disjunction(e.visit(o.Args)...) }
func (e *emitter) Named(n *ir.Named) node { return ir.Visit[node](n.Arg, e) }
func (e *emitter) Const(c *ir.Const) node { return constant(c.Value) }

func (e *emitter) Not(n *ir.Not) node {
	var arg node
	e.Negated(func() { arg = ir.Visit[node](n.Arg, e) })
	return arg.negated()
}

func (e *emitter) refuse(atom ir.Expr, format string, args ...any) node {
	e.Refuse(title, atom, format, args...)
	return constant(false)
}

// label is the label that a field of an atom is in, and its column. ok is false where there is none, which is said.
func (e *emitter) label(atom ir.Expr, f ir.Field) (label string, c backend.Column, ok bool) {
	c, ok = e.r.Fields[f.Name]
	if !ok {
		e.Findings.Add(diag.NoColumn, atom.Where(), "nothing says where %s stands in the store", f.Name)
		return "", c, false
	}
	if c.List {
		e.refuse(atom, "Loki's parser leaves lists out, and %s is one", c.Name)
		return "", c, false
	}
	if name := e.plain(c); ownLabels[name] {
		e.Lose(atom, backend.Both, "Loki gives its streams and lines a label %s of its own, unless it is told not to: then what the log says is in %s", name, name+extracted)
	}
	return e.of(c), c, true
}

// ownLabels are what Loki adds where nobody turned it off (discover_service_name and discover_log_levels in its limits).
var ownLabels = map[string]bool{"service_name": true, "detected_level": true}

// of is the label that a column is in. One that the grammar takes for a word of its own is copied to a name that is none.
func (e *emitter) of(c backend.Column) string {
	name := e.plain(c)
	if reserved[strings.ToLower(name)] {
		return e.template(name+"_", "{{."+name+"}}")
	}
	return name
}

// plain is the label as Loki's parser has it.
func (e *emitter) plain(c backend.Column) string {
	name := sanitized(strings.Join(append([]string{c.Name}, c.Path...), "_"))
	if e.stream[name] {
		name += extracted
	}
	return name
}

// extracted is what Loki puts after a name of the line's that a stream's label has already.
const extracted = "_extracted"

// template is a label of ours with what a template makes of a line; the same template is one label.
func (e *emitter) template(name, template string) string {
	if said, ok := e.names[template]; ok {
		return said
	}
	name = sanitized(name)
	for e.taken[name] || reserved[strings.ToLower(name)] {
		name += "_"
	}
	e.taken[name] = true
	e.names[template] = name
	e.made = append(e.made, name, template)
	return name
}

const emptyGone = "Loki holds an empty text for a missing field"

func (e *emitter) Exists(x *ir.Exists) node {
	label, _, ok := e.label(x, x.Field)
	if !ok {
		return constant(false)
	}
	return e.exists(x, label)
}

// exists says that a field is there, as far as that can be told.
func (e *emitter) exists(atom ir.Expr, label string) node {
	e.Lose(atom, backend.Narrower, emptyGone)
	return there(label)
}

func (e *emitter) InSet(s *ir.InSet) node {
	return e.refuse(s, "Loki holds no tables beside its logs, so %s can't be looked up", s.Table)
}

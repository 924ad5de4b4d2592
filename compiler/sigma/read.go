package sigma

import (
	"errors"
	"fmt"
	"strconv"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// Limits of a Sigma rule, against hostile input. The largest rule of the public corpus has 45 selections and a
// condition of 600 characters.
const (
	maxCondition = 64 << 10 // bytes
	maxNesting   = 200      // parentheses and negations
	maxTerms     = 20_000   // selections that a condition names, patterns spelled out
	maxAtoms     = 500_000  // values in all of those together
)

// FieldsOf says of the rules of a log source how a name is read: its type, unit and whether it is a list. A field of
// strings is read as each atom needs it: as a number under |lt and its kin, as an address under |cidr, as a time under
// |hour and its kin.
type FieldsOf func(ls telemetry.Logsource) func(name string) ir.Field

// ReadAll reads every Sigma document of a file: rules, correlations and filters. What can't be read is a finding; such
// a document has no meaning (Where and Correlation are nil) but what it says of itself, and the next one is read all
// the same. A nil fields reads every name as a string. Whether an atom minds case the rule itself says (|cased). The
// tables of |expand have the versions that the block `detc` gives, else 0.
func ReadAll(f *source.File, fields FieldsOf, l *diag.List) []*Document {
	nodes, err := source.ParseYAML(f)
	out := make([]*Document, 0, len(nodes))
	var before *source.Node // the document whose keys `action: global` gave to those after it
	for _, n := range nodes {
		if n.IsNull() { // nothing between two lines of ---
			continue
		}
		r := &reader{diags: l, fields: fields}
		d := r.document(n, &before)
		if d != nil {
			out = append(out, d)
		}
	}
	if err != nil {
		problem(err, f, l)
	}
	return out
}

// problem is what source says of a file that is no YAML, as a finding.
func problem(err error, f *source.File, l *diag.List) {
	var e *source.Error
	switch {
	case !errors.As(err, &e):
		l.Add(diag.Syntax, source.Span{File: f}, "%s", err)
	case e.Unreadable:
		l.Add(diag.Unreadable, e.Span, "%s", e.Message)
	default:
		l.Add(diag.Syntax, e.Span, "%s", e.Message)
	}
}

// Read reads a file that holds one Sigma rule, as ReadAll does: it is how an emitted rule is read back. field says how
// a name is read; nil reads every name as a string. An error is a *source.Error with the place of the first mistake.
func Read(f *source.File, field func(name string) ir.Field) (*Document, error) {
	var l diag.List
	docs := ReadAll(f, func(telemetry.Logsource) func(string) ir.Field { return field }, &l)
	for _, d := range l {
		if d.Severity == diag.Error {
			return nil, &source.Error{Span: d.Span, Message: d.Message, Unreadable: d.Code == diag.Unreadable}
		}
	}
	if len(docs) != 1 || docs[0].Kind != RuleDocument {
		return nil, &source.Error{Span: source.Span{File: f}, Message: fmt.Sprintf("a Sigma rule is one YAML document with a detection; here are %d", len(docs))}
	}
	return docs[0], nil
}

// A reader reads one document.
type reader struct {
	diags  *diag.List
	fields FieldsOf
	field  func(name string) ir.Field
	failed bool

	doc      *Document
	versions *source.Node // detc.context
	terms    int          // selections that the conditions name so far
	atoms    int          // values in them
	sizes    []int        // values in each selection
}

// fail adds a finding by which the document has no meaning.
func (r *reader) fail(code diag.Code, span source.Span, format string, args ...any) *diag.Diagnostic {
	r.failed = true
	return r.diags.Add(code, span, format, args...)
}

func anyString(name string) ir.Field { return ir.Field{Name: name} }

// document reads one; nil where it is no mapping. before is the document whose `action: global` is in force.
func (r *reader) document(n *source.Node, before **source.Node) *Document {
	if n.Kind != source.Mapping {
		r.fail(diag.SigmaDocument, n.Span, "a Sigma document is a mapping, not %s", n.What()).WithHelp("begin with a key: title: …")
		return nil
	}
	d := &Document{Node: n}
	r.doc = d
	r.texts(n)
	r.logsource(n.Get("logsource"))
	r.field = anyString
	if r.fields != nil {
		if f := r.fields(d.Logsource); f != nil {
			r.field = f
		}
	}
	if origin := n.Get("detc"); origin != nil {
		r.versions = origin.Get("context")
	}
	correlation, filter, detection := n.Get("correlation"), n.Get("filter"), n.Get("detection")
	if r.action(n, before) {
		return d
	}
	r.oneOf(correlation, filter, detection)
	switch {
	case !correlation.IsNull():
		d.Kind = CorrelationDocument
		r.correlation(correlation)
	case !filter.IsNull():
		d.Kind = FilterDocument
		r.detection(filter)
	case !detection.IsNull():
		r.detection(detection)
	default:
		r.fail(diag.SigmaDocument, d.Span, "the document has no detection, which says what a rule looks for").
			WithHelp("a rule has `detection`, a correlation `correlation`, a filter `filter`")
	}
	if r.failed {
		d.Where, d.Correlation = nil, nil
	}
	return d
}

// oneOf refuses a document that is two things at once.
func (r *reader) oneOf(parts ...*source.Node) {
	var first *source.Node
	for _, p := range parts {
		switch {
		case p.IsNull():
		case first == nil:
			first = p
		default:
			r.fail(diag.SigmaDocument, p.Span, "a document is a rule, a correlation or a filter, and not two of these").
				WithNote(first.Span, "the other").WithHelp("write two documents, with a line of --- between them")
		}
	}
}

// action refuses what Sigma 1 joined over the documents of a file, and says whether it did.
func (r *reader) action(n *source.Node, before **source.Node) bool {
	a := n.Get("action")
	switch {
	case !a.IsNull():
		*before = n
		if a.Text.Value == "reset" {
			*before = nil
		}
		r.fail(diag.SigmaAction, a.Span, "`action: %s` joins documents, which Sigma 2 does no more", a.Text.Value).
			WithHelp("write each rule out in a document of its own; for events that belong together write a correlation")
	case *before != nil:
		r.fail(diag.SigmaAction, r.doc.Span, "the document is completed by one before it, which has an `action`").
			WithNote((*before).Span, "the document before").
			WithHelp("write each rule out in a document of its own")
	default:
		return false
	}
	return true
}

// detection reads what stands below `detection`, or below `filter`.
func (r *reader) detection(n *source.Node) {
	if n.Kind != source.Mapping {
		r.fail(diag.SigmaSelection, n.Span, "selections and a condition stand here, not %s", n.What()).WithHelp("write selection: … and condition: …")
		return
	}
	timeframe := r.selections(n)
	aggregates := false
	args := make([]ir.Expr, 0, 1)
	for _, c := range r.doc.Conditions {
		e, ok := r.condition(c)
		if !ok {
			aggregates = aggregates || len(*r.diags) > 0 && (*r.diags)[len(*r.diags)-1].Code == diag.SigmaAggregation
			continue
		}
		args = append(args, e)
	}
	if timeframe != nil && !aggregates {
		r.diags.Add(diag.SigmaTimeframe, timeframe.Span, "nothing here counts events within a timeframe; it is left out").
			WithHelp("take it out; what counts events is a correlation")
	}
	if r.failed {
		return
	}
	where := ir.Normalize(&ir.Or{Args: args, Span: n.Span})
	if c, ok := where.(*ir.Const); ok {
		r.fail(diag.SigmaSelection, c.Span, "this is %t whatever the event", c.Value).WithHelp("take it out")
		return
	}
	r.doc.Where = where
}

func (r *reader) version(table string) int {
	v, err := strconv.Atoi(textOf(r.versions.Get(table)))
	if err != nil {
		return 0
	}
	return v
}

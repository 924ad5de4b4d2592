package sigma

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Written is a document that was read, to be written as Sigma again: what it says of itself as it was, its keys in
// Sigma's order, and what it looks for in the one form that this compiler gives it. Keys that Sigma doesn't know stand
// at the end as they were.
type Written struct {
	*Document
	Detection Detection // of a rule or a filter
}

// Write makes the Sigma text of a document. It is nil where a finding is an error: a document that could not be read,
// or what Sigma can't say.
func Write(d *Document) (*Written, diag.List) {
	var diags diag.List
	w := &Written{Document: d}
	switch {
	case d.Kind == CorrelationDocument && d.Correlation != nil:
	case d.Where == nil:
		diags.Add(diag.SigmaDocument, d.Span, "what can't be read is not written").WithHelp("look at the findings of its text")
	case d.Kind == FilterDocument:
		w.Detection, _ = detectNot(negation(d.Where), &diags)
	default:
		w.Detection, _ = detect(d.Where, &diags)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return w, diags
}

// negation is an expression's opposite.
func negation(e ir.Expr) ir.Expr {
	if n, ok := e.(*ir.Not); ok {
		return n.Arg
	}
	return &ir.Not{Arg: e, Span: e.Where()}
}

// YAML is the document's text. The same document gives the same bytes.
func (d *Written) YAML() []byte {
	w := &writer{}
	w.Grow(len(d.Node.Span.Text())*5/4 + 256) // about what the document has: its text is written in one piece
	w.pair("title", plain(d.Title.Value, false))
	w.scalar("id", d.ID)
	w.scalar("name", d.Name)
	if len(d.Related) > 0 {
		w.line("related:")
		for _, r := range d.Related {
			w.line(step, "- id: ", dashedOrPlain(r.ID.Value))
			w.optional(step+"  type", r.Type.Value, plain(r.Type.Value, false))
		}
	}
	w.scalar("taxonomy", d.Taxonomy)
	w.scalar("status", d.Status)
	if s := d.Description.Value; s != "" {
		w.pair("description", block(s, step))
	}
	w.scalar("license", d.License)
	w.list("references", valuesOf(d.References))
	w.scalar("author", d.Author)
	w.scalar("date", d.Date)
	w.scalar("modified", d.Modified)
	w.list("tags", valuesOf(d.Tags))
	switch d.Kind {
	case CorrelationDocument:
		w.correlationOf(d.Correlation)
	case FilterDocument:
		w.logsourceOf(d.Document)
		w.line("filter:")
		if len(d.Filters) == 1 && strings.EqualFold(d.Filters[0].Value, "any") {
			w.pair(step+"rules", "any")
		} else {
			w.names(step, "rules", valuesOf(d.Filters))
		}
		w.selections(d.Detection)
	default:
		w.logsourceOf(d.Document)
		w.detection(d.Detection)
	}
	w.list("fields", valuesOf(d.Fields))
	w.list("falsepositives", valuesOf(d.FalsePositives))
	w.scalar("level", d.Level)
	w.list("scope", valuesOf(d.Scope))
	for _, p := range d.Node.Pairs {
		if key := p.Key.Text.Value; !isWritten(key, d.Kind) {
			w.node("", plain(key, false)+":", p.Value)
		}
	}
	return []byte(w.String())
}

// isWritten says of a key at the top that its place is above.
func isWritten(key string, k Kind) bool {
	var d Document
	switch key {
	case "related", "detection", "correlation", "filter":
		return true
	case "logsource":
		return k != CorrelationDocument
	case "generate":
		return k == CorrelationDocument
	}
	return d.text(key) != nil || d.list(key) != nil
}

func (w *writer) scalar(key string, t source.Text) {
	switch {
	case t.IsZero():
	case key == "id" || key == "date" || key == "modified":
		w.pair(key, dashedOrPlain(t.Value))
	default:
		w.pair(key, plain(t.Value, false))
	}
}

// dashedOrPlain is a UUID or a date without quotes; whoever wrote something else there is given it back.
func dashedOrPlain(s string) string {
	if strings.Count(s, "-") > 1 && s[0] != '-' {
		return bare(s)
	}
	return plain(s, false)
}

// logsourceOf writes a log source with all that it says, a definition too.
func (w *writer) logsourceOf(d *Document) {
	n := d.Node.Get("logsource")
	if n.IsNull() || n.Kind != source.Mapping || len(n.Pairs) == 0 {
		w.logsource(d.Logsource)
		return
	}
	w.line("logsource:")
	for _, key := range []string{"category", "product", "service"} {
		if s := textOf(n.Get(key)); s != "" {
			w.pair(step+key, plain(s, false))
		}
	}
	for _, p := range n.Pairs {
		switch key := p.Key.Text.Value; {
		case key == "category", key == "product", key == "service", p.Value.IsNull():
		default:
			w.node(step, plain(key, false)+":", p.Value)
		}
	}
}

// node writes a value as it was, behind a key or a hyphen. What an alias brought in is written out.
func (w *writer) node(indent, head string, n *source.Node) {
	switch {
	case n.Kind == source.Scalar && n.Type == source.String:
		if strings.Contains(n.Text.Value, "\n") {
			w.line(indent, head, " ", block(n.Text.Value, indent+step))
			return
		}
		w.line(indent, head, " ", plain(n.Text.Value, false))
	case n.Kind == source.Scalar && n.Type == source.Null:
		w.line(indent, head, " null")
	case n.Kind == source.Scalar:
		w.line(indent, head, " ", n.Text.Value)
	case len(n.Items) == 0 && len(n.Pairs) == 0:
		w.line(indent, head, map[source.Kind]string{source.Mapping: " {}", source.Sequence: " []"}[n.Kind])
	default:
		w.line(indent, head)
		for _, item := range n.Items {
			w.node(indent+step, "-", item)
		}
		for _, p := range n.Pairs {
			w.node(indent+step, plain(p.Key.Text.Value, false)+":", p.Value)
		}
	}
}

// correlationOf writes a correlation that was read.
func (w *writer) correlationOf(c *ir.Correlation) {
	out := &Correlation{Type: c.Kind.String(), GroupBy: c.GroupBy, Generate: c.Generate, Timespan: timespan(c, &diag.List{})}
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, r.Name)
	}
	for _, a := range c.Aliases {
		out.Aliases = append(out.Aliases, CorrelationAlias{a.Name, a.Fields})
	}
	out.Condition.Fields = c.Fields
	for _, b := range c.Having {
		out.Condition.Bounds = append(out.Condition.Bounds, Bound{b.Op.String(), decimal(b.Value)})
	}
	if c.Kind == ir.ValuePercentile {
		out.Condition.Percentile = decimal(c.Percentile)
	}
	w.correlation(out)
}

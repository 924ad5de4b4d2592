package sigma

import (
	"detc/compiler/diag"
	"detc/compiler/source"
)

// textOf is a scalar's text; "" of anything else.
func textOf(n *source.Node) string { return scalarOf(n).Value }

func scalarOf(n *source.Node) source.Text {
	if n.IsNull() || n.Kind != source.Scalar {
		return source.Text{}
	}
	return n.Text
}

// textsOf are the scalars of a list. A scalar alone is taken for a list of one.
func textsOf(n *source.Node) []source.Text {
	switch {
	case n.IsNull():
		return nil
	case n.Kind == source.Scalar:
		return []source.Text{n.Text}
	}
	out := make([]source.Text, 0, len(n.Items))
	for _, item := range n.Items {
		if item.Kind == source.Scalar && !item.IsNull() {
			out = append(out, item.Text)
		}
	}
	return out
}

// texts reads what a document says of itself. Of a key that stands twice the first counts, and a value of another kind
// than the key has is left out: neither has a bearing on what matches, and a check of its own finds them.
func (r *reader) texts(n *source.Node) {
	d := r.doc
	d.Span = n.Span
	if len(n.Pairs) > 0 {
		d.Span = n.Pairs[0].Key.Span
	}
	for _, p := range n.Pairs {
		if to := d.text(p.Key.Text.Value); to != nil {
			if to.IsZero() {
				*to = scalarOf(p.Value)
			}
			continue
		}
		if to := d.list(p.Key.Text.Value); to != nil {
			if *to == nil {
				*to = textsOf(p.Value)
			}
			continue
		}
		if p.Key.Text.Value == "related" && d.Related == nil {
			for _, item := range p.Value.Items {
				if id := scalarOf(item.Get("id")); !id.IsZero() {
					d.Related = append(d.Related, Relation{ID: id, Type: scalarOf(item.Get("type"))})
				}
			}
		}
	}
	if !d.Title.IsZero() {
		d.Span = d.Title.Whole
	}
}

// text is where the key's text goes; nil where the key has none.
func (d *Document) text(key string) *source.Text {
	switch key {
	case "title":
		return &d.Title
	case "id":
		return &d.ID
	case "name":
		return &d.Name
	case "status":
		return &d.Status
	case "level":
		return &d.Level
	case "description":
		return &d.Description
	case "author":
		return &d.Author
	case "date":
		return &d.Date
	case "modified":
		return &d.Modified
	case "taxonomy":
		return &d.Taxonomy
	case "license":
		return &d.License
	}
	return nil
}

// list is where the key's list goes; nil where the key has none.
func (d *Document) list(key string) *[]source.Text {
	switch key {
	case "references":
		return &d.References
	case "tags":
		return &d.Tags
	case "falsepositives":
		return &d.FalsePositives
	case "fields":
		return &d.Fields
	case "scope":
		return &d.Scope
	}
	return nil
}

func (r *reader) logsource(n *source.Node) {
	if n.IsNull() || n.Kind != source.Mapping {
		return
	}
	d := r.doc
	d.LogsourceSpan = n.Span
	d.Logsource.Category = textOf(n.Get("category"))
	d.Logsource.Product = textOf(n.Get("product"))
	d.Logsource.Service = textOf(n.Get("service"))
}

// filterRules reads which rules a filter is for.
func (r *reader) filterRules(n *source.Node) {
	r.doc.Filters = textsOf(n)
	if len(r.doc.Filters) == 0 {
		span := r.doc.Span
		if n != nil {
			span = n.Span
		}
		r.fail(diag.SigmaFilterForm, span, "the filter names no rule").WithHelp("write rules: […] with their names or ids, or rules: any")
	}
	if n != nil && n.Kind == source.Sequence && len(n.Items) != len(r.doc.Filters) {
		r.fail(diag.SigmaFilterForm, n.Span, "a filter's rules are names and ids, each a text").WithHelp("write rules: [name, another]")
	}
}

package intake

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/stub"
)

// filter makes a filter file of a Sigma filter whose rules all have a stub. Sigma's says which events are left to the
// rules; a filter here says which are taken away.
func (m *Importer) filter(name string, d *sigma.Document, l *diag.List) bool {
	rules, all := make([]string, 0, len(d.Filters)), false
	for _, t := range d.Filters {
		name, known := m.stubOf(t.Value)
		switch {
		case strings.EqualFold(t.Value, stub.Any):
			all = true
		case known:
			rules = append(rules, name)
		default:
			l.Add(diag.ImportRefused, t.Whole, "%s can't be a filter here: it narrows %s, which is not among what was imported", named(d), t.Value).
				WithHelp("import the rules together with the filter")
			return false
		}
	}
	if all {
		rules = nil
	}
	id, ok := m.id(name, d, l)
	if !ok {
		return false
	}
	forget := m.mark(id, d)
	s, ok := m.schemaOf(d, l)
	var where ir.Expr
	if ok {
		where, ok = m.renamed(s, ir.Normalize(&ir.Not{Arg: d.Where, Span: d.Where.Where()}), l)
	}
	out := stub.FilterDraft{Name: name, Title: oneLine(d.Title.Value), ID: id, Date: date(d.Date, "date", l),
		Reason: strings.TrimSpace(d.Description.Value), Rules: rules}
	if ok {
		out.Telemetry = s.ID
		out.Let, out.Exclude, ok = s.write(where, d, m.tables, l)
	}
	if !ok {
		forget()
		return false
	}
	l.Add(diag.ImportUnfinished, at(d), "nobody answers for %s yet: the filter has no owner, no ticket, no end and no tests", named(d)).
		WithHelp("fill them in: filters/%s.yaml", name)
	m.files["filters/"+name+".yaml"] = out.YAML()
	m.Counts.Stubs++
	return true
}

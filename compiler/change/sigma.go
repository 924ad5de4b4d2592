package change

import (
	"cmp"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// kindForms say what each kind of Sigma document was written as.
var kindForms = map[sigma.Kind]string{sigma.RuleDocument: SigmaRule, sigma.CorrelationDocument: SigmaCorrelation, sigma.FilterDocument: SigmaFilter}

// Sigma reads the rules, correlations and filters of a Sigma file. A document that can't be read is a rule that is
// Broken; the others count all the same.
func Sigma(f *source.File, fields sigma.FieldsOf) []*Rule {
	var l diag.List
	docs := sigma.ReadAll(f, fields, &l)
	var out []*Rule
	for i, d := range docs {
		r := &Rule{Form: kindForms[d.Kind], File: f, Index: i, Name: d.Name.Value, ID: d.ID.Value, Title: d.Title.Value, Level: d.Level.Value,
			Properties: Properties(d.Node, "name", "detection", "correlation", "filter"), Where: d.Where, Correlation: d.Correlation}
		if d.Correlation != nil {
			for _, ref := range d.Correlation.Rules {
				r.Uses = append(r.Uses, Use{ofRule, ref.Name})
			}
		}
		if d.Kind == sigma.FilterDocument {
			filtered := []string{}
			for _, t := range d.Filters {
				filtered = append(filtered, t.Value)
			}
			r.Properties = append(r.Properties, Property{Key: "filter.rules", List: filtered, IsList: true})
		}
		if d.Where == nil && d.Correlation == nil {
			r.Broken = cmp.Or(errorIn(l, d.Node), "it has errors")
		}
		out = append(out, r)
	}
	for _, d := range l {
		if d.Code == diag.Syntax || d.Code == diag.Unreadable { // the rest of the file is no YAML
			return append(out, &Rule{Form: SigmaRule, File: f, Index: len(out), Broken: d.Span.Position().String() + ": " + d.Message})
		}
	}
	if len(out) == 0 {
		out = append(out, &Rule{Form: SigmaRule, File: f, Broken: cmp.Or(errorIn(l, nil), "the file holds no rule")})
	}
	return out
}

// errorIn is the first error in a document, with its place; of any where the document is nil.
func errorIn(l diag.List, n *source.Node) string {
	for _, d := range l {
		if d.Severity == diag.Error && (n == nil || d.Span.Start >= n.Span.Start && d.Span.Start <= n.Span.End) {
			return d.Span.Position().String() + ": " + d.Message
		}
	}
	return ""
}

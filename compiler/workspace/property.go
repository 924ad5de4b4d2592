package workspace

import (
	"slices"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/property"
	"detc/compiler/telemetry"
)

// holdProperties holds every rule against the checks that its tactic's items name.
func (w *Workspace) holdProperties() error {
	w.properties = map[string]coverage.Property{}
	views := map[*Rule]*property.Rule{}
	for _, t := range w.Tactics {
		if t.Items == nil {
			continue
		}
		for _, i := range t.Items.Items {
			if i.Check.IsZero() {
				continue
			}
			c, known := property.Lookup(i.Check.Value)
			if !known {
				w.Findings.Add(diag.UnknownRef, i.Check.Whole, "there is no check %q", i.Check.Value).
					WithGuess(i.Check.Whole, i.Check.Value, property.Names())
				continue
			}
			w.properties[i.ID.Value] = w.holds(c, t.ID, views)
		}
	}
	return nil
}

// holds counts the rules of a tactic that pass a check; the others are findings.
func (w *Workspace) holds(c property.Check, tactic string, views map[*Rule]*property.Rule) coverage.Property {
	out := coverage.Property{Check: c.Name}
	for _, r := range w.Rules {
		if r.Tags.Tactic.ID != tactic {
			continue
		}
		out.Total++
		v := w.propertyView(r, views)
		if v == nil {
			continue // it has errors, which were said
		}
		if reason := c.Of(v); reason != "" && !v.Block {
			r.Findings.Add(c.Code, v.Span, "%s: %s", r.Name.Value, reason)
			continue
		}
		out.Passed++
	}
	return out
}

// propertyView is a rule as the checks see it; nil where it doesn't compile.
func (w *Workspace) propertyView(r *Rule, views map[*Rule]*property.Rule) *property.Rule {
	if v, ok := views[r]; ok {
		return v
	}
	v := &property.Rule{Name: r.Name.Value, Level: r.Level.Value, Block: r.Alert.Off, Span: r.Name.Whole, Shown: values(r.Alert.Fields)}
	for _, at := range placeholder.FindAllStringSubmatch(r.Alert.Summary.Value, -1) {
		v.Shown = append(v.Shown, at[1])
	}
	switch {
	case r.Correlation != nil && r.Correlation.IR != nil:
		v.Correlation = r.Correlation.IR
		for _, p := range r.Correlation.Parts {
			if part := w.propertyView(p, views); part != nil {
				v.Parts = append(v.Parts, part)
			}
		}
	case r.IR != nil && r.Schema != nil:
		v.Schema, v.Where, v.Bare = r.Schema, r.IR.Where, w.bare(r.Schema)
		v.Has = func(field string) bool {
			return slices.ContainsFunc(r.Emitted, func(e Emission) bool { return e.Bound != nil && !e.Source.Binding(field).Absent() })
		}
		for _, e := range r.IR.Meta.Levels {
			v.Raises = append(v.Raises, e.Where)
		}
	default:
		v = nil
	}
	views[r] = v
	return v
}

// bare compiles what a schema calls a mere event, once.
func (w *Workspace) bare(s *telemetry.Schema) []property.Bare {
	if done, ok := w.bares[s]; ok {
		return done
	}
	var out []property.Bare
	for _, t := range s.Bare {
		if e, ok := w.scopes[s.ID].Compile(t, nil, &w.Findings); ok {
			out = append(out, property.Bare{Text: t.Value, Where: ir.Normalize(e), Span: t.Whole})
		}
	}
	w.bares[s] = out
	return out
}

// A DimensionRow is what a rule looks at beside the act, for `detc list dimensions`.
type DimensionRow struct {
	Rule string
	Uses []property.Use // in the order of property.Dimensions
}

// Dimensions are the rows of a tactic's alerting rules, by name; all tactics if it is empty.
func (w *Workspace) Dimensions(tactic string) []DimensionRow {
	var out []DimensionRow
	views := map[*Rule]*property.Rule{}
	for _, r := range w.Rules {
		v := w.propertyView(r, views)
		if v == nil || v.Block || tactic != "" && r.Tags.Tactic.ID != tactic {
			continue
		}
		uses := v.Uses()
		out = append(out, DimensionRow{r.Name.Value, slices.Clone(uses[:])})
	}
	return out
}

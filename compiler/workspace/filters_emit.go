package workspace

import (
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
)

// emitFilter binds the exclusion to every source that a rule of it is emitted on, and writes it as Sigma. Where a source
// can't carry it as it is meant, nothing is left out there: an alert too many is better than one too few.
func (w *Workspace) emitFilter(f *Filter) {
	rule := &ir.Rule{Name: f.Name.Value, ID: f.ID.Value, Telemetry: f.Schema.ID, Where: f.Exclude,
		Meta: ir.Meta{Title: f.Title.Value, Description: strings.TrimSpace(f.Reason.Value), Date: f.Date.Value}}
	lease := sigma.Lease{Owner: f.Owner.Value, Ticket: f.Ticket.Value, Until: f.Until.Value}
	var off []FilterEmission
	for _, s := range f.Schema.Sources {
		src := w.sources[s]
		names, lent := w.emittedOn(f, src)
		if src == nil || len(names)+len(lent) == 0 {
			continue
		}
		bare := *src
		bare.Filter = nil // it stands in the rules
		var refused diag.List
		e := FilterEmission{Source: src, Outcome: bind.Rule(rule, &bare, false, &refused), Rules: names}
		if e.Bound == nil {
			off = append(off, e)
		} else {
			made, l := sigma.EmitFilter(e.Bound, lease, append(names, lent...))
			f.Findings.Append(l)
			if made == nil || l.HasErrors() {
				e.Bound, e.Reason = nil, "Sigma can't say it"
			} else {
				e.YAML, e.asRule = made.YAML(), made.AsRule().YAML()
				if e.ReadBack = sigma.VerifyFilter(e.Bound, made.Rules, e.YAML); e.ReadBack != nil {
					f.Findings.Add(diag.ReadsBackOther, f.FilterForm.Exclude.Whole, "the Sigma filter for %s, read back, is another: %v", src.ID, e.ReadBack)
				}
				if len(names) > 0 {
					e.Sigma = made
				}
			}
		}
		f.Emitted = append(f.Emitted, e)
	}
	f.sayOff(off)
}

// sayOff names the sources on which a filter doesn't hold.
func (f *Filter) sayOff(off []FilterEmission) {
	at := f.FilterForm.Exclude.Whole
	switch len(off) {
	case 0:
		return
	case 1:
		f.Findings.Add(diag.FilterOffSource, at, "nothing is left out on %s: %s", off[0].Source.ID, off[0].Reason)
	default:
		d := f.Findings.Add(diag.FilterOffSource, at, "nothing is left out on %d of the %d logs", len(off), len(f.Emitted))
		for _, e := range off {
			d.WithNote(span{}, "%s: %s", e.Source.ID, e.Reason)
		}
	}
}

// emittedOn are the names of the rules that a filter narrows on a source: those that are built, and those that are not.
func (w *Workspace) emittedOn(f *Filter, src *bind.Source) (built, lent []string) {
	for _, r := range f.Rules {
		if r.State == Disabled {
			continue
		}
		for _, e := range r.Emitted {
			if e.Source != src || e.Bound == nil || e.ReadBack != nil || e.Sigma == nil {
				continue
			}
			if slices.Contains(w.lent, r) {
				lent = append(lent, e.Sigma.Name)
			} else {
				built = append(built, e.Sigma.Name)
			}
		}
	}
	return built, lent
}

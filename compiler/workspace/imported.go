package workspace

import (
	"regexp"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

var (
	tacticTag    = regexp.MustCompile(`^TA\d{4}$`)
	techniqueTag = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
)

// tags are what a rule's tags mean. One that was written here has one tactic, and techniques of it. One that was
// imported has as many as its author gave it, of any domain, and other tags beside them: the first tactic counts as
// its own.
func (w *Workspace) tags(r *Rule) attack.Tags {
	l := &r.Findings
	if !r.Imported() {
		return w.Attack.CheckTags(r.Stub.Tags, r.Span, l)
	}
	var out attack.Tags
	for _, t := range r.Stub.Tags {
		switch {
		case tacticTag.MatchString(t.Value):
			tactic, ok := w.Attack.Tactic(t.Value)
			if !ok {
				l.Add(diag.UnknownTactic, t.Whole, "ATT&CK %s has no tactic %q", w.Attack.Release, t.Value).As(diag.Warning)
			} else if out.Tactic.ID == "" {
				out.Tactic = tactic
			}
		case techniqueTag.MatchString(t.Value):
			same := w.Attack.Technique(t.Value)
			if len(same) == 0 {
				l.Add(diag.UnknownTechnique, t.Whole, "ATT&CK %s has no technique %q", w.Attack.Release, t.Value).As(diag.Warning)
				continue
			}
			out.Techniques = append(out.Techniques, same[0])
		}
	}
	return out
}

// imported is what a rule that was imported keeps for its emission; nil of one that was written here.
func (w *Workspace) imported(r *Rule) *ir.Imported {
	if !r.Imported() {
		return nil
	}
	out := &ir.Imported{License: r.License.Value, Scope: values(r.Scope), Requires: strings.TrimSpace(r.Requires.Value)}
	for _, t := range r.Stub.Tags {
		out.Tags = append(out.Tags, w.sigmaTag(t.Value))
	}
	for _, rel := range r.Related {
		out.Related = append(out.Related, ir.Relation{ID: rel.ID.Value, Type: rel.Type.Value})
	}
	return out
}

// sigmaTag is a tag as Sigma has it: attack.execution for TA0002, attack.t1059 for T1059; any other as it is.
func (w *Workspace) sigmaTag(tag string) string {
	switch {
	case tacticTag.MatchString(tag):
		if t, ok := w.Attack.Tactic(tag); ok {
			return "attack." + t.Shortname
		}
	case techniqueTag.MatchString(tag):
		return "attack." + lower(tag)
	}
	return tag
}

// folder is where a rule's Sigma rules are written, below the output folder: one a tactic. An imported rule may be of
// none.
func (r *Rule) folder() string {
	if r.Tags.Tactic.ID == "" {
		return "sigma/any/"
	}
	return "sigma/" + lower(r.Tags.Tactic.ID) + "/"
}

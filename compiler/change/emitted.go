package change

import (
	"bytes"

	"detc/compiler/ir"
)

// compareEmitted is what became of a rule on each source, in the order of the new side's sources, then what is gone.
// Where the rule itself did not change, a source on which it did was changed by the source, and its direction is told.
func compareEmitted(p pair, rule *Meaning, o Options) []SourceChange {
	if p.old.Broken != "" || p.new.Broken != "" {
		return nil // nothing is emitted of what doesn't compile
	}
	was := map[string]Emission{}
	for _, e := range p.old.Emitted {
		was[e.Source] = e
	}
	var out []SourceChange
	kept := map[string]bool{}
	for _, e := range p.new.Emitted {
		kept[e.Source] = true
		if c, differs := compareEmission(p, was[e.Source], e, rule, o); differs {
			out = append(out, c)
		}
	}
	for _, e := range p.old.Emitted {
		if !kept[e.Source] && e.YAML != nil {
			out = append(out, SourceChange{Source: e.Source, What: Removed, Reason: "the rule no longer asks for it, or its telemetry doesn't have it"})
		}
	}
	return out
}

func compareEmission(p pair, old, new Emission, rule *Meaning, o Options) (SourceChange, bool) {
	c := SourceChange{Source: new.Source}
	switch {
	case old.YAML == nil && new.YAML == nil:
		return c, false
	case old.YAML == nil:
		c.What = Added
	case new.YAML == nil:
		c.What, c.Reason = Removed, new.Refused
	case bytes.Equal(old.YAML, new.YAML):
		return c, false
	default:
		c.What = Changed
		if unmoved := rule == nil || rule.Direction == Same; unmoved && old.Where != nil && new.Where != nil && !ir.Equal(old.Where, new.Where) {
			q := newQuestion(old.Where, new.Where, p)
			q.raw, q.enums = new.Source, nil
			c.Meaning = compareConditions(q)
		}
	}
	if o.Sigma && o.Lines != nil {
		name := new.Source + ".yml"
		c.Lines = o.Lines(name, string(old.YAML), name, string(new.YAML))
	}
	return c, true
}

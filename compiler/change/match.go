package change

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/ir"
)

// A pair is a rule on both sides; one of them is nil where it was added or removed.
type pair struct{ old, new *Rule }

// match finds each rule's partner: by id, then by name, then by its place.
func match(old, new []*Rule) []pair {
	partner := make(map[*Rule]*Rule, len(new)) // by the new rule
	taken := make(map[*Rule]bool, len(old))
	for _, key := range []func(*Rule) string{
		func(r *Rule) string { return strings.ToLower(r.ID) },
		func(r *Rule) string { return r.Name },
		func(r *Rule) string { return r.File.Name + "\x00" + strconv.Itoa(r.Index) },
	} {
		left := map[string][]*Rule{}
		for _, r := range old {
			if k := key(r); k != "" && !taken[r] {
				left[k] = append(left[k], r)
			}
		}
		for _, r := range new {
			k := key(r)
			if partner[r] != nil || k == "" || len(left[k]) == 0 {
				continue
			}
			at := 0 // of several with one id, the one in the same file
			for i, o := range left[k] {
				if o.File.Name == r.File.Name {
					at = i
					break
				}
			}
			o := left[k][at]
			left[k] = append(left[k][:at:at], left[k][at+1:]...)
			partner[r], taken[o] = o, true
		}
	}
	var out []pair
	for _, r := range new {
		out = append(out, pair{partner[r], r})
	}
	for _, r := range old {
		if !taken[r] {
			out = append(out, pair{r, nil})
		}
	}
	return out
}

// differ says that what refers to the rule may mean something else.
func (p pair) differ() bool {
	switch {
	case p.old == nil || p.new == nil:
		return true
	case p.old.Where != nil && p.new.Where != nil:
		return !ir.Equal(p.old.Where, p.new.Where)
	case p.old.Correlation != nil && p.new.Correlation != nil:
		return len(compareCorrelations(p.old.Correlation, p.new.Correlation).Edits) > 0
	}
	return p.old.Broken != p.new.Broken
}

// compareRules is what differs of a rule; nil where nothing does.
func compareRules(p pair, changed map[Use]bool, o Options) *RuleChange {
	r := p.new
	if r == nil {
		r = p.old
	}
	c := &RuleChange{Rule: r.display(), Form: r.Form, ID: r.ID, Title: r.Title, Level: r.Level, File: r.File.Name}
	switch {
	case p.old == nil:
		c.What = []string{Added}
		c.broken(p)
		return c
	case p.new == nil:
		c.What = []string{Removed}
		return c
	}
	c.identity(p)
	c.broken(p)
	c.meaning(p, o)
	if c.Metadata = compareProperties(p.old.Properties, p.new.Properties); len(c.Metadata) > 0 {
		c.What = append(c.What, Said)
	}
	if c.Tests = compareCases(p, o); len(c.Tests) > 0 {
		c.What = append(c.What, Tested)
	}
	if c.Sources = compareEmitted(p, c.Meaning, o); len(c.Sources) > 0 {
		c.What = append(c.What, Emitted)
	}
	referred := false
	for _, u := range r.Uses {
		idle := u.Kind == ofSource && !slices.ContainsFunc(c.Sources, func(s SourceChange) bool { return s.Source == u.ID })
		if changed[u] && !idle {
			c.Through = append(c.Through, u.String())
			referred = referred || u.Kind == ofRule
		}
	}
	if referred && c.Meaning == nil {
		c.What = append(c.What, Rests)
	}
	if len(c.What) == 0 {
		return nil
	}
	return c
}

func (c *RuleChange) identity(p pair) {
	if p.old.Name != p.new.Name && p.old.Name != "" && p.new.Name != "" {
		c.What = append(c.What, Renamed)
	}
	if p.old.File.Name != p.new.File.Name {
		c.What = append(c.What, Moved)
	}
	if len(c.What) > 0 {
		c.Was = &Was{p.old.display(), p.old.File.Name}
	}
}

func (c *RuleChange) broken(p pair) {
	if p.new.Broken != "" && (p.old == nil || p.old.Broken == "") {
		c.What, c.Trouble = append(c.What, Broken), p.new.Broken
	}
	if p.old != nil && p.old.Broken != "" && p.new.Broken == "" {
		c.What, c.Trouble = append(c.What, Mended), "base did not compile: "+p.old.Broken
	}
}

// meaning compares the conditions, or the texts where one of them is none.
func (c *RuleChange) meaning(p pair, o Options) {
	old, new := p.old, p.new
	switch {
	case old.Where != nil && new.Where != nil:
		if !ir.Equal(old.Where, new.Where) {
			c.Meaning = compareConditions(newQuestion(old.Where, new.Where, p))
			c.What = append(c.What, Meant)
		} else if ir.Text(old.Where) != ir.Text(new.Where) {
			c.Meaning = &Meaning{Direction: Same, Reason: "it is written otherwise and has one normal form", Edits: diffExprs(old.Where, new.Where)}
			c.What = append(c.What, Reworded)
		}
	case old.Correlation != nil && new.Correlation != nil:
		if m := compareCorrelations(old.Correlation, new.Correlation); len(m.Edits) > 0 {
			c.Meaning = m
			c.What = append(c.What, Meant)
		}
	case old.File.Text != new.File.Text:
		if (old.Where != nil || old.Correlation != nil) && (new.Where != nil || new.Correlation != nil) {
			c.What = append(c.What, Meant)
			c.Meaning = &Meaning{Direction: Unknown, Reason: "one is a rule, the other a correlation", Edits: []Edit{}}
		}
		if o.Lines != nil {
			c.Lines = o.Lines(old.File.Name, old.File.Text, new.File.Name, new.File.Text)
		}
		if len(c.What) == 0 { // both are broken
			c.What, c.Trouble = append(c.What, Changed), "it doesn't compile: "+new.Broken
		}
	}
}

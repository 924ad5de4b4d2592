package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"detc/compiler/visibility"
)

// VisibilityText writes a site's scopes with their funnels, and what is in the way of each source.
func VisibilityText(w io.Writer, v *visibility.View, o Options) error {
	p := &trialPrinter{printer: &printer{Options: o}}
	p.line("%s", p.paint(bold, clean(cmp.Or(v.Title, "No inventory and no visibility.yaml"))))
	if v.Inventory == "" {
		p.paragraph("  ", "There is no inventory: how many devices there are is unknown, and so is every share of them.")
		return p.to(w)
	}
	p.line("  inventory of %s, sha256 %.12s…", cmp.Or(v.AsOf, "an unknown day"), v.Inventory)
	if v.Visibility == "" {
		p.line("  no visibility.yaml: nothing is known of any source")
	} else {
		p.line("  visibility sha256 %.12s…, ages as of %s", v.Visibility, v.Today)
	}
	if v.Observed != "" {
		p.line("  observed in logs sha256 %.12s…", v.Observed)
	}
	p.line("")
	p.funnels(v)
	p.gaps(v)
	for i := range v.Scopes {
		p.scopeSources(&v.Scopes[i])
	}
	return p.to(w)
}

func (p *trialPrinter) funnels(v *visibility.View) {
	p.line("%s", p.paint(bold, "From the devices that there are to those whose records say whose they are"))
	t := trialTable{header: []string{"scope", "known", "enrolled", "reporting", "attributable"}}
	for _, s := range v.Scopes {
		row := []string{s.ID}
		for i, step := range s.Funnel {
			switch {
			case !step.Ok:
				row = append(row, "unknown")
			case i == 0:
				row = append(row, thousands(step.N))
			default:
				row = append(row, fmt.Sprintf("%s/%s", thousands(step.N), thousands(step.Of)))
			}
		}
		t.rows = append(t.rows, row)
	}
	p.table(t)
	p.line("")
}

// gapWords say of a source what is in the way, for readers who scan.
func gapWord(g visibility.Gap) string {
	if g == visibility.NoGap {
		return "there"
	}
	return string(g)
}

func (p *trialPrinter) gaps(v *visibility.View) {
	all := 0
	for _, g := range v.Gaps {
		all += g.Count
	}
	p.line("%s", p.paint(bold, "Sources in scopes"))
	for _, g := range v.Gaps {
		p.line("  %s/%s  %s", right(g.Count, all), thousands(all), gapWord(g.Gap))
	}
	p.line("  %s more that rules could use, of which nobody says anything", thousands(v.Unknown))
	p.line("")
}

func (p *trialPrinter) scopeSources(s *visibility.ScopeView) {
	p.line("%s", p.paint(bold, clean(s.ID)))
	if len(s.Sources) == 0 {
		p.line("  nothing is said of any source: all are unknown")
		p.line("")
		return
	}
	t := trialTable{header: []string{"state", "source", "devices", "fields", "since", "as of", "shown by"}}
	for _, x := range s.Sources {
		shown := "nothing"
		if len(x.Evidence) > 0 {
			e := x.Evidence[0]
			for _, other := range x.Evidence[1:] {
				if other.Date > e.Date {
					e = other
				}
			}
			shown = e.What + " (" + e.By + ")"
		}
		t.rows = append(t.rows, []string{gapWord(x.Gap), x.Source, x.Devices.String(), share(x.Fields), cmp.Or(x.Since, "unknown"), cmp.Or(x.LastSeen, "unknown"), shown})
	}
	p.table(t)
	p.line("")
}

func share(r visibility.Ratio) string {
	if r.Of == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%d %%", r.N*100/r.Of)
}

// UnlockText writes which next source would take the site's rules furthest.
func UnlockText(w io.Writer, u visibility.Unlocking, o Options) error {
	p := &trialPrinter{printer: &printer{Options: o}}
	p.line("%s", p.paint(bold, fmt.Sprintf("%s of %s obligations that rules answer have a source that a rule can work on", thousands(u.Reached), thousands(u.Asked))))
	if u.Asked == 0 {
		p.paragraph("  ", "There is no inventory, or no rule answers an item of its domains: nothing can be said of what a source would unlock.")
		return p.to(w)
	}
	if len(u.Next) > 0 {
		p.line("")
		p.line("%s", p.paint(bold, "Which next source would unlock most, each after those above it"))
	}
	after := u.Reached
	for i, n := range u.Next {
		after += n.Unlocks
		p.line("  %2d. %s  +%d, which makes %d/%d; alone +%d", i+1, p.paint(bold, clean(n.Source)), n.Unlocks, after, u.Asked, n.Alone)
		for _, s := range n.Scopes {
			p.paragraph(fmt.Sprintf("      %s (%s): ", clean(s.Scope), s.Gap), fmt.Sprintf("%s, by %s", strings.Join(s.Items, " "), someOf(s.Rules, 4)))
		}
	}
	p.line("")
	if u.Beyond > 0 {
		p.line("  %d would be left, which none of these sources unlocks", u.Beyond)
	}
	if len(u.Unsaid) > 0 {
		p.paragraph("  ", fmt.Sprintf("%s that rules could use, and of which nobody says whether the site has them; --all ranks them too: %s", many(len(u.Unsaid), "more source"), someOf(u.Unsaid, 12)))
	}
	return p.to(w)
}

func someOf(names []string, most int) string {
	if len(names) <= most {
		return clean(strings.Join(names, ", "))
	}
	return clean(strings.Join(names[:most], ", ")) + fmt.Sprintf(" and %d more", len(names)-most)
}

// ObservedText writes what logs showed of each source.
func ObservedText(w io.Writer, o *visibility.Observed, opts Options) error {
	p := &trialPrinter{printer: &printer{Options: opts}}
	p.line("%s", p.paint(bold, fmt.Sprintf("%s in %s, sha256 %.12s…", many(o.Records, "record"), many(o.Logs, "log"), o.Digest)))
	if len(o.Sources) == 0 {
		p.line("  none is of a source that is known")
		return p.to(w)
	}
	t := trialTable{header: []string{"source", "rows", "from", "to", "devices", "of scopes"}}
	for _, s := range o.Sources {
		var scopes []string
		for _, id := range visibility.ScopeIDs() {
			if n := s.Scopes[id]; n > 0 {
				scopes = append(scopes, fmt.Sprintf("%s %d", id, n))
			}
		}
		devices := thousands(s.Devices)
		if s.More {
			devices += " or more"
		}
		t.rows = append(t.rows, []string{s.Source, thousands(s.Records), cmp.Or(s.From, "undated"), cmp.Or(s.To, "undated"), devices, cmp.Or(strings.Join(scopes, ", "), "none that is known")})
	}
	p.table(t)
	return p.to(w)
}

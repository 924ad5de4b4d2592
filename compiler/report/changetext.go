package report

import (
	"fmt"
	"io"
	"strings"

	"detc/compiler/change"
)

// ChangeText writes a comparison for a terminal: a line of totals, the definitions that changed, and each rule with its
// direction, the clauses that differ, an event that shows it, and the rest.
func ChangeText(w io.Writer, r *change.Report, o Options) error {
	p := &printer{Options: o}
	p.line("%s", p.paint(bold, clean(sides(r))))
	p.line("%s", sums(r.Totals))
	for _, d := range r.Definitions {
		p.line("")
		p.line("%s %s %s", p.paint(bold, clean(d.Kind+" "+d.ID)), d.What, p.paint(dim, clean(d.File)))
		p.changedProperties(d.Properties)
		if len(d.Rules) > 0 {
			shown, more := some(d.Rules)
			p.paragraph("  changes ", clean(strings.Join(shown, ", ")+andMore(more)))
		}
	}
	for i := range r.Rules {
		p.line("")
		p.changedRule(&r.Rules[i])
	}
	return p.to(w)
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

func (p *printer) changedRule(c *change.RuleChange) {
	head := p.paint(bold, clean(c.Rule))
	if c.Level != "" {
		head += "  " + clean(c.Level)
	}
	p.line("%s  %s", head, p.paint(dim, clean(c.File)))
	p.paragraph("  ", p.paint(wayColor(c), whatHappened(c)))
	if c.Was != nil {
		p.paragraph("  was ", clean(c.Was.Rule+" in "+c.Was.File))
	}
	for _, t := range c.Through {
		p.paragraph("  changed through ", clean(t))
	}
	if c.Trouble != "" {
		p.paragraph("  ", limited(c.Trouble, maxLine))
	}
	if c.Meaning != nil {
		p.changedMeaning(c.Meaning, "  ")
	}
	p.changedProperties(c.Metadata)
	p.changedCases(c.Tests)
	p.changedSources(c.Sources)
	p.diffLines(c.Lines)
}

func wayColor(c *change.RuleChange) string {
	switch {
	case c.Flips() > 0, c.Goes(change.Narrower), c.Goes(change.Unknown):
		return red
	case c.Goes(change.Wider):
		return yellow
	}
	return ""
}

func (p *printer) changedMeaning(m *change.Meaning, indent string) {
	p.paragraph(indent, string(m.Direction)+": "+clean(m.Reason))
	edits, more := m.Edits, 0
	if len(edits) > maxShown {
		edits, more = edits[:maxShown], len(edits)-maxShown
	}
	for _, e := range edits {
		in := ""
		if e.In != "" {
			in = clean(e.In) + ": "
		}
		p.paragraph(indent+"  ", in+editText(e)+effect(e))
	}
	if more > 0 {
		p.line("%s  and %d more", indent, more)
	}
	p.witness("matches now", m.Gained, indent)
	p.witness("no longer matches", m.Lost, indent)
}

func effect(e change.Edit) string {
	if e.Effect == "" || e.Effect == string(change.Same) {
		return ""
	}
	return " (" + e.Effect + ")"
}

func (p *printer) witness(what string, w *change.Witness, indent string) {
	if w == nil {
		return
	}
	p.line("%s%s, %s:", indent, what, clean(w.From))
	for _, l := range eventLines(w) {
		p.line("%s    %s", indent, l)
	}
	p.paragraph(indent+"  base ", clean(w.Base))
	p.paragraph(indent+"  head ", clean(w.Head))
}

// eventLines are an event and the tables beside it, in YAML.
func eventLines(w *change.Witness) []string {
	var out []string
	for _, f := range w.Event {
		out = append(out, limited(f.Name+": "+f.Value, maxLine))
	}
	if len(out) == 0 {
		out = append(out, "{}  # any event without the fields that the rule names")
	}
	for i, t := range w.Context {
		if i == 0 {
			out = append(out, "context:")
		}
		out = append(out, "  "+limited(t.Name+": "+t.Value, maxLine))
	}
	return out
}

func (p *printer) changedProperties(list []change.PropertyChange) {
	for i, c := range list {
		if i == maxShown {
			p.line("  and %d more", len(list)-i)
			return
		}
		p.paragraph("  "+limited(c.Key, maxValue)+": ", propertyText(c))
	}
}

func (p *printer) changedCases(list []change.CaseChange) {
	for i, c := range list {
		if i == maxShown {
			p.line("  and %d more cases", len(list)-i)
			return
		}
		word, rest := caseText(c)
		p.paragraph("  case ", fmt.Sprintf("%q %s: %s", clean(c.Case), word, limited(rest, maxLine)))
	}
}

func (p *printer) changedSources(list []change.SourceChange) {
	told, silent := 0, 0
	for _, s := range list {
		if quiet(s) {
			silent++
			continue
		}
		if told++; told > maxShown {
			continue
		}
		p.paragraph("  on "+clean(s.Source)+" ", limited(sourceText(s), maxLine))
		if s.Meaning != nil {
			p.changedMeaning(s.Meaning, "    ")
		}
		p.diffLines(s.Lines)
	}
	if told > maxShown {
		p.line("  and on %d more sources", told-maxShown)
	}
	if silent > 0 {
		p.line("  %s; --sigma shows the lines", plural(silent, "emitted Sigma rule")+" changed with it")
	}
}

func (p *printer) diffLines(text string) {
	for l := range strings.Lines(text) {
		p.line("    %s", visible(strings.TrimRight(l, "\r\n")))
	}
}

package report

import (
	"fmt"
	"io"
	"strings"

	"detc/compiler/coverage"
)

// CoverageDiffText writes what changed between two reports of coverage for a terminal: what got worse first, and what
// shrank under the figures that rose.
func CoverageDiffText(w io.Writer, d *coverage.Diff, o Options) error {
	p := &printer{Options: o}
	p.line("%s", p.paint(bold, clean(d.Base.Label+" → "+d.Head.Label)))
	p.line("%s", diffSums(d.Totals))
	for _, s := range []coverage.Side{d.Base, d.Head} {
		p.paragraph("  ", clean(fmt.Sprintf("%s: %s (input %s)", s.Label, s.Headline, short(s.Digest))))
	}
	for _, n := range d.Notes {
		p.paragraph("  note: ", clean(n))
	}
	if len(d.Shrank) > 0 {
		p.line("")
		p.line("%s", p.paint(red, "Denominator shrank"))
		for _, s := range d.Shrank {
			shown, more := some(s.Figures)
			p.paragraph("  ! ", clean(fmt.Sprintf("%s: %s → %s, and higher: %s%s", s.What, s.From, s.To, strings.Join(shown, ", "), andMore(more))))
		}
	}
	if len(d.Figures) > 0 {
		p.line("")
		p.line("%s", p.paint(bold, "Figures"))
		var rows [][]string
		for _, f := range d.Figures {
			rows = append(rows, []string{f.Name, ratio(f.Base), "→ " + ratio(f.Head)})
		}
		for _, l := range layout([]string{"figure", "was", "is"}, rows, p.width()-2) {
			p.line("  %s", l)
		}
	}
	last := ""
	for _, t := range d.Transitions {
		if t.Kind != last {
			p.line("")
			p.line("%s", p.paint(kindColor(t.Kind), strings.ToUpper(t.Kind[:1])+t.Kind[1:]))
			last = t.Kind
		}
		p.paragraph("  ", clean(fmt.Sprintf("%s in %s: %s", t.Item, t.Scope, passage(t))))
		for _, c := range t.Causes {
			p.paragraph("    by ", clean(c))
		}
	}
	return p.to(w)
}

func ratio(r coverage.Ratio) string { return fmt.Sprintf("%d/%d", r.N, r.Of) }

// passage is from where to where an obligation came.
func passage(t coverage.Transition) string {
	switch {
	case t.From == "":
		return t.To
	case t.To == "":
		return "was " + t.From
	case t.From == t.To:
		return t.To
	}
	return t.From + " → " + t.To
}

func diffSums(c coverage.DiffTotals) string {
	var out []string
	for _, s := range []struct {
		n    int
		word string
	}{{c.Worse, "worse"}, {c.Gone, "gone"}, {c.Moved, "moved"}, {c.Added, "added"}, {c.Better, "better"}, {c.Blind, "newly blind"}, {c.Expired, "no longer accepted"}, {c.Shrank, "shrank"}} {
		if s.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", s.n, s.word))
		}
	}
	if len(out) == 0 {
		return "nothing changed"
	}
	return strings.Join(out, " · ")
}

func kindColor(kind string) string {
	switch kind {
	case coverage.Worse, coverage.Gone:
		return red
	case coverage.Better:
		return green
	}
	return bold
}

// CoverageDiffMarkdown writes the same for a comment. Where limit is above 0 it has at most that many characters.
func CoverageDiffMarkdown(w io.Writer, d *coverage.Diff, limit int) error {
	p := &page{}
	p.line("# Coverage: %s → %s\n", escape(d.Base.Label), escape(d.Head.Label))
	p.line("**%s**\n", diffSums(d.Totals))
	p.line("- %s: %s, input `%s`\n- %s: %s, input `%s`\n", escape(d.Base.Label), escape(d.Base.Headline), short(d.Base.Digest),
		escape(d.Head.Label), escape(d.Head.Headline), short(d.Head.Digest))
	for _, n := range d.Notes {
		p.line("> %s\n", escape(n))
	}
	if len(d.Shrank) > 0 {
		p.line("## Denominator shrank\n")
		for _, s := range d.Shrank {
			shown, more := some(s.Figures)
			p.line("- %s: %s → %s, and higher: %s%s", escape(s.What), escape(s.From), escape(s.To), escape(strings.Join(shown, ", ")), andMore(more))
		}
		p.line("")
	}
	if len(d.Figures) > 0 {
		p.line("| Figure | Was | Is |\n|---|---|---|")
		for _, f := range d.Figures {
			p.line("| %s | %s | %s |", escape(f.Name), ratio(f.Base), ratio(f.Head))
		}
		p.line("")
	}
	last := ""
	for _, t := range d.Transitions {
		if t.Kind != last {
			p.line("## %s\n", strings.ToUpper(t.Kind[:1])+t.Kind[1:])
			last = t.Kind
		}
		p.line("- %s in %s: %s  \n  %s", code(t.Item), code(t.Scope), passage(t), escape(strings.Join(t.Causes, "; ")))
	}
	text := p.String()
	if limit > 0 && length(text) > limit {
		text = cut(text, limit)
	}
	_, err := io.WriteString(w, text)
	return err
}

package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/change"
)

// ChangeMarkdown writes a comparison as a comment on a pull request. Where limit is above 0 it has at most that many
// characters: what matters most comes first, and what didn't fit is counted at the end.
func ChangeMarkdown(w io.Writer, r *change.Report, limit int) error {
	p := &page{}
	p.line("## Detection rules, %s\n", escape(sides(r)))
	p.line("**%s**\n", escape(sums(r.Totals)))
	out, room := p.String(), limit-length(p.String())-length(leftOut(r.Rules, r.Definitions))
	rules, definitions := r.Rules, r.Definitions
	fits := func(s string) bool {
		if limit > 0 && length(s) > room {
			return false
		}
		room -= length(s)
		out += s
		return true
	}
	for len(definitions) > 0 && fits(definition(definitions[0])) {
		definitions = definitions[1:]
	}
	for len(rules) > 0 && (fits(ruleSection(&rules[0], false)) || fits(ruleSection(&rules[0], true))) {
		rules = rules[1:]
	}
	if len(rules)+len(definitions) > 0 {
		out += leftOut(rules, definitions)
	}
	if limit > 0 && length(out) > limit {
		out = cut(out, limit)
	}
	_, err := io.WriteString(w, out)
	return err
}

// leftOut counts what the comment has no room for.
func leftOut(rules []change.RuleChange, definitions []change.DefinitionChange) string {
	var ways []string
	for _, d := range []change.Direction{change.Narrower, change.Wider, change.Unknown} {
		n := 0
		for i := range rules {
			if rules[i].Goes(d) {
				n++
			}
		}
		if n > 0 {
			ways = append(ways, fmt.Sprintf("%d %s", n, d))
		}
	}
	s := "\n*Left out for length: " + plural(len(rules), "rule")
	if len(ways) > 0 {
		s += " (" + strings.Join(ways, ", ") + ")"
	}
	if len(definitions) > 0 {
		s += " and " + plural(len(definitions), "definition")
	}
	return s + ". All of it: `detc diff --format json`.*\n"
}

func definition(d change.DefinitionChange) string {
	p := &page{}
	p.line("### %s %s\n", escape(d.Kind+" "+d.ID), d.What)
	p.properties(d.Properties)
	if len(d.Rules) > 0 {
		shown, more := some(d.Rules)
		p.line("- changes %s", escape(strings.Join(shown, ", ")+andMore(more)))
	}
	p.line("")
	return p.String()
}

// ruleSection is what there is to say of a rule; in short, no more than what happened.
func ruleSection(c *change.RuleChange, short bool) string {
	p := &page{}
	p.line("### %s: %s\n", code(limited(c.Rule, maxValue)), escape(whatHappened(c)))
	about := []string{}
	for _, s := range []string{limited(c.Title, maxValue), limited(c.Level, maxValue), limited(c.File, maxValue)} {
		if s != "" && s != c.Rule {
			about = append(about, escape(s))
		}
	}
	p.line("%s\n", strings.Join(about, " · "))
	if short {
		p.line("*Too long to be shown here.*\n")
		return p.String()
	}
	if c.Was != nil {
		p.line("- was %s in %s", code(limited(c.Was.Rule, maxValue)), code(limited(c.Was.File, maxValue)))
	}
	for _, t := range c.Through {
		p.line("- changed through %s", span(limited(t, maxValue)))
	}
	if c.Trouble != "" {
		p.line("- %s", escape(limited(c.Trouble, maxLine)))
	}
	if c.Meaning != nil {
		p.meaning(c.Meaning)
	}
	p.properties(c.Metadata)
	p.cases(c.Tests)
	p.sources(c.Sources)
	if c.Lines != "" {
		p.line("")
		p.fence("diff", c.Lines)
	}
	p.line("")
	return p.String()
}

func (p *page) meaning(m *change.Meaning) {
	p.line("- **%s**: %s", m.Direction, escape(m.Reason))
	for i, e := range m.Edits {
		if i == maxShown {
			p.line("  - and %d more", len(m.Edits)-i)
			break
		}
		in := ""
		if e.In != "" {
			in = code(limited(e.In, maxValue)) + ": "
		}
		p.line("  - %s%s%s", in, span(editText(e)), effect(e))
	}
	p.line("")
	p.witness("Matches now", m.Gained)
	p.witness("No longer matches", m.Lost)
}

func (p *page) witness(what string, w *change.Witness) {
	if w == nil {
		return
	}
	p.line("%s, %s:\n", what, escape(w.From))
	p.fence("yaml", strings.Join(eventLines(w), "\n"))
	p.line("- base %s", span(limited(w.Base, maxLine)))
	p.line("- head %s\n", span(limited(w.Head, maxLine)))
}

func (p *page) properties(list []change.PropertyChange) {
	for i, c := range list {
		if i == maxShown {
			p.line("- and %d more", len(list)-i)
			return
		}
		p.line("- %s: %s", code(limited(c.Key, maxValue)), span(propertyText(c)))
	}
}

func (p *page) cases(list []change.CaseChange) {
	for i, c := range list {
		if i == maxShown {
			p.line("- and %d more cases", len(list)-i)
			return
		}
		word, rest := caseText(c)
		p.line("- case %s **%s**: %s", span(limited(c.Case, maxValue)), word, span(limited(rest, maxLine)))
	}
}

func (p *page) sources(list []change.SourceChange) {
	silent := 0
	for i, s := range list {
		switch {
		case quiet(s):
			silent++
			continue
		case i >= maxShown && s.Lines == "":
			p.line("- and on %d more sources", len(list)-i)
			return
		}
		p.line("- on %s %s", code(limited(s.Source, maxValue)), escape(limited(sourceText(s), maxLine)))
		if s.Meaning != nil {
			p.meaning(s.Meaning)
		}
		if s.Lines != "" {
			p.line("")
			p.fence("diff", s.Lines)
		}
	}
	if silent > 0 {
		p.line("- %s changed with it", plural(silent, "emitted Sigma rule"))
	}
}

// span is a text as code on one line: a run of backticks in it is shorter than those around it, and nothing in it acts.
func span(s string) string {
	s = clean(s)
	if s == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fence is a text as a block of code, fenced by more backticks than any line of it holds.
func (p *page) fence(language, text string) {
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	p.line("%s%s", ticks, language)
	for l := range strings.Lines(text) {
		p.line("%s", visible(strings.TrimRight(l, "\r\n")))
	}
	p.line("%s\n", ticks)
}

func longestRun(s string) int {
	runs := strings.FieldsFunc(s, func(r rune) bool { return r != '`' })
	if len(runs) == 0 {
		return 0
	}
	return len(slices.MaxFunc(runs, func(a, b string) int { return len(a) - len(b) }))
}

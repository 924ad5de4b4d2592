package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"detc/compiler/coverage"
)

// CommentLimit is the most characters that GitHub takes for a comment.
const CommentLimit = 65536

// Markdown writes coverage for people: a page to keep, or a comment. Where limit is above 0 the page has at most that
// many characters: it first names fewer rules, then drops the texts of the items, and at last says where it was cut.
func Markdown(w io.Writer, r *coverage.Report, limit int) error {
	return within(w, r, limit, length)
}

// SummaryLimit is the most bytes that GitHub takes of a step's summary. Of a longer one it shows nothing at all ("upload
// aborted, supports content up to a size of 1024k").
const SummaryLimit = 1 << 20

// GitHubSummary writes coverage as Markdown for $GITHUB_STEP_SUMMARY, of at most SummaryLimit bytes: shortened as Markdown
// shortens it.
func GitHubSummary(w io.Writer, r *coverage.Report) error {
	return within(w, r, SummaryLimit, func(s string) int { return len(s) })
}

// within writes a page that is at most so long by a measure.
func within(w io.Writer, r *coverage.Report, limit int, length func(string) int) error {
	var text string
	for brevity := range 3 {
		text = markdown(r, brevity)
		if limit <= 0 || length(text) <= limit {
			break
		}
	}
	if limit > 0 && length(text) > limit {
		text = cutBy(text, limit, length)
	}
	_, err := io.WriteString(w, text)
	return err
}

// length counts as GitHub does, in UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

const wasCut = "\n*Cut here: the rest is in the JSON report.*\n"

// cut keeps whole lines from the head, and says so.
func cut(text string, limit int) string { return cutBy(text, limit, length) }

func cutBy(text string, limit int, length func(string) int) string {
	var b strings.Builder
	room := limit - length(wasCut)
	for line := range strings.Lines(text) {
		if room -= length(line); room < 0 {
			break
		}
		b.WriteString(line)
	}
	if limit < length(wasCut) {
		return ""
	}
	return b.String() + wasCut
}

// page gathers Markdown. The higher the brevity, the less it says of each item: 0 all, 1 three rules, 2 no texts.
type page struct {
	strings.Builder
	brevity int
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func markdown(r *coverage.Report, brevity int) string {
	p := &page{brevity: brevity}
	p.line("# Detection coverage\n")
	p.line("**%s**\n", escape(overall(r)))
	for _, t := range r.Tactics {
		p.tactic(t)
	}
	p.filters(r)
	p.line("---\n")
	p.line("%s\n", stagesMean)
	if not := unmeasured(r); len(not) > 0 {
		p.line("Not measured: %s.\n", escape(strings.Join(not, ", ")))
	}
	p.line("%s · input `%s`", plural(len(r.Rules), "rule"), r.Digest)
	return p.String()
}

func (p *page) tactic(t coverage.TacticReport) {
	c := t.Totals.Detection
	p.line("## %s\n", escape(heading(t)))
	p.line("**%s**\n", escape(t.Headline))
	p.line("%s, of %s\n", states(c), plural(c.Items, "item"))
	if n := c.Obligations.Sum(); n > c.Items {
		p.line("In their scopes: %s, of %s\n", states(coverage.Count{StateCount: c.Obligations}), plural(n, "obligation"))
	}
	p.line("| Item | Stage | State | Rules, the one that carries the item first |%s", p.text(" The page asks for |"))
	p.line("|---|---|---|---|%s", p.text("---|"))
	for _, i := range t.Items {
		if i.Detection() {
			p.line("| %s | %s %s | %s | %s |%s", code(i.ID), symbol(i), i.Stage, i.State, p.rules(i), p.text(" "+escape(i.Text)+" |"))
		}
	}
	p.line("\n%s, of %d\n", ladder(c, " → "), c.Asked)
	p.missing(t)
	p.open(t)
	p.waived(t)
	if list := mitigations(t); len(list) > 0 {
		p.line("### Mitigation priorities\n")
		p.line("No detection answers them, so they are counted apart.\n")
		p.line("| Item | State | Why |%s", p.text(" The page asks for |"))
		p.line("|---|---|---|%s", p.text("---|"))
		for _, i := range list {
			p.line("| %s | %s %s | %s |%s", code(i.ID), symbol(i), i.State, escape(i.Reason), p.text(" "+escape(i.Text)+" |"))
		}
		p.line("")
	}
	if len(t.Limits) > 0 {
		p.line("### What the page says of its own limits\n")
		for _, l := range t.Limits {
			p.line("> %s\n", escape(l))
		}
	}
}

// missing names the blind items and those that are written only, each with its reason.
func (p *page) missing(t coverage.TacticReport) {
	var blind, rest []coverage.ItemReport
	for _, i := range missing(t) {
		if i.State == coverage.Blind {
			blind = append(blind, i)
		} else {
			rest = append(rest, i)
		}
	}
	for _, part := range []struct {
		title string
		items []coverage.ItemReport
	}{{"Blind spots", blind}, {"Not proven yet", rest}, {"Proven, not effective", unlive(t)}} {
		if len(part.items) == 0 {
			continue
		}
		p.line("### %s\n", part.title)
		for _, i := range part.items {
			p.line("- **%s** %s: %s%s", code(i.ID), standing(i), escape(i.Reason), p.text("<br>"+escape(i.Text)))
		}
		p.line("")
	}
}

// text is left out where the page must be short.
func (p *page) text(s string) string {
	if p.brevity >= 2 {
		return ""
	}
	return s
}

func (p *page) rules(i coverage.ItemReport) string {
	if len(i.Rules) == 0 {
		return escape(evidence(i))
	}
	var out []string
	for k, r := range i.Rules {
		if p.brevity > 0 && k == 3 {
			out = append(out, fmt.Sprintf("and %d more", len(i.Rules)-k))
			break
		}
		s := code(r.Name)
		if r.Stage != i.Stage {
			if g, ok := r.Gates.Next(); ok {
				s += " (not " + g.String() + ")"
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"detc/compiler/trial"
)

// TrialText writes what logs showed: what could not be read, which source each record binds to, which rules fire, what
// stands in the way of those that don't, and what the records are that no source knows. Verbose leaves nothing out.
func TrialText(w io.Writer, r *trial.Result, o Options) error {
	p := &trialPrinter{printer: &printer{Options: o}, r: r, some: 5, looks: 12}
	if o.Verbose {
		p.some, p.looks = 1<<30, 1<<30
	}
	p.headline()
	p.unread()
	p.bound()
	p.rules()
	p.mend()
	p.unknown()
	return p.to(w)
}

type trialPrinter struct {
	*printer
	r           *trial.Result
	some, looks int // how many names, and how many logs without a source, are shown
}

func (p *trialPrinter) headline() {
	r := p.r
	size := bytesOf(r.Bytes)
	p.line("%s", p.paint(bold, fmt.Sprintf("%s, %s, %s", plural(len(r.Files), "file"), many(r.Records, "record"), size)))
	p.line("  %s  bind to a source", right(r.Bound, r.Records))
	p.line("  %s  are of a known log, but of none of the rows that rules are about", right(r.Aside, r.Records))
	p.line("  %s  are of no log that a source is known for", right(r.Unbound, r.Records))
	if r.Failed > 0 {
		p.line("  %s  %s", right(r.Failed, r.Records), p.paint(red, "lines could not be read"))
	}
	p.line("")
}

// unread names the files in which something is wrong.
func (p *trialPrinter) unread() {
	head := "What could not be read"
	for _, f := range p.r.Files {
		if f.Error == "" && len(f.Failed) == 0 && len(f.Odd) == 0 {
			continue
		}
		if head != "" {
			p.line("%s", p.paint(bold, head))
			head = ""
		}
		p.line("  %s", fit(clean(f.Name), p.width()-2))
		if f.Error != "" {
			p.marked(red, "    ", clean(f.Error))
		}
		for _, x := range slices.Concat(f.Failed, f.Odd) {
			p.paragraph("    "+many(x.Count, "line")+"  ", fmt.Sprintf("%s (first: line %d)", clean(x.Reason), x.First))
		}
		if f.Hint != "" {
			p.paragraph("    = ", clean(f.Hint))
		}
	}
	if head == "" {
		p.line("")
	}
}

// bound is the table of sources.
func (p *trialPrinter) bound() {
	if len(p.r.Logs) == 0 {
		return
	}
	logs := slices.Clone(p.r.Logs)
	slices.SortStableFunc(logs, func(a, b trial.Log) int { return cmp.Compare(b.Records, a.Records) })
	p.line("%s", p.paint(bold, "What binds, and what it unlocks"))
	t := trialTable{header: []string{"rows", "of", "source", "rules", "file"}}
	for _, l := range logs {
		for _, s := range l.Sources {
			t.rows = append(t.rows, []string{thousands(s.Bound), thousands(l.Records), s.ID, p.unlocks(s), filesOf(l.Files)})
		}
	}
	p.table(t)
	p.line("")
}

// unlocks says in a few words what became of the rules on a source.
func (p *trialPrinter) unlocks(s trial.Source) string {
	if s.Rules == 0 {
		return "none yet"
	}
	n := map[string]int{}
	for _, r := range p.r.Rules {
		if r.Source == s.ID {
			n[r.State]++
		}
	}
	var out []string
	for _, state := range []string{trial.Fires, trial.Waits, trial.Silent, trial.Lacks} {
		if n[state] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[state], stateWords[state]))
		}
	}
	if len(out) == 0 {
		return fmt.Sprintf("%d, no row", s.Rules)
	}
	return strings.Join(out, ", ")
}

// stateWords are the states of rules in one word.
var stateWords = map[string]string{trial.Fires: "fire", trial.Waits: "context", trial.Silent: "silent", trial.Lacks: "lack"}

// filesOf names the files in which a log stands: the first, and how many more.
func filesOf(files []string) string {
	if len(files) == 0 {
		return ""
	}
	out := path.Base(clean(files[0]))
	if len(files) > 1 {
		out += fmt.Sprintf(" +%d", len(files)-1)
	}
	return out
}

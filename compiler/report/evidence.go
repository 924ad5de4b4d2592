package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/trial"
)

// An EvidencePage is what the cases and a folder of real records show of a library.
type EvidencePage struct {
	Folder  string        // its name, without where it stands
	Trial   *trial.Result // of its files, named by their paths below it, with the rows explained
	Rules   []EvidenceRule
	Raised  []trial.Rule // rules of a lower level, on the rows on which their alerts are raised to high or above
	Sources []string     // all that are known
}

// An EvidenceRule is a rule with what a run of its cases showed.
type EvidenceRule struct {
	Name, Title, Level string
	Highest            string // the highest level that its alerts may have
	Kind               string // rule, building block or correlation
	Cases              CaseKinds
	Mutants            *MutantScore // nil where the rule doesn't compile
	Pairs              OpinionPairs
	Sources            []string            // that it is built for
	Asks, Shows        []string            // the fields of its condition, and those that only its alert shows
	Without            map[string][]string // by source, those of both that the log doesn't carry
	Rests              []string            // of a correlation, the rules that it names
}

// CaseKinds count a rule's cases that passed by what they are, and the others.
type CaseKinds struct {
	Positive, Negative, NearMisses, Raw, Samples, Failed, Skipped int
}

// OpinionPairs count events on which each opinion agreed or not with the rule: the rule itself, cel-go, what it is bound
// to, sigma-go with its gaps filled and as it is.
type OpinionPairs struct {
	IR, CEL, Bound, Adapted, Plain, Disagreed int
}

// Markdown writes the page as Markdown. The same results write the same bytes.
func (e *EvidencePage) Markdown(w io.Writer) error {
	p := &evidencePage{EvidencePage: e}
	p.head()
	p.files()
	p.cases()
	p.fire()
	p.silent()
	p.rates()
	p.sources()
	p.unknown()
	_, err := io.WriteString(w, p.String())
	return err
}

type evidencePage struct {
	page
	*EvidencePage
}

// Digest names the records: the SHA-256 over a line a file, as sha256sum writes them, sorted by path.
func (e *EvidencePage) Digest() string {
	var lines []string
	for _, f := range e.Trial.Files {
		lines = append(lines, f.Name+"\x00"+f.SHA256)
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, l := range lines {
		name, sum, _ := strings.Cut(l, "\x00")
		fmt.Fprintf(h, "%s  %s\n", sum, name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (p *evidencePage) head() {
	kinds := map[string]int{}
	for _, r := range p.Rules {
		kinds[r.Kind]++
	}
	p.line("# Evidence\n")
	p.line("What the test cases and real records show of %s, %s and %s. `detc test` writes this page, with\n"+
		"`--samples DIR --evidence-page FILE`; nothing in it was written by hand.\n",
		plural(kinds["rule"], "rule"), plural(kinds["building block"], "building block"), plural(kinds["correlation"], "correlation"))
	t := p.Trial
	p.line("Run on the folder %s: %s, %s, %s.", code(p.Folder), many(len(t.Files), "file"), many(t.Records, "record"), many(t.Failed, "unreadable line"))
	p.line("SHA-256 `%s`, over a line a file as sha256sum writes it, sorted by path.\n", p.Digest())
	p.line("Of the records %s are rows of a source, %s are of a known log but of no row that rules are about, and %s are of\nno log that a source is known for.\n",
		thousands(t.Bound), thousands(t.Aside), thousands(t.Unbound))
}

func (p *evidencePage) files() {
	p.line("## The files\n")
	p.line("| File | Records | Rows of a source | Other rows | Of no source | Unreadable |")
	p.line("|---|--:|--:|--:|--:|---|")
	for _, f := range p.Trial.Files {
		p.line("| %s | %s | %s | %s | %s | %s |", code(f.Name), thousands(f.Records), thousands(f.Bound), thousands(f.Aside), thousands(f.Unbound), escape(failed(f)))
	}
	p.line("")
}

// failed says how many lines of a file could not be read or were read with something amiss, and why.
func failed(f trial.File) string {
	var out []string
	if f.Error != "" {
		out = append(out, f.Error)
	}
	for _, x := range slices.Concat(f.Failed, f.Odd) {
		out = append(out, fmt.Sprintf("%s: %s (first: line %d)", many(x.Count, "line"), x.Reason, x.First))
	}
	if out == nil {
		return "–"
	}
	return strings.Join(out, "; ")
}

// cases is the table of what the cases show, a line a rule.
func (p *evidencePage) cases() {
	p.line("## What the cases show\n")
	p.line("Cases that passed, by what they are: matches, silences (of these near misses, where a single clause decides), raw records, records\n" +
		"of the samples. Mutants: killed of those that are not equivalent. Opinions: on how many events each was held against the\n" +
		"rule: the rule itself, cel-go, the rule bound to a log, sigma-go (and, of these, sigma-go as it is).\n")
	p.line("| Rule | Level | Match | Silent | Near miss | Raw | Sample | Mutants | ir · cel · bound · sigma-go (as it is) |")
	p.line("|---|---|--:|--:|--:|--:|--:|--:|---|")
	for _, r := range p.Rules {
		c, o := r.Cases, r.Pairs
		name := code(r.Name)
		if r.Kind != "rule" {
			name += ", " + r.Kind
		}
		if c.Failed > 0 {
			name += fmt.Sprintf(", **%s**", plural(c.Failed, "failing case"))
		}
		if c.Skipped > 0 {
			name += fmt.Sprintf(", %d skipped", c.Skipped)
		}
		opinions := fmt.Sprintf("%d · %d · %d · %d (%d)", o.IR, o.CEL, o.Bound, o.Adapted, o.Plain)
		if o.Disagreed > 0 {
			opinions += fmt.Sprintf(", **%d disagree**", o.Disagreed)
		}
		p.line("| %s | %s | %d | %d | %d | %d | %d | %s | %s |", name, levels(r), c.Positive, c.Negative, c.NearMisses, c.Raw, c.Samples, killed(r.Mutants), opinions)
	}
	p.line("")
}

func levels(r EvidenceRule) string {
	if r.Highest != r.Level && r.Highest != "" {
		return r.Level + " to " + r.Highest
	}
	return r.Level
}

func killed(m *MutantScore) string {
	if m == nil {
		return "–"
	}
	out := fmt.Sprintf("%d of %d", m.Killed, m.All-m.Equivalent)
	if m.Equivalent > 0 {
		out += fmt.Sprintf(", %d equivalent", m.Equivalent)
	}
	return out
}

// of finds what the trial says of a rule, a source each.
func (p *evidencePage) of(rule string) (out []trial.Rule) {
	for _, r := range p.Trial.Rules {
		if r.Rule == rule {
			out = append(out, r)
		}
	}
	return out
}

// source finds what the trial says of a source; its rows are of all logs.
func (p *evidencePage) source(id string) (out trial.Source, records int, ok bool) {
	for _, l := range p.Trial.Logs {
		for _, s := range l.Sources {
			if s.ID != id {
				continue
			}
			bound, filtered := out.Bound, out.Filtered
			out, ok = s, true
			out.Bound, out.Filtered = s.Bound+bound, s.Filtered+filtered
			records += l.Records
		}
	}
	return out, records, ok
}

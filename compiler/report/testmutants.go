package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A MutantScore is how a rule's mutants fared against its cases.
type MutantScore struct {
	All, Killed, Equivalent int
	Score                   int // of a hundred that are not equivalent
	Enough                  bool
	Survivors               []Survivor
}

// A Survivor is a mutant that no case tells from the rule.
type Survivor struct {
	Operator     string
	Clause       string // as IR text
	Fault        string // `is left out`
	Let          string // the let it stands in; "" in the condition itself
	Line, Column int    // in the suite's file, from 1; 0 where it is not known
	Case         string // a case that would tell, as a stub has it; "" where no event was found
}

// mutants writes the survivors by clause, then a line a rule.
func (p *printer) mutants(suites []TestSuite) {
	var total MutantScore
	var scored []TestSuite
	below, width := 0, 0
	for _, s := range suites {
		m := s.Mutants
		if m == nil {
			continue
		}
		scored = append(scored, s)
		width = max(width, columns.StringWidth(clean(s.Name)))
		total.All += m.All
		total.Killed += m.Killed
		total.Equivalent += m.Equivalent
		total.Survivors = append(total.Survivors, m.Survivors...)
		if !m.Enough {
			below++
		}
		p.survivors(s)
	}
	if scored == nil {
		return
	}
	for _, s := range scored {
		m := s.Mutants
		tint, note := green, ""
		if !m.Enough {
			tint, note = red, " · too few"
		} else if len(m.Survivors) > 0 {
			tint = yellow
		}
		if m.Equivalent > 0 {
			note = fmt.Sprintf(" · %d equivalent", m.Equivalent) + note
		}
		name := clean(s.Name)
		p.line("  %s%*s  %s  %d of %d killed%s", name, width-columns.StringWidth(name), "", p.paint(tint, fmt.Sprintf("%3d %%", m.Score)), m.Killed, m.All-m.Equivalent, note)
	}
	p.line("")
	note := ""
	if below > 0 {
		note = p.paint(red, fmt.Sprintf("; %s below what the gate asks for", plural(below, "rule")))
	}
	p.line("%s: %d killed, %d survive, %d shown to be equivalent%s", plural(total.All, "mutant"), total.Killed, len(total.Survivors), total.Equivalent, note)
}

func (p *printer) survivors(s TestSuite) {
	sorted := slices.Clone(s.Mutants.Survivors)
	slices.SortStableFunc(sorted, func(a, b Survivor) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	for i, m := range sorted {
		if i == 0 || m.Line != sorted[i-1].Line || m.Column != sorted[i-1].Column || m.Clause != sorted[i-1].Clause {
			clause := clean(m.Clause)
			if m.Let != "" {
				clause = clean(m.Let) + ": " + clause
			}
			p.marked(yellow, "SURVIVES  ", clean(s.Name)+": "+clause)
			at := clean(s.File)
			if m.Line > 0 {
				at = fmt.Sprintf("%s:%d:%d", at, m.Line, m.Column)
			}
			p.line("      %s", p.paint(dim, at))
		}
		fault := clean(m.Fault)
		if !strings.HasPrefix(fault, `"`) { // a value of a list; else the clause
			fault = "it " + fault
		}
		p.paragraph("      no case notices when ", fault)
		if m.Case == "" {
			p.line("        no event was found that tells the two apart, nor a proof that none does")
		} else {
			p.line("        %s", clean(m.Case)) // one line, to be pasted
		}
		if i+1 == len(sorted) || sorted[i+1].Line != m.Line || sorted[i+1].Column != m.Column || sorted[i+1].Clause != m.Clause {
			p.line("")
		}
	}
}

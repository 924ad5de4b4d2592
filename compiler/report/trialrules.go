package report

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/trial"
)

// rules lists what became of the rules on the sources that had rows.
func (p *trialPrinter) rules() {
	by := map[string][]trial.Rule{}
	for _, r := range p.r.Rules {
		by[r.State] = append(by[r.State], r)
	}
	if rules := by[trial.Fires]; len(rules) > 0 {
		p.line("%s", p.paint(bold, "Rules that fire"))
		t := ruleTable()
		t.add(rules)
		p.table(t)
		p.line("")
	}
	p.waiting(by[trial.Waits])
	if rules := by[trial.Lacks]; len(rules) > 0 {
		p.line("%s", p.paint(bold, "Can't fire: no row has a name that they need"))
		for _, r := range rules {
			p.paragraph("  "+clean(r.Rule)+"  on "+clean(r.Source)+"  needs ", clean(strings.Join(r.Lacks, ", ")))
		}
		p.line("")
	}
	if rules := by[trial.Silent]; len(rules) > 0 {
		var names []string
		for _, r := range rules {
			names = append(names, clean(r.Rule)+" on "+clean(r.Source))
		}
		p.line("%s", p.paint(bold, "Silent, with all they need"))
		p.paragraph("  ", p.list(names, " · "))
		p.line("")
	}
}

// waiting lists the rules that match but for context, by the tables that they ask for.
func (p *trialPrinter) waiting(rules []trial.Rule) {
	by := map[string][]trial.Rule{}
	for _, r := range rules {
		by[strings.Join(r.Context, ", context.")] = append(by[strings.Join(r.Context, ", context.")], r)
	}
	if len(by) == 0 {
		return
	}
	p.line("%s", p.paint(bold, "Rules that match all but a context table, which nobody gave: it decides whether they fire"))
	t := ruleTable()
	for _, tables := range slices.Sorted(maps.Keys(by)) {
		t.rows = append(t.rows, []string{"context." + clean(tables)})
		t.add(by[tables])
	}
	p.table(t)
	p.line("")
}

func ruleTable() trialTable {
	return trialTable{header: []string{"rows", "of", "rule", "source", "first lines"}}
}

// add adds rules to a table, those with most rows first.
func (t *trialTable) add(rules []trial.Rule) {
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b trial.Rule) int { return b.Fires + b.Waits - a.Fires - a.Waits })
	for _, r := range rules {
		n := r.Fires
		if r.State == trial.Waits {
			n = r.Waits
		}
		t.rows = append(t.rows, []string{thousands(n), thousands(r.Rows), r.Rule, r.Source, places(r.First)})
	}
}

// places are lines, and the file that they are in: 3,7,11 in s7comm.ndjson.
func places(at []trial.Place) string {
	out := ""
	for i, a := range at {
		if i > 0 && a.File == at[i-1].File {
			out += ","
		} else if i > 0 {
			out += " in " + path.Base(clean(at[i-1].File)) + ", "
		}
		out += strconv.Itoa(a.Line)
	}
	if len(at) > 0 {
		out += " in " + path.Base(clean(at[len(at)-1].File))
	}
	return out
}

// list joins the first few of a list and says how many more there are.
func (p *trialPrinter) list(items []string, sep string) string {
	if more := len(items) - p.some; more > 0 {
		return strings.Join(items[:p.some], sep) + fmt.Sprintf("%s+%d more", sep, more)
	}
	return strings.Join(items, sep)
}

// mend says of each log what a source's author would look at.
func (p *trialPrinter) mend() {
	head := "What to look at, a log at a time"
	for _, l := range p.r.Logs {
		lines := p.looked(l)
		if len(lines) == 0 {
			continue
		}
		if head != "" {
			p.line("%s", p.paint(bold, head))
			head = ""
		}
		var ids []string
		for _, s := range l.Sources {
			ids = append(ids, clean(s.ID))
		}
		p.line("  %s  %s", strings.Join(ids, ", "), p.paint(dim, "("+clean(l.Sources[0].Telemetry)+", "+thousands(l.Records)+")"))
		for _, x := range lines {
			p.paragraph("    "+x[0], x[1])
		}
	}
	if head == "" {
		p.line("")
	}
}

func (p *trialPrinter) looked(l trial.Log) (lines [][2]string) {
	for _, s := range l.Sources {
		for _, x := range s.Problems {
			var values []string
			for _, v := range x.Values {
				values = append(values, fmt.Sprintf("%q %s", fit(clean(v.Text), 40), thousands(v.Count)))
			}
			what := x.What
			if x.What == trial.Unreadable {
				what = "not read as " + x.Type
			}
			lines = append(lines, [2]string{clean(fmt.Sprintf("%s (%s) %s  ", x.Field, x.Raw, what)), p.list(values, " · ")})
		}
	}
	var never []string
	for _, s := range l.Sources {
		for _, n := range s.Never {
			if !slices.Contains(never, clean(n)) {
				never = append(never, clean(n))
			}
		}
	}
	if len(never) > 0 {
		lines = append(lines, [2]string{"never seen  ", p.list(never, " · ")})
	}
	var unused []string
	for _, n := range l.Unused {
		unused = append(unused, clean(n.Name)+" "+thousands(n.Count)+" "+fit(clean(n.Example), 24))
	}
	if len(unused) > 0 {
		lines = append(lines, [2]string{"not read  ", p.list(unused, " · ")})
	}
	for i := range lines {
		lines[i][0] = strings.TrimRight(lines[i][0], " ") + "  "
	}
	return lines
}

// unknown lists the records that no source knows.
func (p *trialPrinter) unknown() {
	if len(p.r.Looks) == 0 {
		return
	}
	p.line("%s", p.paint(bold, "No source is known for"))
	t := trialTable{header: []string{"records", "they look like", "nearest source, and what is missing of it"}, widest: map[int]int{1: 40}}
	rest, records := 0, p.r.Other
	for i, l := range p.r.Looks {
		if i >= p.looks {
			rest++
			records += l.Records
			continue
		}
		t.rows = append(t.rows, []string{thousands(l.Records), l.Name, near(l)})
	}
	p.table(t)
	if rest > 0 || records > 0 {
		p.line("  and %s that look otherwise, %s in all (--verbose)", many(rest, "log"), many(records, "record"))
	}
	p.line("")
}

func near(l trial.Look) string {
	if l.Nearest == nil {
		return "–"
	}
	n := l.Nearest
	if len(n.Lacks) == 0 {
		return n.Source
	}
	return n.Source + ": " + strings.Join(n.Lacks, ", ")
}

package report

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"detc/compiler/trial"
)

// A Rate is how often a rule fires on a long log.
type Rate struct {
	Rule, File  string
	High        bool // the rows are those on which its alert is of level high or above
	Raised      bool // and which it raises to that
	Records     int
	Fires, Most int // rows that match where every context table is empty, and at most
}

// LongLog is how many records a log must have for a rate to be one.
const LongLog = 1000

// MostOfLong is the largest part of a log, in per cent, on which a rule of level high or above may fire.
const MostOfLong = 1

// TooOften says that the rule fires on more of the log than a rule of its level may.
func (r Rate) TooOften() bool { return r.High && r.Fires*100 > MostOfLong*r.Records }

// Rates are the rules that fire on files of LongLog records or more. Rows are added up over the sources of a rule. One that
// raises its level stands there twice.
func (e *EvidencePage) Rates() (out []Rate) {
	for _, r := range e.Rules {
		high := r.Level == "high" || r.Level == "critical"
		for _, f := range e.Trial.Files {
			out = append(out, rates(Rate{Rule: r.Name, File: f.Name, Records: f.Records, High: high}, e.Trial.Rules)...)
			if !high {
				out = append(out, rates(Rate{Rule: r.Name, File: f.Name, Records: f.Records, High: true, Raised: true}, e.Raised)...)
			}
		}
	}
	return out
}

// rates is a rate with what the trial counted of it; none where the file is short or nothing fires.
func rates(r Rate, of []trial.Rule) []Rate {
	for _, x := range of {
		i := slices.IndexFunc(x.Files, func(in trial.InFile) bool { return in.File == r.File })
		if x.Rule == r.Rule && i >= 0 {
			r.Fires += x.Files[i].Empty
			r.Most += x.Files[i].Most
		}
	}
	if r.Records < LongLog || r.Most == 0 {
		return nil
	}
	return []Rate{r}
}

func (p *evidencePage) rates() {
	var long []string
	for _, f := range p.Trial.Files {
		if f.Records >= LongLog {
			long = append(long, code(f.Name)+" ("+thousands(f.Records)+")")
		}
	}
	p.line("## How often rules fire on long logs\n")
	p.line("On a benign log of %s records or more no rule of level high or above may fire on more than %d %%, with empty lists. The\nsamples have %s: %s. They are captures of tools that try what a protocol can do, among hosts that no list names.\n",
		thousands(LongLog), MostOfLong, many(len(long), "such file"), strings.Join(long, ", "))
	rates := p.Rates()
	for _, high := range []bool{true, false} {
		p.rateTable(map[bool]string{true: "high or above", false: "medium or below"}[high],
			slices.DeleteFunc(slices.Clone(rates), func(r Rate) bool { return r.High != high }))
	}
}

func (p *evidencePage) rateTable(level string, of []Rate) {
	if len(of) == 0 {
		p.line("No rule of level %s fires on any of them.\n", level)
		return
	}
	p.line("| Rule of level %s | File | Empty lists | At most | Of all records |", level)
	p.line("|---|---|--:|--:|--:|")
	for _, r := range of {
		share := fmt.Sprintf("%.2f %%", 100*float64(r.Fires)/float64(r.Records))
		if r.TooOften() {
			share = "**" + share + ", too often**"
		}
		name := code(r.Rule)
		if r.Raised {
			name += ", where it is raised"
		}
		p.line("| %s | %s | %s | %s | %s |", name, code(r.File), thousands(r.Fires), thousands(r.Most), share)
	}
	p.line("")
}

// sources says of each source what became of the records of its log.
func (p *evidencePage) sources() {
	p.line("## The sources\n")
	p.line("Records of the log, those that the source's row filter lets through, what no row has, and values that rules can do nothing with.\n")
	p.line("| Source | Records | Rows | Names from | Fields that no row has |")
	p.line("|---|--:|--:|---|---|")
	var none, odd []string
	for _, id := range p.Sources {
		s, records, ok := p.source(id)
		if !ok {
			none = append(none, code(id))
			continue
		}
		var never []string
		for _, f := range s.Fields {
			if f.Seen == 0 {
				never = append(never, f.Name)
			}
		}
		if s.Bound == 0 {
			never = nil
		}
		p.line("| %s | %s | %s | %s | %s |", code(id), thousands(records), thousands(s.Bound), s.Names, codes(never))
		for _, x := range s.Problems {
			odd = append(odd, fmt.Sprintf("* %s: %s (%s), %s in %s: %s", code(id), code(x.Field), code(x.Raw), problem(x), many(x.Count, "row"), oddValues(x)))
		}
	}
	p.line("")
	if len(odd) > 0 {
		p.line("Values that are in no value map, or not of the field's type, equal none that a rule asks for:\n\n%s\n", strings.Join(odd, "\n"))
	}
	if len(none) > 0 {
		p.line("No record of the samples is of the logs of %s: %s\n", plural(len(none), "source"), strings.Join(none, ", "))
	}
}

func problem(x trial.Problem) string {
	if x.What == trial.Unreadable {
		return "not read as " + x.Type
	}
	return x.What
}

// maxOdd is how many values of a field that nobody knows are shown.
const maxOdd = 12

func oddValues(x trial.Problem) string {
	var out []string
	for i, v := range x.Values {
		if i == maxOdd {
			out = append(out, fmt.Sprintf("and %d more", len(x.Values)-i))
			break
		}
		out = append(out, span(fit(clean(v.Text), 60))+" "+thousands(v.Count))
	}
	return strings.Join(out, ", ")
}

// unknown lists the logs that no source binds.
func (p *evidencePage) unknown() {
	p.line("## Logs that no source is known for\n")
	if len(p.Trial.Looks) == 0 {
		p.line("None.")
		return
	}
	p.line("| Records | They look like | Files |")
	p.line("|--:|---|---|")
	for _, l := range p.Trial.Looks {
		var files []string
		for _, f := range l.Files {
			files = append(files, code(path.Base(path.Dir(f))+"/"+path.Base(f)))
		}
		p.line("| %s | %s | %s |", thousands(l.Records), escape(fit(clean(l.Name), maxWords)), strings.Join(files, ", "))
	}
	if p.Trial.Other > 0 {
		p.line("\n%s more look otherwise.", many(p.Trial.Other, "record"))
	}
}

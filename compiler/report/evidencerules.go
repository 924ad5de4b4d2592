package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/trial"
)

// fire shows the rules that real records fire, and why they do.
func (p *evidencePage) fire() {
	p.line("## Rules that real records fire\n")
	p.line("*By itself*: rows that match whatever the context tables hold. *Empty lists*: rows that match where every table is empty, as at a\n" +
		"site that has said nothing yet. *At most*: rows that match if the tables say so; whoever keeps them decides which do.\n")
	for _, r := range p.Rules {
		var on []trial.Rule
		for _, x := range p.of(r.Name) {
			if x.Fires+x.Waits > 0 {
				on = append(on, x)
			}
		}
		if len(on) > 0 {
			p.fired(r, on)
		}
	}
}

func (p *evidencePage) fired(r EvidenceRule, on []trial.Rule) {
	p.line("### %s\n", code(r.Name))
	p.line("%s (%s%s)\n", escape(r.Title), levels(r), kindOf(r))
	p.line("| Log | Rows | By itself | Empty lists | At most | Asks context |")
	p.line("|---|--:|--:|--:|--:|---|")
	for _, x := range on {
		p.line("| %s | %s | %s | %s | %s | %s |", code(x.Source), thousands(x.Rows), thousands(x.Fires), thousands(x.Empty), thousands(x.Fires+x.Waits), codes(x.Context))
	}
	p.line("")
	for _, x := range on {
		for _, s := range joined(x.Sightings) {
			p.line("* %s: %s", s.at, s.why)
		}
	}
	for _, x := range on {
		if gone := p.gone(r, x.Source); gone != "" {
			p.line("* Absent in %s: %s", code(x.Source), gone)
		}
	}
	p.line("")
}

func kindOf(r EvidenceRule) string {
	if r.Kind == "rule" {
		return ""
	}
	return ", " + r.Kind
}

func codes(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = code(n)
	}
	return strings.Join(out, ", ")
}

// shown is rows of one file that a rule fires on for one reason.
type shown struct{ at, why string }

// joined are a rule's rows, those of one file and reason together.
func joined(of []trial.Sighting) (out []shown) {
	last := ""
	for _, s := range of {
		why := because(s.Trace)
		if n := len(out) - 1; n >= 0 && last == s.File && out[n].why == why {
			out[n].at += fmt.Sprintf(", %d", s.Line)
			continue
		}
		last = s.File
		out = append(out, shown{code(s.File) + " " + strconv.Itoa(s.Line), why})
	}
	return out
}

// maxWords is how many columns of a value stand on the page.
const maxWords = 90

// because is what a verdict rests on, in words: what the clauses that decided saw.
func because(s eval.Step) string {
	var words []string
	decisive := s.Decisive()
	for i, d := range decisive {
		w := clauseWords(d)
		if set, ok := d.Expr.(*ir.InSet); ok {
			w = listWords(set, decisive, i)
		}
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { // that a name is there is said by who says more of it
		return slices.ContainsFunc(words, func(more string) bool { return more != w && strings.HasPrefix(more, w+",") })
	})
	return strings.Join(words, "; ")
}

// listWords says of a value in which tables it must or must not be, once for all tables that are asked alike.
func listWords(a *ir.InSet, decisive []eval.Step, at int) string {
	var tables []string
	for i, d := range decisive {
		o, ok := d.Expr.(*ir.InSet)
		if !ok || o.Field.Name != a.Field.Name || d.Value != decisive[at].Value {
			continue
		}
		if i < at {
			return ""
		}
		if t := code("context." + o.Table); !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	saw := span(fit(clean(decisive[at].Saw), maxWords))
	if decisive[at].Value {
		return saw + ", if it is in " + strings.Join(tables, " and in ")
	}
	return saw + ", if it is not in " + strings.Join(tables, " or ")
}

func clauseWords(d eval.Step) string {
	saw := span(fit(clean(d.Saw), maxWords))
	switch a := d.Expr.(type) {
	case *ir.Const:
		return ""
	case *ir.Keyword:
		return "the words " + span(fit(clean(ir.Text(a)), maxWords))
	case *ir.Eq:
		if a.Field.Type == ir.Bool {
			return saw
		}
	}
	if d.Value || strings.HasSuffix(d.Saw, " is missing") {
		return saw
	}
	return saw + ", and so not " + span(fit(clean(ir.Text(d.Expr)), maxWords))
}

// gone says which fields of a rule a log doesn't carry, and which no row of it has.
func (p *evidencePage) gone(r EvidenceRule, source string) string {
	s, _, _ := p.source(source)
	var never []string
	for _, f := range s.Fields {
		if f.Seen == 0 && (slices.Contains(r.Asks, f.Name) || slices.Contains(r.Shows, f.Name)) {
			never = append(never, f.Name)
		}
	}
	var out []string
	for _, part := range []struct {
		names []string
		what  string
	}{{never, "in no row"}, {r.Without[source], "not in this log"}} {
		if len(part.names) > 0 {
			out = append(out, p.namesOf(r, part.names)+" ("+part.what+")")
		}
	}
	return strings.Join(out, "; ")
}

// namesOf are fields, those apart that the rule only shows.
func (p *evidencePage) namesOf(r EvidenceRule, names []string) string {
	var asks, shows []string
	for _, n := range names {
		if slices.Contains(r.Asks, n) {
			asks = append(asks, n)
		} else {
			shows = append(shows, n)
		}
	}
	var out []string
	if len(asks) > 0 {
		out = append(out, codes(asks))
	}
	if len(shows) > 0 {
		out = append(out, "of what the alert shows "+codes(shows))
	}
	return strings.Join(out, ", ")
}

// silent lists the rules that no real record fires, by what is in their way.
func (p *evidencePage) silent() {
	p.line("## Rules that no real record fires\n")
	why := map[string][]string{}
	for _, r := range p.Rules {
		if reason := p.whySilent(r); reason != "" {
			why[reason] = append(why[reason], code(r.Name))
		}
	}
	for _, reason := range silences {
		if names := why[reason]; len(names) > 0 {
			p.line("**%s** (%d): %s\n", reason, len(names), strings.Join(names, ", "))
		}
	}
}

// What is in the way of rules that no record fires.
const (
	correlated = "Correlations: several events make them, and the samples are single captures, with times that were scrubbed or typed in. Their timelines show them, and real records the rules that they rest on"
	didNot     = "A log of theirs has rows that they are about, and none does what they look for"
	lacking    = "The rows lack a name that they need"
	noRow      = "The samples have a log of theirs, but no row that they are about"
	noLog      = "None of their logs is among the samples"
)

var silences = []string{didNot, lacking, noRow, noLog, correlated}

func (p *evidencePage) whySilent(r EvidenceRule) string {
	if r.Kind == "correlation" {
		return correlated
	}
	states := map[string]bool{}
	for _, x := range p.of(r.Name) {
		states[x.State] = true
	}
	switch {
	case states[trial.Fires] || states[trial.Waits]:
		return ""
	case states[trial.Silent]:
		return didNot
	case states[trial.Lacks]:
		return lacking
	}
	for _, id := range r.Sources {
		if _, _, ok := p.source(id); ok {
			return noRow
		}
	}
	return noLog
}

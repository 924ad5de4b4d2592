package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/backtest"
)

// BacktestText writes what a back-test measured: what was read and of which days, the rules by their verdicts, and of
// those that hit what to tune. Verbose leaves nothing out.
func BacktestText(w io.Writer, r *backtest.Report, o Options) error {
	p := &backtestPrinter{trialPrinter: &trialPrinter{printer: &printer{Options: o}, some: 12}, b: r}
	if o.Verbose {
		p.some = 1 << 30
	}
	p.headline()
	p.unread()
	p.verdicts()
	p.tuning()
	p.labels()
	p.unknown()
	return p.to(w)
}

type backtestPrinter struct {
	*trialPrinter
	b *backtest.Report
}

func (p *backtestPrinter) headline() {
	r := p.b
	size := int64(0)
	for _, in := range r.Inputs {
		size += in.Unpacked
	}
	p.line("%s", p.paint(bold, fmt.Sprintf("%s, %s, %s", plural(len(r.Inputs), "file"), many(int(r.Records), "record"), bytesOf(size))))
	span := "no record says when it happened"
	if r.From != "" {
		span = fmt.Sprintf("%s to %s", minute(r.From), minute(r.To))
	}
	if r.DaysGiven {
		span += fmt.Sprintf(", taken for %s days as --days says", rate(r.Days))
	} else if r.From != "" {
		span += fmt.Sprintf(": %s days, records on %s", rate(r.Days), plural(r.DaysWith, "day"))
	}
	p.line("  %s", span)
	if r.GapDays > 0 {
		p.line("  %s", p.paint(yellow, fmt.Sprintf("%s between them without any record, which don't count: %s", plural(int(r.GapDays), "day"), gaps(r))))
	}
	for _, x := range []struct {
		n    int64
		what string
	}{
		{r.Bound, "bind to a source"},
		{r.Aside, "are of a known log, but of none of the rows that rules are about"},
		{r.Unbound, "are of no log that a source is known for: no rule saw them"},
		{r.Timeless, "are of a known log and say no time that can be read"},
		{r.Failed, "lines could not be read"},
	} {
		if x.n > 0 {
			p.line("  %s  %s", right(int(x.n), int(r.Records)), x.what)
		}
	}
	if r.Site == "" {
		p.line("  no site was given: what its lists would decide is told apart")
	}
	p.line("")
}

func gaps(r *backtest.Report) string {
	var out []string
	for _, g := range r.Gaps[:min(3, len(r.Gaps))] {
		if g.From == g.To {
			out = append(out, g.From)
		} else {
			out = append(out, g.From+" to "+g.To)
		}
	}
	if r.GapCount > len(out) {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

func (p *backtestPrinter) unread() {
	shown := false
	for _, f := range p.b.Inputs {
		if f.Error == "" && len(f.Failed) == 0 && len(f.Odd) == 0 {
			continue
		}
		if !shown {
			p.line("%s", p.paint(bold, "What could not be read"))
			shown = true
		}
		p.line("  %s", fit(clean(f.Name), p.width()-2))
		if f.Error != "" {
			p.marked(red, "    ", clean(f.Error))
		}
		for _, x := range slices.Concat(f.Failed, f.Odd) {
			p.paragraph("    "+many(int(x.Count), "line")+"  ", fmt.Sprintf("%s (first: line %d)", clean(x.Reason), x.First))
		}
	}
	if shown {
		p.line("")
	}
}

// verdicts is the table of the rules of which something is known.
func (p *backtestPrinter) verdicts() {
	t := trialTable{header: []string{"verdict", "hits", "alerts", "a day", "budget", "days", "rule"}}
	quiet := 0
	for _, r := range byVerdict(p.b.Rules) {
		switch {
		case r.Verdict == backtest.Unknown && r.Hits+r.Waits == 0:
			continue
		case r.Verdict == backtest.Within && r.Hits+r.Waits == 0 && !p.Verbose:
			quiet++
			continue
		}
		t.rows = append(t.rows, []string{verdictOf(r), upTo(r.Hits, r.Hits+r.Waits), upTo(r.Alerts, r.MaxAlerts), perDay(r), budgetText(r), daysText(&r), r.Name})
	}
	p.line("%s", p.paint(bold, "Rules, and their budgets"))
	if len(t.rows) > 0 {
		p.table(t)
	} else {
		p.line("  no rule has a hit")
	}
	if quiet > 0 {
		p.line("  %s within budget without a hit%s; --verbose lists them", many(quiet, "more rule"), p.silence())
	}
	p.line("")
	said := false
	for _, r := range byVerdict(p.b.Rules) {
		if r.Verdict == backtest.Over || r.Verdict == backtest.Within && p.Verbose {
			p.paragraph("  "+r.Name+": ", clean(r.Why)+".")
			said = true
		}
		for _, a := range r.Approximate {
			if r.Verdict != backtest.Unknown || p.Verbose {
				p.paragraph("  "+r.Name+", approximate: ", clean(a)+".")
				said = true
			}
		}
	}
	if said {
		p.line("")
	}
}

// silence is the largest bound of the rules without a hit.
func (p *backtestPrinter) silence() string {
	most := 0.0
	for _, r := range p.b.Rules {
		if r.Verdict == backtest.Within {
			most = max(most, r.Upper)
		}
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf(", each below %s a day (95 %%)", rate(most))
}

func byVerdict(rules []backtest.RuleReport) []backtest.RuleReport {
	out := slices.Clone(rules)
	order := []string{backtest.Over, backtest.Unknown, backtest.Within}
	slices.SortStableFunc(out, func(a, b backtest.RuleReport) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict)), cmp.Compare(b.MaxAlertsPerDay, a.MaxAlertsPerDay), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func verdictOf(r backtest.RuleReport) string {
	switch {
	case r.Block:
		return "block"
	case r.Shadow:
		return r.Verdict + ", shadow"
	}
	return r.Verdict
}

func upTo(least, most int64) string {
	if least == most {
		return thousands(int(least))
	}
	return thousands(int(least)) + "–" + thousands(int(most))
}

func perDay(r backtest.RuleReport) string {
	switch {
	case r.WholeDays() < 1:
		return "?"
	case r.Upper > 0:
		return "< " + rate(r.Upper)
	case r.AlertsPerDay == r.MaxAlertsPerDay:
		return rate(r.AlertsPerDay)
	}
	return rate(r.AlertsPerDay) + "–" + rate(r.MaxAlertsPerDay)
}

// daysText is a number of days from which no rate is told where it is less than one.
func daysText(r *backtest.RuleReport) string {
	switch {
	case r.Days <= 0:
		return "?"
	case r.WholeDays() < 1:
		return "< 1"
	}
	return rate(r.Days)
}

func budgetText(r backtest.RuleReport) string {
	if r.Budget == nil {
		return "none"
	}
	return r.Budget.Text
}

// rate writes a figure of a day with three digits.
func rate(x float64) string {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// minute is an RFC 3339 time without its seconds.
func minute(t string) string {
	if len(t) < len("2006-01-02T15:04") {
		return t
	}
	return strings.Replace(t[:len("2006-01-02T15:04")], "T", " ", 1)
}

// tuning shows the most frequent values of the rules that hit most.
func (p *backtestPrinter) tuning() {
	shown := 0
	for _, r := range byVerdict(p.b.Rules) {
		if r.Hits+r.Waits < 2 && !p.Verbose || len(r.Top) == 0 {
			continue
		}
		if shown == p.some {
			p.line("  …; --verbose shows all")
			break
		}
		if shown++; shown == 1 {
			p.line("%s", p.paint(bold, "What their hits have most, to tune by"))
		}
		p.line("  %s  %s%s", r.Name, upTo(r.Hits, r.Hits+r.Waits), also(r))
		for _, t := range r.Top {
			if len(t.Values) == 0 && !p.Verbose {
				continue // a field that no hit has is nothing to tune by
			}
			p.paragraph("    "+t.Field+"  ", values5(t))
		}
	}
	if shown > 0 {
		p.line("")
	}
}

// also is what else there is to say of a rule's hits.
func also(r backtest.RuleReport) string {
	out := " hits"
	for _, l := range r.Raised {
		out += fmt.Sprintf(", %s raised to %s", thousands(int(l.Hits)), l.Level)
	}
	if r.RaisedIf > 0 {
		out += fmt.Sprintf(", %s raised if the context says so", thousands(int(r.RaisedIf)))
	}
	for _, f := range r.Filtered {
		out += fmt.Sprintf(", %s more left out by %s", thousands(int(f.Hits)), f.Filter)
	}
	if r.Timeless > 0 {
		out += fmt.Sprintf(", %s without a time", thousands(int(r.Timeless)))
	}
	if len(r.Tables) > 0 {
		out += "; not known: context." + strings.Join(r.Tables, ", context.")
	}
	return out
}

func values5(t backtest.Top) string {
	var out []string
	for _, v := range t.Values {
		text := clean(v.Value)
		if text == "" {
			text = `""`
		}
		n := thousands(int(v.Count))
		if v.Error > 0 {
			n = "≤ " + n
		}
		out = append(out, fit(text, 60)+" "+n)
	}
	if t.Missing > 0 {
		out = append(out, "none "+thousands(int(t.Missing)))
	}
	if t.More {
		out = append(out, "…")
	}
	return strings.Join(out, " · ")
}

func (p *backtestPrinter) labels() {
	if p.b.Labels == nil {
		return
	}
	p.line("%s", p.paint(bold, "Labelled hits"))
	t := trialTable{header: []string{"true", "false", "precision", "95 %", "rule"}}
	for _, r := range p.b.Rules {
		if l := r.Labelled; l != nil {
			t.rows = append(t.rows, []string{thousands(int(l.True)), thousands(int(l.False)), rate(l.Precision), rate(l.Low) + " to " + rate(l.High), r.Name})
		}
	}
	if len(t.rows) > 0 {
		p.table(t)
	} else {
		p.line("  no hit fits a label")
	}
	p.line("")
}

// unknown says of which rules it isn't known whether they keep their budget, and why.
func (p *backtestPrinter) unknown() {
	why, rules := []string{}, map[string][]string{}
	for _, r := range p.b.Rules {
		if r.Verdict == backtest.Unknown && !(r.Block && r.Hits+r.Waits > 0) {
			if rules[r.Why] == nil {
				why = append(why, r.Why)
			}
			rules[r.Why] = append(rules[r.Why], r.Name)
		}
	}
	if len(why) == 0 {
		return
	}
	slices.SortStableFunc(why, func(a, b string) int { return cmp.Compare(len(rules[b]), len(rules[a])) })
	p.line("%s", p.paint(bold, "Not measured, and why: here silence shows nothing"))
	for _, w := range why[:min(len(why), p.some)] {
		names := rules[w]
		if len(names) > 3 && !p.Verbose {
			names = append(slices.Clone(names[:3]), fmt.Sprintf("%d more", len(names)-3))
		}
		p.paragraph("  "+many(len(rules[w]), "rule")+"  ", clean(w)+": "+strings.Join(names, ", "))
	}
	if len(why) > p.some {
		p.line("  …; --verbose shows all")
	}
}

package backtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// mostGaps is how many gaps are listed.
const mostGaps = 10

// report puts together what was counted.
func (c *collector) report(inputs []InputReport) *Report {
	all := newSourceTally()
	for i := range c.sources {
		all.add(copied(&c.sources[i]))
	}
	whole := stretchOf(&all)
	c.net.finish(whole.first, whole.last)
	r := &Report{SchemaVersion: SchemaVersion, Site: c.Site, Complete: true, Inputs: inputs, Context: c.Context, Sources: []SourceReport{}, Rules: []RuleReport{}}
	if r.Context == nil {
		r.Context = []TableReport{}
	}
	if r.Inputs == nil {
		r.Inputs = []InputReport{}
	}
	for i := range inputs {
		r.Complete = r.Complete && inputs[i].Error == ""
		for _, f := range inputs[i].Failed {
			r.Failed += f.Count
		}
	}
	for _, t := range c.files {
		r.Records, r.Blank, r.Bound = r.Records+t.records, r.Blank+t.blank, r.Bound+t.bound
		r.Aside, r.Unbound, r.Timeless = r.Aside+t.aside, r.Unbound+t.unbound, r.Timeless+t.timeless
	}
	c.time(r, whole)
	c.sourceReports(r)
	for _, s := range c.rules {
		r.Rules = append(r.Rules, c.rule(s, r, whole))
	}
	slices.SortStableFunc(r.Rules, func(a, b RuleReport) int { return cmp.Compare(a.Name, b.Name) })
	if o := c.Labels; o != nil {
		sum := sha256.Sum256([]byte(o.File.Text))
		r.Labels = &LabelsReport{File: o.File.Name, SHA256: "sha256:" + hex.EncodeToString(sum[:]), Labels: len(o.list)}
		for _, b := range o.list {
			if !b.used {
				r.Labels.Unused++
			}
		}
	}
	r.Digest = r.digest()
	return r
}

func copied(t *sourceTally) *sourceTally {
	t.flush()
	out := *t
	return &out
}

// digest is the SHA-256 of the report as JSON without its own.
func (r *Report) digest() string {
	bare := *r
	bare.Digest = ""
	data, err := json.Marshal(bare)
	if err != nil {
		return "" // a report holds nothing that JSON can't say
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (c *collector) time(r *Report, whole stretch) {
	r.DaysWith = len(whole.days)
	if !whole.empty() {
		r.From, r.To = timeOf(whole.first), timeOf(whole.last)
		r.Days = round(whole.within(whole))
	}
	r.Gaps, r.GapCount, r.GapDays = whole.gaps(mostGaps)
	if r.Gaps == nil {
		r.Gaps = []Gap{}
	}
	if c.Days > 0 {
		r.Days, r.DaysGiven = c.Days, true
	}
}

func (c *collector) sourceReports(r *Report) {
	for i := range c.sources {
		t, s := &c.sources[i], c.plan.sources[i]
		if t.records == 0 {
			continue
		}
		out := SourceReport{ID: s.ID, Telemetry: s.Schema.ID, Records: t.records, Rows: t.rows, Timeless: t.timeless, DaysWith: len(t.days)}
		if len(t.days) > 0 {
			out.From, out.To = timeOf(t.first), timeOf(t.last)
		}
		r.Sources = append(r.Sources, out)
	}
}

// over are the sources that a rule reads, a correlation those of its rules, by number.
func (c *collector) over(s *subject) (out []int, missing []string) {
	rules := []*subject{s}
	if s.Correlation != nil {
		for _, part := range s.Parts {
			if r := c.byName[part]; r != nil {
				rules = append(rules, r)
			}
		}
	}
	for _, r := range rules {
		for _, b := range r.On {
			i := slices.IndexFunc(c.plan.sources, func(x *bind.Source) bool { return x == b.Source })
			switch {
			case i < 0 || slices.Contains(out, i):
			case i >= len(c.sources) || c.sources[i].records == 0:
				missing = append(missing, b.Source.ID)
			default:
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out, missing
}

func (c *collector) rule(s *subject, all *Report, whole stretch) RuleReport {
	t := c.tallies[s.number]
	r := RuleReport{Name: s.Name, Title: s.Title, Level: s.Level, File: s.File, Line: s.Line, Digest: s.Digest, Block: s.Block, Shadow: s.Shadow,
		Correlation: s.Correlation != nil, Sources: []string{}, Hits: t.hits, Waits: t.waits, Timeless: t.timeless, Tables: t.tables,
		Filtered: []FilterCount{}, Raised: []LevelCount{}, Top: []Top{}, Approximate: append([]string{}, t.approximate...)}
	slices.Sort(r.Tables)
	m := &measured{subject: s, r: &r, incomplete: !all.Complete, daysGiven: all.DaysGiven}
	seen := newSourceTally()
	var on []int
	on, m.missing = c.over(s)
	for _, i := range on {
		r.Sources = append(r.Sources, c.plan.sources[i].ID)
		seen.add(copied(&c.sources[i]))
	}
	m.records, r.Rows = seen.records, seen.rows
	of := stretchOf(&seen)
	r.DaysWith, r.Days = len(of.days), round(of.within(whole))
	if !of.empty() {
		r.From, r.To = timeOf(of.first), timeOf(of.last)
	}
	if all.DaysGiven && m.records > 0 {
		r.Days = all.Days
	}
	c.count(m, t)
	c.rates(m, t)
	return r
}

// count fills in the numbers of a rule.
func (c *collector) count(m *measured, t *tally) {
	s, r := m.subject, m.r
	for i, n := range t.filtered {
		if n > 0 {
			r.Filtered = append(r.Filtered, FilterCount{s.Filters[i].Name, n})
		}
	}
	for i, n := range t.raised {
		if n > 0 {
			r.Raised = append(r.Raised, LevelCount{s.Levels[i].Name, n})
		}
	}
	if s.Correlation != nil {
		c.correlation(m)
	}
	r.RaisedIf = t.untabled
	if len(s.By) > 0 && s.For > 0 {
		r.Suppress = &Suppress{s.By, s.For.String()}
	}
	var exact [4]bool
	r.Alerts, exact[0] = t.must.count()
	r.MaxAlerts, exact[1] = t.may.count()
	m.least, exact[2] = t.mustAgainst.count()
	r.Against, exact[3] = t.mayAgainst.count()
	if slices.Contains(exact[:], false) {
		r.Approximate = append(r.Approximate, "alerts: hits came out of order of time, and were too many to sort")
	}
	if n := t.yes + t.no; n > 0 {
		r.Labelled = &Labelled{True: t.yes, False: t.no, Precision: round(float64(t.yes) / float64(n))}
		low, high := Wilson(t.yes, n)
		r.Labelled.Low, r.Labelled.High = round(low), round(high)
	}
	for i, name := range s.shown() {
		top := Top{Field: name, Missing: t.tops[i].none, Approx: t.tops[i].lossy}
		if top.Values, top.More = t.tops[i].most(topShown); top.Values == nil {
			if top.Missing == 0 {
				continue
			}
			top.Values = []TopValue{}
		}
		r.Top = append(r.Top, top)
	}
}

// correlation notes what keeps a correlation's hits from being known.
func (c *collector) correlation(m *measured) {
	r := m.r
	r.Rows = 0
	for _, part := range m.Parts {
		if p := c.byName[part]; p != nil {
			r.Rows += c.tallies[p.number].hits
		}
	}
	for _, part := range m.Parts {
		if p := c.byName[part]; p != nil && c.tallies[p.number].waits > 0 {
			for _, name := range c.tallies[p.number].tables {
				if !slices.Contains(r.Tables, name) {
					r.Tables = append(r.Tables, name)
				}
			}
		}
	}
	slices.Sort(r.Tables)
}

// rates fills in what is said a day, and the verdict.
func (c *collector) rates(m *measured, t *tally) {
	r := m.r
	r.Budget, m.period = budgetOf(m.Budget)
	if r.Days > 0 {
		r.HitsPerDay, r.AlertsPerDay, r.MaxAlertsPerDay = round(float64(r.Hits)/r.Days), round(float64(r.Alerts)/r.Days), round(float64(r.MaxAlerts)/r.Days)
		if r.Hits+r.Waits == 0 && m.records > 0 {
			r.Upper = round(UpperBound(r.Days))
		}
	}
	r.Verdict, r.Why = m.judge()
	if m.Correlation == nil || r.Verdict == Over {
		return
	}
	if part := c.lacksPart(m.subject); part != "" {
		r.Verdict, r.Why = Unknown, "it rests on "+part+", which is not among the rules"
	} else if c.net.fault != "" {
		r.Verdict, r.Why = Unknown, c.net.fault
	} else if len(r.Tables) > 0 {
		r.Verdict, r.Why = Unknown, "its rules ask for "+contexts(r.Tables)+", which nobody supplied"
	} else if len(t.approximate) > 0 && r.Verdict == Within {
		r.Verdict, r.Why = Unknown, t.approximate[0]
	}
	if r.Verdict == Unknown {
		r.Upper = 0
	}
}

// Findings are what there is to say of a report, at the rules.
func (r *Report) Findings(at func(rule string) source.Span, l *diag.List) {
	for i := range r.Rules {
		x := &r.Rules[i]
		switch {
		case x.Block:
		case x.Verdict == Over:
			l.Add(diag.OverBudget, at(x.Name), "%s is over its budget: %s", x.Name, x.Why).WithHelp("look at the most frequent values of its hits: detc backtest shows them")
		case x.Verdict == Unknown:
			l.Add(diag.Unmeasurable, at(x.Name), "%s is not measured: %s", x.Name, x.Why)
		}
	}
	if r.DaysGiven && r.DaysWith > 0 {
		if seen := r.spanned(); seen > 0 && (r.Days > 1.25*seen+1 || seen > 1.25*r.Days+1) {
			l.Add(diag.DaysDiffer, source.Span{}, "--days says %s, and the records are of %s days", number(r.Days), number(seen)).
				WithHelp("leave --days out, and the records' own times count")
		}
	}
	for _, g := range r.Gaps {
		if g.Days > 366 {
			l.Add(diag.TimesApart, source.Span{}, "from %s to %s there is no record: the times before or after it are probably wrong", g.From, g.To).
				WithHelp("look at the records of %s", r.From)
			break
		}
	}
}

// spanned is how many days the records are of, whatever --days says.
func (r *Report) spanned() float64 {
	from, err := time.Parse(time.RFC3339Nano, r.From)
	to, err2 := time.Parse(time.RFC3339Nano, r.To)
	if err != nil || err2 != nil {
		return 0
	}
	return (float64(to.UnixNano())-float64(from.UnixNano()))/float64(24*time.Hour) - float64(r.GapDays)
}

package stub

import (
	"slices"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// CorrelationForm is what a stub has in place of a condition where it says what several events mean together. The words
// are those of Sigma's correlations (Sigma specification 2.1), and two kinds that Sigma lacks.
type CorrelationForm struct {
	Type       source.Text                     `form:"type,required" enum:"event_count|value_count|value_sum|value_avg|value_percentile|temporal|temporal_ordered|absence|first_seen" doc:"what it looks at"`
	Rules      []source.Text                   `form:"rules,required" is:"name" doc:"the stubs it correlates, by name; the order counts for temporal_ordered and absence"`
	GroupBy    []source.Text                   `form:"group_by" doc:"the fields, or aliases, that events must share to count together"`
	Within     source.Text                     `form:"within,required" is:"duration" doc:"the window; absence: how long is waited; first_seen: the history"`
	Condition  *BoundsForm                     `form:"condition" doc:"what the number must satisfy: {gte: 10, field: user}"`
	Percentile form.Value[float64]             `form:"percentile" doc:"of value_percentile: over 0, up to 100"`
	Aliases    form.Map[form.Map[source.Text]] `form:"aliases" doc:"one name for fields that are called otherwise in each rule: {dev: {rule-a: device_ip, rule-b: src_ip}}"`
	Generate   form.Value[bool]                `form:"generate" doc:"whether the emitted rules are to alert by themselves, too; as their own alert: says unless said"`
	Sources    form.Map[[]source.Text]         `form:"sources" is:"field" doc:"of a rule, only these sources: {rule-a: [zeek.s7comm]}"`
	Span       source.Span
}

// BoundsForm is the condition of a correlation: one bound or a range, and whose values the value kinds look at.
type BoundsForm struct {
	Gt    form.Value[float64] `form:"gt" doc:"over"`
	Gte   form.Value[float64] `form:"gte" doc:"at least"`
	Lt    form.Value[float64] `form:"lt" doc:"under"`
	Lte   form.Value[float64] `form:"lte" doc:"at most"`
	Eq    form.Value[float64] `form:"eq" doc:"exactly"`
	Neq   form.Value[float64] `form:"neq" doc:"other than"`
	Field form.Many           `form:"field" doc:"of the value kinds: the field, or fields, whose values are looked at"`
	Span  source.Span
}

// A Bound is one bound as it is given: the operator by Sigma's name, and the number.
type Bound struct {
	Op    string
	Value form.Value[float64]
}

// Bounds are the bounds that are given, in the order of the form; none of a nil form.
func (b *BoundsForm) Bounds() []Bound {
	if b == nil {
		return nil
	}
	all := []Bound{{"gt", b.Gt}, {"gte", b.Gte}, {"lt", b.Lt}, {"lte", b.Lte}, {"eq", b.Eq}, {"neq", b.Neq}}
	return slices.DeleteFunc(all, func(x Bound) bool { return !x.Value.Set })
}

// StepForm is one event of a timeline: of a rule's telemetry, of a telemetry by its name, or a record of a source.
type StepForm struct {
	At        source.Text  `form:"at,required" is:"moment" doc:"when: 90s or 1h30m from the beginning; +3s from the event before"`
	Rule      source.Text  `form:"rule" is:"name" doc:"a rule that the event matches, over whose telemetry it is"`
	Telemetry source.Text  `form:"telemetry" doc:"the telemetry the event is of, whatever rules it matches"`
	Source    source.Text  `form:"source" doc:"the source that raw is a record of"`
	Given     *source.Node `form:"given" doc:"the event's fields; unless given, those of the rule's own tests"`
	But       *source.Node `form:"but" doc:"fields changed against given; null removes one"`
	Raw       *source.Node `form:"raw" doc:"a record as the log has it: a line of text, or a mapping for JSON"`
	Span      source.Span
}

// FiringForm is one firing that a timeline must yield.
type FiringForm struct {
	At    source.Text  `form:"at,required" is:"moment" doc:"when, from the beginning: 33s"`
	Group *source.Node `form:"group" doc:"the group's fields with their values; those that are not named may have any"`
	Span  source.Span
}

// IsCorrelation says that a stub correlates other stubs.
func (s *Form) IsCorrelation() bool { return s.Correlation != nil }

// checkShape finds a stub that is both a rule and a correlation. One that is neither lacks keys, which was said.
func (s *Stub) checkShape(l *diag.List) {
	if s.Correlation == nil {
		return
	}
	both := func(key string, at source.Span) {
		if !at.IsZero() {
			l.Add(diag.TwoShapes, at, "a correlation has no %s: its rules have", key).
				WithHelp("take %s out; or take correlation out, for a rule of its own", key)
		}
	}
	both("telemetry", s.Telemetry.Whole)
	both("condition", s.Condition.Whole)
	for _, e := range s.Let {
		both("let", e.Key.Whole)
		break
	}
	for key, list := range map[string][]source.Text{"sources": s.Sources, "degrade": s.Degrade} {
		if len(list) > 0 {
			both(key, list[0].Whole)
		}
	}
	if s.Tests.Given != nil {
		both("tests.given", s.Tests.Given.Span)
	}
}

// checkTimeline finds what a correlation's case can't be.
func (c *CaseForm) checkTimeline(l *diag.List) {
	if c.Given != nil || c.But != nil || c.Raw != nil || c.Sample != nil || !c.Source.IsZero() {
		l.Add(diag.BadTimeline, c.Name.Whole, "case %q of a correlation has an event of its own", c.Name.Value).
			WithHelp("put it into the timeline: - {at: 0s, rule: …}")
	}
	if len(c.Timeline) == 0 {
		l.Add(diag.BadTimeline, c.Name.Whole, "case %q has no timeline", c.Name.Value).WithHelp("add timeline: [{at: 0s, rule: …}, …]")
	}
	if len(c.Timeline) > MaxSteps {
		l.Add(diag.BadTimeline, c.Name.Whole, "case %q has %d events; at most %d", c.Name.Value, len(c.Timeline), MaxSteps)
		c.Timeline = c.Timeline[:MaxSteps]
	}
	for i := range c.Timeline {
		c.Timeline[i].check(l)
	}
	if len(c.Firings) > 0 && c.Want.Value == "no match" {
		l.Add(diag.BadTimeline, c.Want.Whole, "case %q wants firings and no match", c.Name.Value).WithHelp("keep one of the two")
	}
	if len(c.Firings) > 0 && c.Want.IsZero() {
		c.Want = source.Text{Value: "match", Whole: c.Firings[0].Span}
	}
	for _, f := range c.Firings {
		if strings.HasPrefix(f.At.Value, "+") {
			l.Add(diag.BadTimeline, f.At.Whole, "a firing's time is from the beginning, not %s", f.At.Value).WithHelp("leave the + out")
		}
		if f.Group != nil && f.Group.Kind != source.Mapping {
			l.Add(diag.WrongType, f.Group.Span, "a group takes a mapping, not %s", f.Group.What())
		}
	}
}

// MaxSteps is how many events a timeline may have.
const MaxSteps = 1000

func (e *StepForm) check(l *diag.List) {
	named := 0
	for _, t := range []source.Text{e.Rule, e.Telemetry, e.Source} {
		if !t.IsZero() {
			named++
		}
	}
	switch {
	case named != 1:
		l.Add(diag.BadTimeline, e.Span, "an event of a timeline is of one of rule, telemetry and source, not of %d", named).
			WithHelp("rule: for an event that the rule matches, telemetry: for any other, source: for a raw record")
	case e.Source.IsZero() && e.Raw != nil:
		l.Add(diag.BadTimeline, e.Raw.Span, "it isn't said which source the record is of").WithHelp("write source: in place of rule: or telemetry:")
	case !e.Source.IsZero() && e.Raw == nil:
		l.Add(diag.BadTimeline, e.Source.Whole, "a source is named, and there is no record of it").WithHelp("add raw: …")
	case !e.Source.IsZero() && (e.Given != nil || e.But != nil):
		l.Add(diag.BadTimeline, e.Source.Whole, "a raw record has no given or but").WithHelp("change the record")
	case !e.Telemetry.IsZero() && e.Given == nil:
		l.Add(diag.BadTimeline, e.Telemetry.Whole, "there is no event").WithHelp("add given: …, or name a rule whose tests give one")
	}
	for _, n := range []*source.Node{e.Given, e.But} {
		if n != nil && n.Kind != source.Mapping {
			l.Add(diag.WrongType, n.Span, "an event takes a mapping, not %s", n.What())
		}
	}
}

// When is the time of the event from the beginning of the timeline, given that of the one before.
func (e *StepForm) When(before time.Duration) time.Duration {
	d, relative := form.Moment(e.At.Value)
	if relative {
		return before + d
	}
	return d
}

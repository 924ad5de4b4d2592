package backtest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// periods are what a budget may be for, in days.
var periods = map[string]float64{"hour": 1.0 / 24, "day": 1, "week": 7}

// budgetOf reads a budget as the stub's form allows it; nil where there is none.
func budgetOf(text string) (b *Budget, period float64) {
	count, per, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	period = periods[per]
	if !ok || err != nil || period == 0 {
		return nil, 0
	}
	return &Budget{text, round(float64(n) / period)}, period
}

// UpperBound is the rate a day that events stay below with 95 % confidence where none was seen in so many days: the rule
// of three (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983), which takes them to
// come independently of each other. It is 0, and says nothing, of no days.
func UpperBound(days float64) float64 {
	if days <= 0 {
		return 0
	}
	return 3 / days
}

// Wilson is the 95 % score interval of a proportion (Wilson, "Probable Inference, the Law of Succession, and
// Statistical Inference", JASA 1927): 0 to 1 where nothing was seen.
func Wilson(yes, all int64) (low, high float64) {
	if all <= 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n, p := float64(all), float64(yes)/float64(all)
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}

// round keeps six digits, so that a figure is the same however it was added up.
func round(x float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return v
}

const (
	// shortest is the fewest days from which a rate a day is told.
	shortest = 1
	// short is by how much logs of whole days may fall short of them: the first record of a day isn't of midnight.
	short = 1.0 / 24
)

// A measured rule is what the verdict rests on.
type measured struct {
	*subject
	r          *RuleReport
	records    int64 // of its sources' logs
	least      int64 // alerts that count against the budget for certain
	period     float64
	incomplete bool
	missing    []string // its sources of which there was no record
	daysGiven  bool
}

// judge says whether a rule keeps its budget, and why. A rule that is over it on a part of the logs is over it; for all
// else everything must be known.
func (m *measured) judge() (verdict, why string) {
	r := m.r
	if why := m.unmeasured(); why != "" {
		return Unknown, why
	}
	alerts := func(n int64) string { return number(float64(n)/r.Days) + " a day" }
	switch {
	case r.Budget == nil:
		return Unknown, "the rule has no budget"
	case r.Days+short < m.period:
		return Unknown, fmt.Sprintf("its budget is for a week, and its logs are of %s days only", number(r.Days))
	case float64(m.least)/r.Days > r.Budget.PerDay:
		return Over, fmt.Sprintf("%s, and its budget is %s", alerts(m.least), r.Budget.Text)
	case m.incomplete:
		return Unknown, "not all logs could be read to their end"
	case float64(r.Against)/r.Days > r.Budget.PerDay:
		return Unknown, fmt.Sprintf("%s for certain, and up to %s if %s says so, which nobody supplied; its budget is %s",
			alerts(m.least), alerts(r.Against), contexts(r.Tables), r.Budget.Text)
	case r.Hits+r.Waits == 0 && r.Upper > r.Budget.PerDay:
		return Within, fmt.Sprintf("no hit, though %s days show no more than that it stays below %s a day (95 %%)", number(r.Days), number(r.Upper))
	case r.Hits+r.Waits == 0:
		return Within, fmt.Sprintf("no hit: below %s a day (95 %%)", number(r.Upper))
	}
	return Within, fmt.Sprintf("%s, and its budget is %s", alerts(r.Against), r.Budget.Text)
}

// unmeasured is why nothing can be said of a rule at all.
func (m *measured) unmeasured() string {
	switch {
	case m.r.Digest == "":
		return "the rule has errors"
	case m.Correlation == nil && len(m.On) == 0:
		return "it is emitted on no source"
	case m.Correlation == nil && !m.sourced:
		return "it is over a log source of Sigma's, by which no record can be told"
	case m.records == 0 && m.Correlation != nil:
		return "there is no record of any log that its rules are on"
	case m.records == 0:
		return "there is no record of " + strings.Join(some(m.missing, 3), ", ")
	case m.r.Days == 0 && m.r.DaysWith == 0 && !m.daysGiven:
		return "no record of its logs has a time that can be read, and --days was not given"
	case m.r.Days+short < shortest:
		return "its logs are of less than a day"
	}
	return ""
}

func some(list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("%d more", len(list)-most))
}

func contexts(tables []string) string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = "context." + t
	}
	return strings.Join(out, ", ")
}

// number writes a rate for people: three digits.
func number(x float64) string {
	if x >= 100 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

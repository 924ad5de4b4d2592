package ir

import (
	"time"

	"detc/compiler/source"
)

// A Correlation says what several events mean together (Sigma specification 2.1, "Sigma Correlation Rules"). It names
// rules, or other correlations, and looks at those of their firings that share a group.
type Correlation struct {
	Name    string // unique among the rules and correlations of a build
	ID      string // UUID
	Kind    CorrelationKind
	Rules   []RuleRef     // in the order of the text, which counts for TemporalOrdered and Absence
	GroupBy []string      // fields, or names of aliases; none is one group for all
	Aliases []Alias       // names that stand for another field in each rule
	Within  time.Duration // the timespan: the window; Absence's wait; FirstSeen's history
	Having  []Bound       // what the number must satisfy, all of it; empty for Absence and FirstSeen
	Fields  []string      // whose values the value kinds look at; several make one value of all
	// Percentile is the rank of ValuePercentile, over 0 and up to 100.
	Percentile float64
	Generate   bool // whether the rules it names alert by themselves, too
	Meta       Meta
	Span       source.Span
}

// A RuleRef names a rule or a correlation, by its name or its id.
type RuleRef struct {
	Name string
	Span source.Span
}

// An Alias is one name for fields that are called otherwise in each rule.
type Alias struct {
	Name   string
	Fields []AliasField
	Span   source.Span
}

// An AliasField is what an alias stands for in one rule.
type AliasField struct {
	Rule, Field string
	Span        source.Span
}

// A Bound is one comparison of a correlation's condition: gte 10.
type Bound struct {
	Op    BoundOp
	Value float64
	Span  source.Span
}

// BoundOp is a comparison; the names are Sigma's.
type BoundOp uint8

const (
	BoundGt BoundOp = iota
	BoundGte
	BoundLt
	BoundLte
	BoundEq
	BoundNeq
)

var boundNames = [...]string{"gt", "gte", "lt", "lte", "eq", "neq"}

func (o BoundOp) String() string { return boundNames[o] }

// ParseBoundOp reads an operator by Sigma's name for it.
func ParseBoundOp(s string) (BoundOp, bool) {
	for o, name := range boundNames {
		if name == s {
			return BoundOp(o), true
		}
	}
	return 0, false
}

// Holds says whether a number satisfies the comparison.
func (b Bound) Holds(n float64) bool {
	switch b.Op {
	case BoundGt:
		return n > b.Value
	case BoundGte:
		return n >= b.Value
	case BoundLt:
		return n < b.Value
	case BoundLte:
		return n <= b.Value
	case BoundEq:
		return n == b.Value
	}
	return n != b.Value
}

// CorrelationKind is what a correlation looks at. The first seven are Sigma's; the last two have no Sigma form.
type CorrelationKind uint8

const (
	EventCount      CorrelationKind = iota // how many events
	ValueCount                             // how many distinct values
	ValueSum                               // the sum of the values
	ValueAvg                               // their mean
	ValuePercentile                        // their percentile, by the nearest rank
	Temporal                               // each rule at least once, in any order; Having counts the rules seen
	TemporalOrdered                        // each rule once, in the order of the rules
	Absence                                // the first rule, then not the second within the wait; one rule alone: it has gone quiet
	FirstSeen                              // a group that the history doesn't have
)

var kindNames = [...]string{"event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal",
	"temporal_ordered", "absence", "first_seen"}

func (k CorrelationKind) String() string { return kindNames[k] }

// ParseCorrelationKind reads a kind by its name.
func ParseCorrelationKind(s string) (CorrelationKind, bool) {
	for k, name := range kindNames {
		if name == s {
			return CorrelationKind(k), true
		}
	}
	return 0, false
}

// InSigma says that Sigma's correlations have the kind.
func (k CorrelationKind) InSigma() bool { return k < Absence }

// OfValues says that the kind looks at the values of Fields.
func (k CorrelationKind) OfValues() bool { return k >= ValueCount && k <= ValuePercentile }

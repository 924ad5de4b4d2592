// Package bind holds a logical rule and a real log together: it specialises the rule to the log's names and values,
// and it reads the log's records into logical events. One law ties the two:
//
//	eval(rule, read(raw)) == eval(specialise(rule), raw)   for every record that the row filter lets through
package bind

import (
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Source is a telemetry source with its row filter compiled.
type Source struct {
	*telemetry.Source
	Filter ir.Expr // over raw names; nil where every row counts
}

// A Bound rule is a rule specialised to one source: raw names, raw values, the row filter in front, constants folded.
type Bound struct {
	Rule     *ir.Rule
	Source   *Source
	Where    ir.Expr  // normalised, over raw names
	Degraded []Clause // where it means other than the rule
}

// A Clause is a part of a rule whose meaning a source can't carry.
type Clause struct {
	Span   source.Span
	Reason string
	Effect Effect
}

// Effect says which events a lost clause changes the verdict on.
type Effect uint8

const (
	Narrower Effect = iota // some events that the rule means don't match
	Wider                  // some events that the rule doesn't mean match
)

func (e Effect) String() string { return [...]string{"narrower", "wider"}[e] }

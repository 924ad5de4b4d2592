// Package property holds rules against what a brief asks of all of them at once: that they look at more than the bare
// act, that none of them alerts on a mere launch. An item of a brief that is answered so names the check in items.yaml.
package property

import (
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Rule is what the checks look at: a compiled rule over one telemetry, or a correlation of such rules.
type Rule struct {
	Name, Level string
	Block       bool // it alerts nobody
	Span        source.Span
	Schema      *telemetry.Schema // nil for a correlation
	Where       ir.Expr           // nil for a correlation
	Shown       []string          // fields that the alert shows
	Raises      []ir.Expr         // conditions by which the alert's level is raised
	Correlation *ir.Correlation
	Parts       []*Rule // of a correlation: the rules that it names, through other correlations too
	Bare        []Bare  // of its telemetry
	// Has says that one of the logs that the rule is emitted on has the field; nil where all do.
	Has func(field string) bool
}

// Bare is what the telemetry calls a mere launch, install or change: no rule may be true of that alone.
type Bare struct {
	Text  string
	Where ir.Expr // normalised
	Span  source.Span
}

// A Check holds one rule against a property; the reason is empty where it has it.
type Check struct {
	Name string // as items.yaml says it
	Code diag.Code
	Does string
	Of   func(*Rule) (reason string)
}

// Checks are all there are.
var Checks = []Check{
	{"beside-the-act", diag.BareAct, "the rule puts the act beside who, whence, when, how critical or whether a change was open", besideTheAct},
	{"no-bare-event", diag.BareEvent, "no mere launch, install or update makes the rule true by itself", noBareEvent},
	{"single-signal", diag.SingleSignal, "a rule on one signal alone is at most of level medium", singleSignal},
}

// Lookup finds a check by name.
func Lookup(name string) (Check, bool) {
	for _, c := range Checks {
		if c.Name == name {
			return c, true
		}
	}
	return Check{}, false
}

// Names are the checks' names.
func Names() []string {
	var out []string
	for _, c := range Checks {
		out = append(out, c.Name)
	}
	return out
}

// singleSignal lets a correlation of at least two rules be of any level: it is no single signal.
func singleSignal(r *Rule) string {
	if r.Level != "high" && r.Level != "critical" || len(distinct(r.Parts)) > 1 {
		return ""
	}
	return "one signal alone is of level " + r.Level + ", with nothing that bears it out"
}

func distinct(parts []*Rule) map[string]bool {
	out := map[string]bool{}
	for _, p := range parts {
		out[p.Name] = true
	}
	return out
}

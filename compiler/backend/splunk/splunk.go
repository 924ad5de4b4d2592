// Package splunk makes searches in Splunk's Search Processing Language. What the language means is taken from Splunk's
// reference (help.splunk.com, Search Reference and Search Manual 9.4); no parser or engine of it can be had, so the
// searches are not engine-verified: they are held by a strict grammar of what is emitted, and by an interpreter of that
// grammar against eval.
//
// A rule is parted at the conjunctions on top. What `search` can say goes there: it uses the index, folds case, has no
// wildcard but *, and its NOT takes a missing field for one that doesn't match. The rest goes to `where`, whose truth has
// three values: each atom there is guarded, so that it has two.
package splunk

import (
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Target is Splunk Enterprise or Splunk Cloud.
type Target struct{}

// Targets is the one target of the package, as other packages of targets have it.
func Targets() []*Target { return []*Target{{}} }

// Name is what --target names.
func (*Target) Name() string { return "splunk" }

// title is how findings call the target.
const title = "Splunk"

// Describe says what holds the searches and what they never say.
func (*Target) Describe() backend.Info {
	return backend.Info{
		Title:    "Splunk Enterprise and Splunk Cloud 9",
		Language: "SPL",
		Limits: []string{
			"How far search folds case outside ASCII is not documented: it is taken to fold ASCII only, and what depends on more is approximate.",
			"Regular expressions are taken to run over characters of UTF-8, not over bytes.",
			"A null in JSON is there as the text null where Splunk takes the fields out itself.",
			"A number is compared as it is usually written: 5, not 05 or 5.0.",
			"An address is compared in its usual spelling; networks are compared by cidrmatch, IPv4 apart from IPv6.",
			"A correlation over all time takes its own first event for the beginning of the records; what comes late is judged where it belongs, however late.",
			"mvexpand and eventstats keep rows as far as max_mem_usage_mb in limits.conf goes: groups by lists, and by names that differ from rule to rule, need it.",
			"Keywords are looked for in the raw text of the event, names and escapes included.",
		},
	}
}

// SetName is what the lookup of a context table is called; one that holds case apart has another name.
func SetName(t ir.Table, cased bool) string {
	n := "detc_" + t.Name + "_v" + strconv.Itoa(t.Version)
	if cased {
		n += "_cased"
	}
	return n
}

// Emit makes the search. Stages that other stages read stand before them.
func (t *Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{rule: r}
	lines := e.lines()
	if len(e.made) > 0 {
		lines = append(lines, "| fields - "+strings.Join(e.made, " "))
	}
	return e.Done(r, strings.Join(lines, "\n"))
}

// lines are the commands that leave the rows of the rule.
func (e *emitter) lines() (lines []string) {
	place, searches, late := e.place(), []string(nil), []string(nil)
	for _, part := range conjuncts(e.rule.Where) {
		switch c, ok := part.(*ir.Const); {
		case ok && c.Value:
		case e.searchable(part):
			searches = append(searches, e.searching(part))
		default:
			late = append(late, e.wheres(part))
		}
	}
	if e.rule.Prepare == "" {
		lines = append(lines, command(append(place, searches...)))
	} else {
		lines = append(lines, command(place), "| "+e.rule.Prepare)
		if len(searches) > 0 {
			lines = append(lines, "| "+command(searches))
		}
	}
	for _, s := range e.stages {
		lines = append(lines, "| "+s)
	}
	for _, w := range late {
		lines = append(lines, "| where "+w)
	}
	return lines
}

// command is a search for all of the terms; it asks for something in any case.
func command(terms []string) string {
	if len(terms) == 0 {
		terms = []string{"*"}
	}
	return "search " + strings.Join(terms, " ")
}

// place is where the records lie: index, sourcetype, source. What the store doesn't say is the site's own to say.
func (e *emitter) place() (out []string) {
	if e.rule.Table != "" {
		out = append(out, "index="+quoted(e.rule.Table))
	}
	for _, in := range e.rule.In {
		var parts []string
		for _, v := range in.Values {
			parts = append(parts, in.Name+"="+quoted(v))
		}
		out = append(out, choice(parts))
	}
	return out
}

// choice writes alternatives: search lets OR bind tighter than the AND between its terms, where eval doesn't, so that
// parentheses stand wherever both do.
func choice(parts []string) string {
	switch len(parts) {
	case 0:
		return neverTrue
	case 1:
		return parts[0]
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// conjuncts are the parts of an expression that all hold.
func conjuncts(x ir.Expr) []ir.Expr {
	switch x := x.(type) {
	case *ir.And:
		var out []ir.Expr
		for _, a := range x.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	case *ir.Named:
		return conjuncts(x.Arg)
	}
	return []ir.Expr{x}
}

// Package yaral makes rules in YARA-L 2.0, for the detection engine of Google Security Operations. What the language means
// is taken from Google's reference (docs.cloud.google.com/chronicle/docs/yara-l and .../detection/yara-l-2-0-syntax); no
// parser or engine of it can be had, so the rules are not engine-verified: they are held by a strict grammar of what is
// emitted, and by an interpreter of that grammar against eval.
//
// A field that an event lacks has its type's first value: an empty text, 0, false. So nothing is three-valued, and what
// can't be told apart is a loss: an empty text and a missing one, 0 and a missing number. Of a repeated field, `any` asks
// for one value that fits.
package yaral

import (
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Target is Google Security Operations.
type Target struct{}

// Name is what --target names.
func (Target) Name() string { return "yaral" }

// title is how findings call the target.
const title = "Google SecOps"

// Describe says what holds the rules and what they never say.
func (Target) Describe() backend.Info {
	return backend.Info{
		Title:    "Google Security Operations",
		Language: "YARA-L 2.0",
		Limits: []string{
			"UDM can't tell an empty text from a missing one, 0 from a missing number, or false from a missing boolean.",
			"How far nocase folds outside ASCII is not documented: it is taken to fold ASCII only, and what depends on more is said by regular expressions, which are RE2's.",
			"any is taken to be false of a repeated field without values.",
			"An enum takes its own names alone: SecOps refuses a rule that has another, and no other question about one is asked.",
			"An IPv4 address is compared in its usual spelling; IPv6 and networks by net.ip_in_range_cidr, which is taken to hold the two families apart.",
			"How many and and or a rule may have depends on the tenant, and isn't checked.",
			"A window of a correlation is 1 minute to 48 hours long; it hops, or begins with the first event of a sequence. An empty group is left out.",
		},
	}
}

// longest is how many bytes of rules SecOps runs at once over the past (docs.cloud.google.com/chronicle/docs/detection/
// detection-limits, "Retrohunt limitations"); a limit of one rule is not documented.
const longest = 1_000_000

// SetName is what the data table of a context table is called: the version of its schema is part of it.
func SetName(t ir.Table) string { return "detc_" + word(t.Name) + "_v" + strconv.Itoa(t.Version) }

// Emit makes a rule of one event.
func (Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	notes := &backend.Notes{}
	e := &emitter{Notes: notes, rule: r, event: "$e"}
	w := writer{name: ruleName(r.Name, r.Source)}
	w.meta(r.Title, r.ID, r.Source, r.Level, r.Meta)
	w.section("events", e.events())
	w.section("condition", []string{"$e"})
	text := w.text()
	tooLong(notes, r.Where.Where(), text)
	return notes.Done(r, text)
}

func tooLong(notes *backend.Notes, at source.Span, text string) {
	if len(text) > longest && !notes.Findings.HasErrors() {
		notes.Findings.Add(diag.QueryTooLong, at, "the rule has %d bytes; %s takes %d", len(text), title, longest).
			WithHelp("put long lists of values into a context table")
	}
}

// ruleName is the name of a rule over one log source.
func ruleName(name, source string) string {
	if source != "" {
		return word(name) + "__" + word(source)
	}
	if keywords[strings.ToLower(word(name))] {
		return word(name) + "_"
	}
	return word(name)
}

// keywords are no names, in capitals or not (YARA-L 2.0 language syntax, "Keywords").
var keywords = map[string]bool{
	"rule": true, "meta": true, "match": true, "over": true, "events": true, "condition": true, "outcome": true, "options": true, "and": true, "or": true,
	"not": true, "nocase": true, "in": true, "regex": true, "cidr": true, "before": true, "after": true, "all": true, "any": true, "if": true, "max": true,
	"min": true, "sum": true, "array": true, "array_distinct": true, "count": true, "count_distinct": true, "is": true, "null": true,
}

// A writer puts the sections of a rule together.
type writer struct {
	name  string
	parts []string
}

func (w *writer) section(name string, lines []string) {
	if len(lines) > 0 {
		w.parts = append(w.parts, "  "+name+":\n    "+strings.Join(lines, "\n    ")+"\n")
	}
}

func (w *writer) text() string {
	return "rule " + w.name + " {\n" + strings.Join(w.parts, "\n") + "}"
}

// meta is what a rule says about itself, a key a line; what isn't said has none.
func (w *writer) meta(name, id, source, level string, m ir.Meta) {
	var lines []string
	add := func(key string, values ...string) {
		if text := oneLine(strings.Join(values, ", ")); text != "" {
			lines = append(lines, key+" = "+quoted(text))
		}
	}
	if name == "" {
		name = w.name
	}
	add("title", name)
	add("rule_id", id)
	add("description", m.Description)
	add("author", m.Author)
	add("severity", strings.ToUpper(level))
	add("status", m.Status)
	add("log_source", source)
	add("mitre_attack_tactic", m.Tactic)
	add("mitre_attack_technique", m.Techniques...)
	add("reference", m.References...)
	add("false_positives", m.FalsePositives...)
	w.section("meta", lines)
}

var (
	_ backend.Target     = Target{}
	_ backend.Correlator = Target{}
	_ backend.Exporter   = Target{}
	_ ir.Visitor[string] = (*emitter)(nil)
)

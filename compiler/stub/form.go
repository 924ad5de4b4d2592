// Package stub reads what a team writes: a rule with its tags, its telemetry, a condition, the items it covers and
// its tests. It does not compile the condition; it keeps its text and every value's place.
package stub

import (
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// Form is a stub file.
type Form struct {
	Name           source.Text           `form:"name,required" is:"name" doc:"unique, what people call the rule: ot-plc-stop-unlisted"`
	Title          source.Text           `form:"title,required" doc:"one line, unique; the emitted rules' title"`
	ID             source.Text           `form:"id,required" is:"uuid" doc:"a random UUID; the emitted rules' ids come from it"`
	Tags           []source.Text         `form:"tags,required" unless:"origin" doc:"one ATT&CK tactic, and techniques where honest: [TA0104, T0858]"`
	Status         source.Text           `form:"status" enum:"stable|test|experimental|deprecated|unsupported" doc:"Sigma's status"`
	Level          source.Text           `form:"level,required" unless:"origin" enum:"informational|low|medium|high|critical" doc:"Sigma's level"`
	Author         source.Text           `form:"author" doc:"who answers for the rule"`
	Contacts       []source.Text         `form:"contacts" doc:"roles to ask"`
	Date           source.Text           `form:"date" is:"date" doc:"written on"`
	Modified       source.Text           `form:"modified" is:"date" doc:"meaning last changed on"`
	Telemetry      source.Text           `form:"telemetry,required" unless:"correlation" is:"field" doc:"the schema whose fields the condition names: ot.mode_change"`
	Sources        []source.Text         `form:"sources" is:"field" doc:"only these sources of the telemetry; all unless said"`
	Covers         []source.Text         `form:"covers" is:"item" doc:"the direction items it answers; telemetry items come with the telemetry"`
	Description    source.Text           `form:"description,required" unless:"origin" doc:"what it sees and why that matters"`
	References     []source.Text         `form:"references" doc:"public pages, by their addresses"`
	Let            form.Map[source.Text] `form:"let" is:"cel" doc:"names for parts of the condition; each may use the ones before it"`
	Condition      source.Text           `form:"condition,required" unless:"correlation" is:"cel" doc:"CEL over the telemetry's fields, the lets and context.*"`
	Correlation    *CorrelationForm      `form:"correlation" doc:"in place of telemetry and condition: what other stubs mean together"`
	Alert          AlertForm             `form:"alert" doc:"what an analyst gets; false for a building block that alerts nobody"`
	FalsePositives []source.Text         `form:"falsepositives" doc:"what else looks like this, and how to tune it"`
	Runbook        source.Text           `form:"runbook" is:"name" doc:"a page in runbooks/: what to do when it fires"`
	Degrade        []source.Text         `form:"degrade" is:"field" doc:"sources on which a lost exclusion is accepted"`
	Tests          TestsForm             `form:"tests" doc:"cases that show what matches and what doesn't"`
	Origin         source.Text           `form:"origin" enum:"sigma" doc:"sigma: imported, not written here; the emitted rule keeps id, title and tags"`
	Related        []RelatedForm         `form:"related" doc:"of an imported rule: the rules that it stands to in some relation"`
	License        source.Text           `form:"license" doc:"of an imported rule: its license, as SPDX names it"`
	Requires       source.Text           `form:"requires" doc:"of an imported rule: what the log must be made to hold (Sigma's logsource.definition)"`
	Scope          []source.Text         `form:"scope" doc:"of an imported rule: the kinds of hosts that it is for"`
	Span           source.Span
}

// RelatedForm is an entry of Sigma's `related` (Sigma specification 2.1).
type RelatedForm struct {
	ID   source.Text `form:"id,required" is:"uuid" doc:"the other rule's id"`
	Type source.Text `form:"type,required" enum:"derived|obsolete|merged|renamed|similar" doc:"what it is to this one"`
	Span source.Span
}

// DefaultsForm is a folder's _defaults.yaml.
type DefaultsForm struct {
	Author   source.Text   `form:"author" doc:"who answers for the folder's rules"`
	Contacts []source.Text `form:"contacts" doc:"roles to ask"`
	Status   source.Text   `form:"status" enum:"stable|test|experimental|deprecated|unsupported" doc:"Sigma's status"`
	Date     source.Text   `form:"date" is:"date" doc:"written on"`
}

// AlertForm is what an analyst gets.
type AlertForm struct {
	Off      bool          // alert: false
	Summary  source.Text   `form:"summary" doc:"one line; {field} is replaced by the field's value"`
	Fields   []source.Text `form:"fields" is:"path" doc:"fields to show"`
	Suppress SuppressForm  `form:"suppress" doc:"one alert per key and time"`
	Budget   source.Text   `form:"budget" is:"budget" doc:"how many alerts are bearable: 2/day"`

	LevelWhen form.Map[source.Text] `form:"level_when" is:"cel" doc:"a higher level where something holds of the event: {critical: asset.safety}; the highest that does counts"`
	Span      source.Span
}

// SuppressForm mutes repeats.
type SuppressForm struct {
	By   []source.Text `form:"by,required" is:"path" doc:"the fields that make the key"`
	For  source.Text   `form:"for,required" is:"duration" doc:"how long one alert stands for the key"`
	Span source.Span
}

// DecodeForm reads false or a mapping.
func (a *AlertForm) DecodeForm(n *source.Node, l *diag.List) {
	if n.Kind == source.Scalar && n.Type == source.Bool {
		if n.Text.Value == "true" {
			l.Add(diag.WrongType, n.Span, "alert takes false or a mapping").WithHelp("write alert: {summary: …} or leave it out")
		}
		a.Off, a.Span = n.Text.Value != "true", n.Span
		return
	}
	type plain AlertForm // without this method
	p := plain{}
	form.Decode(n, &p, "alert", l)
	*a = AlertForm(p)
}

// FormSchema is the JSON Schema of both forms.
func (a *AlertForm) FormSchema() map[string]any {
	type plain AlertForm
	return map[string]any{"anyOf": []any{map[string]any{"const": false}, form.Fragment(form.Type[plain]())}}
}

// TestsForm is a stub's own proof.
type TestsForm struct {
	Given   *source.Node           `form:"given" doc:"an event's fields, on which the cases build"`
	Context form.Map[*source.Node] `form:"context" doc:"the context tables' content during the tests: values of a list, rows of a table that is looked up"`
	Cases   []CaseForm             `form:"cases,required" doc:"what matches and what doesn't"`
	Span    source.Span
}

// CaseForm is one test case: a logical event, a raw record, or a line of a sample file.
type CaseForm struct {
	Name    source.Text            `form:"name,required" doc:"what is shown, in a few words"`
	Want    source.Text            `form:"want,required" unless:"firings" enum:"match|no match" doc:"the verdict"`
	Given   *source.Node           `form:"given" doc:"an event's fields, in place of the tests' own"`
	But     *source.Node           `form:"but" doc:"fields changed against given; null removes one"`
	Context form.Map[*source.Node] `form:"context" doc:"tables that differ in this case"`
	Level   source.Text            `form:"level" enum:"informational|low|medium|high|critical" doc:"of a match: the level that its alert has"`
	Source  source.Text            `form:"source" is:"field" doc:"the source that raw or sample is a record of"`
	Raw     *source.Node           `form:"raw" doc:"a record as the log has it: a line of text, or a mapping for JSON"`
	Sample  *SampleForm            `form:"sample" doc:"a line of a file in the samples folder"`

	Timeline []StepForm   `form:"timeline" doc:"of a correlation: the events, in the order in which they arrive"`
	Firings  []FiringForm `form:"firings" doc:"of a correlation, in place of want: these firings and no others"`
	Start    source.Text  `form:"start" is:"time" doc:"of a correlation: when the timeline begins, for what is looked up at a time: 2026-11-22T20:00Z; the first Monday of 2026, midnight UTC, unless said"`
	Until    source.Text  `form:"until" is:"moment" doc:"of a correlation: when the clock stops; after every wait unless said"`
	Span     source.Span
}

// SampleForm names a record that is not ours to copy.
type SampleForm struct {
	File   source.Text       `form:"file,required" doc:"below --samples"`
	Line   form.Value[int64] `form:"line,required" doc:"from 1"`
	SHA256 source.Text       `form:"sha256,required" is:"sha256" doc:"of the line without its end, so that a changed file is noticed"`
	Span   source.Span
}

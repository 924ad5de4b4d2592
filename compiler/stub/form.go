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
	Tags           []source.Text         `form:"tags,required" doc:"one ATT&CK tactic, and techniques where honest: [TA0104, T0858]"`
	Status         source.Text           `form:"status" enum:"stable|test|experimental|deprecated|unsupported" doc:"Sigma's status"`
	Level          source.Text           `form:"level,required" enum:"informational|low|medium|high|critical" doc:"Sigma's level"`
	Author         source.Text           `form:"author" doc:"who answers for the rule"`
	Contacts       []source.Text         `form:"contacts" doc:"roles to ask"`
	Date           source.Text           `form:"date" is:"date" doc:"written on"`
	Modified       source.Text           `form:"modified" is:"date" doc:"meaning last changed on"`
	Telemetry      source.Text           `form:"telemetry,required" is:"field" doc:"the schema whose fields the condition names: ot.mode_change"`
	Sources        []source.Text         `form:"sources" is:"field" doc:"only these sources of the telemetry; all unless said"`
	Covers         []source.Text         `form:"covers" is:"item" doc:"the direction items it answers; telemetry items come with the telemetry"`
	Description    source.Text           `form:"description,required" doc:"what it sees and why that matters"`
	References     []source.Text         `form:"references" is:"url" doc:"public pages"`
	Let            form.Map[source.Text] `form:"let" is:"cel" doc:"names for parts of the condition; each may use the ones before it"`
	Condition      source.Text           `form:"condition,required" is:"cel" doc:"CEL over the telemetry's fields, the lets and context.*"`
	Alert          AlertForm             `form:"alert" doc:"what an analyst gets; false for a building block that alerts nobody"`
	FalsePositives []source.Text         `form:"falsepositives" doc:"what else looks like this, and how to tune it"`
	Runbook        source.Text           `form:"runbook" is:"name" doc:"a page in runbooks/: what to do when it fires"`
	Degrade        []source.Text         `form:"degrade" is:"field" doc:"sources on which a lost exclusion is accepted"`
	Tests          TestsForm             `form:"tests" doc:"cases that show what matches and what doesn't"`
	Span           source.Span
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
	Fields   []source.Text `form:"fields" is:"field" doc:"fields to show"`
	Suppress SuppressForm  `form:"suppress" doc:"one alert per key and time"`
	Budget   source.Text   `form:"budget" is:"budget" doc:"how many alerts are bearable: 2/day"`
	Span     source.Span
}

// SuppressForm mutes repeats.
type SuppressForm struct {
	By   []source.Text `form:"by,required" is:"field" doc:"the fields that make the key"`
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
	Given   *source.Node            `form:"given" doc:"an event's fields, on which the cases build"`
	Context form.Map[[]source.Text] `form:"context" doc:"the context tables' content during the tests"`
	Cases   []CaseForm              `form:"cases,required" doc:"what matches and what doesn't"`
	Span    source.Span
}

// CaseForm is one test case: a logical event, a raw record, or a line of a sample file.
type CaseForm struct {
	Name    source.Text             `form:"name,required" doc:"what is shown, in a few words"`
	Want    source.Text             `form:"want,required" enum:"match|no match" doc:"the verdict"`
	Given   *source.Node            `form:"given" doc:"an event's fields, in place of the tests' own"`
	But     *source.Node            `form:"but" doc:"fields changed against given; null removes one"`
	Context form.Map[[]source.Text] `form:"context" doc:"tables that differ in this case"`
	Source  source.Text             `form:"source" is:"field" doc:"the source that raw or sample is a record of"`
	Raw     *source.Node            `form:"raw" doc:"a record as the log has it: a line of text, or a mapping for JSON"`
	Sample  *SampleForm             `form:"sample" doc:"a line of a file in the samples folder"`
	Span    source.Span
}

// SampleForm names a record that is not ours to copy.
type SampleForm struct {
	File   source.Text       `form:"file,required" doc:"below --samples"`
	Line   form.Value[int64] `form:"line,required" doc:"from 1"`
	SHA256 source.Text       `form:"sha256,required" is:"sha256" doc:"of the line without its end, so that a changed file is noticed"`
	Span   source.Span
}

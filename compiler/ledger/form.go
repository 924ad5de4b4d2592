// Package ledger keeps the blind spots. Its rows are generated from what coverage finds not to be shown; people only
// annotate them: who answers for a gap, who else approved it, why, what is done instead, and until when.
package ledger

import (
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// File is the name of a site's ledger.
const File = "ledger.yaml"

// Form is ledger.yaml.
type Form struct {
	Title       source.Text      `form:"title" doc:"one line: whose ledger it is"`
	Owners      []OwnerForm      `form:"owners" doc:"who answers for an item"`
	Waivers     []WaiverForm     `form:"waivers" doc:"gaps that people accept for a time, a row each; detc ledger list shows the rows there are"`
	Mitigations []MitigationForm `form:"mitigations" doc:"what was done about the mitigation items, which no rule answers"`
	Span        source.Span
}

// An OwnerForm names who answers for an item.
type OwnerForm struct {
	Item  source.Text `form:"item,required" is:"item" doc:"an item of a brief: TA0104/D5"`
	Scope source.Text `form:"scope" doc:"in which scope; in all if it is left out"`
	Owner source.Text `form:"owner,required" doc:"a role or a person"`
	Since source.Text `form:"since" is:"date" doc:"from which day on"`
	Span  source.Span
}

// A WaiverForm is one row as people annotate it.
type WaiverForm struct {
	Item     source.Text   `form:"item,required" is:"item" doc:"an item of a brief: TA0104/T3"`
	Scope    source.Text   `form:"scope,required" doc:"the scope: an asset class, a population on a platform, or library"`
	Gate     source.Text   `form:"gate,required" enum:"mapped|compiled|tested|equivalent|exportable|onboarded|deployed|measured" doc:"the gate that is not passed"`
	Gap      source.Text   `form:"gap" enum:"not-logged|not-forwarded|not-parsed|incomplete|approximate|unsupported" doc:"the kind of the gap, where the row shows one: another kind is another row"`
	Hash     source.Text   `form:"hash,required" is:"hash" doc:"the hash of the item's text when it was accepted"`
	Also     []source.Text `form:"also" is:"hash" doc:"hashes of other wordings of the same item that it was accepted for as well: a page as published beside one of the site's own"`
	Reason   source.Text   `form:"reason,required" enum:"no telemetry|not forwarded|unmanaged|offline|privacy policy|vendor can't log|backend can't say it|accepted risk" doc:"why the gap is there"`
	Note     source.Text   `form:"note" doc:"the reason in the words of the site"`
	Owner    source.Text   `form:"owner,required" doc:"who answers for the gap"`
	Approver source.Text   `form:"approver,required" doc:"who else approved it"`
	Control  source.Text   `form:"control,required" doc:"what is done instead; none, said openly, where nothing is"`
	Approved source.Text   `form:"approved,required" is:"date" doc:"the day on which it was approved, or last renewed"`
	Until    source.Text   `form:"until,required" is:"date" doc:"the last day it holds: at most 180 days after the approval, 90 where the consequence is high"`
	Renewed  []source.Text `form:"renewed" is:"date" doc:"the days of the approvals before"`
	Span     source.Span
}

// A MitigationForm is what was done about a mitigation item.
type MitigationForm struct {
	Item       source.Text `form:"item,required" is:"item" doc:"a mitigation item: TA0104/M1"`
	Scope      source.Text `form:"scope" doc:"in which scope; in all if it is left out"`
	Owner      source.Text `form:"owner,required" doc:"who answers for it"`
	Evidence   source.Text `form:"evidence,required" doc:"what shows that it is done: a change, a report, a configuration"`
	Date       source.Text `form:"date,required" is:"date" doc:"the day of the evidence"`
	VerifiedBy source.Text `form:"verified_by" doc:"who else saw that it is so"`
	Verified   source.Text `form:"verified" is:"date" doc:"on which day"`
	Span       source.Span
}

// Reasons lists the reasons that a row may have.
func Reasons() []string {
	return []string{"no telemetry", "not forwarded", "unmanaged", "offline", "privacy policy", "vendor can't log", "backend can't say it", "accepted risk"}
}

// A Ledger is a ledger.yaml that was read. The nil Ledger is of a site that has none.
type Ledger struct {
	Form
	File *source.File

	node  *source.Node
	times map[Key]int // how many rows are about one
}

// Read reads a ledger. What doesn't fit is a finding, and the rest counts; nil where there is nothing.
func Read(f *source.File, l *diag.List) *Ledger {
	n := form.Document(f, l)
	if n == nil {
		return nil
	}
	out := &Ledger{File: f, node: n, times: map[Key]int{}}
	form.Decode(n, &out.Form, "the ledger", l)
	for i := range out.Waivers {
		out.times[out.Waivers[i].key()]++
	}
	return out
}

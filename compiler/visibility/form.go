package visibility

import (
	"detc/compiler/form"
	"detc/compiler/source"
)

// InventoryFile and VisibilityFile are the names of the files in a site's folder.
const (
	InventoryFile  = "inventory.yaml"
	VisibilityFile = "visibility.yaml"
)

// InventoryForm is what a site has, as people write it or as an import of assets does.
type InventoryForm struct {
	Title  source.Text `form:"title,required" doc:"one line: which plant, which fleet"`
	Owner  source.Text `form:"owner,required" doc:"the role that keeps the inventory"`
	Source source.Text `form:"source" doc:"what the counts are taken from: the asset register, the device management"`
	AsOf   source.Text `form:"as_of,required" is:"date" doc:"the day of the counts"`
	Digest source.Text `form:"digest" is:"sha256" doc:"of the file that they were counted in, written by an import"`
	Scopes []ScopeForm `form:"scopes,required" doc:"asset classes, and populations of mobile devices on a platform"`
	Span   source.Span
}

// ScopeForm is one asset class, or one population on one platform, with its funnel.
type ScopeForm struct {
	Class         source.Text            `form:"class" enum:"controller|safety_controller|hmi|engineering_station|historian|gateway|server|network" doc:"of a plant: the asset class"`
	Population    source.Text            `form:"population" enum:"corporate_managed|corporate_personally_enabled|personal_enrolled|personal_unmanaged|offline|minimally_logged" doc:"of a fleet: who owns the devices, and what of them is managed"`
	Platform      source.Text            `form:"platform" enum:"android|ios|ipados" doc:"of a fleet: the operating system"`
	Known         form.Value[int64]      `form:"known,required" doc:"devices that there are: the denominator of everything said of the scope"`
	Enrolled      form.Value[int64]      `form:"enrolled" doc:"of them, in management, or within a monitored segment"`
	Reporting     form.Value[int64]      `form:"reporting" doc:"of them, heard of in the last seven days"`
	Attributable  form.Value[int64]      `form:"attributable" doc:"of them, with records that can be laid to the one device and to who uses it"`
	Consequence   source.Text            `form:"consequence" enum:"standard|high" doc:"high where a gap may be accepted for half as long only"`
	NotApplicable form.Map[ExemptedForm] `form:"not_applicable" doc:"items of a brief that nobody needs to answer here, with the reason"`
	Span          source.Span
}

// ExemptedForm is why an item is not asked for in a scope.
type ExemptedForm struct {
	Reason source.Text `form:"reason,required" doc:"why it can't happen here"`
	Owner  source.Text `form:"owner,required" doc:"the role that says so"`
	Span   source.Span
}

// Form is which sources a site has, as people write it; observed is written by detc visibility observe.
type Form struct {
	Title    source.Text     `form:"title,required" doc:"one line: whose collection"`
	Owner    source.Text     `form:"owner,required" doc:"the role that keeps the statements"`
	Sources  []StatementForm `form:"sources" doc:"what is known of each source in each scope; what nobody says is unknown, and counts against"`
	Observed *ObservedForm   `form:"observed" doc:"what logs showed; written by detc visibility observe"`
	Span     source.Span
}

// StatementForm is what somebody says of one source in some scopes.
type StatementForm struct {
	Source       source.Text                 `form:"source,required" doc:"a source of a telemetry schema: zeek.s7comm.mode"`
	Scope        form.Many                   `form:"scope,required" doc:"asset classes, or population/platform"`
	Logged       form.Value[bool]            `form:"logged" doc:"whether the devices, or a sensor in front of them, write it"`
	Forwarded    form.Value[bool]            `form:"forwarded" doc:"whether what is written reaches the SIEM"`
	Parsed       form.Value[bool]            `form:"parsed" doc:"whether the SIEM reads it into the names that the source has"`
	Devices      *DevicesForm                `form:"devices" doc:"how many devices of the scope it is seen of"`
	Records      form.Value[int64]           `form:"records" doc:"how many records were looked at for the fields"`
	Complete     form.Value[int64]           `form:"complete" doc:"of them, how many have all fields that rules need"`
	Fields       form.Map[form.Value[int64]] `form:"fields" doc:"of them, how many have each field"`
	Completeness form.Value[float64]         `form:"completeness" doc:"the least share of records that have all fields that rules need, from 0 to 1, where nobody counted"`
	Since        source.Text                 `form:"since" is:"date" doc:"the first day with records"`
	LastSeen     source.Text                 `form:"last_seen" is:"date" doc:"the last day with records"`
	Evidence     []EvidenceForm              `form:"evidence" doc:"what shows it; a yes without evidence is unknown"`
	Span         source.Span
}

// DevicesForm is a count of devices with its denominator, or a least share where nobody counted.
type DevicesForm struct {
	Seen    form.Value[int64]   `form:"seen" doc:"devices with records"`
	Of      form.Value[int64]   `form:"of" doc:"devices that there are; the inventory's number where it is not said"`
	AtLeast form.Value[float64] `form:"at_least" doc:"the least share of devices with records, from 0 to 1, where nobody counted"`
	Span    source.Span
}

// EvidenceForm is what shows a statement.
type EvidenceForm struct {
	What source.Text `form:"what,required" doc:"a query with its result, a ticket, a screenshot's name"`
	Date source.Text `form:"date,required" is:"date" doc:"the day on which it was so"`
	By   source.Text `form:"by,required" doc:"the role that looked"`
	Span source.Span
}

// ObservedForm is what logs showed.
type ObservedForm struct {
	Digest  source.Text       `form:"digest,required" is:"sha256" doc:"of the digests of the logs, in the order of their names"`
	Logs    form.Value[int64] `form:"logs,required" doc:"how many files were read"`
	Records form.Value[int64] `form:"records,required" doc:"how many records"`
	Sources []ObservedSource  `form:"sources" doc:"those that had records"`
	Span    source.Span
}

// ObservedSource is what logs showed of one source.
type ObservedSource struct {
	Source  source.Text                 `form:"source,required" doc:"a source of a telemetry schema"`
	Records form.Value[int64]           `form:"records,required" doc:"rows that its row filter lets through"`
	Dated   form.Value[int64]           `form:"dated,required" doc:"of them, with a time that can be read"`
	From    source.Text                 `form:"from" is:"date" doc:"the first day, by the records' own time"`
	To      source.Text                 `form:"to" is:"date" doc:"the last day"`
	Devices form.Value[int64]           `form:"devices,required" doc:"devices that the records name"`
	More    form.Value[bool]            `form:"more" doc:"true where there were more devices than are told apart"`
	Scopes  form.Map[form.Value[int64]] `form:"scopes" doc:"of them, how many are of each scope"`
	Fields  form.Map[form.Value[int64]] `form:"fields" doc:"how many of the records have each field, with a value that can be read"`
	Span    source.Span
}

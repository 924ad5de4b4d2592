package diag

// Site context: what is looked up for a record, levels that follow from it, and what a site keeps.
const (
	LookupTable   Code = "DT4200"
	LookupKey     Code = "DT4201"
	LookupCycle   Code = "DT4202"
	TableNotAList Code = "DT4203"
	LevelNotUp    Code = "DT4204"
	LevelNoEvent  Code = "DT4205"
	SiteUnknown   Code = "DT4206"
	ContentSpoilt Code = "DT4207"
	DisabledPart  Code = "DT4208"
)

var contextCodes = []Info{
	{LookupTable, "lookup-of-no-table", Error, "A schema looks up a context table that is not there, or that has no columns.",
		"The fields that it would give would not be there for any rule.",
		InTelemetry, "enrich: {plc: {table: asets, by: device_ip}}", "enrich: {plc: {table: assets, by: device_ip}}"},
	{LookupKey, "lookup-by-other-type", Error, "A context table is looked up by a field that can't be its key, or at a field that is no time.",
		"No row would ever be found, and rules on what it says would be silent.",
		InTelemetry, "enrich: {plc: {table: assets, by: user}}", "enrich: {plc: {table: assets, by: device_ip}}"},
	{LookupCycle, "lookup-in-circle", Error, "A lookup is asked by a field that rests on the lookup itself.",
		"Neither could be looked up before the other.",
		InTelemetry, "enrich: {plc: {table: assets, by: plc.address}}", "enrich: {plc: {table: assets, by: device_ip}}"},
	{TableNotAList, "table-is-no-list", Error, "A condition asks whether a value is in a context table that is looked up.",
		"Its rows say something of a key; which of it is meant has to be said.",
		InCondition, `new_mode == "stop" && device_ip in context.assets`, `new_mode == "stop" && plc.criticality == "high"`},
	{LevelNotUp, "level-not-higher", Error, "alert.level_when names a level that is not above the rule's own.",
		"The rule's level is what an alert has at least: one that is lower in some cases would be lost among the others.",
		InStub, `alert:
  summary: "{src_ip} stops {device_ip}"
  suppress: {by: [device_ip], for: 1h}
  level_when: {medium: 'new_mode == "stop"'}`, `alert:
  summary: "{src_ip} stops {device_ip}"
  suppress: {by: [device_ip], for: 1h}
  level_when: {critical: 'new_mode == "stop"'}`},
	{LevelNoEvent, "level-without-alert", Error, "A level stands where there is no alert that could have it.",
		"A case that wants no match has no alert, and a correlation's firing has no fields of its own to ask for a level.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, level: high, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}`, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, level: high, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}`},
	{SiteUnknown, "site-names-no-rule", Error, "A site's file names a rule that is not there.",
		"Whoever switched it off, or on for a trial, believes that it is.",
		InNone, "rules: {ot-mode-chnage-unlisted: disabled}", "rules: {ot-mode-change-unlisted: disabled}"},
	{ContentSpoilt, "content-past-its-day", Warning, "The content of a context table is past its last day.",
		"Rules that rest on it judge today's events by what was true then.",
		InNone, "valid_until: 2020-01-31", "valid_until: 2027-01-31"},
	{DisabledPart, "correlation-of-disabled-rule", Warning, "A correlation rests on a rule that the site has disabled.",
		"It can't fire without it, so it is not written for this site.",
		InNone, "rules: {ot-program-written: disabled}", "rules: {ot-program-written: enabled}"},
}

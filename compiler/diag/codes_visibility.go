package diag

// What a site has, and which of its logs arrive.
const (
	VisibleUnknownSource Code = "DT8200"
	VisibleUnknownScope  Code = "DT8201"
	VisibleTwice         Code = "DT8202"
	VisibleOrder         Code = "DT8203"
	VisibleUnshown       Code = "DT8204"
	VisibleFuture        Code = "DT8205"
	VisibleCount         Code = "DT8206"
	VisibleDisagrees     Code = "DT8207"
	VisibleFunnel        Code = "DT8208"
	VisibleShared        Code = "DT8209"
	VisibleNoScopeOf     Code = "DT8210"
	ExemptNoItem         Code = "DT8211"
	AssetColumns         Code = "DT8212"
	AssetTwice           Code = "DT8213"
	AssetClass           Code = "DT8214"
	AssetDate            Code = "DT8215"
	AssetTable           Code = "DT8216"
	AssetUnread          Code = "DT8217"
	DettectForm          Code = "DT8220"
	DettectUnmapped      Code = "DT8221"
	DettectScore         Code = "DT8222"
	ObservedStrangers    Code = "DT8225"
)

// Examples of these are parts of a site's files; a test of the workspace reads them.
const (
	InInventory Place = "inventory" // scopes of an inventory.yaml
	InStatement Place = "statement" // sources of a visibility.yaml
	InAssets    Place = "assets"    // a table of assets
	InDettect   Place = "dettect"   // keys of a data-source administration of DeTT&CT
)

var visibilityCodes = []Info{
	{VisibleUnknownSource, "visibility-of-no-source", Error, "visibility.yaml names a source, or a field of one, that no telemetry schema has.",
		"What is said of it counts for no rule, and whoever wrote it believes that it does.",
		InStatement, "- {source: zeek.s7com.mode, scope: controller, logged: false}", "- {source: zeek.s7comm.mode, scope: controller, logged: false}"},
	{VisibleUnknownScope, "visibility-of-no-scope", Error, "A statement is about a scope that is none, or that the inventory doesn't have; or a scope of the inventory is neither a class nor a population on a platform.",
		"Without the scope's number of devices there is no denominator, and what is seen of it can't be told from all of it.",
		InStatement, "- {source: zeek.s7comm.mode, scope: controler, logged: false}", "- {source: zeek.s7comm.mode, scope: controller, logged: false}"},
	{VisibleTwice, "visibility-said-twice", Error, "Two statements are about one source in one scope, or the inventory has a scope twice.",
		"They may differ, and which of them counts would depend on their order.",
		InStatement, `- {source: zeek.s7comm.mode, scope: controller, logged: false}
- {source: zeek.s7comm.mode, scope: [controller, hmi], logged: false}`, "- {source: zeek.s7comm.mode, scope: [controller, hmi], logged: false}"},
	{VisibleOrder, "visibility-out-of-order", Error, "A statement says that a log is forwarded that nothing writes, or parsed where it isn't forwarded.",
		"\"Not logged\", \"logged but not forwarded\" and \"forwarded but not parsed\" ask different people for different work; this says two of them at once.",
		InStatement, `- source: zeek.s7comm.mode
  scope: controller
  logged: false
  forwarded: true
  evidence: [{what: the sensor's disk, date: 2026-11-20, by: OT engineering}]`, `- source: zeek.s7comm.mode
  scope: controller
  logged: true
  forwarded: false
  evidence: [{what: the sensor's disk, date: 2026-11-20, by: OT engineering}]`},
	{VisibleUnshown, "visibility-without-evidence", Warning, "A statement says yes and names no evidence.",
		"What nobody looked at is an assumption. It counts as unknown, and unknown counts against.",
		InStatement, "- {source: zeek.s7comm.mode, scope: controller, logged: true}", `- source: zeek.s7comm.mode
  scope: controller
  logged: true
  evidence: [{what: "the sensor's own log, 42 controllers", date: 2026-11-20, by: OT engineering}]`},
	{VisibleFuture, "visibility-of-tomorrow", Error, "A date of an inventory or of a statement is in the future, or a last day lies before the first.",
		"Evidence of tomorrow would stay fresh for longer than it may. It counts as unknown.",
		InStatement, "- {source: zeek.s7comm.mode, scope: controller, logged: false, last_seen: 2126-11-20}",
		"- {source: zeek.s7comm.mode, scope: controller, logged: false, last_seen: 2026-11-20}"},
	{VisibleCount, "more-than-there-are", Error, "A count is larger than what it is a part of, negative, or a share is not between 0 and 1.",
		"A share above all of it would pass every gate.",
		InStatement, "- {source: zeek.s7comm.mode, scope: controller, devices: {seen: 43, of: 42}}",
		"- {source: zeek.s7comm.mode, scope: controller, devices: {seen: 38, of: 42}}"},
	{VisibleDisagrees, "stated-and-observed-differ", Warning, "What somebody states of a source and what logs showed of it differ.",
		"One of them is out of date. Both are kept, and the worse of the two counts.",
		InNone, `a statement "parsed: false" on a source that had 1,204 records in the logs that were read`, `the statement brought up to date: "parsed: true", with the query that shows it`},
	{VisibleFunnel, "funnel-widens", Error, "A scope has more devices enrolled than known, more reporting than enrolled, or more attributable than reporting.",
		"Each stage is a part of the one before it; a number that grows on the way was counted in another place.",
		InInventory, "- {class: controller, known: 42, enrolled: 40, reporting: 41}", "- {class: controller, known: 42, enrolled: 41, reporting: 40}"},
	{VisibleShared, "one-count-for-several-scopes", Error, "A statement about several scopes gives one count of devices.",
		"How many of them are in each scope can't be told, and each would be counted with all.",
		InStatement, "- {source: zeek.s7comm.mode, scope: [controller, hmi], devices: {seen: 38}}",
		"- {source: zeek.s7comm.mode, scope: controller, devices: {seen: 38}}"},
	{VisibleNoScopeOf, "source-of-another-domain", Error, "A source of one domain is said to be seen in a scope of the other.",
		"No rule of the scope's tactic reads it there, so it would count for nothing.",
		InStatement, "- {source: intune.devices, scope: controller, logged: false}", "- {source: intune.devices, scope: corporate_managed/android, logged: false}"},
	{ExemptNoItem, "not-applicable-to-no-item", Error, "An inventory says of something that is no item of a brief of the scope's domain that it is not applicable.",
		"The item that was meant is still asked for.",
		InNone, "not_applicable: {TA0104/T55: {reason: no modes, owner: OT engineering}}", "not_applicable: {TA0104/T5: {reason: no modes, owner: OT engineering}}"},
	{AssetColumns, "assets-without-column", Error, "A table of assets has no column that says which asset a row is, or none that says what it is; or two that say the same.",
		"Rows without a name can't be told apart, and rows without a class or population belong to no scope.",
		InAssets, "Gerät;Standort\nPLC-7;line 1", "Asset ID;Asset Type;Last Seen\nPLC-7;plc;2026-11-20"},
	{AssetTwice, "asset-twice", Warning, "A table of assets has a device more than once.",
		"Counted twice, it would raise the number of devices that there are. The first row counts.",
		InAssets, "id,class\nPLC-7,plc\nPLC-7,plc", "id,class\nPLC-7,plc\nPLC-8,plc"},
	{AssetClass, "asset-of-no-scope", Warning, "A device of the table has a class, a population or a platform that nobody knows.",
		"It is in no scope, so nothing asks for its logs: it is the unknown among the known.",
		InAssets, "id,class\nX-9,widget", "id,class\nX-9,plc"},
	{AssetDate, "asset-date-unusable", Warning, "A date of the table is in the future, or can't be read without a doubt.",
		"The device counts as not reporting. A clock that is wrong on the device is worth knowing of by itself.",
		InAssets, "id,class,last seen\nPLC-7,plc,05/06/2026", "id,class,last seen\nPLC-7,plc,2026-06-05"},
	{AssetTable, "assets-not-a-table", Error, "A row of a table of assets, or all from some row on, can't be read: a quote that is not closed, a row of more than a mebibyte.",
		"Devices below that place would be missing from the number of those that there are.",
		InAssets, "id,class\n\"PLC-7,plc", "id,class\n\"PLC-7\",plc"},
	{AssetUnread, "asset-row-unread", Warning, "A row of the table has no name, more or fewer cells than the head, or bytes that are no UTF-8.",
		"What stands in its cells may be another column's.",
		InAssets, "id,class,last seen\nPLC-7,plc", "id,class,last seen\nPLC-7,plc,2026-11-20"},
	{DettectForm, "not-dettect-data-sources", Error, "A file is no data-source administration of DeTT&CT, or a part of it has another form.",
		"Nothing, or not all, was taken over.",
		InDettect, "file_type: technique-administration", "file_type: data-source-administration"},
	{DettectUnmapped, "dettect-not-mapped", Warning, "Something of DeTT&CT's administration has no counterpart here: a data component, a product or a system.",
		"What is not taken over stays unknown, and counts against. --map and --scope say what is meant.",
		InDettect, `data_sources:
  - data_source_name: Process Creation
    data_source: [{applicable_to: [HMI], date_connected: 2026-01-01, products: [Acme Sensor]}]`, `data_sources:
  - data_source_name: Process Creation
    data_source: [{applicable_to: [HMI], date_connected: 2026-01-01, products: [Sysmon]}]`},
	{DettectScore, "dettect-score", Warning, "A score of DeTT&CT is not a whole number from 0 to 5, or a date can't be read.",
		"It is taken as unknown.",
		InDettect, `data_sources:
  - data_source_name: Process Creation
    data_source: [{applicable_to: [HMI], date_connected: 2026-01-01, products: [Sysmon], data_quality: {device_completeness: 6}}]`, `data_sources:
  - data_source_name: Process Creation
    data_source: [{applicable_to: [HMI], date_connected: 2026-01-01, products: [Sysmon], data_quality: {device_completeness: 5}}]`},
	{ObservedStrangers, "devices-of-no-scope", Warning, "Logs name devices that the inventory doesn't have.",
		"They run, and nobody counts them: what is known of the site's scopes is not known of these.",
		InNone, "a record of 10.20.7.7, which is neither in the table assets nor in --assets", "a row for it in the inventory"},
}

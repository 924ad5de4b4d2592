package diag

// Stores and models: where a site keeps the records that rules speak of.
const (
	StoredTwice       Code = "DT4300"
	BadPlace          Code = "DT4301"
	BadStoredLog      Code = "DT4302"
	UnknownStoredName Code = "DT4303"
	BadStoredName     Code = "DT4304"
	StoredAndMissing  Code = "DT4305"
	StoredValueTwice  Code = "DT4306"
	StorePrefix       Code = "DT4307"
	UnknownBase       Code = "DT4308"
	StorePlace        Code = "DT4309"
)

var storeCodes = []Info{
	{StoredTwice, "stored-twice", Error, "A store says of one log that it lies in two places.",
		"A query would ask one of them, and nobody could say which.",
		InNone, "logs:\n  - {of: [zeek.dns], in: {index: dns}}\n  - {of: [zeek.dns], in: {index: network}}", "logs:\n  - {of: [zeek.dns], in: {index: dns}}"},
	{BadPlace, "unknown-place", Error, "A store names a place that its SIEM has no word for.",
		"Nothing would read it, and queries would ask all that the SIEM holds.",
		InNone, "siem: splunk\nlogs: [{of: [zeek.dns], in: {table: dns}}]", "siem: splunk\nlogs: [{of: [zeek.dns], in: {index: dns}}]"},
	{BadStoredLog, "unknown-stored-log", Error, "A store names a log source, or a model a schema, that there is none of.",
		"No rule is ever about it, so the line says nothing, and the log that was meant is not known.",
		InNone, "logs: [{of: [zeek.s7com]}]", "logs: [{of: [zeek.s7comm]}]"},
	{UnknownStoredName, "unknown-stored-name", Error, "A store places a name that the log doesn't have.",
		"The name that was meant falls to the general rule, or is not known, and a query asks for a field that is never there.",
		InNone, "{of: [zeek.s7comm], fields: {function: s7_function}}", "{of: [zeek.s7comm], fields: {function_name: s7_function}}"},
	{BadStoredName, "bad-stored-name", Error, "A stored name has a line break, a control character, or blanks around it.",
		"No SIEM has such a field, and queries are made of these names.",
		InNone, "fields: {uid: \"uid \"}", "fields: {uid: uid}"},
	{StoredAndMissing, "stored-and-missing", Error, "A store says of a name both where it lies and that it lacks it.",
		"One of the two is wrong: a query would ask for what is not there, or be refused for what is.",
		InNone, "{fields: {uid: uid}, missing: [uid]}", "{fields: {uid: uid}}"},
	{StoredValueTwice, "stored-value-twice", Error, "A value of a log is stored as two values.",
		"A query asks for one value in the place of the log's.",
		InNone, "values: {Initiated: {egress: [\"true\"], ingress: [\"true\"]}}", "values: {Initiated: {egress: [\"true\"], ingress: [\"false\"]}}"},
	{StorePrefix, "prefix-without-rule", Error, "A prefix stands where no rule makes names.",
		"It would go before names that a rule makes of raw names; without one there are none, and it says nothing.",
		InNone, "{of: [zeek.s7comm], prefix: zeek.s7comm.}", "{of: [zeek.s7comm], rule: same, prefix: zeek.s7comm.}"},
	{UnknownBase, "unknown-base", Error, "A store rests on one that there is none of, that is broken, or on itself.",
		"Without it nothing says which records are of a log, and queries would be wider than the rules.",
		InNone, "base: rwa", "base: raw"},
	{StorePlace, "store-place", Error, "A store's file has another name than the store.",
		"It is found by its file's name: --store with its id would not find it.",
		InNone, "stores/splunk.yaml with id: splunk-zeek", "stores/splunk-zeek.yaml with id: splunk-zeek"},
}

package diag

// Queries for the targets.
const (
	ClauseRefused   Code = "DT7100"
	NoColumn        Code = "DT7101"
	QueryTooLong    Code = "DT7102"
	NotStored       Code = "DT7103"
	LookedUpName    Code = "DT7104"
	NoStore         Code = "DT7105"
	OverCorrelation Code = "DT7106"
	TableNotHeld    Code = "DT7107"
)

var backendCodes = []Info{
	{ClauseRefused, "clause-refused", Error, "A target has no words for a clause of a rule.",
		"Left out, or said otherwise, the query would find other rows than the rule means. No query is written for this target.",
		InNone, "--target sqlite with path.matches('a+b')", "--target sqlite with path.contains('ab')"},
	{NoColumn, "no-column", Error, "A rule names a field of which nothing says where it stands in the store.",
		"A query would ask for a name that is a guess, and find nothing or something else.",
		InNone, "a rule on a log that the store doesn't list", "the log and its names in the store's file"},
	{QueryTooLong, "query-too-long", Error, "A query is longer than its target takes.",
		"The target would refuse it when it is deployed, or cut it.",
		InNone, "a list of 20,000 values in the rule", "the list as a context table"},
	{NotStored, "not-stored", Error, "A rule asks for a name that the store lacks, or of which it says nothing.",
		"A query on a guessed name finds nothing, or something else; without an exclusion it finds too much.",
		InNone, "--target sentinel with a rule on Image and no Image in the store", "fields: {Image: NewProcessName} in the store's file"},
	{LookedUpName, "looked-up-name", Error, "A rule asks for a field that is not in the log but looked up in a context table.",
		"The store has no such name: the query would never be true.",
		InNone, "asset.safety == true in a condition, --target sqlite", "level_when: {critical: asset.safety}, or device_ip in context.safety_devices"},
	{NoStore, "no-store", Error, "No store that was asked has a place for the log of a rule.",
		"Nothing says where its records lie, so there is no query.",
		InNone, "--target sentinel with a rule on zeek.modbus", "a store with that log in a folder given by --mappings, named by --store"},
	{OverCorrelation, "correlation-over-correlation", Error, "A target can't make a query of a correlation that rests on another one.",
		"What the inner one finds is no row of a table that the outer one could count.",
		InNone, "correlation: {rules: [scan, scan-then-stop]} with scan-then-stop a correlation itself", "one correlation over the rules themselves"},
	{TableNotHeld, "table-not-held", Error, "A query needs a context table that its target can't look up, and no site says what is in it.",
		"Left out, the rule would match what the table is there to exclude, or nothing at all.",
		InNone, "detc convert -t lucene on a rule with src_ip in context.engineering_hosts", "the same with --site NAME, whose values are written into the query"},
}

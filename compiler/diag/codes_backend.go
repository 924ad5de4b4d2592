package diag

// Queries for the targets.
const (
	ClauseRefused Code = "DT7100"
	NoColumn      Code = "DT7101"
	QueryTooLong  Code = "DT7102"
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
}

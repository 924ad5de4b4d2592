package diag

// Conditions: CEL that doesn't parse, names nothing, has the wrong types, or can't be carried to a SIEM.
const (
	ConditionSyntax   Code = "DT2001"
	ConditionTooLarge Code = "DT2002"
	UnknownField      Code = "DT2003"
	UnknownTable      Code = "DT2004"
	UnknownFunction   Code = "DT2005"
	TypeMismatch      Code = "DT2006"
	NotInLanguage     Code = "DT2007"
	NullLiteral       Code = "DT2008"
	BadLiteral        Code = "DT2009"
	UnmaskedNetwork   Code = "DT2010"
	EmptyLiteral      Code = "DT2011"
	BadRegex          Code = "DT2012"
	RegexPortability  Code = "DT2013"
	FieldComparison   Code = "DT2014"
	LetName           Code = "DT2015"
	DoubleEquality    Code = "DT2016"
	LargeInt          Code = "DT2017"
	CaseFolding       Code = "DT2018"
)

var conditionCodes = []Info{
	{ConditionSyntax, "condition-syntax", Error, "A condition is not CEL.",
		"Nothing of the rule can be built until it can be read.",
		InCondition, `new_mode = "stop" and has(src_ip)`, `new_mode == "stop" && has(src_ip)`},
	{ConditionTooLarge, "condition-too-large", Error, "A condition is too long, too deep, or grows too far through its lets.",
		"No SIEM takes a query of that size, and a text that doubles itself would stop the compiler.",
		InNone, "new_mode in [a list of 5,000 names]", "new_mode in context.watched_modes"},
	{UnknownField, "unknown-field", Error, "A condition names a field that its telemetry doesn't have.",
		"The clause would read nothing: never true, or always true under a negation.",
		InCondition, `new_mdoe == "stop"`, `new_mode == "stop"`},
	{UnknownTable, "unknown-table", Error, "A condition asks for a context table that is not defined.",
		"Nobody would ever fill it, so the rule could not be decided.",
		InCondition, `src_ip in context.enginering_hosts`, `src_ip in context.engineering_hosts`},
	{UnknownFunction, "unknown-function", Error, "A condition calls a function that the language doesn't have.",
		"Only what every evaluator and every target understands alike is in the language.",
		InCondition, `path.startswith("/tmp")`, `path.startsWith("/tmp")`},
	{TypeMismatch, "type-mismatch", Error, "A comparison, a function or a connective has a value of the wrong type.",
		"SIEMs convert in silence, each its own way: 502 and \"502\" may or may not be equal.",
		InCondition, `port == "502"`, "port == 502"},
	{NotInLanguage, "not-in-language", Error, "A condition uses CEL that has no form in the targets.",
		"Arithmetic, indexing, sizes and correlated list tests have no counterpart in Sigma or in most SIEMs.",
		InCondition, "tags.size() > 3", `"jailbroken" in tags`},
	{NullLiteral, "null-literal", Error, "A condition compares with null.",
		"A null value and a missing field are the same thing here, and has() asks for it.",
		InCondition, "user == null", "!has(user)"},
	{BadLiteral, "bad-literal", Error, "A literal is no address, network, time or number of the kind that is needed.",
		"It could be equal to nothing: the clause would never be true.",
		InCondition, `src_ip == "10.0.0.256"`, `src_ip == "10.0.0.25"`},
	{UnmaskedNetwork, "unmasked-network", Error, "A network has bits set beyond its prefix.",
		"Some targets mask it and some match nothing; which network is meant should be visible.",
		InCondition, `src_ip.inCidr("10.1.2.3/8")`, `src_ip.inCidr("10.0.0.0/8")`},
	{EmptyLiteral, "empty-literal", Error, "A text to look for, or a list, is empty.",
		"Every text contains the empty one, and nothing is in an empty list.",
		InCondition, `command_line.contains("")`, `has(command_line)`},
	{BadRegex, "bad-regex", Error, "A regular expression is not RE2, or not of the part of it that targets share.",
		"The rule could not be carried over, or would mean something else in another engine.",
		InCondition, `path.matches(r"(?<dir>/tmp)/[a-z]+\.sh\z")`, `path.matches(r"(/tmp)/[a-z]+\.sh$")`},
	{RegexPortability, "regex-portability", Warning, "A regular expression uses a class that engines read differently.",
		`Some take \d, \w, \s and \b for ASCII, some for Unicode, and some don't know them.`,
		InCondition, `user.matches(r"^op\d+$")`, `user.matches(r"^op[0-9]+$")`},
	{FieldComparison, "field-comparison", Error, "Two fields are compared that can't be, or a field with itself.",
		"Both must have the same type and the same case rule, or the two directions would differ.",
		InCondition, "user == user", "user == owner"},
	{LetName, "let-name", Error, "A let has a name that means something else already.",
		"A reader, and the next condition, could take it for the other thing.",
		InStub, `let: {src_ip: blocked}
condition: src_ip && new_mode == "stop"
tests: {given: {new_mode: stop, blocked: true}, cases: [{name: a stop, want: match}, {name: a start, but: {new_mode: run}, want: no match}, {name: let through, but: {blocked: false}, want: no match}]}`,
		`let: {stopped: blocked}
condition: stopped && new_mode == "stop"
tests: {given: {new_mode: stop, blocked: true}, cases: [{name: a stop, want: match}, {name: a start, but: {new_mode: run}, want: no match}, {name: let through, but: {blocked: false}, want: no match}]}`},
	{DoubleEquality, "double-equality", Warning, "A double is compared for equality.",
		"What was computed is rarely the same to the last bit, and targets round differently.",
		InCondition, "temperature == 21.5", "temperature > 21.4 && temperature < 21.6"},
	{LargeInt, "large-int", Warning, "A whole number is beyond 2^53.",
		"Targets that keep numbers as doubles, as JSON does, can't tell it from its neighbours.",
		InCondition, "port == 9007199254740993", "port == 502"},
	{CaseFolding, "case-folding", Warning, "A text with letters beyond ASCII is compared without regard to case.",
		"Targets fold such letters in different ways, so one of them may find more or less than another.",
		InCondition, `user == "MÜLLER"`, `user == "MULLER"`},
}

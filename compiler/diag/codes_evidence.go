package diag

// Tests of rules.
const (
	CaseFails      Code = "DT7001"
	ReadsBackOther Code = "DT7002"
)

var evidenceCodes = []Info{
	{CaseFails, "case-fails", Error, "A stub's test case fails.",
		"The rule does not mean what its author says it does, or the case is wrong about the log.",
		"- {name: a listed station, but: {src_ip: 10.20.9.10}, want: match}",
		"- {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}"},
	{ReadsBackOther, "reads-back-other", Error, "An emitted Sigma rule, read back, is not the rule it was emitted from.",
		"The rule in the SIEM would mean something else than the stub. This is a fault of the compiler.",
		"not a and b, read back as not (a and b)", "a report with the stub and detc build --dump=all RULE"},
}

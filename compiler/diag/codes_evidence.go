package diag

// Tests of rules.
const (
	CaseFails      Code = "DT7001"
	ReadsBackOther Code = "DT7002"
	BadEvidence    Code = "DT7003"
	FewKilled      Code = "DT7004"
)

var evidenceCodes = []Info{
	{CaseFails, "case-fails", Error, "A stub's test case fails.",
		"The rule does not mean what its author says it does, or the case is wrong about the log.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: match}
    - {name: a start, but: {new_mode: run}, want: no match}
    - {name: no mode, but: {new_mode: null}, want: no match}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}
    - {name: no mode, but: {new_mode: null}, want: no match}`},
	{ReadsBackOther, "reads-back-other", Error, "An emitted Sigma rule, read back, is not the rule it was emitted from.",
		"The rule in the SIEM would mean something else than the stub. This is a fault of the compiler.",
		InNone, "not a and b, read back as not (a and b)",
		"a report with the stub and detc build --dump=all RULE"},
	{BadEvidence, "bad-evidence", Warning, "A file of kept evidence can't be read.",
		"What an earlier run of the tests showed counts for nothing, so no rule of the folder counts as tested.",
		InNone, "an evidence.json written by hand, or by another version",
		"detc test --samples DIR --evidence rules/evidence.json"},
	{FewKilled, "few-mutants-killed", Error, "A rule's cases notice too few of the faults that detc test --mutants puts into it.",
		"A clause could be left out or turned round, now or by a later change, and no test would fail.",
		InNone, "condition: stops && !listed, without a case of a listed host",
		"- {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}"},
}

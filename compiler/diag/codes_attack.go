package diag

// ATT&CK ids on a stub or on a page.
const (
	UnknownTactic       Code = "DT3001"
	UnknownTechnique    Code = "DT3002"
	RevokedTechnique    Code = "DT3003"
	DeprecatedTechnique Code = "DT3004"
	TechniqueDomain     Code = "DT3005"
	TechniqueTactic     Code = "DT3006"
	NoTactic            Code = "DT3007"
	SeveralTactics      Code = "DT3008"
	BadTag              Code = "DT3009"
)

var attackCodes = []Info{
	{UnknownTactic, "unknown-tactic", Error, "A tactic's id is none of this ATT&CK release.",
		"The rule would be counted for no brief, and its domain can't be told.",
		InStub, `tags: [TA0140]
covers:`,
		`tags: [TA0104]
covers: [TA0104/D1]`},
	{UnknownTechnique, "unknown-technique", Error, "A technique's id is none of this ATT&CK release.",
		"Readers of the tag look the id up and find nothing, or another technique than was meant.",
		InStub, "tags: [TA0104, T0899]", "tags: [TA0104, T0858]"},
	{RevokedTechnique, "revoked-technique", Error, "A technique was revoked; another id stands for it now.",
		"Current matrices don't show a revoked id, so the rule would vanish from them.",
		InStub, `tags: [TA0106, T0855]
covers:`,
		`tags: [TA0106, T1692.001]
covers:`},
	{DeprecatedTechnique, "deprecated-technique", Warning, "A technique is deprecated: ATT&CK keeps the id but no longer uses it.",
		"Current matrices don't show it, and nothing replaces it.",
		InStub, "tags: [TA0104, T0875]", "tags: [TA0104, T0858]"},
	{TechniqueDomain, "technique-of-another-domain", Error, "A technique belongs to another ATT&CK domain than the rule's tactic.",
		"Enterprise, ICS and Mobile are separate matrices: a layer of one can't show an id of another.",
		InStub, "tags: [TA0104, T1059]", "tags: [TA0104, T0807]"},
	{TechniqueTactic, "technique-of-another-tactic", Error, "A technique is not one of the rule's tactic.",
		"It would be counted under a tactic that ATT&CK doesn't give it.",
		InStub, "tags: [TA0104, T0843]", "tags: [TA0104, T0821]"},
	{NoTactic, "no-tactic", Error, "A rule names no tactic.",
		"The tactic pairs the rule with its brief; names can't, as three tactics are called Execution.",
		InStub, "tags: [T0858]", "tags: [TA0104, T0858]"},
	{SeveralTactics, "several-tactics", Error, "A rule names more than one tactic.",
		"A rule is held against one brief; one that serves two is two rules, or one of the tags is padding.",
		InStub, "tags: [TA0104, TA0106]", "tags: [TA0104]"},
	{BadTag, "bad-tag", Error, "A tag is neither a tactic's id nor a technique's.",
		"Names and Sigma's own tags are ambiguous here; the emitter writes Sigma's form itself.",
		InStub, "tags: [TA0104, attack.t0858]", "tags: [TA0104, T0858]"},
}

package diag

// Coverage: what briefs ask for and nothing answers.
const (
	BlindItem Code = "DT8001"
	IdleRule  Code = "DT8002"
)

var coverageCodes = []Info{
	{BlindItem, "blind-item", Note, "Nothing answers an item of a brief, or nothing that compiles.",
		"What the item describes would happen unseen, and nobody would know that it is so.",
		InStub, "covers:", "covers: [TA0104/D1]"},
	{IdleRule, "rule-without-item", Warning, "A rule answers no item of its tactic's brief.",
		"It alerts, but no question of the brief is answered by it: the coverage is the same without it.",
		InNone, "a stub with tags: [TA0104], of which neither covers nor its telemetry's serves names an item of TA0104",
		"covers: [TA0104/D1]"},
}

package diag

// Back-tests: what the rules did on records of the past, and the labels that people gave their hits.
const (
	OverBudget        Code = "DT8300"
	Unmeasurable      Code = "DT8301"
	LabelUnknownRule  Code = "DT8302"
	LabelNoHit        Code = "DT8303"
	LabelTwice        Code = "DT8304"
	LabelUnused       Code = "DT8305"
	DaysDiffer        Code = "DT8306"
	TimesApart        Code = "DT8307"
	BacktestElsewhere Code = "DT8308"
	BacktestBroken    Code = "DT8309"
)

var backtestCodes = []Info{
	{OverBudget, "over-budget", Warning, "A rule alerts more often on these logs than its budget bears.",
		"Nobody reads alerts of which there are too many: the true one drowns with the false ones.",
		InNone, "budget: 2/day, and 31 alerts in 14 days without one labelled a true positive of them", "the most frequent values left out by a filter, or put on the list that the rule asks"},
	{Unmeasurable, "unmeasured", Note, "A back-test can't say whether a rule keeps its budget.",
		"That a rule was silent shows nothing where its logs were missing, or the site's lists that it asks.",
		InNone, "detc backtest plc.ndjson, for a rule that asks context.engineering_hosts", "detc backtest --site plant-2 plc.ndjson"},
	{LabelUnknownRule, "label-unknown-rule", Error, "A label is for a rule that isn't there.",
		"It counts for nothing: the precision is that of the other labels.",
		InNone, "labels: [{rule: ot-mode-chnage, where: {src_ip: 10.20.9.77}, is: false_positive}]", "labels: [{rule: ot-mode-change-unlisted, where: {src_ip: 10.20.9.77}, is: false_positive}]"},
	{LabelNoHit, "label-without-hit", Error, "A label doesn't say which hits of its rule it is for, or in a way that none of them can be told by.",
		"It counts for nothing: the precision is that of the other labels.",
		InNone, "labels: [{rule: ot-mode-change-unlisted, is: false_positive}]", "labels: [{rule: ot-mode-change-unlisted, where: {src_ip: 10.20.9.77}, is: false_positive}]"},
	{LabelTwice, "label-twice", Error, "The same hits are labelled twice.",
		"Of two labels only the first counts, and whoever wrote the second believes in it.",
		InNone, "two labels of one rule with where: {src_ip: 10.20.9.77}, one a true positive, one a false", "one of them"},
	{LabelUnused, "label-unused", Warning, "A label fits no hit of these logs.",
		"The precision rests on fewer hits than the file has labels.",
		InNone, "a label with the digest of a record that is in none of the logs", "a label of a record that is"},
	{DaysDiffer, "days-differ", Warning, "The records are of another number of days than --days says.",
		"All rates are a day: with a wrong number of days they are all wrong by the same factor.",
		InNone, "detc backtest --days 30 with records of 14 days", "detc backtest, which counts the days by the records' times"},
	{TimesApart, "times-apart", Warning, "Between two records lies more than a year without any.",
		"A clock that was never set, or a time in another unit, makes a log look longer than it is.",
		InNone, "a log of this month with one record of 1970", "the same log without it"},
	{BacktestElsewhere, "backtest-of-another-site", Warning, "A back-test that was given counts for nothing: it is of another site, or its logs were not read to their end.",
		"What fires at one site says nothing of another; and a log cut short is a quiet one.",
		InNone, "backtest.json of detc backtest --site east in the folder of west", "detc backtest --site west -o sites/west/backtest.json"},
	{BacktestBroken, "backtest-broken", Error, "The back-test of a site's folder can't be read: it is broken, of another version, or was changed by hand.",
		"Its figures count for nothing, and every rule of the site is without a measurement.",
		InNone, "backtest.json with what detc backtest prints as text", "detc backtest --site west -o sites/west/backtest.json, which writes JSON"},
}

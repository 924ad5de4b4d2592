package correlate_test

// A flaw is one way to get it wrong: another reading of the specification, or a mistake that is easily made.
type flaw int

const (
	sound flaw = iota
	edgeExclusive
	noEnd
	tumbling
	arrivalOrder
	equalTimesReversed
	lateJudged
	lateExclusive
	firstRuleOnly
	eventTwice
	aliasesIgnored
	missingIsEmpty
	listsAreOne
	keysFold
	oneGroup
	tuplesOfOne
	valuesFold
	valuesRepeat
	textIsZero
	interpolated
	boundsStrict
	boundsLoose
	neqIsEq
	firstBoundOnly
	onceOnly
	completingOnly
	orderIgnored
	fillsSeveral
	answersItself
	answeredBefore
	oneWait
	atTheEvent
	endless
	knowsAtOnce
	groupNotCarried
	chainOfFirst
	keysJoined
	sumOfDistinct
	noNegatives
	adjacentOnly
	answersLast
	orderReversed
	countedApart
	flaws // how many
)

var flawNames = [flaws]string{"sound", "the window's edge is outside", "windows never end", "windows tumble", "events as they arrive",
	"equal times in reverse", "late events are judged", "at the bound is late", "an event matches its first rule only",
	"an event counts for each rule", "aliases are ignored", "a missing key is an empty one", "of a list the first", "keys fold",
	"one group for all", "of a tuple the first", "values fold", "equal values count again", "text is zero",
	"percentiles interpolate", "gte is gt, lte is lt", "gt is gte, lt is lte", "neq is eq and eq neq", "the first bound alone",
	"once a group", "only the last rule completes", "order is ignored", "one event fills several places", "an event answers itself",
	"answered before it was asked", "one wait at a time", "absence at the event", "waits end in any case",
	"first seen from the start", "a firing has no group", "a firing has no fields", "keys of several fields are joined",
	"equal values are added once", "negative values are none", "a sequence is of neighbours", "an answer ends the last wait alone",
	"the order is from last to first", "each rule's events are counted apart"}

func (f flaw) String() string { return flawNames[f] }

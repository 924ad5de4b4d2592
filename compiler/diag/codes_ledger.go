package diag

// The ledger: what people accept of what is missing.
const (
	LedgerAlone    Code = "DT8100"
	LedgerExpired  Code = "DT8101"
	LedgerTooLong  Code = "DT8102"
	LedgerRenewed  Code = "DT8103"
	LedgerRowGone  Code = "DT8104"
	LedgerReworded Code = "DT8105"
	LedgerTwice    Code = "DT8106"
	LedgerUnknown  Code = "DT8107"
	LedgerBadDay   Code = "DT8108"
	LedgerMisfit   Code = "DT8109"
	LedgerEnding   Code = "DT8110"
)

var ledgerCodes = []Info{
	{LedgerAlone, "ledger-one-person", Error, "Who answers for a row also approved it, or verified the work.",
		"A gap that one person accepts alone was looked at by nobody else. The row counts for nothing.",
		InNone, "owner: OT engineering, approver: OT engineering", "owner: OT engineering, approver: plant manager"},
	{LedgerExpired, "ledger-expired", Error, "A waiver's last day is over.",
		"The gap is open again, and nobody has decided what becomes of it.",
		InNone, "until: 2026-11-21 on the 22nd", "a new approved and until, with the day of the old approval under renewed; or the gap closed"},
	{LedgerTooLong, "ledger-too-long", Error, "A waiver holds for longer than it may: 180 days, or 90 where the consequence is high.",
		"What is accepted for years is no exception: it is how things are, and nobody looks at it again. The row counts for nothing.",
		InNone, "approved: 2026-01-01, until: 2027-01-01", "approved: 2026-01-01, until: 2026-06-30"},
	{LedgerRenewed, "ledger-renewed", Warning, "A waiver was renewed for the third time.",
		"A gap that is accepted again and again is a decision: somebody should take it once, in the open.",
		InNone, "renewed: [2026-01-10, 2026-04-10, 2026-07-10]", "the gap closed, or the item declared not applicable with the reason"},
	{LedgerRowGone, "ledger-row-gone", Warning, "A row of the ledger names a gap that is not there.",
		"The gap is closed, or it is another one by now: logged but not forwarded is not the same as not logged. What was accepted for the one must not cover the other.",
		InNone, "gap: not-logged where the devices log by now and nothing is forwarded", "the row taken out, and gap: not-forwarded annotated if that is accepted too"},
	{LedgerReworded, "ledger-reworded", Warning, "The text of an item changed after a waiver was given for it.",
		"People accepted the gap in what the old words asked for; the new ones may ask for more. Until somebody reads them the row counts for nothing.",
		InNone, "hash: 0000000000000000", "the hash that detc ledger list shows for the item"},
	{LedgerTwice, "ledger-twice", Error, "Two rows of the ledger are about one gap.",
		"They may name two owners and two last days, and nobody could say which holds. None of them counts.",
		InNone, "two rows of TA0104/T3 in plc at onboarded", "one of them"},
	{LedgerUnknown, "ledger-unknown", Error, "The ledger names an item, a scope or a kind of gap that there is none of.",
		"Nothing is accepted by it, though it reads as if something were.",
		InNone, "item: TA0104/T99", "item: TA0104/T3"},
	{LedgerBadDay, "ledger-bad-day", Error, "The days of a row contradict each other, or lie in the future.",
		"Nobody approves tomorrow, and nothing ends before it began. The row counts for nothing.",
		InNone, "approved: 2026-06-30, until: 2026-01-01", "approved: 2026-01-01, until: 2026-06-30"},
	{LedgerMisfit, "ledger-misfit", Warning, "The reason of a row is not one of its gap.",
		"A log that is written but never forwarded is another problem, for other people, than one that is not written.",
		InNone, "gap: not-logged, reason: not forwarded", "gap: not-forwarded, reason: not forwarded"},
	{LedgerEnding, "ledger-ending", Note, "A waiver ends within two weeks.",
		"On the day after its last the gap is open again, and the build fails.",
		InNone, "until: 2026-11-30 on the 22nd", "the gap closed, or the row renewed in time"},
}

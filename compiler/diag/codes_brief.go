package diag

// Tactic pages.
const (
	EmptyPage        Code = "DT5001"
	PageNoTactic     Code = "DT5002"
	PageTactics      Code = "DT5003"
	MissingSection   Code = "DT5004"
	EmptySection     Code = "DT5005"
	RepeatedItem     Code = "DT5006"
	PageTooLong      Code = "DT5007"
	PageTacticName   Code = "DT5008"
	PageRelease      Code = "DT5009"
	UnknownSection   Code = "DT5010"
	SectionsDisagree Code = "DT5011"
)

// Items against their lock, items.yaml.
const (
	ItemReworded  Code = "DT5020"
	ItemNew       Code = "DT5021"
	ItemGone      Code = "DT5022"
	ItemsTactic   Code = "DT5023"
	ItemsRepeated Code = "DT5024"
	ItemsHash     Code = "DT5025"
)

var briefCodes = []Info{
	{EmptyPage, "empty-page", Error, "A brief holds no text.",
		"Nothing can be held against it: coverage of an empty page is not full, it is unknown.",
		"a page saved before it had loaded", "the page's text, as plain text, HTML or Markdown"},
	{PageNoTactic, "page-without-tactic", Error, "A brief doesn't say which tactic it is of.",
		"The id is the only key: three tactics are called Execution.",
		"Execution\nLikely telemetry\n- ...", "TA0104: Execution\nLikely telemetry\n- ..."},
	{PageTactics, "page-of-two-tactics", Error, "A brief names two tactics as its own.",
		"Items would be counted for the wrong one.",
		"both pages in one file", "one file a page: ta0104.txt, ta0041.txt"},
	{MissingSection, "missing-section", Error, "A brief has no section of likely telemetry, or none of detection direction.",
		"Coverage counts its bullets; without them every figure would look better than it is.",
		"Telemetri\n- Command-line activity", "Likely telemetry\n- Command-line activity"},
	{EmptySection, "section-without-bullets", Error, "A section that lists items has no bullet.",
		"Its items would be missing without a word; most often the bullets were lost when the page was copied.",
		"Likely telemetry\nCommand-line activity", "Likely telemetry\n- Command-line activity"},
	{RepeatedItem, "repeated-item", Warning, "A bullet stands twice in one section.",
		"It is counted once; the second may have been meant to say something else.",
		"- API logs\n- API logs", "- API logs"},
	{PageTooLong, "page-too-long", Error, "A brief has more blocks, or a section more bullets, than any tactic page has.",
		"Reading stops there, so that a file that is no brief costs neither time nor memory.",
		"a log file given as --brief", "a tactic page"},
	{PageTacticName, "page-tactic-name", Warning, "A brief calls its tactic by another name than ATT&CK does.",
		"Either the id or the name is wrong; the id is what counts.",
		"TA0104: Discovery", "TA0104: Execution"},
	{PageRelease, "page-release", Note, "A brief is of another ATT&CK release than the one detc knows.",
		"Ids may have been added or revoked in between.",
		"| 18.1 | 1.0 | Current bundle | 0123456789ab… |", "a page of the release that `detc version` prints"},
	{UnknownSection, "unknown-section", Note, "A line among the bullets of a section looks like the head of another section.",
		"The bullets after it are not counted as items.",
		"- API logs\nSee also\n- Our wiki", "- API logs\n\n## See also\n- Our wiki"},
	{SectionsDisagree, "sections-disagree", Warning, "A section stands twice with different bullets.",
		"A page saved twice repeats itself word for word; this one doesn't, and all the bullets are counted.",
		"Likely telemetry\n- API logs\nLikely telemetry\n- GUI logs", "Likely telemetry\n- API logs\n- GUI logs"},
	{ItemReworded, "item-reworded", Warning, "An item's text is none that was reviewed.",
		"Rules that answer it answer the old text; someone must read the new one.",
		"items.yaml holds the hash of the old text", "detc brief accept"},
	{ItemNew, "item-new", Warning, "A brief has an item that items.yaml doesn't have.",
		"Nobody has said yet how it is answered.",
		"a bullet added to the page", "detc brief accept, then set answered_by"},
	{ItemGone, "item-gone", Warning, "An item of items.yaml is no longer in the brief.",
		"Rules that cover it cover nothing that is asked for; its number is never given to another.",
		"a bullet taken out of the page", "{id: TA0104/T3, answered_by: rules, gone: true, hashes: [...]}"},
	{ItemsTactic, "items-of-another-tactic", Error, "An items file, or an id in it, is of another tactic.",
		"An item's id begins with the tactic whose page it stands on.",
		"tactic: TA0104\nitems: [{id: TA0041/T1, ...}]", "tactic: TA0104\nitems: [{id: TA0104/T1, ...}]"},
	{ItemsRepeated, "items-id-twice", Error, "An item stands twice in an items file.",
		"Which of the two says how it is answered can't be told.",
		"- {id: TA0104/T1, ...}\n- {id: TA0104/T1, ...}", "- {id: TA0104/T1, ...}\n- {id: TA0104/T2, ...}"},
	{ItemsHash, "items-hash-twice", Error, "Two items of one kind hold the same hash.",
		"The hash is how a bullet finds its id, so one text can be one item only.",
		"- {id: TA0104/T1, hashes: [aa...]}\n- {id: TA0104/T2, hashes: [aa...]}", "each hash under one item"},
}

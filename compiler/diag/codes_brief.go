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
		InNone, "a page saved before it had loaded", "the page's text, as plain text, HTML or Markdown"},
	{PageNoTactic, "page-without-tactic", Error, "A brief doesn't say which tactic it is of.",
		"The id is the only key: three tactics are called Execution.",
		InBrief, `Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{PageTactics, "page-of-two-tactics", Error, "A brief names two tactics as its own.",
		"Items would be counted for the wrong one.",
		InBrief, `TA0104: Execution
TA0105: Impact
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{MissingSection, "missing-section", Error, "A brief has no section of likely telemetry, or none of detection direction.",
		"Coverage counts its bullets; without them every figure would look better than it is.",
		InBrief, `TA0104: Execution
Telemetri
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{EmptySection, "section-without-bullets", Error, "A section that lists items has no bullet.",
		"Its items would be missing without a word; most often the bullets were lost when the page was copied.",
		InBrief, `TA0104: Execution
Likely telemetry
Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{RepeatedItem, "repeated-item", Warning, "A bullet stands twice in one section.",
		"It is counted once; the second may have been meant to say something else.",
		InBrief, `TA0104: Execution
Likely telemetry
- Mode changes of controllers
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{PageTooLong, "page-too-long", Error, "A brief has more blocks, or a section more bullets, than any tactic page has.",
		"Reading stops there, so that a file that is no brief costs neither time nor memory.",
		InNone, "a log file given as --brief", "a tactic page"},
	{PageTacticName, "page-tactic-name", Warning, "A brief calls its tactic by another name than ATT&CK does.",
		"Either the id or the name is wrong; the id is what counts.",
		InBrief, `TA0104: Discovery
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list`},
	{PageRelease, "page-release", Note, "A brief is of another ATT&CK release than the one detc knows.",
		"Ids may have been added or revoked in between.",
		InNone, "| 18.1 | 1.0 | Current bundle | 0123456789ab… |",
		"a page of the release that detc version prints"},
	{UnknownSection, "unknown-section", Note, "A line among the bullets of a section looks like the head of another section.",
		"The bullets after it are not counted as items.",
		InBrief, `TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list
See also
- Our wiki`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list

## See also
- Our wiki`},
	{SectionsDisagree, "sections-disagree", Warning, "A section stands twice with different bullets.",
		"A page saved twice repeats itself word for word; this one doesn't, and all the bullets are counted.",
		InBrief, `TA0104: Execution
Likely telemetry
- Mode changes of controllers
Likely telemetry
- Program downloads
Detection direction
- Look for hosts that are on no list`,
		`TA0104: Execution
Likely telemetry
- Mode changes of controllers
- Program downloads
Detection direction
- Look for hosts that are on no list`},
	{ItemReworded, "item-reworded", Warning, "An item's text is none that was reviewed.",
		"Rules that answer it answer the old text; someone must read the new one.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [0123456789abcdef]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`},
	{ItemNew, "item-new", Warning, "A brief has an item that items.yaml doesn't have.",
		"Nobody has said yet how it is answered.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`},
	{ItemGone, "item-gone", Warning, "An item of items.yaml is no longer in the brief.",
		"Rules that cover it cover nothing that is asked for; its number is never given to another.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}
  - {id: TA0104/D3, answered_by: rules, hashes: [0123456789abcdef]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}
  - {id: TA0104/D3, answered_by: rules, gone: true, hashes: [0123456789abcdef]}`},
	{ItemsTactic, "items-of-another-tactic", Error, "An items file, or an id in it, is of another tactic.",
		"An item's id begins with the tactic whose page it stands on.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}
  - {id: TA0041/D3, answered_by: rules, gone: true, hashes: [0123456789abcdef]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`},
	{ItemsRepeated, "items-id-twice", Error, "An item stands twice in an items file.",
		"Which of the two says how it is answered can't be told.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}
  - {id: TA0104/D2, answered_by: rules, hashes: [0123456789abcdef]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`},
	{ItemsHash, "items-hash-twice", Error, "Two items of one kind hold the same hash.",
		"The hash is how a bullet finds its id, so one text can be one item only.",
		InItems, `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49, 8c34595c88195a17]}`,
		`tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}`},
}

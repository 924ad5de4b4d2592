package diag

// Fields, modifiers and values.
const (
	SigmaAllOfOne     Code = "DT6250"
	SigmaNullInList   Code = "DT6251"
	SigmaNumberAsText Code = "DT6252"
	SigmaWildcard     Code = "DT6253"
	SigmaWildcardEnd  Code = "DT6254"
	SigmaPlainRegex   Code = "DT6255"
	SigmaRegexEnds    Code = "DT6256"
	SigmaEmptyValue   Code = "DT6257"
	SigmaShortValue   Code = "DT6258"
	SigmaValueTwice   Code = "DT6259"
	SigmaValueImplied Code = "DT6260"
	SigmaWindash      Code = "DT6261"
	SigmaBase64       Code = "DT6262"
	SigmaCidrHost     Code = "DT6263"
	SigmaEscapedStar  Code = "DT6264"
	SigmaEndSlash     Code = "DT6265"
	SigmaSpaces       Code = "DT6266"
	SigmaFieldSpace   Code = "DT6267"
)

var sigmavalueCodes = []Info{
	{SigmaAllOfOne, "sigma-all-of-one", Warning, "The modifier `all` stands beside a single value.",
		"The specification doesn't allow it, and some backends refuse it; the values that should stand beside the one may be missing.",
		InSigma, `detection:
  selection:
    CommandLine|contains|all: ' /add'
  condition: selection`,
		`detection:
  selection:
    CommandLine|contains: ' /add'
  condition: selection`},
	{SigmaNullInList, "sigma-null-in-list", Note, "null stands in a list of values.",
		"Backends differ in what they make of it: some drop it, some look for the text. A selection of its own is clear.",
		InSigma, `detection:
  selection:
    User: [SYSTEM, null]
  condition: selection`,
		`detection:
  selection_system: {User: SYSTEM}
  selection_none: {User: null}
  condition: 1 of selection_*`},
	{SigmaNumberAsText, "sigma-number-as-text", Note, "A number stands in quotes in one place and without them in another.",
		"The specification writes numbers without quotes; targets that tell the two apart find the one and miss the other.",
		InSigma, `detection:
  selection_start: {EventID: 4624}
  selection_stop: {EventID: '4634'}
  condition: 1 of selection_*`,
		`detection:
  selection_start: {EventID: 4624}
  selection_stop: {EventID: 4634}
  condition: 1 of selection_*`},
	{SigmaWildcard, "sigma-wildcard-for-modifier", Note, "Wildcards at the ends of a value say what a modifier says.",
		"The specification has contains, startswith and endswith for it; they read better and most targets run them faster.",
		InSigma, `detection:
  selection:
    Image: '*\cmd.exe'
  condition: selection`,
		`detection:
  selection:
    Image|endswith: '\cmd.exe'
  condition: selection`},
	{SigmaWildcardEnd, "sigma-wildcard-beside-modifier", Note, "A wildcard stands at an end of a value that the modifier leaves open anyway.",
		"It adds nothing, and some targets take it for a character to look for.",
		InSigma, `detection:
  selection:
    CommandLine|contains: '*whoami*'
  condition: selection`,
		`detection:
  selection:
    CommandLine|contains: 'whoami'
  condition: selection`},
	{SigmaPlainRegex, "sigma-plain-regex", Note, "A regular expression only looks for a text.",
		"A comparison of texts is found by an index where a regular expression reads every record, and has no characters to escape.",
		InSigma, `detection:
  selection:
    CommandLine|re: 'whoami\.exe$'
  condition: selection`,
		`detection:
  selection:
    CommandLine|endswith|cased: 'whoami.exe'
  condition: selection`},
	{SigmaRegexEnds, "sigma-regex-open-ends", Note, "A regular expression begins or ends with .* although it is looked for anywhere.",
		"Sigma's expressions are not anchored, so it says nothing; on long values it costs time.",
		InSigma, `detection:
  selection:
    CommandLine|re: '.*who(ami|is).*'
  condition: selection`,
		`detection:
  selection:
    CommandLine|re: 'who(ami|is)'
  condition: selection`},
	{SigmaEmptyValue, "sigma-empty-value", Warning, "An empty text is looked for in a field.",
		"Every value contains it, so the clause only asks whether the field is there; `exists` says that.",
		InSigma, `detection:
  selection:
    CommandLine|contains: ''
  condition: selection`,
		`detection:
  selection:
    CommandLine|exists: true
  condition: selection`},
	{SigmaShortValue, "sigma-short-value", Note, "A single letter or digit is looked for in a field.",
		"Nearly every value contains it, so the clause holds by chance.",
		InSigma, `detection:
  selection:
    CommandLine|contains: 'c'
  condition: selection`,
		`detection:
  selection:
    CommandLine|contains: ' /c '
  condition: selection`},
	{SigmaValueTwice, "sigma-value-twice", Warning, "A list has a value twice, or twice but for its case.",
		"Sigma compares without regard to case, so the second says nothing; most often another one was meant.",
		InSigma, `detection:
  selection:
    Image|endswith:
      - '\cmd.exe'
      - '\CMD.EXE'
  condition: selection`,
		`detection:
  selection:
    Image|endswith:
      - '\cmd.exe'
      - '\powershell.exe'
  condition: selection`},
	{SigmaValueImplied, "sigma-value-implied", Note, "A value of a list says nothing beside another one of it.",
		"What contains the longer text contains the shorter: one of the two decides nothing, and may be there for a reason that was lost.",
		InSigma, `detection:
  selection:
    CommandLine|contains:
      - 'net user'
      - 'net user /add'
  condition: selection`,
		`detection:
  selection:
    CommandLine|contains:
      - 'net user'
      - 'net group'
  condition: selection`},
	{SigmaWindash, "sigma-windash-idle", Warning, "The modifier windash stands beside values without a dash or a slash.",
		"There is nothing for it to change; the dash of the option may have been left out by mistake.",
		InSigma, `detection:
  selection:
    CommandLine|contains|windash: 'encodedcommand'
  condition: selection`,
		`detection:
  selection:
    CommandLine|contains|windash: ' -encodedcommand'
  condition: selection`},
	{SigmaBase64, "sigma-base64-whole", Warning, "Text in base64 is compared as a whole, or looked for in one of its three forms.",
		"Inside a longer text the letters of base64 depend on what stands before: base64offset with contains has all three forms, base64 has the one of the beginning.",
		InSigma, `detection:
  selection:
    CommandLine|base64|contains: 'http://'
  condition: selection`,
		`detection:
  selection:
    CommandLine|base64offset|contains: 'http://'
  condition: selection`},
	{SigmaCidrHost, "sigma-cidr-host-bits", Warning, "A network is written with bits of a host.",
		"It means the whole network; where one address was meant, the length of the prefix is wrong.",
		InSigma, `detection:
  selection:
    DestinationIp|cidr: 10.1.2.3/8
  condition: selection`,
		`detection:
  selection:
    DestinationIp|cidr: 10.0.0.0/8
  condition: selection`},
	{SigmaEscapedStar, "sigma-escaped-wildcard", Warning, `A backslash of a path stands before a wildcard and so makes it a plain character.`,
		"The value asks for a star in the path, which no file has: two backslashes are a backslash and a wildcard.",
		InSigma, `detection:
  selection:
    Image|startswith: 'C:\Users\*\Temp'
  condition: selection`,
		`detection:
  selection:
    Image|startswith: 'C:\Users\\*\Temp'
  condition: selection`},
	{SigmaEndSlash, "sigma-backslash-at-end", Note, "A whole program's path is compared with a value that ends in a backslash.",
		"A program has a name behind it, so the value is never equal; `startswith` was meant, or a wildcard.",
		InSigma, `detection:
  selection:
    Image: 'C:\Users\Public\'
  condition: selection`,
		`detection:
  selection:
    Image|startswith: 'C:\Users\Public\'
  condition: selection`},
	{SigmaSpaces, "sigma-spaces-at-ends", Warning, "A value has a space at an end where the field's own value begins or ends.",
		"Values are compared to the last character: with a space too many nothing is ever equal.",
		InSigma, `detection:
  selection:
    Image|endswith: '\cmd.exe '
  condition: selection`,
		`detection:
  selection:
    Image|endswith: '\cmd.exe'
  condition: selection`},
	{SigmaFieldSpace, "sigma-field-with-space", Warning, "A field's name begins or ends with a space.",
		"No log has such a field, so the clause never holds.",
		InSigma, `detection:
  selection:
    'Image ': 'C:\Windows\System32\cmd.exe'
  condition: selection`,
		`detection:
  selection:
    Image: 'C:\Windows\System32\cmd.exe'
  condition: selection`},
}

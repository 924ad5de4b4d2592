// Package sigmalint holds Sigma's own documents against the specification (2.1: rules, correlation rules, filters, and
// the appendices on tags and modifiers) and against what its authors most likely meant. What can't be read is the
// reader's finding, in compiler/sigma; here stands what reads and is wrong, or reads and says nothing.
//
// To add a check: a code with its page (compiler/diag/codes_sigmalint.go), a file here, a line in Checks.
package sigmalint

import (
	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// A check looks at one document.
type check struct {
	codes []diag.Code
	kinds kinds
	look  func(*subject, *diag.List)
}

// kinds are the kinds of document that a check is for.
type kinds uint8

const (
	rules kinds = 1 << iota
	correlations
	filters
	detections = rules | filters // what has selections
	all        = rules | correlations | filters
)

// checks are all there are. A document's findings come in this order.
var checks = []check{
	{[]diag.Code{diag.SigmaKeyKind}, all, keyKinds},
	{[]diag.Code{diag.SigmaKeyUnknown}, all, unknownKeys},
	{[]diag.Code{diag.SigmaKeyMissing}, all, missingKeys},
	{[]diag.Code{diag.SigmaTitleMissing, diag.SigmaTooLong}, all, texts},
	{[]diag.Code{diag.SigmaIDForm}, all, idForm},
	{[]diag.Code{diag.SigmaDate, diag.SigmaDateOrder}, all, dates},
	{[]diag.Code{diag.SigmaStatus, diag.SigmaLevel}, all, words},
	{[]diag.Code{diag.SigmaRelated}, all, related},
	{[]diag.Code{diag.SigmaReference}, all, references},
	{[]diag.Code{diag.SigmaRepeated, diag.SigmaEntryShort}, all, entries},
	{[]diag.Code{diag.SigmaLicense}, all, license},
	{[]diag.Code{diag.SigmaFalsePos}, all, falsePositives},
	{[]diag.Code{diag.SigmaTagForm, diag.SigmaTagNamespace, diag.SigmaTagValue, diag.SigmaAttackUnknown,
		diag.SigmaAttackRevoked, diag.SigmaTacticRenamed, diag.SigmaTacticMissing, diag.SigmaTacticOther}, all, tags},
	{[]diag.Code{diag.SigmaLogsource, diag.SigmaLogsourceCase, diag.SigmaLogsourceKey}, detections, logsource},
	{[]diag.Code{diag.SigmaSpelling}, detections, spelling},
	{[]diag.Code{diag.SigmaUnused}, detections, unused},
	{[]diag.Code{diag.SigmaPatternOne, diag.SigmaPatternWide, diag.SigmaAllOfThem}, detections, patterns},
	{[]diag.Code{diag.SigmaFieldSpace}, detections, fieldSpaces},
	{[]diag.Code{diag.SigmaAllOfOne}, detections, allOfOne},
	{[]diag.Code{diag.SigmaNullInList}, detections, nullInList},
	{[]diag.Code{diag.SigmaNumberAsText}, detections, numberAsText},
	{[]diag.Code{diag.SigmaWildcard, diag.SigmaWildcardEnd}, detections, wildcards},
	{[]diag.Code{diag.SigmaPlainRegex, diag.SigmaRegexEnds}, detections, regexes},
	{[]diag.Code{diag.SigmaEmptyValue, diag.SigmaShortValue}, detections, shortValues},
	{[]diag.Code{diag.SigmaValueTwice, diag.SigmaValueImplied}, detections, impliedValues},
	{[]diag.Code{diag.SigmaWindash}, detections, windash},
	{[]diag.Code{diag.SigmaBase64}, detections, base64},
	{[]diag.Code{diag.SigmaCidrHost}, detections, cidr},
	{[]diag.Code{diag.SigmaEscapedStar, diag.SigmaEndSlash}, detections, backslashes},
	{[]diag.Code{diag.SigmaSpaces}, detections, spaces},
	{[]diag.Code{diag.SigmaClauseIdle}, detections, idleClauses},
	{[]diag.Code{diag.SigmaNever, diag.SigmaFilterIdle, diag.SigmaTooGeneric}, detections, constantRules},
	{[]diag.Code{diag.SigmaBounds, diag.SigmaRuleRefs, diag.SigmaAlias, diag.SigmaGroup}, correlations, correlation},
	{[]diag.Code{diag.SigmaFilterRules}, filters, filterRules},
}

// A subject is a document with what several checks ask of it.
type subject struct {
	*sigma.Document
	attack *attack.Catalog
	items  []item
	uses   []use
	budget int // how many atoms may still be held against each other
}

// maxPairs bounds the atoms of a document that are held against each other.
const maxPairs = 4000

// Check looks at one document. Without a catalog the tags of ATT&CK are not held against it. Of a document whose
// detection couldn't be read, what its nodes say is looked at, and its meaning is not.
func Check(d *sigma.Document, c *attack.Catalog, l *diag.List) {
	if d == nil || d.Node == nil || d.Node.Kind != source.Mapping {
		return
	}
	s := &subject{Document: d, attack: c, budget: maxPairs}
	kind := rules << d.Kind
	if kind&detections != 0 {
		s.readItems()
		s.readUses()
	}
	for _, c := range checks {
		if c.kinds&kind != 0 {
			c.look(s, l)
		}
	}
}

// at is where to say what is missing from the document.
func (s *subject) at() source.Span {
	if !s.Span.IsZero() {
		return s.Span
	}
	if len(s.Node.Pairs) > 0 {
		return s.Node.Pairs[0].Key.Span
	}
	return s.Node.Span
}

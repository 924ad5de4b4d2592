package corpus

import "strings"

// A Kind is what a YAML file is, as its top-level keys tell.
type Kind uint8

const (
	Foreign Kind = iota // neither of Sigma nor of ours
	Sigma               // rules, correlations, filters
	Ours                // a stub, a telemetry schema, a context table, items, …
)

var (
	// ourKeys are top-level keys that Sigma doesn't have.
	ourKeys = map[string]bool{"telemetry": true, "condition": true, "let": true, "covers": true, "tests": true, "alert": true,
		"serves": true, "sources": true, "version": true, "owner": true, "doc": true, "items": true, "tactic": true, "exclude": true,
		"time": true, "type": true, "contacts": true, "origin": true}
	// nested are keys of Sigma's that stand one step in: what a block of ours with the same name doesn't have.
	nested = map[string]string{"correlation": "group-by timespan", "filter": "rules condition"}
)

// Classify tells what a file is. It looks at lines, not at YAML, so that it also tells what a file with a mistake was
// meant to be, and a rule among several documents.
func Classify(text string) Kind {
	sigma, ours := 0, 0
	block := ""
	seen := map[string]bool{}
	for line := range strings.Lines(strings.TrimLeft(text, "\uFEFF")) {
		key, rest, ok := strings.Cut(line, ":")
		switch {
		case !ok || key == "" || rest == "":
			continue
		case key[0] == ' ' || key[0] == '\t':
			if want := nested[block]; want != "" && contains(want, strings.TrimSpace(key)) {
				sigma += 2
			}
			continue
		case strings.ContainsAny(key, " \t#-\"'{["):
			continue
		}
		block = key
		if seen[key] {
			continue
		}
		seen[key] = true
		switch {
		case key == "detection":
			return Sigma
		case ourKeys[key]:
			ours++
		}
	}
	switch {
	case seen["taxonomy"] && seen["fields"] && ours == 0: // a telemetry schema in Sigma's names
		return Ours
	case sigma > ours:
		return Sigma
	case ours > 0:
		return Ours
	case seen["logsource"] && (seen["title"] || seen["status"] || seen["level"]):
		return Sigma
	}
	return Foreign
}

func contains(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

package sigmalint

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// The keys that the specification has, by kind of document (schemas of 2.1). A document may have others.
var (
	headKeys = []string{"title", "id", "name", "status", "level", "description", "author", "date", "modified", "taxonomy",
		"license", "references", "tags", "falsepositives", "fields", "scope", "related", "logsource"}
	ruleKeys        = append(slices.Clone(headKeys), "detection")
	correlationKeys = append(slices.Clone(headKeys), "correlation", "generate")
	filterKeys      = append(slices.Clone(headKeys), "filter")
)

// textKeys hold text, listKeys lists of it.
var (
	textKeys = []string{"title", "id", "name", "status", "level", "description", "author", "date", "modified", "taxonomy", "license"}
	listKeys = []string{"references", "tags", "falsepositives", "fields", "scope"}
)

func (s *subject) keys() []string { return [][]string{ruleKeys, correlationKeys, filterKeys}[s.Kind] }

// keyKinds finds text where a list is due, and the reverse.
func keyKinds(s *subject, l *diag.List) {
	for _, p := range s.Node.Pairs {
		key, v := p.Key.Text.Value, p.Value
		switch {
		case v.IsNull():
		case v.Kind != source.Scalar && slices.Contains(textKeys, key):
			l.Add(diag.SigmaKeyKind, v.Span, "%s is text, not %s", key, v.What()).WithHelp("write one text")
		case v.Kind == source.Mapping && slices.Contains(listKeys, key):
			l.Add(diag.SigmaKeyKind, v.Span, "%s is a list, not %s", key, v.What()).WithHelp("begin each entry with a hyphen")
		case v.Kind == source.Scalar && slices.Contains(listKeys, key):
			d := l.Add(diag.SigmaKeyKind, v.Span, "%s is a list, not %s", key, v.What()).WithHelp("write it in square brackets")
			if quoted(v.Text) || style(v.Text) == ' ' && !strings.ContainsAny(v.Span.Text(), "[]{},\n") {
				d.Fixes = append(d.Fixes, diag.Fix{Title: "make it a list of one", Safe: true, Edits: []diag.Edit{
					{Span: source.Span{File: v.Span.File, Start: v.Span.Start, End: v.Span.Start}, New: "["},
					{Span: source.Span{File: v.Span.File, Start: v.Span.End, End: v.Span.End}, New: "]"}}})
			}
		}
	}
}

// unknownKeys finds keys that are nearly one of the specification's. Others are one's own and allowed.
func unknownKeys(s *subject, l *diag.List) {
	known := s.keys()
	for _, p := range s.Node.Pairs {
		key := p.Key.Text.Value
		if slices.Contains(known, key) || len(key) > 20 {
			continue
		}
		best := nearKey(key, known)
		if best == "" {
			continue
		}
		d := l.Add(diag.SigmaKeyUnknown, p.Key.Span, "Sigma has no key %q", clip(key))
		if s.Node.Get(best) != nil {
			d.WithHelp("there is %q already; take out what says the same twice", best)
			continue
		}
		d.WithHelp("did you mean %q?", best)
		withRewrite(d, "write "+best, p.Key.Text, best, true)
	}
}

// nearKey is the key that a name differs from by a slip of the keyboard, or "".
func nearKey(name string, known []string) string {
	best := diag.Nearest(name, known)
	if best == "" || strings.EqualFold(name, best) {
		return best
	}
	// Short words are near each other by chance: a key of one's own like `data` is no `date`.
	if len(best) < 6 && len(name) == len(best) || name[0] != best[0] && name[0]|0x20 != best[0] {
		return ""
	}
	return best
}

// missingKeys finds what the conventions ask of a document and it doesn't have.
func missingKeys(s *subject, l *diag.List) {
	want := []string{"id", "status", "description", "author", "date", "level"}
	switch {
	case s.Kind == sigma.FilterDocument:
		want = []string{"id", "description"}
	case s.Kind == sigma.CorrelationDocument:
		want = []string{"id", "status", "description", "level"}
	}
	var missing []string
	for _, key := range want {
		if s.Node.Get(key).IsNull() {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		l.Add(diag.SigmaKeyMissing, s.at(), "the document has no %s", strings.Join(missing, ", no ")).
			WithHelp("the specification leaves them open; whoever gets the alert will ask for them")
	}
}

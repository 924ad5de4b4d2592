package sigmalint

import (
	"strings"
	"unicode/utf8"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// relations are the types of `related`.
var relations = []string{"derived", "obsolete", "merged", "renamed", "similar"}

// related finds entries of `related` that lead nowhere.
func related(s *subject, l *diag.List) {
	n := s.Node.Get("related")
	if n.IsNull() {
		return
	}
	if n.Kind != source.Sequence {
		l.Add(diag.SigmaRelated, n.Span, "related is a list, not %s", n.What()).WithHelp("begin each entry with a hyphen")
		return
	}
	for _, e := range n.Items {
		if e.Kind != source.Mapping {
			l.Add(diag.SigmaRelated, e.Span, "an entry of related is a mapping of id and type, not %s", e.What()).WithHelp("write id: … and type: …")
			continue
		}
		id, kind := e.Get("id"), e.Get("type")
		switch {
		case id.IsNull() || id.Kind != source.Scalar:
			l.Add(diag.SigmaRelated, e.Span, "this entry of related names no id").WithHelp("add the other rule's id")
		case !isUUID(id.Text.Value):
			l.Add(diag.SigmaRelated, id.Span, "%q is no UUID", clip(id.Text.Value)).WithHelp("write the other rule's id")
		case strings.EqualFold(id.Text.Value, s.ID.Value):
			l.Add(diag.SigmaRelated, id.Span, "the document is related to itself").WithNote(s.ID.Whole, "its id").WithHelp("write the other rule's id")
		}
		if kind.IsNull() || kind.Kind != source.Scalar {
			l.Add(diag.SigmaRelated, e.Span, "this entry of related has no type").WithHelp("add one of %s", strings.Join(relations, ", "))
			continue
		}
		oneOf(diag.SigmaRelated, "type of relation", kind.Text, relations, map[string]string{"obsoletes": "obsolete"}, l)
	}
}

// references finds references that can't be opened, and pages of ATT&CK, which are tags.
func references(s *subject, l *diag.List) {
	for _, r := range s.References {
		v := r.Value
		switch {
		case strings.HasPrefix(v, "https://attack.mitre.org/") || strings.HasPrefix(v, "http://attack.mitre.org/"):
			l.Add(diag.SigmaReference, r.Whole, "a page of ATT&CK stands among the references").WithHelp("write a tag in its place, such as attack.t1059.001")
		case isAddress(v):
		default:
			l.Add(diag.SigmaReference, r.Whole, "%q is no address", clip(v)).WithHelp("write where it can be read: https://…")
		}
	}
}

// isAddress says that a text begins as a URL does: a scheme, a colon, two slashes and a host (RFC 3986, section 3).
func isAddress(v string) bool {
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok || scheme == "" || rest == "" || strings.ContainsAny(v, " \t\n") {
		return false
	}
	for _, c := range scheme {
		if !('a' <= c|0x20 && c|0x20 <= 'z') {
			return false
		}
	}
	return true
}

// entries finds what stands twice in a list of the head, and what is too short to be meant.
func entries(s *subject, l *diag.List) {
	for _, p := range s.Node.Pairs {
		key, list := p.Key.Text.Value, p.Value
		if list.Kind != source.Sequence || list.Items == nil {
			continue
		}
		switch key {
		case "references", "tags", "falsepositives", "fields", "scope":
		default:
			continue
		}
		seen := make(map[string]*source.Node, len(list.Items))
		for i, e := range list.Items {
			if e.Kind != source.Scalar || e.IsNull() {
				l.Add(diag.SigmaKeyKind, e.Span, "an entry of %s is text, not %s", key, e.What()).WithHelp("write text, in quotes where it holds a colon")
				continue
			}
			v := e.Text.Value
			if first := seen[v]; first != nil {
				d := l.Add(diag.SigmaRepeated, e.Span, "%q stands twice in %s", clip(v), key).WithNote(first.Span, "the first time").WithHelp("take one out")
				withRemoval(d, list, i)
				continue
			}
			seen[v] = e
			if (key == "falsepositives" || key == "scope") && utf8.RuneCountInString(v) < 2 {
				l.Add(diag.SigmaEntryShort, e.Span, "%q is too short for an entry of %s", v, key).WithHelp("write two characters or more, or take it out")
			}
		}
	}
}

// noFalsePositives are words that SigmaHQ's conventions refuse, with what they have for them.
var noFalsePositives = map[string]string{
	"none": "Unlikely", "n/a": "Unknown", "na": "Unknown", "no": "Unlikely", "nothing": "Unlikely", "not known": "Unknown", "none known": "Unknown",
	"unkown": "Unknown", "unknow": "Unknown", "pentest": "", "pentests": "", "penetration test": "", "penetration tests": "",
	"penetration testing": "", "red team": "", "red teaming": "", "redteam": "",
}

// falsePositives finds words in place of a false positive.
func falsePositives(s *subject, l *diag.List) {
	for _, t := range s.FalsePositives {
		low := strings.ToLower(strings.Trim(t.Value, " ."))
		better, bad := noFalsePositives[low]
		switch {
		case bad && better == "":
			l.Add(diag.SigmaFalsePos, t.Whole, "a test is no false positive: it is what the rule should find").WithHelp("take it out, or write what harmless thing looks alike")
		case bad:
			d := l.Add(diag.SigmaFalsePos, t.Whole, "%q is no word of the conventions", clip(t.Value)).WithHelp("write %s", better)
			withRewrite(d, "write "+better, t, better, true)
		case low == "unknown" && t.Value != "Unknown" || low == "unlikely" && t.Value != "Unlikely":
			better := strings.ToUpper(low[:1]) + low[1:]
			d := l.Add(diag.SigmaFalsePos, t.Whole, "%q is written %s", clip(t.Value), better).WithHelp("write %s", better)
			withRewrite(d, "write "+better, t, better, true)
		}
	}
}

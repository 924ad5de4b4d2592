package sigmalint

import (
	"regexp/syntax"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// regexes finds regular expressions that a comparison of texts says better, and .* at ends that are open anyway.
func regexes(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.has(re) {
			continue
		}
		for _, v := range it.values {
			if v.Kind != source.Scalar || v.IsNull() || len(v.Text.Value) > 4096 {
				continue
			}
			if plain(it, v, l) {
				continue
			}
			openEnds(v, l)
		}
	}
}

// plain reports an expression that is a text, with anchors or .* at its ends.
func plain(it *item, v *source.Node, l *diag.List) bool {
	text, lead, trail := v.Text.Value, false, false
	body := strings.TrimPrefix(text, "^")
	lead = body == text
	if rest := strings.TrimSuffix(body, "$"); rest != body && !strings.HasSuffix(rest, `\`) {
		body = rest
	} else {
		trail = true
	}
	if b := strings.TrimPrefix(body, ".*"); b != body {
		body, lead = b, true
	}
	if b := strings.TrimSuffix(body, ".*"); b != body && !strings.HasSuffix(b, `\`) {
		body, trail = b, true
	}
	if !cheap(body) {
		return false
	}
	tree, err := syntax.Parse(body, syntax.Perl)
	if err != nil || tree.Op != syntax.OpLiteral || tree.Flags&syntax.FoldCase != 0 {
		return false
	}
	modifier := map[[2]bool]string{{true, true}: "contains|cased", {true, false}: "endswith|cased", {false, true}: "startswith|cased"}[[2]bool{lead, trail}]
	if modifier == "" {
		modifier = "cased"
	}
	if it.has(reflag) {
		modifier = strings.TrimSuffix(strings.TrimSuffix(modifier, "cased"), "|")
	}
	d := l.Add(diag.SigmaPlainRegex, v.Span, "this regular expression only looks for the text %q", clip(string(tree.Rune)))
	if modifier == "" {
		d.WithHelp("write %s: and the text", it.field)
	} else {
		d.WithHelp("write %s|%s: and the text", it.field, modifier)
	}
	return true
}

// cheap says that an expression has no character that makes it more than a text, so that most are never parsed.
func cheap(body string) bool {
	if body == "" {
		return false
	}
	for i := 0; i < len(body); i++ {
		switch c := body[i]; c {
		case '\\':
			if i++; i == len(body) || alphanumeric(body[i]) {
				return false
			}
		case '.', '[', ']', '(', ')', '{', '}', '|', '*', '+', '?', '^', '$':
			return false
		}
	}
	return true
}

// openEnds reports .* at the ends of an expression that isn't anchored there.
func openEnds(v *source.Node, l *diag.List) {
	text := v.Text.Value
	lead := strings.HasPrefix(text, ".*") && !strings.HasPrefix(text, ".*?")
	trail := strings.HasSuffix(text, ".*") && !strings.HasSuffix(text, `\.*`)
	if !lead && !trail || len(text) < 4 || choice(text) {
		return
	}
	d := l.Add(diag.SigmaRegexEnds, v.Span, "an expression is looked for anywhere in the value: .* at its end says nothing").WithHelp("leave .* out")
	if !quoted(v.Text) || !v.Alias.IsZero() {
		return
	}
	var edits []diag.Edit
	if lead {
		edits = append(edits, diag.Edit{Span: v.Text.Span(0, 2)})
	}
	if trail {
		edits = append(edits, diag.Edit{Span: v.Text.Span(len(text)-2, len(text))})
	}
	// Some targets anchor expressions by themselves, so a person should look at it.
	d.Fixes = append(d.Fixes, diag.Fix{Title: "leave .* out", Edits: edits})
}

// choice says that an expression is a choice of several, whose ends are not those of the text.
func choice(text string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '|':
			if depth <= 0 {
				return true
			}
		}
	}
	return false
}

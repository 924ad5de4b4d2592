package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// backslashes finds wildcards of a path that its own backslash takes away, and paths of programs that end in one.
func backslashes(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if it.key == nil || !it.compares() || it.has(base64whole|base64offset) {
			continue
		}
		for _, v := range it.values {
			if !isText(v) || !strings.Contains(v.Text.Value, `\`) {
				continue
			}
			if strings.Contains(v.Text.Value, `\*`) || strings.Contains(v.Text.Value, `\?`) {
				escapedStar(it, v, l)
			}
			if it.mods == 0 && program(it.field) && strings.HasSuffix(v.Text.Value, `\`) && shapeOf(v.Text.Value).plain() {
				l.Add(diag.SigmaEndSlash, v.Span, "no program's path ends in a backslash").WithHelp("write %s|startswith, or the program's name behind it", it.field)
			}
		}
	}
}

// program says that a field holds the path of a file.
func program(field string) bool {
	return strings.HasSuffix(field, "Image") || field == "ImageLoaded" || field == "TargetFilename" || field == "OriginalFileName"
}

// free says that a field holds text that people write, in which a star may well stand for itself.
func free(field string) bool {
	low := strings.ToLower(field)
	for _, w := range []string{"command", "script", "payload", "query", "argument", "param", "data", "details", "message", "body", "uri", "url", "useragent", "user-agent"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return field == ""
}

// escapedStar reports the first wildcard of a path that a single backslash before it makes a plain character. Behind an
// escaped backslash it is meant: the specification's own form for both, which no one writes by mistake.
func escapedStar(it *item, v *source.Node, l *diag.List) {
	text := v.Text.Value
	if free(it.field) {
		return
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || !escapes(text, i) {
			continue
		}
		if text[i+1] == '\\' {
			i++
			continue
		}
		// Of a path: letters before it, or another backslash somewhere. \? alone is a plain question mark.
		if i > 1 && text[i-2:i] == `\\` {
			return // who escapes both knows what the others mean, too
		}
		path := strings.Contains(text[:i], `\`) || strings.HasSuffix(text[:i], ":") || strings.HasPrefix(text[i+2:], `\`)
		if path {
			d := l.Add(diag.SigmaEscapedStar, v.Text.Span(i, i+2), `\%c is a plain %c here, not a wildcard behind a backslash`, text[i+1], text[i+1]).
				WithHelp(`write \\%c for a backslash and a wildcard; as it stands the value looks for the character %c`, text[i+1], text[i+1])
			if style(v.Text) == '\'' && v.Alias.IsZero() {
				at := v.Text.Span(i, i)
				d.WithUnsafeFix("double the backslash", source.Span{File: at.File, Start: at.Start, End: at.Start}, `\`)
			}
			return
		}
		i++
	}
}

// spaces finds values with a space at an end where the field's own value begins or ends.
func spaces(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if it.key == nil || !it.compares() || it.has(contains|base64whole|base64offset) || free(it.field) {
			continue
		}
		for _, v := range it.values {
			if !isText(v) || len(v.Text.Value) < 2 {
				continue
			}
			text := v.Text.Value
			lead := text[0] == ' ' && !it.has(endswith)
			trail := text[len(text)-1] == ' ' && !it.has(startswith)
			if !lead && !trail {
				continue
			}
			where := "begins"
			if trail {
				where = "ends"
			}
			d := l.Add(diag.SigmaSpaces, v.Span, "the value %s with a space, and is compared with it", where).WithHelp("take the space out, or look for the value with contains")
			if !quoted(v.Text) || !v.Alias.IsZero() || strings.Trim(text, " ") == "" {
				continue
			}
			var edits []diag.Edit
			if lead {
				edits = append(edits, diag.Edit{Span: v.Text.Span(0, len(text)-len(strings.TrimLeft(text, " ")))})
			}
			if trail {
				edits = append(edits, diag.Edit{Span: v.Text.Span(len(strings.TrimRight(text, " ")), len(text))})
			}
			d.Fixes = append(d.Fixes, diag.Fix{Title: "take the space out", Edits: edits})
		}
	}
}

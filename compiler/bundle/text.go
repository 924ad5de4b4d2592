package bundle

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/diag"
)

// A piece of a summary is text, or a field that stands for its value.
type piece struct {
	text  string
	field bool
}

// pieces are a summary taken apart: {name} is a field. A brace that opens no name is text.
func pieces(summary string) []piece {
	var out []piece
	text := func(s string) {
		if s != "" {
			out = append(out, piece{s, false})
		}
	}
	for {
		before, rest, ok := strings.Cut(summary, "{")
		if !ok {
			text(summary)
			return out
		}
		end := strings.IndexAny(rest, "{}\n")
		if end <= 0 || rest[end] != '}' {
			text(before + "{")
			summary = rest
			continue
		}
		text(before)
		out = append(out, piece{rest[:end], true})
		summary = rest[end+1:]
	}
}

// fieldsOf are the fields that a summary names, each once.
func fieldsOf(summary string) []string {
	var out []string
	for _, p := range pieces(summary) {
		if p.field {
			out = append(out, p.text)
		}
	}
	return once(out)
}

// once takes out what stands there already, and what is empty.
func once(texts []string) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// hidden says that a character shows nothing by itself, or changes how others are read: controls, marks of direction.
func hidden(r rune) bool {
	if ' ' <= r && r < 0x7F {
		return false
	}
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff')
}

// prose is text for people as it may stand anywhere: what can't be seen is U+FFFD, so that a reviewer sees that it is
// there, and no reader takes it for an end of line or of the text.
func prose(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// oneLine is prose on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(prose(s)), " ") }

// cut is a text of at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " \n") + "…"
}

// raw says whether a query can stand in a file of plain text as it is.
func raw(query string) bool {
	return utf8.ValidString(query) && strings.IndexFunc(query, func(r rune) bool {
		return r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
	}) < 0
}

// markdown is one line whose marks are no marks.
func markdown(s string) string {
	return marks.Replace(oneLine(s))
}

var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "!", `\!`)

// code is one line as code in Markdown.
func code(s string) string { return "`" + strings.ReplaceAll(oneLine(s), "`", "'") + "`" }

// description is what an analyst reads of a rule, with what the target has no place for by itself.
func (b *builder) description(p *planned) string {
	if p.Rule == nil {
		return "Removed from the rules; kept here so that it stays switched off."
	}
	var out []string
	add := func(head string, texts []string) {
		if len(texts) > 0 {
			out = append(out, head+":\n- "+strings.Join(texts, "\n- "))
		}
	}
	if p.Description != "" {
		out = append(out, strings.TrimSpace(p.Description))
	}
	if p.Summary != "" {
		out = append(out, "Alert: "+p.Summary)
	}
	add("Known false positives", p.FalsePositives)
	add("The level is raised where", p.LevelWhen)
	if p.Fidelity == "approximate" {
		add("The query is approximate", p.Losses)
	}
	if len(p.Sources) > 0 {
		out = append(out, "Source: "+list(p.Sources))
	}
	out = append(out, "ATT&CK: "+list(p.attack()))
	return prose(strings.Join(out, "\n\n"))
}

// attack are the ids of the tactic and the techniques.
func (r *Rule) attack() []string {
	out := []string{r.Tactic.ID}
	for _, t := range r.Techniques {
		out = append(out, t.ID)
	}
	return once(out)
}

// techniques are the ids of the techniques alone, each once.
func (r *Rule) techniques() []string { return once(ids(r.Techniques)) }

func ids(a []Attack) []string {
	var out []string
	for _, t := range a {
		out = append(out, t.ID)
	}
	return out
}

// unwritable says why the target can't hold a rule, with a finding; empty where it can.
func (b *builder) unwritable(r *Rule) string {
	why, code := "", diag.BundleUnwritable
	textFile := b.kind == "splunk" || b.kind == "secops" || b.kind == "sql"
	switch {
	case r.ID == "" || r.Name == "":
		why = "it has no id or no name"
	case strings.TrimSpace(r.Query) == "":
		why = "it has no query"
	case !utf8.ValidString(r.Query) || strings.Contains(r.Query, "\x00"):
		why = "its query holds a NUL, or bytes that are no UTF-8"
	case textFile && !raw(r.Query):
		why = "its query holds a control character, which the file can't"
	default:
		why, code = b.overLimit(r), diag.BundleLimit
	}
	if why != "" {
		b.findings.Add(code, r.Span, "%s is not in the bundle for %s: %s", r.Name, b.in.Target, why)
	}
	return why
}

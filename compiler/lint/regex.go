package lint

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// plainRegex finds regular expressions that only look for a text.
func plainRegex(r *Rule, l *diag.List) {
	for _, text := range r.texts() {
		each(text, func(e ir.Expr) bool {
			if re, ok := e.(*ir.Regex); ok && len(re.Patterns) == 1 {
				if p, ok := plainOf(re.Patterns[0]); ok {
					p.report(re, l)
				}
			}
			return true
		})
	}
}

// A plain is a regular expression said as a comparison of texts.
type plain struct {
	op     string // contains, startsWith, endsWith; "" for ==
	texts  []string
	folded bool // case doesn't count
}

func (p plain) report(re *ir.Regex, l *diag.List) {
	of, quote, ok := call(re)
	if !ok {
		of, quote = re.Field.Name, `"`
	}
	d := l.Add(diag.PlainRegex, re.Span, "this regular expression only looks for a text").WithHelp("write %s", p.form(of, quote))
	if !ok || strings.ContainsAny(strings.Join(p.texts, ""), "\\\"'\n\r\t#:") {
		return
	}
	d.Fixes = append(d.Fixes, diag.Fix{Title: "compare texts", Safe: p.same(re.Field),
		Edits: []diag.Edit{{Span: re.Span, New: p.form(of, quote)}}})
}

// form writes the comparison in CEL.
func (p plain) form(field, quote string) string {
	quoted := make([]string, len(p.texts))
	for i, t := range p.texts {
		quoted[i] = quote + strings.ReplaceAll(strings.ReplaceAll(t, `\`, `\\`), quote, `\`+quote) + quote
	}
	list := strings.Join(quoted, ", ")
	switch {
	case p.op == "" && len(p.texts) == 1:
		return field + " == " + list
	case p.op == "":
		return field + " in [" + list + "]"
	case len(p.texts) == 1:
		return field + "." + p.op + "(" + list + ")"
	}
	return field + "." + p.op + "Any([" + list + "])"
}

// same says that the comparison means what the regular expression does. One without (?i) minds case, and a comparison
// does on a cased field only. With (?i) RE2 takes ſ for s and the Kelvin sign for k, which a comparison with ASCII
// letters doesn't.
func (p plain) same(f ir.Field) bool {
	all := strings.ToLower(strings.Join(p.texts, ""))
	letters := strings.ToUpper(all) != all
	if p.folded {
		return !f.Cased && !strings.ContainsAny(all, "sk") || !letters
	}
	return f.Cased || !letters
}

var callOf = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.]*)\.matches\(\s*r?(["'])[^"']`)

// call finds what `of.matches("...")` is called on, inside an exists() its variable, and the quote, where the text is
// just that: in a quoted YAML scalar the quotes are doubled or escaped.
func call(re *ir.Regex) (of, quote string, ok bool) {
	m := callOf.FindStringSubmatch(re.Span.Text())
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// maxTexts bounds the texts that an expression is written out to.
const maxTexts = 16

// plainOf reads a pattern that is a text, or a choice of texts, with ^ and $ around it. Beside an open end .* says
// nothing.
func plainOf(pattern string) (p plain, ok bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return p, false
	}
	parts := []*syntax.Regexp{re}
	for len(parts) == 1 && (parts[0].Op == syntax.OpConcat || parts[0].Op == syntax.OpCapture) {
		parts = parts[0].Sub
	}
	begin, end := false, false
	if n := len(parts); n > 0 && parts[0].Op == syntax.OpBeginText {
		begin, parts = true, parts[1:]
	}
	if n := len(parts); n > 0 && parts[n-1].Op == syntax.OpEndText {
		end, parts = true, parts[:n-1]
	}
	if len(parts) > 0 && !begin && anything(parts[0]) {
		parts = parts[1:]
	}
	if n := len(parts); n > 0 && !end && anything(parts[n-1]) {
		parts = parts[:n-1]
	}
	p.texts, ok = written(parts, &p.folded)
	for _, t := range p.texts {
		ok = ok && t != ""
	}
	switch {
	case begin && !end:
		p.op = "startsWith"
	case end && !begin:
		p.op = "endsWith"
	case !begin:
		p.op = "contains"
	}
	return p, ok && len(p.texts) > 0
}

func anything(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL)
}

// written lists the texts that a run of parts stands for.
func written(parts []*syntax.Regexp, folded *bool) ([]string, bool) {
	out := []string{""}
	for _, part := range parts {
		tails, ok := alternatives(part, folded)
		if !ok || len(out)*len(tails) > maxTexts {
			return nil, false
		}
		var next []string
		for _, head := range out {
			for _, tail := range tails {
				next = append(next, head+tail)
			}
		}
		out = next
	}
	return out, true
}

func alternatives(re *syntax.Regexp, folded *bool) ([]string, bool) {
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 { // the parser puts the least of the letters that are one, which is the capital
			*folded, text = true, strings.ToLower(text)
		}
		return []string{text}, true
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpCapture, syntax.OpConcat:
		return written(re.Sub, folded)
	case syntax.OpAlternate:
		var out []string
		for _, s := range re.Sub {
			texts, ok := alternatives(s, folded)
			if !ok {
				return nil, false
			}
			out = append(out, texts...)
		}
		return out, len(out) <= maxTexts
	}
	return nil, false
}

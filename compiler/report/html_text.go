package report

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/coverage"
)

// htmlAnchor is the id of a part of the page, of characters that need no escape in an address. A name that needs some, or is
// longer than an address should be, has a digest of it in their place.
func htmlAnchor(prefix, name string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._/-", r))
	}
	if len(name) > 120 || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		sum := sha256.Sum256([]byte(name))
		name = "x-" + hex.EncodeToString(sum[:8])
	}
	return prefix + name
}

// inert drops from a page what could move a cursor, hide or reorder text, wherever it came from; in place.
func inert(page []byte) []byte {
	out := page[:0]
	for i := 0; i < len(page); {
		if c := page[i]; c >= ' ' && c < 0x7f || c == '\n' {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(page[i:])
		if !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && r != unicode.ReplacementChar {
			out = append(out, page[i:i+n]...)
		}
		i += n
	}
	return out
}

// preformatted escapes a text whose lines are its own. Quotes need no escape between tags.
func preformatted(s string) template.HTML {
	var b strings.Builder
	b.Grow(len(s) + len(s)/16)
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteString("    ")
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		default:
			b.WriteRune(r)
		}
	}
	return template.HTML(b.String())
}

// htmlClip is a text for a cell: one line, and no longer than anybody reads there.
func htmlClip(s string) string {
	const most = 320
	s = clean(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// shortDigest is a digest as people compare it; in full it stands in the JSON report.
func shortDigest(digest string) string {
	digest = strings.TrimPrefix(clean(digest), "sha256:")
	return digest[:min(len(digest), 12)]
}

// gateLook is how a gate's state is shown: a class for its colour and pattern, a mark for who doesn't see those, its word.
type gateLook struct{ class, mark, word string }

func lookOf(s coverage.State) gateLook {
	switch s {
	case coverage.Pass:
		return gateLook{"gp", "✓", s.String()}
	case coverage.Stale:
		return gateLook{"gs", "!", s.String()}
	case coverage.Failed:
		return gateLook{"gf", "×", s.String()}
	case coverage.Waived:
		return gateLook{"gw", "~", s.String()}
	case coverage.NotApplicable:
		return gateLook{"gn", "–", "not applicable"}
	}
	return gateLook{"gu", "?", coverage.Unknown.String()}
}

// gateCells are the cells of a row of gates: a class for colour, pattern and mark, the word for who listens, and why as a
// tooltip. There are thousands of them, so they are as short as HTML allows.
func gateCells(g coverage.Gates, why coverage.Reasons) template.HTML {
	var b strings.Builder
	for _, gate := range coverage.AllGates() {
		l := lookOf(g[gate])
		b.WriteString(`<td class=` + l.class)
		if s := htmlClip(why[gate]); s != "" {
			b.WriteString(` title="` + template.HTMLEscapeString(s) + `"`)
		}
		b.WriteString(`><i>` + l.word + `</i>`)
	}
	return template.HTML(b.String())
}

// gateHeads are the column heads over gateCells. On a phone their first letters tell them apart well enough, beside the
// words for who listens.
func gateHeads() template.HTML {
	var b strings.Builder
	for _, gate := range coverage.AllGates() {
		b.WriteString(`<th scope="col" class="gh"><span>` + gate.String() + `</span></th>`)
	}
	return template.HTML(b.String())
}

// htmlBadge is the state of an item or an obligation: a mark of its own and its word.
func htmlBadge(state string) template.HTML {
	class, mark := stateLook(state)
	return template.HTML(`<span class="s ` + class + `"><b aria-hidden="true">` + mark + `</b>` + template.HTMLEscapeString(state) + `</span>`)
}

func stateLook(state string) (class, mark string) {
	switch state {
	case coverage.Effective:
		return "se", "✓"
	case coverage.Partial:
		return "sp", "½"
	case coverage.ItemWaived:
		return "sw", "~"
	case coverage.Blind:
		return "sb", "×"
	}
	return "sn", "–"
}

// stateMark is a gate's state with its mark, in a text.
func stateMark(s coverage.State) template.HTML {
	l := lookOf(s)
	return template.HTML(`<span class="g ` + l.class + ` ing"><b aria-hidden="true">` + l.mark + `</b>` + l.word + `</span>`)
}

// caseRows are the rows of a rule's cases. There are thousands of them, so they are as short as HTML allows.
func caseRows(cases []CaseDetail) template.HTML {
	var b strings.Builder
	text := func(s string) { b.WriteString(template.HTMLEscapeString(htmlClip(s))) }
	for _, c := range cases {
		b.WriteString("<tr><th scope=row><bdi>")
		text(c.Name)
		b.WriteString("</bdi><td>")
		if c.Line > 0 {
			b.WriteString(strconv.Itoa(c.Line))
		}
		b.WriteString("<td>")
		text(c.Want)
		switch c.Verdict {
		case Pass:
			b.WriteString("<td class=vp>pass")
		case Skip:
			b.WriteString("<td class=vu>skipped")
		default:
			b.WriteString("<td class=vf>fail")
		}
		if c.Message != "" {
			b.WriteString("<br><span class=dim>")
			text(c.Message)
			b.WriteString("</span>")
		}
	}
	return template.HTML(b.String())
}

// breakable is a name that may be broken after its own marks, where it would else be broken anywhere.
func breakable(s string) template.HTML {
	var b strings.Builder
	for _, r := range htmlClip(s) {
		b.WriteString(template.HTMLEscapeString(string(r)))
		if strings.ContainsRune("/_.", r) {
			b.WriteString("<wbr>")
		}
	}
	return template.HTML(b.String())
}

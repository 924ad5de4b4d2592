package report

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
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
		case r < ' ', r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar):
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

// gateCells are the cells of a row of gates: mark, word for who listens, and why as a tooltip.
func gateCells(g coverage.Gates, why coverage.Reasons) template.HTML {
	var b strings.Builder
	for _, gate := range coverage.AllGates() {
		l := lookOf(g[gate])
		b.WriteString(`<td class="g ` + l.class + `"`)
		if s := htmlClip(why[gate]); s != "" {
			b.WriteString(` title="` + template.HTMLEscapeString(s) + `"`)
		}
		b.WriteString(`><b>` + l.mark + `</b><i>` + l.word + `</i></td>`)
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
	return template.HTML(`<span class="g ` + l.class + ` in"><b aria-hidden="true">` + l.mark + `</b>` + l.word + `</span>`)
}

// verdictMark is a case's verdict with its mark.
func verdictMark(v Verdict) template.HTML {
	l := map[Verdict]gateLook{Pass: {"gp", "✓", "pass"}, Fail: {"gf", "×", "fail"}, Skip: {"gu", "?", "skipped"}}[v]
	if l.class == "" {
		l = gateLook{"gu", "?", "not run"}
	}
	return template.HTML(`<span class="g ` + l.class + ` in"><b aria-hidden="true">` + l.mark + `</b>` + l.word + `</span>`)
}

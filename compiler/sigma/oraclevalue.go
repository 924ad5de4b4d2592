package sigma

import (
	"encoding/base64"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"detc/compiler/ir"
)

// test is what one value asks of an event. It is written against the specification, not after package eval: every
// text becomes a regular expression.
func (o *Oracle) test(name string, mods []string, value any, tables map[string][]string) (func(map[string]any) bool, error) {
	if value == nil {
		return missing(name, mods)
	}
	f := o.field(name)
	f.Name = name
	cased := slices.Contains(mods, "cased")
	var kind, encoding, charset, flags string
	for _, m := range mods {
		switch m {
		case "cased":
		case "windash", "base64", "base64offset":
			encoding = m
		case "utf16le", "wide", "utf16be", "utf16":
			charset = m
		case "i", "m", "s":
			flags += m
		case "contains", "startswith", "endswith", "re", "cidr", "lt", "lte", "gt", "gte", "fieldref", "exists", "expand",
			"minute", "hour", "day", "week", "month", "year":
			kind = m
		default:
			return nil, fmt.Errorf("the oracle doesn't know the modifier %q", m)
		}
	}
	if name == "" {
		return keyword(kind, encoding+charset, fmt.Sprint(value))
	}
	if f.Type == ir.String { // whose type may not be known: each modifier reads it as its own
		switch kind {
		case "cidr":
			f.Type = ir.IP
		case "lt", "lte", "gt", "gte":
			f.Type = ir.Double
		case "minute", "hour", "day", "week", "month", "year":
			f.Type = ir.Timestamp
		}
	}
	text := fmt.Sprint(value)
	if d, ok := value.(float64); ok {
		text = strconv.FormatFloat(d, 'f', -1, 64)
	}
	switch kind {
	case "exists":
		return func(e map[string]any) bool { return len(values(e, name)) > 0 == (text == "true") }, nil
	case "fieldref":
		other := o.field(text)
		other.Name = text
		return func(e map[string]any) bool { return overlap(read(e, f), read(e, other), cased) }, nil
	case "expand":
		var entries []ir.Value
		for _, entry := range tables[strings.Trim(text, "%")] {
			if v, ok := ir.ParseValue(f, entry, true); ok {
				entries = append(entries, v)
			}
		}
		return func(e map[string]any) bool { return listed(read(e, f), entries, cased) }, nil
	}
	one, err := single(f, kind, encoding, charset, flags, text, cased)
	if err != nil {
		return nil, err
	}
	return func(e map[string]any) bool { return slices.ContainsFunc(read(e, f), one) }, nil
}

// missing is what null asks of an event: that the field is not there.
func missing(name string, mods []string) (func(map[string]any) bool, error) {
	if len(mods) > 0 || name == "" {
		return nil, fmt.Errorf("null goes with no modifier, and is no keyword")
	}
	return func(e map[string]any) bool { return len(values(e, name)) == 0 }, nil
}

// keyword is what a value without a field asks of an event: that some text has it, wildcards and all.
func keyword(kind, encoding, text string) (func(map[string]any) bool, error) {
	if kind != "" && kind != "contains" || encoding != "" {
		return nil, fmt.Errorf("a keyword is looked for anywhere, as it is")
	}
	re, err := search("contains", "", "", text, false)
	if err != nil {
		return nil, err
	}
	return func(e map[string]any) bool { return anywhere(e, re.MatchString) }, nil
}

// single is what one value asks of one value of a field.
func single(f ir.Field, kind, encoding, charset, flags, text string, cased bool) (func(ir.Value) bool, error) {
	switch kind {
	case "re":
		if flags != "" {
			text = "(?" + flags + ")" + text
		}
		re, err := regexp.Compile(text)
		return func(v ir.Value) bool { return re.MatchString(v.Str) }, err
	case "cidr":
		if a := net.ParseIP(text); a != nil { // a network of its own
			text += map[bool]string{true: "/32", false: "/128"}[a.To4() != nil]
		}
		_, network, err := net.ParseCIDR(text)
		return func(v ir.Value) bool { return v.Type == ir.IP && network.Contains(net.IP(v.IP.AsSlice())) }, err
	case "lt", "lte", "gt", "gte":
		want, ok := ir.ParseValue(f, text, true)
		if !ok {
			return nil, fmt.Errorf("%q is no %s", text, f.Type)
		}
		return func(v ir.Value) bool { return ordered(kind, v, want) }, nil
	case "minute", "hour", "day", "week", "month", "year":
		return func(v ir.Value) bool { return strconv.Itoa(part(v, kind)) == text }, nil
	}
	if f.Type != ir.String {
		want, ok := ir.ParseValue(f, text, true)
		return func(v ir.Value) bool { return ok && v == want }, nil
	}
	re, err := search(kind, encoding, charset, text, cased)
	if err != nil {
		return nil, err
	}
	return func(v ir.Value) bool { return re.MatchString(v.Str) }, nil
}

func ordered(kind string, v, want ir.Value) bool {
	less, more := v.Int < want.Int, v.Int > want.Int
	if v.Type == ir.Double {
		less, more = v.Float < want.Float, v.Float > want.Float
	}
	switch kind {
	case "lt":
		return less
	case "lte":
		return less || v.Int == want.Int && v.Float == want.Float
	case "gt":
		return more
	}
	return more || v.Int == want.Int && v.Float == want.Float
}

func part(v ir.Value, kind string) int {
	t := time.Unix(0, v.Int).UTC()
	_, week := t.ISOWeek()
	return map[string]int{"minute": t.Minute(), "hour": t.Hour(), "day": t.Day(), "week": week, "month": int(t.Month()), "year": t.Year()}[kind]
}

// search is a Sigma value as a regular expression: wildcards and escapes decoded, dashes and base64 expanded, case
// folded as the literal's letters say.
func search(kind, encoding, charset, value string, cased bool) (*regexp.Regexp, error) {
	whole := ""
	for _, t := range tokens(value) {
		whole += t.text
	}
	if charset != "" {
		whole = inUTF16(charset, whole)
	}
	var body string
	switch encoding {
	case "":
		if charset != "" {
			body = bytesOf(whole, cased)
			break
		}
		body = pieces(tokens(value), cased, beyond(whole), false)
	case "base64":
		body = quote(base64.StdEncoding.EncodeToString([]byte(whole)), cased, false)
	case "base64offset":
		body = offsets(whole, cased)
	default:
		body = pieces(tokens(value), cased, beyond(whole), true)
	}
	before, after := `\A`, `\z`
	if kind == "contains" || kind == "endswith" {
		before = ""
	}
	if kind == "contains" || kind == "startswith" {
		after = ""
	}
	return regexp.Compile("(?s:" + before + body + after + ")")
}

// beyond says that a text has a letter outside ASCII that has a case.
func beyond(text string) bool {
	return slices.ContainsFunc([]rune(text), func(r rune) bool { return r > unicode.MaxASCII && unicode.SimpleFold(r) != r })
}

// inUTF16 is a text in two bytes a character, low byte first but for utf16be.
func inUTF16(charset, text string) string {
	var b strings.Builder
	if charset == "utf16" {
		b.WriteString("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if charset == "utf16be" {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

// bytesOf is a regular expression of bytes that are a text of their own: where they are no UTF-8, no text has them.
func bytesOf(s string, cased bool) string {
	if !utf8.ValidString(s) {
		return `[^\x00-\x{10FFFF}]`
	}
	return quote(s, cased, beyond(s))
}

// offsets is a choice of what a text leaves in base64 at each of three places (Sigma specification 2.1).
func offsets(text string, cased bool) string {
	var choice []string
	for i, head := range []int{0, 2, 3} {
		b := base64.StdEncoding.EncodeToString(append([]byte("   ")[:i:i], text...))
		if end := len(b) - []int{0, 3, 2}[(len(text)+i)%3]; end > head {
			choice = append(choice, quote(b[head:end], cased, false))
		}
	}
	if len(choice) == 0 {
		return `[^\x00-\x{10FFFF}]`
	}
	return "(?:" + strings.Join(choice, "|") + ")"
}

// optionDashes finds the dashes that begin a word: before such a one stands no letter, number or _, after it one does.
func optionDashes(text string) (at []int) {
	word := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
	before := ' '
	for i, r := range text {
		if next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):]); (r == '-' || r == '/') && !word(before) && word(next) {
			at = append(at, i)
		}
		before = r
	}
	return at
}

// pieces is a value's tokens. With windash every dash that begins a word is any of the five.
func pieces(toks []token, cased, unicodeFold, windash bool) string {
	var b strings.Builder
	for _, t := range toks {
		switch {
		case t.any:
			b.WriteString(".*")
		case t.one:
			b.WriteString(".")
		case windash:
			last := 0
			for _, at := range optionDashes(t.text) {
				b.WriteString(quote(t.text[last:at], cased, unicodeFold) + "[-/–—―]")
				last = at + 1
			}
			b.WriteString(quote(t.text[last:], cased, unicodeFold))
		default:
			b.WriteString(quote(t.text, cased, unicodeFold))
		}
	}
	return b.String()
}

// quote is a text as a regular expression of itself, in the fold of its letters.
func quote(text string, cased, unicodeFold bool) string {
	if cased {
		return regexp.QuoteMeta(text)
	}
	if unicodeFold {
		return "(?i:" + regexp.QuoteMeta(text) + ")"
	}
	var b strings.Builder
	for _, r := range text {
		if r <= unicode.MaxASCII && unicode.IsLetter(r) {
			b.WriteString("[" + string(unicode.ToLower(r)) + string(unicode.ToUpper(r)) + "]")
		} else {
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// overlap says that two fields have a value in common, whichever of the two is taken for the literal.
func overlap(a, b []ir.Value, cased bool) bool {
	return slices.ContainsFunc(a, func(v ir.Value) bool {
		return slices.ContainsFunc(b, func(w ir.Value) bool { return alike(v, w, cased) && alike(w, v, cased) })
	})
}

func listed(have, entries []ir.Value, cased bool) bool {
	return slices.ContainsFunc(have, func(v ir.Value) bool {
		return slices.ContainsFunc(entries, func(entry ir.Value) bool { return alike(entry, v, cased) })
	})
}

func alike(literal, v ir.Value, cased bool) bool {
	if v.Type != ir.String || literal.Type != ir.String || cased {
		return v == literal
	}
	re, err := search("", "", "", escape(literal.Str), false)
	return err == nil && re.MatchString(v.Str)
}

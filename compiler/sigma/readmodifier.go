package sigma

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A question is what a field's modifiers ask: everything of an atom but its value.
type question struct {
	field    ir.Field // its type is what the log's schema says; no name is keywords
	kind     kind
	encoding ir.Encoding
	flags    string // of a regular expression, in their order
	all      bool   // every value must hold
	negated  bool
	key      *source.Node
}

// A kind is what is asked of a field's value.
type kind uint8

const (
	equals kind = iota
	contains
	startswith
	endswith
	regex
	cidr
	lt
	lte
	gt
	gte
	fieldref
	exists
	expand
	minute
	hour
	day
	week
	month
	year
)

var kindWords = [...]string{"", "contains", "startswith", "endswith", "re", "cidr", "lt", "lte", "gt", "gte", "fieldref", "exists", "expand",
	"minute", "hour", "day", "week", "month", "year"}

func (k kind) String() string { return kindWords[k] }

// inText says that the kind looks for a text in a text, so that encodings and case have a meaning.
func (k kind) inText() bool { return k <= endswith }

// kindOf reads a modifier's name (Sigma specification 2.1, "Sigma Modifiers").
func kindOf(m string) (k kind, ok bool) {
	switch m {
	case "contains":
		return contains, true
	case "startswith":
		return startswith, true
	case "endswith":
		return endswith, true
	case "re":
		return regex, true
	case "cidr":
		return cidr, true
	case "lt":
		return lt, true
	case "lte":
		return lte, true
	case "gt":
		return gt, true
	case "gte":
		return gte, true
	case "fieldref":
		return fieldref, true
	case "exists":
		return exists, true
	case "expand":
		return expand, true
	}
	return timeKind(m)
}

func timeKind(m string) (k kind, ok bool) {
	for k := minute; k <= year; k++ {
		if kindWords[k] == m {
			return k, true
		}
	}
	return equals, false
}

// modifierNames are all, for who mistypes one.
func modifierNames() []string {
	return append([]string{"all", "cased", "neq", "windash", "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide", "i", "m", "s"}, kindWords[1:]...)
}

// modifiers reads field|modifier|…. ok is false where a finding says why not.
func (r *reader) modifiers(key *source.Node) (q question, ok bool) {
	text := key.Text.Value
	end := strings.IndexByte(text, '|')
	if end < 0 {
		end = len(text)
	}
	name := text[:end]
	q = question{key: key, field: r.field(name)}
	q.field.Name, q.field.Cased = name, false
	for at := end; at < len(text); {
		start := at + 1
		at = len(text)
		if next := strings.IndexByte(text[start:], '|'); next >= 0 {
			at = start + next
		}
		if !r.modifier(&q, text[start:at], start) {
			return q, false
		}
	}
	if name == "" {
		return q, r.ofKeywords(&q)
	}
	return q, true
}

// modifier reads one; it stands in the key from that byte on.
func (r *reader) modifier(q *question, m string, start int) bool {
	pair := func(format string, args ...any) bool {
		r.fail(diag.SigmaModifierPair, q.key.Text.Span(start, start+len(m)), format, args...).
			WithHelp("modifiers apply from left to right; leave one out, or ask twice, in two selections")
		return false
	}
	twice := func(is bool) bool { return is && !pair("the modifier %q stands twice", m) }
	switch m {
	case "all":
		if twice(q.all) {
			return false
		}
		q.all = true
		return true
	case "neq":
		if twice(q.negated) {
			return false
		}
		q.negated = true
		return true
	case "cased":
		if twice(q.field.Cased) {
			return false
		}
		if !q.kind.inText() && q.kind != fieldref && q.kind != expand {
			return pair("the modifier \"cased\" doesn't go with the one before: nothing in %q folds case", q.kind)
		}
		q.field.Cased = true
		return true
	case "i", "m", "s":
		if q.kind != regex {
			return pair("the modifier %q says how a regular expression is read, and stands behind \"re\"", m)
		}
		if twice(strings.Contains(q.flags, m)) {
			return false
		}
		q.flags += m
		return true
	case "windash", "base64", "base64offset", "utf16le", "wide", "utf16be", "utf16":
		return r.encoding(q, m, start)
	}
	k, known := kindOf(m)
	switch {
	case !known:
		span := q.key.Text.Span(start, start+len(m))
		r.fail(diag.SigmaModifier, span, "there is no modifier %q", m).
			WithHelp("the modifiers are %s", strings.Join(modifierNames(), ", ")).WithGuess(span, m, modifierNames())
		return false
	case k == q.kind:
		return !twice(true)
	case q.kind != equals && (q.kind == fieldref || q.kind == expand) && (k.inText() || k == regex) || (k == fieldref || k == expand) && (q.kind != equals && q.kind.inText() || q.kind == regex):
		r.fail(diag.SigmaUnsaid, q.key.Text.Span(start, start+len(m)), "the modifiers %q and %q together can't be carried over: fields, and placeholders, are held against whole values", q.kind, k).
			WithHelp("leave out what looks inside the value, or write the rule with the values themselves")
		return false
	case q.kind != equals:
		return pair("the modifier %q doesn't go with the one before, %q", m, q.kind)
	case !k.inText() && !q.encoding.Plain():
		return pair("the modifier %q doesn't go with the one before: %q is for texts", m, q.encoding.Words()[0])
	case !k.inText() && q.field.Cased && k != fieldref && k != expand:
		return pair("the modifier %q doesn't go with the one before: nothing in it folds case", m)
	}
	q.kind = k
	return true
}

// encoding reads windash, base64 and their kin: each applies to what those before it made of the value, so a charset
// stands before base64, and base64 before the place to look at.
func (r *reader) encoding(q *question, m string, start int) bool {
	span := q.key.Text.Span(start, start+len(m))
	pair := func(format string, args ...any) bool {
		r.fail(diag.SigmaModifierPair, span, format, args...).
			WithHelp("modifiers apply from left to right: utf16le|base64offset|contains")
		return false
	}
	e := ir.Encoding{}
	switch m {
	case "windash":
		e.Dash = true
	case "base64":
		e.Base64 = ir.Base64Whole
	case "base64offset":
		e.Base64 = ir.Base64Offset
	default:
		e.Wide, _ = ir.ParseCharset(m)
	}
	had := q.encoding
	switch {
	case !q.kind.inText():
		return pair("the modifier %q doesn't go with the one before: it is for texts, %q isn't", m, q.kind)
	case e.Dash && had.Dash, e.Wide != ir.UTF8 && had.Wide != ir.UTF8, e.Base64 != ir.NoBase64 && had.Base64 != ir.NoBase64:
		return pair("the modifier %q doesn't go with the one before, %q", m, had)
	case (e.Dash || had.Dash) && !had.Plain():
		r.fail(diag.SigmaUnsaid, span, "windash can't be carried over together with another encoding: each dash would have to be encoded in five ways").
			WithHelp("list the spellings with each dash")
		return false
	case e.Wide != ir.UTF8 && had.Base64 != ir.NoBase64:
		return pair("the modifier %q must stand before %q: what is in base64 has its bytes already", m, had.Base64)
	case e.Base64 != ir.NoBase64 && q.kind != equals:
		return pair("the modifier %q must stand before %q: what is put around the value would be encoded too", m, q.kind)
	}
	q.encoding = ir.Encoding{Dash: had.Dash || e.Dash, Wide: max(had.Wide, e.Wide), Base64: max(had.Base64, e.Base64)}
	return true
}

// ofKeywords says whether the modifiers have a meaning without a field: keywords are looked for anywhere in the event,
// without regard to case.
func (r *reader) ofKeywords(q *question) bool {
	if q.key.Text.Value != "" && q.encoding.Plain() && !q.field.Cased && (q.kind == equals || q.kind == contains) {
		return true
	}
	if q.key.Text.Value == "" {
		r.fail(diag.SigmaSelection, q.key.Span, "a field has no name").WithHelp("write its name, or a list of keywords without a key")
		return false
	}
	r.fail(diag.SigmaUnsaid, q.key.Span, "%q: keywords, which have no field, are texts to be found anywhere; no modifier but all goes with them", q.key.Text.Value).
		WithHelp("name the field")
	return false
}

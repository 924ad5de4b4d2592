package logql

import (
	"strconv"
	"strings"
	"unicode"
)

// A node is a condition on labels. The grammar has and, or and parentheses but no negation: each filter knows its opposite.
type node struct {
	kind    kind
	yes, no string // of a filter: itself and its opposite
	args    []node
}

type kind uint8

const (
	always kind = iota
	never
	filter
	conj
	disj
	// guarded is a condition on numbers, args[1], that holds where the filter args[0] does, which says that there is a
	// number: a comparison with what is none would let the line through with an error.
	guarded
)

func constant(v bool) node {
	if v {
		return node{kind: always}
	}
	return node{kind: never}
}

func compare(label, op, opposite, value string) node {
	return node{kind: filter, yes: label + op + value, no: label + opposite + value}
}

func equals(label, text string) node  { return compare(label, "=", "!=", quoted(text)) }
func matches(label, expr string) node { return compare(label, "=~", "!~", quoted(expr)) }
func there(label string) node         { return compare(label, "!=", "=", `""`) }

func conjunction(nodes ...node) node { return joined(conj, always, never, nodes) }
func disjunction(nodes ...node) node { return joined(disj, never, always, nodes) }

// joined leaves out what says nothing, and is what decides all.
func joined(k, empty, decides kind, nodes []node) node {
	out := node{kind: k}
	for _, n := range nodes {
		switch n.kind {
		case empty:
		case decides:
			return n
		case k:
			out.args = append(out.args, n.args...)
		default:
			out.args = append(out.args, n)
		}
	}
	switch len(out.args) {
	case 0:
		return node{kind: empty}
	case 1:
		return out.args[0]
	}
	return out
}

func (n node) negated() node {
	switch n.kind {
	case always:
		return node{kind: never}
	case never:
		return node{kind: always}
	case filter:
		return node{kind: filter, yes: n.no, no: n.yes}
	case guarded:
		return disjunction(n.args[0].negated(), n.args[1].negated())
	}
	out := make([]node, len(n.args))
	for i, a := range n.args {
		out[i] = a.negated()
	}
	if n.kind == conj {
		return disjunction(out...)
	}
	return conjunction(out...)
}

// stages are a condition as stages of a pipeline: each part of a conjunction is one, so that what comes later looks only at
// lines that are left.
func stages(n node) []string {
	switch n.kind {
	case always:
		return nil
	case never:
		return []string{`| __error__!=""`} // after the stage that leaves lines without an error
	case conj, guarded:
		var out []string
		for _, a := range n.args {
			out = append(out, stages(a)...)
		}
		return out
	}
	return []string{"| " + n.text()}
}

// text is a condition as one filter. An and looks at both sides whatever the first says, an or only at what it needs: so a
// guard within stands twice.
func (n node) text() string {
	word := " and "
	switch n.kind {
	case filter:
		return n.yes
	case guarded:
		return conjunction(n.args[0], disjunction(n.args[0].negated(), n.args[1])).text()
	case disj:
		word = " or "
	}
	parts := make([]string, len(n.args))
	for i, a := range n.args {
		parts[i] = a.text()
		if a.kind != filter {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, word)
}

// quoted is a text as LogQL reads one: between backticks where nothing in it would be lost or could mislead a reader.
func quoted(s string) string {
	for _, r := range s {
		if r == '`' || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	if strings.ContainsAny(s, `\"`) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// sanitized is a name as Loki's parsers make labels of the names in a line: what no label can hold is an underscore, and a
// digit at the head gets one before it.
func sanitized(name string) string {
	name = strings.TrimSpace(name)
	out := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	if out != "" && out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// reserved are the words that the grammar has for itself, in any case, so that no filter can name such a label (tokens in
// Loki's pkg/logql/syntax/lex.go; the names of functions are only words before a parenthesis).
var reserved = map[string]bool{
	"by": true, "without": true, "bool": true, "label_replace": true, "offset": true, "on": true, "ignoring": true,
	"group_left": true, "group_right": true, "or": true, "and": true, "unless": true, "json": true, "regexp": true,
	"logfmt": true, "unpack": true, "pattern": true, "label_format": true, "line_format": true, "ip": true,
	"decolorize": true, "drop": true, "keep": true, "variants": true, "of": true, "unwrap": true,
}

package condition

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"detc/compiler/ir"
)

// What follows says a second time what eval says of globs, windash and base64, and says it in another way: by sets of
// places instead of going back, by bits instead of a table. Two that go wrong alike would have to go wrong twice.

// opaque is what CEL asks of a value, for the types of ours: they convert to nothing.
type opaque struct{ t *types.Type }

// ConvertToNative implements ref.Val.
func (o opaque) ConvertToNative(to reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s does not convert to %v", o.t, to)
}

// ConvertToType implements ref.Val.
func (o opaque) ConvertToType(to ref.Type) ref.Val {
	return types.NewErr("%s does not convert to %s", o.t, to.TypeName())
}

// Type implements ref.Val.
func (o opaque) Type() ref.Type { return o.t }

// An address is a value of the type ip. It is never v4-in-v6.
type address struct {
	opaque
	IP netip.Addr
}

// Equal implements ref.Val.
func (a address) Equal(other ref.Val) ref.Val {
	b, ok := other.(address)
	return types.Bool(ok && a.IP == b.IP)
}

// Value implements ref.Val.
func (a address) Value() any { return a.IP }

// A pattern is a text together with how it stands in the log.
type pattern struct {
	opaque
	encoding, text string
}

// Equal implements ref.Val.
func (p pattern) Equal(other ref.Val) ref.Val {
	q, ok := other.(pattern)
	return types.Bool(ok && p == q)
}

// Value implements ref.Val.
func (p pattern) Value() any { return p.text }

// in says that the pattern stands in s, at the place that the function says.
func (p pattern) in(s, function string, fold bool) bool {
	if p.encoding == "windash" {
		want := p.text
		if fold {
			mode, folded := ir.Folder(want)
			s, want = ir.FoldAs(mode, s), folded
		}
		if function == "like" {
			return globNodes(want).dashed().match(s)
		}
		return around(function, dashNodes(want)).match(s)
	}
	for _, want := range p.encoded() {
		text := s
		if fold {
			mode, folded := ir.Folder(want)
			text, want = ir.FoldAs(mode, s), folded
		}
		if finders[function](text, want) {
			return true
		}
	}
	return false
}

// encoded are the texts that base64 can make of the pattern. Of an offset those characters count whose six bits are all
// the pattern's.
func (p pattern) encoded() []string {
	switch p.encoding {
	case "":
		if !utf8.ValidString(p.text) { // which no text of a log has
			return nil
		}
		return []string{p.text}
	case "base64":
		return []string{base64.StdEncoding.EncodeToString([]byte(p.text))}
	}
	var out []string
	for offset := range 3 {
		first, end := (8*offset+5)/6, 8*(offset+len(p.text))/6
		if first < end {
			out = append(out, base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + p.text))[first:end])
		}
	}
	return out
}

// wide is a text's UTF-16, byte by byte, as the function of that name has it.
func wide(name, text string) string {
	var out []byte
	for _, r := range text {
		units := []rune{r}
		if r > 0xFFFF {
			units = []rune{0xD800 + (r-0x10000)>>10, 0xDC00 + (r-0x10000)&0x3FF}
		}
		for _, u := range units {
			if low, high := byte(u), byte(u>>8); name == "utf16be" {
				out = append(out, high, low)
			} else {
				out = append(out, low, high)
			}
		}
	}
	if name == "utf16" {
		return "\xFF\xFE" + string(out)
	}
	return string(out)
}

// nodes is a pattern as what it takes one after the other.
type nodes []node

// A node takes a text, or one character of a set; many takes any run of characters.
type node struct {
	text string
	set  func(rune) bool
	many bool
}

func anything(rune) bool { return true }

func isDash(r rune) bool { return strings.ContainsRune("-/\u2013\u2014\u2015", r) }

// globNodes reads a text with * and ?, in which a backslash takes one of *, ? and \ for itself.
func globNodes(glob string) nodes {
	var out nodes
	for escaped, rest := false, glob; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		c := rest[:n]
		rest = rest[n:]
		switch {
		case escaped:
			escaped = false
			out = append(out, node{text: c})
		case r == '\\' && strings.IndexAny(rest, `*?\`) == 0:
			escaped = true
		case r == '*':
			out = append(out, node{many: true})
		case r == '?':
			out = append(out, node{set: anything})
		default:
			out = append(out, node{text: c})
		}
	}
	return out
}

// dashNodes is a text of which each - or / that begins an option may be any dash: no letter, digit or underscore stands
// before it, and one does after it.
func dashNodes(text string) nodes {
	word := func(r rune) bool { return r == '_' || unicode.In(r, unicode.L, unicode.N) }
	var out nodes
	runes := []rune(text)
	for i, r := range runes {
		if (r == '-' || r == '/') && (i == 0 || !word(runes[i-1])) && i+1 < len(runes) && word(runes[i+1]) {
			out = append(out, node{set: isDash})
		} else {
			out = append(out, node{text: string(r)})
		}
	}
	return out
}

// dashed takes the dashes of each stretch between signs for any dash where they begin an option.
func (p nodes) dashed() nodes {
	var out nodes
	text := ""
	for i, n := range p {
		if n.set == nil && !n.many {
			text += n.text
		} else {
			out = append(out, n)
		}
		if last := i+1 == len(p); text != "" && (last || p[i+1].set != nil || p[i+1].many) {
			out = append(out, dashNodes(text)...)
			text = ""
		}
	}
	return out
}

// around opens a pattern at the ends that the function leaves open.
func around(function string, p nodes) nodes {
	if function != "startsWith" {
		p = append(nodes{{many: true}}, p...)
	}
	if function != "endsWith" {
		p = append(p, node{many: true})
	}
	return p
}

// match holds a whole text against the pattern: it keeps all the places that the nodes so far can have led to.
func (p nodes) match(s string) bool {
	at := make([]bool, len(s)+1)
	at[0] = true
	for _, n := range p {
		next := make([]bool, len(s)+1)
		for i := range at {
			if !at[i] {
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case n.many:
				next[i] = true
				at[min(i+size, len(s))] = true
			case n.set != nil:
				if size > 0 && n.set(r) {
					next[i+size] = true
				}
			case strings.HasPrefix(s[i:], n.text):
				next[i+len(n.text)] = true
			}
		}
		at = next
	}
	return at[len(s)]
}

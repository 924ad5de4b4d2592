package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A use is a place of a condition that names selections: by a name, or by a pattern behind `1 of` or `all of`.
type use struct {
	condition  int
	text       string // the name or the pattern
	quantifier string // "1", "any", "all" in small letters; "" of a name
	start, end int    // of the whole, in the condition
	negated    bool   // it stands under an odd number of negations
	matches    []int  // of Document.Selections
}

// A word of a condition and where it stands in it.
type word struct {
	text       string
	start, end int
}

// maxWords bounds the words of a condition that are looked at.
const maxWords = 20_000

// conditionWords takes a condition apart at blanks and parentheses.
func conditionWords(s string) []word {
	out := make([]word, 0, 12)
	for i := 0; i < len(s) && len(out) < maxWords; {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')' || c == '|':
			out = append(out, word{s[i : i+1], i, i + 1})
			i++
		default:
			start := i
			for i < len(s) && strings.IndexByte(" \t\r\n()|", s[i]) < 0 {
				i++
			}
			out = append(out, word{s[start:i], start, i})
		}
	}
	return out
}

func (s *subject) readUses() {
	for c, text := range s.Conditions {
		words := conditionWords(text.Value)
		not, outer := false, []bool(nil) // whether the next operand is negated, and each open parenthesis
		under := false
		for i := 0; i < len(words); i++ {
			w := words[i]
			switch {
			case w.text == "|":
				i = len(words) // an aggregation, which the reader refuses
			case strings.EqualFold(w.text, "not"):
				not = !not
			case w.text == "(":
				outer = append(outer, under)
				under, not = under != not, false
			case w.text == ")":
				if n := len(outer); n > 0 {
					under, outer = outer[n-1], outer[:n-1]
				}
			case strings.EqualFold(w.text, "and"), strings.EqualFold(w.text, "or"):
			default:
				u := use{condition: c, text: w.text, start: w.start, end: w.end, negated: under != not}
				if i+2 < len(words) && strings.EqualFold(words[i+1].text, "of") && isQuantifier(w.text) {
					u.quantifier, u.text, u.end = strings.ToLower(w.text), words[i+2].text, words[i+2].end
					i += 2
				}
				s.match(&u)
				s.uses = append(s.uses, u)
				not = false
			}
		}
	}
}

func isQuantifier(w string) bool {
	return w == "1" || strings.EqualFold(w, "any") || strings.EqualFold(w, "all")
}

func (s *subject) match(u *use) {
	for i := range s.Selections {
		name := s.Selections[i].Name.Value
		switch {
		case u.quantifier == "":
			if name != u.text {
				continue
			}
		case strings.EqualFold(u.text, "them"):
			if strings.HasPrefix(name, "_") {
				continue
			}
		case !glob(u.text, name):
			continue
		}
		u.matches = append(u.matches, i)
	}
}

// glob matches a name with a pattern in which * is any run of characters.
func glob(pattern, name string) bool {
	star := strings.IndexByte(pattern, '*')
	if star < 0 {
		return pattern == name
	}
	if !strings.HasPrefix(name, pattern[:star]) {
		return false
	}
	name, pattern = name[star:], pattern[star+1:]
	for {
		star = strings.IndexByte(pattern, '*')
		if star < 0 {
			return strings.HasSuffix(name, pattern)
		}
		i := strings.Index(name, pattern[:star])
		if i < 0 {
			return false
		}
		name, pattern = name[i+star:], pattern[star+1:]
	}
}

// span is where a use stands in the file.
func (s *subject) span(u *use) source.Span { return s.Conditions[u.condition].Span(u.start, u.end) }

// unused finds selections that no condition names.
func unused(s *subject, l *diag.List) {
	if len(s.Conditions) == 0 {
		return
	}
	used := make([]bool, len(s.Selections))
	for _, u := range s.uses {
		for _, m := range u.matches {
			used[m] = true
		}
	}
	for i, sel := range s.Selections {
		if !used[i] && !strings.HasPrefix(sel.Name.Value, "_") {
			l.Add(diag.SigmaUnused, sel.Name.Whole, "no condition names the selection %q", clip(sel.Name.Value)).
				WithNote(s.Conditions[0].Whole, "the condition").WithHelp("name it in the condition, or take it out; a name that begins with _ says that this is meant")
		}
	}
}

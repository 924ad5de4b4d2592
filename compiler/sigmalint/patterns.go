package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// patterns finds patterns that stand for one selection, or for one too many.
func patterns(s *subject, l *diag.List) {
	for i := range s.uses {
		u := &s.uses[i]
		if u.quantifier == "" {
			continue
		}
		them := strings.EqualFold(u.text, "them")
		switch {
		case s.tooWide(u, l):
		case len(u.matches) == 1 && !strings.HasPrefix(u.text, "filter"):
			name := s.Selections[u.matches[0]].Name
			l.Add(diag.SigmaPatternOne, s.span(u), "%q stands for the selection %s alone", u.text, clip(name.Value)).
				WithNote(name.Whole, "the one").WithHelp("write %s", name.Value).
				WithFix("write the selection's name", s.span(u), name.Value)
		case them && u.quantifier == "all" && len(u.matches) > 1:
			d := l.Add(diag.SigmaAllOfThem, s.span(u), "all of them takes in every selection that is added later, filters too").
				WithHelp("give the selections a common beginning and write all of selection_*")
			if p := s.common(); p != "" {
				d.WithHelp("write all of %s", p).WithFix("write all of "+p, s.span(u), "all of "+p)
			}
		}
	}
}

// tooWide reports a pattern that takes in a filter, or a selection that must hold anyway.
func (s *subject) tooWide(u *use, l *diag.List) bool {
	if u.negated {
		return false
	}
	conjunction := !s.hasOr(u.condition)
	for _, m := range u.matches {
		name := s.Selections[m].Name
		if len(u.matches) > 1 && strings.HasPrefix(name.Value, "filter") && !strings.HasPrefix(u.text, "filter") {
			l.Add(diag.SigmaPatternWide, s.span(u), "%q takes in the filter %s", u.text, clip(name.Value)).WithNote(name.Whole, "the filter").
				WithHelp("write a pattern that only the selections fit")
			return true
		}
		for i := range s.uses {
			o := &s.uses[i]
			if o == u || o.condition != u.condition || len(o.matches) == 0 {
				continue
			}
			switch {
			case o.negated && contained(o.matches, m) && conjunction:
				l.Add(diag.SigmaPatternWide, s.span(u), "%q takes in %s, which %q negates", u.text, clip(name.Value), clip(o.text)).
					WithNote(s.span(o), "here").WithHelp("write a pattern that %s doesn't fit", clip(name.Value))
				return true
			case !o.negated && o.quantifier == "" && o.matches[0] == m && conjunction && u.quantifier != "all":
				d := l.Add(diag.SigmaPatternWide, s.span(u), "%q takes in %s, which must hold anyway: so one of them always does", u.text, clip(name.Value)).
					WithNote(s.span(o), "here").WithHelp("write a pattern that %s doesn't fit", clip(name.Value))
				if better := strings.TrimSuffix(u.text, "*") + "_*"; s.fits(better, u.matches, m) {
					d.WithHelp("write %s", better).WithUnsafeFix("write "+better, s.span(u), "1 of "+better)
				}
				return true
			}
		}
	}
	return false
}

func contained(list []int, m int) bool {
	for _, o := range list {
		if o == m {
			return true
		}
	}
	return false
}

// fits says that a pattern stands for the selections without one of them.
func (s *subject) fits(pattern string, matches []int, without int) bool {
	n := 0
	for i := range s.Selections {
		if glob(pattern, s.Selections[i].Name.Value) {
			if i == without || !contained(matches, i) {
				return false
			}
			n++
		}
	}
	return n == len(matches)-1
}

func (s *subject) hasOr(condition int) bool {
	for _, w := range conditionWords(s.Conditions[condition].Value) {
		if strings.EqualFold(w.text, "or") {
			return true
		}
	}
	return false
}

// common is a pattern for all selections that `them` stands for and no other, where their names begin alike.
func (s *subject) common() string {
	prefix, first := "", true
	for i := range s.Selections {
		name := s.Selections[i].Name.Value
		switch {
		case strings.HasPrefix(name, "_"):
			continue
		case first:
			prefix, first = name, false
		}
		for !strings.HasPrefix(name, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	if i := strings.LastIndexByte(prefix, '_'); i > 0 {
		prefix = prefix[:i+1]
	}
	if len(prefix) < 3 {
		return ""
	}
	return prefix + "*"
}

// spelling finds operators in capitals, `any of`, and tabs.
func spelling(s *subject, l *diag.List) {
	for _, text := range s.Conditions {
		words := conditionWords(text.Value)
		for i, w := range words {
			low := strings.ToLower(w.text)
			quantified := i+1 < len(words) && strings.EqualFold(words[i+1].text, "of")
			switch {
			case low == "any" && quantified:
				s.misspelt(text, w, "1", l)
			case low == w.text:
			case low == "and" || low == "or" || low == "not" || low == "all" && quantified ||
				low == "of" && i > 0 && isQuantifier(words[i-1].text) || low == "them" && i > 0 && strings.EqualFold(words[i-1].text, "of"):
				s.misspelt(text, w, low, l)
			}
		}
		if i := strings.IndexByte(text.Value, '\t'); i >= 0 {
			at := text.Span(i, i+1)
			l.Add(diag.SigmaSpelling, at, "a tab stands in the condition").WithHelp("write a space").WithFix("write a space", at, " ")
		}
	}
}

func (s *subject) misspelt(text source.Text, w word, better string, l *diag.List) {
	at := text.Span(w.start, w.end)
	l.Add(diag.SigmaSpelling, at, "%q is written %q", w.text, better).WithHelp("write %s", better).WithFix("write "+better, at, better)
}

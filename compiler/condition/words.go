package condition

import (
	"strings"

	"detc/compiler/diag"
)

// Words and signs of other query languages, where CEL has its own.

// spelt are words that stand between operands elsewhere, with CEL's sign for them.
var spelt = map[string]string{"and": "&&", "or": "||", "is": "==", "eq": "==", "ne": "!=", "equals": "==", "gt": ">", "ge": ">=",
	"gte": ">=", "lt": "<", "le": "<=", "lte": "<=", "then": "", "isnot": "!="}

// methods are operators elsewhere, and functions of a field here.
var methods = map[string]string{"like": "like", "ilike": "like", "contains": "contains", "has": "contains", "startswith": "startsWith",
	"endswith": "endsWith", "matches": "matches", "regexp": "matches", "rlike": "matches", "regex": "matches", "re": "matches",
	"cidr": "inCidr", "incidr": "inCidr"}

// missingOperator reads an operand right after another one.
func (s *scanner) missingOperator(t token, w string) {
	c, lower := s.c, strings.ToLower(w)
	if lower == "is" && s.nullTest(t) {
		return
	}
	if t.kind == tokIdent && s.startsOperandOrOpen(s.i+1) {
		if op := spelt[lower]; op != "" {
			d := c.syntax(t.start, t.end, "CEL writes %s for %s", quote(op), quote(w)).WithHelp("write %s", op)
			c.fix(d, true, "write "+op, change{t.start, t.end, op})
			s.operand = true
			return
		}
		if m := methods[lower]; m != "" {
			c.syntax(t.start, t.end, "%s is a function of a field in CEL, not an operator", quote(w)).
				WithHelp(`write field.%s("…")`, m)
			s.operand = true
			return
		}
		if lower == "in" {
			d := c.syntax(t.start, t.end, "CEL writes %s in small letters", quote("in"))
			c.fix(d.WithHelp("write in"), true, "write in", change{t.start, t.end, "in"})
			s.operand = true
			return
		}
		if lower == "not" {
			c.syntax(t.start, t.end, "CEL negates a whole condition, in front").WithHelp("write !(field in [...])")
			if s.i+1 < len(c.toks) && c.toks[s.i+1].kind == tokOp {
				return // the operator that follows is read as one
			}
			s.operand = true
			return
		}
	}
	if lower == "not" && s.i+1 < len(c.toks) && strings.EqualFold(c.word(s.i+1), "in") {
		c.syntax(t.start, t.end, "CEL negates a whole condition, in front").WithHelp("write !(field in [...])")
		return
	}
	c.syntax(t.start, t.end, "an operator is missing between %s and %s", quote(c.word(s.i-1)), quote(w)).
		WithHelp("join conditions by && or ||; compare values by == or in")
	s.operand = t.kind == tokNot || t.kind == tokOpen
}

// nullTest reads SQL's `is null` and `is not null`.
func (s *scanner) nullTest(t token) bool {
	c, test, n := s.c, "!has(field)", 1
	if strings.EqualFold(c.word(s.i+1), "not") {
		test, n = "has(field)", 2
	}
	if !strings.EqualFold(c.word(s.i+n), "null") {
		return false
	}
	c.report(diag.NullLiteral, t.start, c.toks[s.i+n].end, "null is not in the language: a field that is null is missing").WithHelp("write %s", test)
	s.i += n
	return true
}

func (s *scanner) startsOperandOrOpen(i int) bool {
	return s.startsOperand(i) || i < len(s.c.toks) && (s.c.toks[i].kind == tokOpen || s.c.toks[i].kind == tokMinus)
}

func (s *scanner) badCharacter(t token, w string) {
	c := s.c
	d := c.syntax(t.start, t.end, "%s has no meaning in a condition", quote(w))
	s.operand = true // what follows is read as something new
	switch w {
	case "“", "”", "„", "«", "»", "‘", "’", "‚":
		d.WithHelp(`a text stands in straight quotes: "…"`)
	case ";":
		d.WithHelp("a condition is one expression")
	case "#":
		d.WithHelp("a comment begins with //")
	case "~":
		d.WithHelp(`write field.matches(r"…")`)
	case "\u00a0", "\u2009", "\u202f":
		d.Message = "a space that is no ordinary space stands here"
		c.fix(d, true, "write a space", change{t.start, t.end, " "})
	}
}

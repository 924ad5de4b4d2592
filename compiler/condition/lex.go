package condition

import (
	"strings"
	"unicode/utf8"
)

// A token is a word of CEL with the bytes of the text that it stands on. cel-go's own tree knows where a node begins
// (for a call, its bracket) but not reliably where it ends, so positions come from here.
type token struct {
	kind       tokenKind
	start, end int
	mate       int // of a bracket: the index of the other one, or -1
}

type tokenKind uint8

const (
	tokIdent   tokenKind = iota // a name; also one in backquotes
	tokWord                     // true, false, null
	tokString                   // and bytes
	tokNumber                   //
	tokOp                       // between two operands: == && in + …
	tokNot                      // !
	tokMinus                    // - : before an operand or between two
	tokDot                      //
	tokOpen                     // ( [ {
	tokClose                    // ) ] }
	tokComma                    //
	tokTernary                  // ? :
	tokBad                      // nothing of CEL's
)

// literalWords are CEL's words for values; reserved are those it keeps for languages that embed it (CEL specification,
// "Syntax"). A log may well have a field named package or function, so they are names here: parse hides them.
var (
	literalWords = map[string]bool{"true": true, "false": true, "null": true}
	reserved     = map[string]bool{"as": true, "break": true, "const": true, "continue": true, "else": true, "for": true,
		"function": true, "if": true, "import": true, "let": true, "loop": true, "package": true, "namespace": true,
		"return": true, "var": true, "void": true, "while": true}
)

// signs are the operators, longest first. Those with a meaning are what was meant by something that CEL doesn't have.
var signs = []struct{ text, meant string }{
	{"===", "=="}, {"!==", "!="}, {"==", ""}, {"!=", ""}, {"<>", "!="}, {"=~", "matches"}, {"!~", "matches"}, {"=<", "<="},
	{"=>", ">="}, {"<=", ""}, {">=", ""}, {"&&", ""}, {"||", ""}, {"<", ""}, {">", ""}, {"=", "=="}, {"&", "&&"}, {"|", "||"},
	{"+", ""}, {"*", ""}, {"/", ""}, {"%", ""},
}

// lex cuts the text into tokens; complain hears of a string that is not closed and of an escape that is none.
func lex(text string, complain func(lo, hi int, problem lexProblem)) []token {
	toks := make([]token, 0, len(text)/4+4)
	for i := 0; i < len(text); {
		start := i
		kind := tokBad
		switch ch := text[i]; {
		case strings.IndexByte(" \t\r\n\f", ch) >= 0:
			i++
			continue
		case strings.HasPrefix(text[i:], "//"):
			for i < len(text) && text[i] != '\n' {
				i++
			}
			continue
		case stringStart(text[i:]) >= 0:
			i, kind = lexString(text, i, complain), tokString
		case curly(text[i:]) > 0:
			i, kind = i+curly(text[i:]), tokString
			complain(start, i, curlyQuotes)
		case isLetter(ch):
			for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) {
				i++
			}
			kind = tokIdent
			switch w := text[start:i]; {
			case w == "in":
				kind = tokOp
			case literalWords[w]:
				kind = tokWord
			}
		case ch == '`':
			kind = tokIdent
			if n := strings.IndexByte(text[i+1:], '`'); n >= 0 {
				i += n + 2
			} else {
				complain(i, i+1, unclosedString)
				i = len(text)
			}
		case isDigit(ch), ch == '.' && i+1 < len(text) && isDigit(text[i+1]):
			i, kind = lexNumber(text, i), tokNumber
		case strings.IndexByte("([{", ch) >= 0:
			i, kind = i+1, tokOpen
		case strings.IndexByte(")]}", ch) >= 0:
			i, kind = i+1, tokClose
		default:
			i, kind = lexOther(text, i)
		}
		toks = append(toks, token{kind, start, i, -1})
	}
	return toks
}

func lexOther(text string, i int) (end int, kind tokenKind) {
	for _, op := range signs {
		if strings.HasPrefix(text[i:], op.text) {
			return i + len(op.text), tokOp
		}
	}
	switch text[i] {
	case '!':
		return i + 1, tokNot
	case '-':
		return i + 1, tokMinus
	case '.':
		return i + 1, tokDot
	case ',':
		return i + 1, tokComma
	case '?', ':':
		return i + 1, tokTernary
	}
	_, n := utf8.DecodeRuneInString(text[i:])
	return i + n, tokBad
}

// lexNumber reads an int, a uint or a double as CEL's grammar has them.
func lexNumber(text string, i int) int {
	digits := func() {
		for i < len(text) && isDigit(text[i]) {
			i++
		}
	}
	if strings.HasPrefix(text[i:], "0x") {
		for i += 2; i < len(text) && (isDigit(text[i]) || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'f'); i++ {
		}
	} else {
		digits()
		if i+1 < len(text) && text[i] == '.' && isDigit(text[i+1]) {
			i++
			digits()
		}
		if i < len(text) && text[i]|0x20 == 'e' {
			j := i + 1
			if j < len(text) && (text[j] == '+' || text[j] == '-') {
				j++
			}
			if j < len(text) && isDigit(text[j]) {
				i = j
				digits()
			}
		}
	}
	if i < len(text) && text[i]|0x20 == 'u' {
		i++
	}
	return i
}

type lexProblem uint8

const (
	unclosedString lexProblem = iota
	badEscape
	curlyQuotes
)

// curly is the length of a text between typographic quotes, as a word processor makes them, or 0.
func curly(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	if !strings.ContainsRune("“”„«‘’‚", first) {
		return 0
	}
	line, _, _ := strings.Cut(s[n:], "\n")
	i := strings.IndexAny(line, "“”»’‘\"")
	if i < 0 {
		return 0
	}
	_, m := utf8.DecodeRuneInString(line[i:])
	return n + i + m
}

// stringStart is the length of a string's prefix (r, b, br) if a string begins here, else -1.
func stringStart(s string) int {
	for n := 0; n < len(s) && n <= 2; n++ {
		switch c := s[n]; {
		case c == '"' || c == '\'':
			return n
		case n == 0 && (c|0x20 == 'b' || c|0x20 == 'r'), n == 1 && s[0]|0x20 == 'b' && c|0x20 == 'r':
		default:
			return -1
		}
	}
	return -1
}

func lexString(text string, start int, complain func(lo, hi int, problem lexProblem)) int {
	prefix := stringStart(text[start:])
	raw := strings.ContainsAny(text[start:start+prefix], "rR")
	i := start + prefix
	quote := text[i : i+1]
	triple := strings.HasPrefix(text[i:], strings.Repeat(quote, 3))
	if triple {
		quote = text[i : i+3]
	}
	i += len(quote)
	for i < len(text) {
		switch {
		case strings.HasPrefix(text[i:], quote):
			return i + len(quote)
		case !triple && (text[i] == '\n' || text[i] == '\r'):
			complain(start, i, unclosedString)
			return i
		case !raw && text[i] == '\\':
			n := escapeLen(text[i:])
			if n == 0 {
				n = 2
				if i+1 < len(text) {
					_, m := utf8.DecodeRuneInString(text[i+1:])
					n = 1 + m
				}
				n = min(n, len(text)-i)
				complain(i, i+n, badEscape)
			}
			i += n
		default:
			i++
		}
	}
	complain(start, len(text), unclosedString)
	return len(text)
}

// escapeLen is the length of the escape that s begins with (CEL specification, "String and Bytes Values"), or 0.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	hex := 0
	switch s[1] {
	case 'a', 'b', 'f', 'n', 'r', 't', 'v', '"', '\'', '\\', '?', '`':
		return 2
	case 'x', 'X':
		hex = 2
	case 'u':
		hex = 4
	case 'U':
		hex = 8
	case '0', '1', '2', '3':
		if len(s) >= 4 && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7' {
			return 4
		}
		return 0
	default:
		return 0
	}
	if len(s) < 2+hex || strings.Trim(s[2:2+hex], "0123456789abcdefABCDEF") != "" {
		return 0
	}
	return 2 + hex
}

func isLetter(b byte) bool { return b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return b >= '0' && b <= '9' }

func isIdent(s string) bool {
	if s == "" || isDigit(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}

package ir

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/source"
)

// A scanner reads tokens where the parser knows which may come: a network, a number and a name share characters.
type scanner struct {
	file *source.File
	at   int // the next byte
	end  int // where the last token ended
}

func newScanner(f *source.File) scanner {
	s := scanner{file: f}
	if strings.HasPrefix(f.Text, "\uFEFF") {
		s.at = len("\uFEFF")
	}
	return s
}

func (s *scanner) failAt(start, end int, format string, args ...any) error {
	return &source.Error{Span: source.Span{File: s.file, Start: start, End: end}, Message: fmt.Sprintf(format, args...)}
}

// fail points at the next character.
func (s *scanner) fail(format string, args ...any) error {
	s.blank()
	_, n := utf8.DecodeRuneInString(s.file.Text[s.at:])
	return s.failAt(s.at, s.at+n, format, args...)
}

// blank skips white space.
func (s *scanner) blank() {
	for s.at < len(s.file.Text) && strings.IndexByte(" \t\r\n", s.file.Text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) atEnd() bool {
	s.blank()
	return s.at == len(s.file.Text)
}

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.file.Text) {
		return s.file.Text[s.at]
	}
	return 0
}

func (s *scanner) advance(n int) {
	s.at += n
	s.end = s.at
}

func (s *scanner) ahead(c byte) bool {
	s.blank()
	return s.at < len(s.file.Text) && s.file.Text[s.at] == c
}

func (s *scanner) accept(c byte) bool {
	if !s.ahead(c) {
		return false
	}
	s.advance(1)
	return true
}

func (s *scanner) expect(c byte) error {
	if !s.accept(c) {
		return s.fail("expected `%c`", c)
	}
	return nil
}

// word takes the word if it stands here as a whole.
func (s *scanner) word(w string) bool {
	s.blank()
	rest := s.file.Text[s.at:]
	if !strings.HasPrefix(rest, w) || len(rest) > len(w) && inName(rest[len(w)]) {
		return false
	}
	s.advance(len(w))
	return true
}

// call takes the word and a parenthesis if both stand here.
func (s *scanner) call(w string) bool {
	at, end := s.at, s.end
	if s.word(w) && s.accept('(') {
		return true
	}
	s.at, s.end = at, end
	return false
}

// run takes all characters of a set.
func (s *scanner) run(set string) (start int, text string) {
	start = s.at
	for s.at < len(s.file.Text) && strings.IndexByte(set, s.file.Text[s.at]) >= 0 {
		s.at++
	}
	s.end = s.at
	return start, s.file.Text[start:s.at]
}

// until takes all before one of the characters or the end of the line, without the blanks around it.
func (s *scanner) until(stop string) (start int, text string) {
	start = s.at
	for s.at < len(s.file.Text) && strings.IndexByte(stop+"\n", s.file.Text[s.at]) < 0 {
		s.at++
	}
	return start, strings.TrimSpace(s.file.Text[start:s.at])
}

// A name as it stands in the text.
type name struct {
	text       string
	quoted     bool
	start, end int
}

// inName says that a character may stand in a word: a field, a label, a word of the language.
func inName(c byte) bool { return isAlphanumeric(c) || c == '_' || c == '@' || c == '.' }

func isLabel(s string) bool { return s != "" && !strings.ContainsAny(s, "@.") }

// name takes a name, bare or in backticks.
func (s *scanner) name() (name, error) {
	s.blank()
	n := name{start: s.at}
	if s.peek() == '`' {
		text, err := s.backticked()
		n.text, n.quoted, n.end = text, true, s.at
		return n, err
	}
	for s.at < len(s.file.Text) && inName(s.file.Text[s.at]) {
		s.at++
	}
	if n.end = s.at; n.end == n.start {
		return n, s.fail("expected a field, a name with a colon, `!` or `(`")
	}
	s.end = s.at
	n.text = s.file.Text[n.start:n.end]
	return n, nil
}

// handle takes the name of a rule, a telemetry or a table, in which . and - may stand.
func (s *scanner) handle(what string) (string, error) {
	s.blank()
	if s.peek() == '`' {
		return s.backticked()
	}
	start := s.at
	for s.at < len(s.file.Text) && (isAlphanumeric(s.file.Text[s.at]) || strings.IndexByte("_.-", s.file.Text[s.at]) >= 0) {
		s.at++
	}
	if s.end = s.at; s.at == start {
		return "", s.fail("expected %s", what)
	}
	return s.file.Text[start:s.at], nil
}

// backticked reads what the function of that name writes.
func (s *scanner) backticked() (string, error) {
	start := s.at
	rest := s.file.Text[s.at+1:]
	var out []byte
	for {
		switch {
		case strings.HasPrefix(rest, "``"):
			out, rest = append(out, '`'), rest[2:]
			continue
		case strings.HasPrefix(rest, "`"):
			s.advance(len(s.file.Text) - s.at - len(rest) + 1)
			return string(out), nil
		case rest == "" || rest[0] == '\n':
			return "", s.failAt(start, start+1, "the backtick has no second one on its line")
		}
		r, multibyte, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			return "", s.failAt(start, start+1, "this name has an escape that Go doesn't know")
		}
		if r < utf8.RuneSelf || !multibyte {
			out = append(out, byte(r))
		} else {
			out = utf8.AppendRune(out, r)
		}
		rest = tail
	}
}

package visibility

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A place is a cell of a table: line and column from 1, the column in bytes.
type place struct{ line, column int }

const (
	maxKinds  = 40  // of problems that are told apart; further ones are counted together
	maxNoted  = 4   // lines that a problem names beside its first
	shownText = 300 // of a row, in bytes
)

// problems gathers what is amiss in a table, a finding a kind, however many rows have it.
type problems struct {
	name   string
	row    func() string // the text of the row that is being read
	kinds  map[string]*problem
	values map[problemValue]*problem
	order  []*problem
}

// A problemValue is a problem with a value that was met before.
type problemValue struct {
	code       diag.Code
	what, text string
}

type problem struct {
	code    diag.Code
	message string
	help    string
	first   place
	text    string // of its row
	count   int
	others  []int // lines
}

func newProblems(name string, row func() string) *problems {
	return &problems{name: name, row: row, kinds: map[string]*problem{}, values: map[problemValue]*problem{}}
}

func (p *problems) add(code diag.Code, at place, message, help string) *problem {
	key := string(code) + message
	x := p.kinds[key]
	if x == nil && len(p.order) >= maxKinds {
		key = string(code)
		message, help = "further problems of this kind", ""
		x = p.kinds[key]
	}
	if x == nil {
		x = &problem{code: code, message: message, help: help, first: at, text: strings.Clone(clip(p.row()))}
		p.kinds[key] = x
		p.order = append(p.order, x)
	}
	x.again(at)
	return x
}

func (x *problem) again(at place) {
	if x.count > 0 && len(x.others) < maxNoted {
		x.others = append(x.others, at.line)
	}
	x.count++
}

func clip(s string) string {
	s = strings.TrimRight(s, "\r\n")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	if len(s) > shownText {
		s = s[:shownText]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// value is a problem with a value; the same value is the same problem.
func (p *problems) value(code diag.Code, at place, what, text string, known []string) {
	met := problemValue{code, what, text}
	if x := p.values[met]; x != nil {
		x.again(at)
		return
	}
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	help := ""
	if best := diag.Nearest(strings.ReplaceAll(fold(text), " ", "_"), known); best != "" {
		help = fmt.Sprintf("did you mean %q? --sense '%s=%s' says so", best, text, best)
	} else if len(known) > 0 {
		help = fmt.Sprintf("--sense '%s=SENSE' says what it is: %s", text, strings.Join(known, ", "))
	}
	message := fmt.Sprintf("no known %s: %q", what, text)
	switch what {
	case "date":
		message, help = "a date that can't be read, or read in two ways", "write it as 2026-11-20; such a device counts as not reporting"
	case "future date":
		message, help = "a date in the future", "such a device counts as not reporting"
	}
	if x := p.add(code, at, message, help); len(p.values) < 10*maxKinds {
		p.values[met] = x
	}
}

func (p *problems) twice(at place, id string, first int) {
	p.add(diag.AssetTwice, at, "a device that stands further up", fmt.Sprintf("%q stands in line %d", strings.ToValidUTF8(clip(id), "\uFFFD"), first))
}

// report makes findings of the problems. Their file holds the rows that they name, each in its line, and nothing else: a
// table may be larger than what can be held.
func (p *problems) report(l *diag.List) {
	rows := map[int]string{}
	for _, x := range p.order {
		rows[x.first.line] = x.text
	}
	var lines []int
	for n := range rows {
		lines = append(lines, n)
	}
	slices.Sort(lines)
	var b strings.Builder
	starts := map[int]int{}
	at := 1
	for _, n := range lines {
		b.WriteString(strings.Repeat("\n", n-at))
		at = n
		starts[n] = b.Len()
		b.WriteString(rows[n])
	}
	f := source.NewFile(p.name, b.String())
	for _, x := range p.order {
		start := starts[x.first.line] + min(max(x.first.column-1, 0), len(rows[x.first.line]))
		end := start + cellLength(f.Text[start:])
		message := x.message
		if x.count > 1 {
			message = fmt.Sprintf("%s (%d rows)", x.message, x.count)
		}
		d := l.Add(x.code, source.Span{File: f, Start: start, End: end}, "%s", message)
		if x.help != "" {
			d.WithHelp("%s", x.help)
		}
		if len(x.others) > 0 {
			d.WithNote(source.Span{}, "also in line %s", numbers(x.others, x.count-1))
		}
	}
}

// cellLength is how far a cell goes that stands at the head of a text.
func cellLength(s string) int {
	if i := strings.IndexAny(s, ",;\t|\n"); i >= 0 {
		return i
	}
	return len(s)
}

func numbers(lines []int, all int) string {
	var out []string
	for _, n := range lines {
		out = append(out, fmt.Sprint(n))
	}
	if all > len(lines) {
		return fmt.Sprintf("%s and %d more", strings.Join(out, ", "), all-len(lines))
	}
	return strings.Join(out, ", ")
}

// maxRow bounds a row of a table, in bytes.
const maxRow = 1 << 20

var errTooLong = errors.New("a row is too long")

// A lineReader hands out one line a Read, so that whoever reads through it never has more than the row that is being
// read; and it remembers that row.
type lineReader struct {
	in    *bufio.Reader
	rest  []byte // of the line that is being handed out
	row   []byte // since next
	line  int    // the number of the line last handed out
	start int    // the row's first line
}

func newLineReader(in io.Reader) *lineReader {
	r := &lineReader{in: bufio.NewReaderSize(in, 256<<10)}
	if mark, _ := r.in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		r.in.Discard(3)
	}
	return r
}

// peek is the beginning of the first line.
func (r *lineReader) peek() ([]byte, error) {
	head, err := r.in.Peek(4096)
	if i := slices.Index(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	return slices.Clone(head), err
}

// next begins a row.
func (r *lineReader) next() { r.row, r.start = r.row[:0], r.line+1 }

// text is the row's text so far.
func (r *lineReader) text() string { return string(r.row) }

func (r *lineReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		line, err := r.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && len(line) == 0 {
			return 0, err
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			r.line++
		}
		if len(r.row)+len(line) > maxRow {
			return 0, errTooLong
		}
		r.row = append(r.row, line...)
		r.rest = line
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

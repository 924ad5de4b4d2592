// Package source holds the text that people wrote and the way back to it: files, spans, and YAML nodes whose
// every value remembers where it stands. It is the only home of yaml.v3.
package source

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// A File is one text that was read, with its name as the user would write it (slashes, relative).
type File struct {
	Name string
	Text string

	once  sync.Once
	lines []int // the offset of each line's first byte
	marks []int // the offset of every markEvery-th character; nil where all are ASCII
}

// NewFile makes a File of a text already in memory. A byte order mark at its head stays in Text; readers skip it.
func NewFile(name, text string) *File { return &File{Name: name, Text: text} }

// A Position is a place as an editor counts it: both numbers from 1, the column in characters (not bytes).
type Position struct{ Line, Column int }

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Position turns a byte offset into a line and a column. An offset outside the text is clamped to it, one inside a
// character goes to the character's head. LF, CRLF and a lone CR end a line, as they do for editors.
func (f *File) Position(offset int) Position {
	if f == nil {
		return Position{}
	}
	starts := f.starts()
	offset = min(max(offset, 0), len(f.Text))
	for offset > 0 && offset < len(f.Text) && !utf8.RuneStart(f.Text[offset]) {
		offset--
	}
	line := sort.SearchInts(starts, offset+1) - 1
	start := starts[line]
	if line == 0 {
		start = min(f.bom(), offset)
	}
	return Position{Line: line + 1, Column: f.characters(offset) - f.characters(start) + 1}
}

// Lines is the number of lines in the file; an empty file has one.
func (f *File) Lines() int { return len(f.starts()) }

// Line is the text of line n (from 1) without its end, and the offset of its first byte.
func (f *File) Line(n int) (text string, start int) {
	starts := f.starts()
	if n < 1 || n > len(starts) {
		return "", len(f.Text)
	}
	start = starts[n-1]
	if n == 1 {
		start = f.bom()
	}
	end := len(f.Text)
	if n < len(starts) {
		end = starts[n]
	}
	return strings.TrimRight(f.Text[start:end], "\r\n"), start
}

func (f *File) starts() []int {
	f.once.Do(f.index)
	return f.lines
}

// markEvery is how many characters stand between two marks: the most that are counted to turn an offset into a
// column and back, however long the line.
const markEvery = 64

func (f *File) index() {
	cr := strings.IndexByte(f.Text, '\r') >= 0
	f.lines = make([]int, 1, 1+strings.Count(f.Text, "\n"))
	ascii := true
	for i := 0; i < len(f.Text); i++ {
		if c := f.Text[i]; c == '\n' || cr && c == '\r' && !strings.HasPrefix(f.Text[i+1:], "\n") {
			f.lines = append(f.lines, i+1)
		} else if c >= utf8.RuneSelf {
			ascii = false
		}
	}
	if ascii {
		return
	}
	n := 0
	for i := range f.Text {
		if n%markEvery == 0 {
			f.marks = append(f.marks, i)
		}
		n++
	}
}

// characters is how many characters stand before a byte offset.
func (f *File) characters(offset int) int {
	if f.starts(); f.marks == nil {
		return offset
	}
	i := max(sort.SearchInts(f.marks, offset+1)-1, 0)
	return i*markEvery + utf8.RuneCountInString(f.Text[f.marks[i]:offset])
}

// offset is the inverse of characters; beyond the text it is the text's end.
func (f *File) offset(character int) int {
	if f.starts(); f.marks == nil {
		return min(character, len(f.Text))
	}
	i := character / markEvery
	if i >= len(f.marks) {
		return len(f.Text)
	}
	o := f.marks[i]
	for n := character % markEvery; n > 0 && o < len(f.Text); n-- {
		_, width := utf8.DecodeRuneInString(f.Text[o:])
		o += width
	}
	return o
}

// bom is the length of the byte order marks at the head of the text.
func (f *File) bom() int { return len(f.Text) - len(strings.TrimLeft(f.Text, bom)) }

const bom = "\uFEFF"

// A Span is a stretch of a file in byte offsets, End exclusive. The zero Span is nowhere.
type Span struct {
	File       *File
	Start, End int
}

// IsZero says that the span is nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// Position is where the span begins.
func (s Span) Position() Position { return s.File.Position(s.Start) }

// Text is what stands there.
func (s Span) Text() string {
	if s.File == nil || s.Start < 0 || s.End > len(s.File.Text) || s.Start > s.End {
		return ""
	}
	return s.File.Text[s.Start:s.End]
}

// String is file:line:column, for messages on one line.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	return s.File.Name + ":" + s.Position().String()
}

// An Error says why a text could not be read as what it claims to be. It is about the user's content; what the
// machine could not do (a disk error, a permission) stays a plain error.
type Error struct {
	Span       Span
	Message    string
	Unreadable bool // the bytes are no text at all (too large, binary, not UTF-8), whatever they were meant to say
}

func (e *Error) Error() string { return e.Span.String() + ": " + e.Message }

// MaxFile is the largest file of content that is read, in bytes. It bounds memory on hostile input; the largest
// rule of the public corpus is a thirtieth of it.
const MaxFile = 8 << 20

// Read reads a file of content. A file that is too large, binary or not UTF-8 yields an *Error with the place;
// any other error is the machine's.
func Read(fsys fs.FS, name string) (*File, error) {
	in, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return ReadFrom(in, name)
}

// ReadFrom is Read on an open stream.
func ReadFrom(in io.Reader, name string) (*File, error) {
	data, err := bounded(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	whole := Span{File: NewFile(name, "")}
	if len(data) > MaxFile {
		return nil, unreadable(whole, fmt.Sprintf("the file is larger than %d MiB, the most that is read; split it", MaxFile>>20))
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, unreadable(at(name, data, i), "a NUL byte: this is a binary file or UTF-16; save it as UTF-8 text")
	}
	if i := invalid(string(data)); i >= 0 {
		return nil, unreadable(at(name, data, i), fmt.Sprintf("byte 0x%02x is not UTF-8; save the file as UTF-8", data[i]))
	}
	return NewFile(name, string(data)), nil
}

// bounded reads a file, and little more than what is too much of one. Where its size is known, all is read in one go.
func bounded(in io.Reader) ([]byte, error) {
	b := bytes.Buffer{}
	if f, ok := in.(fs.File); ok {
		if info, err := f.Stat(); err == nil && info.Size() <= MaxFile {
			b.Grow(int(info.Size()) + bytes.MinRead) // so that the end is found without a larger buffer
		}
	}
	_, err := b.ReadFrom(io.LimitReader(in, MaxFile+1))
	return b.Bytes(), err
}

func unreadable(s Span, message string) *Error {
	return &Error{Span: s, Message: message, Unreadable: true}
}

// invalid is the offset of the first byte that is no UTF-8, or -1.
func invalid(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

// at is a span in a text that may hold anything: what is no UTF-8 is replaced, byte for byte, so offsets hold.
func at(name string, data []byte, i int) Span {
	clean := bytes.Map(func(r rune) rune {
		if r == utf8.RuneError {
			return '?'
		}
		return r
	}, data[:i])
	f := NewFile(name, string(clean))
	return Span{f, len(f.Text), len(f.Text)}
}

package drift

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxObject is the longest object of a bundle that is read, in bytes; a longer one is passed over. The longest in a
// bundle of ATT&CK is the collection, which lists all others: 2 MB in Enterprise.
const MaxObject = 16 << 20

// maxNesting is how deep values may stand in each other. ATT&CK's go five deep.
const maxNesting = 200

// broken says where a bundle stops being JSON. It is the user's content, not the machine's trouble.
type broken struct {
	at  int64 // how many bytes stand before it
	why string
}

func (b *broken) Error() string { return fmt.Sprintf("at byte %d: %s", b.at, b.why) }

// An element is one object of a bundle. Its bytes are good until the next one is read.
type element struct {
	raw  []byte
	at   int64 // where it begins
	long bool  // longer than MaxObject: raw is empty
}

// A walker reads a bundle byte by byte and keeps one object of it at a time, so that what it needs is bounded by
// MaxObject, however long the bundle is.
type walker struct {
	in    *bufio.Reader
	at    int64
	kept  []byte
	keep  bool // put what is read into kept
	long  bool // there was more than fits
	open  []byte
	least int64 // where the value that is read begins
}

// walk calls object with each element of the bundle's objects, and text with its other keys whose values are strings.
// The error is a *broken, or the reader's own.
func walk(r io.Reader, text func(key, value string), object func(element)) error {
	w := &walker{in: bufio.NewReaderSize(r, 256<<10)}
	if mark, _ := w.in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		w.in.Discard(3)
		w.at = 3
	}
	if head, _ := w.in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return w.wrong("it is packed with gzip: unpack it first")
	}
	c, err := w.token()
	if err != nil {
		return err
	}
	if c != '{' {
		return w.before("a bundle begins with {, this with %s", shown(c))
	}
	if c, err = w.token(); err != nil {
		return err
	}
	for c != '}' {
		if c != '"' {
			return w.before("a key was due, and there is %s", shown(c))
		}
		if err := w.member(text, object); err != nil {
			return err
		}
		if c, err = w.next('}'); err != nil {
			return err
		}
	}
	if c, err = w.token(); err == nil {
		return w.before("the bundle is over, and %s follows", shown(c))
	}
	var b *broken
	if errors.As(err, &b) && b.why == tooShort {
		return nil
	}
	return err
}

// member reads a key, whose first quote was read, and its value.
func (w *walker) member(text func(key, value string), object func(element)) error {
	key, err := w.take('"')
	if err != nil {
		return err
	}
	name := string(key)
	c, err := w.token()
	if err != nil {
		return err
	}
	if c != ':' {
		return w.before("a colon was due, and there is %s", shown(c))
	}
	if c, err = w.token(); err != nil {
		return err
	}
	if name != `"objects"` {
		value, err := w.take(c)
		if err == nil && c == '"' && len(value) < 1000 {
			text(unquoted(name), unquoted(string(value)))
		}
		return err
	}
	if c != '[' {
		return w.before("objects is no list")
	}
	if c, err = w.token(); err != nil {
		return err
	}
	for c != ']' {
		raw, err := w.take(c)
		if err != nil {
			return err
		}
		object(element{raw, w.least, w.long})
		if c, err = w.next(']'); err != nil {
			return err
		}
	}
	return nil
}

// next reads what stands behind a value: a comma, and then the first byte of the next one, or the end of them all.
func (w *walker) next(end byte) (byte, error) {
	c, err := w.token()
	if err != nil || c == end {
		return c, err
	}
	if c != ',' {
		return 0, w.before("a comma or %c was due, and there is %s", end, shown(c))
	}
	if c, err = w.token(); err == nil && c == end {
		return 0, w.before("nothing follows the comma")
	}
	return c, err
}

// take reads the value that begins with c and gives its bytes; none where it is too long.
func (w *walker) take(c byte) ([]byte, error) {
	if cap(w.kept) > 4<<20 {
		w.kept = nil // the collection is read once, and the rest is small
	}
	w.kept, w.keep, w.long, w.least = append(w.kept[:0], c), true, false, w.at-1
	err := w.value(c)
	w.keep = false
	if w.long {
		w.kept = nil
	}
	return w.kept, err
}

func (w *walker) value(c byte) error {
	switch {
	case c == '"':
		return w.quoted()
	case c == '{' || c == '[':
		return w.nested(c)
	case c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f' || c == 'n':
		return w.word()
	}
	return w.before("a value was due, and there is %s", shown(c))
}

// nested reads an object or a list to its end. That brackets close as they opened is all that is looked at here; the
// rest is the decoder's, where a decoder gets to see it.
func (w *walker) nested(first byte) error {
	w.open = append(w.open[:0], first)
	for len(w.open) > 0 {
		c, err := w.read()
		if err != nil {
			return err
		}
		switch c {
		case '"':
			if err := w.quoted(); err != nil {
				return err
			}
		case '{', '[':
			if len(w.open) == maxNesting {
				return w.before("values stand more than %d deep in each other", maxNesting)
			}
			w.open = append(w.open, c)
		case '}', ']':
			if last := w.open[len(w.open)-1]; c != last+2 { // { and }, [ and ] are two apart in ASCII
				return w.before("%c closes what %c opened", c, last)
			}
			w.open = w.open[:len(w.open)-1]
		}
	}
	return nil
}

// quoted reads the rest of a string.
func (w *walker) quoted() error {
	for {
		c, err := w.read()
		if err != nil {
			return err
		}
		switch c {
		case '"':
			return nil
		case '\\':
			if _, err := w.read(); err != nil {
				return err
			}
		case '\n':
			return w.before("the line ends in the middle of a text")
		}
	}
}

// word reads the rest of a number, true, false or null.
func (w *walker) word() error {
	for {
		next, err := w.in.Peek(1)
		if err == io.EOF {
			return w.wrong(tooShort)
		} else if err != nil {
			return err
		}
		switch c := next[0]; {
		case c == '.', c == '+', c == '-', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			if _, err := w.read(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// token reads the next byte that is no white space.
func (w *walker) token() (byte, error) {
	for {
		c, err := w.read()
		if err != nil || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, err
		}
	}
}

func (w *walker) read() (byte, error) {
	c, err := w.in.ReadByte()
	if err == io.EOF {
		return 0, w.wrong(tooShort)
	}
	if err != nil {
		return 0, err
	}
	w.at++
	if w.keep && !w.long {
		if len(w.kept) == MaxObject {
			w.long = true
		} else {
			w.kept = append(w.kept, c)
		}
	}
	return c, nil
}

const tooShort = "it ends here, in the middle: was it downloaded whole?"

func (w *walker) wrong(format string, args ...any) error {
	return &broken{w.at, fmt.Sprintf(format, args...)}
}

// before is wrong at the byte that was read last.
func (w *walker) before(format string, args ...any) error {
	return &broken{w.at - 1, fmt.Sprintf(format, args...)}
}

// shown is a byte as a message shows it.
func shown(c byte) string {
	if c > ' ' && c < utf8.RuneSelf && c != 0x7f {
		return fmt.Sprintf("%q", string(rune(c)))
	}
	return fmt.Sprintf("byte 0x%02x", c)
}

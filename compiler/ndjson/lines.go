package ndjson

import (
	"bytes"
	"io"
)

// MaxLine is the longest line that is read, in bytes; longer ones are counted and skipped.
const MaxLine = 50 << 20

// pieceSize is how much is read at once. It is large enough that handing pieces about costs nothing, and small enough
// to stay in a cache.
const pieceSize = 1 << 20

// A Piece is a run of whole lines. It is the receiver's until Free.
type Piece struct {
	Data []byte
	Line int // the number of its first line, from 1
	free func([]byte)
}

// Free gives the piece's memory back.
func (p Piece) Free() {
	if p.free != nil {
		p.free(p.Data)
	}
}

// Lines calls f with each line and its number, from 1, until f says false. A line comes without its end.
func (p Piece) Lines(f func(line []byte, number int) bool) {
	n := p.Line
	for data := p.Data; len(data) > 0; n++ {
		line, rest := data, []byte(nil)
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, rest = data[:i], data[i+1:]
		}
		if !f(bytes.TrimSuffix(line, []byte("\r")), n) {
			return
		}
		data = rest
	}
}

// A Summary says what a stream held.
type Summary struct {
	Bytes   int64 // read, after unpacking
	Lines   int
	TooLong int // lines longer than MaxLine
	First   int // the number of the first of them
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// Split reads a stream, unpacking gzip and zstd, and calls emit with its pieces in their order, until it says false or maxLines
// were handed out (0 is no limit). The error is the stream's; what was read before it was emitted and counts.
func Split(r io.Reader, maxLines int, emit func(Piece) bool) (sum Summary, err error) {
	in, done, err := unpacked(r)
	if err != nil {
		return sum, err
	}
	defer done()
	if mark, _ := in.Peek(len(byteOrderMark)); bytes.Equal(mark, byteOrderMark) {
		in.Discard(len(byteOrderMark))
	}
	s := splitter{in: in, max: maxLines, sum: &sum, emit: emit, pool: make(chan []byte, 64)}
	return sum, s.run()
}

type splitter struct {
	in   io.Reader
	max  int
	sum  *Summary
	emit func(Piece) bool
	pool chan []byte
	done bool
}

func (s *splitter) run() error {
	buf := s.buffer()
	skipping := false // within a line that is too long
	for !s.done {
		if len(buf) == cap(buf) { // one line fills it all
			grown := make([]byte, len(buf), min(2*cap(buf), MaxLine+pieceSize))
			copy(grown, buf)
			buf = grown
		}
		n, err := s.in.Read(buf[len(buf):cap(buf)])
		s.sum.Bytes += int64(n)
		fresh := len(buf)
		buf = buf[:len(buf)+n]
		if skipping {
			end := bytes.IndexByte(buf, '\n')
			if end < 0 && err == nil {
				buf = buf[:0]
				continue
			}
			skipping = false
			buf = buf[:copy(buf, buf[end+1:])]
			if end < 0 {
				buf = buf[:0]
			}
			fresh = 0
		}
		if err != nil {
			s.lines(buf)
			if err == io.EOF {
				err = nil
			}
			return err
		}
		// A piece is emitted when it is full, or when the stream has no more for now.
		end := bytes.LastIndexByte(buf[fresh:], '\n')
		if end >= 0 {
			end += fresh
		}
		switch {
		case end >= 0 && len(buf) > cap(buf)*3/4:
			rest := append(s.buffer(), buf[end+1:]...)
			s.lines(buf[:end+1])
			buf = rest
		case len(buf) > MaxLine && bytes.IndexByte(buf, '\n') < 0:
			s.tooLong()
			buf, skipping = s.buffer(), true
		case len(buf) == cap(buf): // whole lines, and one that fills the rest
			if end = bytes.LastIndexByte(buf, '\n'); end >= 0 {
				rest := append(s.buffer(), buf[end+1:]...)
				s.lines(buf[:end+1])
				buf = rest
			}
		}
	}
	return nil
}

func (s *splitter) buffer() []byte {
	select {
	case b := <-s.pool:
		return b[:0]
	default:
		return make([]byte, 0, pieceSize)
	}
}

func (s *splitter) free(b []byte) {
	if cap(b) > 4*pieceSize {
		return // a giant is not kept
	}
	select {
	case s.pool <- b:
	default:
	}
}

func (s *splitter) tooLong() {
	s.sum.Lines++
	if s.sum.TooLong++; s.sum.TooLong == 1 {
		s.sum.First = s.sum.Lines
	}
	if s.max > 0 && s.sum.Lines >= s.max {
		s.done = true
	}
}

// lines hands out whole lines, all but those that are too long.
func (s *splitter) lines(data []byte) {
	if len(data) == 0 || s.done {
		return
	}
	n := bytes.Count(data, []byte{'\n'})
	if data[len(data)-1] != '\n' {
		n++
	}
	if s.max > 0 && s.sum.Lines+n >= s.max {
		n, s.done = s.max-s.sum.Lines, true
		data = head(data, n)
	}
	p := Piece{Data: data, Line: s.sum.Lines + 1, free: s.free}
	s.sum.Lines += n
	if !s.emit(p) {
		s.done = true
	}
}

// head is the first n lines.
func head(data []byte, n int) []byte {
	end := 0
	for range n {
		i := bytes.IndexByte(data[end:], '\n')
		if i < 0 {
			return data
		}
		end += i + 1
	}
	return data[:end]
}

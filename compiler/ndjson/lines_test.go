package ndjson

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func read(t *testing.T, r io.Reader, max int) (lines []string, sum Summary) {
	t.Helper()
	sum, err := Split(r, max, func(p Piece) bool {
		defer p.Free()
		p.Lines(func(line []byte, n int) bool {
			if want := len(lines) + 1 + sum.TooLong; n < want {
				t.Errorf("line %d comes after %d", n, want)
			}
			lines = append(lines, string(line))
			return true
		})
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, sum
}

func TestLinesComeWholeAndInOrder(t *testing.T) {
	text := "one\r\ntwo\n\nfour"
	for name, r := range map[string]io.Reader{
		"at once": strings.NewReader(text), "by bytes": iotest.OneByteReader(strings.NewReader(text)),
		"with a byte order mark": strings.NewReader("\xef\xbb\xbf" + text), "packed": bytes.NewReader(packed(text)),
	} {
		if lines, sum := read(t, r, 0); strings.Join(lines, "|") != "one|two||four" || sum.Lines != 4 {
			t.Errorf("%s: %q, %+v", name, lines, sum)
		}
	}
	if lines, sum := read(t, strings.NewReader(text), 2); len(lines) != 2 || sum.Lines != 2 {
		t.Errorf("the first two: %q, %+v", lines, sum)
	}
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.Bytes()
}

// Lines longer than a piece, and longer than what is read at all, between short ones.
func TestGiantLines(t *testing.T) {
	giant := strings.Repeat("x", 3<<20)
	parts := []io.Reader{strings.NewReader("a\n" + giant + "\nb\n"), io.LimitReader(endless{}, MaxLine+1<<20), strings.NewReader("\nc\n"), strings.NewReader(giant)}
	lines, sum := read(t, io.MultiReader(parts...), 0)
	var short []string
	for _, l := range lines {
		short = append(short, l[:1])
	}
	if strings.Join(short, "") != "axbcx" || sum.Lines != 6 || sum.TooLong != 1 || sum.First != 4 {
		t.Errorf("%v, %+v", short, sum)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'y'
	}
	return len(p), nil
}

// What came before the trouble counts, and the trouble is told.
func TestTroubleOfTheStream(t *testing.T) {
	whole := packed(strings.Repeat("{}\n", 1000))
	n := 0
	sum, err := Split(bytes.NewReader(whole[:len(whole)-9]), 0, func(p Piece) bool {
		p.Lines(func([]byte, int) bool { n++; return true })
		return true
	})
	if !errors.Is(err, io.ErrUnexpectedEOF) || n != sum.Lines {
		t.Errorf("%v, %d lines, %+v", err, n, sum)
	}
}

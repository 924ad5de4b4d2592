package ndjson

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func frame(t *testing.T, text string, o ...zstd.EOption) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, o...)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll([]byte(text), nil)
}

// Frames one after another are one stream; one that breaks off is said to, after what was read of it.
func TestZstd(t *testing.T) {
	lines, sum := read(t, bytes.NewReader(append(frame(t, "one\ntw"), frame(t, "o\nthree\n")...)), 0)
	if strings.Join(lines, "|") != "one|two|three" || sum.Bytes != 14 {
		t.Errorf("%q, %+v", lines, sum)
	}
	text := strings.Repeat("a line of some length\n", 200000)
	whole := frame(t, text)
	n := 0
	_, err := Split(bytes.NewReader(whole[:len(whole)-3]), 0, func(p Piece) bool {
		p.Lines(func([]byte, int) bool { n++; return true })
		return true
	})
	if err == nil || n == 0 {
		t.Errorf("%d lines of a frame that breaks off, %v", n, err)
	}
}

// A stream whose window is larger than what is kept is refused, not obeyed.
func TestZstdWindow(t *testing.T) {
	head := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00} // RFC 8878, 3.1.1.1.2: a window of 1 GiB
	if _, err := Split(bytes.NewReader(head), 0, func(Piece) bool { return true }); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("a window of 1 GiB: %v", err)
	}
}

func TestOtherPackingsAreNamed(t *testing.T) {
	for magic, name := range map[string]string{"PK\x03\x04": "zip", "BZh91AY": "bzip2", "\xfd7zXZ\x00\x00": "xz", "\xff\xfe{\x00": "UTF-16"} {
		if _, err := Split(strings.NewReader(magic+"rest"), 0, func(Piece) bool { return true }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

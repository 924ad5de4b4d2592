package ndjson

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// MaxWindow is the largest window of a zstd stream that is unpacked, in bytes: what `zstd --long` asks for at most
// without being told a number. It is what a stream can make us keep; how long it unpacks to is bounded by nothing, as
// it goes through piece by piece.
const MaxWindow = 128 << 20

// packings are what streams begin with that is no text: those that are unpacked have a way to it.
var packings = []struct {
	name, magic string
	unpack      func(io.Reader) (io.Reader, func(), error)
}{
	{"gzip", "\x1f\x8b", ungzip},         // RFC 1952, section 2.3.1; members one after another are one stream
	{"zstd", "\x28\xb5\x2f\xfd", unzstd}, // RFC 8878, section 3.1.1; frames one after another are one stream
	{"zip", "PK\x03\x04", nil},
	{"xz", "\xfd7zXZ\x00", nil},
	{"bzip2", "BZh", nil},
	{"lz4", "\x04\x22\x4d\x18", nil},
	{"UTF-16", "\xff\xfe", nil}, // its byte order marks
	{"UTF-16", "\xfe\xff", nil},
	{"Parquet", "PAR1", nil},
	{"SQLite", "SQLite format 3\x00", nil},
}

// unpacked is what a stream says, with what must be called when it was read.
func unpacked(r io.Reader) (*bufio.Reader, func(), error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for _, p := range packings {
		head, _ := in.Peek(len(p.magic))
		if !bytes.Equal(head, []byte(p.magic)) {
			continue
		}
		if p.unpack == nil {
			return nil, nil, fmt.Errorf("it is %s, which is not read: plain, gzip and zstd are", p.name)
		}
		out, done, err := p.unpack(in)
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(out, 64<<10), done, nil
	}
	return in, func() {}, nil
}

func ungzip(r io.Reader) (io.Reader, func(), error) {
	z, err := gzip.NewReader(r)
	return z, func() {}, err
}

func unzstd(r io.Reader) (io.Reader, func(), error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

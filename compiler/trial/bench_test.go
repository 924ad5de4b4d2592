package trial

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"detc/compiler/ndjson"
)

// BenchmarkTry is the work on realistic records on one core: scanning, routing, checks of values, row filters, rules.
// BenchmarkScan is its scanner alone, BenchmarkLines the floor (find the ends of the lines and count), and
// BenchmarkMaps what encoding/json takes to make maps of the same records.
func BenchmarkTry(b *testing.B) {
	sources, subjects := library(b)
	data := logs(b)
	m := newMachine(sources, subjects, 1)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		m.piece(piece{ndjson.Piece{Data: data, Line: 1}, "log", 0})
	}
}

func BenchmarkScan(b *testing.B) {
	sources, _ := library(b)
	data := logs(b)
	s := ndjson.NewScanner(ndjson.NewNames(rawNames(sources)))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		ndjson.Piece{Data: data, Line: 1}.Lines(func(line []byte, _ int) bool { s.Scan(line); return true })
	}
}

func BenchmarkLines(b *testing.B) {
	data := logs(b)
	b.SetBytes(int64(len(data)))
	n := 0
	for b.Loop() {
		ndjson.Piece{Data: data, Line: 1}.Lines(func(line []byte, _ int) bool { n += len(line); return true })
	}
}

func BenchmarkMaps(b *testing.B) {
	data := logs(b)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for dec := json.NewDecoder(bytes.NewReader(data)); ; {
			var v map[string]any
			if err := dec.Decode(&v); err == io.EOF {
				break
			}
		}
	}
}

func logs(b *testing.B) []byte { return readAll(b, sampleFiles(b)) }

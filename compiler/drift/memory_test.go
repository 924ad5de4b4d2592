package drift_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/drift"
)

// A stream is a bundle that is made while it is read: nobody holds it.
type stream struct {
	next func() string
	rest string
	read int64
	peak uint64
}

func (s *stream) Read(p []byte) (int, error) {
	if s.rest == "" {
		if s.rest = s.next(); s.rest == "" {
			return 0, io.EOF
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	if before := s.read >> 22; (s.read+int64(n))>>22 != before { // every 4 MB
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		s.peak = max(s.peak, stats.HeapAlloc)
	}
	s.read += int64(n)
	return n, nil
}

// long gives the head of a good bundle, then a filler until so many bytes are out, then its end.
func long(size int64, filler string) *stream {
	head, _ := strings.CutSuffix(small(""), "]}")
	s, state := &stream{}, 0
	s.next = func() string {
		switch {
		case state == 0:
			state = 1
			return head
		case state == 1 && s.read < size:
			return filler
		case state == 1:
			state = 2
			return "]}"
		}
		return ""
	}
	return s
}

func peak(t *testing.T, s *stream) (uint64, *drift.Bundle, diag.List) {
	t.Helper()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var l diag.List
	b, err := drift.Read("long.json", s, &l)
	if err != nil {
		t.Fatal(err)
	}
	return s.peak - min(s.peak, before.HeapAlloc), b, l
}

// A bundle of 100 MB costs what its longest object costs, not what it weighs.
func TestMemoryOfALongBundle(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	relationship := `, {"type": "relationship", "id": "relationship--1", "relationship_type": "uses", "description": "` + strings.Repeat("words ", 150) + `"}`
	grown, b, l := peak(t, long(100<<20, relationship))
	if b == nil || len(l) > 0 {
		t.Fatal(listed(l))
	}
	if b.Objects < 90_000 || len(b.Techniques) != 1 {
		t.Errorf("%d objects", b.Objects)
	}
	t.Logf("%d objects, %d KB at most", b.Objects, grown>>10)
	if grown > 8<<20 {
		t.Errorf("100 MB took %d MB of memory", grown>>20)
	}
}

// One object of 100 MB is passed over, and said.
func TestMemoryOfALongObject(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	s, state := long(0, ""), 0
	head, _ := strings.CutSuffix(small(""), "]}")
	s.next = func() string {
		switch {
		case state == 0:
			state = 1
			return head + `, {"type": "attack-pattern", "description": "`
		case state == 1 && s.read < 100<<20:
			return strings.Repeat("words ", 1000)
		case state == 1:
			state = 2
			return `"}]}`
		}
		return ""
	}
	grown, b, l := peak(t, s)
	if b == nil || !strings.Contains(listed(l), "an object is longer than 16 MB") {
		t.Fatal(listed(l))
	}
	t.Logf("%d KB at most", grown>>10)
	if grown > 4*drift.MaxObject {
		t.Errorf("an object of 100 MB took %d MB of memory", grown>>20)
	}
}

// More techniques than any release can have are refused, not kept.
func TestMemoryOfManyTechniques(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 30 MB")
	}
	filler := pattern + `"name": "N", "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`
	grown, b, l := peak(t, long(30<<20, filler))
	if b == nil || !strings.Contains(listed(l), "the bundle has more than 50000 tactics and techniques") {
		t.Fatal(listed(l))
	}
	t.Logf("%d KB at most", grown>>10)
	if grown > 64<<20 {
		t.Errorf("it took %d MB of memory", grown>>20)
	}
}

// Trouble of the disk is the machine's, and no finding.
func TestTroubleOfTheReader(t *testing.T) {
	trouble := errors.New("the disk is gone")
	for _, head := range []string{"", `{"type": "bun`, `{"type": "bundle", "objects": [{"type": "x"`, `{"n": 12`} {
		var l diag.List
		b, err := drift.Read("b.json", io.MultiReader(strings.NewReader(head), failing{trouble}), &l)
		if b != nil || !errors.Is(err, trouble) || len(l) > 0 {
			t.Errorf("%q: %v, %s", head, err, listed(l))
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What reads a bundle of 100 MB in one go.
func BenchmarkRead(b *testing.B) {
	text := bundle(carried(b), "enterprise-attack", "2.1")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var l diag.List
		if got, err := drift.Read("b.json", strings.NewReader(text), &l); got == nil || err != nil {
			b.Fatal(err)
		}
	}
}

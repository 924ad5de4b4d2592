package eql_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/eql"
	"detc/compiler/ir"
)

// A place of a sequence as the grammar has it.
type place struct {
	test    *backendtest.Elastic
	missing bool
	by      []string
}

type sequence struct {
	span   time.Duration
	places []place
}

var (
	header = regexp.MustCompile(`^sequence(?: by ([a-z_]+(?:, [a-z_]+)*))? with maxspan=([0-9]+)(ms|s|m|h|d)$`)
	item   = regexp.MustCompile(`^  (!?)\[(any where .*)\](?: by ([a-z_]+(?:, [a-z_]+)*))?(?: with runs=([0-9]+))?$`)
)

func split(names string) []string {
	if names == "" {
		return nil
	}
	return strings.Split(names, ", ")
}

// read reads a correlation's query; one event is a sequence of one place.
func read(t *testing.T, text string, keys []string) (s sequence) {
	t.Helper()
	lines := strings.Split(text, "\n")
	if len(lines) == 1 {
		test, err := backendtest.ReadEQL(text)
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		return sequence{0, []place{{test, false, keys}}}
	}
	h := header.FindStringSubmatch(lines[0])
	if h == nil {
		t.Fatalf("no sequence: %s", text)
	}
	n, _ := strconv.Atoi(h[2])
	s.span = time.Duration(n) * map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[h[3]]
	for _, l := range lines[1:] {
		m := item.FindStringSubmatch(l)
		if m == nil || h[1] != "" && m[3] != "" {
			t.Fatalf("no place: %s", l)
		}
		test, err := backendtest.ReadEQL(m[2])
		if err != nil {
			t.Fatalf("%s\n%v", l, err)
		}
		runs := 1
		if m[4] != "" {
			if runs, _ = strconv.Atoi(m[4]); runs < 1 || runs > 100 {
				t.Fatalf("runs takes 1 to 100: %s", l)
			}
		}
		for range runs {
			s.places = append(s.places, place{test, m[1] != "", split(h[1] + m[3])})
		}
	}
	if len(s.places) < 2 {
		t.Fatalf("a sequence has two places at least: %s", text)
	}
	return s
}

// run is the state machine of Elastic's documentation: a place of a group has one pending sequence, which an event of the
// next place takes along. ok is false where a key has several values, of which nothing is said.
func (s sequence) run(line backendtest.Timeline) (out []string, ok bool) {
	began := map[string][]int64{}
	events := slices.Clone(line.Events)
	slices.SortStableFunc(events, func(a, b backendtest.Moment) int { return int(a.At - b.At) })
	for _, e := range events {
		row := e.Row()
		ev := backendtest.Event{}
		for k, texts := range row {
			for _, v := range texts {
				ev[k] = append(ev[k], ir.StringValue(v))
			}
		}
		for i := len(s.places) - 1; i >= 0; i-- {
			p := s.places[i]
			group := []string{}
			for _, k := range p.by {
				if len(row[k]) > 1 {
					return nil, false
				}
				group = append(group, row[k]...)
			}
			if found, err := p.test.Match(ev); !found || err != nil || len(group) < len(p.by) {
				continue
			}
			key := fmt.Sprintf("%q", group)
			if began[key] == nil {
				began[key] = make([]int64, len(s.places))
			}
			from := e.At + 1 // 0 is no pending sequence
			if i > 0 {
				from = began[key][i-1]
				if began[key][i-1] = 0; from == 0 || e.At+1-from > int64(s.span) {
					continue
				}
			}
			if i == len(s.places)-1 {
				out = append(out, backendtest.Firing(e.At, group))
			} else {
				began[key][i] = from
			}
		}
	}
	slices.Sort(out)
	return out, true
}

// What a sequence finds is a firing, and it says that it doesn't find all. Absence and first sight are read only: of
// missing events too little is documented to run them.
func TestCorrelations(t *testing.T) {
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	var refused, exact, ran, onlyRead, found, firings int
	for _, line := range append(cases, backendtest.MadeTimelines(12000)...) {
		c := line.Over(backend.Column{Name: "@timestamp", Type: ir.Timestamp, Stored: backend.Time})
		q, l := eql.Target{}.Correlate(c)
		if l.HasErrors() {
			refused++
			continue
		}
		var keys []string
		for _, k := range c.Members[0].Keys {
			keys = append(keys, k.Name)
		}
		s := read(t, q.Text, keys)
		got, ok := s.run(line)
		if !ok || slices.ContainsFunc(s.places, func(p place) bool { return p.missing }) {
			onlyRead++
			continue
		}
		ran++
		want, err := line.Firings()
		if err != nil {
			t.Fatal(err)
		}
		found, firings = found+len(got), firings+len(want)
		if len(q.Losses) == 0 {
			exact++
			if !slices.Equal(got, want) {
				t.Fatalf("%s\n%s\nevents %v\nfinds %q, want %q", line.Name, q.Text, line.Events, got, want)
			}
		}
		for _, f := range got {
			if i := slices.Index(want, f); i >= 0 {
				want = slices.Delete(want, i, i+1)
			} else {
				t.Fatalf("%s\n%s\nevents %v\nfinds %s, which is none of %q", line.Name, q.Text, line.Events, f, want)
			}
		}
	}
	t.Logf("%d ran (%d exact), %d read only, %d refused; %d of %d firings found", ran, exact, onlyRead, refused, found, firings)
	if ran < 500 || exact < 300 || found < 1000 {
		t.Error("too little was compared")
	}
}

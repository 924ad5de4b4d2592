package logql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logql"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

func contains(text string) *backend.Rule {
	f := ir.Field{Name: "path", Cased: true}
	return &backend.Rule{Table: "logs", Where: &ir.Match{Field: f, Values: []string{text}}, Fields: map[string]backend.Column{"path": {Name: "path", Cased: true}}}
}

// longest is how many z in a value make the longest query that is emitted.
func longest(t *testing.T) int {
	t.Helper()
	one, _ := logql.Target{}.Emit(contains("zzz"))
	two, _ := logql.Target{}.Emit(contains("zzzz"))
	if len(two.Text) != len(one.Text)+2 {
		t.Fatalf("%s\n%s", one.Text, two.Text)
	}
	return 3 + (128<<10-1-len(one.Text))/2
}

// TestTooLong refuses what Loki would, and a long value before it costs anything.
func TestTooLong(t *testing.T) {
	n := longest(t)
	if _, l := (logql.Target{}).Emit(contains(strings.Repeat("z", n))); l.HasErrors() {
		t.Errorf("%d: %v", n, l)
	}
	for _, text := range []string{strings.Repeat("z", n+1), strings.Repeat("k\"\n`", 1<<18)} {
		q, l := logql.Target{}.Emit(contains(text))
		if len(l) != 1 || l[0].Code != diag.QueryTooLong || q.Text != "" {
			t.Errorf("%d bytes: %v", len(text), l)
		}
	}
}

// TestLokiTakesTheLongest runs the longest query that is emitted.
func TestLokiTakesTheLongest(t *testing.T) {
	e := start(t)
	var b strings.Builder
	for i := 0; b.Len() < longest(t); i++ { // no stretch like another: how long an expression looks depends on that
		fmt.Fprintf(&b, "%dz", i)
	}
	text := b.String()[:longest(t)]
	q, _ := logql.Target{}.Emit(contains(text))
	a := e.ask(t, request{Query: q.Text, Stream: stream, Lines: []logLine{{Line: `{"path":"a` + text + `"}`}, {Line: `{"path":"a` + text[1:] + `"}`}}})
	if a.Error != "" || !slices.Equal(a.Rows, []int{0}) {
		t.Errorf("%d bytes: %v %v", len(q.Text), a.Rows, a.Error)
	}
	if a := e.ask(t, request{Query: q.Text + "  ", Stream: stream}); a.Error == "" {
		t.Error("Loki takes more than is said")
	}
}

// TestLokiSelects holds the selector: hostile names of streams find their own stream and no other.
func TestLokiSelects(t *testing.T) {
	e := start(t)
	n := 0
	for _, h := range backendtest.Hostile() {
		if h == "" || strings.ContainsRune(h, '\ufffd') {
			continue
		}
		for _, values := range [][]string{{h}, {h, "other"}, {"x.*", h}} {
			r := contains("x")
			r.In = []backend.Place{{Name: "job", Values: values}}
			q, l := logql.Target{}.Emit(r)
			if l.HasErrors() {
				t.Fatal(l)
			}
			for job, want := range map[string][]int{h: {0}, h + "x": {}, "x" + h: {}, "xx": {}} {
				if job != h && slices.Contains(values, job) {
					continue
				}
				n++
				a := e.ask(t, request{Query: q.Text, Stream: map[string]string{"job": job}, Lines: []logLine{{Line: `{"path":"x"}`}}})
				if a.Error != "" || !slices.Equal(a.Rows, want) {
					t.Errorf("%s on %q: %v %v", q.Text, job, a.Rows, a.Error)
				}
			}
		}
	}
	t.Logf("%d selections", n)
}

// TestLokiReadsItsTime holds the time that Loki keeps of a line, and lines that are no whole JSON.
func TestLokiReadsItsTime(t *testing.T) {
	e := start(t)
	f := ir.Field{Name: "at", Type: ir.Timestamp}
	at := time.Date(2024, 2, 29, 23, 59, 59, 1500, time.UTC)
	lines := []logLine{{At: at.UnixNano(), Line: "{}"}, {At: at.UnixNano() + 1, Line: "{}"}, {At: at.Add(time.Hour).UnixNano(), Line: "{}"}, {At: at.UnixNano(), Line: `{"x":"y`}, {At: at.UnixNano(), Line: "no JSON"}}
	for _, c := range []struct {
		where ir.Expr
		want  []int
	}{
		{&ir.Eq{Field: f, Values: []ir.Value{ir.TimeValue(at)}}, []int{0}},
		{&ir.Compare{Field: f, Op: ir.Gt, Value: ir.TimeValue(at)}, []int{1, 2}},
		{&ir.TimePart{Field: f, Part: ir.Hour, Values: []int{23}}, []int{0, 1}},
		{&ir.Not{Arg: &ir.TimePart{Field: f, Part: ir.Day, Values: []int{29}}}, []int{2}},
		{&ir.TimePart{Field: f, Part: ir.Week, Values: []int{9}}, []int{0, 1, 2}},
		{&ir.Const{Value: true}, []int{0, 1, 2}},
		{&ir.Const{}, []int{}},
	} {
		r := &backend.Rule{Table: "logs", Where: c.where, Fields: map[string]backend.Column{"at": {Name: "__timestamp__", Type: ir.Timestamp, Stored: backend.Time}}}
		q, l := logql.Target{}.Emit(r)
		if l.HasErrors() || len(q.Losses) > 0 {
			t.Fatalf("%v %v", l, q.Losses)
		}
		a := e.ask(t, request{Query: q.Text, Stream: stream, Lines: lines})
		if a.Error != "" || !slices.Equal(a.Rows, c.want) {
			t.Errorf("%s: %v, not %v; %s", q.Text, a.Rows, c.want, a.Error)
		}
	}
}

// TestNowhere refuses a rule of which nothing says in which streams it looks, and loses where Loki's own labels are named.
func TestNowhere(t *testing.T) {
	r := contains("x")
	r.Table = ""
	if _, l := (logql.Target{}).Emit(r); len(l) != 1 || l[0].Code != diag.ClauseRefused {
		t.Error(l)
	}
	r = contains("x")
	r.Fields["path"] = backend.Column{Name: "service.name"}
	if q, l := (logql.Target{}).Emit(r); l.HasErrors() || q.Fidelity() != backend.Approximate {
		t.Error(q, l)
	}
}

package logql_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logql"
	"detc/compiler/ir"
)

// An engine is Loki's pipeline in a process of its own.
type engine struct {
	in  io.Writer
	out *bufio.Scanner
}

type logLine struct {
	At   int64  `json:"at"`
	Line string `json:"line"`
}

type request struct {
	Query   string            `json:"query,omitempty"`
	Stream  map[string]string `json:"stream,omitempty"`
	Lines   []logLine         `json:"lines,omitempty"`
	Metric  string            `json:"metric,omitempty"`
	Streams []streamOf        `json:"streams,omitempty"`
	Times   []int64           `json:"times,omitempty"`
	Rules   string            `json:"rules,omitempty"`
}

type answer struct {
	Rows    []int
	Vectors [][]sample
	Said    string
	Error   string
}

// build makes the engine out of its module, once for all tests.
var build = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "detc-loki-"); err != nil {
		return "", err
	}
	out, err := exec.Command("../../../testdata/engines/loki/run.sh", dir).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%v\n%s", err, out)
	}
	return dir, err
})

var built string // the folder that build made

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// start runs the engine.
func start(t *testing.T) *engine {
	t.Helper()
	backendtest.NeedEngine(t, "loki")
	dir, err := build()
	built = dir
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "loki-pipeline"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	e := &engine{in, bufio.NewScanner(out)}
	e.out.Buffer(nil, 64<<20)
	return e
}

func (e *engine) ask(t *testing.T, r request) (a answer) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.in.Write(append(b, '\n')); err != nil {
		t.Fatal(err)
	}
	if !e.out.Scan() {
		t.Fatalf("the engine has ended: %v", e.out.Err())
	}
	if err := json.Unmarshal(e.out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

var stream = map[string]string{"job": "logs"}

// line is an event as a log writes it. ok is false of one that JSON can't carry, or that has a value which no atom reads.
func line(row int, ev backendtest.Event) (text string, ok bool) {
	doc := map[string]any{"zz": nil}
	for name, values := range ev {
		var list []any
		for _, v := range values {
			if !utf8.ValidString(v.Str) {
				return "", false
			}
			switch v.Type {
			case ir.Int, ir.Double:
				list = append(list, json.Number(v.Text()))
			case ir.Bool:
				list = append(list, v.Bool)
			default:
				list = append(list, v.Text())
			}
		}
		switch {
		case len(list) == 0:
			return "", false
		case len(list) == 1:
			doc[name] = list[0]
		default:
			doc[name] = list
		}
	}
	raw, err := json.Marshal(doc)
	if row%3 == 1 { // the other ways to write the same
		raw = []byte(strings.NewReplacer(`":`, `" : `, "cmd", `\u0063md`, "é", `\u00e9`, "/", `\/`).Replace(string(raw)))
	}
	return string(raw), err == nil
}

// read is the event as Loki reads it: U+FFFD is a space in its labels (Describe says so).
func read(ev backendtest.Event) backendtest.Event {
	out := backendtest.Event{}
	for name, values := range ev {
		values = slices.Clone(values)
		for i := range values {
			values[i].Str = strings.ReplaceAll(values[i].Str, string(unicode.ReplacementChar), " ")
		}
		out[name] = values
	}
	return out
}

type tally struct {
	queries, approximate, refused, pairs, replaced, odd, strayed, bad int
}

// hold asks the engine and eval of each event, and counts.
func (n *tally) hold(t *testing.T, e *engine, r *backend.Rule, events []backendtest.Event) {
	t.Helper()
	q, l := logql.Target{}.Emit(r)
	if l.HasErrors() {
		n.refused++
		return
	}
	n.queries++
	if len(q.Losses) > 0 {
		n.approximate++
	}
	ask := request{Query: q.Text, Stream: stream}
	var kept []backendtest.Event
	for row, ev := range events {
		if text, ok := line(row, ev); ok {
			ask.Lines = append(ask.Lines, logLine{Line: text})
			kept = append(kept, ev)
		}
	}
	a := e.ask(t, ask)
	if a.Error != "" {
		n.bad++
		t.Errorf("%s\n%s\n%s", ir.Text(r.Where), q.Text, a.Error)
		return
	}
	for row, ev := range kept {
		n.pairs++
		want, got := backendtest.Match(r.Where, ev), slices.Contains(a.Rows, row)
		if want == got {
			continue
		}
		if !hasKeyword(r.Where) && backendtest.Match(r.Where, read(ev)) == got {
			n.replaced++
			continue
		}
		n.strayed++
		if !allowed(q.Losses, want) {
			if n.bad++; n.bad <= 12 {
				t.Errorf("%s\n%s\n%s: eval %t, Loki %t; losses %v", ir.Text(r.Where), q.Text, ask.Lines[row].Line, want, got, q.Losses)
			}
		}
	}
}

func hasKeyword(e ir.Expr) (found bool) {
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		_, is := a.(*ir.Keyword)
		found = found || is
	})
	return found
}

// allowed says that some loss speaks of rows lost, or added.
func allowed(losses []backend.Loss, lost bool) bool {
	for _, l := range losses {
		if l.Effect == backend.Both || (l.Effect == backend.Narrower) == lost {
			return true
		}
	}
	return false
}

func (n *tally) log(t *testing.T, began time.Time) {
	t.Helper()
	t.Logf("%d queries (%d approximate), %d refused, %d pairs, %d disagreements inside what was said, %d by U+FFFD, %d by odd whole numbers, %d outside, in %s",
		n.queries, n.approximate, n.refused, n.pairs, n.strayed-n.bad, n.replaced, n.odd, n.bad, time.Since(began).Round(time.Second))
	if n.pairs == 0 {
		t.Error("nothing was held")
	}
}

// TestLokiAgrees runs every case in the pipeline: an exact query finds what eval means, an approximate one strays only as
// it says.
func TestLokiAgrees(t *testing.T) {
	e := start(t)
	began := time.Now()
	n := &tally{}
	for _, c := range backendtest.Cases(backendtest.TextColumns()) {
		n.hold(t, e, c.Rule, c.Events())
	}
	n.log(t, began)
}

package lucene_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/lucene"
	"detc/compiler/ir"
)

// An engine is Apache Lucene in a process of its own (testdata/engines/lucene).
type engine struct {
	in  io.WriteCloser
	out *bufio.Reader
}

func startEngine(t testing.TB) *engine {
	t.Helper()
	backendtest.NeedEngine(t, "lucene")
	setup := exec.Command("../../../testdata/engines/lucene/run.sh", t.TempDir())
	path, err := setup.Output()
	if err != nil {
		t.Fatal("Apache Lucene is not here: apt-get install liblucene8-java default-jdk-headless")
	}
	cmd := exec.Command("java", "-cp", strings.TrimSpace(string(path)), "Engine")
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
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &engine{in, bufio.NewReader(out)}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// load gives the engine documents under a mapping.
func (e *engine) load(mapping string, columns map[string]backend.Column, events []backendtest.Event) {
	w := bufio.NewWriter(e.in)
	defer w.Flush()
	fmt.Fprintf(w, "mapping\t%s\n", mapping)
	for _, c := range columns {
		kind := map[backend.Storage]string{backend.Number: "long", backend.Address: "ip", backend.Time: "date", backend.Bool: "boolean"}[c.Stored]
		if c.Stored == backend.Number && c.Type == ir.Double {
			kind = "double"
		}
		if kind != "" {
			fmt.Fprintf(w, "type\t%s\t%s\n", b64(c.Name), kind)
		}
	}
	for _, ev := range events {
		fmt.Fprintln(w, "doc")
		for name, values := range ev {
			for _, v := range values {
				fmt.Fprintf(w, "val\t%s\t%s\n", b64(name), b64(v.Text()))
			}
		}
	}
}

// rows are the documents that a query finds.
func (e *engine) rows(query string) (map[int]bool, error) {
	fmt.Fprintf(e.in, "query\t%s\n", b64(query))
	line, err := e.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	words := strings.Fields(line)
	if words[0] != "rows" {
		return nil, fmt.Errorf("%s", strings.TrimSpace(line))
	}
	out := map[int]bool{}
	for _, w := range words[1:] {
		n, err := strconv.Atoi(w)
		if err != nil {
			return nil, err
		}
		out[n] = true
	}
	return out, nil
}

// indexable are the events that an index takes: what is no UTF-8 is no JSON, and a value that a mapping can't read (a
// field that is there without one, to eval) is refused with its document.
func indexable(events []backendtest.Event) (out []backendtest.Event) {
	for _, ev := range events {
		ok := true
		for _, values := range ev {
			ok = ok && len(values) > 0
			for _, v := range values {
				ok = ok && utf8.ValidString(v.Str)
			}
		}
		if ok {
			out = append(out, ev)
		}
	}
	return out
}

// TestLuceneAgrees runs every case on Apache Lucene: an exact query finds what eval means, an approximate one strays only
// as it says.
func TestLuceneAgrees(t *testing.T) {
	e := startEngine(t)
	start := time.Now()
	for _, d := range lucene.Dialects() {
		if strings.HasPrefix(d.Name(), "opensearch") {
			continue // the same text: see TestDialects
		}
		mapping := "keyword"
		if strings.HasSuffix(d.Name(), "lowercase") {
			mapping = "lowercase"
		}
		for _, columns := range []map[string]backend.Column{backendtest.Columns(), backendtest.TextColumns()} {
			held(t, e, d, mapping, columns)
		}
	}
	t.Logf("in %s", time.Since(start).Round(time.Second))
}

func held(t *testing.T, e *engine, d lucene.Dialect, mapping string, columns map[string]backend.Column) {
	var queries, refused, approximate, pairs, strayed, bad int
	for _, c := range backendtest.Cases(columns) {
		q, l := d.Emit(c.Rule)
		if l.HasErrors() {
			refused++
			continue
		}
		queries++
		if len(q.Losses) > 0 {
			approximate++
		}
		events := indexable(c.Events())
		e.load(mapping, columns, events)
		rows, err := e.rows(q.Text)
		if err != nil {
			t.Fatalf("%s\n%s\n%v", ir.Text(c.Rule.Where), q.Text, err)
		}
		for i, ev := range events {
			pairs++
			want := backendtest.Match(c.Rule.Where, ev)
			if want == rows[i] {
				continue
			}
			strayed++
			if !allowed(q.Losses, want) {
				if bad++; bad <= 5 {
					t.Errorf("%s: %s\n%s\n%v: eval %t, Lucene %t; losses %v", d.Name(), ir.Text(c.Rule.Where), q.Text, ev, want, rows[i], q.Losses)
				}
			}
		}
	}
	t.Logf("%s: %d queries (%d approximate), %d refused, %d pairs, %d disagreements inside what was said, %d outside", d.Name(), queries, approximate, refused, pairs, strayed-bad, bad)
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

// TestDialects holds that OpenSearch is asked in the words of Elasticsearch.
func TestDialects(t *testing.T) {
	d := lucene.Dialects()
	for _, c := range backendtest.Cases(backendtest.Columns()) {
		for i := 0; i < len(d); i += 2 {
			a, _ := d[i].Emit(c.Rule)
			b, _ := d[i+1].Emit(c.Rule)
			if a.Text != b.Text || len(a.Losses) != len(b.Losses) {
				t.Fatalf("%s: %q\n%s: %q", d[i].Name(), a.Text, d[i+1].Name(), b.Text)
			}
		}
	}
}

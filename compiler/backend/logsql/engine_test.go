package logsql_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logsql"
	"detc/compiler/ir"
)

// start builds the server out of its module and runs it on a port of this machine.
func start(t *testing.T) string {
	t.Helper()
	backendtest.NeedEngine(t, "victorialogs")
	dir := t.TempDir()
	if out, err := exec.Command("../../../testdata/engines/victorialogs/run.sh", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.Command(filepath.Join(dir, "victoria-logs"), "-storageDataPath", filepath.Join(dir, "data"), "-httpListenAddr", addr,
		"-retentionPeriod", "100y", "-loggerLevel", "ERROR", "-search.maxConcurrentRequests", "2")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for range 100 {
		if r, err := http.Get("http://" + addr + "/health"); err == nil {
			r.Body.Close()
			return "http://" + addr
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("VictoriaLogs doesn't answer")
	return ""
}

func post(t *testing.T, to string, body []byte) string {
	t.Helper()
	r, err := http.Post(to, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode/100 != 2 {
		t.Fatalf("%s: %s %s %v", to, r.Status, text, err)
	}
	return string(text)
}

// line is an event as a log writes it. ok is false of one that JSON can't carry, or that has a value which no atom reads.
func line(set, row int, ev backendtest.Event) (raw []byte, ok bool) {
	doc := map[string]any{"_time": "2024-05-05T05:05:05Z", "_msg": "x", "set": strconv.Itoa(set), "row": strconv.Itoa(row)}
	for name, values := range ev {
		var list []any
		for _, v := range values {
			if !utf8.ValidString(v.Str) {
				return nil, false
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
			return nil, false
		case len(list) == 1 && row%2 == 0:
			doc[name] = list[0]
		case len(list) == 1 && name != "tags" && name != "ports" && name != "addresses":
			doc[name] = list[0]
		default:
			doc[name] = list
		}
	}
	raw, err := json.Marshal(doc)
	return raw, err == nil
}

// TestVictoriaLogsAgrees runs every case on the server: an exact query finds what eval means, an approximate one strays
// only as it says. What came in is counted before any answer is believed.
func TestVictoriaLogsAgrees(t *testing.T) {
	at := start(t)
	began := time.Now()
	cases := backendtest.Cases(backendtest.TextColumns())
	var queries []backend.Query
	var kept []backendtest.Case
	var events [][]backendtest.Event
	refused, sent := 0, 0
	var body bytes.Buffer
	insert := at + "/insert/jsonline?_stream_fields=set"
	for _, c := range cases {
		q, l := logsql.Target{}.Emit(c.Rule)
		if l.HasErrors() {
			refused++
			continue
		}
		events = append(events, c.Events())
		for row, ev := range events[len(kept)] {
			if raw, ok := line(len(kept), row, ev); ok {
				body.Write(append(raw, '\n'))
				sent++
			}
		}
		if body.Len() > 8<<20 {
			post(t, insert, body.Bytes())
			body.Reset()
		}
		queries, kept = append(queries, q), append(kept, c)
	}
	post(t, insert, body.Bytes())
	http.Get(at + "/internal/force_flush")
	var count struct{ N string }
	if err := json.Unmarshal([]byte(ask(t, at, `set:* | stats count() as N`)), &count); err != nil || count.N != strconv.Itoa(sent) {
		t.Fatalf("sent %d events, the server has %s: %v", sent, count.N, err)
	}
	approximate, pairs, strayed, bad := 0, 0, 0, 0
	for i, q := range queries {
		if len(q.Losses) > 0 {
			approximate++
		}
		rows := map[int]bool{}
		for _, l := range strings.Split(strings.TrimSpace(ask(t, at, fmt.Sprintf(`{set="%d"} and (%s) | fields row`, i, q.Text))), "\n") {
			var hit struct{ Row string }
			if l == "" {
				continue
			}
			if err := json.Unmarshal([]byte(l), &hit); err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(hit.Row)
			if err != nil {
				t.Fatal(err)
			}
			rows[n] = true
		}
		for row, ev := range events[i] {
			if _, ok := line(i, row, ev); !ok {
				continue
			}
			pairs++
			want := backendtest.Match(kept[i].Rule.Where, ev)
			if want == rows[row] {
				continue
			}
			strayed++
			if !allowed(q.Losses, want) {
				if bad++; bad <= 12 {
					t.Errorf("%s\n%s\n%v: eval %t, VictoriaLogs %t; losses %v", ir.Text(kept[i].Rule.Where), q.Text, ev, want, rows[row], q.Losses)
				}
			}
		}
	}
	t.Logf("%d queries (%d approximate), %d refused, %d events sent, %d pairs, %d disagreements inside what was said, %d outside, in %s",
		len(queries), approximate, refused, sent, pairs, strayed-bad, bad, time.Since(began).Round(time.Second))
}

func ask(t *testing.T, at, query string) string {
	t.Helper()
	r, err := http.PostForm(at+"/select/logsql/query", url.Values{"query": {query}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s\n%s %s %v", query, r.Status, text, err)
	}
	return string(text)
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

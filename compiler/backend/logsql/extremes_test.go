package logsql_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logsql"
)

// maxLine is the longest record that the server takes, in bytes (-insert.maxLineSizeBytes, by default 256 KiB).
const maxLine = 256 << 10

// TestVictoriaLogsTakesNoOrders runs rules whose literals are pipes and filters of LogsQL, or have a NUL or a million bytes:
// each is refused, or finds what eval means.
func TestVictoriaLogsTakesNoOrders(t *testing.T) {
	at := start(t)
	cases, events := backendtest.Extremes("rows")
	refused, pairs, sent := 0, 0, 0
	var texts []string
	var numbers []int
	for i, c := range cases {
		q, l := logsql.Target{}.Emit(c.Rule)
		if l.HasErrors() {
			refused++
			continue
		}
		var body bytes.Buffer
		for row, ev := range events[i] {
			if raw, ok := line(i, row, ev); ok && len(raw) < maxLine {
				body.Write(append(raw, '\n'))
				sent++
			}
		}
		post(t, at+"/insert/jsonline?_stream_fields=set", body.Bytes())
		texts, numbers = append(texts, q.Text), append(numbers, i)
	}
	http.Get(at + "/internal/force_flush")
	count := func() string {
		var n struct{ N string }
		if err := json.Unmarshal([]byte(ask(t, at, `set:* | stats count() as N`)), &n); err != nil {
			t.Fatal(err)
		}
		return n.N
	}
	if got := count(); got != strconv.Itoa(sent) {
		t.Fatalf("sent %d events, the server has %s", sent, got)
	}
	for k, i := range numbers {
		q, _ := logsql.Target{}.Emit(cases[i].Rule)
		rows := found(t, ask(t, at, fmt.Sprintf(`{set="%d"} and (%s) | fields row | rename row as detc_row`, i, texts[k])))
		for row, ev := range events[i] {
			if raw, ok := line(i, row, ev); !ok || len(raw) >= maxLine {
				continue
			}
			pairs++
			if want := backendtest.Match(cases[i].Rule.Where, ev); want != rows[row] && !allowed(q.Losses, want) {
				t.Errorf("%.200q on %.100v: VictoriaLogs says %t, eval %t", texts[k], ev, rows[row], want)
			}
		}
	}
	if got := count(); got != strconv.Itoa(sent) {
		t.Errorf("of %d events %s are left", sent, got)
	}
	t.Logf("%d rules, %d refused, %d pairs", len(cases), refused, pairs)
	if pairs < 1000 {
		t.Error("too little was held")
	}
}

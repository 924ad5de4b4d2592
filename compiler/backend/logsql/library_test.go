package logsql_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/backend/logsql"
	"detc/compiler/backend/targets"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	"detc/rules"
)

// TestLibraryOnVictoriaLogs sends records of the logs, as they come, and holds every query of the library against eval of
// the rule on the record: on the cases of each stub, and on events made for the rule, DETC_EVENTS of each.
func TestLibraryOnVictoriaLogs(t *testing.T) {
	at := start(t)
	n := 60
	if more, err := strconv.Atoi(os.Getenv("DETC_EVENTS")); err == nil {
		n = more
	}
	lib, err := querytest.Open(mappings.Files, rules.Files, workspace.Export{Target: logsql.Target{}, Stores: targets.Of("logsql").Stores})
	if err != nil {
		t.Fatal(err)
	}
	if found := lib.Errors(); len(found) > 0 {
		t.Fatal(found)
	}
	sum := &querytest.Tally{Refused: lib.Refusals("logsql")}
	queries := lib.Queries("logsql")
	var events [][]querytest.Event
	for i, q := range queries {
		var body bytes.Buffer
		row := 0
		events = append(events, sum.Gather(q, n, func(e *querytest.Event) bool {
			raw, ok := rawLine(i, row, e.Raw)
			if ok {
				row++
				body.Write(append(raw, '\n'))
			}
			return ok
		}))
		post(t, at+"/insert/jsonline?_stream_fields=detc_set", body.Bytes())
	}
	http.Get(at + "/internal/force_flush")
	var count struct{ N string }
	if err := json.Unmarshal([]byte(ask(t, at, `detc_set:* | stats count() as N`)), &count); err != nil || count.N != strconv.Itoa(sum.Events) {
		t.Fatalf("sent %d events, the server has %s: %v", sum.Events, count.N, err)
	}
	for i, q := range queries {
		rows := found(t, ask(t, at, fmt.Sprintf(`{detc_set="%d"} and (%s) | fields detc_row`, i, q.Text)))
		for _, said := range sum.Hold(q, events[i], rows, func(e *querytest.Event) bool { return e.Bound }) {
			t.Error(said)
		}
	}
	t.Log(sum)
	if sum.Exact < 50 || sum.Matches*20 < sum.Events {
		t.Error("too little was held")
	}
}

// rawLine is a record as the log writes it; ok is false where a name that is asked for is an object, which is stored as its
// members.
func rawLine(set, row int, raw map[string]any) ([]byte, bool) {
	for _, v := range raw {
		if m, is := v.(map[string]any); is && maps.Equal(m, map[string]any{"x": "y"}) {
			return nil, false
		}
	}
	doc := maps.Clone(raw)
	maps.Copy(doc, map[string]any{"_time": "2024-05-05T05:05:05Z", "_msg": "x", "detc_set": strconv.Itoa(set), "detc_row": strconv.Itoa(row)})
	line, err := json.Marshal(doc)
	return line, err == nil
}

// found are the numbers of the rows in an answer.
func found(t *testing.T, text string) map[int]bool {
	t.Helper()
	rows := map[int]bool{}
	for _, l := range slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return l == "" }) {
		var hit struct {
			Row string `json:"detc_row"`
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
	return rows
}

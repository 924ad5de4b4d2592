package logsql_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logsql"
	"detc/compiler/ir"
)

// zero is when the timelines begin.
const zero = 1_700_000_000_000_000_000

// timelines are the cases of testdata/correlations and generated ones.
func timelines(t *testing.T) []backendtest.Timeline {
	t.Helper()
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	return append(cases, backendtest.MadeTimelines(900)...)
}

// TestVictoriaLogsCorrelates runs every timeline on the server: what fires strays from package correlate as declared.
func TestVictoriaLogsCorrelates(t *testing.T) {
	at := start(t)
	type asked struct {
		line backendtest.Timeline
		q    backend.Query
		set  string
	}
	var all []asked
	var body bytes.Buffer
	refused, sent := 0, 0
	for i, line := range timelines(t) {
		c := line.Over(backend.Column{Name: "_time", Type: ir.Timestamp, Stored: backend.Time})
		set := strconv.Itoa(i)
		for _, m := range c.Members {
			m.Rule.In = []backend.Place{{Name: "set", Values: []string{set}}}
		}
		q, l := logsql.Target{}.Correlate(c)
		if l.HasErrors() {
			refused++
			continue
		}
		for n, e := range line.Events {
			doc := map[string]any{"_time": time.Unix(0, zero+e.At).UTC().Format(time.RFC3339Nano), "_msg": "x", "set": set, "row": strconv.Itoa(n)}
			for name, values := range e.Row() {
				if doc[name] = values; len(values) == 1 {
					doc[name] = values[0]
				}
			}
			raw, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			body.Write(append(raw, '\n'))
			sent++
		}
		all = append(all, asked{line, q, set})
	}
	post(t, at+"/insert/jsonline?_stream_fields=set", body.Bytes())
	http.Get(at + "/internal/force_flush")
	var count struct{ N string }
	if err := json.Unmarshal([]byte(ask(t, at, `set:* | stats count() as N`)), &count); err != nil || count.N != strconv.Itoa(sent) {
		t.Fatalf("sent %d events, the server has %s: %v", sent, count.N, err)
	}
	held, same, strayed, bad := 0, 0, 0, 0
	for _, a := range all {
		want, err := a.line.Firings()
		if err != nil {
			t.Fatal(err)
		}
		firings := map[string]int{}
		for _, w := range want {
			firings[w] = 1
		}
		held += len(firings)
		for _, l := range strings.Split(strings.TrimSpace(ask(t, at, a.q.Text)), "\n") {
			if l == "" {
				continue
			}
			row := map[string]string{}
			if err := json.Unmarshal([]byte(l), &row); err != nil {
				t.Fatal(err)
			}
			when, err := time.Parse(time.RFC3339Nano, row["firing_time"])
			if err != nil || row["firing_number"] == "" {
				t.Fatalf("%s\n%s: %v", a.q.Text, l, err)
			}
			group := []string{}
			for _, g := range a.line.Correlation.GroupBy {
				group = append(group, row[g])
			}
			firings[backendtest.Firing(when.UnixNano()-zero, group)] |= 2
		}
		for key, who := range firings {
			if who == 3 {
				same++
				continue
			}
			strayed++
			if !allowed(a.q.Losses, who == 1) {
				if bad++; bad <= 6 {
					t.Errorf("%s: %s is %s\n%s\n%v\nlosses %v", a.line.Name, key, [...]string{"", "lost", "added"}[who], a.q.Text, a.line.Events, a.q.Losses)
				}
			}
		}
	}
	t.Logf("%d queries, %d refused, %d events sent, %d firings held, %d the same, %d disagreements inside what was said, %d outside",
		len(all), refused, sent, held, same, strayed-bad, bad)
	if same == 0 {
		t.Error("nothing agreed")
	}
}

// TestCorrelationsRefused: what the language can't ask is refused with its reason.
func TestCorrelationsRefused(t *testing.T) {
	for _, kind := range []ir.CorrelationKind{ir.TemporalOrdered, ir.Absence, ir.FirstSeen} {
		line := backendtest.Timeline{Correlation: &ir.Correlation{Kind: kind, Within: time.Minute, Rules: []ir.RuleRef{{Name: "a"}, {Name: "b"}}}}
		q, l := logsql.Target{}.Correlate(line.Over(backend.Column{Name: "_time"}))
		if !l.HasErrors() || q.Text != "" || !strings.Contains(l[0].Message, "what came after what") {
			t.Errorf("%s: %v %s", kind, l, q.Text)
		}
	}
}

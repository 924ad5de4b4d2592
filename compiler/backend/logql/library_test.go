package logql_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"detc/compiler/backend/logql"
	"detc/compiler/backend/targets"
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	library "detc/rules"
)

// TestLibraryOnLoki gives the pipeline records of the logs, as they come, and holds every query of the library against eval
// of the rule on the record: on the cases of each stub, and on events made for the rule, DETC_EVENTS of each. Loki reads
// U+FFFD as a space in its labels (Describe says so), so that eval is asked of the record as Loki reads it.
func TestLibraryOnLoki(t *testing.T) {
	eng := start(t)
	n := 60
	if more, err := strconv.Atoi(os.Getenv("DETC_EVENTS")); err == nil {
		n = more
	}
	lib, err := querytest.Open(mappings.Files, library.Files, workspace.Export{Target: logql.Target{}, Stores: targets.Of("logql").Stores})
	if err != nil {
		t.Fatal(err)
	}
	if found := lib.Errors(); len(found) > 0 {
		t.Fatal(found)
	}
	sum := &querytest.Tally{Refused: lib.Refusals("logql")}
	for _, q := range lib.Queries("logql") {
		ask := request{Query: q.Text, Stream: map[string]string{}}
		for _, p := range q.Of.In {
			ask.Stream[p.Name] = p.Values[0]
		}
		events := sum.Gather(q, n, func(e *querytest.Event) bool {
			text, ok := rawLine(len(ask.Lines), e.Raw)
			if ok {
				ask.Lines = append(ask.Lines, logLine{Line: text})
			}
			return ok
		})
		a := eng.ask(t, ask)
		if a.Error != "" {
			t.Errorf("%s: %s\n%s", q.Name, a.Error, q.Text)
			continue
		}
		rows := map[int]bool{}
		for _, row := range a.Rows {
			rows[row] = true
		}
		for _, said := range sum.Hold(q, events, rows, func(e *querytest.Event) bool {
			if hasKeyword(q.Bound.Where) {
				return e.Bound
			}
			raw, _ := spaced(e.Raw).(map[string]any)
			return eval.Match(q.Bound.Where, bind.NewRecord(raw), lib.Tables)
		}) {
			t.Error(said)
		}
	}
	t.Log(sum)
	if sum.Exact < 50 || sum.Matches*20 < sum.Events {
		t.Error("too little was held")
	}
}

// rawLine is a record as the log writes it, in one of two spellings; ok is false where a name that is asked for is an
// object, of which the parser of JSON makes labels of its members.
func rawLine(row int, raw map[string]any) (string, bool) {
	for _, v := range raw {
		if m, is := v.(map[string]any); is && len(m) == 1 && m["x"] == "y" {
			return "", false
		}
	}
	text, err := json.Marshal(raw)
	if row%3 == 1 {
		text = []byte(strings.NewReplacer(`":`, `" : `, "cmd", `\u0063md`, "é", `\u00e9`, "/", `\/`).Replace(string(text)))
	}
	return string(text), err == nil
}

// spaced is a value with a space in place of each U+FFFD.
func spaced(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, string(unicode.ReplacementChar), " ")
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = spaced(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range v {
			out[name] = spaced(v[name])
		}
		return out
	}
	return v
}

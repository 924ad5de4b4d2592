package lucene_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/targets"
	"detc/compiler/ir"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	"detc/rules"
)

// TestLibraryOnLucene holds every query of the library against eval: on the cases of each stub, and on events made for the
// rule, DETC_EVENTS of each.
func TestLibraryOnLucene(t *testing.T) {
	eng := startEngine(t)
	n := 60
	if more, err := strconv.Atoi(os.Getenv("DETC_EVENTS")); err == nil {
		n = more
	}
	for _, name := range []string{"lucene", "lucene-lowercase", "opensearch", "opensearch-lowercase"} {
		target, ok := targets.Get(name)
		if !ok {
			t.Fatal(name)
		}
		lib, err := querytest.Open(mappings.Files, rules.Files, workspace.Export{Target: target, Stores: targets.Of(name).Stores})
		if err != nil {
			t.Fatal(err)
		}
		if found := lib.Errors(); len(found) > 0 {
			t.Fatal(found)
		}
		sum := &querytest.Tally{Refused: lib.Refusals(name)}
		for _, q := range lib.Queries(name) {
			holdQuery(t, eng, q, n, sum)
		}
		t.Logf("%s: %s", name, sum)
		if sum.Exact+sum.Approximate < 300 || sum.Matches*20 < sum.Events {
			t.Error("too little was held")
		}
	}
}

func holdQuery(t *testing.T, eng *engine, q *querytest.Query, n int, sum *querytest.Tally) {
	t.Helper()
	columns := map[string]backend.Column{}
	for _, name := range q.Names() {
		columns[q.Of.Fields[name].Name] = q.Of.Fields[name]
	}
	for _, c := range q.Of.Texts {
		columns[c.Name] = c
	}
	var docs []backendtest.Event
	events := sum.Gather(q, n, func(e *querytest.Event) bool {
		doc, ok := document(columns, e.Stored)
		if ok {
			docs = append(docs, doc)
		}
		return ok
	})
	mapping := "keyword"
	if q.Target == "lucene-lowercase" || q.Target == "opensearch-lowercase" {
		mapping = "lowercase"
	}
	eng.load(mapping, columns, docs)
	rows, err := eng.rows(q.Text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", q.Name, err, q.Text)
	}
	for _, said := range sum.Hold(q, events, rows, func(e *querytest.Event) bool { return e.Want }) {
		t.Error(said)
	}
}

// document is a row as an index takes it; ok is false where the mapping can't read a value, and refuses the document.
func document(columns map[string]backend.Column, stored map[string]any) (backendtest.Event, bool) {
	out := backendtest.Event{}
	for name, v := range stored {
		c, asked := columns[name]
		if !asked {
			continue
		}
		list, several := v.([]any)
		if !several {
			list = []any{v}
		}
		for _, leaf := range list {
			text := ""
			switch leaf := leaf.(type) {
			case string:
				text = leaf
			case json.Number, bool:
				text = fmt.Sprint(leaf)
			default:
				return nil, false
			}
			if !mapped(c, text) {
				return nil, false
			}
			out[name] = append(out[name], ir.StringValue(text))
		}
	}
	return out, true
}

func mapped(c backend.Column, text string) bool {
	var err error
	switch c.Stored {
	case backend.Number:
		if c.Type == ir.Double {
			_, err = strconv.ParseFloat(text, 64)
		} else {
			_, err = strconv.ParseInt(text, 10, 64)
		}
	case backend.Address:
		var at netip.Addr
		at, err = netip.ParseAddr(text)
		if at.Zone() != "" {
			return false
		}
	case backend.Time:
		_, err = time.Parse(time.RFC3339Nano, text)
	case backend.Bool:
		return slices.Contains([]string{"true", "false"}, text)
	}
	return err == nil
}

package yaral_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/yaral"
	"detc/compiler/ir"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// TestConformance holds the target's table: every kind of node with its rule, or with the reason why there is none.
func TestConformance(t *testing.T) {
	hold(t, "testdata/conformance.txt", backendtest.Conformance(yaral.Target{}))
}

func hold(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("what is made is other than %s; if it should be, run with -update\n%s", golden, got)
	}
}

// Every variant that isn't refused is of the grammar.
func TestVariantsAreOfTheGrammar(t *testing.T) {
	said := 0
	for _, typed := range []bool{true, false} {
		for _, v := range backendtest.Variants() {
			q, l := yaral.Target{}.Emit(backendtest.VariantRule(v.Expr, backendtest.VariantColumns(typed)))
			if l.HasErrors() {
				continue
			}
			said++
			if _, err := read(q.Text); err != nil {
				t.Errorf("%s: %v", ir.Text(v.Expr), err)
			}
		}
	}
	if said < 200 {
		t.Errorf("only %d are said", said)
	}
}

func emit(t *testing.T, e ir.Expr, columns ...backend.Column) string {
	t.Helper()
	fields := map[string]backend.Column{}
	for _, c := range columns {
		c.Nullable = true
		fields[c.Name] = c
	}
	q, l := yaral.Target{}.Emit(&backend.Rule{Name: "r", Where: e, Fields: fields})
	if l.HasErrors() {
		return "refused: " + l[0].Message
	}
	_, events, _ := strings.Cut(q.Text, "  events:\n    ")
	events, _, _ = strings.Cut(events, "\n\n")
	return q.Fidelity().String() + ": " + events
}

// What UDM has of its own: enums, repeated fields, texts that logs have numbers for, moments.
func TestUDM(t *testing.T) {
	text := func(name, value string) ir.Expr {
		return &ir.Eq{Field: ir.Field{Name: name}, Values: []ir.Value{ir.StringValue(value)}}
	}
	for _, c := range []struct {
		rule ir.Expr
		want string
		at   backend.Column
	}{
		{text("network.ip_protocol", "tcp"), `exact: $e.network.ip_protocol = "TCP"`, backend.Column{Name: "network.ip_protocol"}},
		{text("network.ip_protocol", "a b"), `exact: $e.metadata.event_timestamp.seconds < 0`, backend.Column{Name: "network.ip_protocol"}},
		{&ir.Exists{Field: ir.Field{Name: "principal.platform"}}, `exact: $e.principal.platform != "UNKNOWN_PLATFORM"`, backend.Column{Name: "principal.platform"}},
		{&ir.Match{Field: ir.Field{Name: "network.direction"}, Values: []string{"b"}},
			`refused: Google SecOps can't say network.direction contains "b": network.direction is an enum, which is compared with its names alone`, backend.Column{Name: "network.direction"}},
		{text("principal.ip", "10.0.0.1"), `exact: any $e.principal.ip = "10.0.0.1"`, backend.Column{Name: "principal.ip"}},
		{text("security_result.threat_name", "x"), `exact: any $e.security_result.threat_name = "x" nocase`, backend.Column{Name: "security_result.threat_name"}},
		{text(`additional.fields["a b"]`, "x"), `exact: $e.additional.fields["a b"] = "x" nocase`, backend.Column{Name: `additional.fields["a b"]`, List: true}},
		{&ir.Eq{Field: ir.Field{Name: "target.process.pid", Type: ir.Int}, Values: []ir.Value{ir.IntValue(4)}},
			`exact: $e.target.process.pid = "4"`, backend.Column{Name: "target.process.pid", Type: ir.Int, Stored: backend.Number}},
		{&ir.TimePart{Field: ir.Field{Name: "metadata.event_timestamp", Type: ir.Timestamp}, Part: ir.Hour, Values: []int{3}},
			`exact: timestamp.get_hour($e.metadata.event_timestamp.seconds, "UTC") = 3`, backend.Column{Name: "metadata.event_timestamp", Type: ir.Timestamp, Stored: backend.TimeText}},
		{text("a-b", "x"), `refused: Google SecOps can't say ` + "`a-b`" + ` = "x": "a-b" is no path of UDM`, backend.Column{Name: "a-b"}},
		{text(`a = "" or $e.b`, "x"), `refused: Google SecOps can't say ` + "`a = \"\" or $e.b` = \"x\"" + `: "a = \"\" or $e.b" is no path of UDM`, backend.Column{Name: `a = "" or $e.b`}},
	} {
		if got := emit(t, c.rule, c.at); got != c.want {
			t.Errorf("%s\nhave %s\nwant %s", ir.Text(c.rule), got, c.want)
		}
	}
}

// A rule says where its records lie, what it is, and which tables it needs; the table is a file.
func TestWholeRule(t *testing.T) {
	r := &backend.Rule{
		Name: "plc-stop", ID: "0b1c", Title: "A \"PLC\"\nstops", Level: "high", Source: "zeek.s7comm", Losses: []backend.Loss{{Reason: "before"}},
		In:    []backend.Place{{Name: "metadata.log_type", Values: []string{"BRO_JSON", "ZEEK"}}},
		Where: &ir.Not{Arg: &ir.InSet{Field: ir.Field{Name: "principal.hostname", Cased: true}, Table: "jump_hosts", Version: 2}},
		Meta:  ir.Meta{Author: "OT engineering", Techniques: []string{"T0858", "T0816"}, Tactic: "TA0104"},
	}
	q, l := yaral.Target{}.Emit(r)
	if l.HasErrors() || len(q.Needs) != 1 || len(q.Losses) != 2 {
		t.Fatal(l, q)
	}
	a, l := yaral.Target{}.Export(backend.Content{Table: q.Needs[0], Columns: []string{"host", "why not"}, Rows: [][]string{{"a,b", "x\"y"}, {"c", ""}}, ValidUntil: "2026-01-01"})
	if l.HasErrors() {
		t.Fatal(l)
	}
	hold(t, "testdata/rule.txt", q.Text+"\n-- "+a.Name+"\n"+string(a.Content))
	if _, err := read(q.Text); err != nil {
		t.Error(err)
	}
}

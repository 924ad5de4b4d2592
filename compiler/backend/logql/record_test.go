package logql_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/logql"
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// spellings are values as logs write them, right and wrong, as JSON.
func spellings() (out []string) {
	texts := []string{
		"", " ", "0", "-0", "+0", "00", "443", "0443", "+443", "443.0", "443.", "443.5", "4.43e2", "443e0", "4e1", "1E3", "1e+3", "4430e-1", ".5", "5", "5.5", "-5", "-.5",
		"0x1BB", "0x1p4", "4_43", "NaN", "Inf", "+inf", "-Infinity", "infinity", "1e999", "-1e999", "1e308", "1e307", "1e-999", "1e", "e1", "1.2.3", "443 ", " 443", "443\n",
		"9007199254740993", "9007199254740992", "-9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "99999999999999999999", "5s", "4KiB", "1h", "--5",
		"true", "TRUE", "True", "tRUE", "t", "T", "1", "false", "FALSE", "False", "f", "yes",
		"10.1.2.3", "10.01.2.3", "10.1.2", "10.1.2.3.4", "x10.1.2.3", "10.1.2.3:443", "10.1.2.3/8", "::ffff:10.1.2.3", "::FFFF:10.1.2.3", "::ffff:0a01:0203", "256.1.2.3",
		"2001:db8::1", "2001:DB8::1", "2001:0db8:0000::0001", "2001:db8:0:0:0:0:0:1", "2001:db8::1%eth0", "fe80::1", "fe80::1%1", "::", "::1", "::01", "0::1", "::0001", "::ff", "::FF",
		"a::", "ab::", "1::2", "::fffe:1", ":::", "::g", "2001:db8::zz", "1:10.1.2.3", "ffff::ffff:10.1.2.3", "::10.1.2.3", "0:0:0:0:0:ffff:10.1.2.3", "....10.1.2.3", "2001:db8",
		"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.0015Z", "2024-02-29T23:59:59.000000001Z", "2024-02-29 23:59:59Z", "2024-03-01T00:59:59+01:00", "2024-02-29T23:59:59", "2024-02-29 23:59:59.5",
		"2024-02-29T23:59:59.123456789-05:30", "2024-02-30T00:00:00Z", "2024-02-29", "23:59:59", "1677-12-31T23:59:59Z", "1678-01-01T00:00:00Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"2021-01-03T00:00:00Z", "2020-12-31T00:00:00Z", "2018-12-31T10:00:00Z", "2024-02-29T23:59:59z", "2024-02-29t23:59:59Z", "2024-2-29T23:59:59Z", "2024-02-29T23:59:59,5Z", "2024-02-29  23:59:59",
		"1709251199", "1709251199.0015", "1709251199.999999999", "-86400", "0.5", "1709251199000", "01709251199", "1.709251199e9", "a b", "\t",
	}
	for _, s := range texts {
		b, _ := json.Marshal(s)
		out = append(out, string(b))
		if json.Valid([]byte(s)) && s[0] != '"' && strings.TrimSpace(s) == s {
			out = append(out, s)
		}
	}
	return append(out, "null", "{}", `{"a":"443"}`, `"\u0034\u0034\u0033"`, `"\ud83d\ude00"`, `"a\/b"`, `"\u0000"`, `"`+"\u202e"+`"`)
}

// TestLokiReadsRecords holds what Loki makes of values as logs write them against eval, on records rather than on events.
func TestLokiReadsRecords(t *testing.T) {
	e := start(t)
	n := &tally{}
	began := time.Now()
	for _, name := range []string{"value", "by", "IP", "a.b", "c-uri", "1st", "job"} {
		var records []bind.Record
		var lines []logLine
		for _, s := range spellings() {
			text := fmt.Sprintf(`{"x":1,%q:%s,"y":"z"}`, name, s)
			if name == "a.b" {
				text = fmt.Sprintf(`{"a":{"b":%s}}`, s)
			}
			r, err := bind.ParseRecord(telemetry.JSON, []byte(text))
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			records, lines = append(records, r), append(lines, logLine{Line: text})
		}
		for _, where := range readings(name) {
			n.records(t, e, where, name, records, lines)
		}
	}
	n.log(t, began)
}

func (n *tally) records(t *testing.T, e *engine, where ir.Expr, name string, records []bind.Record, lines []logLine) {
	t.Helper()
	f, atom := field(where), where
	c := backend.Column{Name: name, Type: f.Type, Unit: f.Unit}
	switch {
	case f.Unit > 0:
		c.Stored = backend.TimeNumber
	case f.Type == ir.Timestamp:
		c.Stored = backend.TimeText
	}
	for _, negated := range []bool{false, true} {
		if negated {
			where = &ir.Not{Arg: where}
		}
		r := &backend.Rule{Where: where, Fields: map[string]backend.Column{name: c}, In: []backend.Place{{Name: "job", Values: []string{"logs"}}}, Prepare: "json"}
		q, l := logql.Target{}.Emit(r)
		if l.HasErrors() {
			n.refused++
			continue
		}
		n.queries++
		if len(q.Losses) > 0 {
			n.approximate++
		}
		a := e.ask(t, request{Query: q.Text, Stream: stream, Lines: lines})
		if a.Error != "" {
			t.Errorf("%s\n%s", q.Text, a.Error)
			continue
		}
		for i, rec := range records {
			n.pairs++
			want, got := eval.Match(where, rec, nil), slices.Contains(a.Rows, i)
			if want == got {
				continue
			}
			if c, is := atom.(*ir.Compare); is && c.Value.Type == ir.Int && odd.MatchString(lines[i].Line) {
				n.odd++
				continue
			}
			n.strayed++
			if !allowed(q.Losses, want) {
				if n.bad++; n.bad <= 40 {
					t.Errorf("%s\n%s\n%s: eval %t, Loki %t; losses %v", ir.Text(where), q.Text, lines[i].Line, want, got, q.Losses)
				}
			}
		}
	}
}

// odd are the spellings of whole numbers of which Describe says that orders don't read them as eval does.
var odd = regexp.MustCompile(`[0-9][eE]|9223372036854775808|\.999999999`)

func field(e ir.Expr) (f ir.Field) {
	ir.Atoms(e, func(a ir.Expr, _ bool) { f = ir.Fields(a)[0] })
	return f
}

// readings are atoms that read a name as each type.
func readings(name string) (out []ir.Expr) {
	typed := func(t ir.Type) ir.Field { return ir.Field{Name: name, Type: t} }
	for _, v := range []int64{0, 443, -5, 5, 1000, 1 << 53, 1<<53 + 1, -1<<53 - 1, 1<<63 - 1, -1 << 63} {
		out = append(out, &ir.Eq{Field: typed(ir.Int), Values: []ir.Value{ir.IntValue(v)}})
		if v > -1<<52 && v < 1<<52 {
			out = append(out, &ir.Compare{Field: typed(ir.Int), Op: ir.CompareOp(len(out) % 4), Value: ir.IntValue(v)}, &ir.Compare{Field: typed(ir.Int), Op: ir.CompareOp((len(out) + 1) % 4), Value: ir.IntValue(v)})
		}
	}
	for _, v := range []float64{0, 443, 5.5, -0.5, 1e307, 1e-7} {
		out = append(out, &ir.Eq{Field: typed(ir.Double), Values: []ir.Value{ir.DoubleValue(v)}}, &ir.Compare{Field: typed(ir.Double), Op: ir.CompareOp(len(out) % 4), Value: ir.DoubleValue(v)})
	}
	for _, b := range []bool{true, false} {
		out = append(out, &ir.Eq{Field: typed(ir.Bool), Values: []ir.Value{ir.BoolValue(b)}})
	}
	for _, s := range []string{"443", "true", "4.43e2", "::1", "a/b", "😀", "\x00", "\u202e", "{}", "job"} {
		out = append(out, &ir.Eq{Field: typed(ir.String), Values: []ir.Value{ir.StringValue(s)}}, &ir.Match{Field: typed(ir.String), Values: []string{s}})
	}
	for _, s := range []string{"::1", "::", "10.1.2.3", "2001:db8::1", "a::", "ab::", "1::2", "::ff"} {
		out = append(out, &ir.Eq{Field: typed(ir.IP), Values: []ir.Value{ir.IPValue(netip.MustParseAddr(s))}})
	}
	for _, s := range []string{"::1/128", "::/0", "::/8", "::/127", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "fe80::/10", "1::/16", "::ffff:0:0/90", "ab::/64", "::f0/124"} {
		out = append(out, &ir.Cidr{Field: typed(ir.IP), Nets: []netip.Prefix{netip.MustParsePrefix(s)}})
	}
	at := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
	for _, unit := range []time.Duration{0, time.Second, time.Millisecond} {
		f := typed(ir.Timestamp)
		f.Unit = unit
		for op := ir.Lt; op <= ir.Ge; op++ {
			out = append(out, &ir.Compare{Field: f, Op: op, Value: ir.TimeValue(at.Add(1500 * time.Microsecond))})
		}
		out = append(out, &ir.Eq{Field: f, Values: []ir.Value{ir.TimeValue(at)}})
		for part, values := range map[ir.TimeUnit][]int{ir.Minute: {59, 0}, ir.Hour: {23, 0}, ir.Day: {29, 1}, ir.Week: {9, 53, 1}, ir.Month: {2, 1}, ir.Year: {2024, 1970, 1678}} {
			out = append(out, &ir.TimePart{Field: f, Part: part, Values: values})
		}
	}
	return append(out, &ir.Exists{Field: typed(ir.String)}, &ir.Regex{Field: typed(ir.String), Patterns: []string{"^4+3$", "(?i)^TRUE"}})
}

// TestLokiLeavesNoErrors asks for numbers within a choice that holds of every line: a comparison of what is no number would
// mark the line with an error, and a metric query with such a line fails.
func TestLokiLeavesNoErrors(t *testing.T) {
	e := start(t)
	var lines []logLine
	for _, s := range spellings() {
		lines = append(lines, logLine{Line: fmt.Sprintf(`{"value":%s,"y":"z"}`, s)})
	}
	y := ir.Field{Name: "y"}
	is := func(text string) ir.Expr { return &ir.Eq{Field: y, Values: []ir.Value{ir.StringValue(text)}} }
	for _, typed := range []ir.Expr{
		&ir.Eq{Field: ir.Field{Name: "value", Type: ir.Int}, Values: []ir.Value{ir.IntValue(443), ir.IntValue(5)}},
		&ir.Compare{Field: ir.Field{Name: "value", Type: ir.Int}, Op: ir.Gt, Value: ir.IntValue(5)},
		&ir.Compare{Field: ir.Field{Name: "value", Type: ir.Double}, Op: ir.Le, Value: ir.DoubleValue(5.5)},
	} {
		for _, atom := range []ir.Expr{typed, &ir.Not{Arg: typed}} {
			r := &backend.Rule{Table: "logs", Where: &ir.Or{Args: []ir.Expr{&ir.And{Args: []ir.Expr{atom, is("no")}}, is("z")}},
				Fields: map[string]backend.Column{"value": {Name: "value"}, "y": {Name: "y"}}}
			q, l := logql.Target{}.Emit(r)
			if l.HasErrors() {
				t.Fatal(l)
			}
			if a := e.ask(t, request{Query: q.Text, Stream: stream, Lines: lines}); a.Error != "" || len(a.Rows) != len(lines) {
				t.Errorf("%s: %d of %d lines; %s", q.Text, len(a.Rows), len(lines), a.Error)
			}
		}
	}
}

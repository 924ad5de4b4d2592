package sigma

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	sigmago "github.com/bradleyjkemp/sigma-go"
	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const stubID = "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01"

// boundTo is a bound rule around a condition.
func boundTo(where ir.Expr) *bind.Bound {
	return &bind.Bound{
		Rule: &ir.Rule{
			Name: "ot-stop-unlisted", ID: stubID, Telemetry: "ot.mode_change", Where: where,
			Meta: ir.Meta{
				Title: "Controller stopped by a host that is no engineering station", Description: "What it sees.\n\nWhy it matters.",
				Status: "test", Level: "high", Author: "OT engineering", Date: "2026-11-22", Tactic: "TA0104", Domain: "ics-attack",
				Techniques: []string{"T0858"}, Items: []string{"TA0104/T5", "TA0104/D1"},
				References: []string{"https://attack.mitre.org/techniques/T0858/"}, FalsePositives: []string{"Un-inventoried engineering laptop"},
			},
		},
		Source: &bind.Source{Source: &telemetry.Source{ID: "zeek.s7comm", Title: "Zeek s7comm.log", Logsource: telemetry.Logsource{Product: "zeek", Service: "s7comm"}}},
		Where:  where,
	}
}

// check holds a law against so many cases, a tenth of them with -short, or as many as -rapid.checks says if it is more
// than its own 100.
func check(t *testing.T, cases int, law func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if before == "100" {
		if testing.Short() {
			cases /= 10
		}
		if err := checks.Value.Set(strconv.Itoa(cases)); err != nil {
			t.Fatal(err)
		}
		defer checks.Value.Set(before)
	}
	rapid.Check(t, law)
}

// sayable says that Sigma has a form for an expression; it is written apart from the emitter, which must agree.
func sayable(e ir.Expr) bool {
	ok := true
	versions := map[string]int{}
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			ok = ok && utf8.ValidString(f.Name) && f.Name != "" && !strings.Contains(f.Name, "|")
		}
		for _, s := range texts(atom) {
			ok = ok && utf8.ValidString(s)
		}
		switch a := atom.(type) {
		case *ir.Eq:
			ok = ok && (a.Field.Type != ir.Timestamp || a.Field.Unit > 0)
		case *ir.Compare:
			ok = ok && (a.Field.Type != ir.Timestamp || a.Field.Unit > 0)
		case *ir.FieldEq:
			ok = ok && utf8.ValidString(a.Other.Name)
		case *ir.InSet:
			v, seen := versions[a.Table]
			ok = ok && (!seen || v == a.Version)
			versions[a.Table] = a.Version
		}
	})
	_, constant := e.(*ir.Const)
	return ok && !constant
}

func texts(atom ir.Expr) (out []string) {
	switch a := atom.(type) {
	case *ir.Eq:
		for _, v := range a.Values {
			out = append(out, v.Str)
		}
	case *ir.Match:
		return a.Values
	case *ir.Regex:
		return a.Patterns
	case *ir.Keyword:
		return a.Values
	}
	return out
}

// What is emitted reads back as what it was made of; what Sigma can't say is refused, and nothing else is.
func TestEmitReadsBack(t *testing.T) {
	fields := irtest.Fields()
	gen := irtest.Expr(fields)
	emitted, refused, nested := 0, 0, 0
	var valid func(any) error
	if _, err := os.Stat(shared); err == nil {
		valid = schema(t).Validate
	}
	check(t, 40_000, func(t *rapid.T) {
		e := ir.Normalize(gen.Draw(t, "expression"))
		b := boundTo(e)
		r, diags := Emit(b)
		if (r != nil) != sayable(e) {
			t.Fatalf("%s\nemitted: %t, sayable: %t\n%v", ir.Text(e), r != nil, sayable(e), messages(diags))
		}
		if r == nil {
			refused++
			return
		}
		emitted++
		if strings.Contains(r.Detection.Condition, "(") {
			nested++
		}
		text := r.YAML()
		if err := Verify(b, text); err != nil {
			t.Fatalf("%s\n%s\n%v", ir.Text(e), text, err)
		}
		if _, err := sigmago.ParseRule(text); err != nil {
			t.Fatalf("sigma-go: %v\n%s", err, text)
		}
		if valid != nil && emitted%8 == 0 {
			if err := valid(jsonOf(t, text)); err != nil {
				t.Fatalf("the Sigma schema: %v\n%s", err, text)
			}
		}
		again, _ := Emit(b)
		if string(again.YAML()) != string(text) {
			t.Fatalf("two texts of one rule")
		}
	})
	t.Logf("%d emitted and read back, %d of them with parentheses; %d refused", emitted, nested, refused)
}

func messages(l diag.List) (out []string) {
	for _, d := range l {
		out = append(out, string(d.Code)+" "+d.Message)
	}
	return out
}

// Every text survives being written, in every place that a text has.
func TestWrittenTextsReadBack(t *testing.T) {
	hostile := []string{"", " ", "a ", " a", "\n", "a\n", "\na", "a\n\nb", "a\n b", "a\n ", "\t", "a\tb", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\x00", "\x1b[0m", "\x7f", "\u00a0",
		"\ufeff", "\ufffd", "\ufffe", "\U0001f600", "\U0010ffff", "שלום", "\u202eabc", "a: b", "a:", ": ", "#", "a #b", "a#b", "%x%", "'", "''", `"`, `\`, `\\`, `\n`, "- a", "-", "?", "? a",
		"[a]", "{a}", "a, b", "&a", "*a", "!a", "!!str a", "|", "|-", ">", "@a", "`a`", "true", "No", "null", "~", "1", "1.0", "0x1", "1e3", ".inf", "2026-11-22", "<<", "=", "...", "---", "--- a", "é", "日本"}
	gen := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 4), func(s []string) string { return strings.Join(s, "") }))
	n := 0
	law := func(t *rapid.T) {
		s := strings.ToValidUTF8(gen.Draw(t, "text"), "")
		n++
		text := "quoted: " + quoted(s) + "\nplain: " + plain(s, false) + "\nflow: [" + plain(s, true) + ", {" + plain(s, true) + ": 1}]\nblock: " + block(s, "    ") +
			"\nlist:\n    - " + quoted(s) + "\n    - " + plain(s, false) + ": " + quoted(s) + "\nlast: 1\n"
		if len(s) > 500 { // a key of more than 1,024 bytes is none
			text = "quoted: " + quoted(s) + "\nplain: " + plain(s, false) + "\nblock: " + block(s, "    ") + "\n"
		}
		docs, err := source.ParseYAML(source.NewFile("t", text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%q: %v\n%s", s, err, text)
		}
		var walk func(n *source.Node, role string)
		walk = func(n *source.Node, role string) {
			switch n.Kind {
			case source.Scalar:
				if role == "last" || role == s && n.Text.Value == "1" {
					return
				}
				if n.Text.Value != s || n.Type != source.String {
					t.Fatalf("%s: %q reads back as %q (%s)\n%s", role, s, n.Text.Value, n.Type, text)
				}
			case source.Mapping:
				for _, p := range n.Pairs {
					if role != "" && p.Key.Text.Value != s {
						t.Fatalf("key %q reads back as %q", s, p.Key.Text.Value)
					}
					walk(p.Value, p.Key.Text.Value)
				}
			case source.Sequence:
				for _, i := range n.Items {
					walk(i, "item")
				}
			}
		}
		walk(docs[0], "")
	}
	check(t, 20_000, law)
	t.Logf("%d texts", n)
}

// Escaping loses nothing and makes no wildcard.
func TestEscape(t *testing.T) {
	gen := rapid.StringOf(rapid.SampledFrom([]rune(`\\\*?ab`)))
	check(t, 20_000, func(t *rapid.T) {
		s := gen.Draw(t, "text")
		if got, ok := literal(escape(s)); !ok || got != s {
			t.Fatalf("%q is written %q and read %q, %t", s, escape(s), got, ok)
		}
		want := ""
		for _, tok := range tokens(s) {
			want += tok.text
		}
		if got, ok := literal(s); ok && got != want {
			t.Fatalf("%q: %q and %q", s, got, want)
		}
	})
}

package ir_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
)

// The language by examples, each as Text writes it.
var texts = []string{
	`a = "x"`, `n = -5`, `ratio = 1.0`, `ratio = 1e-07`, `ratio = 1e+20`, `admin = true`,
	`src_ip = ip(10.0.0.1)`, `src_ip = ip(2001:db8::1)`, `ts = time(2026-11-22T02:00:00.5Z)`,
	`a in {}`, `a in {"x", "y"}`, `a in {"x", 1, 1.5, true, ip(::), time(1970-01-01T00:00:00Z)}`, `path = "x" cased`,
	`a contains "x"`, `a startswith {"x", "y"} cased`, `a endswith {}`, `a like "x*\\*?"`,
	`a contains windash " -enc"`, `a contains base64 "x"`, `a contains base64offset {"x", "y"} cased`,
	`a contains utf16le base64offset "x"`, `a contains utf16be "x"`, `a startswith utf16 base64 "x"`, `keyword like {"a*", "b?"}`, `keyword like "x"`,
	`a ~ "(?i)x"`, `a ~ {"x", "y"}`, `src_ip in net 10.0.0.0/8`, `src_ip in net {10.0.0.0/8, 2001:db8::/32, ::ffff:10.0.0.0/104}`,
	`n < 5`, `n <= 5`, `ratio > 0.5`, `ts >= time(2026-01-01T00:00:00Z)`,
	`a = b`, `path = file.path cased`, `exists(id.orig_h)`, `src_ip in context engineering_hosts/1`, "a in context `my table`/2 cased",
	`hour(ts) = 3`, `month(@timestamp) in {1, 12}`, `year(ts) in {}`, `keyword "x"`, `keyword {"x", "y"}`, `keyword {}`,
	`true`, `!false`, `!exists(a)`, `!(a = "x")`, `!!(a = "x")`, `!(a = "x" & b = "y")`,
	`a = "x" & b = "y" & c = "z"`, `a = "x" & b = "y" | c = "z"`, `(a = "x" | b = "y") & c = "z"`,
	`(a = "x" & b = "y") & c = "z"`, `a = "x" | (b = "y" | c = "z")`, `&()`, `|(a = "x")`, `!&() & &(exists(a) | exists(b))`,
	`listed: a = "x"`, `x: y: a = "x"`, `x: (a = "x" & b = "y")`, `x: !(y: a = "x")`, `2fa: a = "x"`, `in: true: true`, "`selection-1`: ``: a = \"x\"",
	// Strings and names that would break out of their place.
	`a = "\" | true | \"\\"`, `a = "\x1b[31m\n\u202e\x00\xff"`,
	"`in` = \"x\"", "`c-uri` = `in`", "`2nd` = \"x\"", "`a..b` = \"x\"", "`` = \"x\"", "`a`` = 1 | b` = \"x\"", "```` = \"x\"",
	"`\\x1b[31m\\n\\\\ \\xff` = \"x\"", `hour = hour & ip = time & net = context & hour(hour) = 1`,
}

func TestTextAndParse(t *testing.T) {
	for _, text := range texts {
		e, err := ir.Parse(source.NewFile("test.ir", text), func(name string) (ir.Field, bool) { return ir.Field{Name: name}, true })
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := ir.Text(e); got != text {
			t.Errorf("\n got %s\nwant %s", got, text)
		}
	}
}

func TestParseIsLenient(t *testing.T) {
	for in, want := range map[string]string{
		"\uFEFF  a=\"x\"&b  =\t\"y\"\r\n|c = \"z\"\n": `a = "x" & b = "y" | c = "z"`,
		`((a in {"x"}))`:                       `a = "x"`,
		`! a = "x" & listed : ( a = "y" )`:     `!(a = "x") & listed: a = "y"`,
		"`a` = \"\\u0041\"":                    `a = "A"`,
		`hour ( ts )= 3 & a ~{ "x","y" }`:      `hour(ts) = 3 & a ~ {"x", "y"}`,
		`ts = time(2026-11-22T02:00:00+02:00)`: `ts = time(2026-11-22T00:00:00Z)`,
	} {
		if got := ir.Text(parse(t, in)); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "1:1: expected a field, a name with a colon, `!` or `(`",
		`a = "x" &`:                           "1:10: expected a field",
		"a = \"x\"\n  b = \"y\"":              "2:3: expected `&`, `|` or the end",
		`& a = "x"`:                           "1:3: expected an expression before this sign",
		`(a = "x"`:                            "1:9: expected `)`",
		`nope = "x"`:                          "1:1: there is no field nope",
		`a = nope`:                            "1:5: there is no field nope",
		`in = "x"`:                            "1:1: `in` is a word of this language",
		`1a = "x"`:                            "1:1: `1a` is no dotted identifier",
		`a.b: a = "x"`:                        "1:1: a name before `:`",
		`a`:                                   "1:2: after a field comes",
		`a matches "x"`:                       "1:3: after a field comes",
		`a in "x"`:                            "1:6: after `in` comes",
		`a contains windash base64 "x"`:       "1:12: windash goes with no other encoding",
		`a in {"x" "y"}`:                      "1:11: expected `,`",
		`a in {"x",}`:                         "1:11: expected a value",
		`a = "x`:                              "1:5: this string has no end",
		`a = "\q"`:                            "1:5: this string has",
		`a contains 1`:                        "1:12: expected a string",
		`n = 99999999999999999999`:            "1:5: this is no whole number",
		`n = 1e999`:                           "1:5: this is no number",
		`n < `:                                "1:5: expected a value",
		`src_ip = ip(10.0.0)`:                 "1:13: this is no IP address",
		`src_ip = ip(fe80::1%eth0)`:           "1:13: this is no IP address",
		`src_ip in net 10.0.0.0`:              "1:15: expected a network",
		`ts = time(yesterday)`:                "1:11: this is no time",
		`ts = time(9999-01-01T00:00:00Z)`:     "1:11: this is no time",
		`a in context x`:                      "1:15: expected `/`",
		`hour(ts) < 3`:                        "1:10: after hour(...) comes",
		"`a = \"x\"":                          "1:1: the backtick has no second one",
		strings.Repeat("(", 1e6):              "1:2003: nested more than 1000 deep",
		strings.Repeat("!", 1e6):              "1:2003: nested more than 1000 deep",
		strings.Repeat("!", 1001) + `a = "x"`: "nested more than 1000 deep",
		strings.Repeat(" ", source.MaxFile+1): "larger than 8 MiB",
		strings.Repeat(`a = "x" & (b = "y" | (`, 501) + "true": "nested", // cut off below: never closed
	} {
		e, err := ir.Parse(source.NewFile("t", text), irtest.Resolver(fields))
		var at *source.Error
		if !errors.As(err, &at) || e != nil {
			t.Errorf("%.60s: read as %v, error %v", text, e, err)
		} else if want != "nested" && !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestIndented(t *testing.T) {
	short := parse(t, `exists(a) & b = "1"`)
	if got, want := ir.Indented(short, "  "), `  exists(a) & b = "1"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	e := parse(t, `leaves_run: new_mode in {"program", "remote_program", "stop"} & exists(src_ip) & !(listed: src_ip in context engineering_hosts/1)
		& (a = "a long value of the first alternative" & b = "a long value" | a = "a long value of the other alternative" & b in {"a long value", "a longer value", "an even longer value"} | exists(c))
		& !(other: (a = "a long value" | b = "a long value" | c = "a long value" | long = "a long value" | host = "a long value"))`)
	want := lines(
		`  leaves_run: new_mode in {"program", "remote_program", "stop"}`,
		`  & exists(src_ip)`,
		`  & !(listed: src_ip in context engineering_hosts/1)`,
		`  & (`,
		`    a = "a long value of the first alternative" & b = "a long value"`,
		`    | (`,
		`      a = "a long value of the other alternative"`,
		`      & b in {"a long value", "a longer value", "an even longer value"}`,
		`    )`,
		`    | exists(c)`,
		`  )`,
		`  & !(other: (`,
		`    a = "a long value"`,
		`    | b = "a long value"`,
		`    | c = "a long value"`,
		`    | long = "a long value"`,
		`    | host = "a long value"`,
		`  ))`,
	)
	if got := ir.Indented(e, "  "); got != want {
		t.Errorf("\n got\n%s\nwant\n%s", got, want)
	}
}

func TestRuleText(t *testing.T) {
	r := &ir.Rule{Name: "ot-stop-unlisted", Telemetry: "ot.mode_change", Where: parse(t, `exists(a)`)}
	if got, want := ir.RuleText(r), "rule ot-stop-unlisted on ot.mode_change\n  exists(a)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := &ir.Rule{Name: irtest.Text().Draw(t, "name"), Telemetry: irtest.Text().Draw(t, "telemetry"), Where: irtest.Expr(fields).Draw(t, "e")}
		got, err := ir.ParseRule(source.NewFile("r", ir.RuleText(r)), irtest.Resolver(fields))
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != r.Name || got.Telemetry != r.Telemetry || !reflect.DeepEqual(irtest.Bare(got.Where), irtest.Bare(r.Where)) {
			t.Fatalf("\n%s\n%s", ir.RuleText(r), ir.RuleText(got))
		}
	})
	for text, want := range map[string]string{`exists(a)`: "1:1: a rule begins", `rule x exists(a)`: "1:8: after the rule's name", `rule x on y`: "1:12: expected", `rule (`: "1:6: expected a name"} {
		if _, err := ir.ParseRule(source.NewFile("r", text), irtest.Resolver(fields)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestParseReadsWhatTextAndIndentedWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := irtest.Expr(fields).Draw(t, "e")
		for _, text := range []string{ir.Text(e), ir.Indented(e, "    ")} {
			got, err := ir.Parse(source.NewFile("t", text), irtest.Resolver(fields))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(irtest.Bare(got), irtest.Bare(e)) {
				t.Fatalf("\nwrote %s\n read %s", text, ir.Text(got))
			}
		}
		if strings.ContainsAny(ir.Text(e), "\n\x1b\x00") {
			t.Fatalf("more than one line, or a control character: %q", ir.Text(e))
		}
	})
}

// An expression as deep as may be read is read again as it is written.
func TestDepth(t *testing.T) {
	var e ir.Expr = &ir.Exists{Field: ir.Field{Name: "a"}}
	for i := range ir.MaxDepth / 4 {
		more := []ir.Expr{&ir.Const{}}[:i%2] // every other And and Or has one argument only
		and := &ir.And{Args: append([]ir.Expr{e}, more...)}
		e = &ir.Not{Arg: &ir.Named{Name: "n", Arg: &ir.Or{Args: append([]ir.Expr{and}, more...)}}}
	}
	for _, text := range []string{ir.Text(e), ir.Indented(e, "")} {
		got, err := ir.Parse(source.NewFile("t", text), anyField)
		if err != nil {
			t.Fatal(err)
		}
		if ir.Text(got) != ir.Text(e) || !ir.Equal(got, e) {
			t.Fatal("a deep expression is another when read")
		}
	}
	if _, err := ir.Parse(source.NewFile("t", ir.Text(&ir.Not{Arg: e})), anyField); err == nil {
		t.Fatal("one deeper is read")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ir.Parse(source.NewFile("t", text), anyField)
		if err != nil {
			return
		}
		for _, again := range []string{ir.Text(e), ir.Indented(e, "  ")} {
			got, err := ir.Parse(source.NewFile("t", again), anyField)
			if err != nil {
				t.Fatalf("%q is written as %q: %v", text, again, err)
			}
			if !reflect.DeepEqual(irtest.Bare(got), irtest.Bare(e)) {
				t.Fatalf("%q is written as %q, and that as %q", text, again, ir.Text(got))
			}
		}
		if n := ir.Normalize(e); !ir.Equal(n, e) || ir.Text(ir.Normalize(n)) != ir.Text(n) {
			t.Fatalf("%q has the normal form %q", text, ir.Text(n))
		}
	})
}

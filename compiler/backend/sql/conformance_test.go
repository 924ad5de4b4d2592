package sql_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/sql"
	"detc/compiler/ir"
)

var update = flag.Bool("update", false, "write the goldens")

var (
	user  = ir.Field{Name: "user", Type: ir.String}
	path  = ir.Field{Name: "path", Type: ir.String, Cased: true}
	tags  = ir.Field{Name: "tags", Type: ir.String, List: true}
	port  = ir.Field{Name: "port", Type: ir.Int}
	ratio = ir.Field{Name: "ratio", Type: ir.Double}
	admin = ir.Field{Name: "admin", Type: ir.Bool}
	src   = ir.Field{Name: "src", Type: ir.IP}
	dst   = ir.Field{Name: "dst", Type: ir.IP}
	at    = ir.Field{Name: "at", Type: ir.Timestamp}
)

// chosen are rules of every node of the IR, with values where a mistake would show.
func chosen() []ir.Expr {
	str := func(texts ...string) (out []ir.Value) {
		for _, s := range texts {
			out = append(out, ir.StringValue(s))
		}
		return out
	}
	match := func(f ir.Field, op ir.MatchOp, texts ...string) ir.Expr {
		return &ir.Match{Field: f, Op: op, Values: texts}
	}
	enc := func(e ir.Encoding, text string) ir.Expr {
		return &ir.Match{Field: user, Values: []string{text}, Encoding: e}
	}
	noon := ir.TimeValue(time.Date(2024, 12, 30, 12, 0, 0, 0, time.UTC))
	hostile := "it's \"q\" \\ % _ * ? [a] {b} `c` $1 ; -- /* \n\r\t\x01\x7f \u202e שלום"
	out := []ir.Expr{
		&ir.Const{Value: true}, &ir.Const{},
		&ir.Eq{Field: user, Values: str("Admin")}, &ir.Eq{Field: user, Values: str("kelvin", "Straße", "İx", "")}, &ir.Eq{Field: path, Values: str("/Etc", "ſ")},
		&ir.Eq{Field: tags, Values: str("a", "B")}, &ir.Eq{Field: port, Values: []ir.Value{ir.IntValue(502), ir.IntValue(-1)}},
		&ir.Eq{Field: user, Values: []ir.Value{ir.IntValue(4624)}}, &ir.Eq{Field: ratio, Values: []ir.Value{ir.DoubleValue(0.1)}},
		&ir.Eq{Field: admin, Values: []ir.Value{ir.BoolValue(true)}}, &ir.Eq{Field: admin, Values: []ir.Value{ir.BoolValue(false)}},
		&ir.Eq{Field: src, Values: []ir.Value{ir.IPValue(netip.MustParseAddr("10.0.0.1")), ir.IPValue(netip.MustParseAddr("2001:db8::1"))}},
		match(user, ir.Contains, "50%_", "k"), match(user, ir.Prefix, `\\srv\`), match(user, ir.Suffix, "é.exe"), match(user, ir.Glob, `a*b?c\*d[e]f`), match(path, ir.Glob, "*?Z"), match(user, ir.Contains, ""),
		match(tags, ir.Suffix, "x"), match(user, ir.Contains, hostile), match(path, ir.Prefix, hostile), &ir.Eq{Field: user, Values: str(hostile)}, match(user, ir.Glob, `*\?*`+hostile), &ir.Keyword{Values: []string{hostile}},
		match(user, ir.Contains, strings.Repeat("long ", 4000)),
		enc(ir.Encoding{Dash: true}, " -enc /c"), enc(ir.Encoding{Base64: ir.Base64Whole}, "cmd"), enc(ir.Encoding{Base64: ir.Base64Offset}, "IEX"),
		enc(ir.Encoding{Wide: ir.UTF16LE, Base64: ir.Base64Offset}, "IEX"), enc(ir.Encoding{Wide: ir.UTF16}, "a"), enc(ir.Encoding{Wide: ir.UTF16LE}, "a"),
		&ir.Cidr{Field: src, Nets: []netip.Prefix{netip.MustParsePrefix("10.16.0.0/12"), netip.MustParsePrefix("192.168.1.7/32"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::1/128")}},
		&ir.Cidr{Field: src, Nets: []netip.Prefix{netip.MustParsePrefix("::/0")}}, &ir.Cidr{Field: src, Nets: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		&ir.Compare{Field: port, Op: ir.Ge, Value: ir.IntValue(1024)}, &ir.Compare{Field: ratio, Op: ir.Lt, Value: ir.DoubleValue(-1e-9)}, &ir.Compare{Field: at, Op: ir.Gt, Value: noon}, &ir.Compare{Field: at, Op: ir.Le, Value: ir.Value{Type: ir.Timestamp, Int: -1}},
		&ir.FieldEq{Field: user, Other: path}, &ir.FieldEq{Field: src, Other: dst}, &ir.Exists{Field: user}, &ir.Exists{Field: tags}, &ir.Exists{Field: port},
		&ir.InSet{Field: user, Table: "engineering_hosts", Version: 1}, &ir.InSet{Field: path, Table: "engineering_hosts", Version: 1}, &ir.InSet{Field: src, Table: "jump_hosts", Version: 2},
		&ir.Keyword{Values: []string{"Mimikatz", "Ünder"}}, &ir.Keyword{Op: ir.Glob, Values: []string{"a?c*d"}},
		&ir.Named{Name: "listed", Arg: &ir.Eq{Field: user, Values: str("x")}},
		&ir.And{Args: []ir.Expr{&ir.Exists{Field: user}, &ir.Not{Arg: &ir.Or{Args: []ir.Expr{match(user, ir.Prefix, "svc_"), &ir.Eq{Field: port, Values: []ir.Value{ir.IntValue(1)}}}}}}},
	}
	for unit := ir.Minute; unit <= ir.Year; unit++ {
		out = append(out, &ir.TimePart{Field: at, Part: unit, Values: []int{1, 22, 2024}})
	}
	for _, p := range []string{`^a.b$`, `(?i)k[s-t]+\b`, `\d{2,3}|\W\S`, `(?m)^x$`, `(?s)a.b`, `a{0,3}(?:b|)c`, `[^a-z]é`, `\bfoo\B`, `\x00`, `\\\.exe["'\]]`, `(?P<n>x)\z`, `[[:alpha:]]\p{Greek}`, `a\Q.*\E`, `^`, `(a|b)*c{2}$`} {
		out = append(out, &ir.Regex{Field: user, Patterns: []string{p}})
	}
	return out
}

// TestConformance holds every node of the IR in every dialect against its golden query, or the gap that is declared.
func TestConformance(t *testing.T) {
	for _, name := range sql.Names() {
		var b strings.Builder
		target := sql.New(name, sql.Options{})
		kinds := map[string]bool{}
		for _, e := range chosen() {
			note(e, kinds)
			r, _ := flat(backend.Time).rule(e, fieldsOf(e))
			q, found := target.Emit(r)
			text := cut(ir.Text(e))
			switch {
			case found.HasErrors():
				fmt.Fprintf(&b, "%s\n  refused: %s\n\n", text, cut(found[0].Message))
			default:
				fmt.Fprintf(&b, "%s\n  %s: %s\n", text, q.Fidelity(), cut(strings.TrimPrefix(q.Text, "SELECT e.* FROM ")))
				for _, l := range q.Losses {
					fmt.Fprintf(&b, "  %s: %s\n", l.Effect, l.Reason)
				}
				b.WriteString("\n")
			}
		}
		if len(kinds) != 15 {
			t.Errorf("%d kinds of node are held, not 15: %v", len(kinds), kinds)
		}
		file := "testdata/" + name + ".txt"
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, _ := os.ReadFile(file); string(want) != b.String() {
			t.Errorf("%s is not what is emitted; -update writes it", file)
		}
	}
}

func note(e ir.Expr, kinds map[string]bool) {
	kinds[fmt.Sprintf("%T", e)] = true
	for _, c := range ir.Children(e) {
		note(c, kinds)
	}
}

func cut(s string) string {
	s = fmt.Sprintf("%q", s)
	s = strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	if len(s) > 1500 {
		s = s[:1500] + "…"
	}
	return s
}

// TestEnginesAgreeOnChosenRules holds each engine against eval on these rules, their negations and their neighbours.
func TestEnginesAgreeOnChosenRules(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			var sum tally
			for i, e := range chosen() {
				for j, e := range []ir.Expr{e, &ir.Not{Arg: e}} {
					for _, l := range []layout{flat(backend.Time), flat([]backend.Storage{backend.TimeText, backend.TimeNumber}[(i+j)%2]), document} {
						hold(t, eng, sql.New(name, sql.Options{Regexp: true}), l, ir.Normalize(e), count(t, "DETC_EVENTS", 120), &sum)
					}
				}
			}
			sum.log(t, name)
		})
	}
}

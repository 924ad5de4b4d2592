package ir_test

import (
	"net/netip"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ why, in, want string }{
		{"the author's order and shape stay", `c = "1" & (a = "1" | b = "1") & !(a = "2" | b = "2")`, `c = "1" & (a = "1" | b = "1") & !(a = "2" | b = "2")`},

		{"an empty And is true", `&()`, `true`},
		{"an empty Or is false", `|()`, `false`},
		{"no value matches nothing", `a in {} | a ~ {} | src_ip in net {} | keyword {} | hour(ts) in {} | a contains {}`, `false`},
		{"which a negation turns round", `!(a in {}) & b = "1"`, `b = "1"`},
		{"false decides an And", `a = "1" & false`, `false`},
		{"true decides an Or", `a = "1" | true`, `true`},
		{"the name of a constant goes", `x: true & y: (a = "1" | false)`, `y: a = "1"`},

		{"flattened", `a = "1" & (b = "1" & (c = "1"))`, `a = "1" & b = "1" & c = "1"`},
		{"through double negation", `a = "1" & !!(b = "1" & c = "1")`, `a = "1" & b = "1" & c = "1"`},
		{"through one that is left over", `a = "1" & ((b = "1" & c = "1") | (c = "1" & b = "1") | false)`, `a = "1" & b = "1" & c = "1"`},
		{"not across a name", `a = "1" & x: (b = "1" & c = "1")`, `a = "1" & x: (b = "1" & c = "1")`},
		{"of one that is one", `&(|(&(a = "1")))`, `a = "1"`},
		{"negation of negation, late", `!(!(a = "1") | !(a = "1"))`, `a = "1"`},
		{"a name under a name: the outer one", `x: y: a = "1"`, `x: a = "1"`},
		{"also when the inner one comes up late", `x: (y: a = "1" | y: a = "1")`, `x: a = "1"`},

		{"said twice", `a = "1" & b = "1" & a = "1"`, `a = "1" & b = "1"`},
		{"said twice under a name", `a = "1" & x: a = "1"`, `a = "1"`},
		{"said in another order", `(a = "1" & b = "1") | (b = "1" & a = "1") | c = "1"`, `a = "1" & b = "1" | c = "1"`},

		{"an Or of one field and operator is a list", `b = "1" | a = "z" | c = "1" | a = "y"`, `b = "1" | a in {"y", "z"} | c = "1"`},
		{"an And is not", `a contains "x" & a contains "y"`, `a contains "x" & a contains "y"`},
		{"nor the negated ones", `!(a = "x") & !(a = "y")`, `!(a = "x") & !(a = "y")`},
		{"nor another operator or encoding", `a contains "x" | a startswith "x" | a contains windash "x"`, `a contains "x" | a startswith "x" | a contains windash "x"`},
		{"nor another collation", `a = "x" | a = "y" cased`, `a = "x" | a = "y" cased`},
		{"not across a name ", `a = "x" | n: a = "y"`, `a = "x" | n: a = "y"`},
		{"what a list came to say twice goes", `x: a in {"1", "2"} | a = "1" | a = "2"`, `x: a in {"1", "2"}`},
		{"patterns", `a ~ "x" | a ~ "X"`, `a ~ {"X", "x"}`},
		{"networks, masked", `src_ip in net 10.1.0.0/8 | src_ip in net {10.0.0.0/8, ::ffff:192.168.0.0/112}`, `src_ip in net {10.0.0.0/8, 192.168.0.0/16}`},
		{"parts of a time", `hour(ts) = 11 | hour(ts) in {3, 11} | day(ts) = 3`, `hour(ts) in {3, 11} | day(ts) = 3`},
		{"keywords", `keyword "b" | keyword {"a", "B"}`, `keyword {"a", "b"}`},
		{"tables have no list", `src_ip in context x/1 | src_ip in context y/1`, `src_ip in context x/1 | src_ip in context y/1`},

		{"values are sorted, as numbers too", `n in {10, 9, 10, -1}`, `n in {-1, 9, 10}`},
		{"where case folds, the first spelling stays", `a in {"Stop", "run", "STOP"}`, `a in {"run", "Stop"}`},
		{"where it doesn't, both", `path in {"Stop", "STOP"} cased`, `path in {"STOP", "Stop"} cased`},
		{"the Kelvin sign finds more than k does", `a in {"k", "\u212a", "K"}`, "a in {\"k\", \"\u212a\"}"},
		{"base64 keeps the literal's case", `a contains base64 {"x", "X"}`, `a contains base64 {"X", "x"}`},
		{"two fields either way", `a = b | b = a`, `a = b`},
	} {
		if got := ir.Text(ir.Normalize(parse(t, c.in))); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.why, c.in, got, c.want)
		}
	}
}

func TestNormalizeKeepsSpans(t *testing.T) {
	text := `c = "1" | a = "x" | b = "1" | a = "y"`
	or := ir.Normalize(parse(t, text)).(*ir.Or)
	if got := or.Args[1].Where().Text(); got != `a = "x" | b = "1" | a = "y"` {
		t.Errorf("the merged atom's span is %q", got)
	}
	if got := or.Args[2].Where().Text(); got != `b = "1"` {
		t.Errorf("its neighbour's span is %q", got)
	}
	if got := ir.Normalize(parse(t, `a = "x" & (b = "1" & b in {})`)).Where().Text(); got != `b in {}` {
		t.Errorf("false because of %q", got)
	}
	one, two := source.NewFile("one", "aaaa"), source.NewFile("two", "bbbb")
	eq := func(f *source.File, at int, s string) ir.Expr {
		return &ir.Eq{Field: ir.Field{Name: "a"}, Values: []ir.Value{ir.StringValue(s)}, Span: source.Span{File: f, Start: at, End: at + 1}}
	}
	merged := ir.Normalize(&ir.Or{Args: []ir.Expr{eq(one, 1, "x"), eq(two, 3, "y")}})
	if got := merged.Where(); got != (source.Span{File: one, Start: 1, End: 2}) {
		t.Errorf("a span over two files: %+v", got)
	}
}

func TestNormalizeLeavesItsInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := irtest.Expr(fields).Draw(t, "e")
		before := irtest.Bare(e)
		ir.Normalize(e)
		ir.Digest(e)
		if !reflect.DeepEqual(irtest.Bare(e), before) {
			t.Fatal("the input changed")
		}
	})
}

func TestNormalizeIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := ir.Normalize(irtest.Expr(fields).Draw(t, "e"))
		if twice := ir.Normalize(once); !reflect.DeepEqual(irtest.Bare(twice), irtest.Bare(once)) {
			t.Fatalf("\n once %s\ntwice %s", ir.Text(once), ir.Text(twice))
		}
	})
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		why, a, b string
		equal     bool
	}{
		{"order, names and repetition", `x: a = "1" & b = "2"`, `b = "2" & y: a = "1" & b = "2"`, true},
		{"a list", `a in {"1", "2"}`, `a = "2" | a = "1"`, true},
		{"a list across names", `x: a = "1" | y: a = "2"`, `a in {"1", "2"}`, true},
		{"De Morgan", `!(a = "1" | b = "1")`, `!(a = "1") & !(b = "1")`, true},
		{"De Morgan, the other way", `!(a = "1" & !(b = "1"))`, `b = "1" | !(a = "1")`, true},
		{"De Morgan in a list", `!(a in {"1", "2"})`, `!(a = "1") & !(a = "2")`, true},
		{"flattened by a negation", `a = "1" & !(b = "1" | c = "1")`, `!(b = "1") & !(c = "1") & a = "1"`, true},
		{"case", `a = "Stop"`, `a = "STOP"`, true},
		{"a constant", `a = "1" & !(b in {})`, `a = "1"`, true},

		{"negation", `a = "1"`, `!(a = "1")`, false},
		{"an And of values is no list", `a contains "1" & a contains "2"`, `a contains {"1", "2"}`, false},
		{"And is not Or", `a = "1" & b = "1"`, `a = "1" | b = "1"`, false},
		{"case in a cased field", `path = "Stop" cased`, `path = "STOP" cased`, false},
		{"the field", `a = "1"`, `b = "1"`, false},
		{"the field's collation", `a = "1"`, `a = "1" cased`, false},
		{"the type of a value", `a = "1"`, `a = 1`, false},
		{"1 is not 1.0", `ratio = 1`, `ratio = 1.0`, false},
		{"the version of a table", `a in context x/1`, `a in context x/2`, false},
		{"the encoding", `a contains base64 "1"`, `a contains base64offset "1"`, false},
		{"an encoded literal's case", `a contains base64 "x"`, `a contains base64 "X"`, false},
		{"how far a literal folds", `a = "s"`, `a = "\u017f"`, false},
		{"the length of a prefix", `src_ip in net 10.0.0.0/8`, `src_ip in net 10.0.0.0/9`, false},
		{"the host bits of a network", `src_ip in net 10.0.0.0/8`, `src_ip in net 10.1.2.3/8`, true},
		{"the order", `n < 5`, `n <= 5`, false},
		{"the part of a time", `hour(ts) = 3`, `minute(ts) = 3`, false},
		{"a pattern is no text", `a ~ "x"`, `a contains "x"`, false},
		{"a pattern's case", `a ~ "x"`, `a ~ "X"`, false},
		{"0 and -0", `ratio = 0.0`, `ratio = -0.0`, true},
		{"what is before and after", `a startswith "1"`, `a endswith "1"`, false},
	} {
		if got := ir.Equal(parse(t, c.a), parse(t, c.b)); got != c.equal {
			t.Errorf("%s: Equal(%s, %s) is %v", c.why, c.a, c.b, got)
		}
	}
	// Nothing of a field is left out, and no two atoms run together.
	seen := map[[32]byte]ir.Field{}
	for _, f := range []ir.Field{{}, {Name: "a"}, {Type: ir.Int}, {List: true}, {Cased: true}, {Unit: 1}} {
		d := ir.Digest(&ir.Exists{Field: f})
		if other, ok := seen[d]; ok {
			t.Errorf("%+v and %+v have one digest", f, other)
		}
		seen[d] = f
	}
	net := &ir.Cidr{Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	if ir.Equal(net, &ir.Eq{Values: []ir.Value{ir.IPValue(net.Nets[0].Addr())}}) {
		t.Error("a network is an address")
	}
}

// Every encoding has a mark of its own in digests.
func TestEncodingsDiffer(t *testing.T) {
	seen := map[[32]byte]ir.Encoding{}
	for _, dash := range []bool{false, true} {
		for c := ir.UTF8; c <= ir.UTF16; c++ {
			for b := ir.NoBase64; b <= ir.Base64Offset; b++ {
				e := ir.Encoding{Dash: dash, Wide: c, Base64: b}
				d := ir.Digest(&ir.Match{Field: ir.Field{Name: "f"}, Values: []string{"x"}, Encoding: e})
				if other, ok := seen[d]; ok {
					t.Errorf("%q and %q have one digest", e, other)
				}
				seen[d] = e
			}
		}
	}
}

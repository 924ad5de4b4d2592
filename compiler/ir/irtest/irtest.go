// Package irtest makes expressions for the tests of whatever reads them.
package irtest

import (
	"fmt"
	"math/bits"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// Fields have every type, as one value and as a list, names plain and hostile, both collations and two units.
func Fields() []ir.Field {
	return []ir.Field{
		{Name: "user", Type: ir.String},
		{Name: "host", Type: ir.String},
		{Name: "path", Type: ir.String, Cased: true},
		{Name: "file.path", Type: ir.String, Cased: true},
		{Name: "tags", Type: ir.String, List: true},
		{Name: "c-uri", Type: ir.String},
		{Name: "in", Type: ir.String},
		{Name: "`\x1b\\ \xff", Type: ir.String},
		{Name: "port", Type: ir.Int},
		{Name: "dst.port", Type: ir.Int},
		{Name: "ports", Type: ir.Int, List: true},
		{Name: "ratio", Type: ir.Double},
		{Name: "admin", Type: ir.Bool},
		{Name: "id.orig_h", Type: ir.IP},
		{Name: "id.resp_h", Type: ir.IP},
		{Name: "addresses", Type: ir.IP, List: true},
		{Name: "time", Type: ir.Timestamp},
		{Name: "@timestamp", Type: ir.Timestamp, Unit: time.Second},
	}
}

// Resolver is the resolve of ir.Parse for these fields.
func Resolver(fields []ir.Field) func(name string) (ir.Field, bool) {
	return func(name string) (ir.Field, bool) {
		i := slices.IndexFunc(fields, func(f ir.Field) bool { return f.Name == name })
		if i < 0 {
			return ir.Field{}, false
		}
		return fields[i], true
	}
}

// Expr generates expressions of every kind of node over the fields, with well-typed atoms as the front end makes them:
// values of the field's type, valid patterns, masked networks. Connectives may have no argument and lists no value.
// What is generated says the same thing often enough for there to be something to merge and drop.
func Expr(fields []ir.Field) *rapid.Generator[ir.Expr] {
	return rapid.Custom(func(t *rapid.T) ir.Expr {
		g := gen{T: t}
		for range 1 + g.pick(4) { // few of the fields, so that they meet
			g.fields = append(g.fields, of(g, fields))
		}
		for range g.pick(4) {
			g.said = append(g.said, g.expr(g.pick(3)))
		}
		return g.expr(g.pick(6))
	})
}

// Atom generates atoms.
func Atom(fields []ir.Field) *rapid.Generator[ir.Expr] {
	return rapid.Custom(func(t *rapid.T) ir.Expr { return gen{T: t, fields: fields}.atom() })
}

type gen struct {
	*rapid.T
	fields []ir.Field
	said   []ir.Expr // what may be said again
}

// pick is a number below n, each as likely: rapid's own are mostly the first, and expressions so made hardly have a
// second node.
func (g gen) pick(n int) int {
	v := 0
	for range bits.Len(uint(n-1)) + 2 {
		v <<= 1
		if coin.Draw(g.T, "bit") {
			v++
		}
	}
	return v % n
}

var coin = rapid.Bool()

func of[T any](g gen, choices []T) T { return choices[g.pick(len(choices))] }

func (g gen) expr(depth int) ir.Expr {
	if len(g.said) > 0 && g.pick(8) == 0 {
		return of(g, g.said)
	}
	if depth == 0 {
		return g.atom()
	}
	switch g.pick(12) {
	case 1, 2, 3:
		return &ir.And{Args: g.args(depth)}
	case 4, 5, 6:
		return &ir.Or{Args: g.args(depth)}
	case 7, 8:
		return &ir.Not{Arg: g.expr(depth - 1)}
	case 9, 10:
		return &ir.Named{Name: g.label(), Arg: g.expr(depth - 1)}
	case 11:
		if g.pick(4) == 0 {
			return &ir.Const{Value: g.pick(2) == 1}
		}
	}
	return g.atom()
}

func (g gen) args(depth int) (out []ir.Expr) {
	for range of(g, []int{2, 3, 2, 3, 4, 2, 3, 2, 4, 2, 3, 2, 1, 1, 1, 0}) {
		out = append(out, g.expr(depth-1))
	}
	return out
}

func (g gen) label() string {
	if g.pick(8) == 0 {
		return Text().Draw(g.T, "name")
	}
	return of(g, []string{"listed", "leaves_run", "selection1", "filter_main_listed", "in", "2fa", "true"})
}

func (g gen) atom() ir.Expr {
	f := of(g, g.fields)
	switch kind := g.pick(10); {
	case kind == 0:
		return &ir.Exists{Field: f}
	case kind == 1:
		return &ir.Keyword{Op: of(g, []ir.MatchOp{ir.Contains, ir.Contains, ir.Glob}), Values: listOf(g, Text())}
	case kind == 2:
		like := slices.DeleteFunc(slices.Clone(g.fields), func(o ir.Field) bool { return o.Type != f.Type || o.Cased != f.Cased })
		return &ir.FieldEq{Field: f, Other: of(g, like)}
	case kind == 3 && (f.Type == ir.String || f.Type == ir.IP):
		return &ir.InSet{Field: f, Table: of(g, []string{"engineering_hosts", "approved_apps"}), Version: 1 + g.pick(2)}
	case kind <= 5 || f.Type == ir.Bool:
		return &ir.Eq{Field: f, Values: listOf(g, g.literal(f.Type))}
	}
	return g.typed(f)
}

// literal generates what an Eq may hold: beside strings now and then a number or a boolean.
func (g gen) literal(t ir.Type) *rapid.Generator[ir.Value] {
	if t == ir.String && g.pick(6) == 0 {
		return rapid.OneOf(Value(ir.String), Value(ir.Int), Value(ir.Double), Value(ir.Bool))
	}
	return Value(t)
}

// Encodings are all that a Match may have, the plain one first.
func Encodings() []ir.Encoding {
	out := []ir.Encoding{{}, {Dash: true}}
	for b := ir.NoBase64; b <= ir.Base64Offset; b++ {
		for c := ir.UTF8; c <= ir.UTF16; c++ {
			if e := (ir.Encoding{Wide: c, Base64: b}); !e.Plain() {
				out = append(out, e)
			}
		}
	}
	return out
}

// typed is an atom of the kinds that only the field's type has.
func (g gen) typed(f ir.Field) ir.Expr {
	switch f.Type {
	case ir.String:
		if g.pick(4) == 0 {
			return &ir.Regex{Field: f, Patterns: listOf(g, Pattern())}
		}
		m := &ir.Match{Field: f, Op: ir.MatchOp(g.pick(int(ir.Glob) + 1)), Values: listOf(g, Text())}
		if m.Op == ir.Contains && g.pick(2) == 0 {
			m.Encoding = of(g, []ir.Encoding{{}, {Dash: true}, {Base64: ir.Base64Whole}, {Base64: ir.Base64Offset}})
			if !m.Encoding.Dash && g.pick(6) == 0 {
				m.Encoding.Wide = ir.Charset(1 + g.pick(int(ir.UTF16)))
			}
		}
		return m
	case ir.IP:
		return &ir.Cidr{Field: f, Nets: listOf(g, Net())}
	case ir.Timestamp:
		if g.pick(2) == 0 {
			return &ir.TimePart{Field: f, Part: ir.TimeUnit(g.pick(int(ir.Year) + 1)), Values: listOf(g, rapid.IntRange(0, 5))}
		}
	}
	return &ir.Compare{Field: f, Op: ir.CompareOp(g.pick(int(ir.Ge) + 1)), Value: Value(f.Type).Draw(g.T, "value")}
}

func listOf[T any](g gen, values *rapid.Generator[T]) []T {
	out := make([]T, of(g, []int{1, 1, 1, 2, 2, 3, 3, 0}))
	for i := range out {
		out[i] = values.Draw(g.T, "value")
	}
	return out
}

var alike = []string{"a", "A", "b", "stop", "Stop", "k", "K", "\u212a", "s", "ſ", "É", "é", "ß", "ẞ", "İ"}

var hostile = []string{"", " ", `\`, `a\`, `\*`, "*", "a*b?c", "?", `"`, "'", "`", "%x%", "\x00", "\x1b[31m", "\n", "\xff", "\ufffd", "\u202e",
	" -enc", "/enc", "x & y | !z", "{}", "null", "1", "true", "日本"}

// Text generates strings: mostly few and alike, some hostile, some at random, no UTF-8 among them.
func Text() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		g := gen{T: t}
		switch g.pick(8) {
		case 0:
			return rapid.String().Draw(t, "text")
		case 1:
			return string(rapid.SliceOfN(rapid.Byte(), 0, 6).Draw(t, "bytes"))
		case 2, 3:
			return of(g, hostile)
		}
		return of(g, alike)
	})
}

// Pattern generates RE2 expressions.
func Pattern() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if g := (gen{T: t}); g.pick(4) > 0 {
			return of(g, []string{"a", "^a$", "(?i)stop", `\bcmd\b`, "a|b", "[a-c]+", `^\\\\`, "(?s).*"})
		}
		return regexp.QuoteMeta(rapid.String().Draw(t, "literal"))
	})
}

// Net generates masked networks.
func Net() *rapid.Generator[netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := Value(ir.IP).Draw(t, "address").IP
		n, err := a.Prefix(rapid.IntRange(0, a.BitLen()).Draw(t, "bits"))
		if err != nil {
			panic(fmt.Sprint("irtest: ", err))
		}
		return n
	})
}

// Value generates literals of a type.
func Value(of ir.Type) *rapid.Generator[ir.Value] {
	switch of {
	case ir.Int:
		return rapid.Map(rapid.OneOf(rapid.Int64Range(0, 4), rapid.Int64()), ir.IntValue)
	case ir.Double:
		return rapid.Map(rapid.OneOf(rapid.SampledFrom([]float64{0, 1, 0.5, -1e300, 1e-7, 21000000}), rapid.Float64Range(-1e308, 1e308)), ir.DoubleValue)
	case ir.Bool:
		return rapid.Map(rapid.Bool(), ir.BoolValue)
	case ir.IP:
		return rapid.Map(rapid.OneOf(
			rapid.SampledFrom([]netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("2001:db8::1"), netip.IPv6Unspecified()}),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 4, 4), func(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)) }),
		), ir.IPValue)
	case ir.Timestamp:
		return rapid.Map(rapid.OneOf(rapid.Int64Range(0, 2), rapid.Int64Range(-9e18, 9e18)), func(ns int64) ir.Value { return ir.TimeValue(time.Unix(0, ns)) })
	}
	return rapid.Map(Text(), ir.StringValue)
}

// Bare is a copy of e without spans, in which an empty list is nil: two that are written alike are then DeepEqual.
func Bare(e ir.Expr) ir.Expr {
	return bare(reflect.ValueOf(e)).Interface().(ir.Expr)
}

func bare(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[ir.Expr]() {
			return bare(v.Elem())
		}
	case reflect.Pointer:
		c := reflect.New(v.Type().Elem())
		for i := range v.Elem().NumField() {
			if f := v.Elem().Field(i); f.Type() != reflect.TypeFor[source.Span]() {
				c.Elem().Field(i).Set(bare(f))
			}
		}
		return c
	case reflect.Slice:
		c := reflect.Zero(v.Type())
		for i := range v.Len() {
			c = reflect.Append(c, bare(v.Index(i)))
		}
		return c
	}
	return v
}

package backendtest

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// A Variant is one form of one kind of node that a target may treat in its own way: a row of the conformance table.
type Variant struct {
	Kind string // Eq
	Expr ir.Expr
}

// Variants are all of them, kind by kind. A kind that ir gains doesn't build without a name here, and a test holds that
// each operator and each flag of each kind has a row.
func Variants() []Variant {
	var out []Variant
	for _, list := range [][]ir.Expr{connectives(), equalities(), searches(), expressions(), networks(), orders(), pairs(), presence(), sets(), parts(), keywords(), negations()} {
		for _, e := range list {
			out = append(out, Variant{ir.Visit[string](e, kinds{}), e})
		}
	}
	slices.SortStableFunc(out, func(a, b Variant) int { return order(a.Kind) - order(b.Kind) })
	return out
}

func order(kind string) int {
	return slices.Index([]string{"And", "Or", "Not", "Const", "Named", "Eq", "Match", "Regex", "Cidr", "Compare", "FieldEq", "Exists", "InSet", "TimePart", "Keyword"}, kind)
}

// The fields of the variants.
var (
	folded  = ir.Field{Name: "user"}
	cased   = ir.Field{Name: "path", Cased: true}
	several = ir.Field{Name: "tags", List: true}
	holding = ir.Field{Name: "names", List: true, Cased: true}
	whole   = ir.Field{Name: "port", Type: ir.Int}
	wholes  = ir.Field{Name: "ports", Type: ir.Int, List: true}
	ratio   = ir.Field{Name: "ratio", Type: ir.Double}
	ratios  = ir.Field{Name: "ratios", Type: ir.Double, List: true}
	yesNo   = ir.Field{Name: "admin", Type: ir.Bool}
	yesNos  = ir.Field{Name: "flags", Type: ir.Bool, List: true}
	address = ir.Field{Name: "src.ip", Type: ir.IP}
	addrs   = ir.Field{Name: "ips", Type: ir.IP, List: true}
	moment  = ir.Field{Name: "at", Type: ir.Timestamp}
	moments = ir.Field{Name: "times", Type: ir.Timestamp, List: true}
	epoch   = ir.Field{Name: "epoch", Type: ir.Timestamp, Unit: time.Second}
	epochs  = ir.Field{Name: "epochs", Type: ir.Timestamp, Unit: time.Millisecond, List: true}
)

// VariantColumns are the columns of the variants: typed, or everything but moments in seconds as text.
func VariantColumns(typed bool) map[string]backend.Column {
	stored := map[ir.Type]backend.Storage{ir.Int: backend.Number, ir.Double: backend.Number, ir.Bool: backend.Bool, ir.IP: backend.Address, ir.Timestamp: backend.Time}
	if !typed {
		stored = map[ir.Type]backend.Storage{ir.Timestamp: backend.TimeText}
	}
	out := map[string]backend.Column{}
	for _, v := range Variants() {
		ir.Atoms(v.Expr, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				c := backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Stored: stored[f.Type], Nullable: true}
				if f.Unit != 0 {
					c.Stored = backend.TimeNumber
				}
				out[f.Name] = c
			}
		})
	}
	return out
}

// VariantRule is a variant over columns, as a target is given it.
func VariantRule(e ir.Expr, columns map[string]backend.Column) *backend.Rule {
	return &backend.Rule{
		Name: "rule", Table: "logs", Where: e, Fields: columns, Time: columns[moment.Name],
		Texts: []backend.Column{columns[folded.Name], columns[cased.Name], columns[several.Name]},
	}
}

func literals(s ...string) (out []ir.Value) {
	for _, v := range s {
		out = append(out, ir.StringValue(v))
	}
	return out
}

func eq(f ir.Field, v ...ir.Value) ir.Expr { return &ir.Eq{Field: f, Values: v} }
func not(e ir.Expr) ir.Expr                { return &ir.Not{Arg: e} }
func ip(s string) ir.Value                 { return ir.IPValue(netip.MustParseAddr(s)) }
func net(s string) netip.Prefix            { return netip.MustParsePrefix(s) }
func match(f ir.Field, o ir.MatchOp, v string) ir.Expr {
	return &ir.Match{Field: f, Op: o, Values: []string{v}}
}

var leapDay = time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)

func connectives() []ir.Expr {
	a, b := eq(cased, literals("a")...), eq(folded, literals("b")...)
	return []ir.Expr{
		&ir.And{Args: []ir.Expr{a, b}}, &ir.And{Args: []ir.Expr{a, &ir.Or{Args: []ir.Expr{b, not(a)}}}}, &ir.And{},
		&ir.Or{Args: []ir.Expr{a, b}}, &ir.Or{Args: []ir.Expr{a, &ir.And{Args: []ir.Expr{b, not(a)}}}}, &ir.Or{},
		not(&ir.And{Args: []ir.Expr{a, b}}), not(&ir.Or{Args: []ir.Expr{a, b}}), not(not(a)), not(&ir.Const{Value: true}),
		&ir.Const{Value: true}, &ir.Const{}, &ir.Named{Name: "shell", Arg: a},
	}
}

func equalities() []ir.Expr {
	out := []ir.Expr{
		eq(folded, literals("cmd.exe")...), eq(folded, literals("task", "kill")...), eq(folded, literals("Straße")...), eq(folded, literals("Ärger")...), eq(folded, literals("")...),
		eq(folded, literals(`a"b\c*d?e%f_g'h`)...), eq(folded, literals("a\nb")...), eq(folded, ir.IntValue(4624)), eq(folded, ir.DoubleValue(4.5)), eq(folded, ir.BoolValue(true)),
		eq(cased, literals("/bin/sh", "b")...), eq(several, literals("a", "B")...), eq(holding, literals("a")...),
		eq(whole, ir.IntValue(443), ir.IntValue(-1)), eq(whole, ir.IntValue(0)), eq(whole, ir.IntValue(1<<62)), eq(wholes, ir.IntValue(443)),
		eq(ratio, ir.DoubleValue(0.5)), eq(ratio, ir.DoubleValue(-1e300)), eq(ratios, ir.DoubleValue(0.5)),
		eq(yesNo, ir.BoolValue(true)), eq(yesNo, ir.BoolValue(false)), eq(yesNos, ir.BoolValue(true)),
		eq(address, ip("10.1.2.3")), eq(address, ip("2001:db8::1")), eq(addrs, ip("10.1.2.3")),
	}
	for _, f := range []ir.Field{moment, moments, epoch, epochs} {
		out = append(out, eq(f, ir.TimeValue(leapDay)))
	}
	return append(out, eq(moment, ir.TimeValue(leapDay.Add(time.Nanosecond))))
}

func searches() (out []ir.Expr) {
	for op := ir.Contains; op <= ir.Glob; op++ {
		for _, f := range []ir.Field{folded, cased, several, holding} {
			out = append(out, match(f, op, "a b"))
		}
		out = append(out, match(folded, op, ""), match(folded, op, "É"))
	}
	out = append(out, match(folded, ir.Glob, "a*b"), match(folded, ir.Glob, "a?b"), match(folded, ir.Glob, `\**`), match(folded, ir.Glob, "*"), match(cased, ir.Glob, "a*b"),
		&ir.Match{Field: folded, Op: ir.Suffix, Values: []string{"a", "b"}})
	for _, x := range []ir.Encoding{
		{Dash: true}, {Wide: ir.UTF16LE}, {Wide: ir.UTF16BE}, {Wide: ir.UTF16}, {Base64: ir.Base64Whole}, {Base64: ir.Base64Offset},
		{Wide: ir.UTF16LE, Base64: ir.Base64Offset}, {Wide: ir.UTF16, Base64: ir.Base64Whole},
	} {
		out = append(out, &ir.Match{Field: folded, Values: []string{" -enc"}, Encoding: x})
	}
	return out
}

func expressions() (out []ir.Expr) {
	for _, p := range []string{"a", "(?i)cmd", "^a$", "^a.*b$", `\bcmd\b`, `\Bcmd`, `\d{2,3}`, "(?m)^b$", "(?s)a.b", `[^\w.]`, "a|bc+?", "(?i)é", `"/\\` + "`"} {
		out = append(out, &ir.Regex{Field: folded, Patterns: []string{p}})
	}
	return append(out, &ir.Regex{Field: cased, Patterns: []string{"a", "b"}}, &ir.Regex{Field: several, Patterns: []string{"a+"}}, &ir.Regex{Field: holding, Patterns: []string{"a+"}})
}

func networks() []ir.Expr {
	return []ir.Expr{
		&ir.Cidr{Field: address, Nets: []netip.Prefix{net("10.0.0.0/8")}}, &ir.Cidr{Field: address, Nets: []netip.Prefix{net("2001:db8::/32"), net("10.1.2.0/23")}},
		&ir.Cidr{Field: address, Nets: []netip.Prefix{net("0.0.0.0/0")}}, &ir.Cidr{Field: address, Nets: []netip.Prefix{net("::/0")}},
		&ir.Cidr{Field: address, Nets: []netip.Prefix{net("::ffff:10.0.0.0/104")}}, &ir.Cidr{Field: addrs, Nets: []netip.Prefix{net("10.0.0.0/8")}},
	}
}

func orders() (out []ir.Expr) {
	for _, of := range []struct {
		field ir.Field
		value ir.Value
	}{{whole, ir.IntValue(1024)}, {ratio, ir.DoubleValue(0.5)}, {moment, ir.TimeValue(leapDay)}} {
		for op := ir.Lt; op <= ir.Ge; op++ {
			out = append(out, &ir.Compare{Field: of.field, Op: op, Value: of.value})
		}
	}
	return append(out, &ir.Compare{Field: whole, Op: ir.Gt, Value: ir.IntValue(-1)}, &ir.Compare{Field: whole, Op: ir.Gt, Value: ir.IntValue(1 << 62)}, &ir.Compare{Field: wholes, Op: ir.Lt, Value: ir.IntValue(1024)},
		&ir.Compare{Field: ratios, Op: ir.Lt, Value: ir.DoubleValue(0.5)}, &ir.Compare{Field: moments, Op: ir.Lt, Value: ir.TimeValue(leapDay)},
		&ir.Compare{Field: epoch, Op: ir.Lt, Value: ir.TimeValue(leapDay)}, &ir.Compare{Field: epochs, Op: ir.Ge, Value: ir.TimeValue(leapDay)})
}

// second is another field of the same kind.
func second(f ir.Field) ir.Field { f.Name = strings.TrimSuffix(f.Name, ".ip") + "2"; return f }

func pairs() (out []ir.Expr) {
	for _, f := range []ir.Field{folded, cased, several, holding, whole, wholes, ratio, yesNo, address, addrs, moment, epoch} {
		out = append(out, &ir.FieldEq{Field: f, Other: second(f)})
	}
	return out
}

func presence() (out []ir.Expr) {
	for _, f := range []ir.Field{folded, cased, several, whole, wholes, ratio, yesNo, address, moment, epoch} {
		out = append(out, &ir.Exists{Field: f})
	}
	return out
}

func sets() (out []ir.Expr) {
	for _, f := range []ir.Field{folded, cased, several, holding, whole, ratio, yesNo, address, addrs, moment, epoch} {
		out = append(out, &ir.InSet{Field: f, Table: "hosts", Version: 1})
	}
	return out
}

func parts() (out []ir.Expr) {
	for u := ir.Minute; u <= ir.Year; u++ {
		out = append(out, &ir.TimePart{Field: moment, Part: u, Values: []int{9}})
	}
	return append(out, &ir.TimePart{Field: moment, Part: ir.Hour, Values: []int{22, 23, 0}}, &ir.TimePart{Field: moments, Part: ir.Hour, Values: []int{9}},
		&ir.TimePart{Field: epoch, Part: ir.Week, Values: []int{9}}, &ir.TimePart{Field: epochs, Part: ir.Month, Values: []int{2}})
}

func keywords() []ir.Expr {
	return []ir.Expr{
		&ir.Keyword{Values: []string{"evil"}}, &ir.Keyword{Values: []string{`a"b\c`, "é"}}, &ir.Keyword{Op: ir.Glob, Values: []string{"c?d*exe"}},
	}
}

// negations are each kind of atom, turned: on what is missing each is true.
func negations() (out []ir.Expr) {
	seen := map[string]bool{}
	for _, list := range [][]ir.Expr{equalities(), searches(), expressions(), networks(), orders(), pairs(), presence(), sets(), parts(), keywords()} {
		for _, e := range list {
			kind := ir.Visit[string](e, kinds{})
			for _, f := range ir.Fields(e)[:min(1, len(ir.Fields(e)))] {
				kind += " " + f.Type.String()
				if f.List {
					kind += " list"
				}
			}
			if !seen[kind] {
				seen[kind] = true
				out = append(out, not(e))
			}
		}
	}
	return out
}

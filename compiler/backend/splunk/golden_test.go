package splunk_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/splunk"
	"detc/compiler/ir"
)

var update = flag.Bool("update", false, "write what is emitted into testdata")

// A nodes names the kind of each node that a golden shows. It is a visitor, so that a kind that IR gains has to be named
// here before anything builds.
type nodes struct{ seen map[string]bool }

func (n nodes) all(kind string, args ...ir.Expr) bool {
	n.seen[kind] = true
	for _, a := range args {
		ir.Visit[bool](a, n)
	}
	return true
}
func (n nodes) And(x *ir.And) bool           { return n.all("And", x.Args...) }
func (n nodes) Or(x *ir.Or) bool             { return n.all("Or", x.Args...) }
func (n nodes) Not(x *ir.Not) bool           { return n.all("Not", x.Arg) }
func (n nodes) Const(*ir.Const) bool         { return n.all("Const") }
func (n nodes) Named(x *ir.Named) bool       { return n.all("Named", x.Arg) }
func (n nodes) Eq(x *ir.Eq) bool             { return n.all("Eq " + x.Field.Type.String()) }
func (n nodes) Match(x *ir.Match) bool       { return n.all("Match " + x.Op.String()) }
func (n nodes) Regex(*ir.Regex) bool         { return n.all("Regex") }
func (n nodes) Cidr(*ir.Cidr) bool           { return n.all("Cidr") }
func (n nodes) Compare(x *ir.Compare) bool   { return n.all("Compare " + x.Field.Type.String()) }
func (n nodes) FieldEq(*ir.FieldEq) bool     { return n.all("FieldEq") }
func (n nodes) Exists(*ir.Exists) bool       { return n.all("Exists") }
func (n nodes) InSet(*ir.InSet) bool         { return n.all("InSet") }
func (n nodes) TimePart(x *ir.TimePart) bool { return n.all("TimePart " + x.Part.String()) }
func (n nodes) Keyword(*ir.Keyword) bool     { return n.all("Keyword") }

// everyNode is what the goldens have to show.
var everyNode = []string{"And", "Or", "Not", "Const", "Named", "Eq string", "Eq int", "Eq double", "Eq bool", "Eq ip", "Eq timestamp",
	"Match contains", "Match startswith", "Match endswith", "Match like", "Regex", "Cidr", "Compare int", "Compare double", "Compare timestamp",
	"FieldEq", "Exists", "InSet", "TimePart minute", "TimePart hour", "TimePart day", "TimePart week", "TimePart month", "TimePart year", "Keyword"}

func goldenRules() (out []ir.Expr) {
	image, path := ir.Field{Name: "Image"}, ir.Field{Name: "Path", Cased: true}
	tags, member := ir.Field{Name: "tags", List: true}, ir.Field{Name: "odd name"}
	port, ratio, admin := ir.Field{Name: "port", Type: ir.Int}, ir.Field{Name: "ratio", Type: ir.Double}, ir.Field{Name: "admin", Type: ir.Bool}
	src, at := ir.Field{Name: "src", Type: ir.IP}, ir.Field{Name: "at", Type: ir.Timestamp, Unit: 0}
	moment := ir.TimeValue(time.Date(2024, 2, 29, 22, 15, 0, 0, time.UTC))
	text := func(f ir.Field, v ...string) *ir.Eq {
		e := &ir.Eq{Field: f}
		for _, s := range v {
			e.Values = append(e.Values, ir.StringValue(s))
		}
		return e
	}
	match := func(f ir.Field, op ir.MatchOp, v ...string) *ir.Match { return &ir.Match{Field: f, Op: op, Values: v} }
	not := func(e ir.Expr) ir.Expr { return &ir.Not{Arg: e} }
	out = append(out,
		text(image, "cmd.exe"), text(image, `C:\Windows\cmd.exe`, "x"), text(path, "Cmd", "b"), text(image, ""), text(image, "Ärger"), text(image, "a*b"),
		text(tags, "a", "B"), not(text(tags, "a")), text(member, "x"), not(text(image, "x")),
		match(image, ir.Contains, "mimi", `"quoted"`), match(path, ir.Prefix, `C:\`), match(image, ir.Suffix, `\cmd.exe`), match(image, ir.Glob, "a*b", "c?d"),
		&ir.Match{Field: image, Values: []string{" -enc "}, Encoding: ir.Encoding{Dash: true}},
		&ir.Match{Field: image, Values: []string{"http"}, Encoding: ir.Encoding{Wide: ir.UTF16LE, Base64: ir.Base64Offset}},
		&ir.Regex{Field: image, Patterns: []string{`(?i)^c:\\.*\d{2,}\bx$`}},
		&ir.Eq{Field: port, Values: []ir.Value{ir.IntValue(80), ir.IntValue(-1)}}, not(&ir.Eq{Field: port, Values: []ir.Value{ir.IntValue(80)}}),
		&ir.Eq{Field: ratio, Values: []ir.Value{ir.DoubleValue(0.5)}}, &ir.Eq{Field: admin, Values: []ir.Value{ir.BoolValue(true)}},
		&ir.Eq{Field: src, Values: []ir.Value{ir.IPValue(netip.MustParseAddr("10.0.0.1"))}}, &ir.Eq{Field: at, Values: []ir.Value{moment}},
		&ir.Cidr{Field: src, Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")}},
		&ir.Compare{Field: port, Op: ir.Gt, Value: ir.IntValue(1024)}, &ir.Compare{Field: ratio, Op: ir.Le, Value: ir.DoubleValue(0.25)},
		not(&ir.Compare{Field: at, Op: ir.Ge, Value: moment}),
		&ir.FieldEq{Field: image, Other: path}, &ir.Exists{Field: image}, &ir.InSet{Field: src, Table: "jump_hosts", Version: 1}, not(&ir.InSet{Field: path, Table: "apps", Version: 2}),
		&ir.Keyword{Values: []string{"evil"}}, &ir.Keyword{Op: ir.Glob, Values: []string{"a?c"}},
		&ir.And{Args: []ir.Expr{text(image, "a"), &ir.Or{Args: []ir.Expr{text(image, "b"), not(&ir.Named{Name: "n", Arg: text(image, "c")})}}}},
		&ir.Const{Value: true}, &ir.Const{},
	)
	for u := ir.Minute; u <= ir.Year; u++ {
		out = append(out, &ir.TimePart{Field: at, Part: u, Values: []int{5, 6}})
	}
	return out
}

// Every kind of node has a query that is written down, for each target of the package.
func TestGolden(t *testing.T) {
	n := nodes{map[string]bool{}}
	var b strings.Builder
	fields := map[string]backend.Column{
		"Image": {Name: "Image"}, "Path": {Name: "Path", Cased: true}, "tags": {Name: "tags", List: true, Stored: backend.JSON}, "odd name": {Name: "odd name"},
		"port": {Name: "port", Type: ir.Int, Stored: backend.Number}, "ratio": {Name: "ratio", Type: ir.Double, Stored: backend.Number},
		"admin": {Name: "admin", Type: ir.Bool, Stored: backend.Bool}, "src": {Name: "src", Type: ir.IP}, "at": {Name: "_time", Type: ir.Timestamp, Stored: backend.Time},
	}
	for _, e := range goldenRules() {
		ir.Visit[bool](e, n)
		fmt.Fprintf(&b, "== %s\n", ir.Text(e))
		for _, target := range splunk.Targets() {
			q, l := target.Emit(&backend.Rule{Name: "r", Where: e, Fields: fields, Table: "T"})
			fmt.Fprintf(&b, "-- %s: %s\n", target.Name(), map[bool]string{true: "refused", false: q.Fidelity().String()}[l.HasErrors()])
			for _, d := range l {
				fmt.Fprintf(&b, "%s\n", d.Message)
			}
			for _, l := range q.Losses {
				fmt.Fprintf(&b, "# %s: %s\n", l.Effect, l.Reason)
			}
			fmt.Fprintf(&b, "%s\n", q.Text)
		}
	}
	for _, kind := range everyNode {
		if !n.seen[kind] {
			t.Errorf("no golden shows %s", kind)
		}
	}
	const file = "testdata/nodes.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the queries are others than in %s: -update, and read the diff\n%s", file, b.String())
	}
}

package backendtest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/ir"
)

// types are those that a kind's field may have; a flag of the field that means nothing to a type is left out below.
var types = map[string][]ir.Type{
	"Eq": {ir.String, ir.Int, ir.Double, ir.Bool, ir.IP, ir.Timestamp}, "Match": {ir.String}, "Regex": {ir.String}, "Cidr": {ir.IP},
	"Compare": {ir.Int, ir.Double, ir.Timestamp}, "FieldEq": {ir.String, ir.Int, ir.Double, ir.Bool, ir.IP, ir.Timestamp},
	"Exists": {ir.String, ir.Int, ir.Double, ir.Bool, ir.IP, ir.Timestamp}, "InSet": {ir.String, ir.Int, ir.Double, ir.Bool, ir.IP, ir.Timestamp},
	"TimePart": {ir.Timestamp},
}

// known is what each kind of node is made of: a field that a struct of ir gains has to be thought of here, and given a row.
var known = map[string]string{
	"And": "Args Span", "Or": "Args Span", "Not": "Arg Span", "Const": "Value Span", "Named": "Name Arg Span", "Eq": "Field Values Span",
	"Match": "Field Op Values Encoding Span", "Regex": "Field Patterns Span", "Cidr": "Field Nets Span", "Compare": "Field Op Value Span",
	"FieldEq": "Field Other Span", "Exists": "Field Span", "InSet": "Field Table Version Span", "TimePart": "Field Part Values Span", "Keyword": "Op Values Span",
	"Field": "Name Type List Cased Unit", "Encoding": "Dash Wide Base64",
}

// names are the texts of an enum's values, for as many as it has.
func names[T ~uint8](of func(T) string) (out []string) {
	defer func() { _ = recover() }() // past the last, String has no text
	for i := range 256 {
		out = append(out, of(T(i)))
	}
	return out
}

// want are the signs that the rows have to show: every value of every enum and flag of every kind.
func want() (out []string) {
	add := func(kind, field string, values []string) {
		for _, v := range values {
			out = append(out, kind+"."+field+"="+v)
		}
	}
	visitor := reflect.TypeOf((*ir.Visitor[string])(nil)).Elem()
	for i := range visitor.NumMethod() {
		kind := visitor.Method(i).Name
		out = append(out, kind)
		for _, t := range types[kind] {
			out = append(out, kind+".Field.Type="+t.String())
		}
		if types[kind] != nil && kind != "Exists" && kind != "Cidr" && kind != "TimePart" && kind != "Compare" {
			add(kind, "Field.Cased", []string{"true", "false"})
		}
		if types[kind] != nil {
			add(kind, "Field.List", []string{"true", "false"})
		}
		if slices.Contains(types[kind], ir.Timestamp) {
			add(kind, "Field.Unit", []string{"none", "some"})
		}
	}
	add("Match", "Op", names(ir.MatchOp.String))
	add("Compare", "Op", names(ir.CompareOp.String))
	add("TimePart", "Part", names(ir.TimeUnit.String))
	add("Match", "Encoding.Wide", names(ir.Charset.String))
	add("Match", "Encoding.Base64", names(ir.Base64.String))
	add("Match", "Encoding.Dash", []string{"true", "false"})
	add("Keyword", "Op", []string{ir.Contains.String(), ir.Glob.String()})
	add("Const", "Value", []string{"true", "false"})
	return out
}

// signs are what a row shows.
func signs(e ir.Expr, seen map[string]bool) {
	v := reflect.ValueOf(e).Elem()
	kind := v.Type().Name()
	seen[kind] = true
	note(kind, v, seen)
	for _, c := range ir.Children(e) {
		signs(c, seen)
		if _, ok := e.(*ir.Not); ok {
			seen["Not "+reflect.TypeOf(c).Elem().Name()] = true
		}
	}
}

func note(name string, v reflect.Value, seen map[string]bool) {
	for i := range v.NumField() {
		at, f := name+"."+v.Type().Field(i).Name, v.Field(i)
		switch {
		case f.Kind() == reflect.Struct && (f.Type() == reflect.TypeOf(ir.Field{}) || f.Type() == reflect.TypeOf(ir.Encoding{})):
			note(at, f, seen)
		case f.Kind() == reflect.Uint8:
			seen[at+"="+fmt.Sprint(f.Interface())] = true
		case f.Kind() == reflect.Bool:
			seen[at+"="+fmt.Sprint(f.Bool())] = true
		case strings.HasSuffix(at, ".Unit"):
			seen[at+"="+map[bool]string{true: "none", false: "some"}[f.IsZero()]] = true
		}
	}
}

// Each kind of node has a row, each of its operators and flags too, and each atom one under a negation: whatever ir gains
// needs one before this passes.
func TestVariantsCoverEachNode(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range backendtest.Variants() {
		signs(v.Expr, seen)
		if got := reflect.TypeOf(v.Expr).Elem().Name(); got != v.Kind {
			t.Errorf("%s is called %s", got, v.Kind)
		}
	}
	all := want()
	if len(all) < 90 {
		t.Errorf("only %d signs are asked for", len(all))
	}
	for _, s := range all {
		if !seen[s] {
			t.Errorf("no row shows %s", s)
		}
	}
	for kind := range known {
		if kind != "Field" && kind != "Encoding" && kind != "Named" && !seen["Not "+kind] && seen[kind] {
			t.Errorf("no row shows the negation of %s", kind)
		}
	}
}

// The signs are those of the fields that the structs had when they were written down.
func TestNothingIsNew(t *testing.T) {
	for _, of := range []any{ir.And{}, ir.Or{}, ir.Not{}, ir.Const{}, ir.Named{}, ir.Eq{}, ir.Match{}, ir.Regex{}, ir.Cidr{}, ir.Compare{}, ir.FieldEq{}, ir.Exists{}, ir.InSet{},
		ir.TimePart{}, ir.Keyword{}, ir.Field{}, ir.Encoding{}} {
		typ := reflect.TypeOf(of)
		var have []string
		for i := range typ.NumField() {
			have = append(have, typ.Field(i).Name)
		}
		if got := strings.Join(have, " "); got != known[typ.Name()] {
			t.Errorf("%s is made of %s, not of %s: give what is new a row in Variants", typ.Name(), got, known[typ.Name()])
		}
	}
	for _, v := range backendtest.Variants() {
		if known[v.Kind] == "" {
			t.Errorf("what %s is made of isn't written down", v.Kind)
		}
	}
}

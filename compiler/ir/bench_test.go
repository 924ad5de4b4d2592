package ir_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// shapes are expressions of n atoms, each hard in its own way.
var shapes = map[string]func(n int) ir.Expr{
	"one field":       func(n int) ir.Expr { return &ir.Or{Args: atoms(n, 1)} },
	"thousand fields": func(n int) ir.Expr { return &ir.Or{Args: atoms(n, 1000)} },
	"conjunction":     func(n int) ir.Expr { return &ir.And{Args: atoms(n, n)} },
	"negated":         func(n int) ir.Expr { return &ir.Not{Arg: &ir.Or{Args: atoms(n, 10)}} },
	"tree":            func(n int) ir.Expr { return tree(atoms(n, 100), true) },
	"chain":           func(n int) ir.Expr { return chain(atoms(n, 100), func(e ir.Expr) ir.Expr { return e }) },
	// Arguments that turn out to be nested only after their neighbours are gone.
	"late chain": func(n int) ir.Expr {
		return chain(atoms(n, n), func(e ir.Expr) ir.Expr { return &ir.Or{Args: []ir.Expr{&ir.Const{}, &ir.Not{Arg: &ir.Not{Arg: e}}}} })
	},
}

func atoms(n, fields int) []ir.Expr {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]ir.Expr, n)
	for i := range out {
		f := ir.Field{Name: fmt.Sprintf("field_%d", i%fields)}
		out[i] = &ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(fmt.Sprintf("value %d", r.IntN(n)))}}
	}
	return out
}

func tree(args []ir.Expr, all bool) ir.Expr {
	if len(args) < 4 {
		return &ir.Or{Args: args}
	}
	kids := []ir.Expr{tree(args[:len(args)/2], !all), &ir.Named{Name: "right", Arg: tree(args[len(args)/2:], !all)}}
	if all {
		return &ir.And{Args: kids}
	}
	return &ir.Or{Args: kids}
}

// chain nests And in And 5,000 deep at most, with link between.
func chain(args []ir.Expr, link func(ir.Expr) ir.Expr) ir.Expr {
	step := max(1, len(args)/5000)
	e := args[0]
	for i := 1; i < len(args); i += step {
		e = &ir.And{Args: append(append([]ir.Expr{}, args[i:min(i+step, len(args))]...), link(e))}
	}
	return e
}

func benchmark(b *testing.B, f func(ir.Expr)) {
	for _, shape := range []string{"one field", "thousand fields", "conjunction", "negated", "tree", "chain", "late chain"} {
		for _, n := range []int{1000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", shape, n), func(b *testing.B) {
				e := shapes[shape](n)
				b.ReportAllocs()
				for b.Loop() {
					f(e)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/atom")
			})
		}
	}
}

func BenchmarkNormalize(b *testing.B) { benchmark(b, func(e ir.Expr) { ir.Normalize(e) }) }
func BenchmarkDigest(b *testing.B)    { benchmark(b, func(e ir.Expr) { ir.Digest(e) }) }
func BenchmarkText(b *testing.B)      { benchmark(b, func(e ir.Expr) { ir.Text(e) }) }
func BenchmarkIndented(b *testing.B)  { benchmark(b, func(e ir.Expr) { ir.Indented(e, "") }) }

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := source.NewFile("b", ir.Text(tree(atoms(n, 100), true)))
			b.SetBytes(int64(len(f.Text)))
			for b.Loop() {
				if _, err := ir.Parse(f, anyField); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/atom")
		})
	}
}

// Large expressions come through all of it.
func TestLarge(t *testing.T) {
	for shape, make := range shapes {
		e := make(100_000)
		if !ir.Equal(ir.Normalize(e), e) {
			t.Errorf("%s: not Equal to its normal form", shape)
		}
	}
}

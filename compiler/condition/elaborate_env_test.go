package condition

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/parser"
)

// unparse prints what cel-go's parser made of a text without macros: has and exists are calls in it.
func unparse(t *testing.T, a *cel.Ast) string {
	t.Helper()
	text, err := parser.Unparse(a.NativeRep().Expr(), ast.NewSourceInfo(nil))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// BenchmarkElaborate is what cel-go's opinion on a condition costs before it is asked.
func BenchmarkElaborate(b *testing.B) {
	s := plc()
	for b.Loop() {
		if _, err := s.Elaborate(literal(typical), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkProgram is what the opinion on an event costs.
func BenchmarkProgram(b *testing.B) {
	p, err := plc().Elaborate(literal(typical), nil)
	if err != nil {
		b.Fatal(err)
	}
	ev := record{"new_mode": {parse(0, "program")}, "src_ip": {parse(4, "10.1.1.1")}, "user": {parse(0, "eng-1")}}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := p.Match(ev, siteTables); err != nil || !got {
			b.Fatal(got, err)
		}
	}
}

// BenchmarkMeaning is what the environment of elaborated CEL costs, which a process pays once.
func BenchmarkMeaning(b *testing.B) {
	for b.Loop() {
		if _, err := newMeaning(); err != nil {
			b.Fatal(err)
		}
	}
}

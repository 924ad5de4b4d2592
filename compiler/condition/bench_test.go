package condition

import (
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
)

const typical = `new_mode in ["program", "remote_program"] && has(src_ip) && !(src_ip in context.engineering_hosts) && (user.startsWith("eng") || port == 502)`

// BenchmarkCompile is what one condition of the usual size costs, once the environment is there.
func BenchmarkCompile(b *testing.B) {
	s := plc()
	text := source.Literal(source.NewFile("c", typical), 0, typical)
	compile(s, typical)
	b.ReportAllocs()
	for b.Loop() {
		var l diag.List
		if _, ok := s.Compile(text, nil, &l); !ok {
			b.Fatal(show(l))
		}
	}
}

// BenchmarkSteps tells our own steps from cel-go's.
func BenchmarkSteps(b *testing.B) {
	env, err := sharedEnv()
	if err != nil {
		b.Fatal(err)
	}
	text := source.Literal(source.NewFile("c", typical), 0, typical)
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			c := &compiler{scope: plcScope, text: text, l: &diag.List{}}
			c.scan()
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			env.Parse(typical)
		}
	})
	b.Run("parse and check", func(b *testing.B) {
		for b.Loop() {
			c := &compiler{scope: plcScope, text: text, l: &diag.List{}}
			if !c.check() {
				b.Fatal()
			}
		}
	})
}

var plcScope = plc()

// BenchmarkEnv is what the environment costs, which a process pays once.
func BenchmarkEnv(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newEnv(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile goes through all of the texts that were made to take long.
func BenchmarkHostile(b *testing.B) {
	s := plc()
	for b.Loop() {
		for _, cond := range hostile() {
			compile(s, cond)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(hostile())), "µs/text")
}

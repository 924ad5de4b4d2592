package condition

import (
	"strings"
	"sync"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// FuzzCompile holds every text to the promises of Compile: no panic, spans inside the file, an expression exactly
// where there is no error, and an expression that can be normalised and printed.
func FuzzCompile(f *testing.F) {
	for _, c := range lowered {
		f.Add(c.cond)
	}
	for _, conds := range goldens(f) {
		for _, cond := range conds {
			f.Add(cond)
		}
	}
	for _, c := range hostile() {
		if len(c) < 500 {
			f.Add(c)
		}
	}
	logical, raw := plc(), NewRawScope("the log x", func(n string) ir.Field { return ir.Field{Name: n} })
	f.Fuzz(func(t *testing.T, cond string) {
		for _, s := range []*Scope{logical, raw} {
			e, ok, l := compile(s, cond, Let{"listed", &ir.Const{Value: true}})
			check(t, cond, e, ok, l)
		}
	})
}

func check(t *testing.T, cond string, e ir.Expr, ok bool, l diag.List) {
	t.Helper()
	if ok != (e != nil) || ok == l.HasErrors() {
		t.Fatalf("%q: ok %t, expression %v, findings:\n%s", cond, ok, e, show(l))
	}
	for _, d := range l {
		if s := d.Span; s.Start < 0 || s.End < s.Start || s.End > len(cond) {
			t.Fatalf("%q: %s has a span %d-%d", cond, d.Code, s.Start, s.End)
		}
		if d.Message == "" || strings.Contains(d.Message, "%!") || strings.Contains(d.Help, "%!") {
			t.Fatalf("%q: %q %q", cond, d.Message, d.Help)
		}
		if d.Severity == diag.Error && d.Code.Info().Summary == "" {
			t.Fatalf("%s is not in the table", d.Code)
		}
	}
	if ok {
		inside(t, cond, e)
		ir.Text(ir.Normalize(e))
	}
}

// inside checks that every node stands on a part of the text.
func inside(t *testing.T, cond string, e ir.Expr) {
	if s := e.Where(); s.Start < 0 || s.End < s.Start || s.End > len(cond) {
		t.Fatalf("%q: %T has a span %d-%d", cond, e, s.Start, s.End)
	}
	if _, named := e.(*ir.Named); named {
		return // a let stands in a text of its own
	}
	for _, child := range ir.Children(e) {
		inside(t, cond, child)
	}
}

// hostile are texts that were made to take long.
func hostile() []string {
	r := strings.Repeat
	return []string{
		"", " ", "\x00", "\xff", "(", ")", r("(", 10_000), r("(", 90) + "rooted" + r(")", 90), r("[", 10_000), r("{", 10_000),
		r("!", 19_000) + "rooted", r("-", 10_000) + "1", r("a.", 9_000) + "a", r("rooted?", 2_500), r("rooted ? rooted : ", 1_000) + "rooted",
		"(" + r("rooted && ", 1_900) + "rooted)", r("rooted || !", 1_700) + "rooted", r("user == ", 2_400) + "user",
		r("user.contains(", 90) + `"x"` + r(")", 90), "user in [" + r(`"x",`, 4_900) + "]", "user in [" + r("user,", 3_900) + "]",
		r("user && ", 2_000) + "user", r("nope == 1 && ", 1_500) + "rooted", r("a", 19_999), r("a ", 9_999), r("\"", 19_999),
		"user == \"" + r(`\\`, 9_000) + "\"", `user.matches("` + r("(", 5_000) + `")`, `user.matches("` + r("a{9}", 4_000) + `")`,
		r("tags.exists(x, ", 90) + "rooted" + r(")", 90), r("x", 100_000), r("é", 9_000), "user == \"" + r("é", 9_000) + "\"",
		r("1+", 9_000) + "1", r("rooted ? (rooted ? ", 40) + "rooted" + r(" : rooted) : rooted", 40), "//" + r("x", 19_000),
		r("(rooted ? ", 30) + "rooted" + r(" : rooted) ? rooted : rooted", 30), r("b'", 9_000), r("rooted &", 2_000), r("rooted ,", 2_000),
		r("(((rooted ? rooted : rooted) ", 30), r("a[", 90) + "1" + r("]", 90), r("user.a{", 90), r("@", 19_000), r("`", 1_000), "user == r\"",
	}
}

// A hostile text is refused or compiled. BenchmarkHostile has the time that it takes.
func TestHostileTexts(t *testing.T) {
	s := plc()
	for _, cond := range hostile() {
		e, ok, l := compile(s, cond)
		check(t, cond, e, ok, l)
		if len(l) > 2*maxFindings {
			t.Errorf("%.40q: %d findings", cond, len(l))
		}
	}
	for _, cond := range []string{strings.Repeat("x", 100_000), strings.Repeat("(", 5_000), strings.Repeat("a.", 9_000) + "a"} {
		if _, _, l := compile(s, cond); len(l) != 1 || l[0].Code != diag.ConditionTooLarge {
			t.Errorf("%.40q: %s", cond, l[0].Message)
		}
	}
}

// Lets that use each other twice would double at every step.
func TestLetsThatDouble(t *testing.T) {
	s := plc()
	var lets []Let
	prev := "rooted"
	for i := range 40 {
		name := "l" + strings.Repeat("x", i)
		e, ok, l := compile(s, prev+" && "+prev, lets...)
		if !ok {
			if len(l) != 1 || l[0].Code != diag.ConditionTooLarge {
				t.Fatal(show(l))
			}
			return
		}
		lets, prev = append(lets, Let{name, e}), name
	}
	t.Fatal("it was never refused")
}

// A scope and the environment behind it serve many at once.
func TestConcurrentCompile(t *testing.T) {
	s := plc()
	want := make([]string, len(lowered))
	for i, c := range lowered {
		e, _, _ := compile(s, c.cond, lets...)
		want[i] = ir.Text(e)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, c := range lowered {
				var l diag.List
				e, ok := s.Compile(source.Literal(source.NewFile("c", c.cond), 0, c.cond), lets, &l)
				if !ok || ir.Text(e) != want[i] {
					t.Errorf("%s: %s", c.cond, show(l))
				}
				compile(s, c.cond+" &&")
				compile(s, "nope || "+c.cond)
			}
		})
	}
	wg.Wait()
}

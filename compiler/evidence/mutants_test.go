package evidence

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/witness"
)

var update = flag.Bool("update", false, "write what was made into testdata")

// The fields of the examples. A mode has a closed vocabulary.
var exampleFields = []ir.Field{
	{Name: "new_mode", Type: ir.String}, {Name: "user", Type: ir.String}, {Name: "path", Type: ir.String, Cased: true},
	{Name: "src_ip", Type: ir.IP}, {Name: "dst_ip", Type: ir.IP}, {Name: "port", Type: ir.Int}, {Name: "ratio", Type: ir.Double},
	{Name: "blocked", Type: ir.Bool}, {Name: "ts", Type: ir.Timestamp},
}

func exampleEnum(field string) []string {
	if field == "new_mode" {
		return []string{"run", "stop", "program"}
	}
	return nil
}

func parse(t testing.TB, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("rule", text), irtest.Resolver(exampleFields))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ir.Normalize(e)
}

// testdata/mutants.txt lists the mutants of a few conditions: read it to see what each operator does. A condition
// stands after "# ".
func TestMutants(t *testing.T) {
	data, err := os.ReadFile("testdata/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	used := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		condition, is := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !is {
			continue
		}
		e := parse(t, condition)
		fmt.Fprintf(&out, "# %s\n", condition)
		for _, m := range Mutants(e, exampleEnum) {
			used[m.Operator] = true
			fmt.Fprintf(&out, "%-14s %s\n%-14s     %s\n", m.Operator, m, "", ir.Text(ir.Normalize(m.Where)))
		}
		out.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile("testdata/mutants.txt", []byte(out.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if out.String() != string(data) {
		t.Errorf("testdata/mutants.txt is another; with -update it becomes\n%s", out.String())
	}
	for _, o := range Operators {
		if !used[o.Name] {
			t.Errorf("no example shows the operator %s", o.Name)
		}
	}
}

// README.md documents the operators in the words of the table.
func TestOperatorsAreDocumented(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range Operators {
		if !strings.Contains(string(data), "| `"+o.Name+"` | "+o.Doc+" |") {
			t.Errorf("README.md lacks the line\n| `%s` | %s |", o.Name, o.Doc)
		}
	}
	for _, o := range CorrelationOperators {
		if !strings.Contains(string(data), "| `"+o.Name+"` | "+o.Doc+" |") {
			t.Errorf("README.md lacks the line\n| `%s` | %s |", o.Name, o.Doc)
		}
	}
}

// No mutant is the rule itself in other words, and none stands there twice.
func TestEachMutantIsAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := ir.Normalize(irtest.Expr(irtest.Fields()).Draw(t, "rule"))
		before := ir.Text(e)
		seen := map[[32]byte]bool{}
		for _, m := range Mutants(e, exampleEnum) {
			d := ir.Digest(m.Where)
			if seen[d] {
				t.Fatalf("%s: the mutant %s stands there twice", before, m)
			}
			seen[d] = true
		}
		if after := ir.Text(e); after != before {
			t.Fatalf("making mutants changed %s to %s", before, after)
		}
	})
}

func TestEquivalentIsProved(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{`new_mode = "stop" & exists(new_mode)`, `new_mode = "stop"`},
		{`user = "a" | user contains "a"`, `user contains "a"`},
		{`user = "A" cased | user = "a"`, `user = "a"`},
		{`user contains {"mod", "modpoll"}`, `user contains "mod"`},
		{`path startswith "/data/x" cased | path contains "/data" cased`, `path contains "/data" cased`},
		{`port < 5 | port < 9`, `port < 9`},
		{`port = 3 & port < 9`, `port = 3`},
		{`src_ip in net 10.1.0.0/16 | src_ip in net 10.0.0.0/8`, `src_ip in net 10.0.0.0/8`},
		{`blocked = true & (blocked = true | port = 1)`, `blocked = true`},
		{`!(port = 1 & blocked = true)`, `!(port = 1) | !(blocked = true)`},
		{`src_ip = dst_ip & exists(dst_ip)`, `src_ip = dst_ip`},
		{`hour(ts) = 3 & hour(ts) in {3, 4}`, `hour(ts) = 3`},
	} {
		a, b := looser(t, c.a), looser(t, c.b)
		if !eval.Equivalent(a, b) || !eval.Equivalent(b, a) {
			t.Errorf("not shown: %s is %s", c.a, c.b)
		}
	}
}

// What looks alike, and some event tells apart.
func TestOtherwiseIsNotExcused(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{`exists(src_ip) & !(src_ip in context hosts/1)`, `!(src_ip in context hosts/1)`},
		{`user = "a"`, `user = "a" cased`},
		{`user contains "a"`, `user startswith "a"`},
		{`port < 5`, `port <= 5`},
		{`ratio < 5.0`, `ratio <= 5.0`},
		{`!(port < 5)`, `port >= 5`}, // without a port
		{`src_ip in net 10.0.0.0/8`, `src_ip in net 10.0.0.0/9`},
		{`blocked = false`, `!(blocked = true)`}, // absent
		{`port = 1 & !(port = 2)`, `port = 1`},   // a log may have both, in a list
		{`user = "ſ"`, `user = "s"`},
		{"user = \"\u212a\" | user = \"k\"", `user = "k"`}, // the Kelvin sign folds by Unicode, k alone does not
		{`user in context a/1`, `user in context b/1`},
		{`user ~ "a"`, `user contains "a"`},
	} {
		if eval.Equivalent(looser(t, c.a), looser(t, c.b)) {
			t.Errorf("excused: %s as %s", c.a, c.b)
		}
	}
}

// looser parses with collation left to the text: `user = "A" cased`.
func looser(t testing.TB, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("rule", text), func(name string) (ir.Field, bool) {
		f, ok := irtest.Resolver(exampleFields)(name)
		f.Cased = false
		return f, ok
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// Of two expressions that are shown to be equivalent, no event that a generator thinks of tells one from the other:
// those of the one, and those of what would tell them apart.
func TestEquivalentMeansIt(t *testing.T) {
	excused := 0
	rapid.Check(t, func(t *rapid.T) {
		e := ir.Normalize(irtest.Expr(irtest.Fields()).Draw(t, "rule"))
		for _, m := range Mutants(e, exampleEnum) {
			if !eval.Equivalent(e, m.Where) {
				continue
			}
			excused++
			for _, about := range []ir.Expr{e, &ir.Or{Args: []ir.Expr{&ir.And{Args: []ir.Expr{e, &ir.Not{Arg: m.Where}}},
				&ir.And{Args: []ir.Expr{m.Where, &ir.Not{Arg: e}}}}}} {
				ws, _ := witness.Generate(about, witness.Options{Max: 12})
				for _, w := range ws {
					if ev := w.Event(); eval.Match(e, ev, w.Tables) != eval.Match(m.Where, ev, w.Tables) {
						t.Fatalf("%s\nexcused: %s\n%s\nbut on %v they differ", ir.Text(e), m, ir.Text(m.Where), w.Values)
					}
				}
			}
		}
	})
	if excused == 0 {
		t.Error("no equivalent mutant came up")
	}
}

// Remembering the atoms' verdicts changes none.
func TestShotIsEval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := ir.Normalize(irtest.Expr(irtest.Fields()).Draw(t, "rule"))
		ws, _ := witness.Generate(e, witness.Options{Max: 10})
		mutants := Mutants(e, exampleEnum)
		for _, w := range ws {
			s := &shot{event: bind.NewEvent(w.Values), world: world{Tables: w.Tables}, verdict: map[ir.Expr]bool{}}
			for _, m := range mutants {
				if got, want := s.match(m.Where), eval.Match(m.Where, s.event, s.Tables); got != want {
					t.Fatalf("%s on %v: %t, not %t", ir.Text(m.Where), w.Values, got, want)
				}
			}
		}
	})
}

// A proposed case is one line of YAML that says what it was made of.
func TestScalarText(t *testing.T) {
	for in, want := range map[string]string{
		"stop": "stop", "10.20.1.5": "10.20.1.5", "d-1001": "d-1001", "a": `'a'`, "": `''`, "no": `'no'`, "Null": `'Null'`, "12": `'12'`,
		`C:\x`: `'C:\x'`, "it's": `"it's"`, "a\nb": `"a\nb"`, "a: b": `'a: b'`, "*": `'*'`, " x": `' x'`, "1.0": `'1.0'`, "x #y": `'x #y'`,
		"2026-11-22": `'2026-11-22'`, "\x1b[m": `"\x1b[m"`, "a, b": `'a, b'`, "{a}": `'{a}'`,
	} {
		if got := scalarText(in); got != want {
			t.Errorf("%q is written %s, not %s", in, got, want)
		}
	}
	if !slices.Contains(otherwise, "yes") {
		t.Error("YAML 1.1 takes yes for true")
	}
}

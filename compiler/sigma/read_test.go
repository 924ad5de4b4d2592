package sigma

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"detc/compiler/ir"
	"detc/compiler/source"
)

func readText(detection string) (*Document, error) {
	return Read(source.NewFile("r.yml", "title: t\ndetc: {context: {hosts: 3}}\ndetection: "+detection+"\n"), func(name string) ir.Field {
		f, _ := goldenField(name)
		return f
	})
}

// What others write in Sigma means what it says there; names of selections are kept.
func TestRead(t *testing.T) {
	for _, test := range [][2]string{
		{"{a: {x: 'b'}, condition: a}", `a: x = "b"`},
		{"{a: {x: ['b', 'c*', null]}, condition: a}", `a: (x = "b" | x like "c*" | !exists(x))`},
		{"{a: {x: ''}, condition: NOT a}", `!(a: x = "")`},
		{"{a: {x: 5, port: '502', enrolled: True}, condition: a}", `a: (x = 5 & port = 502 & enrolled = true)`},
		{"{a: {x|contains: 'b*c'}, condition: a}", `a: x like "*b*c*"`},
		{`{a: {x|startswith: 'b?c\'}, condition: a}`, `a: x like "b?c\\\\*"`},
		{"{a: {x|contains|all|windash: [' -a', ' -b']}, condition: a}", `a: (x contains windash " -a" & x contains windash " -b")`},
		{"{a: ['x', 5], condition: a}", `a: keyword {"5", "x"}`},
		{"{a: 'x', condition: a}", `a: keyword "x"`},
		{"{a: {x: 1}, b: {y: 2}, c: {z: 3}, condition: a or b and not c}", `a: x = 1 | b: y = 2 & !(c: z = 3)`},
		{"{a_x: {x: 1}, a_y: {y: 2}, _h: {z: 3}, condition: [1 of them, all of a_*]}", `a_x: x = 1 | a_y: y = 2 | a_x: x = 1 & a_y: y = 2`},
		{"{s: {id.orig_h|expand: '%hosts%', id.orig_h|cidr: '10.0.0.0/8'}, condition: any of s*}", `s: (id.orig_h in context hosts/3 & id.orig_h in net 10.0.0.0/8)`},
		{"{s: {x|re|i|m: 'a'}, condition: s}", `s: x ~ "(?im)a"`},
	} {
		d, err := readText(test[0])
		if err != nil {
			t.Errorf("%s: %v", test[0], err)
			continue
		}
		want, err := ir.Parse(source.NewFile("want", test[1]), goldenField)
		if err != nil {
			t.Fatal(err)
		}
		if !ir.Equal(d.Where, want) {
			t.Errorf("%s\n%s, not\n%s", test[0], ir.Text(d.Where), test[1])
		}
		if !strings.HasPrefix(ir.Text(d.Where), test[1][:1]) {
			t.Errorf("%s lost a name", ir.Text(d.Where))
		}
	}
}

// A mistake is told with its place.
func TestReadErrors(t *testing.T) {
	for _, test := range [][2]string{ // what is wrong stands between « and »
		{"{a: {x: 1}, condition: a or «b»}", "there is no selection"},
		{"{a: {x: 1}, condition: a «a»}", "operator"},
		{"{a: {x: 1}, condition: (a«»}", ") must follow"},
		{"{a: {x: 1}, condition: a and«»}", "breaks off"},
		{"{a: {x: 1}, condition: 1 of «b*»}", "no selection"},
		{"{a: {x: 1}, condition: 'a «| count() > 5»'}", "aggregation"},
		{"{a: {x: 1}, condition: 'a «&» a'}", "no meaning"},
		{"{a: {x|«widely»: 1}, condition: a}", "no modifier"},
		{"{a: {x|contains|«endswith»: 1}, condition: a}", "doesn't go"},
		{"{a: {x|contains|«contains»: 1}, condition: a}", "twice"},
		{"{a: {«'|startswith'»: 1}, condition: a}", "have no field"},
		{"{a: {x|re: «'('»}, condition: a}", "regular expression"},
		{"{a: {id.orig_h|cidr: «'10.0.0'»}, condition: a}", "network"},
		{"{a: {port: «'x'»}, condition: a}", "can't be read as int"},
		{"{a: {x|lt: «'x'»}, condition: a}", "can't be read as double"},
		{"{a: {«port|contains»: 'x'}, condition: a}", "int"},
		{"{a: {x|exists: «'yes'»}, condition: a}", "true or false"},
		{"{a: {x|expand: «'hosts'»}, condition: a}", "between two %"},
		{"{a: {x|contains: «null»}, condition: a}", "missing field"},
		{"{a: {x: «{y: 1}»}, condition: a}", "not a mapping"},
		{"«{a: {x: 1}}»", "no condition"},
		{"{a: {x: 1}, «a»: {x: 2}, condition: a}", "twice"},
		{"{a: «[]», condition: a}", "empty"},
	} {
		before, rest, _ := strings.Cut(test[0], "«")
		wrong, after, _ := strings.Cut(rest, "»")
		_, err := readText(before + wrong + after)
		var e *source.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", test[0], err)
			continue
		}
		if e.Span.Text() != wrong || !strings.Contains(e.Message, test[1]) {
			t.Errorf("%s: at %q: %s", test[0], e.Span.Text(), e.Message)
		}
	}
}

// Hostile rules are refused in bounded time and space.
func TestReadBounds(t *testing.T) {
	many := strings.Builder{}
	for i := range 300 {
		many.WriteString("a" + strings.Repeat("b", i) + ": {x: 1}, ")
	}
	for _, text := range []string{
		"{a: {x: 1}, condition: '" + strings.Repeat("(", 5000) + "'}",
		"{a: {x: 1}, condition: '" + strings.Repeat("not ", 5000) + "a'}",
		"{a: {x: 1}, condition: '" + strings.Repeat("a or ", 20_000) + "a'}",
		"{" + many.String() + "condition: '" + strings.Repeat("1 of a* or ", 5000) + "1 of them'}",
	} {
		if _, err := readText(text); err == nil {
			t.Errorf("%.60s… was read", text)
		}
	}
}

// FuzzRead: no text makes the reader panic, and what it reads it reads alike again.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		a := txtar.Parse(data)
		f.Add("title: t\ndetection:\n" + string(a.Files[len(a.Files)-1].Data))
	}
	f.Add("detection: {a: {x|re|i: 'b', y|windash|contains|all: [1, null]}, b: [x], condition: 1 of a* and not (b or all of them)}")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Read(source.NewFile("r.yml", text), func(name string) ir.Field { f, _ := goldenField(name); return f })
		if err != nil {
			var e *source.Error
			if !errors.As(err, &e) {
				t.Fatalf("not a *source.Error: %v", err)
			}
			return
		}
		if !sayable(d.Where) {
			return
		}
		b := boundTo(d.Where)
		r, diags := Emit(b)
		if r == nil {
			if !strings.Contains(strings.Join(messages(diags), " "), "DT600") {
				t.Fatalf("refused without a reason: %q", messages(diags))
			}
			return
		}
		if err := Verify(b, r.YAML()); err != nil {
			t.Fatal(err)
		}
	})
}

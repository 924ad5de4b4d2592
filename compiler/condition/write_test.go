package condition

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
)

// writable are the generator's fields that CEL has names for.
func writable() []ir.Field {
	return slices.DeleteFunc(irtest.Fields(), func(f ir.Field) bool {
		_, reason := fieldName(f)
		return reason != ""
	})
}

func scopeOf(fields []ir.Field, version int) *Scope {
	all := make([]Field, len(fields))
	for i, f := range fields {
		all[i].Field = f
	}
	return NewScope("telemetry test", all, []Table{
		{Name: "engineering_hosts", Type: ir.String, Version: version}, {Name: "approved_apps", Type: ir.String, Version: version},
	})
}

// ofAny makes fields of any type of those of the scope's that are strings, and asks them for what such a field is read
// as: a number by its order, an address by a network, a time by its parts.
func ofAny(fields []ir.Field, s *Scope) []ir.Field {
	out := slices.Clone(fields)
	for _, f := range fields {
		if f.Type != ir.String || f.Cased {
			continue
		}
		c := s.fields[f.Name]
		c.Any = true
		s.fields[f.Name] = c
		for _, t := range []ir.Type{ir.Double, ir.IP, ir.Timestamp} {
			f.Type = t
			out = append(out, f)
		}
	}
	return out
}

// readable replaces what no reader makes of a field of any type: a number or an address there is compared as a text.
func readable(e ir.Expr, s *Scope) ir.Expr {
	return ir.Map(e, func(a ir.Expr) ir.Expr {
		if len(ir.Fields(a)) == 0 {
			return a
		}
		f := ir.Fields(a)[0]
		if !s.fields[f.Name].Any || f.Type == ir.String {
			return a
		}
		text := f
		text.Type = ir.String
		switch a := a.(type) {
		case *ir.Compare, *ir.Cidr, *ir.TimePart:
			if _, ordered := a.(*ir.Compare); ordered && f.Type == ir.Timestamp {
				return &ir.Exists{Field: text}
			}
			return a
		}
		return &ir.Exists{Field: text}
	})
}

// sameTables gives every InSet of an expression the type of table and the version that the scope has, texts beside
// fields of texts, and has() in the place of a pattern of stars alone.
func sameTables(e ir.Expr, s *Scope) ir.Expr {
	return ir.Map(e, func(a ir.Expr) ir.Expr {
		if eq, ok := a.(*ir.Eq); ok && eq.Field.Type == ir.String && !s.fields[eq.Field.Name].Any {
			c := &ir.Eq{Field: eq.Field}
			for _, v := range eq.Values {
				c.Values = append(c.Values, ir.StringValue(v.Text()))
			}
			return c
		}
		if m, ok := a.(*ir.Match); ok && m.Op == ir.Glob && m.Encoding.Plain() && slices.ContainsFunc(m.Values, anyText) {
			return &ir.Exists{Field: m.Field}
		}
		in, ok := a.(*ir.InSet)
		if !ok {
			return a
		}
		c := *in
		c.Version = s.tables[in.Table].Version
		if c.Field.Type != s.tables[in.Table].Type {
			return &ir.Exists{Field: c.Field}
		}
		return &c
	})
}

// TestWrittenCompilesBack is the law of Write: what it writes, compiled, is the same; what it refuses has an atom that
// is refused by itself.
func TestWrittenCompilesBack(t *testing.T) {
	fields := writable()
	scope := scopeOf(fields, 1)
	written, broken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := sameTables(irtest.Expr(fields).Draw(t, "expression"), scope)
		width := rapid.IntRange(0, 120).Draw(t, "width")
		text, err := Write(e, width)
		var u *Unsayable
		if errors.As(err, &u) {
			if _, err := Write(u.Atom, 0); err == nil || u.Reason == "" {
				t.Fatalf("%s is refused, and by itself is not", ir.Text(u.Atom))
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		written++
		if strings.Contains(text, "\n") {
			broken++
		}
		back, l := compiled(scope, text, nil)
		if back == nil {
			t.Fatalf("%s\nis written\n%s\nwhich doesn't compile: %s", ir.Text(e), text, show(l))
		}
		if !ir.Equal(e, back) {
			t.Fatalf("%s\nis written\n%s\nwhich is\n%s", ir.Text(e), text, ir.Text(back))
		}
	})
	if written < 40 || broken == 0 {
		t.Errorf("only %d expressions were written, %d of them on several lines", written, broken)
	}
}

func compiled(s *Scope, text string, lets []Let) (ir.Expr, diag.List) {
	var l diag.List
	e, ok := s.Compile(source.Literal(source.NewFile("c", text), 0, text), lets, &l)
	if !ok {
		return nil, l
	}
	return e, l
}

// The same over fields of any type: a number stays one beside them.
func TestWrittenOfAnyCompilesBack(t *testing.T) {
	plain := writable()
	scope := scopeOf(plain, 1)
	fields := ofAny(plain, scope)
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		e := sameTables(readable(irtest.Expr(fields).Draw(t, "expression"), scope), scope)
		text, err := Write(e, 80)
		if err != nil {
			return
		}
		written++
		back, l := compiled(scope, text, nil)
		if back == nil || !ir.Equal(e, back) {
			t.Fatalf("%s\nis written\n%s\n%s", ir.Text(e), text, show(l))
		}
	})
	if written < 40 {
		t.Errorf("only %d expressions were written", written)
	}
}

// The same for lets: each compiles with those before it, and the whole is the same.
func TestWrittenLetsCompileBack(t *testing.T) {
	fields := writable()
	scope := scopeOf(fields, 1)
	taken := func(n string) bool { return scope.field(n) || scope.head(n) }
	withLets := 0
	rapid.Check(t, func(t *rapid.T) {
		e := sameTables(irtest.Expr(fields).Draw(t, "expression"), scope)
		lets, text, err := WriteLets(e, 60, taken)
		if err != nil {
			return
		}
		var known []Let
		for _, w := range lets {
			var l diag.List
			if name := source.Literal(source.NewFile("n", w.Name), 0, w.Name); !scope.CheckLet(name, known, &l) {
				t.Fatalf("a let is named %q: %s", w.Name, show(l))
			}
			if tidyName(w.Name) != w.Name {
				t.Fatalf("a let is named %q", w.Name)
			}
			part, l := compiled(scope, w.Text, known)
			if part == nil {
				t.Fatalf("let %s: %s doesn't compile: %s", w.Name, w.Text, show(l))
			}
			known = append(known, Let{w.Name, part})
		}
		if len(lets) > 1 {
			withLets++
		}
		back, l := compiled(scope, text, known)
		if back == nil || !ir.Equal(e, back) {
			t.Fatalf("%s\nis written\n%v\n%s\n%s", ir.Text(e), lets, text, show(l))
		}
		if used := Uses(back); len(used) != len(known) {
			t.Fatalf("of the lets %v only %v are used", lets, used)
		}
	})
	if withLets == 0 {
		t.Error("no expression had two lets")
	}
}

func TestWriteLooks(t *testing.T) {
	image := ir.Field{Name: "Image"}
	ends := &ir.Match{Field: image, Op: ir.Suffix, Values: []string{`\cmd.exe`, `\powershell.exe`, `\pwsh.exe`}}
	line := ir.Field{Name: "CommandLine"}
	short := &ir.Match{Field: line, Values: []string{" -enc"}}
	number := &ir.Eq{Field: ir.Field{Name: "EventID"}, Values: []ir.Value{ir.StringValue("it's \"4\"\n")}}
	for _, c := range []struct {
		e     ir.Expr
		width int
		want  string
	}{
		{ends, 100, `Image.endsWithAny([r"\cmd.exe", r"\powershell.exe", r"\pwsh.exe"])`},
		{ends, 40, "Image.endsWithAny([\n  r\"\\cmd.exe\", r\"\\powershell.exe\",\n  r\"\\pwsh.exe\"\n])"},
		{&ir.And{Args: []ir.Expr{ends, &ir.Not{Arg: short}}}, 60,
			"Image.endsWithAny([\n  r\"\\cmd.exe\", r\"\\powershell.exe\", r\"\\pwsh.exe\"\n])\n&& !CommandLine.contains(\" -enc\")"},
		{&ir.And{Args: []ir.Expr{short, &ir.Or{Args: []ir.Expr{number, short}}}}, 100,
			`CommandLine.contains(" -enc") && (EventID == "it's \"4\"\n" || CommandLine.contains(" -enc"))`},
		{&ir.And{Args: []ir.Expr{short, &ir.Not{Arg: &ir.Or{Args: []ir.Expr{number, short}}}}}, 40,
			"CommandLine.contains(\" -enc\")\n&& !(\n  EventID == \"it's \\\"4\\\"\\n\"\n  || CommandLine.contains(\" -enc\")\n)"},
		{&ir.Not{Arg: number}, 100, `EventID != "it's \"4\"\n"`},
		{&ir.Not{Arg: ends}, 30, "!Image.endsWithAny([\n  r\"\\cmd.exe\",\n  r\"\\powershell.exe\",\n  r\"\\pwsh.exe\"\n])"},
		{&ir.Not{Arg: &ir.Eq{Field: image, Values: []ir.Value{ir.StringValue("a"), ir.StringValue("b")}}}, 9, "!(Image in [\n  \"a\",\n  \"b\"\n])"},
	} {
		got, err := Write(c.e, c.width)
		if err != nil || got != c.want {
			t.Errorf("%v\n%s\nnot\n%s", err, got, c.want)
		}
	}
}

func TestLetNames(t *testing.T) {
	w := &celWriter{used: map[string]bool{}, taken: func(n string) bool { return n == "user" }}
	for _, c := range [][2]string{
		{"selection", "selection"}, {"selection", "selection_2"}, {"selection_1_img", "selection_img"}, {"filter_main_2", "filter_main_2"},
		{"4688", "selection4688"}, {"Auswahl-Ä", "auswahl_"}, {"user", "user_2"}, {"in", "in_2"}, {"matches", "matches_2"}, {"", "selection_3"},
	} {
		if got := w.letName(c[0]); got != c[1] {
			t.Errorf("%q becomes %q, not %q", c[0], got, c[1])
		}
	}
}

package condition

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A writer writes conditions at random, as text, over a schema of its own; each atom says which construct it is.
type writer struct {
	t      *rapid.T
	fields []Field
	tables []Table
	site   eval.Tables
	used   map[string]bool     // constructs of the text so far
	near   map[string][]string // texts that would make an atom over the field true, so that events can hold them
}

// newWriter draws a schema: fields of every type, alone and in lists, cased and not, dotted, named as words of CEL and
// as names that the elaborated text would like to have.
func newWriter(t *rapid.T) *writer {
	names := rapid.Permutation([]string{"a", "b.c", "b.d", "package", "v", "w", "texts", "function.x", "s1", "s2", "s3", "s4",
		"i1", "i2", "d1", "d2", "f1", "f2", "ip1", "ip2", "t1", "t2", "l1", "l2", "l3", "l4", "l5", "l6", "l7",
		"any1", "any2.x", "any3", "anys1"}).Draw(t, "names")
	w := &writer{t: t, used: map[string]bool{}, near: map[string][]string{}}
	add := func(n int, f ir.Field) {
		for range n {
			f.Name, names = names[0], names[1:]
			w.fields = append(w.fields, Field{Field: f})
		}
	}
	add(4, ir.Field{})
	add(2, ir.Field{Cased: true})
	for typ := ir.Int; typ <= ir.Timestamp; typ++ {
		add(2, ir.Field{Type: typ})
		add(1, ir.Field{Type: typ, List: true})
	}
	add(1, ir.Field{List: true})
	add(1, ir.Field{List: true, Cased: true})
	for i := range 4 {
		add(1, ir.Field{List: i == 3})
		w.fields[len(w.fields)-1].Any = true
	}
	w.fields = append(w.fields, Field{Field: ir.Field{Name: "mode"}, Enum: []string{"stop", "Program", "straße"}})
	w.tables = []Table{{Name: "hosts", Type: ir.IP, Version: 1}, {Name: "names", Type: ir.String, Version: 1}}
	w.site = eval.Tables{"hosts": {}, "names": {}}
	for range w.n(5) {
		w.site["hosts"] = append(w.site["hosts"], w.held(Field{Field: ir.Field{Type: ir.IP}}))
		w.site["names"] = append(w.site["names"], w.held(Field{}))
	}
	return w
}

func (w *writer) scope() *Scope { return NewScope("telemetry x", w.fields, w.tables) }

func (w *writer) n(n int) int { return rapid.IntRange(0, n-1).Draw(w.t, "n") }

func pick[T any](w *writer, of []T) T { return of[w.n(len(of))] }

// What texts are made of: letters that fold, some beyond ASCII, some to another length, some with a twin in ASCII; what
// means something in a glob, a regex or a quoted text.
var pieces = []string{"stop", "STOP", "s", "k", "Kai", "\u212aai", "\u017ftop", "straße", "STRASSE", "ẞ", "Σας", "σ", "é", "É", "İ", "i", "ı",
	"a*b?c", `a\b`, `\`, `\*`, "*", "?", " -enc", "/s", "-s", "a-b", "é-s", "\u2014s", "_-s", "-\u0660", "1", "\"", "'", "\n", " ", ".", "[x]", "💥", "\ufffd", "cmd.exe"}

// text draws a text that is looked for in the field.
func (w *writer) text(f Field) string {
	s := pick(w, pieces)
	if w.n(3) == 0 {
		s += pick(w, pieces)
	}
	w.note(f, s)
	return s
}

func (w *writer) note(f Field, near ...string) { w.near[f.Name] = append(w.near[f.Name], near...) }

// windash draws a text, and notes it with another dash.
func (w *writer) windash(f Field) string {
	s := pick(w, []string{"", "x "}) + pick(w, []string{"-enc", " -enc", "/s", " -s", "a-b -c", "/é -x", "é-s"})
	w.note(f, strings.NewReplacer("-", pick(w, []string{"/", "\u2013", "\u2015", "-"}), "/", "-").Replace(s), s)
	return "windash(" + w.quoted(s) + ")"
}

// encoded draws a text, and notes it in base64.
func (w *writer) encoded(f Field, enc string) string {
	s := pick(w, pieces) + pick(w, pieces)
	for offset := range 3 {
		w.note(f, base64.StdEncoding.EncodeToString([]byte("xyz"[:offset]+s+pick(w, []string{"", "y"}))))
	}
	w.note(f, base64.StdEncoding.EncodeToString([]byte(s)))
	return enc + "(" + w.quoted(s) + ")"
}

func (w *writer) quoted(s string) string {
	if w.n(4) == 0 && !strings.ContainsAny(s, "\"\n") {
		w.used["raw text"] = true
		return `r"` + s + `"`
	}
	return strconv.Quote(s)
}

// list writes one to three elements.
func (w *writer) list(el func() string) string {
	parts := make([]string, 1+w.n(3))
	for i := range parts {
		parts[i] = el()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// value writes a literal that the field can be equal to.
func (w *writer) value(f Field) string {
	switch f.Type {
	case ir.Int:
		return pick(w, []string{"-1", "0", "502", "0x1F6", "9223372036854775807"})
	case ir.Double:
		return pick(w, []string{"-0.0", "0", "2.5", "502", "1e300"})
	case ir.Bool:
		return pick(w, []string{"true", "false"})
	case ir.IP:
		return pick(w, []string{`"10.0.0.1"`, `ip("10.0.0.1")`, `"::ffff:10.0.0.2"`, `"fe80::1"`, `"::1"`})
	case ir.Timestamp:
		return `timestamp("` + pick(w, moments) + `")`
	}
	switch {
	case f.Enum != nil:
		return w.quoted(pick(w, []string{"stop", "STOP", "program", "STRAẞE"}))
	case f.Any && w.n(2) == 0:
		return pick(w, []string{"502", "-1", "0x1F6", "2.5", "1e300", "502.0", "true", "false", `"502"`, `"10.0.0.1"`, `"TRUE"`})
	}
	if w.n(12) == 0 {
		return `""`
	}
	return w.quoted(w.text(f))
}

var moments = []string{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-12-31T23:59:59.999999999Z", "2024-02-29T12:30:00Z", "1969-12-31T23:30:00Z"}

var networks = []string{"10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "::/0", "fe80::/10", "::ffff:10.0.0.0/104", "::1/128"}

// regexes have each a text that matches.
var regexes = [][2]string{{"stop", "xstopx"}, {"(?i)STOP", "Stop"}, {"^s", "s "}, {"[^a]$", "ab"}, {".", "x"}, {`a\*b`, "a*b"}, {"(?i)é", "É"},
	{"(?s)^.+$", "a\nb"}, {"(?m)^ ?$", "a\n \nb"}, {"^$", ""}, {"[*?]", "*"}, {"(?:a|b)+c", "abac"}, {"(?i)k", "\u212a"}}

// of draws a field.
func (w *writer) of(ok func(Field) bool) Field {
	var fit []Field
	for _, f := range w.fields {
		if ok(f) {
			fit = append(fit, f)
		}
	}
	return pick(w, fit)
}

func isText(f Field) bool { return f.Type == ir.String && f.Enum == nil }

// A form writes an atom about a value of the field, which of calls for.
type form struct {
	name string
	of   func(Field) bool
	text func(w *writer, f Field, v string) string
}

func any1(Field) bool { return true }

func ordered(f Field) bool {
	return f.Type == ir.Int || f.Type == ir.Double || f.Type == ir.Timestamp
}

func typed(t ir.Type) func(Field) bool { return func(f Field) bool { return f.Type == t } }

// forms are those that also stand in exists(x, …), where v is x.
var forms = func() []form {
	out := append(slices.Clone(anyForms), []form{
		{"==", any1, func(w *writer, f Field, v string) string { return v + " == " + w.value(f) }},
		{"== turned", any1, func(w *writer, f Field, v string) string { return w.value(f) + " == " + v }},
		{"in list", any1, func(w *writer, f Field, v string) string {
			return v + " in " + w.list(func() string { return w.value(f) })
		}},
		{"bool", typed(ir.Bool), func(_ *writer, _ Field, v string) string { return v }},
		{"inCidr", typed(ir.IP), func(w *writer, _ Field, v string) string {
			return v + `.inCidr("` + pick(w, networks) + `")`
		}},
		{"inCidr list", typed(ir.IP), func(w *writer, _ Field, v string) string {
			return v + `.inCidr(` + w.list(func() string { return `"` + pick(w, networks) + `"` }) + `)`
		}},
		{"in context ip", typed(ir.IP), func(_ *writer, _ Field, v string) string { return v + " in context.hosts" }},
		{"in context string", isText, func(w *writer, f Field, v string) string {
			for _, name := range w.site["names"] {
				w.note(f, name.Str)
			}
			return v + " in context.names"
		}},
		{"matches", isText, func(w *writer, f Field, v string) string {
			re := pick(w, regexes)
			w.note(f, re[1])
			return v + ".matches(" + w.quoted(re[0]) + ")"
		}},
		{"like", isText, func(w *writer, f Field, v string) string { return v + ".like(" + w.quoted(w.glob(f)) + ")" }},
	}...)
	for _, op := range []string{"<", "<=", ">", ">="} {
		out = append(out, form{op, ordered, func(w *writer, f Field, v string) string { return v + " " + op + " " + w.value(f) }},
			form{op + " turned", ordered, func(w *writer, f Field, v string) string { return w.value(f) + " " + op + " " + v }})
	}
	for _, op := range []string{"contains", "startsWith", "endsWith"} {
		el := func(w *writer, f Field) string { return w.quoted(w.text(f)) }
		out = append(out,
			form{op, isText, func(w *writer, f Field, v string) string { return v + "." + op + "(" + el(w, f) + ")" }},
			form{op + "Any", isText, func(w *writer, f Field, v string) string {
				return v + "." + op + "Any(" + w.list(func() string { return el(w, f) }) + ")"
			}},
			form{op + " windash", isText, func(w *writer, f Field, v string) string { return v + "." + op + "(" + w.windash(f) + ")" }},
			form{op + "Any windash", isText, func(w *writer, f Field, v string) string {
				return v + "." + op + "Any(" + w.list(func() string { return w.windash(f) }) + ")"
			}})
	}
	for _, enc := range []string{"base64", "base64offset"} {
		out = append(out, form{enc, isText, func(w *writer, f Field, v string) string { return v + ".contains(" + w.encoded(f, enc) + ")" }})
	}
	for name, p := range timeParts {
		value := func(w *writer) string {
			if p.unit == ir.Year {
				return pick(w, []string{"2026", "2024", "1969"})
			}
			return fmt.Sprint(pick(w, []int{p.min, p.max, min(p.min+1, p.max), 12, 30 % (p.max + 1)}) % (p.max + 1))
		}
		fit := func(w *writer) string {
			for {
				if v := value(w); v != "0" || p.min == 0 {
					return v
				}
			}
		}
		out = append(out,
			form{name, typed(ir.Timestamp), func(w *writer, _ Field, v string) string { return v + "." + name + "() == " + fit(w) }},
			form{name + " in", typed(ir.Timestamp), func(w *writer, _ Field, v string) string {
				return v + "." + name + "() in " + w.list(func() string { return fit(w) })
			}})
	}
	return out
}()

// glob writes a pattern that like() takes: every backslash before one of *, ? and \, and not only stars. It notes a text
// that it takes.
func (w *writer) glob(f Field) string {
	var pattern, near strings.Builder
	sign := func(of ...[2]string) {
		s := pick(w, of)
		pattern.WriteString(s[0])
		near.WriteString(s[1])
	}
	for range 1 + w.n(3) {
		sign([2]string{"*", "xyz"}, [2]string{"*", ""}, [2]string{"?", "ß"}, [2]string{"", ""}, [2]string{`\*`, "*"}, [2]string{`\\`, `\`},
			[2]string{`\?`, "?"}, [2]string{"**", "a"}, [2]string{"*?", "\n"})
		s := pick(w, pieces)
		sign([2]string{strings.NewReplacer(`\`, `\\`).Replace(s), s})
	}
	sign([2]string{"*", ""}, [2]string{"", ""}, [2]string{"?", "x"})
	w.note(f, near.String())
	if strings.Trim(pattern.String(), "*") == "" {
		return pattern.String() + "?"
	}
	return pattern.String()
}

// special are the atoms that no exists(x, …) holds.
var special = map[string]func(w *writer) string{
	"has": func(w *writer) string { return "has(" + w.of(any1).Name + ")" },
	"!=":  func(w *writer) string { f := w.single(any1); return f.Name + " != " + w.value(f) },
	"keyword": func(w *writer) string {
		return "keyword(" + w.quoted(w.text(w.of(isText))) + ")"
	},
	"keyword list": func(w *writer) string {
		return "keyword(" + w.list(func() string { return w.quoted(w.text(w.of(isText))) }) + ")"
	},
	"in field": func(w *writer) string {
		f := w.of(func(f Field) bool { return f.List })
		return w.value(f) + " in " + f.Name
	},
	"any == field": func(w *writer) string {
		return w.single(isAny).Name + " == " + w.single(func(f Field) bool { return !f.Any && !f.Cased }).Name
	},
	"field == any": func(w *writer) string {
		return w.single(func(f Field) bool { return !f.Any && !f.Cased }).Name + " == " + w.single(isAny).Name
	},
	"field == field": func(w *writer) string { a, b := w.two(); return a + " == " + b },
	"field != field": func(w *writer) string { a, b := w.two(); return a + " != " + b },
	"mixed encodings": func(w *writer) string {
		f := w.single(isText)
		return f.Name + ".containsAny([" + w.windash(f) + ", " + w.quoted(w.text(f)) + ", " + w.encoded(f, "base64offset") + "])"
	},
	"literals": func(w *writer) string {
		return pick(w, []string{`1 < 2`, `2.5 >= 3.0`, `"a" == "b"`, `ip("10.0.0.1") == ip("::ffff:10.0.0.1")`, `true`, `false`, `1 != 1`,
			`timestamp("2026-01-01T00:00:00Z") < timestamp("2026-01-01T00:00:00.5Z")`})
	},
}

func (w *writer) single(ok func(Field) bool) Field {
	return w.of(func(f Field) bool { return !f.List && ok(f) })
}

// two draws two fields that compare.
func (w *writer) two() (string, string) {
	f := w.single(isText)
	if w.n(2) == 0 {
		f = w.single(func(f Field) bool { return f.Type != ir.String })
	}
	g := w.single(func(g Field) bool { return g.Type == f.Type && g.Cased == f.Cased && g.Name != f.Name })
	if f.Type == ir.String && !f.Cased { // texts of which one folds to the other, and not the other way round
		for _, field := range []Field{f, g} {
			w.note(field, "kai", "\u212aai", "KAI", "stop", "\u017ftop")
		}
	}
	return f.Name, g.Name
}

// constructs are all that an atom can be.
var constructs = func() []string {
	out := sorted(special)
	for _, f := range forms {
		out = append(out, f.name, "exists "+f.name)
	}
	return out
}()

// some draws every nth construct. What rapid draws from a long list is mostly the head of it, so that one by one the
// others would seldom come.
func (w *writer) some(n int) (out []string) {
	for i := w.n(n); i < len(constructs); i += n {
		out = append(out, constructs[i])
	}
	return out
}

// atom writes an atom of a construct.
func (w *writer) atom(construct string) string {
	if write := special[construct]; write != nil {
		return write(w)
	}
	name, inExists := strings.CutPrefix(construct, "exists ")
	f := forms[slices.IndexFunc(forms, func(f form) bool { return f.name == name })]
	if !inExists {
		field := w.single(f.of)
		return f.text(w, field, field.Name)
	}
	field := w.of(func(x Field) bool { return x.List && f.of(x) })
	x := pick(w, []string{"x", "y", "v1", "value"})
	return field.Name + ".exists(" + x + ", " + f.text(w, field, x) + ")"
}

// condition joins atoms; lets are names that it may use.
func (w *writer) condition(atoms, lets []string, depth int) string {
	sub := func() string { return w.condition(atoms, lets, depth-1) }
	if depth == 0 || w.n(5) == 0 {
		if len(lets) > 0 && w.n(3) == 0 {
			w.used["let"] = true
			return pick(w, lets)
		}
		return "(" + pick(w, atoms) + ")"
	}
	switch w.n(4) {
	case 0:
		w.used["!"] = true
		return "!(" + sub() + ")"
	case 1:
		w.used["?:"] = true
		return "(" + sub() + " ? " + sub() + " : " + sub() + ")"
	case 2:
		w.used["&&"] = true
		return "(" + sub() + " && " + sub() + ")"
	}
	w.used["||"] = true
	return "(" + sub() + " || " + sub() + ")"
}

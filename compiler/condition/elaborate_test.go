package condition

import (
	"slices"
	"strings"
	"testing"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// record is an event: a field without values is present and can't be read.
type record map[string][]ir.Value

// Get reads a text as what is asked for where that is no text: as a log does with a field of any type.
func (r record) Get(f ir.Field) ([]ir.Value, bool) {
	held, ok := r[f.Name]
	values := slices.Clone(held)
	for i, v := range values {
		if v.Type == ir.String && f.Type != ir.String {
			values[i], _ = ir.ParseValue(f, v.Str, true)
		}
	}
	return values, ok
}

func (r record) Texts(f func(string) bool) bool {
	for _, values := range r {
		for _, v := range values {
			if f(v.Text()) {
				return true
			}
		}
	}
	return false
}

func literal(text string) source.Text {
	return source.Literal(source.NewFile("c", text), 0, text)
}

// opinions are a condition as eval judges it, as it was lowered and in its normal form, and as cel-go does.
type opinions struct {
	lowered, normal ir.Expr
	cel             *Program
}

func elaborated(t interface{ Fatalf(string, ...any) }, s *Scope, cond string, written ...LetText) opinions {
	var lets []Let
	for _, w := range written {
		e, ok, l := compile(s, w.Text.Value, lets...)
		if !ok {
			t.Fatalf("%s", show(l))
		}
		lets = append(lets, Let{w.Name, e})
	}
	e, ok, l := compile(s, cond, lets...)
	if !ok {
		t.Fatalf("%s", show(l))
	}
	p, err := s.Elaborate(literal(cond), written)
	if err != nil {
		t.Fatalf("%s: %v", cond, err)
	}
	return opinions{e, ir.Normalize(e), p}
}

// judge gives the verdict, which all must share.
func (o opinions) judge(t interface{ Fatalf(string, ...any) }, ev record, tables eval.Tables) bool {
	cel, err := o.cel.Match(ev, tables)
	if err != nil {
		t.Fatalf("%s of %v: %v", o.cel, ev, err)
	}
	if low, norm := eval.Match(o.lowered, ev, tables), eval.Match(o.normal, ev, tables); low != cel || norm != cel {
		t.Fatalf("of %v\ncel-go says %t of %s\neval says %t of %s\nand %t of %s", ev, cel, o.cel, low, ir.Text(o.lowered), norm, ir.Text(o.normal))
	}
	return cel
}

// meanings has each form of an atom, and for its field a text of which it is true and one of which it is false.
var meanings = []struct{ cond, field, yes, no string }{
	{`new_mode == "stop"`, "new_mode", "STOP", "run"},
	{`"stop" == new_mode`, "new_mode", "Stop", ""},
	{`new_mode in ["run", "stop"]`, "new_mode", "RUN", "monitor"},
	{`user == "kai"`, "user", "KAI", "\u212aai"}, // the Kelvin sign is no k of an ASCII text
	{`user == "größe"`, "user", "GRÖẞE", "grosse"},
	{`user == ""`, "user", "", " "},
	{`path == "/bin/sh"`, "path", "/bin/sh", "/BIN/sh"},
	{`"/bin/sh" == path`, "path", "/bin/sh", "/bin/sh "},
	{`path in ["/a", "/b"]`, "path", "/b", "/B"},
	{`package == "com.example"`, "package", "Com.Example", "com-example"},
	{`asset.id == "plc-7"`, "asset.id", "PLC-7", "plc-8"},
	{`user.contains("x")`, "user", "aXb", "ab"},
	{`user.startsWith("ab")`, "user", "ABc", "cab"},
	{`user.endsWith("ab")`, "user", "cAB", "abc"},
	{`user.containsAny(["x", "y"])`, "user", "aYb", "ab"},
	{`user.startsWithAny(["x", "y"])`, "user", "yb", "ay"},
	{`user.endsWithAny(["x", "y"])`, "user", "ay", "ya"},
	{`path.contains("/Tmp")`, "path", "/a/Tmp", "/a/tmp"},
	{`path.startsWith("/Tmp")`, "path", "/Tmp/a", "/tmp/a"},
	{`path.endsWithAny(["/A", "/B"])`, "path", "/x/B", "/x/b"},
	{`user.like("a*b?c")`, "user", "A--bxC", "abc"},
	{`user.like(r"C:\\*\*")`, "user", `c:\x*`, `c:\x`},
	{`path.like("*.EXE")`, "path", "a.EXE", "a.exe"},
	{`user.matches("^a.*b$")`, "user", "a1b", "A1b"},
	{`user.matches("(?i)^a.*b$")`, "user", "A1B", "a1"},
	{`user.contains(windash(" -enc"))`, "user", "x \u2014ENC", "x enc"},
	{`user.startsWith(windash("/s"))`, "user", "-s 1", "s"},
	{`user.endsWith(windash(" -s"))`, "user", "a /S", "a -s "},
	{`path.contains(windash(" -enc"))`, "path", "x \u2013enc", "x -ENC"},
	{`user.contains(base64("cmd"))`, "user", "Y21k", "cmd"},
	{`path.contains(base64offset("cmd.exe"))`, "path", "AGNtZC5leGU=", "agntzc5legu="},
	{`user.containsAny([base64offset("cmd.exe"), windash("-q"), "z"])`, "user", "x /q", "x q"},
	{`src_ip == "10.0.0.1"`, "src_ip", "::ffff:10.0.0.1", "10.0.0.2"},
	{`"10.0.0.1" == src_ip`, "src_ip", "10.0.0.1", "::1"},
	{`src_ip in ["10.0.0.1", ip("fe80::1")]`, "src_ip", "fe80::1", "fe80::2"},
	{`src_ip.inCidr("10.0.0.0/8")`, "src_ip", "::ffff:10.255.255.255", "11.0.0.0"},
	{`src_ip.inCidr(["::ffff:10.1.0.0/112", "fe80::/10"])`, "src_ip", "10.1.2.3", "10.2.0.0"},
	{`src_ip.inCidr("::/0")`, "src_ip", "::1", "10.0.0.1"},
	{`port == 502`, "port", "502", "503"},
	{`port in [502, -1]`, "port", "-1", "1"},
	{`port < 5`, "port", "4", "5"},
	{`port <= 5`, "port", "5", "6"},
	{`port > 5`, "port", "6", "5"},
	{`port >= 5`, "port", "5", "4"},
	{`5 > port`, "port", "4", "5"},
	{`5 <= port`, "port", "5", "4"},
	{`score > 5`, "score", "5.5", "5"},
	{`score in [0, 2.5]`, "score", "-0", "2"},
	{`7.5 >= score`, "score", "7.5", "7.6"},
	{`rooted`, "rooted", "true", "false"},
	{`rooted == true`, "rooted", "true", "false"},
	{`rooted == false`, "rooted", "false", "true"},
	{`ts >= timestamp("2026-01-01T00:00:00Z")`, "ts", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999999999Z"},
	{`timestamp("2026-01-01T01:00:00+01:00") > ts`, "ts", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"},
	{`ts == timestamp("2026-01-01T00:00:00.5Z")`, "ts", "2026-01-01T01:00:00.5+01:00", "2026-01-01T00:00:00Z"},
	{`ts in [timestamp("2026-01-01T00:00:00Z")]`, "ts", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
	{`ts.getMinutes() in [0, 30]`, "ts", "2026-01-01T00:30:00Z", "2026-01-01T00:31:00Z"},
	{`ts.getHours() == 23`, "ts", "2026-01-01T00:00:00+01:00", "2026-01-01T22:59:59Z"},
	{`ts.getDate() == 1`, "ts", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
	{`ts.getDayOfMonth() == 0`, "ts", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
	{`ts.getMonth() == 0`, "ts", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
	{`2026 == ts.getFullYear()`, "ts", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
	{`old_mode == user`, "old_mode", "ENG", "eng "}, // the user of these events is eng
	{`user == old_mode`, "old_mode", "Eng", ""},
	{`src_ip in context.engineering_hosts`, "src_ip", "10.0.0.9", "10.0.0.8"},
	{`old_mode in context.operators`, "old_mode", "SHIFT-A", "shift-b"},
	{`path in context.operators`, "path", "Shift-A", "shift-a"},
	{`"v" in tags`, "tags", "V", "vv"},
	{`"10.0.0.1" in addresses`, "addresses", "10.0.0.1", "10.0.0.2"},
	{`tags.exists(x, x == "v")`, "tags", "V", "vv"},
	{`tags.exists(x, x.contains("v"))`, "tags", "aV", "a"},
	{`tags.exists(v, "v" == v)`, "tags", "V", "vv"},
	{`tags.exists(x, x in ["a", "b"])`, "tags", "B", "c"},
	{`addresses.exists(x, x.inCidr("10.0.0.0/8"))`, "addresses", "10.1.1.1", "::1"},
	{`addresses.exists(x, x in context.engineering_hosts)`, "addresses", "10.0.0.9", "::1"},
	{`keyword("needle")`, "old_mode", "a NEEDLE b", "nee dle"},
	{`keyword(["y", "needle"])`, "command_line", "a NEEDLE b", "nee dle"},
}

var siteTables = eval.Tables{
	"engineering_hosts": {parse(ir.IP, "10.0.0.9"), parse(ir.IP, "::ffff:10.0.0.10")},
	"operators":         {ir.StringValue("Shift-A"), ir.StringValue("Müller")},
}

func parse(t ir.Type, text string) ir.Value {
	v, _ := ir.ParseValue(ir.Field{Type: t}, text, true)
	return v
}

// Each form of an atom is asked of a field that has the value, another one, both, none that can be read, no value at
// all, and that is missing; and so is its negation. All opinions must say what the language does.
func TestMeanings(t *testing.T) {
	s := plc()
	for _, m := range meanings {
		atom, not := elaborated(t, s, m.cond), elaborated(t, s, "!("+m.cond+")")
		typ := s.fields[m.field].Type
		yes, no := parse(typ, m.yes), parse(typ, m.no)
		other := ir.IntValue(1)
		if typ == ir.Int {
			other = ir.DoubleValue(4) // which CEL would hold against an int
		}
		for name, c := range map[string]struct {
			values []ir.Value
			want   bool
		}{
			"true": {[]ir.Value{yes}, true}, "false": {[]ir.Value{no}, false}, "list": {[]ir.Value{no, yes}, true},
			"false list": {[]ir.Value{no, no}, false}, "empty": {[]ir.Value{}, false}, "unreadable": {[]ir.Value(nil), false},
			"wrong type": {[]ir.Value{other}, false}, "missing": {},
		} {
			ev := record{"user": {ir.StringValue("eng")}}
			if ev[m.field] = c.values; name == "missing" {
				delete(ev, m.field)
			}
			if got := atom.judge(t, ev, siteTables); got != c.want {
				t.Errorf("%s, %s: %t", m.cond, name, got)
			}
			if got := not.judge(t, ev, siteTables); got == c.want {
				t.Errorf("!(%s), %s: %t", m.cond, name, got)
			}
		}
	}
}

// Of two fields each is the text whose letters say how to fold: only what both say is equal.
func TestFieldsFold(t *testing.T) {
	o := elaborated(t, plc(), `user == old_mode`)
	for pair, want := range map[[2]string]bool{{"kai", "KAI"}: true, {"kai", "\u212aai"}: false, {"\u212aai", "kai"}: false, {"\u212aAI", "\u212aai"}: true} {
		if o.judge(t, record{"user": {ir.StringValue(pair[0])}, "old_mode": {ir.StringValue(pair[1])}}, nil) != want {
			t.Error(pair)
		}
	}
}

// Presence doesn't ask for a value that can be read.
func TestPresence(t *testing.T) {
	o := elaborated(t, plc(), `has(asset.id)`)
	for _, ev := range []record{{"asset.id": {ir.StringValue("x")}}, {"asset.id": {}}, {"asset.id": nil}} {
		if !o.judge(t, ev, nil) {
			t.Error(ev)
		}
	}
	for _, ev := range []record{{}, {"asset": {ir.StringValue("x")}}, {"asset.name": {ir.StringValue("x")}}} {
		if o.judge(t, ev, nil) {
			t.Error(ev)
		}
	}
}

// Every row of the language elaborates, and what is printed is CEL that means the same: cel-go parses it again, with
// its own macros, to a tree that is printed alike.
func TestElaboratedText(t *testing.T) {
	s := plc()
	listed := LetText{"listed", literal(`src_ip in context.engineering_hosts`)}
	env, err := sharedMeaning()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range lowered {
		p, err := s.Elaborate(literal(c.cond), []LetText{listed})
		if err != nil {
			t.Errorf("%s: %v", c.cond, err)
			continue
		}
		text := p.main.text
		if strings.Contains(text, "package") {
			continue // a word that cel-go's parser keeps for itself
		}
		again, issues := env.env.Parse(text)
		if issues.Err() != nil {
			t.Errorf("%s\n%s\n%v", c.cond, text, issues.Err())
		} else if got := unparse(t, again); got != text {
			t.Errorf("%s\nprinted as %s\nand then as %s", c.cond, text, got)
		}
	}
}

func TestElaborated(t *testing.T) {
	lets := []LetText{
		{"unused", literal(`rooted`)},
		{"listed", literal(`src_ip in context.engineering_hosts`)},
		{"w", literal(`listed || user == old_mode`)},
	}
	p, err := plc().Elaborate(literal(`new_mode in ["program", "stop"] && has(src_ip) && !w && tags.exists(v, v.contains("x"))`), lets)
	if err != nil {
		t.Fatal(err)
	}
	const want = `listed = atom(src_ip.exists(v, v in context.engineering_hosts))
w = listed || atom(user.exists(v, old_mode.exists(w, v.ieq(w) && w.ieq(v))))
atom(new_mode.exists(v_, v_.iin(["program", "stop"]))) && atom(has(src_ip)) && !w &&
atom(tags.exists(v_, v_.icontains("x")))`
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := plc().Elaborate(literal(`nope == 1`), nil); err == nil || !strings.Contains(err.Error(), "has no field `nope`") {
		t.Error(err)
	}
	if _, err := plc().Elaborate(literal(`a`), []LetText{{"a", literal(`nope`)}}); err == nil || !strings.Contains(err.Error(), "the let a: ") {
		t.Error(err)
	}
}

// Tables that are missing are taken as empty.
func TestMissingTable(t *testing.T) {
	ev := record{"src_ip": {parse(ir.IP, "10.0.0.9")}}
	if o := elaborated(t, plc(), `src_ip in context.engineering_hosts`); o.judge(t, ev, nil) || !o.judge(t, ev, siteTables) {
		t.Error("a table decides")
	}
}

// A row filter's names are the log's, whatever they are called.
func TestElaborateRaw(t *testing.T) {
	s := NewRawScope("the log x", func(name string) ir.Field { return ir.Field{Name: name} })
	ev := record{}
	for _, name := range []string{"_path", "function", "context.kind", "v", "texts", "http.user-agent"} {
		ev[name] = []ir.Value{ir.StringValue("X")}
	}
	o := elaborated(t, s, "_path == 'x' && has(function) && function == 'x' && context.kind == 'x' && v == texts && http.`user-agent` != 'y' && keyword('x')")
	if !o.judge(t, ev, nil) || o.judge(t, record{}, nil) {
		t.Error(o.cel)
	}
}

package condition

import (
	"strings"
	"testing"

	"detc/compiler/ir"
	"detc/compiler/source"
)

var lets = []Let{{"listed", &ir.InSet{Field: ir.Field{Name: "src_ip", Type: ir.IP}, Table: "engineering_hosts", Version: 1}}}

// lowered is the language: what each form of a condition means.
var lowered = []struct{ cond, want string }{
	// Equality.
	{`new_mode == "stop"`, `new_mode = "stop"`},
	{`"stop" == new_mode`, `new_mode = "stop"`},
	{`new_mode in ["run", 'stop']`, `new_mode in {"run", "stop"}`},
	{`new_mode == "STOP"`, `new_mode = "STOP"`}, // the enum folds as the field does
	{`new_mode != "stop"`, `!(new_mode = "stop")`},
	{`!(new_mode in ["stop"])`, `!(new_mode = "stop")`},
	{`path == "/bin/sh"`, `path = "/bin/sh" cased`},
	{`user == ""`, `user = ""`},
	{`package == "com.example"`, `package = "com.example"`}, // one of CEL's reserved words
	{`asset.id == "plc-7"`, `asset.id = "plc-7"`},
	{`asset . id == ("plc-7")`, `asset.id = "plc-7"`},
	{`user == r"CORP\eng" || user == "CORP\\eng"`, `user = "CORP\\eng" | user = "CORP\\eng"`},
	{`user == "caf\u00e9"`, `user = "café"`},
	{`"""a""" == path`, `path = "a" cased`},
	// Places in a text.
	{`user.contains("x") && user.startsWith("a") && user.endsWith("b")`, `user contains "x" & user startswith "a" & user endswith "b"`},
	{`user.containsAny(["a", "b"])`, `user contains {"a", "b"}`},
	{`user.startsWithAny(["a", "b"]) || user.endsWithAny(["a"])`, `user startswith {"a", "b"} | user endswith "a"`},
	{`path.contains("/tmp")`, `path contains "/tmp" cased`},
	{`command_line.like("a*b?c")`, `command_line like "a*b?c"`},
	{`command_line.like(r"C:\\Users\\*\*")`, `command_line like "C:\\\\Users\\\\*\\*"`},
	{`command_line.contains(windash(" -enc"))`, `command_line contains windash " -enc"`},
	{`command_line.endsWith(windash(" -s"))`, `command_line endswith windash " -s"`},
	{`command_line.containsAny([base64offset("x"), base64offset("y"), "z"])`, `command_line contains base64offset {"x", "y"} | command_line contains "z"`},
	{`command_line.contains(base64("x"))`, `command_line contains base64 "x"`},
	{`command_line.contains(base64offset(wide("x")))`, `command_line contains utf16le base64offset "x"`},
	{`command_line.contains(base64(utf16be("x"))) || command_line.contains(utf16("y"))`, `command_line contains utf16be base64 "x" | command_line contains utf16 "y"`},
	{`command_line.like(windash("*-x?"))`, `command_line like windash "*-x?"`},
	{`command_line.matches("(?i)^a.*b$")`, `command_line ~ "(?i)^a.*b$"`},
	{`command_line.matches(r"[^]x]\.\[(?:a|b)")`, `command_line ~ "[^]x]\\.\\[(?:a|b)"`},
	// Addresses: a text beside an ip is one.
	{`src_ip == "10.0.0.1"`, `src_ip = ip(10.0.0.1)`},
	{`src_ip in ["10.0.0.1", ip("::ffff:10.0.0.2")]`, `src_ip in {ip(10.0.0.1), ip(10.0.0.2)}`},
	{`src_ip.inCidr("10.0.0.0/8")`, `src_ip in net 10.0.0.0/8`},
	{`src_ip.inCidr(["10.0.0.0/8", "fe80::/10", "::ffff:10.1.0.0/112"])`, `src_ip in net {10.0.0.0/8, fe80::/10, 10.1.0.0/16}`},
	// Numbers. A literal on the left flips, a whole number beside a double is one.
	{`port < 5 || port <= 5 || port > 5 || port >= 5`, `port < 5 | port <= 5 | port > 5 | port >= 5`},
	{`5 > port || 5 >= port || 5 < port || 5 <= port`, `port < 5 | port <= 5 | port > 5 | port >= 5`},
	{`port in [502, 0x1F6, -1]`, `port in {502, 502, -1}`},
	{`score > 5 && score < 7.5`, `score > 5.0 & score < 7.5`},
	{`rooted`, `rooted = true`},
	{`!rooted || rooted == false`, `!(rooted = true) | rooted = false`},
	// Times, in UTC; CEL counts months and getDayOfMonth from 0, Sigma from 1.
	{`ts >= timestamp("2026-01-01T00:00:00Z")`, `ts >= time(2026-01-01T00:00:00Z)`},
	{`timestamp("2026-01-01T01:00:00+01:00") > ts`, `ts < time(2026-01-01T00:00:00Z)`},
	{`ts.getHours() == 3 && ts.getMinutes() in [0, 30]`, `hour(ts) = 3 & minute(ts) in {0, 30}`},
	{`ts.getMonth() == 0 && ts.getDayOfMonth() == 0 && ts.getDate() == 1`, `month(ts) = 1 & day(ts) = 1 & day(ts) = 1`},
	{`2026 == ts.getFullYear()`, `year(ts) = 2026`},
	// Fields, presence, tables.
	{`user == old_mode`, `user = old_mode`},
	{`port != size_bytes`, `!(port = size_bytes)`},
	{`has(user) && !has(asset.id) && has(tags)`, `exists(user) & !exists(asset.id) & exists(tags)`},
	{`src_ip in context.engineering_hosts`, `src_ip in context engineering_hosts/1`},
	{`user in context.operators`, `user in context operators/2`},
	// Lists are any-of.
	{`"v" in tags`, `tags = "v"`},
	{`"10.0.0.1" in addresses`, `addresses = ip(10.0.0.1)`},
	{`tags.exists(x, x == "v")`, `tags = "v"`},
	{`!tags.exists(tag, tag.contains("v"))`, `!(tags contains "v")`},
	{`tags.exists(x, x in ["a", "b"]) && addresses.exists(x, x.inCidr("10.0.0.0/8"))`, `tags in {"a", "b"} & addresses in net 10.0.0.0/8`},
	{`addresses.exists(a, a in context.engineering_hosts)`, `addresses in context engineering_hosts/1`},
	// Connectives. A run of one is one node, brackets are kept.
	{`rooted && rooted && rooted && rooted && rooted`, `rooted = true & rooted = true & rooted = true & rooted = true & rooted = true`},
	{`rooted && (rooted && rooted)`, `rooted = true & (rooted = true & rooted = true)`},
	{`rooted || rooted && !!rooted`, `rooted = true | rooted = true & rooted = true`},
	{`rooted ? user == "a" : user == "b"`, `rooted = true & user = "a" | !(rooted = true) & user = "b"`},
	{`listed && has(src_ip)`, `listed: src_ip in context engineering_hosts/1 & exists(src_ip)`},
	{`keyword("x") || keyword(["y", "z"])`, `keyword "x" | keyword {"y", "z"}`},
	{`keyword("a*b") || keywordLike("a*b?c")`, `keyword "a*b" | keyword like "a*b?c"`},
	// What needs no event folds; the caller normalises.
	{`true || 1 < 2 || "a" == "b" || 1.5 >= 2.5`, `true | true | false | false`},
	{"rooted // a comment\n&& rooted", `rooted = true & rooted = true`},
}

func TestLower(t *testing.T) {
	s := plc()
	for _, c := range lowered {
		e, ok, l := compile(s, c.cond, lets...)
		if !ok || l.HasErrors() {
			t.Errorf("%s\n%s", c.cond, show(l))
		} else if got := ir.Text(e); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.cond, got, c.want)
		}
	}
}

// Every node knows the text that it came from.
func TestSpans(t *testing.T) {
	cond := `  !(user == "ü" || "v" in tags) && 5 > port && tags.exists( x, x == "w" ) && listed && src_ip in context.engineering_hosts`
	e, ok, l := compile(plc(), cond, lets...)
	if !ok {
		t.Fatal(show(l))
	}
	var got []string
	var walk func(ir.Expr)
	walk = func(e ir.Expr) {
		got = append(got, e.Where().Text())
		if _, ok := e.(*ir.Named); ok {
			return
		}
		for _, c := range ir.Children(e) {
			walk(c)
		}
	}
	walk(e)
	want := []string{strings.TrimSpace(cond), `!(user == "ü" || "v" in tags)`, `user == "ü" || "v" in tags`, `user == "ü"`, `"v" in tags`,
		`5 > port`, `x == "w"`, `listed`, `src_ip in context.engineering_hosts`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// In a row filter every dotted name is a field of the log, also one that CEL keeps for itself.
func TestRawScope(t *testing.T) {
	s := NewRawScope("the log zeek.s7comm", func(name string) ir.Field {
		f := ir.Field{Name: name}
		switch name {
		case "is_orig":
			f.Type = ir.Bool
		case "id.orig_p":
			f.Type = ir.Int
		}
		return f
	})
	for _, c := range []struct{ cond, want string }{
		{`_path == "s7comm" && is_orig`, `_path = "s7comm" & is_orig = true`},
		{`id.orig_p in [102, 502]`, `id.orig_p in {102, 502}`},
		{`function == "Write" && namespace != "kube-system" && var.x == "1"`, `function = "Write" & !(namespace = "kube-system") & var.x = "1"`},
		{`a.b.c.startsWith("x")`, `a.b.c startswith "x"`},
		{"http.`user-agent` == \"x\"", "`http.user-agent` = \"x\""},
		{`context.kind == "x"`, `context.kind = "x"`},
	} {
		e, ok, l := compile(s, c.cond)
		if !ok {
			t.Errorf("%s\n%s", c.cond, show(l))
		} else if got := ir.Text(e); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.cond, got, c.want)
		}
	}
}

// A caret finds its place in every style of YAML scalar, and a fix is written as that style needs it.
func TestPlacesInYAML(t *testing.T) {
	for _, c := range []struct{ name, yaml, want, fixed string }{
		{"plain", `condition: has(user) && new_mdoe == "stop"`, `new_mdoe`, `condition: has(user) && new_mode == "stop"`},
		{"double-quoted", `condition: "user == \"é\\\\\" && port == \"5\""`, `\"5\"`, `condition: "user == \"é\\\\\" && port == 5"`},
		{"double-quoted fix", `condition: "user == 5"`, `5`, `condition: "user == \"5\""`},
		{"single-quoted", `condition: 'user == ''x'' && new_mode == ''stpo'''`, `''stpo''`, `condition: 'user == ''x'' && new_mode == ''stop'''`},
		{"literal", "condition: |-\n  has(user)\n    && // été\n    new_mdoe == \"stop\"", `new_mdoe`, "condition: |-\n  has(user)\n    && // été\n    new_mode == \"stop\""},
		{"folded", "condition: >\n  has(user)\n  && src_ip.inCidr(\n  \"10.0.0.1/8\")\n", `"10.0.0.1/8"`, "condition: >\n  has(user)\n  && src_ip.inCidr(\n  \"10.0.0.0/8\")\n"},
		{"plain over lines", "condition: has(user)\n  &&\n  user = \"x\"\n", `=`, "condition: has(user)\n  &&\n  user == \"x\"\n"},
		{"no fix that is a YAML tag", "condition: user == null", `null`, ""},
	} {
		f := source.NewFile("r.yaml", c.yaml)
		docs, err := source.ParseYAML(f)
		if err != nil {
			t.Fatal(c.name, err)
		}
		var l listOf
		plc().Compile(docs[0].Get("condition").Text, nil, &l.List)
		if len(l.List) != 1 {
			t.Errorf("%s: %d findings\n%s", c.name, len(l.List), show(l.List))
			continue
		}
		if got := l.List[0].Span.Text(); got != c.want {
			t.Errorf("%s: the caret stands under %q, not %q", c.name, got, c.want)
		}
		if fixes := l.List[0].Fixes; len(fixes) == 0 && c.fixed != "" || len(fixes) > 0 && apply(c.yaml, fixes[0]) != c.fixed {
			t.Errorf("%s: fixes to %q, not %q", c.name, apply(c.yaml, fixes[0]), c.fixed)
		}
	}
}

// A text that an alias brings in is shown where it stands, with the alias as a note.
func TestAlias(t *testing.T) {
	docs, err := source.ParseYAML(source.NewFile("r.yaml", "a: &c nope == 1\ncondition: *c\n"))
	if err != nil {
		t.Fatal(err)
	}
	var l listOf
	plc().Compile(docs[0].Get("condition").Text, nil, &l.List)
	if len(l.List) != 1 || l.List[0].Span.Text() != "nope" || len(l.List[0].Notes) != 1 || l.List[0].Notes[0].Span.Text() != "*c" {
		t.Error(show(l.List))
	}
}

// Referring to a let that failed is silent: its own finding is enough.
func TestFailedLet(t *testing.T) {
	e, ok, l := compile(plc(), `broken && has(user)`, Let{Name: "broken"})
	if ok || e != nil || len(l) > 0 {
		t.Errorf("%v %t %s", e, ok, show(l))
	}
}

func TestUses(t *testing.T) {
	s := plc()
	a, _, _ := compile(s, `rooted`)
	b, _, _ := compile(s, `a && has(user)`, Let{"a", a})
	e, _, _ := compile(s, `b || b`, Let{"a", a}, Let{"b", b})
	if got := strings.Join(Uses(e), " "); got != "b a" {
		t.Error(got)
	}
	if Uses(nil) != nil {
		t.Error("nothing uses nothing")
	}
}

func TestCheckLet(t *testing.T) {
	for name, want := range map[string]string{
		"listed": "", "two words": "can't be the name of a let", "in": "can't be the name", "true": "can't be the name", "package": "can't be",
		"user": "is a field of telemetry ot.mode_change", "asset": "begin with `asset.`", "context": "the tables are", "has": "is a function",
		"twice": "stands above already", "": "can't be the name",
	} {
		var l listOf
		ok := plc().CheckLet(source.Literal(source.NewFile("c", name), 0, name), []Let{{Name: "twice"}}, &l.List)
		if ok != (want == "") || want != "" && (len(l.List) != 1 || !strings.Contains(l.List[0].Message, want)) {
			t.Errorf("%q: %t %s", name, ok, show(l.List))
		}
	}
}

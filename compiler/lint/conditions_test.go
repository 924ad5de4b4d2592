package lint

import (
	"testing"

	"detc/compiler/diag"
)

func TestConstantClause(t *testing.T) {
	looks(t, constantClause, []look{
		{`mode == "stop" && (user == "x" || true)`, `user == "x" || true`, ""},
		{`mode == "stop" && (user == "a" && user == "b" || port == 1)`, `user == "b"`, ""},
		{`has(user) && (user != "a" || user != "b")`, `user != "b"`, ""},
		{`has(user) && (user != "a" || user != "A")`, "", ""}, // one value, but for case
		{`has(path) && (path != "a" || path != "A")`, `path != "A"`, ""},
		{`user in ["a", "b"] && user in ["b", "c"]`, "", ""},
		{`"a" in tags && "b" in tags`, "", ""}, // a list has both
		{`user == "a" && (port == 1 || !(port == 1))`, `!(port == 1)`, ""},
		{`port == 1 || port != 1`, `port != 1`, ""},
		{`port == 1 || user == "a"`, "", ""},
		{"let:\n  always: user == \"x\" || true\ncondition: always && mode == \"stop\"\n", `user == "x" || true`, ""},
	})
}

func TestRepeatedClause(t *testing.T) {
	looks(t, repeatedClause, []look{
		{`has(mode) && mode == "stop"`, `has(mode)`, `mode == "stop"`},
		{`mode == "stop" && has(mode)`, `has(mode)`, `mode == "stop"`},
		{`has(mode) && mode != "stop"`, "", ""},
		{`user == "a" && user == "A"`, `user == "A"`, `user == "a"`},
		{`user == "a" && port == 1 && user in ["a", "b"]`, `user in ["a", "b"]`, `user == "a" && port == 1`},
		{`user == "a" || user in ["a", "b"]`, `user == "a"`, `user in ["a", "b"]`},
		{`(user == "a") && user in ["a", "b"]`, `user in ["a", "b"]`, ""}, // a bracket is in the way of the fix
		{`user.startsWith("abc") && user.contains("ab")`, `user.contains("ab")`, `user.startsWith("abc")`},
		{`user.startsWith("abc") && user.contains("bd")`, "", ""},
		{`user.contains("abc") && user.startsWith("ab")`, "", ""},
		{`user == "abc" && user.endsWith("BC")`, `user.endsWith("BC")`, `user == "abc"`},
		{`path == "abc" && path.endsWith("BC")`, "", ""},
		{`port > 5 && port > 3`, `port > 3`, `port > 5`},
		{`port > 5 && port >= 5`, `port >= 5`, `port > 5`},
		{`port >= 5 && port > 5`, `port >= 5`, `port > 5`},
		{`port > 5 && port < 9`, "", ""},
		{`src_ip.inCidr("10.1.0.0/16") && src_ip.inCidr("10.0.0.0/8")`, `src_ip.inCidr("10.0.0.0/8")`, `src_ip.inCidr("10.1.0.0/16")`},
		{`user == "a" && (user == "a" || port == 1)`, `user == "a" || port == 1`, ""},
		{`has(user) ? user == "a" : port == 1`, "", ""},
		{`user == "a" && port == 1 || user == "a" && port == 2`, "", ""},
	})
	for text, want := range map[string]string{
		"let:\n  a: user == \"x\"\n  b: user in [\"x\", \"y\"]\ncondition: a && b\n":            "b",
		"let:\n  a: user == \"x\" && user in [\"x\", \"y\"]\ncondition: a && port == 1\n":       `user in ["x", "y"]`,
		"condition: \"mode == 'stop' && (has(user) ? user == 'a' && has(user) : port == 1)\"\n": "has(user)",
		"condition: user == \"a\" || user == \"a\" && port == 2\n":                              `user == "a" && port == 2`,
	} {
		var l diag.List
		repeatedClause(rule(t, text, "log.all"), &l)
		if got := places(l); got != want {
			t.Errorf("%s\nfinds %q, not %q", text, got, want)
		}
	}
}

// What would come first after the fix must not be a sign of YAML's.
func TestRepeatedClauseKeepsYAML(t *testing.T) {
	for text, want := range map[string]string{
		"condition: user in [\"a\", \"b\"] && user == \"a\"\n": "name: rule\ncondition: user == \"a\"\n",
		"condition: has(blocked) && !(!blocked)\n":             "name: rule\ncondition: has(blocked) && !(!blocked)\n",
	} {
		var l diag.List
		r := rule(t, text, "log.all")
		repeatedClause(r, &l)
		if after, _ := diag.Apply(r.File.Text, diag.Fixes(l, false)["rule.yaml"]); after != want {
			t.Errorf("%q", after)
		}
	}
}

func TestPlainRegex(t *testing.T) {
	looks(t, plainRegex, []look{
		{`path.matches("^/opt/plc/")`, `path.matches("^/opt/plc/")`, `path.startsWith("/opt/plc/")`},
		{`path.matches(r"^/opt/")`, `path.matches(r"^/opt/")`, `path.startsWith("/opt/")`},
		{`path.matches("[.]sh$")`, `path.matches("[.]sh$")`, `path.endsWith(".sh")`},
		{`path.matches("plc")`, `path.matches("plc")`, `path.contains("plc")`},
		{`path.matches(".*plc.*")`, `path.matches(".*plc.*")`, `path.contains("plc")`},
		{`path.matches("^plc$")`, `path.matches("^plc$")`, `path == "plc"`},
		{`path.matches("^(a1|b2)$")`, `path.matches("^(a1|b2)$")`, `path in ["a1", "b2"]`},
		{`path.matches("foo|far")`, `path.matches("foo|far")`, `path.containsAny(["foo", "far"])`},
		{`user.matches("plc")`, `user.matches("plc")`, `!user.contains("plc")`},            // it minds case, contains doesn't
		{`user.matches("(?i)plc")`, `user.matches("(?i)plc")`, `user.contains("plc")`},     // nor does this
		{`user.matches("(?i)risk")`, `user.matches("(?i)risk")`, `!user.contains("risk")`}, // but RE2 takes ſ for s
		{`user.matches("47.*")`, `user.matches("47.*")`, `user.contains("47")`},
		{`path.matches("^a.*b$")`, "", ""},
		{`path.matches("^.*plc")`, "", ""}, // in the first line only
		{`path.matches("plc[0-9]")`, "", ""},
		{`path.matches("a+")`, "", ""},
		{`path.matches("(?m)^plc")`, "", ""},
		{`tags.exists(t, t.matches("47"))`, `t.matches("47")`, `tags.exists(t, t.contains("47"))`},
	})
}

func TestShortContains(t *testing.T) {
	looks(t, shortContains, []look{
		{`user.contains("x")`, `user.contains("x")`, ""},
		{`user.contains("é")`, `user.contains("é")`, ""},
		{`user.containsAny(["abc", "x"])`, `user.containsAny(["abc", "x"])`, ""},
		{`user.contains("xy") && user.startsWith("x")`, "", ""},
	})
}

func TestUnusedLet(t *testing.T) {
	looks(t, unusedLet, []look{
		{"let:\n  a: user == \"x\"\n  b: a\ncondition: b\n", "", ""},
		{"let:\n  a: user == \"x\"\ncondition: port == 1\n", "a", ""},
		{"let: {a: user == \"x\", b: port == 1}\ncondition: b\n", "a", ""},
	})
	r := rule(t, "let:\n  a: user == \"x\"\n  b: port == 1\ncondition: b\n")
	var l diag.List
	unusedLet(r, &l)
	after, _ := diag.Apply(r.File.Text, diag.Fixes(l, true)["rule.yaml"])
	if want := "name: rule\nlet:\n  b: port == 1\ncondition: b\n"; after != want || len(diag.Fixes(l, false)) > 0 {
		t.Errorf("%q", after)
	}
}

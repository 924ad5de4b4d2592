package lint

import (
	"testing"

	"detc/compiler/diag"
)

func TestNegatedOptional(t *testing.T) {
	looks(t, negatedOptional, []look{
		{`mode == "stop" && !(src_ip in context.hosts)`, `!(src_ip in context.hosts)`, `!mode == "stop" && has(src_ip) && !(src_ip in context.hosts)`},
		{`has(src_ip) && !(src_ip in context.hosts)`, "", ""},
		{`src_ip.inCidr("10.0.0.0/8") && !(src_ip in context.hosts)`, "", ""}, // an address in the network is there
		{`mode != "stop"`, `mode != "stop"`, ""},
		{`user == "x" || mode != "stop"`, `mode != "stop"`, ""},
		{`!has(mode) || mode != "stop"`, "", ""},                           // the author thought of it
		{`has(mode) || mode != "stop"`, `mode != "stop"`, ""},              // has() beside it, and no guard
		{`!(has(user) && user == "x")`, "", ""},                            // as if !has(user) || user != "x"
		{`!(user == "x" && port == 1)`, `!(user == "x" && port == 1)`, ""}, // one finding for both fields
		{`has(user) && has(port) && !(user == "x" || port == 1)`, "", ""},
		{`(has(user) || has(port)) && user != "x"`, `user != "x"`, ""},
		{`(has(user) && port == 1 || user == "y") && user != "x"`, "", ""}, // each way the user is there
		{`!blocked && mode == "stop"`, `!blocked`, `!has(blocked) && !blocked && mode == "stop"`},
		{`blocked == false`, "", ""},
		{`!has(user)`, "", ""},
		{`!!(mode == "stop")`, "", ""},
		{`mode == "stop" ? user == "x" : port == 1`, "", ""},
		{`!("x" in tags)`, `!("x" in tags)`, `!has(tags) && !("x" in tags)`},
	})
	for text, want := range map[string]string{
		"let:\n  listed: src_ip in context.hosts\ncondition: mode == \"stop\" && !listed\n":                     "!listed",
		"let:\n  listed: src_ip in context.hosts\ncondition: has(src_ip) && !listed\n":                          "",
		"let:\n  unlisted: \"!(src_ip in context.hosts)\"\ncondition: has(src_ip) && unlisted\n":                "",
		"let:\n  unlisted: \"!(src_ip in context.hosts)\"\ncondition: unlisted && mode == \"stop\"\n":           "!(src_ip in context.hosts)",
		"let:\n  there: has(src_ip)\n  listed: there && src_ip in context.hosts\ncondition: there && !listed\n": "",
	} {
		var l diag.List
		negatedOptional(rule(t, text, "log.all"), &l)
		if got := places(l); got != want {
			t.Errorf("%s\nfinds %q, not %q", text, got, want)
		}
	}
}

// A field that every log of the rule has throughout can't be missing.
func TestNegatedOptionalKnowsConstants(t *testing.T) {
	for _, c := range []struct {
		sources []string
		want    string
	}{
		{[]string{"report.daily"}, ""},
		{[]string{"log.all", "report.daily"}, `area != "office"`},
		{nil, `area != "office"`},
	} {
		var l diag.List
		negatedOptional(rule(t, `condition: area != "office"`, c.sources...), &l)
		if got := places(l); got != c.want {
			t.Errorf("%q on %v, not %q", got, c.sources, c.want)
		}
	}
}

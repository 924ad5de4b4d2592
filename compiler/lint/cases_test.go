package lint

import (
	"strings"
	"testing"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const tested = `condition: mode == "stop" && has(src_ip) && !(src_ip in context.hosts)
tests:
  given: {mode: stop, src_ip: 10.0.0.1}
  cases:
    - {name: match, want: match}
`

func TestCaseCantFail(t *testing.T) {
	for _, c := range []struct {
		cases []string
		finds string
	}{
		{[]string{"{name: run, but: {mode: run}, want: no match}"}, ""},
		{[]string{"{name: logon, given: {user: x}, want: no match}"}, "logon"},
		{[]string{"{name: logon, given: {user: x}, want: match}"}, ""}, // it fails, which is said elsewhere
		{[]string{"{name: bare, but: {mode: null, src_ip: null}, want: no match}"}, ""},
		{[]string{"{name: again, want: match}"}, "again"},
		{[]string{"{name: listed, context: {hosts: [10.0.0.1]}, want: no match}"}, ""},
		{[]string{"{name: same, but: {mode: stop}, want: match}"}, "same"},
		{[]string{"{name: raw, source: log.all, raw: {_path: modes, u: x}, want: no match}"}, "raw"},
		{[]string{"{name: raw, source: log.all, raw: {_path: modes, m: run}, want: no match}"}, ""},
		{[]string{"{name: a, source: log.all, raw: {m: run}, want: no match}", "{name: b, source: log.all, raw: {m: run}, want: no match}"}, "b"},
		{[]string{"{name: a, source: log.all, raw: {m: run}, want: no match}", "{name: b, source: report.daily, raw: {m: run}, want: no match}"}, ""},
		{[]string{"{name: a, source: log.all, raw: '{', want: no match}"}, ""},
		{[]string{"{name: s, source: log.all, sample: {file: f, line: 1, sha256: x}, want: no match}", "{name: u, source: log.all, sample: {file: f, line: 1, sha256: x}, want: no match}"}, "u"},
	} {
		var l diag.List
		caseCantFail(rule(t, tested+"    - "+strings.Join(c.cases, "\n    - ")+"\n", "log.all"), &l)
		if got := places(l); got != c.finds {
			t.Errorf("%v finds %q, not %q", c.cases, got, c.finds)
		}
	}
}

func TestCaseOfKeywordCanFail(t *testing.T) {
	var l diag.List
	caseCantFail(rule(t, strings.Replace(tested, `mode == "stop"`, `keyword("stop")`, 1)+"    - {name: other, given: {user: x}, want: no match}\n"), &l)
	if len(l) > 0 {
		t.Error(said(l))
	}
}

func TestSourceUntested(t *testing.T) {
	for _, c := range []struct {
		more    string
		reached []string // by an event that was written there
		want    string
	}{
		{"", []string{"log.all", "report.daily"}, ""},
		{"", []string{"log.all"}, "no case reaches report.daily"},
		{"", nil, "no case reaches log.all, report.daily"},
		// A case on a sample that is not at hand names its log all the same.
		{"    - {name: r, source: report.daily, sample: {file: f, line: 1, sha256: x}, want: match}\n", []string{"log.all"}, ""},
	} {
		r := rule(t, tested+c.more, "log.all", "report.daily")
		r.Reached = map[string]bool{}
		for _, id := range c.reached {
			r.Reached[id] = true
		}
		var l diag.List
		sourceUntested(r, &l)
		got := ""
		if len(l) > 0 {
			got = l[0].Message
		}
		if got != c.want {
			t.Errorf("%q, reached %v: %q, not %q", c.more, c.reached, got, c.want)
		}
	}
}

func TestSnapshotRepeats(t *testing.T) {
	for text, want := range map[string]int{
		"condition: mode == \"stop\"\n":                                             1,
		"condition: mode == \"stop\"\nalert: {suppress: {by: [src_ip], for: 1h}}\n": 0,
		"condition: mode == \"stop\"\nalert: false\n":                               0,
	} {
		var l diag.List
		snapshotRepeats(rule(t, text, "log.all", "report.daily"), &l)
		if len(l) != want {
			t.Errorf("%s%s", text, said(l))
		}
		l = nil
		if snapshotRepeats(rule(t, text, "log.all"), &l); len(l) > 0 {
			t.Errorf("a rule that is emitted on no snapshot: %s", said(l))
		}
	}
}

func TestAnsweredElsewise(t *testing.T) {
	r := rule(t, "covers: [TA0104/D1, TA0104/D2, TA0104/D3, TA0104/D4, TA0104/D9]\n")
	var l diag.List
	answeredElsewise(r, &l)
	if got := places(l); got != "TA0104/D2; TA0104/D4" {
		t.Error(got)
	}
	l, r.Items = nil, nil
	if answeredElsewise(r, &l); len(l) > 0 {
		t.Error("without a lock nobody has said how an item is answered")
	}
}

func TestUnused(t *testing.T) {
	at := func(text string) source.Span { return source.Literal(source.NewFile(text, text), 0, text).Whole }
	r := rule(t, "condition: src_ip in context.hosts\nrunbook: stop\nalert: {summary: \"{port}\", fields: [user], suppress: {by: [path], for: 1h}}\n")
	var ignored diag.List
	s := telemetry.Read(source.NewFile("s.yaml", strings.Replace(schema, "fields: {src_ip: ip, mode: m, user: u, path: p, port: n, blocked: b, tags: t, area: a}", "fields: {mode: m}", 1)), &ignored)
	lib := &Library{
		Rules: []*Rule{r}, Schemas: []*telemetry.Schema{s},
		Tables:   []*context.Table{{Name: "hosts", Type: ir.IP, Span: at("hosts")}, {Name: "spare", Span: at("spare")}},
		Runbooks: []Runbook{{"stop", at("stop.md")}, {"start", at("start.md")}},
	}
	var l diag.List
	LookAtAll(lib, &l)
	if got := places(l); got != "spare; start.md; blocked; tags" {
		t.Errorf("%q\n%s", got, said(l))
	}
}

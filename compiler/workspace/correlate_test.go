package workspace_test

import (
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/coverage"
	"detc/compiler/workspace"
	"detc/mappings"
)

// schemaOn is a schema with sources, each given as what it says of its fields: "src: a, dev: b".
func schemaOn(id string, sources ...string) string {
	text := "id: " + id + "\ntitle: " + id + "\nlogsource: {category: x, product: y}\ntime: ts\nfields:\n" +
		"  ts: {type: timestamp, doc: when}\n  src: {type: ip, entity: host, doc: who}\n  dev: {type: string, entity: device, doc: which}\n" +
		"  n: {type: int, doc: how many}\n  kind: {type: string, enum: [a, b], doc: what}\nsources:\n"
	for i, s := range sources {
		name := fmt.Sprintf("%s.s%d", strings.TrimPrefix(id, "ot."), i+1)
		text += "  - id: " + name + "\n    title: " + name + "\n    logsource: {product: " + name + "}\n    fields: {ts: ts, n: n, " + s + "}\n" +
			"    time: {field: ts, unit: s}\n    names: {verified: sample, doc: made for the test}\n"
		if strings.Contains(s, "kind: k") {
			text += "    values: {kind: {a: [A], b: [B]}}\n"
		}
		if !strings.Contains(s, "dev:") {
			text += "    const: {dev: plc-1}\n"
		}
	}
	return text
}

// idOf is a UUID of a name.
func idOf(name string) string {
	return fmt.Sprintf("0a6f2b1e-1c0e-4a37-9d1c-%012x", crc32.ChecksumIEEE([]byte(name)))
}

func ruleOn(name, telemetry string) string {
	return fmt.Sprintf("name: %s\ntitle: %s\nid: %s\ntags: [TA0104]\nstatus: test\ndate: 2026-11-22\nlevel: low\n"+
		"telemetry: %s\ndescription: d\ncondition: n == 1\nalert: false\ntests:\n  given: {n: 1, src: 10.0.0.1, dev: plc-1, kind: a}\n  cases:\n"+
		"    - {name: one, want: match}\n    - {name: two, but: {n: 2}, want: no match}\n    - {name: none, but: {n: null}, want: no match}\n", name, name, idOf(name), telemetry)
}

func correlationOf(name, correlation string, more ...string) string {
	return fmt.Sprintf("name: %s\ntitle: %s\nid: %s\ntags: [TA0104]\nstatus: test\ndate: 2026-11-22\nlevel: high\n"+
		"description: d\ncorrelation: {%s}\ntests:\n  cases: []\n%s", name, name, idOf(name), correlation, strings.Join(more, "\n"))
}

func correlating(t *testing.T, files ...string) *workspace.Workspace {
	t.Helper()
	techniques, err := fs.ReadFile(mappings.Files, "attack/techniques.json")
	if err != nil {
		t.Fatal(err)
	}
	library, content := fstest.MapFS{"attack/techniques.json": {Data: techniques}}, fstest.MapFS{}
	for i, text := range files {
		name := fmt.Sprintf("f%02d.yaml", i)
		if strings.HasPrefix(text, "id:") {
			library["telemetry/"+name] = &fstest.MapFile{Data: []byte(text)}
		} else {
			content[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	w, err := workspace.Open(workspace.Options{Jobs: 2,
		Mappings: []workspace.Root{{FS: library, Name: "mappings"}}, Rules: []workspace.Root{{FS: content, Name: "rules", Writable: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// emittedAs are the emissions of a correlation, each in a line.
func emittedAs(r *workspace.Rule) string {
	var out []string
	for _, e := range r.Correlation.Emitted {
		c := e.IR
		line := c.Name + ":"
		for _, ref := range c.Rules {
			line += " " + ref.Name
		}
		line += " by " + strings.Join(c.GroupBy, ",")
		for _, a := range c.Aliases {
			line += " " + a.Name + "("
			for i, f := range a.Fields {
				line += map[bool]string{true: " ", false: ""}[i > 0] + f.Field
			}
			line += ")"
		}
		if len(c.Fields) > 0 {
			line += " of " + strings.Join(c.Fields, ",")
		}
		if e.ReadBack != nil {
			line += " " + e.ReadBack.Error()
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// codesOf are the codes of a rule's findings, those about its few cases apart.
func codesOf(r *workspace.Rule) string {
	var out []string
	for _, d := range r.Findings {
		if code := string(d.Code); code != "DT3106" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Over sources: what is counted lists all rules, the others expand to the ways to combine the logs.
func TestCorrelationOverSources(t *testing.T) {
	two := schemaOn("ot.a", "src: s, dev: d", "src: from, dev: d")
	other := schemaOn("ot.b", "src: s, dev: d", "src: s, dev: d")
	odd := schemaOn("ot.c", "src: [s, t], dev: d", "src: s", "dev: d", "src: s, dev: d, kind: k")
	mapped := schemaOn("ot.d", "src: s, dev: d, kind: k")
	six := func(id string) string { return schemaOn(id, slices.Repeat([]string{"src: s, dev: d"}, 6)...) }
	for name, c := range map[string]struct{ correlation, want, codes string }{
		"counted, with an alias where the names differ": {"type: event_count, rules: [a], group_by: [src, dev], within: 1h, condition: {gte: 2}",
			"x: a.a.s1 a.a.s2 by src,d src(s from)", ""},
		"the product, with aliases where the names differ": {"type: temporal, rules: [a, b], group_by: [src, dev], within: 1h",
			"x.1: a.a.s1 b.b.s1 by s,d\nx.2: a.a.s1 b.b.s2 by s,d\nx.3: a.a.s2 b.b.s1 by src,d src(from s)\nx.4: a.a.s2 b.b.s2 by src,d src(from s)", ""},
		"held to a log": {"type: temporal_ordered, rules: [b, a], group_by: [src], within: 1h, sources: {a: [a.s2], b: [b.s1]}",
			"x: b.b.s1 a.a.s2 by src src(s from)", ""},
		"a log without the key, with it as a constant, or under two names drops out": {"type: event_count, rules: [c], group_by: [src, dev], within: 1h, condition: {gte: 2}",
			"x: c.c.s4 by s,d", "DT3217"},
		"no log is left for a rule": {"type: temporal, rules: [a, d], group_by: [kind], within: 1h", "", "DT3217 DT3218"},
		"values under two names are counted by log": {"type: value_count, rules: [a], group_by: [dev], within: 1h, condition: {gte: 2, field: src}",
			"x.1: a.a.s1 by d of s\nx.2: a.a.s2 by d of from", "DT3219"},
		"an alias of the author's": {"type: temporal, rules: [a, b], group_by: [who], within: 1h, aliases: {who: {a: dev, b: dev}}, sources: {a: [a.s1], b: [b.s1]}",
			"x: a.a.s1 b.b.s1 by d", ""},
		"an alias between two fields": {"type: temporal, rules: [b, six], group_by: [who], within: 1h, aliases: {who: {b: src, six: src}}, sources: {b: [b.s1], six: [e.s1]}",
			"x: b.b.s1 six.e.s1 by s", ""},
		"thirty-six ways are too many": {"type: temporal, rules: [six, seven], group_by: [dev], within: 1h", "", "DT3216"},
		"absence is written nowhere":   {"type: absence, rules: [a, b], group_by: [dev], within: 1h", "", "DT3221"},
		"a number where one is due":    {"type: value_sum, rules: [a], group_by: [dev], within: 1h, condition: {gte: 9, field: n}", "x: a.a.s1 a.a.s2 by d of n", ""},
	} {
		w := correlating(t, two, other, odd, mapped, six("ot.e"), six("ot.f"), ruleOn("a", "ot.a"), ruleOn("b", "ot.b"), ruleOn("c", "ot.c"),
			ruleOn("d", "ot.d"), ruleOn("six", "ot.e"), ruleOn("seven", "ot.f"), correlationOf("x", c.correlation))
		x := w.Rule("x")
		if got := emittedAs(x); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
		if got := codesOf(x); got != c.codes {
			t.Errorf("%s: findings %q, not %q", name, got, c.codes)
		}
	}
}

// A correlation that rests on one that Sigma has no form for has none either.
func TestCorrelationOverAbsenceIsNotWritten(t *testing.T) {
	a := schemaOn("ot.a", "src: s, dev: d")
	w := correlating(t, a, ruleOn("a", "ot.a"), ruleOn("b", "ot.a"),
		correlationOf("x", "type: temporal, rules: [y, b], group_by: [dev], within: 1h"), correlationOf("y", "type: absence, rules: [a, b], group_by: [dev], within: 1h"))
	x := w.Rule("x")
	if got := emittedAs(x); got != "" || codesOf(x) != "DT3221" || x.Correlation.None != "Sigma has no form for absence" {
		t.Errorf("emitted %q, findings %q, none %q", got, codesOf(x), x.Correlation.None)
	}
}

// What a correlation asks of its parts is looked up; each fault has its code.
func TestCorrelationChecks(t *testing.T) {
	a, b := schemaOn("ot.a", "src: s, dev: d"), strings.Replace(schemaOn("ot.b", "src: s, dev: d"), "src: {type: ip, entity: host,", "src: {type: string, entity: user,", 1)
	for correlation, want := range map[string]string{
		"type: event_count, rules: [a], group_by: [dev], within: 30d, condition: {gte: 2}":                               "",
		"type: event_count, rules: [a], group_by: [dev], within: 31d, condition: {gte: 2}":                               "DT3211",
		"type: first_seen, rules: [a], group_by: [dev], within: 90d":                                                     "DT3221",
		"type: first_seen, rules: [a], group_by: [dev], within: 91d":                                                     "DT3211",
		"type: absence, rules: [a], group_by: [dev], within: 1h, condition: {gte: 2}":                                    "DT3208",
		"type: absence, rules: [a, b, c], group_by: [dev], within: 1h":                                                   "DT3210",
		"type: event_count, rules: [], group_by: [dev], within: 1h, condition: {gte: 2}":                                 "DT3210",
		"type: temporal, rules: [a], group_by: [dev], within: 1h":                                                        "DT3210",
		"type: temporal_ordered, rules: [a, b, a], group_by: [dev], within: 1h":                                          "DT3210",
		"type: event_count, rules: [a], group_by: [dev], within: 1h":                                                     "DT3208",
		"type: event_count, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, lt: 6}":                          "DT3208",
		"type: event_count, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, lte: 6}":                         "",
		"type: event_count, rules: [a], group_by: [dev], within: 1h, condition: {lt: 1}":                                 "DT3208",
		"type: event_count, rules: [a], group_by: [dev], within: 1h, condition: {neq: 0}":                                "DT3209",
		"type: temporal, rules: [a, b], group_by: [dev], within: 1h, condition: {gt: 2}":                                 "DT3208",
		"type: temporal, rules: [a, b], group_by: [dev], within: 1h, condition: {gte: 2}":                                "",
		"type: temporal, rules: [a, b], group_by: [dev], within: 1h, condition: {lte: 2}":                                "DT3209",
		"type: value_avg, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, lt: 6, field: n}":                  "",
		"type: value_avg, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, lt: 5, field: n}":                  "DT3208",
		"type: value_avg, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, field: src}":                       "DT3206",
		"type: value_count, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, field: nn}":                      "DT3206",
		"type: event_count, rules: [a], group_by: [dev], within: 1h, condition: {gt: 5, field: n}":                       "DT3206",
		"type: value_percentile, rules: [a], group_by: [dev], within: 1h, percentile: 0, condition: {gt: 5, field: n}":   "DT3207",
		"type: value_percentile, rules: [a], group_by: [dev], within: 1h, percentile: 100, condition: {gt: 5, field: n}": "",
		"type: value_avg, rules: [a], group_by: [dev], within: 1h, percentile: 9, condition: {gt: 5, field: n}":          "DT3207",
		"type: temporal, rules: [a, b], group_by: [src], within: 1h":                                                     "DT3205",
		"type: temporal, rules: [a, b], group_by: [dev, dev], within: 1h":                                                "DT3205",
		"type: temporal, rules: [a, b], group_by: [who], within: 1h, aliases: {who: {a: dev, b: src}}":                   "DT3215",
		"type: temporal, rules: [a, b], group_by: [who], within: 1h, aliases: {who: {a: dev, b: source}}":                "DT3205",
		"type: temporal, rules: [a, b], group_by: [who], within: 1h, aliases: {who: {a: dev, bb: dev}}":                  "DT3202 DT3212",
		"type: temporal, rules: [a, b], group_by: [dev], within: 1h, sources: {a: [b.s1], c: [a.s1]}":                    "DT3102 DT3202",
		"type: temporal, rules: [a, b], within: 1h":                                                                      "DT3214",
	} {
		w := correlating(t, a, b, ruleOn("a", "ot.a"), ruleOn("b", "ot.b"), correlationOf("x", correlation))
		want := want
		if strings.Contains(correlation, "[a, b, c]") {
			want += " DT3202" // there is no c
		}
		got := strings.Fields(codesOf(w.Rule("x")))
		expected := strings.Fields(want)
		slices.Sort(expected)
		if !slices.Equal(got, expected) {
			t.Errorf("%s\n got %v\nwant %v", correlation, got, expected)
		}
	}
}

// A circle is shown whole, each correlation of it is refused, and the rest is built.
func TestCorrelationCircle(t *testing.T) {
	step := func(name, next string) string {
		return correlationOf(name, "type: temporal, rules: [r, "+next+"], group_by: [dev], within: 1h")
	}
	w := correlating(t, schemaOn("ot.a", "src: s, dev: d"), ruleOn("r", "ot.a"), step("a", "b"), step("b", "c"), step("c", "a"), step("d", "a"),
		correlationOf("e", "type: event_count, rules: [r], group_by: [dev], within: 1h, condition: {gte: 2}"))
	said := ""
	for _, d := range w.Findings {
		if d.Code == "DT3203" {
			said += d.Message
		}
	}
	if said != "a correlation rests on itself: a → b → c → a" {
		t.Error(said)
	}
	for name, want := range map[string]bool{"a": false, "b": false, "c": false, "d": false, "e": true} {
		if got := len(w.Rule(name).Correlation.Emitted) > 0; got != want {
			t.Errorf("%s is written: %t", name, got)
		}
	}
}

// A chain takes the group of the correlation below, and may have sixteen levels.
func TestCorrelationChain(t *testing.T) {
	files := []string{schemaOn("ot.a", "src: s, dev: d", "src: from, dev: d"), ruleOn("r", "ot.a"), ruleOn("r2", "ot.a")}
	below := "r"
	for i := range 17 {
		name := fmt.Sprintf("c%02d", i+1)
		files = append(files, correlationOf(name, "type: event_count, rules: ["+below+"], group_by: [src], within: 1h, condition: {gte: 2}"))
		below = name
	}
	files = append(files, correlationOf("x", "type: temporal, rules: [c01, r2], group_by: [src, dev], within: 1h, sources: {r2: [a.s1]}"))
	w := correlating(t, files...)
	if got := emittedAs(w.Rule("c02")); got != "c02: c01 by src" {
		t.Error(got)
	}
	if got := emittedAs(w.Rule("c16")); got != "c16: c15 by src" {
		t.Error(got)
	}
	if got := codesOf(w.Rule("c17")); got != "DT3204" {
		t.Error(got)
	}
	if got := emittedAs(w.Rule("x")); got != "x: c01 r2.a.s1 by src,d src(src s)" {
		t.Error(got)
	}
}

// A building block answers an item only where a correlation that alerts rests on it; a part with errors breaks what
// rests on it.
func TestCorrelationStanding(t *testing.T) {
	schema := strings.Replace(schemaOn("ot.a", "src: s, dev: d"), "logsource:", "serves: [TA0104/T1]\nlogsource:", 1)
	count := "type: event_count, rules: [r], group_by: [dev], within: 1h, condition: {gte: 2}"
	for name, c := range map[string]struct {
		files []string
		items int
		built bool
	}{
		"alone":                      {nil, 0, false},
		"below one that alerts":      {[]string{correlationOf("x", count)}, 1, true},
		"below one that does not":    {[]string{correlationOf("x", count, "alert: false")}, 0, true},
		"below two, the upper alert": {[]string{correlationOf("x", count, "alert: false"), correlationOf("y", strings.Replace(count, "[r]", "[x]", 1))}, 1, true},
		"with errors of its own":     {[]string{correlationOf("x", strings.Replace(count, "[r]", "[broken]", 1)), strings.Replace(ruleOn("broken", "ot.a"), "n == 1", "m == 1", 1)}, 0, false},
	} {
		w := correlating(t, append(c.files, schema, ruleOn("r", "ot.a"))...)
		i := slices.IndexFunc(w.Coverage.Rules, func(r coverage.RuleReport) bool { return r.Name == "r" })
		if got := len(w.Coverage.Rules[i].Items); got != c.items {
			t.Errorf("%s: it answers %d items", name, got)
		}
		if x := w.Rule("x"); x != nil && (len(x.Correlation.Emitted) > 0) != c.built {
			t.Errorf("%s: %s", name, emittedAs(x))
		}
	}
}

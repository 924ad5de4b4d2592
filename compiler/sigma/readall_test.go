package sigma

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const twoRules = `title: Failed logons
id: 53ba33fd-3a50-4468-a5ef-c583635cfa92
name: failed_logon
related:
    - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9
      type: derived
    - id: 929a690e-bef0-4204-a928-ef5e620d6fcc
      type: similar
taxonomy: sigma
status: test
description: |-
    Somebody tries to log on.

    Many times.
license: MIT
references: ['https://example.org/a', 'https://example.org/b']
author: Detection engineering
date: 2026-01-02
modified: 2026-02-03
tags: [attack.credential-access, attack.t1110]
logsource:
    product: windows
    service: security
    definition: 'Audit: logons, failures'
detection:
    selection:
        EventID: [4625, 4771]
        LogonType|exists: true
    condition: selection
fields: [TargetUserName]
falsepositives: [Forgotten passwords]
level: low
scope: [server]
regression: {path: tests/a.yml, runs: 3, active: true, list: [a, 'b: c', null]}
---
title: Logons
name: logon
logsource: {product: windows, service: security}
detection:
    selection: {EventID: 4624}
    condition: selection
---
title: Failed logons, then one
id: 0e95725d-7320-415d-80f7-004da920fc11
name: brute_force
status: test
date: 2026-01-02
level: high
generate: true
correlation:
    type: value_count
    rules: [failed_logon, logon]
    aliases:
        user: {failed_logon: TargetUserName, logon: SubjectUserName}
    group-by: [user, ComputerName]
    timespan: 90m
    condition: {field: [WorkstationName, IpAddress], gt: 10, lte: 20}
---
title: Service accounts
logsource: {product: windows, service: security}
filter:
    rules: [failed_logon]
    selection: {TargetUserName|startswith: svc_}
    other: {TargetUserName: backup}
    condition: not (selection or other)
`

func TestReadAll(t *testing.T) {
	docs, l := readAll(twoRules)
	if len(l) > 0 || len(docs) != 4 {
		t.Fatalf("%d documents\n%s", len(docs), shown(l))
	}
	d := docs[0]
	if d.Title.Value != "Failed logons" || d.Name.Value != "failed_logon" || d.Taxonomy.Value != "sigma" || d.License.Value != "MIT" ||
		d.Modified.Value != "2026-02-03" || len(d.References) != 2 || len(d.Related) != 2 || d.Related[1].Type.Value != "similar" ||
		len(d.Scope) != 1 || len(d.Fields) != 1 || d.Logsource != (telemetry.Logsource{Product: "windows", Service: "security"}) {
		t.Errorf("%+v", d)
	}
	if got := ir.Text(d.Where); got != `selection: (EventID in {4625, 4771} & exists(LogonType))` {
		t.Error(got)
	}
	c := docs[2].Correlation
	if docs[2].Kind != CorrelationDocument || c == nil {
		t.Fatalf("%+v", docs[2])
	}
	if c.Name != "brute_force" || c.Kind != ir.ValueCount || c.Within != 90*time.Minute || !c.Generate || len(c.Rules) != 2 || c.Rules[1].Name != "logon" ||
		!reflect.DeepEqual(c.GroupBy, []string{"user", "ComputerName"}) || len(c.Aliases) != 1 || c.Aliases[0].Fields[1].Field != "SubjectUserName" ||
		!reflect.DeepEqual(c.Fields, []string{"WorkstationName", "IpAddress"}) || len(c.Having) != 2 || c.Having[1].Op != ir.BoundLte || c.Having[1].Value != 20 {
		t.Errorf("%+v", c)
	}
	f := docs[3]
	if f.Kind != FilterDocument || len(f.Filters) != 1 || ir.Text(f.Where) != `!(selection: TargetUserName startswith "svc_" | other: TargetUserName = "backup")` {
		t.Errorf("%s", ir.Text(f.Where))
	}
}

// What is read is written with all that it says, and reads back as the same.
func TestWrite(t *testing.T) {
	docs, _ := readAll(twoRules)
	for i, name := range []string{"sigma-detection-rule", "sigma-detection-rule", "sigma-correlation-rules", "sigma-filters"} {
		d := docs[i]
		if !roundTrip(t, d) {
			continue
		}
		w, _ := Write(d)
		text := w.YAML()
		again, _ := readAll(string(text))
		if !sameTexts(d, again[0]) {
			t.Errorf("what it says of itself changed:\n%s", text)
		}
		if w2, _ := Write(again[0]); !bytes.Equal(w2.YAML(), text) {
			t.Errorf("written twice it differs:\n%s\n%s", text, w2.YAML())
		}
		if err := schemaOf(t, name).Validate(jsonOf(t, text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

// sameTexts says that two documents say the same of themselves, spans aside.
func sameTexts(a, b *Document) bool {
	texts := func(d *Document) []string {
		out := []string{d.Title.Value, d.ID.Value, d.Name.Value, d.Status.Value, d.Level.Value, d.Description.Value, d.Author.Value, d.Date.Value,
			d.Modified.Value, d.Taxonomy.Value, d.License.Value, d.Logsource.String()}
		for _, list := range [][]source.Text{d.References, d.Tags, d.FalsePositives, d.Fields, d.Scope, d.Filters} {
			out = append(append(out, valuesOf(list)...), "|")
		}
		for _, r := range d.Related {
			out = append(out, r.ID.Value, r.Type.Value)
		}
		for _, p := range d.Node.Pairs {
			if !isWritten(p.Key.Text.Value, d.Kind) {
				out = append(out, p.Key.Text.Value, said2(p.Value))
			}
		}
		if def := d.Node.Get("logsource").Get("definition"); def != nil {
			out = append(out, said2(def))
		}
		if c := d.Correlation; c != nil {
			out = append(out, c.Kind.String(), c.Within.String(), strings.Join(c.GroupBy, ","), strings.Join(c.Fields, ","))
			for _, r := range c.Rules {
				out = append(out, r.Name)
			}
			for _, a := range c.Aliases {
				for _, f := range a.Fields {
					out = append(out, a.Name, f.Rule, f.Field)
				}
			}
			for _, h := range c.Having {
				out = append(out, h.Op.String(), decimal(h.Value))
			}
			if c.Generate {
				out = append(out, "generate")
			}
			out = append(out, decimal(c.Percentile))
		}
		return out
	}
	return reflect.DeepEqual(texts(a), texts(b))
}

func said2(n *source.Node) string {
	w := &writer{}
	w.node("", "x:", n)
	return w.String()
}

func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	path := "../../../shared/sigma-schema/" + name + "-schema.json"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no %s", path)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

// Every type of correlation is read and written.
func TestCorrelations(t *testing.T) {
	const head = "title: t\nname: n\ncorrelation: {rules: [a_rule, b_rule], group-by: [u], timespan: 5m, "
	for _, rest := range []string{
		"type: event_count, condition: {gte: 10}",
		"type: event_count, condition: {eq: 0}, generate: true",
		"type: value_count, condition: {field: f, neq: 3}",
		"type: value_sum, condition: {field: f, gt: 1.5}",
		"type: value_avg, condition: {field: f, lt: -2}",
		"type: value_percentile, condition: {field: f, percentile: 99.5, gte: 3}",
		"type: temporal",
		"type: temporal, condition: {gte: 2}",
		"type: temporal_ordered",
	} {
		docs, l := readAll(head + rest + "}\n")
		if len(l) > 0 || docs[0].Correlation == nil {
			t.Errorf("%s: %s", rest, shown(l))
			continue
		}
		w, _ := Write(docs[0])
		again, l := readAll(string(w.YAML()))
		if len(l) > 0 || !sameTexts(docs[0], again[0]) {
			t.Errorf("%s\n%s%s", rest, w.YAML(), shown(l))
		}
	}
}

func TestTimespans(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1s": time.Second, "90m": 90 * time.Minute, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, "2w": 14 * 24 * time.Hour,
		"1M": 2_629_746 * time.Second, "1y": 31_556_952 * time.Second,
		"": 0, "m": 0, "5": 0, "0m": 0, "-1m": 0, "1.5h": 0, "1H": 0, "1h30m": 0, "5 m": 0, "999y": 0, "99999999999999999999s": 0,
	} {
		if got, ok := ParseTimespan(text); ok != (want > 0) || got != want {
			t.Errorf("%s: %v %t", text, got, ok)
		}
	}
}

func TestRefusedDocuments(t *testing.T) {
	const head, rule = "correlation: {rules: [a_rule], group-by: [u], timespan: 5m, type: event_count, ", "detection: {s: {f: x}, condition: s}\n"
	for _, test := range [][2]string{ // what is wrong stands between « and »
		{"«a»", "DT6100"}, {"«[a]»", "DT6100"}, {"title: «t»", "DT6100"}, {"detection: «a»", "DT6103"}, {"detection: «{}»", "DT6105"},
		{"detection: {s: {f: x}, condition: «[]»}", "DT6105"}, {"detection: {s: {f: x}, condition: «{a: b}»}", "DT6104"},
		{"action: «global»\n---\ntitle: t\n" + rule, "DT6101"},
		{head + "condition: {«gtee»: 1}}", "DT6117"}, {head + "condition: {gte: «many»}}", "DT6117"}, {head + "condition: «5»}", "DT6117"},
		{head + "condition: {gte: 5, «field»: f}}", "DT6117"}, {head + "condition: {gte: 5, percentile: «3»}}", "DT6117"},
		{head + "condition: {gte: 5}, «having»: 1}", "DT6115"}, {head + "condition: {gte: 5}, aliases: «[a]»}", "DT6115"},
		{head + "condition: {gte: 5}, aliases: {a: «b»}}", "DT6115"}, {head + "condition: {gte: 5}, generate: «'yes'»}", "DT6115"},
		{"correlation: {rules: [a_rule, «a_rule»], timespan: 5m, type: temporal}", "DT6102"},
		{"correlation: {rules: [a_rule], timespan: «5», type: temporal}", "DT6116"},
		{"correlation: {rules: [a_rule], timespan: 5m, type: «absence»}", "DT6115"},
		{"correlation: «{rules: [a_rule], timespan: 5m}»", "DT6115"}, {"correlation: «{type: temporal, timespan: 5m}»", "DT6115"},
		{"correlation: {rules: [a_rule, b_rule], timespan: 5m, type: temporal, condition: «a_rule and not b_rule»}", "DT6119"},
		{"filter: {rules: «[]», s: {f: x}, condition: s}", "DT6118"}, {"filter: {rules: «[[a]]», s: {f: x}, condition: s}", "DT6118"},
	} {
		before, rest, _ := strings.Cut(test[0], "«")
		wrong, after, _ := strings.Cut(rest, "»")
		docs, l := readAll(before + wrong + after)
		if !strings.Contains(test[0], "---") && len(l) != 1 && !strings.Contains(test[0], "[[") || len(l) == 0 ||
			string(l[0].Code) != test[1] || l[0].Span.Text() != wrong || l[0].Help == "" {
			t.Errorf("%s\n%s", test[0], shown(l))
		}
		for _, d := range docs {
			if d.Where != nil || d.Correlation != nil {
				t.Errorf("%s has a meaning", test[0])
			}
		}
	}
}

// A document that can't be read stops none of the others; what YAML can't read ends the file.
func TestReadAllGoesOn(t *testing.T) {
	const good = "title: good\ndetection: {s: {f: x}, condition: s}\n"
	docs, l := readAll(good + "---\ntitle: bad\ndetection: {s: {f|nope: x}, condition: s}\n---\n" + good + "---\n---\n" + good + "---\n[a, {\n")
	whole := 0
	for _, d := range docs {
		if d.Where != nil {
			whole++
		}
	}
	if whole != 3 || len(docs) != 4 || len(l) != 2 || l[0].Code != diag.SigmaModifier || l[1].Code != diag.Syntax {
		t.Errorf("%d of %d\n%s", whole, len(docs), shown(l))
	}
	if docs, l := readAll("action: global\ntitle: g\n---\n" + good + "---\naction: reset\n---\n" + good); len(l) != 3 || docs[1].Where != nil || docs[3].Where == nil {
		t.Errorf("%s", shown(l))
	}
	if docs, l := readAll("\uFEFF" + good); len(l) > 0 || docs[0].Where == nil {
		t.Errorf("a byte order mark: %s", shown(l))
	}
	if _, l := readAll("detection:\n\ts: x\n"); len(l) != 1 || l[0].Code != diag.Syntax {
		t.Errorf("a tab: %s", shown(l))
	}
	docs, l = readAll("x: &v [a, b]\ndetection: {s: {f: *v}, t: &t {g: c}, u: *t, condition: s and t and u}\n")
	if len(l) > 0 || ir.Text(docs[0].Where) != `s: f in {"a", "b"} & t: g = "c"` {
		t.Errorf("aliases: %s\n%s", ir.Text(docs[0].Where), shown(l))
	}
}

// Hostile files are read or refused within bounds.
func TestReadAllBounds(t *testing.T) {
	list := "['" + strings.Repeat("v', '", 4431) + "w']"
	values := strings.Builder{}
	for i := range 4432 {
		values.WriteString(strings.Repeat("x", i%7) + decimal(float64(i)) + "v, ")
	}
	for name, text := range map[string]string{
		"a long list":          "detection: {s: {f: " + list + "}, condition: s}",
		"many values":          "detection: {s: {f|contains: [" + values.String() + "]}, condition: s}",
		"a list named often":   "detection: {s: {f: " + list + "}, condition: '" + strings.Repeat("s or ", 12_000) + "s'}",
		"deep":                 "detection: {s: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + ", condition: s}",
		"a long pattern":       "detection: {s: {f: '" + strings.Repeat("*a?", 100_000) + "'}, condition: s}",
		"a long name":          "detection: {" + strings.Repeat("s", 900) + ": {f: x}, condition: 1 of " + strings.Repeat("s*", 20_000) + "}",
		"many keys":            "detection: {s: {" + strings.Repeat("f: x, ", 20_000) + "}, condition: s}",
		"many modifiers":       "detection: {s: {'f" + strings.Repeat("|re", 300) + "': x}, condition: s}",
		"a large expression":   "detection: {s: {f|re: '" + strings.Repeat("(a{900}){900}", 40) + "'}, condition: s}",
		"many documents":       strings.Repeat("detection: {s: {f: x}, condition: s}\n---\n", 5000),
		"aliases of aliases":   "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ndetection: {s: {f: *c}, condition: s}",
		"windash by the dozen": "detection: {s: {f|windash|contains: '" + strings.Repeat(" -a", 2000) + "'}, condition: s}",
	} {
		start := time.Now()
		docs, _ := readAll(text)
		for _, d := range docs {
			if d.Where != nil && name != "many documents" {
				roundTrip(t, d)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

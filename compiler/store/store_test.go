package store

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

var world = World{
	Logs: func() []string { return []string{"any.proxy", "windows.process_creation", "zeek.dns", "zeek.s7comm"} },
	Names: func(id string) []string {
		return map[string][]string{"zeek.s7comm": {"_path", "is_orig", "function_name", "id.orig_h"}, "zeek.dns": {"_path", "query"},
			"windows.process_creation": {"Channel", "EventID", "Image", "Initiated"}, "any.proxy": {"c-uri"}}[id]
	},
	Schemas:  func() []string { return []string{"ot.mode_change"} },
	SchemaOf: func(string) []string { return []string{"src_ip", "new_mode"} },
}

const head = `id: s
title: A store
siem: splunk
time: _time
names: {verified: unverified, doc: made up}
`

func shown(l diag.List) string {
	var out []string
	for _, d := range l {
		s := fmt.Sprintf("%s %q %s", d.Code.Info().Slug, d.Span.Text(), d.Message)
		for _, f := range d.Fixes {
			s += " -> " + f.Edits[0].New
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func open(files map[string]string) *Library {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Open([]Root{{FS: tree, Name: "m"}}, world)
}

func TestFindings(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"good", "logs: [{of: [zeek.dns], in: {index: dns}, fields: {query: q}}]", ""},
		{"unknown log", "logs: [{of: [zeek.s7com]}]", `unknown-stored-log "zeek.s7com" there is no log source "zeek.s7com" -> zeek.s7comm`},
		{"pattern that fits none", `logs: [{of: ["suricata.*"]}]`, `unknown-stored-log "\"suricata.*\"" there is no log source "suricata.*"`},
		{"no id", "logs: [{of: [zeek]}]", `unknown-stored-log "zeek" "zeek" can't be the id of a log source`},
		{"broken pattern", `logs: [{of: ["zeek.[a"]}]`, `unknown-stored-log "\"zeek.[a\"" "zeek.[a" can't be the id of a log source`},
		{"unknown name", "logs: [{of: [zeek.s7comm], fields: {function_nam: f}}]", `unknown-stored-name "function_nam" zeek.s7comm has no "function_nam" -> function_name`},
		{"unknown missing", "logs: [{of: [zeek.s7comm], missing: [queri]}]", `unknown-stored-name "queri" zeek.s7comm has no "queri"`},
		{"unknown type", "logs: [{of: [zeek.s7comm], types: {is_ori: bool}}]", `unknown-stored-name "is_ori" zeek.s7comm has no "is_ori" -> is_orig`},
		{"unknown value", "logs: [{of: [zeek.s7comm], values: {is_ori: {T: [x]}}}]", `unknown-stored-name "is_ori" zeek.s7comm has no "is_ori" -> is_orig`},
		{"unknown switch", "logs: [{of: [zeek.s7comm], while: {id.orig_h: is_ori}}]", `unknown-stored-name "id.orig_h" zeek.s7comm has no "is_ori" -> is_orig`},
		{"unknown name for all", "fields: {quary: q}\nlogs: [{of: [zeek.dns]}]", `unknown-stored-name "quary" no log source of this file has no "quary" -> query`},
		{"twice", "logs: [{of: [zeek.dns]}, {of: [zeek.dns]}]", `stored-twice "zeek.dns" zeek.dns lies in two places here`},
		{"place", "logs: [{of: [zeek.dns], in: {indx: a}}]", `unknown-place "indx" splunk has no "indx" that records lie in -> index`},
		{"name of two lines", `logs: [{of: [zeek.dns], fields: {query: "a\nb"}}]`, `bad-stored-name "\"a\\nb\"" "a\nb" can't be the name of a field`},
		{"name with NUL", `logs: [{of: [zeek.dns], fields: {query: "a\0"}}]`, `bad-stored-name "\"a\\0\"" "a\x00" can't be the name of a field`},
		{"both", "logs: [{of: [zeek.dns], fields: {query: q}, missing: [query]}]", `stored-and-missing "query" "query" stands under both fields and missing`},
		{"value twice", "logs: [{of: [zeek.dns], values: {query: {a: [x], b: [x]}}}]", `stored-value-twice "x" "x" is stored as two values`},
		{"prefix", "logs: [{of: [zeek.dns], prefix: zeek.}]", `prefix-without-rule "zeek." a prefix without a rule that makes names`},
		{"where holds a mapping", "logs: [{of: [zeek.dns], where: {a: {b: c}}}]", `wrong-type "{b: c}" where.a takes a text, a number, true or false, not a mapping`},
		{"base", "base: ra\nlogs: [{of: [zeek.dns]}]", `unknown-base "ra" there is no store "ra" that could be used`},
		{"base of a base", "base: second\nlogs: [{of: [zeek.dns]}]", `unknown-base "second" second rests on another store itself`},
		{"itself", "base: s\nlogs: [{of: [zeek.dns]}]", `unknown-base "s" s rests on another store itself`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lib := open(map[string]string{"stores/s.yaml": head + tc.body + "\n",
				"stores/second.yaml": strings.Replace(head, "id: s", "id: second", 1) + "base: s\nlogs: []\n"})
			_, ok := lib.Store("s")
			l, _ := lib.Findings()
			if got := shown(l); got != tc.want || ok != (tc.want == "") {
				t.Errorf("got  %s (%v)\nwant %s", got, ok, tc.want)
			}
		})
	}
}

const rows = `id: rows
title: Rows
siem: any
time: ts
rule: same
names: {verified: unverified, doc: made up}
logs:
  - {of: ["zeek.*"], where: {_path: "{log}"}}
  - {of: [windows.process_creation], where: {Channel: Sysmon, EventID: [1, 2]}}
`

func texts(list []Equal) string {
	var out []string
	for _, e := range list {
		s := e.Name + "="
		for i, v := range e.Values {
			if i > 0 {
				s += "|"
			}
			s += v.Text()
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestPlace(t *testing.T) {
	lib := open(map[string]string{"stores/rows.yaml": rows, "stores/s.yaml": `id: s
title: S
siem: loki
base: rows
rule: underscores
typed: text
names: {verified: unverified, doc: made up}
fields: {_path: path}
missing: [Channel]
logs:
  - of: ["*.*"]
    in: {job: "{product}-{log}"}
  - of: [zeek.s7comm]
    rule: same
    prefix: zeek.{log}.
    fields: {function_name: "{log}_function"}
    types: {is_orig: bool}
    while: {id.orig_h: is_orig}
    values: {is_orig: {T: ["true"]}}
  - of: [any.proxy]
    rule: listed
    where: {kind: web}
`})
	s, ok := lib.Store("s")
	if l, _ := lib.Findings(); !ok || len(l) > 0 {
		t.Fatal(shown(l))
	}
	find := func(ls telemetry.Logsource) *Place {
		p, ok := s.Find(ls)
		if !ok {
			t.Fatalf("%s is not found", ls)
		}
		return p
	}
	s7 := find(telemetry.Logsource{Product: "zeek", Service: "s7comm"})
	for name, want := range map[string]string{
		"function_name": "{s7comm_function stored text  []}", "id.orig_h": "{zeek.s7comm.id.orig_h stored text is_orig []}",
		"is_orig": "{zeek.s7comm.is_orig stored bool  [{T true}]}", "_path": "{path stored text  []}", "Channel": "{ missing   []}",
	} {
		if got := fmt.Sprint(s7.Column(name)); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	if got := texts(s7.Where) + "; " + s7.Time + "; " + texts(s7.In); got != "path=s7comm; zeek.s7comm.ts; " {
		t.Error(got)
	}
	dns := find(telemetry.Logsource{Product: "zeek", Service: "dns"})
	if got := texts(dns.In) + " " + dns.Column("id.orig-h").Name + " " + dns.Column("0day").Name; got != "job=zeek-dns id_orig_h _0day" {
		t.Error(got)
	}
	if p := find(telemetry.Logsource{Product: "windows", Category: "process_creation"}); texts(p.Where) != "EventID=1|2" || fmt.Sprint(p.Lost) != "[Channel]" {
		t.Error("what would tell the rows apart and is missing is not told of: ", p.Where, p.Lost)
	}
	if p := find(telemetry.Logsource{Category: "proxy"}); p.Column("c-uri").Standing != Unknown || texts(p.Where) != "kind=web" {
		t.Error(p.Column("c-uri"), p.Where)
	}
	if p := find(telemetry.Logsource{Category: "dns"}); texts(p.In) != "job=any-dns" {
		t.Error(p.In)
	}
	if _, ok := s.Find(telemetry.Logsource{}); ok {
		t.Error("no log source at all is found")
	}
}

// What people write may be anything: reading ends, and says so.
func TestHostileForms(t *testing.T) {
	for _, text := range []string{"", "[]", "id: [", "id: s\nlogs: x", "siem: 1", head + "logs: [~]", head + "logs: [{of: []}]", head + "logs: [{of: [~]}]",
		head + "logs: [{of: [zeek.dns], in: {index: [[a]]}}]", head + "logs: &a [{of: [zeek.dns], where: {x: *a}}]", "\xff\xfe",
		head + "logs: [{of: ['" + strings.Repeat("*", 5000) + ".x']}]", head + "fields: {" + strings.Repeat("a", 1<<20) + ": b}\nlogs: []"} {
		var l diag.List
		open(nil).Check(source.NewFile("s.yaml", text), false, &l)
		open(nil).Check(source.NewFile("s.yaml", text), true, &l)
		if len(l) == 0 {
			t.Errorf("%.60q: nothing is said", text)
		}
	}
	lib := open(map[string]string{"stores/other.yaml": head + "logs: [{of: [zeek.dns]}]\n"})
	if _, ok := lib.Store("other"); ok {
		t.Error("a store under another name is found")
	}
	for _, id := range []string{"", "../stores/other", "a/b", "Other", "none"} {
		if _, ok := lib.Store(id); ok {
			t.Errorf("%q is a store", id)
		}
	}
}

package form

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A sample form with one field of every sort.
type sample struct {
	Name   source.Text      `form:"name,required" is:"name" doc:"what people call it"`
	Level  source.Text      `form:"level" enum:"low|medium|high" doc:"how bad"`
	Want   source.Text      `form:"want" enum:"match|no match|no" doc:"the verdict"`
	Date   source.Text      `form:"date" is:"date" doc:"when"`
	Title  source.Text      `form:"title" doc:"any text"`
	Tags   []source.Text    `form:"tags" doc:"a list of texts"`
	Fields Many             `form:"fields" is:"field" doc:"one or more"`
	Let    Map[source.Text] `form:"let" doc:"texts by name"`
	Parts  localMap         `form:"parts" doc:"a map under another name"`
	Count  Value[int64]     `form:"count" doc:"a whole number"`
	Share  Value[float64]   `form:"share" doc:"a number"`
	On     Value[bool]      `form:"on" doc:"a switch"`
	Inner  inner            `form:"inner" doc:"a mapping"`
	List   []inner          `form:"list" doc:"mappings"`
	Maybe  *inner           `form:"maybe" doc:"a mapping or nothing"`
	Free   *source.Node     `form:"free" doc:"anything"`
	Own    shout            `form:"own" doc:"reads itself"`
	Span   source.Span
	Local  int // no form tag: none of the reader's
}

type inner struct {
	ID   source.Text `form:"id,required" doc:"its name"`
	Note source.Text `form:"note" doc:"a remark"`
	Span source.Span
}

type localMap Map[inner]

// shout reads itself: a text in capitals.
type shout string

func (s *shout) DecodeForm(n *source.Node, l *diag.List) {
	if n.Kind != source.Scalar || n.Text.Value == "" || n.Type != source.String || strings.ToUpper(n.Text.Value) != n.Text.Value {
		l.Add(diag.BadValue, n.Span, "say it louder")
		return
	}
	*s = shout(n.Text.Value)
}

func (*shout) FormSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": "^[^a-z]+$"}
}

func read(text string) (s sample, l diag.List) {
	File(source.NewFile("f.yaml", text), &s, "the sample", &l)
	return s, l
}

func TestEverySortOfField(t *testing.T) {
	s, l := read(`
name: ot-plc-stop
level: high
want: no
date: 2026-11-22
title: >-
  several
  lines
tags: [a, 'b', "c"]
fields: src
let: {x: a == b, y: c}
parts: {p: {id: one}}
count: 1_000
share: 5
on: true
inner: {id: i, note: }
list: [{id: j}, {id: k}]
maybe: {id: m}
free: {a: [1, ~]}
own: LOUD
`)
	if len(l) > 0 {
		t.Fatal(shown(l))
	}
	got := fmt.Sprint(s.Name, s.Level, s.Want, s.Date, s.Title, s.Tags, s.Fields, s.Count.V, s.Share.V, s.On.V, s.On.Set,
		s.Inner.ID, s.Inner.Note.IsZero(), len(s.List), s.Maybe.ID, s.Free.Get("a").What(), s.Own)
	const want = "ot-plc-stop high no 2026-11-22 several lines [a b c] [src] 1000 5 true true i true 2 ma listLOUD"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if y, ok := s.Let.Get("y"); !ok || y.Value != "c" || len(s.Parts) != 1 || s.Parts[0].Value.ID.Value != "one" {
		t.Errorf("maps: %v %v", s.Let, s.Parts)
	}
	if _, ok := s.Let.Get("z"); ok {
		t.Error("a key that is not there was found")
	}
	if s.Span.Start != 1 || s.Inner.Span.Text() != "{id: i, note: }" || s.Count.Span.Text() != "1_000" {
		t.Errorf("spans: %v %q", s.Span, s.Inner.Span.Text())
	}
}

// shown is findings as they are read on one line, with the fix.
func shown(l diag.List) string {
	var out []string
	for _, d := range l {
		s := fmt.Sprintf("%s %q %s", d.Code.Info().Slug, d.Span.Text(), d.Message)
		if d.Help != "" {
			s += " | " + d.Help
		}
		for _, n := range d.Notes {
			s += " | " + n.Message
		}
		for _, f := range d.Fixes {
			s += fmt.Sprintf(" | %s: %s", map[bool]string{true: "fix", false: "unsafe"}[f.Safe], f.Edits[0].New)
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// What doesn't fit, and what is said of it. Each document but those about the name has a good name put before it.
func TestFindings(t *testing.T) {
	const keys = "keys are: name, level, want, date, title, tags, fields, let, parts, count, share, on, inner, list, maybe, free, own"
	for _, tc := range []struct{ name, text, want string }{
		{"unknown key, near one", "levle: high", `unknown-key "levle" the sample has no key "levle" | did you mean "level"? | fix: level`},
		{"unknown key, quoted", `"levle": high`, `unknown-key "\"levle\"" the sample has no key "levle" | did you mean "level"? | fix: level`},
		{"unknown key, near none", "colour: red", `unknown-key "colour" the sample has no key "colour" | ` + keys},
		{"unknown key, the near one is there", "level: low\nlevle: high", `unknown-key "levle" the sample has no key "levle" | ` + keys},
		{"unknown key, inside", "inner: {id: a, not: b}", `unknown-key "not" inner has no key "not" | did you mean "note"? | fix: note`},
		{"duplicate key", "level: low\nlevel: high", `duplicate-key "level" the key "level" stands twice | here first`},
		{"duplicate key of a map", "let: {a: b, a: c}", `duplicate-key "a" the key "a" stands twice | here first`},
		{"duplicate key in free content", "free: [{a: b, a: c}]", `duplicate-key "a" the key "a" stands twice | here first`},
		{"key that is nothing", "let: {~: c}", `wrong-type "~" a key takes text, not nothing`},
		{"missing key", "inner: {note: a}", `missing-key "" inner has no "id" | its name`},
		{"required, without value", "inner: {id: }", `missing-key "id" id has no value | its name`},
		{"enum, near one", "level: hihg", `bad-value "hihg" level can't be "hihg" | did you mean "high"? | fix: high`},
		{"enum, two words", "want: no mach", `bad-value "no mach" want can't be "no mach" | did you mean "no match"? | fix: no match`},
		{"enum, near none", "level: severe", `bad-value "severe" level can't be "severe" | one of: low, medium, high`},
		{"enum, a block", "level: |\n  high\n", `bad-value "|\n  high" level can't be "high\n" | did you mean "high"? | fix: high`},
		{"kind", "fields: Src", `bad-value "Src" fields can't be "Src" | it must be small letters, digits and underscores, parts joined by dots: asset.criticality`},
		{"date that is none", "date: 2026-02-30", `bad-value "2026-02-30" date can't be "2026-02-30" | it must be a date: 2026-11-22`},
		{"date with a time", "date: 2026-02-03T10:00:00Z", `bad-value "2026-02-03T10:00:00Z" date can't be "2026-02-03T10:00:00Z" | it must be a date: 2026-11-22`},
		{"empty text", "title: ''", `bad-value "''" title is empty`},
		{"number for a text", "title: 1.0", `wrong-type "1.0" title takes text, not a number | quote it | fix: "1.0"`},
		{"bool for a text", "tags: [true]", `wrong-type "true" an entry of tags takes text, not true or false | quote it | fix: "true"`},
		{"tagged number for a text", "title: !!int 5", `wrong-type "5" title takes text, not a whole number | quote it`},
		{"null in a list", "tags: [a, ~]", `wrong-type "~" an entry of tags takes text, not nothing`},
		{"null in a map", "let: {a: }", `wrong-type "" let.a takes text, not nothing`},
		{"list for a text", "title: [a]", `wrong-type "[a]" title takes text, not a list`},
		{"text for a list", "tags: TA0104", `wrong-type "TA0104" tags takes a list, not text | fix: [TA0104]`},
		{"text with commas for a list", "tags: a, b", `wrong-type "a, b" tags takes a list, not text | unsafe: [a, b]`},
		{"text with brackets for a list", "tags: a]b", `wrong-type "a]b" tags takes a list, not text | fix: ["a]b"]`},
		{"block for a list", "tags: |\n  a\n", `wrong-type "|\n  a" tags takes a list, not text`},
		{"mapping for a list", "list: {id: a}", `wrong-type "{id: a}" list takes a list, not a mapping`},
		{"text for a mapping", "inner: a", `wrong-type "a" inner takes a mapping, not text`},
		{"text for a map", "let: a", `wrong-type "a" let takes a mapping, not text`},
		{"text for a pointer", "maybe: a", `wrong-type "a" maybe takes a mapping, not text`},
		{"text for a whole number", "count: many", `wrong-type "many" count takes a whole number, not text`},
		{"number for a whole number", "count: 1.5", `wrong-type "1.5" count takes a whole number, not a number`},
		{"too large a number", "count: 18446744073709551615", `wrong-type "18446744073709551615" count takes a whole number of at most 64 bits, not a whole number`},
		{"not a number", "share: .nan", `wrong-type ".nan" share takes a finite number, not a number`},
		{"text for a switch", "on: yes", `wrong-type "yes" on takes true or false, not text`},
		{"list for a switch", "on: [true]", `wrong-type "[true]" on takes true or false, not a list`},
		{"a reader of its own", "own: quiet", `bad-value "quiet" say it louder`},
		{"alias, wrong where it is used", "title: &a hihg\nlevel: *a", `bad-value "hihg" level can't be "hihg" | did you mean "high"? | brought in by this alias | unsafe: high`},
		{"alias, wrong inside", "free: &a {id: x, not: y}\ninner: *a", `unknown-key "not" inner has no key "not" | did you mean "note"? | brought in by this alias | unsafe: note`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, l := read("name: ok\n" + tc.text + "\n")
			if got := shown(l); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	if _, l := read("level: low"); shown(l) != `missing-key "" the sample has no "name" | what people call it` {
		t.Error(shown(l))
	}
	if _, l := read("- a"); shown(l) != `wrong-type "- a" the sample takes a mapping, not a list` {
		t.Error(shown(l))
	}
}

// YAML 1.1 had more ways to write numbers and switches; what yaml.v3 still reads of them is read here.
func TestValuesOfYAML11(t *testing.T) {
	for text, want := range map[string]int64{"0x1F": 31, "0o17": 15, "0b101": 5, "-1_000": -1000, "+7": 7, "017": 15} {
		if s, l := read("name: a\ncount: " + text); len(l) > 0 || s.Count.V != want {
			t.Errorf("%s is %d: %s", text, s.Count.V, shown(l))
		}
	}
	for text, want := range map[string]float64{"0x1F": 31, "1_000.5": 1000.5, "1e3": 1000, ".5": 0.5} {
		if s, l := read("name: a\nshare: " + text); len(l) > 0 || s.Share.V != want {
			t.Errorf("%s is %v: %s", text, s.Share.V, shown(l))
		}
	}
	for _, text := range []string{"yes", "no", "on", "off", "y", "n", "2026-11-22", "12:30:45"} {
		if s, l := read("name: a\ntitle: " + text); len(l) > 0 || s.Title.Value != text {
			t.Errorf("%s is %q: %s", text, s.Title.Value, shown(l))
		}
	}
}

func TestWhatDoesNotFitLeavesItsFieldEmpty(t *testing.T) {
	s, l := read("name: Not A Name\nlevel: no\ncount: 99999999999999999999\ntags: [a, [b], c]\nlist: [x, {id: y}]\nmaybe: x\nlet: {k: [v]}\n")
	if !s.Name.IsZero() || !s.Level.IsZero() || s.Count.Set || s.Count.V != 0 || s.Maybe != nil {
		t.Errorf("%+v", s)
	}
	if fmt.Sprint(s.Tags) != "[a c]" || len(s.List) != 1 || s.List[0].ID.Value != "y" {
		t.Errorf("the rest was not read: %v %v", s.Tags, s.List)
	}
	if len(s.Let) != 1 || !s.Let[0].Value.IsZero() {
		t.Errorf("a map keeps its keys: %v", s.Let)
	}
	if len(l) != 7 {
		t.Error(shown(l))
	}
}

func TestDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":                   `empty-file "" the file holds nothing`,
		"# a comment\n":      `empty-file "" the file holds nothing`,
		"name: a\n---\nb: c": `several-documents "b: c" a second document in one file | put it into a file of its own`,
		"name: [":            "yaml-syntax",
		"name: \xff":         `unreadable-file "" byte 0xff is not UTF-8; save the file as UTF-8`,
	} {
		var l diag.List
		Document(source.NewFile("f", text), &l)
		if got := shown(l); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", text, got)
		}
	}
	var l diag.List
	if Problem(fmt.Errorf("disk full"), &l) || len(l) > 0 {
		t.Error("the machine's trouble became a finding")
	}
	if !Problem(fmt.Errorf("reading: %w", &source.Error{Message: "x"}), &l) || len(l) != 1 {
		t.Error("a wrapped error is one about content too")
	}
	Decode(nil, &sample{}, "nothing", &l)
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 168 * time.Hour} {
		if got, err := Duration(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0s", "5", "m", "-5m", "1w", "1.5h", "9999999d"} {
		if _, err := Duration(text); err == nil {
			t.Errorf("%q is a duration", text)
		}
	}
}

package sigma

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"detc/compiler/ir"
)

func oracleField(name string) ir.Field {
	f := ir.Field{Name: name}
	switch name {
	case "n", "m":
		f.Type = ir.Int
	case "d":
		f.Type = ir.Double
	case "b":
		f.Type = ir.Bool
	case "ip", "src", "id.orig_h":
		f.Type = ir.IP
	case "ts":
		f.Type, f.Unit = ir.Timestamp, time.Second
	case "at":
		f.Type = ir.Timestamp
	}
	return f
}

// Each modifier says yes and no by the specification, also of events without the field.
func TestOracle(t *testing.T) {
	tables := map[string][]string{"hosts": {"10.0.0.1", "2001:db8::1"}, "apps": {"Mail", "ſmall"}}
	tests := []struct {
		name, selection string
		match, not      []string
	}{
		{"text", `s: 'Stop'`, []string{`{"s":"stop"}`, `{"s":["a","STOP"]}`}, []string{`{}`, `{"s":null}`, `{"s":"ſtop"}`, `{"s":"stop "}`, `{"s":[]}`}},
		{"text beyond ASCII", `s: 'Éß'`, []string{`{"s":"éẞ"}`, `{"s":"Éß"}`}, []string{`{"s":"eß"}`}},
		{"cased", `s|cased: 'Stop'`, []string{`{"s":"Stop"}`}, []string{`{"s":"stop"}`, `{}`}},
		{"empty text", `s: ''`, []string{`{"s":""}`}, []string{`{}`, `{"s":null}`, `{"s":"a"}`}},
		{"the text null", `s: 'null'`, []string{`{"s":"null"}`}, []string{`{}`, `{"s":null}`}},
		{"the text <nil>", `s|contains: ''`, []string{`{"s":""}`, `{"s":"a"}`}, []string{`{}`}},
		{"a placeholder's look", `s: '%x%'`, []string{`{"s":"%X%"}`}, []string{`{"s":"x"}`}},
		{"number as text", `s: '502'`, []string{`{"s":502}`, `{"s":"502"}`}, []string{`{"s":502.5}`}},
		{"boolean as text", `s: 'true'`, []string{`{"s":true}`}, []string{`{"s":false}`}},
		{"wildcards", `s: 'a*b?c'`, []string{`{"s":"aXXbYC"}`, `{"s":"ab\nc"}`}, []string{`{"s":"abc"}`, `{"s":"xabYc"}`, `{}`}},
		{"escaped wildcards", `s: 'a\*b\\\?c\d\\'`, []string{`{"s":"a*b\\?c\\d\\"}`}, []string{`{"s":"axb\\?c\\d\\"}`}},
		{"contains", `s|contains: 'b*'`, []string{`{"s":"ABC"}`}, []string{`{"s":"ac"}`, `{}`}},
		{"startswith", `s|startswith: 'b\\'`, []string{`{"s":"B\\c"}`}, []string{`{"s":"ab\\"}`, `{}`}},
		{"endswith", `s|endswith: 'b'`, []string{`{"s":"aB"}`}, []string{`{"s":"ba"}`, `{}`}},
		{"cased contains", `s|contains|cased: 'B'`, []string{`{"s":"aBc"}`}, []string{`{"s":"abc"}`}},
		{"all", `s|contains|all: ['a', 'b']`, []string{`{"s":"ba"}`, `{"s":["a","b"]}`}, []string{`{"s":"a"}`, `{}`}},
		{"list", `s: ['a', 'b']`, []string{`{"s":"b"}`}, []string{`{"s":"c"}`}},
		{"re", `s|re: '^a.c$'`, []string{`{"s":"abc"}`}, []string{`{"s":"ABC"}`, `{}`, `{"s":"a\nc"}`}},
		{"re i s", `s|re|i|s: '^a.c$'`, []string{`{"s":"A\nC"}`}, []string{`{"s":"xabc"}`}},
		{"re that matches nothing said", `s|re: '.*'`, []string{`{"s":""}`}, []string{`{}`}},
		{"cidr", `ip|cidr: '10.0.0.0/8'`, []string{`{"ip":"10.1.2.3"}`, `{"ip":"::ffff:10.1.2.3"}`}, []string{`{"ip":"11.0.0.1"}`, `{"ip":"x"}`, `{}`}},
		{"cidr 6", `ip|cidr: '2001:db8::/32'`, []string{`{"ip":"2001:db8:1::1"}`}, []string{`{"ip":"10.0.0.1"}`}},
		{"address", `ip: '10.0.0.1'`, []string{`{"ip":"::ffff:10.0.0.1"}`}, []string{`{"ip":"010.0.0.1"}`, `{"ip":10}`}},
		{"dotted name", `id.orig_h: '10.0.0.1'`, []string{`{"id.orig_h":"10.0.0.1"}`, `{"id":{"orig_h":"10.0.0.1"}}`, `{"id":[{"orig_h":"1.1.1.1"},{"orig_h":"10.0.0.1"}]}`}, []string{`{"id":{}}`, `{"id":"10.0.0.1"}`}},
		{"int", `n: 502`, []string{`{"n":502}`, `{"n":"502"}`}, []string{`{"n":"x"}`, `{"n":true}`, `{}`, `{"n":502.5}`}},
		{"lt", `n|lt: 5`, []string{`{"n":4}`, `{"n":"4"}`}, []string{`{"n":5}`, `{}`, `{"n":""}`, `{"n":"a"}`}},
		{"lte", `n|lte: 5`, []string{`{"n":5}`}, []string{`{"n":6}`}},
		{"gt", `d|gt: 21000000.0`, []string{`{"d":21000000.5}`}, []string{`{"d":21000000}`, `{}`}},
		{"gte", `d|gte: -1.5`, []string{`{"d":-1.5}`, `{"d":0}`}, []string{`{"d":-2}`}},
		{"large", `n: 9007199254740993`, []string{`{"n":9007199254740993}`}, []string{`{"n":9007199254740992}`}},
		{"boolean", `b: true`, []string{`{"b":true}`, `{"b":"true"}`}, []string{`{"b":false}`, `{}`, `{"b":1}`}},
		{"boolean false", `b: false`, []string{`{"b":false}`}, []string{`{}`, `{"b":true}`}},
		{"exists", `s|exists: true`, []string{`{"s":""}`, `{"s":{"a":1}}`}, []string{`{}`, `{"s":null}`, `{"s":[]}`}},
		{"exists not", `s|exists: false`, []string{`{}`, `{"s":null}`}, []string{`{"s":0}`}},
		{"fieldref", `src|fieldref: 'ip'`, []string{`{"src":"10.0.0.1","ip":"::ffff:10.0.0.1"}`}, []string{`{}`, `{"src":"10.0.0.1"}`, `{"src":"10.0.0.1","ip":"10.0.0.2"}`}},
		{"fieldref text", `s|fieldref: 't'`, []string{`{"s":"a","t":"A"}`}, []string{`{"s":"a"}`}},
		{"fieldref cased", `s|cased|fieldref: 't'`, []string{`{"s":"a","t":"a"}`}, []string{`{"s":"a","t":"A"}`}},
		{"expand", `ip|expand: '%hosts%'`, []string{`{"ip":"10.0.0.1"}`, `{"ip":"2001:DB8:0::1"}`}, []string{`{"ip":"10.0.0.2"}`, `{}`}},
		{"expand text", `s|expand: '%apps%'`, []string{`{"s":"mail"}`}, []string{`{"s":"%apps%"}`}},
		{"expand nothing", `s|expand: '%none%'`, nil, []string{`{"s":"a"}`, `{"s":""}`}},
		{"windash", `s|windash|contains: ' -enc'`, []string{`{"s":"p /ENC"}`, `{"s":"p –enc"}`, `{"s":"p -enc"}`}, []string{`{"s":"p enc"}`, `{}`}},
		{"windash inside a word", `s|windash|contains: 'a-b'`, []string{`{"s":"a-b"}`}, []string{`{"s":"a/b"}`}},
		{"base64", `s|base64|contains: 'foo'`, []string{`{"s":"xZm9v"}`}, []string{`{"s":"foo"}`, `{}`}},
		{"base64offset", `s|base64offset|contains: 'foo'`, []string{`{"s":"Zm9v"}`, `{"s":"IGZvbw=="}`, `{"s":"ICBmb28="}`}, []string{`{"s":"foo"}`, `{}`}},
		{"hour", `ts|hour: 3`, []string{`{"ts":10800}`, `{"ts":10800.5}`}, []string{`{"ts":3}`, `{}`}},
		{"month", `at|month: [1, 2]`, []string{`{"at":"2026-02-01T00:00:00Z"}`}, []string{`{"at":"2026-03-01T00:00:00Z"}`, `{"at":"x"}`}},
		{"time", `ts|gte: 1.5`, []string{`{"ts":1.5}`}, []string{`{"ts":1.25}`, `{}`}},
		{"keywords", "['a?b', 'x']", nil, []string{`{}`, `{"s":"ab"}`}},
		{"keywords found", "['Stop', 'x']", []string{`{"q":{"r":["PLC STOP"]}}`, `{"q":"yx"}`}, []string{`{"stop":"a"}`}},
		{"keywords with wildcards", `['st?p\*', 'a*b']`, []string{`{"s":"xSTOP*"}`, `{"s":["q"],"t":"xa--bx"}`}, []string{`{"s":"stopx"}`, `{"s":"a","t":"b"}`}},
		{"all keywords", `'|all': ['Stop', 7]`, []string{`{"s":"stop","t":17}`}, []string{`{"s":"stop"}`, `{}`}},
		{"neq", `s|neq: 'a*'`, []string{`{"s":"b"}`, `{}`}, []string{`{"s":"Ab"}`, `{"s":["b","a"]}`}},
		{"neq of a list", `s|neq: ['a', 'b']`, []string{`{"s":"c"}`}, []string{`{"s":"a"}`, `{"s":"B"}`}},
		{"neq of all", `s|contains|all|neq: ['a', 'b']`, []string{`{"s":"a"}`, `{}`}, []string{`{"s":"ab"}`}},
		{"null", `s: null`, []string{`{}`, `{"s":null}`, `{"s":[]}`}, []string{`{"s":""}`, `{"s":"null"}`}},
		{"null or a text", `s: [null, '']`, []string{`{}`, `{"s":""}`}, []string{`{"s":"a"}`}},
		{"all before the place", `s|all|contains: ['a', 'b']`, []string{`{"s":"ab"}`, `{"s":["a","b"]}`}, []string{`{"s":"a"}`}},
		{"one address", `ip|cidr: '10.0.0.1'`, []string{`{"ip":"10.0.0.1"}`}, []string{`{"ip":"10.0.0.2"}`}},
		{"number beside text", `s: [4624, true]`, []string{`{"s":4624}`, `{"s":"4624"}`, `{"s":true}`, `{"s":"TRUE"}`}, []string{`{"s":"04624"}`}},
		{"wide", `s|wide|base64offset|contains: 'iex'`, []string{`{"s":"aQBlAHgA"}`}, []string{`{"s":"aWV4"}`}},
		{"list of maps", "[{s: 'a', t: 'b'}, {n: 1}]", []string{`{"s":"a","t":"b"}`, `{"n":1}`}, []string{`{"s":"a"}`, `{"t":"b"}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := "{" + test.selection + "}"
			if strings.HasPrefix(test.selection, "[") {
				body = test.selection
			}
			for condition, want := range map[string]bool{"a": true, "not a": false, "1 of a*": true, "not all of them": false} {
				text := "title: t\nlogsource: {product: p}\ndetection:\n    a: " + body + "\n    condition: " + condition + "\n"
				o, err := NewOracle([]byte(text), tables, oracleField)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range test.match {
					holds(t, o, condition, e, want)
				}
				for _, e := range test.not {
					holds(t, o, condition, e, !want)
				}
			}
		})
	}
}

func event(t *testing.T, text string) map[string]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var e map[string]any
	if err := dec.Decode(&e); err != nil {
		t.Fatal(err)
	}
	return e
}

func holds(t *testing.T, o *Oracle, condition, text string, want bool) {
	t.Helper()
	e := event(t, text)
	if got, err := o.Matches(e); err != nil || got != want {
		t.Errorf("%s of %s: %t, %v", condition, text, got, err)
	}
	if !o.Plain(e) {
		return
	}
	if got, err := o.Unmodified(e); err != nil || got != want {
		t.Errorf("unmodified, %s of %s: %t, %v", condition, text, got, err)
	}
}

// What sigma-go gets wrong is not plain, what it gets right is.
func TestPlain(t *testing.T) {
	tests := []struct {
		selection, event string
		want             bool
	}{
		{`s: 'a'`, `{"s":"A"}`, true}, {`n|lt: 5`, `{"n":4}`, true}, {`b: true`, `{"b":true}`, true}, {`ip|cidr: '10.0.0.0/8'`, `{"ip":"10.0.0.1"}`, true},
		{`s|contains|all: ['a','b']`, `{"s":["ab","c"]}`, true}, {`s|re: 'a*'`, `{"s":"b"}`, true},
		{`s: 'a'`, `{}`, true}, {`s|contains: 'i'`, `{}`, false}, {`s: 'null'`, `{}`, false}, {`s|re: 'a'`, `{}`, false},
		{`s|endswith: '\a.exe'`, `{"s":"\\A.exe"}`, true}, {`s: 'a\\b'`, `{"s":"a"}`, false}, {`s: 7`, `{"s":7}`, true}, {`s: 7`, `{"s":7.0}`, false},
		{`s: 'a'`, `{"s":"ſ"}`, false}, {`s: 'é'`, `{"s":"a"}`, false}, {`s: 'a*'`, `{"s":"a"}`, false}, {`s: '%a%'`, `{"s":"a"}`, false},
		{`s: ''`, `{"s":"a"}`, false}, {`s|cased: 'a'`, `{"s":"a"}`, false}, {`s|exists: true`, `{"s":"a"}`, false}, {`d|gt: 1.5`, `{"d":2}`, false},
		{`n: 1`, `{"n":"1"}`, false}, {`ip: '10.0.0.1'`, `{"ip":"::ffff:10.0.0.1"}`, false}, {`s|re|i: 'a'`, `{"s":"a"}`, false},
	}
	for _, test := range tests {
		o, err := NewOracle([]byte("title: t\nlogsource: {product: p}\ndetection: {a: {"+test.selection+"}, condition: a}\n"), nil, oracleField)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Plain(event(t, test.event)); got != test.want {
			t.Errorf("Plain(%s, %s) = %t", test.selection, test.event, got)
		}
	}
}

// sigma-go's panics, and what neither it nor the oracle reads, are errors.
func TestOracleErrors(t *testing.T) {
	for _, text := range []string{"", "detection: {a: {s: 'x'}, condition: 1 of a}", "detection: {a: {s|nope: 'x'}, condition: a}", "detection: {a: {s|contains: null}, condition: a}", "detection: {a: {'|re': 'x'}, condition: a}", "detection: {a: {s|re: '('}, condition: a}", "detection: {a: {s: {}}}", "\xff"} {
		o, err := NewOracle([]byte(text), nil, nil)
		if err == nil {
			_, err = o.Matches(map[string]any{})
		}
		if err == nil && text != "" && !strings.Contains(text, "{}") {
			t.Errorf("%q: no error", text)
		}
	}
}

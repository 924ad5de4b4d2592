package eval_test

import (
	"testing"
	"time"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// fields are those of the events in these tests, which are JSON.
var fields = map[string]ir.Field{
	"s": {Name: "s"}, "t": {Name: "t"}, "l": {Name: "l", List: true}, "p": {Name: "p", Cased: true}, "q": {Name: "q", Cased: true},
	"n": {Name: "n", Type: ir.Int}, "m": {Name: "m", Type: ir.Int}, "d": {Name: "d", Type: ir.Double}, "b": {Name: "b", Type: ir.Bool},
	"ip": {Name: "ip", Type: ir.IP}, "src": {Name: "src", Type: ir.IP}, "at": {Name: "at", Type: ir.Timestamp},
	"ts": {Name: "ts", Type: ir.Timestamp, Unit: time.Second}, "ms": {Name: "ms", Type: ir.Timestamp, Unit: time.Millisecond},
}

var tables = eval.Tables{
	"hosts": {parsed("ip", "10.0.0.1"), parsed("ip", "2001:db8::1"), parsed("ip", "::ffff:10.0.0.2")},
	"apps":  {ir.StringValue("Mail"), ir.StringValue("Müller")},
	"empty": {},
}

func parsed(field, text string) ir.Value {
	v, ok := ir.ParseValue(fields[field], text, true)
	if !ok {
		panic(text)
	}
	return v
}

func resolve(name string) (ir.Field, bool) { f, ok := fields[name]; return f, ok }

func expr(t *testing.T, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("in", text), resolve)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

func event(t *testing.T, text string) bind.Record {
	t.Helper()
	r, err := bind.ParseRecord(telemetry.JSON, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// Each atom of each event of the table is asked twice, as it is and negated: the meaning is two-valued, and what a
// field lacks, or holds and can't be read, makes the atom false and its negation true.
func TestAtoms(t *testing.T) {
	for _, group := range []map[string][2][]string{equality, places, encodings, orders, presence} {
		for atom, events := range group {
			for want, list := range map[bool][]string{true: events[0], false: events[1]} {
				for _, text := range list {
					if got := eval.Match(expr(t, atom), event(t, text), tables); got != want {
						t.Errorf("%s of %s is %t", atom, text, got)
					}
					if got := eval.Match(expr(t, "!("+atom+")"), event(t, text), tables); got == want {
						t.Errorf("!(%s) of %s is %t", atom, text, got)
					}
				}
			}
		}
	}
}

// An atom with the events it is true of and those it is false of.
var equality = map[string][2][]string{
	`s = "Stop"`: {
		{`{"s":"Stop"}`, `{"s":"stop"}`, `{"s":["run","STOP"]}`},
		{`{}`, `{"s":null}`, `{"s":[]}`, `{"s":[null]}`, `{"s":""}`, `{"s":"stop "}`, `{"s":"ſtop"}`, `{"s":{"s":"stop"}}`},
	},
	`s in {"a", "b"}`: {{`{"s":"B"}`, `{"s":["x","a"]}`}, {`{}`, `{"s":"ab"}`, `{"s":[]}`}},
	`s = "502"`:       {{`{"s":"502"}`, `{"s":502}`}, {`{"s":502.0}`}}, // a number is its text in the log
	`s = "true"`:      {{`{"s":true}`, `{"s":"TRUE"}`}, {`{"s":1}`}},
	`s = ""`:          {{`{"s":""}`}, {`{}`, `{"s":null}`, `{"s":" "}`}},
	// A literal of ASCII letters folds ASCII only: neither the long s nor the Kelvin sign is its letter.
	`s = "k"`: {{`{"s":"K"}`}, {`{"s":"\u212a"}`}},
	`s = "s"`: {{`{"s":"S"}`}, {`{"s":"ſ"}`}},
	// One with a cased letter beyond ASCII folds by Unicode, one character for one: ß is ẞ, never ss.
	`s = "ſ"`:      {{`{"s":"s"}`, `{"s":"S"}`, `{"s":"ſ"}`}, nil},
	`s = "\u212a"`: {{`{"s":"k"}`, `{"s":"K"}`}, nil},
	`s = "straße"`: {{`{"s":"STRAẞE"}`, `{"s":"straße"}`}, {`{"s":"STRASSE"}`}},
	`s = "É"`:      {{`{"s":"é"}`}, {`{"s":"E"}`, `{"s":"e\u0301"}`}}, // no normalisation
	`s = "İ"`:      {{`{"s":"İ"}`}, {`{"s":"i"}`, `{"s":"I"}`, `{"s":"ı"}`}},
	`s = "i"`:      {{`{"s":"I"}`}, {`{"s":"İ"}`, `{"s":"ı"}`}},
	`s = "日本"`:     {{`{"s":"日本"}`}, {`{"s":"日"}`}},
	// Cased: as written.
	`p = "Stop" cased`: {{`{"p":"Stop"}`, `{"p":["stop","Stop"]}`}, {`{"p":"stop"}`, `{}`}},
	`l = "a"`:          {{`{"l":["b","A"]}`, `{"l":"a"}`, `{"l":[["a"]]}`}, {`{"l":[]}`, `{}`, `{"l":["ab"]}`}},
	`n = 502`: {
		{`{"n":502}`, `{"n":"502"}`, `{"n":502.0}`, `{"n":5.02e2}`, `{"n":[1,502]}`},
		{`{}`, `{"n":null}`, `{"n":[]}`, `{"n":true}`, `{"n":"x"}`, `{"n":""}`, `{"n":502.5}`, `{"n":1e999999}`, `{"n":{}}`},
	},
	`n = 9007199254740993`: {{`{"n":9007199254740993}`}, {`{"n":9007199254740992}`, `{"n":9007199254740993.0}`}},
	`d = 0.5`:              {{`{"d":0.5}`, `{"d":"5e-1"}`}, {`{"d":"NaN"}`, `{"d":"Inf"}`, `{"d":1e999}`, `{"d":true}`, `{}`}},
	`d = 0.0`:              {{`{"d":0}`, `{"d":-0.0}`}, {`{}`}},
	`b = true`:             {{`{"b":true}`, `{"b":"true"}`, `{"b":"True"}`}, {`{"b":false}`, `{"b":1}`, `{"b":"1"}`, `{"b":"yes"}`, `{}`}},
	`b = false`:            {{`{"b":false}`, `{"b":"FALSE"}`}, {`{}`, `{"b":null}`, `{"b":0}`, `{"b":true}`}},
	`ip = ip(10.0.0.1)`: {
		{`{"ip":"10.0.0.1"}`, `{"ip":"::ffff:10.0.0.1"}`, `{"ip":["1.1.1.1","10.0.0.1"]}`},
		{`{"ip":"10.0.0.1 "}`, `{"ip":"010.0.0.1"}`, `{"ip":167772161}`, `{"ip":"x"}`, `{}`, `{"ip":[]}`},
	},
	`ip = ip(2001:db8::1)`: {{`{"ip":"2001:DB8:0::1"}`, `{"ip":"2001:db8::1%eth0"}`}, {`{"ip":"2001:db8::2"}`}},
	`ip in net 10.0.0.0/8`: {
		{`{"ip":"10.255.0.1"}`, `{"ip":"::ffff:10.0.0.1"}`, `{"ip":["x","10.0.0.1"]}`},
		{`{"ip":"11.0.0.1"}`, `{"ip":"10.0.0.1/32"}`, `{"ip":"x"}`, `{"ip":10}`, `{}`},
	},
	`ip in net ::ffff:10.0.0.0/104`:         {{`{"ip":"10.1.1.1"}`, `{"ip":"::ffff:10.1.1.1"}`}, {`{"ip":"11.0.0.1"}`}},
	`ip in net ::/0`:                        {{`{"ip":"::1"}`}, {`{"ip":"10.0.0.1"}`, `{"ip":"::ffff:10.0.0.1"}`}},
	`ip in net {10.0.0.0/8, 2001:db8::/32}`: {{`{"ip":"2001:db8::5"}`}, {`{"ip":"2001:db9::5"}`}},
	`src = ip`:                              {{`{"src":"10.0.0.1","ip":"::ffff:10.0.0.1"}`, `{"src":["1.1.1.1","1.1.1.2"],"ip":["1.1.1.2"]}`}, {`{"src":"10.0.0.1"}`, `{}`, `{"src":null,"ip":null}`, `{"src":"x","ip":"x"}`}},
	`s = t`:                                 {{`{"s":"a","t":"A"}`, `{"s":"","t":""}`}, {`{"s":"a"}`, `{"s":"ſ","t":"s"}`, `{"s":"s","t":"ſ"}`, `{"s":[],"t":[]}`}},
	`p = q cased`:                           {{`{"p":"a","q":"a"}`}, {`{"p":"a","q":"A"}`}},
	`n = m`:                                 {{`{"n":1,"m":"1"}`}, {`{"n":1,"m":2}`, `{"n":1}`, `{"n":"x","m":"x"}`}},
	`ip in context hosts/1`:                 {{`{"ip":"10.0.0.1"}`, `{"ip":"10.0.0.2"}`, `{"ip":"2001:db8:0::1"}`, `{"ip":["x","10.0.0.1"]}`}, {`{"ip":"10.0.0.3"}`, `{"ip":"x"}`, `{}`}},
	`s in context apps/1`:                   {{`{"s":"mail"}`, `{"s":"MÜLLER"}`}, {`{"s":"mai"}`, `{}`}},
	`s in context hosts/1`:                  {nil, {`{"s":""}`, `{"s":"10.0.0.1"}`}}, // entries of another type
	`s in context empty/1`:                  {nil, {`{"s":""}`, `{"s":"a"}`, `{}`}},
	`s in context nobody_supplied/1`:        {nil, {`{"s":"a"}`, `{}`}},
	`keyword {"Stop", "x"}`:                 {{`{"any":{"where":["PLC STOP"]}}`, `{"s":"x"}`}, {`{}`, `{"stop":"a"}`, `{"s":null}`}},
	`keyword like "p*st?p"`:                 {{`{"a":["the PLC stop now"]}`}, {`{"a":"plc","b":"stop"}`}},
	`keyword like "50"`:                     {{`{"n":1502}`}, {`{"n":15}`}},
	`s in {4624, 1.5, true}`:                {{`{"s":"4624"}`, `{"s":"1.5"}`, `{"s":"TRUE"}`}, {`{"s":"04624"}`, `{"s":"1.50"}`, `{}`}},
	`keyword "50"`:                          {{`{"n":1502}`}, {`{"n":15}`}},
	`keyword "tru"`:                         {{`{"b":true}`}, {`{"b":false}`}},
	`s in {}`:                               {nil, {`{}`, `{"s":""}`}},
	`b in {true, false}`:                    {{`{"b":true}`, `{"b":false}`}, {`{}`, `{"b":"x"}`}},
	`s = "a" | s = "b" & !(t = "c")`:        {{`{"s":"a","t":"c"}`, `{"s":"b"}`}, {`{"s":"b","t":"c"}`, `{}`}},
	`true`:                                  {{`{}`}, nil},
	`&()`:                                   {{`{}`}, nil},
	`|()`:                                   {nil, {`{}`}},
	`listed: s = "a"`:                       {{`{"s":"a"}`}, {`{}`}},
}

func TestMissingTables(t *testing.T) {
	e := expr(t, `ip in context hosts/1 & !(s in context approved/2 | s in context approved/2)`)
	if got := eval.Missing(e, tables); len(got) != 1 || got[0] != "approved" {
		t.Errorf("missing: %q", got)
	}
	if got := eval.Missing(e, eval.Tables{"hosts": nil, "approved": nil}); len(got) != 0 {
		t.Errorf("an empty table is there, yet missing: %q", got)
	}
}

package eval_test

import (
	"math"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

var orders = map[string][2][]string{
	`n < 5`:    {{`{"n":4}`, `{"n":"4"}`, `{"n":-9223372036854775808}`, `{"n":[9,1]}`}, {`{"n":5}`, `{"n":6}`, `{}`, `{"n":null}`, `{"n":"x"}`, `{"n":true}`, `{"n":[]}`}},
	`n <= 5`:   {{`{"n":5}`}, {`{"n":6}`, `{}`}},
	`n > 5`:    {{`{"n":6}`, `{"n":9223372036854775807}`}, {`{"n":5}`, `{}`, `{"n":9223372036854775808}`}},
	`n >= 5`:   {{`{"n":5}`, `{"n":5.0}`}, {`{"n":4}`, `{"n":5.5}`, `{}`}},
	`d < 1.5`:  {{`{"d":1}`, `{"d":"1.25"}`, `{"d":-1e300}`}, {`{"d":1.5}`, `{"d":"NaN"}`, `{"d":"-Inf"}`, `{"d":-1e999}`, `{}`}},
	`d <= 1.5`: {{`{"d":1.5}`}, {`{"d":"nan"}`, `{}`}},
	`d > 1.5`:  {{`{"d":2}`}, {`{"d":"Inf"}`, `{"d":"NaN"}`}},
	`d >= 0.0`: {{`{"d":-0.0}`, `{"d":0}`}, {`{"d":"NaN"}`, `{}`}},
	// Numbers are in the log's unit, RFC 3339 text is read whatever the unit.
	`ts = time(2026-11-22T03:00:00Z)`:  {{`{"ts":1795316400}`, `{"ts":"1795316400"}`, `{"ts":1795316400.0}`, `{"ts":"2026-11-22T04:00:00+01:00"}`}, {`{"ts":1795316401}`, `{}`, `{"ts":true}`, `{"ts":"x"}`, `{"ts":1e300}`}},
	`ms >= time(2026-11-22T03:00:00Z)`: {{`{"ms":1795316400000}`, `{"ms":1795316400001}`}, {`{"ms":1795316400}`, `{}`}},
	`at < time(2026-11-22T03:00:00Z)`:  {{`{"at":"2026-11-22T02:59:59.999Z"}`, `{"at":"2026-11-22 02:00:00"}`}, {`{"at":0}`, `{"at":"2026-11-22"}`, `{}`}}, // without a unit, a number is no time
	// Parts are UTC's; months count from 1, weeks are ISO 8601's.
	`hour(at) = 23`:         {{`{"at":"2026-01-02T00:30:00+01:00"}`}, {`{"at":"2026-01-02T23:30:00+01:00"}`, `{"at":"x"}`, `{}`}},
	`minute(at) in {0, 59}`: {{`{"at":"2026-01-02T03:59:01Z"}`, `{"at":["2026-01-02T03:07:00Z","2026-01-02T03:00:00Z"]}`}, {`{"at":"2026-01-02T03:07:00Z"}`, `{"at":[]}`}},
	`day(at) = 2`:           {{`{"at":"2026-01-02T00:00:00Z"}`}, {`{"at":"2026-02-01T00:00:00Z"}`}},
	`week(at) = 53`:         {{`{"at":"2027-01-01T00:00:00Z"}`}, {`{"at":"2026-01-01T00:00:00Z"}`}},
	`month(at) = 1`:         {{`{"at":"2026-01-31T00:00:00Z"}`}, {`{"at":"2026-02-01T00:00:00Z"}`}},
	`year(ts) = 1969`:       {{`{"ts":-1}`}, {`{"ts":0}`}},
}

// exists is true also of what no other atom can read.
var presence = map[string][2][]string{
	`exists(s)`:  {{`{"s":"a"}`, `{"s":""}`, `{"s":0}`, `{"s":false}`, `{"s":{}}`, `{"s":[null,"a"]}`}, {`{}`, `{"s":null}`, `{"s":[]}`, `{"s":[null,[]]}`}},
	`exists(n)`:  {{`{"n":"x"}`, `{"n":{"a":1}}`}, {`{}`, `{"n":null}`}},
	`exists(ip)`: {{`{"ip":"no address"}`}, {`{}`}},
	`exists(b)`:  {{`{"b":1}`}, {`{"b":null}`}},
}

// No event holds NaN; a literal that does is below, above and equal to nothing.
func TestNaNIsInNoOrder(t *testing.T) {
	nan := ir.DoubleValue(math.NaN())
	for _, v := range []ir.Value{nan, ir.DoubleValue(1)} {
		for _, literal := range []ir.Value{nan, ir.DoubleValue(1)} {
			if v == literal {
				continue
			}
			for op := ir.Lt; op <= ir.Ge; op++ {
				e := bind.NewEvent(map[string][]ir.Value{"d": {v}})
				if eval.Match(&ir.Compare{Field: fields["d"], Op: op, Value: literal}, e, nil) {
					t.Errorf("%s %s %s", v.Text(), op, literal.Text())
				}
			}
		}
	}
}

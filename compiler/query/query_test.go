package query

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/telemetry"
)

const storeFile = `id: s
title: A store
siem: splunk
time: _time
names: {verified: unverified, doc: made up}
logs:
  - of: [zeek.s7comm]
    in: {index: s7, sourcetype: [a, b]}
    where: {dataset: s7comm}
    fields: {_time: _time, is_orig: sent, function: fn, who: agent.ip, ts: at, doc: doc.function, code: code, odd: odd, sender: agent.ip, made: _time}
    missing: [uid, rosctr]
    types: {who: ip, code: text, doc: json}
    values: {is_orig: {T: ["yes"], F: ["no"]}}
    while: {sender: is_orig}
`

// fields are the raw names of the log.
var fields = map[string]ir.Field{
	"is_orig": {Name: "is_orig"}, "function": {Name: "function"}, "who": {Name: "who", Type: ir.IP}, "sender": {Name: "sender", Type: ir.IP}, "uid": {Name: "uid"}, "rosctr": {Name: "rosctr"},
	"_time": {Name: "_time", Type: ir.Timestamp}, "ts": {Name: "ts", Type: ir.Timestamp, Unit: time.Second}, "doc": {Name: "doc"}, "code": {Name: "code", Type: ir.Int}, "odd": {Name: "odd"},
	"unsaid": {Name: "unsaid"}, "asset": {Name: "asset"}, "made": {Name: "made", Type: ir.Timestamp, Unit: time.Second},
}

func field(name string) (ir.Field, bool) { f, ok := fields[name]; return f, ok }

func placed(t *testing.T, condition string, held Held) (*backend.Rule, diag.List) {
	t.Helper()
	lib := store.Open([]store.Root{{FS: fstest.MapFS{"stores/s.yaml": {Data: []byte(storeFile)}}, Name: "m"}}, store.World{})
	s, ok := lib.Store("s")
	if !ok {
		l, err := lib.Findings()
		t.Fatal(l[0].Message, l[0].Span.Text(), err)
	}
	e, err := ir.Parse(source.NewFile("c", condition), field)
	if err != nil {
		t.Fatal(err)
	}
	in := &Rule{
		Name: "r", Where: ir.Normalize(e), Source: "zeek.s7comm", Logsource: telemetry.Logsource{Product: "zeek", Service: "s7comm"},
		Raw: func(name string) ir.Field { return fields[name] }, Span: e.Where(),
		Names: func() []ir.Field { return []ir.Field{fields["function"], fields["uid"], fields["code"]} },
		LookedUp: func(name string) string {
			if name == "asset" {
				return "assets"
			}
			return ""
		},
	}
	of, p := Find(in, []*store.Store{s})
	if of == nil {
		t.Fatal("the store has no place")
	}
	return Place(in, s, p, held)
}

func TestPlace(t *testing.T) {
	for _, tc := range []struct{ condition, where, losses, findings string }{
		{`function = "Stop"`, `dataset = "s7comm" & fn = "Stop"`, "", ""},
		{`is_orig = "yes"`, `dataset = "s7comm" & sent = "T"`, "", ""},
		{`is_orig in {"YES", "no"}`, `dataset = "s7comm" & sent in {"F", "T"}`, "", ""},
		{`is_orig = "maybe"`, "", "", "clause-refused"},
		{`is_orig contains "T"`, "", "", "clause-refused"},
		{`function = "a" | uid = "b"`, `dataset = "s7comm" & fn = "a"`, "narrower s has no uid", ""},
		{`uid = "b"`, "", "", "not-stored never"},
		{`function = "a" & !(uid = "b")`, "", "", "not-stored excludes"},
		{`unsaid = "b"`, "", "", "not-stored says nothing"},
		{`asset = "b"`, "", "", "looked-up-name assets"},
		{`function = uid`, "", "", "not-stored never"},
		{`is_orig = function`, "", "", "clause-refused"},
		{`odd = function`, `dataset = "s7comm" & odd = fn`, "", ""},
		{`sender = ip(10.0.0.1)`, `dataset = "s7comm" & agent.ip = ip(10.0.0.1)`, "narrower or wider holds this only where is_orig", ""},
		{`sender = ip(10.0.0.1) & is_orig = "yes"`, `dataset = "s7comm" & agent.ip = ip(10.0.0.1) & sent = "T"`, "", ""},
		{`who in context hosts/1`, `dataset = "s7comm" & agent.ip in context hosts/1`, "", ""},
	} {
		r, l := placed(t, tc.condition, nil)
		checkFindings(t, tc.condition, l, tc.findings)
		if r == nil {
			if tc.findings == "" {
				t.Errorf("%s: no rule", tc.condition)
			}
			continue
		}
		if got := ir.Text(r.Where); got != tc.where {
			t.Errorf("%s:\n got %s\nwant %s", tc.condition, got, tc.where)
		}
		var losses []string
		for _, x := range r.Losses {
			losses = append(losses, x.Effect.String()+" "+x.Reason)
		}
		if got := strings.Join(losses, "; "); tc.losses == "" && got != "" || !containsAll(got, tc.losses) {
			t.Errorf("%s: losses %q, want %q", tc.condition, got, tc.losses)
		}
		ir.Atoms(r.Where, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				if _, ok := r.Fields[f.Name]; !ok {
					t.Errorf("%s: nothing says where %s stands", tc.condition, f.Name)
				}
			}
		})
	}
}

// containsAll says that got begins with the first word of want and contains the rest.
func containsAll(got, want string) bool {
	effect, rest, _ := strings.Cut(want, " ")
	for _, e := range []string{"narrower or wider", "narrower", "wider"} {
		if after, ok := strings.CutPrefix(want, e+" "); ok {
			effect, rest = e, after
			break
		}
	}
	return strings.HasPrefix(got, effect) && strings.Contains(got, rest)
}

func checkFindings(t *testing.T, condition string, l diag.List, want string) {
	t.Helper()
	var got []string
	for _, d := range l {
		got = append(got, d.Code.Info().Slug+" "+d.Message)
	}
	text := strings.Join(got, "\n")
	slug, rest, _ := strings.Cut(want, " ")
	if want == "" && text != "" || !strings.HasPrefix(text, slug) || !strings.Contains(text, rest) {
		t.Errorf("%s: findings %q, want %q", condition, text, want)
	}
}

func TestColumns(t *testing.T) {
	r, _ := placed(t, `who = ip(10.0.0.1) & code = 4 & doc = "x" & function = "y"`, nil)
	for name, want := range map[string]string{
		"agent.ip":     "agent.ip [] ip ip",
		"code":         "code [] int text",
		"doc.function": "doc [function] string json",
		"fn":           "fn [] string text",
		"dataset":      "dataset [] string text",
	} {
		c := r.Fields[name]
		if got := fmt.Sprintf("%s %v %s %s", c.Name, c.Path, c.Type, c.Stored); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if r.Table != "s7" || len(r.In) != 1 || fmt.Sprint(r.In[0]) != "{sourcetype [a b]}" {
		t.Errorf("it lies in %q %v", r.Table, r.In)
	}
	if r.Time.Name != "_time" || r.Time.Stored != backend.Time {
		t.Errorf("its time is %+v", r.Time)
	}
	r, _ = placed(t, `made < time(2024-02-29T23:59:59Z)`, nil)
	if c := r.Fields["_time"]; c.Stored != backend.Time {
		t.Errorf("a name that the store keeps as its time is %s", c.Stored)
	}
	if r, _ := placed(t, `exists(_time)`, nil); r == nil || r.Fields["_time"].Stored != backend.Time {
		t.Errorf("the store's own time is %+v", r.Fields["_time"])
	}
	if r, _ := placed(t, `keyword "x"`, nil); r == nil || len(r.Texts) != 2 || r.Texts[0].Name != "fn" || r.Texts[1].Name != "code" {
		t.Errorf("a keyword is looked for in %+v", r)
	}
}

func TestInlined(t *testing.T) {
	hosts := func(values ...ir.Value) Held {
		return func(at ir.Table) ([]ir.Value, bool) { return values, at == ir.Table{Name: "hosts", Version: 1} }
	}
	ip := fields["who"]
	one, _ := ir.ParseValue(ip, "10.0.0.1", true)
	r, l := placed(t, `!(who in context hosts/1)`, hosts(one))
	if l != nil || ir.Text(r.Where) != `dataset = "s7comm" & !(agent.ip = ip(10.0.0.1))` || len(r.Inlined) != 1 {
		t.Errorf("%v %v", r, l)
	}
	if r, l := placed(t, `!(who in context hosts/1)`, hosts()); r != nil || !l.HasErrors() {
		t.Errorf("an empty table under a negation leaves a rule that is true of everything: %v %v", r, l)
	}
	r, l = placed(t, `is_orig in context hosts/1`, hosts(ir.StringValue("yes")))
	if l != nil || ir.Text(r.Where) != `dataset = "s7comm" & sent = "T"` {
		t.Errorf("a table of values that the store spells otherwise: %v %v", r, l)
	}
	_, l = placed(t, `is_orig in context hosts/1`, hosts(ir.StringValue("maybe")))
	checkFindings(t, "a table of values that the store says nothing of", l, "clause-refused maybe")
	_, l = placed(t, `who in context hosts/2`, hosts(one))
	checkFindings(t, "a table that isn't held", l, "table-not-held hosts")
}

// Package backendtest has the rules and events that every target is held to: each kind of atom with plain and hostile
// values, under negation and beside others, and events that each value meets and barely misses.
package backendtest

import (
	"net/netip"
	"slices"
	"time"

	"detc/compiler/backend"
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/witness"
)

// A Case is a rule.
type Case struct {
	Rule *backend.Rule
}

// An Event is the values of each field that is there.
type Event map[string][]ir.Value

// Match is what eval says of an event.
func Match(e ir.Expr, ev Event) bool { return eval.Match(e, bind.NewEvent(ev), nil) }

// Hostile are texts that query languages trip over: quotes, escapes, wildcards, words of theirs, folds, odd characters.
func Hostile() []string {
	return []string{
		"", " ", "a", "A", "cmd.exe", "CMD.EXE", "cmd.exe /c", `C:\Windows\System32\cmd.exe`, `\`, `\\`, `a\`, `\a`, `\"`, `\u0041`, `\n`, `\/`,
		`"`, `""`, "'", "`", `a"b`, `a'b`, `a" OR "b`, `a' OR '1'='1`, "*", "?", "a*b", "a?b", `\*`, "%", "_", "a%b", "a_b", "100%",
		"/", "/a/", "//", "a/b", ".*", "[a-z]", "(a)", "{a}", "a|b", "a&b", "~a", "<a>", "<5", ">5", "#", "@", "^a$", "$a", "${a}", "{{a}}",
		"AND", "OR", "NOT", "TO", "a AND b", "[1 TO 2]", "null", "NULL", "true", "_exists_:a", "a:b", "-a", "+a", "!a", "a,b", ";", "--", "/*x*/",
		"k", "K", "\u212a", "s", "S", "ſ", "i", "I", "İ", "ı", "ß", "ẞ", "SS", "é", "É", "Σ", "σ", "ς", "日本", "a\u3000b", "\u202eabc", "😀", "a😀b",
		"\t", "\n", "a\nb", "a\n", "\r\n", "\x01", "\x1b[31m", "\x7f", "\u00a0", "\u2028", "\ufffd", "task", "TASK", "ta\u212a", "Kill", "skis",
		"0", "443", "0443", "-1", "4.5", "1e3", "10.1.2.3", "2001:db8::1", "2024-02-29T23:59:59Z", " -enc", "/enc x", "–enc", "–enc y", "-enc", "x-enc",
	}
}

// Fields are the fields of the rules, and Columns where they stand when every type is stored as itself.
func Fields() []ir.Field {
	return []ir.Field{
		{Name: "user", Type: ir.String}, {Name: "path", Type: ir.String, Cased: true}, {Name: "tags", Type: ir.String, List: true},
		{Name: "port", Type: ir.Int}, {Name: "ports", Type: ir.Int, List: true}, {Name: "ratio", Type: ir.Double}, {Name: "admin", Type: ir.Bool},
		{Name: "src.ip", Type: ir.IP}, {Name: "addresses", Type: ir.IP, List: true}, {Name: "at", Type: ir.Timestamp},
		{Name: "c-uri", Type: ir.String}, {Name: "peer", Type: ir.IP}, {Name: "host", Type: ir.String}, {Name: "file", Type: ir.String, Cased: true},
	}
}

// Columns are the fields as columns of their own types.
func Columns() map[string]backend.Column {
	out := map[string]backend.Column{}
	stored := map[ir.Type]backend.Storage{ir.Int: backend.Number, ir.Double: backend.Number, ir.Bool: backend.Bool, ir.IP: backend.Address, ir.Timestamp: backend.Time}
	for _, f := range Fields() {
		out[f.Name] = backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Stored: stored[f.Type], Nullable: true}
	}
	return out
}

// TextColumns are the fields as a store has them that keeps nothing but text.
func TextColumns() map[string]backend.Column {
	out := Columns()
	for name, c := range out {
		c.Stored = backend.Text
		if c.Type == ir.Timestamp {
			c.Stored = backend.TimeText
		}
		out[name] = c
	}
	return out
}

// Cases are the rules of the atoms in many settings, on columns.
func Cases(columns map[string]backend.Column) []Case {
	atoms := Atoms()
	var out []Case
	add := func(e ir.Expr) {
		out = append(out, Case{&backend.Rule{Name: "rule", Table: "logs", Where: e, Fields: columns}})
	}
	for i, a := range atoms {
		add(a)
		if i%3 == 0 {
			add(&ir.Not{Arg: a})
		}
		b, c := atoms[(i*7+3)%len(atoms)], atoms[(i*13+5)%len(atoms)]
		switch i % 6 {
		case 0:
			add(&ir.And{Args: []ir.Expr{a, &ir.Not{Arg: b}}})
		case 1:
			add(&ir.Or{Args: []ir.Expr{&ir.Not{Arg: a}, b}})
		case 2:
			add(&ir.Not{Arg: &ir.And{Args: []ir.Expr{a, &ir.Or{Args: []ir.Expr{b, &ir.Not{Arg: c}}}}}})
		case 3:
			add(&ir.And{Args: []ir.Expr{&ir.Not{Arg: a}, &ir.Not{Arg: b}}})
		case 4:
			add(&ir.Or{Args: []ir.Expr{a, &ir.And{Args: []ir.Expr{b, &ir.Named{Name: "filter", Arg: &ir.Not{Arg: c}}}}}})
		}
	}
	for _, e := range []ir.Expr{&ir.Const{Value: true}, &ir.Const{}, &ir.And{}, &ir.Or{}, &ir.Not{Arg: &ir.Const{Value: true}}, &ir.Not{Arg: &ir.Not{Arg: atoms[1]}}} {
		add(e)
	}
	return out
}

// Atoms are atoms of every kind.
func Atoms() []ir.Expr {
	f := map[string]ir.Field{}
	for _, x := range Fields() {
		f[x.Name] = x
	}
	var out []ir.Expr
	names := []string{"user", "path", "tags", "c-uri"}
	for i, h := range Hostile() {
		field := f[names[i%len(names)]]
		out = append(out, &ir.Eq{Field: f["user"], Values: []ir.Value{ir.StringValue(h)}},
			&ir.Match{Field: field, Op: ir.MatchOp(i % 3), Values: []string{h}},
			&ir.Match{Field: f["user"], Op: ir.MatchOp((i + 1) % 3), Values: []string{h, "b"}})
		if i%2 == 0 {
			out = append(out, &ir.Eq{Field: f["path"], Values: []ir.Value{ir.StringValue(h), ir.StringValue("Stop")}})
		}
		if i%4 == 0 {
			out = append(out, &ir.Eq{Field: f["tags"], Values: []ir.Value{ir.StringValue(h)}},
				&ir.Match{Field: f["user"], Op: ir.Contains, Values: []string{h}, Encoding: ir.Encoding{Base64: ir.Base64Offset}})
		}
	}
	for _, g := range []string{"*", "?", "a*b", "a?b", `*\**`, `C:\\*\\cmd.exe`, "*cmd?exe*", "a*k*c", `\?*`, "?*", "*-enc *", "<*a", "[*]", `"*"`, "ſ*", "*日?"} {
		out = append(out, &ir.Match{Field: f["user"], Op: ir.Glob, Values: []string{g}}, &ir.Match{Field: f["path"], Op: ir.Glob, Values: []string{g, "x*y"}})
	}
	for _, p := range []string{"a", "^a$", "(?i)cmd", `\bcmd\b`, "a|b", "[a-c]+", `^\\\\`, "(?s).*", ".+", `\d{2,3}`, `^C:\\.*\.exe$`, `(^|\s)-enc(\s|$)`, `[^a]`, `\W`, `a.b`, "é", `(?i)k`, `"`, "/a/", "^$", `(?m)^b`, "[\\x00-\\x1f]", `[^\w.]`, `\\`, `[/\\]`} {
		out = append(out, &ir.Regex{Field: f["user"], Patterns: []string{p}}, &ir.Regex{Field: f["path"], Patterns: []string{p, "zz+"}})
	}
	for _, dash := range []string{" -enc", "/enc x", "-a", "x"} {
		out = append(out, &ir.Match{Field: f["user"], Op: ir.Contains, Values: []string{dash}, Encoding: ir.Encoding{Dash: true}})
	}
	out = append(out, &ir.Match{Field: f["user"], Op: ir.Contains, Values: []string{"cmd"}, Encoding: ir.Encoding{Base64: ir.Base64Whole}},
		&ir.Match{Field: f["user"], Op: ir.Contains, Values: []string{"cmd"}, Encoding: ir.Encoding{Wide: ir.UTF16LE, Base64: ir.Base64Offset}},
		&ir.Match{Field: f["user"], Op: ir.Contains, Values: []string{"cmd"}, Encoding: ir.Encoding{Wide: ir.UTF16LE}},
		&ir.Eq{Field: f["user"], Values: []ir.Value{ir.IntValue(443), ir.BoolValue(true), ir.DoubleValue(4.5)}})
	return append(out, typed(f)...)
}

func typed(f map[string]ir.Field) (out []ir.Expr) {
	for _, n := range []int64{0, 443, -1, 1 << 40, -9223372036854775808} {
		out = append(out, &ir.Eq{Field: f["port"], Values: []ir.Value{ir.IntValue(n), ir.IntValue(80)}})
		for op := ir.Lt; op <= ir.Ge; op++ {
			out = append(out, &ir.Compare{Field: f["port"], Op: op, Value: ir.IntValue(n)}, &ir.Compare{Field: f["ports"], Op: op, Value: ir.IntValue(n)})
		}
	}
	for _, d := range []float64{0, 0.5, -1.25, 1e300, 1e-7, 4.5} {
		out = append(out, &ir.Eq{Field: f["ratio"], Values: []ir.Value{ir.DoubleValue(d)}}, &ir.Compare{Field: f["ratio"], Op: ir.Ge, Value: ir.DoubleValue(d)}, &ir.Compare{Field: f["ratio"], Op: ir.Lt, Value: ir.DoubleValue(d)})
	}
	out = append(out, &ir.Eq{Field: f["admin"], Values: []ir.Value{ir.BoolValue(true)}}, &ir.Eq{Field: f["admin"], Values: []ir.Value{ir.BoolValue(false)}})
	for _, a := range []string{"10.1.2.3", "2001:db8::1", "::", "0.0.0.0"} {
		out = append(out, &ir.Eq{Field: f["src.ip"], Values: []ir.Value{ir.IPValue(netip.MustParseAddr(a))}}, &ir.Eq{Field: f["addresses"], Values: []ir.Value{ir.IPValue(netip.MustParseAddr(a))}})
	}
	for _, n := range []string{"10.0.0.0/8", "10.1.2.0/23", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32", "fe80::/10", "::/0", "::ffff:10.0.0.0/104"} {
		out = append(out, &ir.Cidr{Field: f["src.ip"], Nets: []netip.Prefix{netip.MustParsePrefix(n)}}, &ir.Cidr{Field: f["addresses"], Nets: []netip.Prefix{netip.MustParsePrefix(n)}})
	}
	at := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
	for _, t := range []time.Time{at, at.Add(1500 * time.Microsecond)} {
		for op := ir.Lt; op <= ir.Ge; op++ {
			out = append(out, &ir.Compare{Field: f["at"], Op: op, Value: ir.TimeValue(t)})
		}
		out = append(out, &ir.Eq{Field: f["at"], Values: []ir.Value{ir.TimeValue(t)}})
	}
	for part, values := range map[ir.TimeUnit][]int{ir.Minute: {59, 0}, ir.Hour: {23}, ir.Day: {29, 1}, ir.Week: {9, 53}, ir.Month: {2}, ir.Year: {2024}} {
		out = append(out, &ir.TimePart{Field: f["at"], Part: part, Values: values})
	}
	slices.SortStableFunc(out[len(out)-6:], func(a, b ir.Expr) int { return int(a.(*ir.TimePart).Part) - int(b.(*ir.TimePart).Part) })
	for _, x := range Fields() {
		out = append(out, &ir.Exists{Field: x})
	}
	return append(out,
		&ir.FieldEq{Field: f["user"], Other: f["host"]}, &ir.FieldEq{Field: f["path"], Other: f["file"]}, &ir.FieldEq{Field: f["src.ip"], Other: f["peer"]},
		&ir.Keyword{Op: ir.Contains, Values: []string{"cmd"}}, &ir.Keyword{Op: ir.Contains, Values: []string{`a"b`, "é"}}, &ir.Keyword{Op: ir.Glob, Values: []string{"c?d*exe"}},
		&ir.InSet{Field: f["host"], Table: "hosts", Version: 1})
}

// Events are events for an expression: what it meets and what it barely misses, and for each field that it names every
// hostile text, one at a time; none at all; all of a list.
func Events(e ir.Expr) []Event {
	var out []Event
	made, _ := witness.Generate(e, witness.Options{Max: 30})
	for _, w := range made {
		out = append(out, Event(w.Values))
	}
	var fields []ir.Field
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	})
	out = append(out, Event{}, Event{"other": {ir.StringValue("cmd.exe")}})
	for i, f := range fields {
		for j, v := range values(f.Type) {
			ev := Event{f.Name: {v}}
			if f.List && j%3 == 0 {
				ev[f.Name] = append(ev[f.Name], values(f.Type)[(j*5+1)%len(values(f.Type))])
			}
			if other := fields[(i+1)%len(fields)]; j%2 == 1 && other != f {
				ev[other.Name] = []ir.Value{values(other.Type)[(j*3)%len(values(other.Type))]}
			}
			out = append(out, ev)
		}
	}
	return out
}

func values(t ir.Type) (out []ir.Value) {
	switch t {
	case ir.Int:
		for _, n := range []int64{0, 1, -1, 80, 442, 443, 444, 1 << 40, 1<<40 + 1, 9223372036854775807, -9223372036854775808} {
			out = append(out, ir.IntValue(n))
		}
	case ir.Double:
		for _, d := range []float64{0, 0.5, -1.25, 4.5, 1e-7, 1e300, -1e300, 443, 0.1} {
			out = append(out, ir.DoubleValue(d))
		}
	case ir.Bool:
		out = []ir.Value{ir.BoolValue(true), ir.BoolValue(false)}
	case ir.IP:
		for _, a := range []string{"10.1.2.3", "10.1.3.255", "10.1.4.0", "9.255.255.255", "11.0.0.0", "0.0.0.0", "255.255.255.255", "2001:db8::1", "2001:db9::", "::", "::1", "fe80::1", "fec0::"} {
			out = append(out, ir.IPValue(netip.MustParseAddr(a)))
		}
	case ir.Timestamp:
		at := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
		for _, d := range []time.Duration{0, time.Nanosecond, -time.Nanosecond, time.Millisecond, 1500 * time.Microsecond, 1501 * time.Microsecond, time.Second, -time.Hour, 24 * time.Hour, 365 * 24 * time.Hour, -60 * 24 * time.Hour, 306 * 24 * time.Hour} {
			out = append(out, ir.TimeValue(at.Add(d)))
		}
	default:
		for _, h := range Hostile() {
			out = append(out, ir.StringValue(h))
		}
	}
	return out
}

// Events are the events that the rule is held to.
func (c Case) Events() []Event { return Events(c.Rule.Where) }

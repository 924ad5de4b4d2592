package trial

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

// A reference holds a machine against bind and eval: the slow reading of the same record.
type reference struct {
	m                 *machine
	records, verdicts int
	trues             int
}

func newReference(t *testing.T) *reference {
	sources, subjects := library(t)
	return &reference{m: newMachine(sources, subjects, 1)}
}

// line compares one line. The names, values and verdicts must be the same, whichever sources the record is of.
func (r *reference) line(t *testing.T, line []byte) {
	t.Helper()
	format := telemetry.JSON
	if !bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte("CEF:")) {
		format = telemetry.CEF
	}
	rec, err := bind.ParseRecord(format, line)
	if format == telemetry.JSON {
		if fault := r.m.scan.Scan(line); (fault == ndjson.OK) != (err == nil) {
			t.Fatalf("%s: %v, and bind says %v", line, fault, err)
		}
	}
	if err != nil {
		return
	}
	if format == telemetry.CEF {
		r.m.flat(rec)
	}
	r.records++
	r.m.record++
	r.m.event.line, r.m.event.format = line, format
	set := r.m.of()
	for _, l := range r.m.sources {
		if len(l.marks) > 0 {
			in := false
			for i := 0; i < len(set); i += 2 {
				in = in || int(set[i])<<8|int(set[i+1]) == l.index
			}
			if want := l.Format == format && l.Belongs(rec); in != want {
				t.Fatalf("%s: is of %s: %t, not %t", line, l.ID, in, want)
			}
		}
		r.source(t, line, l, rec)
	}
}

func (r *reference) source(t *testing.T, line []byte, l *logSource, rec bind.Record) {
	t.Helper()
	if l.filter != nil {
		r.verdict(t, line, l.ID, r.m.holds(l.filter), eval.Match(l.Filter, rec, nil))
	}
	logical := l.Read(rec)
	for _, c := range l.checks {
		for _, p := range c.binding.Paths {
			values, present := r.m.Get(p)
			want, there := rec.Get(p)
			if present != there || !reflect.DeepEqual(values, want) {
				t.Fatalf("%s: %s is %v %t, not %v %t", line, p.Name, values, present, want, there)
			}
		}
		seen, bad := c.seen, c.bad
		c.look(&r.m.judge, Place{})
		seen, bad = c.seen-seen, c.bad-bad
		values, present := logical.Get(c.field.Field)
		if (seen == 1) != present || c.problem != OutsideEnum && present && bad > 0 != (len(values) < leavesOf(c, rec)) {
			t.Fatalf("%s: %s of %s: seen %d, bad %d, but bind reads %v", line, c.field.Name, l.ID, seen, bad, values)
		}
	}
	for _, b := range l.rules {
		must := r.m.holds(b.must)
		if b.may == nil {
			r.verdict(t, line, b.subject.Name+" on "+l.ID, must, eval.Match(b.Where, rec, nil))
			continue
		}
		may := r.m.holds(b.may)
		for _, tables := range tablesFor(b.Where, rec) {
			if got := eval.Match(b.Where, rec, tables); must && !got || got && !may {
				t.Fatalf("%s: %s on %s: fires %t, may %t, but with a table it is %t", line, b.subject.Name, l.ID, must, may, got)
			}
		}
	}
}

// leavesOf is how many values the record has where the field is read.
func leavesOf(c *check, rec bind.Record) int {
	for _, p := range c.binding.Paths {
		text := p
		text.Type = ir.String
		if values, present := rec.Get(text); present {
			n := len(values)
			if n == 0 {
				n = 1 // an object
			}
			return n
		}
	}
	return 0
}

func (r *reference) verdict(t *testing.T, line []byte, what string, got, want bool) {
	t.Helper()
	r.verdicts++
	if want {
		r.trues++
	}
	if got != want {
		t.Fatalf("%s: %s is %t, not %t", line, what, got, want)
	}
}

// tablesFor are tables without anything, and tables that hold all that the record has.
func tablesFor(e ir.Expr, rec bind.Record) []eval.Tables {
	empty, full := eval.Tables{}, eval.Tables{}
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		if s, ok := a.(*ir.InSet); ok {
			values, _ := rec.Get(s.Field)
			empty[s.Table] = nil
			full[s.Table] = append(full[s.Table], values...)
		}
	})
	return []eval.Tables{empty, full}
}

func TestSamplesReadAsBindReadsThem(t *testing.T) {
	r := newReference(t)
	for _, f := range sampleFiles(t) {
		for n, line := range bytes.Split(bytes.TrimSpace(readAll(t, []string{f})), []byte("\n")) {
			if n < 60 || n%50 == 0 {
				r.line(t, line)
			}
		}
	}
	t.Logf("%d records, %d verdicts, %d of them true", r.records, r.verdicts, r.trues)
}

func TestGeneratedRecordsReadAsBindReadsThem(t *testing.T) {
	r := newReference(t)
	g := &generator{rand.New(rand.NewPCG(3, 14)), r.m}
	n := 6000
	if testing.Short() {
		n = 500
	}
	for range n {
		r.line(t, []byte(g.record()))
	}
	if r.trues < n/10 {
		t.Errorf("only %d of %d verdicts were true: the records are too unlike those that rules are about", r.trues, r.verdicts)
	}
	t.Logf("%d records, %d verdicts, %d of them true", r.records, r.verdicts, r.trues)
}

// A generator writes records that sources and rules are about, and spoils them.
type generator struct {
	*rand.Rand
	m *machine
}

func (g *generator) record() string {
	l := g.m.sources[g.IntN(len(g.m.sources))]
	var pairs [][2]string
	for _, k := range l.Record {
		pairs = append(pairs, [2]string{k.Name, k.Text})
	}
	for _, c := range l.checks {
		for _, p := range c.binding.Paths {
			if g.IntN(4) > 0 {
				pairs = append(pairs, [2]string{p.Name, g.text(c, l)})
			}
		}
	}
	for _, name := range filterNames(l.Source) {
		pairs = append(pairs, [2]string{name, g.literal(l.Filter, name)})
	}
	if g.IntN(3) == 0 {
		pairs = append(pairs, [2]string{[]string{"x", "é", `q"`, "ts.x"}[g.IntN(4)], "y"})
	}
	g.Shuffle(len(pairs), func(i, k int) { pairs[i], pairs[k] = pairs[k], pairs[i] })
	if l.Format == telemetry.CEF {
		return g.cef(pairs)
	}
	var out []string
	for _, p := range pairs {
		out = append(out, g.pair(p[0], p[1]))
	}
	return "{" + strings.Join(out, []string{",", " , "}[g.IntN(2)]) + "}"
}

// text is a value that the field may have, or not.
func (g *generator) text(c *check, l *logSource) string {
	var of []string
	for _, pair := range c.binding.Values {
		of = append(of, pair.Raw)
	}
	of = append(of, c.field.Enum...)
	for _, b := range l.rules {
		for _, p := range c.binding.Paths {
			of = append(of, literals(b.Where, p.Name)...)
		}
	}
	of = append(of, "10.1.2.3", "::1", "x", "", "502", "1.5", "true", "2026-11-22T10:00:00Z", "1763805600.25")
	return of[g.IntN(len(of))]
}

func (g *generator) literal(e ir.Expr, name string) string {
	of := append(literals(e, name), "other")
	return of[g.IntN(len(of))]
}

func literals(e ir.Expr, name string) (out []string) {
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		if fields := ir.Fields(a); len(fields) == 0 || fields[0].Name != name {
			return
		}
		switch a := a.(type) {
		case *ir.Eq:
			for _, v := range a.Values {
				out = append(out, v.Text())
			}
		case *ir.Match:
			out = append(out, a.Values...)
		case *ir.Compare:
			out = append(out, a.Value.Text())
		}
	})
	return out
}

func (g *generator) cef(pairs [][2]string) string {
	head := map[string]string{}
	var ext []string
	for _, p := range pairs {
		head[p[0]] = p[1]
		ext = append(ext, p[0]+"="+p[1])
	}
	return fmt.Sprintf("<13>host CEF:0|%s|%s|1|%s|%s|5|%s", head["DeviceVendor"], head["DeviceProduct"], head["DeviceEventClassID"], head["Name"], strings.Join(ext, " "))
}

// pair writes a name as one key or as keys within each other, here and there twice, or in a list.
func (g *generator) pair(name, text string) string {
	value := g.value(text)
	if i := strings.IndexByte(name, '.'); i > 0 && g.IntN(4) > 0 {
		value = "{" + g.pair(name[i+1:], text) + "}"
		if g.IntN(8) == 0 {
			value = "[" + value + "," + value + "]"
		}
		name = name[:i]
	}
	pair := g.quote(name) + ":" + value
	if g.IntN(20) == 0 {
		pair += "," + g.quote(name) + ":" + g.value("twice")
	}
	return pair
}

func (g *generator) value(text string) string {
	switch n := g.IntN(24); n {
	case 0:
		return "null"
	case 1:
		return []string{"true", "false", "0", "-3.5", "1e400", "12345678901234567890", `{"b":1}`, "[]", `"\ud800"`, "\"\xff\""}[g.IntN(10)]
	case 2:
		return "[" + g.quote(text) + ",null," + g.quote("second") + "]"
	case 3, 4:
		if number(text) {
			return text
		}
	case 5:
		return g.quote(strings.ToUpper(text))
	}
	return g.quote(text)
}

func number(s string) bool { return s == "502" || s == "1.5" || s == "1763805600.25" || s == "true" }

func (g *generator) quote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
	if s != "" && s[0] < 0x80 && s[0] != '\\' && g.IntN(12) == 0 {
		s = fmt.Sprintf(`\u%04x`, s[0]) + s[1:]
	}
	return `"` + s + `"`
}

package witness_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// schemaFields have every type, both collations, lists and enums.
const schemaFields = `
  user: {type: string, doc: d}
  host: {type: string, doc: d}
  path: {type: string, collation: cased, doc: d}
  file.path: {type: string, collation: cased, doc: d}
  cmd: {type: string, doc: d}
  tags: {type: list(string), doc: d}
  level: {type: string, enum: [low, mid, "high *", 'v?\x'], doc: d}
  mode: {type: string, collation: cased, enum: [run, Run, stop], doc: d}
  port: {type: int, doc: d}
  dst.port: {type: int, doc: d}
  ports: {type: list(int), doc: d}
  ratio: {type: double, doc: d}
  load: {type: double, doc: d}
  admin: {type: bool, doc: d}
  signed: {type: bool, doc: d}
  src_ip: {type: ip, doc: d}
  dst_ip: {type: ip, doc: d}
  addresses: {type: list(ip), doc: d}
  seen: {type: timestamp, doc: d}
  ts: {type: timestamp, doc: d}
`

// A world is a schema with one log that carries it.
type world struct {
	text   string // the telemetry file
	schema *telemetry.Schema
	source *bind.Source
	enums  map[string][]string
}

type chance struct{ *rand.Rand }

// fixed is for what must only be named.
var fixed = rand.New(rand.NewPCG(1, 1))

func (c chance) in(n int) bool        { return c.IntN(n) == 0 }
func pick[T any](c chance, of ...T) T { return of[c.IntN(len(of))] }

var constants = map[string]string{"user": `"a"`, "host": `"Stop"`, "cmd": `"a*b?c"`, "path": `"K"`, "port": "3", "ratio": "0.5", "admin": "true", "src_ip": "10.0.0.1", "mode": "Run", "level": `"high *"`}

// newWorld makes a telemetry file and reads it: fields under other names, in nested objects, under several names of
// which the first counts, in the log's own values, as constants, missing.
func newWorld(c chance) *world {
	var fields, consts, values strings.Builder
	raws := map[string]string{}
	for line := range strings.Lines(schemaFields) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ": {")
		if !ok || name == "ts" {
			continue
		}
		raw := pick(c, name, "raw_"+name, "nest."+name, "deep.er."+name, "c-"+name, "%"+name, "`"+name+" \\", name+"\u00e9")
		switch {
		case c.in(12):
			continue
		case c.in(8) && constants[name] != "":
			fmt.Fprintf(&consts, "      %s: %s\n", name, constants[name])
			continue
		case c.in(14) && len(raws) > 0: // a name that another field of the type has too
			for other, its := range raws {
				if strings.Contains(schemaFields, "\n  "+other+": {"+rest) {
					raw = its
				}
			}
		}
		raws[name] = raw
		paths := []string{raw}
		for c.in(4) {
			paths = append(paths, fmt.Sprintf("%s.or%d", pick(c, "nest", "more", name), len(paths)))
		}
		for i, p := range paths {
			paths[i] = strconv.Quote(p)
		}
		fmt.Fprintf(&fields, "      %s: [%s]\n", name, strings.Join(paths, ", "))
		if name == "level" && c.in(2) {
			values.WriteString("      level: {low: [\"L (0)\", 'l\\', \"*\"], mid: [\"1\", M], \"high *\": [\"H\"]}\n")
		}
		if name == "mode" && c.in(3) {
			values.WriteString("      mode: {run: [stop], stop: [run, Halt, halt], Run: [\"%RUN%\"]}\n")
		}
		if name == "port" && c.in(8) {
			values.WriteString("      port: {1: [one, One], 3: [three], 4: [\"3\"]}\n")
		}
	}
	text := "id: t\ntitle: T\nserves: [TA0104/T1]\nlogsource: {product: p}\ntime: ts\nfields:" + schemaFields +
		"sources:\n  - id: s\n    title: S\n    logsource: {product: p}\n    record: {_path: t}\n    fields:\n" + fields.String()
	if consts.Len() > 0 {
		text += "    const:\n" + consts.String()
	}
	if values.Len() > 0 {
		text += "    values:\n" + values.String()
	}
	text += "    time: {field: at, unit: " + pick(c, "s", "ms", "us", "ns") + "}\n    names: {verified: sample, doc: d}\n"
	var l diag.List
	schema := telemetry.Read(source.NewFile("t.yaml", text), &l)
	if schema == nil || len(schema.Sources) != 1 {
		panic(fmt.Sprintf("%s\n%v", text, l))
	}
	w := &world{text, schema, &bind.Source{Source: schema.Sources[0]}, map[string][]string{}}
	for _, f := range schema.Fields {
		if f.Enum != nil {
			w.enums[f.Name] = f.Enum
		}
	}
	w.source.Filter = w.filter(c)
	return w
}

// filter is a row filter, or none.
func (w *world) filter(c chance) ir.Expr {
	kind := &ir.Eq{Field: ir.Field{Name: "kind"}, Values: []ir.Value{ir.StringValue("cmd"), ir.StringValue("a*b")}}
	size := &ir.Compare{Field: ir.Field{Name: "size", Type: ir.Int}, Op: ir.Gt, Value: ir.IntValue(3)}
	var bound ir.Expr = size
	if paths := w.source.Binding("user").Paths; len(paths) > 0 {
		bound = &ir.Match{Field: paths[0], Op: ir.Contains, Values: []string{"a", "s"}}
	}
	switch c.IntN(8) {
	case 0:
		return kind
	case 1:
		return ir.Normalize(&ir.And{Args: []ir.Expr{kind, size}})
	case 2:
		return ir.Normalize(&ir.Not{Arg: kind})
	case 3:
		return ir.Normalize(&ir.Or{Args: []ir.Expr{&ir.And{Args: []ir.Expr{bound, kind}}, size}})
	case 4:
		return ir.Normalize(&ir.Or{Args: []ir.Expr{bound, &ir.Not{Arg: &ir.Exists{Field: size.Field}}}})
	}
	return nil
}

// expr is a condition over the schema: irtest's, with what the front end would not let through put right.
func (w *world) expr(c chance) ir.Expr {
	var fields []ir.Field
	for _, f := range w.schema.Fields {
		fields = append(fields, f.Field)
	}
	keep := 2 + c.IntN(len(fields))
	for len(fields) > keep {
		i := c.IntN(len(fields))
		fields = slices.Delete(fields, i, i+1)
	}
	e := irtest.Expr(fields).Example(int(c.Uint32()))
	return ir.Normalize(ir.Map(e, func(a ir.Expr) ir.Expr { return w.authored(a, c) }))
}

func (w *world) authored(atom ir.Expr, c chance) ir.Expr {
	valid := func(list []string) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = strings.ToValidUTF8(s, "\ufffd")
		}
		return out
	}
	switch a := atom.(type) {
	case *ir.Eq:
		b := *a
		b.Values = nil
		for _, v := range a.Values {
			if enum := w.enums[a.Field.Name]; enum != nil && !c.in(6) {
				v.Str = pick(c, enum...)
			}
			v.Str = strings.ToValidUTF8(v.Str, "\ufffd")
			if v.Type == ir.Timestamp {
				v.Int -= v.Int % 1e9
			}
			b.Values = append(b.Values, v)
		}
		return &b
	case *ir.Match:
		b := *a
		b.Values = valid(a.Values)
		if c.in(6) && a.Op != ir.Glob {
			b.Encoding = pick(c, irtest.Encodings()...)
		}
		if b.Encoding.Dash && c.in(2) {
			b.Values = append(b.Values, pick(c, "-enc", " /c", "x -a /b", "—k", "-É-s"))
		}
		if c.in(4) && len(b.Values) > 0 && b.Encoding.Plain() {
			b.Values[0] = pick(c, `c:\temp\*`, `\\srv\*?`, "stop*", "?k", "100%", `a\*b`, "-s*/K", "powershell", "SKſ")
		}
		return &b
	case *ir.Regex:
		b := *a
		b.Patterns = valid(a.Patterns)
		for i, p := range b.Patterns {
			if c.in(3) {
				b.Patterns[i] = pick(c, "^(abc|d[e-g]+)x?$", "(?i)^k", "a{2,3}b", `\d+\.exe$`, "(?s)a.b", "(?im)^stop$", `[^a-z]\s`)
			} else if !utf8.ValidString(p) {
				b.Patterns[i] = "a"
			}
		}
		return &b
	case *ir.Keyword:
		return &ir.Keyword{Op: a.Op, Values: valid(a.Values), Span: a.Span}
	case *ir.Compare:
		b := *a
		if b.Value.Type == ir.Timestamp {
			b.Value.Int -= b.Value.Int % 1e9
		}
		return &b
	case *ir.InSet:
		return &ir.InSet{Field: a.Field, Table: a.Table, Version: 1, Span: a.Span}
	case *ir.TimePart:
		if c.in(2) {
			return &ir.TimePart{Field: a.Field, Part: a.Part, Values: []int{map[ir.TimeUnit]int{ir.Year: 2024}[a.Part] + c.IntN(30)}, Span: a.Span}
		}
	}
	return atom
}

// respell is the record as another writer, or a broken one, would have it: addresses in IPv6, numbers as text, lists
// of one, nested objects, nulls, values of other types. It goes through JSON, as every record does.
func respell(r bind.Record, c chance, mild bool) bind.Record {
	out := map[string]any{}
	for name, v := range r.Values() {
		if !mild && c.in(12) {
			switch c.IntN(7) {
			case 0:
				v = nil
			case 1:
				v = "no such thing"
			case 2:
				v = map[string]any{"a": "b"}
			case 3:
				v = json.Number("3")
			case 4:
				v = true
			case 5:
				continue
			case 6:
				v = []any{v, pick[any](c, "x", nil, "", json.Number("4"))}
			}
		}
		switch {
		case c.in(6):
			v = otherText(v)
		case c.in(10):
			v = []any{v}
		}
		if parts := strings.Split(name, "."); len(parts) > 1 && c.in(3) {
			nest(out, parts, v)
		} else {
			out[name] = v
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	read, err := bind.ParseRecord(telemetry.JSON, text)
	if err != nil {
		panic(err)
	}
	return read
}

func otherText(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = otherText(v[i])
		}
		return out
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case string:
		if a, err := netip.ParseAddr(v); err == nil && a.Is4() {
			return "::ffff:" + v
		} else if err == nil {
			return strings.ToUpper(v)
		}
	}
	return v
}

func nest(into map[string]any, parts []string, v any) {
	for _, p := range parts[:len(parts)-1] {
		child, ok := into[p].(map[string]any)
		if !ok {
			if into[p] != nil {
				return
			}
			child = map[string]any{}
			into[p] = child
		}
		into = child
	}
	into[parts[len(parts)-1]] = v
}

// elsewhere is the record with others of the log's own words, and values at other names of those that a field has: moved
// there, or there as well.
func (w *world) elsewhere(r bind.Record, c chance) bind.Record {
	out := map[string]any{}
	for name, v := range r.Values() {
		out[name] = v
	}
	for _, f := range w.schema.Fields {
		b := w.source.Binding(f.Name)
		if b.Values != nil && c.in(2) {
			for _, p := range b.Paths {
				if _, one := out[p.Name].(string); one {
					word := pick(c, b.Values...).Raw
					out[p.Name] = pick(c, word, strings.ToUpper(word), word+"x")
				}
			}
		}
		if len(b.Paths) < 2 {
			continue
		}
		from, to := pick(c, b.Paths...).Name, pick(c, b.Paths...).Name
		v, ok := out[from]
		switch {
		case from == to:
		case ok && c.in(2):
			delete(out, from)
			out[to] = v
		case ok:
			out[to] = leaf(b.Paths[0], valueOf(b.Paths[0], c))
		}
	}
	return bind.NewRecord(out)
}

// filled is the record with something in every name that a field of the schema is read from: nothing is missing.
func (w *world) filled(r bind.Record) bind.Record {
	out := map[string]any{}
	for _, f := range w.schema.Fields {
		for _, p := range w.source.Binding(f.Name).Paths {
			out[p.Name] = map[ir.Type]any{ir.Int: json.Number("7"), ir.Double: json.Number("0.5"), ir.Bool: true, ir.IP: "192.0.2.1",
				ir.Timestamp: json.Number("1700000000"), ir.String: "plain"}[p.Type]
		}
	}
	for name, v := range r.Values() {
		out[name] = v
	}
	return bind.NewRecord(out)
}

package bind_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"detc/compiler/bind"
	"detc/compiler/ir"
)

// A scribe makes raw records of a source's log: names there and not, flat and nested, null, lists, values of the right
// type and of others, numbers as text and text as numbers, and often what the rule asks for.
type scribe struct {
	*rand.Rand
	source *bind.Source
	names  []string
	hints  map[string][]string // texts that the rule, the filter or a value map speak of, by raw name
	any    []string
}

func newScribe(seed uint64, src *bind.Source, rules ...ir.Expr) *scribe {
	s := &scribe{Rand: rand.New(rand.NewPCG(seed, 1)), source: src, hints: map[string][]string{}}
	s.names = append(src.RawNames(), "flag", "code", "row.kind")
	for _, f := range src.Schema.Fields {
		b := src.Binding(f.Name)
		for _, path := range b.Paths {
			for _, pair := range b.Values {
				s.hints[path.Name] = append(s.hints[path.Name], pair.Raw)
			}
		}
	}
	for _, e := range rules {
		ir.Atoms(e, func(atom ir.Expr, _ bool) {
			texts := spokenOf(atom)
			s.any = append(s.any, texts...)
			for _, f := range ir.Fields(atom) {
				s.hints[f.Name] = append(s.hints[f.Name], texts...)
				for _, path := range src.Binding(f.Name).Paths {
					s.hints[path.Name] = append(s.hints[path.Name], texts...)
				}
			}
		})
	}
	return s
}

// spokenOf are texts that an atom may be true of.
func spokenOf(atom ir.Expr) (out []string) {
	switch a := atom.(type) {
	case *ir.Eq:
		for _, v := range a.Values {
			out = append(out, v.Text())
		}
	case *ir.Match:
		for _, v := range a.Values {
			v = a.Encoding.Wide.Encode(v)
			switch {
			case a.Encoding.Base64 != ir.NoBase64:
				v = base64.StdEncoding.EncodeToString([]byte("xy" + v)[len(v)%3:])
			case a.Encoding.Dash:
				v = strings.Replace(v, "-", "–", 1)
			}
			out = append(out, v, "x"+v, v+"y", strings.NewReplacer("*", "zz", "?", "q", `\`, "").Replace(v))
		}
	case *ir.Regex:
		out = append(out, "a", "stop", "cmd b", `\\`)
	case *ir.Cidr:
		for _, n := range a.Nets {
			out = append(out, n.Addr().String(), "::ffff:"+n.Addr().String())
		}
	case *ir.Compare:
		out = append(out, a.Value.Text())
	case *ir.Keyword:
		out = append(out, a.Values...)
	case *ir.InSet:
		out = append(out, "10.0.0.1", "stop")
	case *ir.FieldEq, *ir.TimePart, *ir.Exists:
	}
	return out
}

func (s *scribe) record() bind.Record {
	values := map[string]any{}
	if s.IntN(4) > 0 {
		for _, m := range s.source.Record {
			values[m.Name] = m.Text
		}
	}
	for _, name := range s.names {
		if s.IntN(3) > 0 {
			s.put(values, name, s.value(s.source.RawField(name), 0))
		}
	}
	for range s.IntN(2) { // what no mapping knows of
		values["unmapped"] = s.value(ir.Field{Name: "unmapped"}, 0)
	}
	return bind.NewRecord(values)
}

// put writes a dotted name flat or down nested objects, now and then through a list.
func (s *scribe) put(values map[string]any, name string, v any) {
	head, rest, dotted := strings.Cut(name, ".")
	if !dotted || s.IntN(2) == 0 {
		values[name] = v
		return
	}
	child, ok := values[head].(map[string]any)
	if !ok {
		child = map[string]any{}
		if values[head] = child; s.IntN(6) == 0 {
			values[head] = []any{map[string]any{rest: s.value(ir.Field{Name: name}, 1)}, child, "x"}
		}
	}
	s.put(child, rest, v)
}

func (s *scribe) value(f ir.Field, depth int) any {
	switch n := s.IntN(20); {
	case n == 0:
		return nil
	case n == 1:
		return map[string]any{"x": "a"}
	case n <= 4 && depth < 3 || f.List && depth == 0 && n <= 14:
		list := make([]any, s.IntN(4))
		for i := range list {
			list[i] = s.value(f, depth+1)
		}
		return list
	case n == 5:
		return s.IntN(2) == 0
	}
	var text string
	if known := s.hints[f.Name]; len(known) > 0 && s.IntN(4) > 0 {
		text = known[s.IntN(len(known))]
	} else if len(s.any) > 0 && s.IntN(6) == 0 {
		text = s.any[s.IntN(len(s.any))]
	} else {
		text = s.typical(f)
	}
	text = strings.ToValidUTF8(text, "\ufffd") // what a JSON reader makes of it
	if json.Valid([]byte(text)) && s.IntN(3) > 0 {
		if _, err := strconv.ParseFloat(text, 64); err == nil || text[0] == '-' || text[0] >= '0' && text[0] <= '9' {
			return json.Number(text)
		}
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

func (s *scribe) typical(f ir.Field) string {
	of := []string{"a", "A", "b", "stop", "STOP", "k", "\u212a", "s", "ſ", "É", "é", "ß", "ẞ", "İ", "i", "", " -enc", "/enc", "x", "true", "1e999999", "502", "日本", `a\*b`, "%x%"}
	switch f.Type {
	case ir.Int:
		of = []string{"0", "1", "2", "3", "4", "-7", "1.0", "1.5", "9223372036854775807", "9223372036854775808", "x", ""}
	case ir.Double:
		of = []string{"0", "0.5", "1", "-0.0", "1e-7", "21000000", "1e300", "NaN", "Inf", "x"}
	case ir.Bool:
		of = []string{"true", "false", "True", "1", "x"}
	case ir.IP:
		of = []string{"10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2", "2001:DB8::1", "::", "x", "167772161", "10.0.0.1/32"}
	case ir.Timestamp:
		t := time.Unix(int64(s.IntN(3)), int64(s.IntN(2))*500_000_000).UTC()
		of = []string{t.Format(time.RFC3339Nano), "0", "1", "2", "1.5", "1000", "1795316400", "1795316400000", "1e18", "x", ""}
	}
	return of[s.IntN(len(of))]
}

func jsonOf(t interface{ Fatal(...any) }, r bind.Record) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r.Values()); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

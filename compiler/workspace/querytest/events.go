package querytest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/witness"
)

// An Event is one record of a log, and the row that its store has of it.
type Event struct {
	What   string
	Raw    map[string]any // by raw name, as JSON has it
	Stored map[string]any // by stored name
	Bound  bool           // eval of the rule in raw names on Raw
	Want   bool           // eval of the rule in stored names on Stored
}

// Generated are about n events of a rule, the same for the same rule: witnesses first (a match, near misses, values where
// a mistake would show), then mixtures of their values with others: hostile texts, other case, neighbours, absent names,
// entries of the context tables. An event that the store can't hold as the log means it is left out, and so is one that
// holds, unless it is nil, says no to.
func (q *Query) Generated(n int, holds func(*Event) bool) (out []Event) {
	fields := slices.Clone(q.names)
	rule := fieldsOf(q.Bound.Where)
	ws, _ := witness.Generate(q.Bound.Where, witness.Options{Max: n, Spare: fields})
	m := &mixer{query: q, rule: rule, pools: map[string][]any{}, dice: dice{seed(q.Name)}}
	seen := map[string]bool{}
	add := func(what string, raw map[string]any) {
		key := fmt.Sprint(raw)
		if len(out) >= n || seen[key] || !carried(raw) {
			return
		}
		seen[key] = true
		if e, ok := q.event(what, raw); ok && (holds == nil || holds(&e)) {
			out = append(out, e)
		}
	}
	for i := range ws {
		raw, ok := m.record(ws[i].Values)
		if !ok {
			continue
		}
		m.bases = append(m.bases, raw)
		add(ws[i].What, raw)
	}
	m.fill()
	for tries := 0; len(out) < n && tries < 20*n && len(m.bases) > 0; tries++ {
		add("mixture", m.mixed())
	}
	return out
}

func seed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// carried says that JSON can carry all texts of a record.
func carried(raw map[string]any) bool {
	for _, v := range raw {
		if s, is := v.(string); is && !utf8.ValidString(s) {
			return false
		}
		if list, is := v.([]any); is && slices.ContainsFunc(list, func(v any) bool { s, is := v.(string); return is && !utf8.ValidString(s) }) {
			return false
		}
	}
	return true
}

// A mixer puts values into records.
type mixer struct {
	query *Query
	rule  []ir.Field
	bases []map[string]any
	pools map[string][]any // values by raw name
	dice  dice
}

// dice are a linear congruential generator's numbers, so that every run makes the same events.
type dice struct{ state uint64 }

func (d *dice) of(n int) int {
	d.state = d.state*6364136223846793005 + 1442695040888963407
	return int(d.state>>33) % n
}

// record is a witness's values as the log writes them. What is there and can't be read is a text, or an object where any
// text could be read.
func (m *mixer) record(values map[string][]ir.Value) (map[string]any, bool) {
	out := map[string]any{}
	for name, list := range values {
		f := m.field(name)
		var leaves []any
		for _, v := range list {
			leaf, ok := Leaf(f, v)
			if !ok {
				return nil, false
			}
			leaves = append(leaves, leaf)
			m.pools[name] = append(m.pools[name], leaf)
		}
		switch {
		case len(leaves) == 1:
			out[name] = leaves[0]
		case len(leaves) > 1:
			out[name] = leaves
		case f.Type == ir.String:
			out[name] = map[string]any{"x": "y"}
		default:
			out[name] = "unreadable"
		}
	}
	return out, true
}

func (m *mixer) field(name string) ir.Field {
	i := slices.IndexFunc(m.query.names, func(f ir.Field) bool { return f.Name == name })
	if i < 0 {
		return m.query.Bound.Source.RawField(name)
	}
	return m.query.names[i]
}

// Leaf is a value as a log writes it in a field, as JSON has it; ok is false of a number that JSON has no form for.
func Leaf(f ir.Field, v ir.Value) (leaf any, ok bool) {
	switch v.Type {
	case ir.Bool:
		return v.Bool, true
	case ir.Int, ir.Double:
		return json.Number(v.Text()), json.Valid([]byte(v.Text()))
	case ir.Timestamp:
		switch {
		case f.Unit == 0:
			return v.Text(), true
		case v.Int%int64(f.Unit) == 0:
			return json.Number(strconv.FormatInt(v.Int/int64(f.Unit), 10)), true
		}
		text := big.NewRat(v.Int, int64(f.Unit)).FloatString(len(strconv.FormatInt(int64(f.Unit), 10)) - 1)
		return json.Number(strings.TrimRight(text, "0")), true
	}
	return v.Text(), true
}

// fill adds to the pools what the witnesses have no reason to ask for: hostile texts, and the entries of the tables.
func (m *mixer) fill() {
	for _, f := range m.rule {
		if f.Type == ir.String {
			for _, s := range hostile {
				m.pools[f.Name] = append(m.pools[f.Name], s)
			}
		}
	}
	ir.Atoms(m.query.Bound.Where, func(a ir.Expr, _ bool) {
		in, is := a.(*ir.InSet)
		if !is {
			return
		}
		for range 3 { // as likely as what the atoms ask for
			for _, v := range m.query.lib.Tables[in.Table] {
				m.pools[in.Field.Name] = append(m.pools[in.Field.Name], v.Text())
			}
		}
	})
}

var hostile = []string{
	"", " ", `\`, `\\`, `a\`, `"`, "'", "`", `a' OR '1'='1`, `" OR "b`, "*", "?", "%", "_", "$x", "${x}", "{{x}}", "[a]", "(?i)", "/a/", "|", ";--", "\n", "a\r\nb", "\t", "\x01", "\x7f",
	"null", "NULL", "true", "0", "-1", "1e3", "\u212a", "ſ", "İ", "ß", "É", "é", "日本", "😀", "\u202eabc", "\u2028", "\ufffd", "10.1.2.3", "2024-02-29T23:59:59Z", "unreadable",
}

// mixed is a record with one to three of its names changed.
func (m *mixer) mixed() map[string]any {
	out := maps.Clone(m.bases[m.dice.of(min(len(m.bases), 40))])
	for range 1 + m.dice.of(3) {
		if len(m.rule) == 0 {
			break
		}
		f := m.rule[m.dice.of(len(m.rule))]
		pool := m.pools[f.Name]
		switch roll := m.dice.of(20); {
		case roll == 0:
			delete(out, f.Name)
		case roll < 13 && len(pool) > 0:
			out[f.Name] = pool[m.dice.of(len(pool))]
		case roll < 15 && len(pool) > 0:
			other := m.rule[m.dice.of(len(m.rule))]
			if v, there := out[other.Name]; there && other.Type == f.Type {
				out[f.Name] = v
			}
		case roll == 15 && f.List && len(pool) > 0:
			out[f.Name] = []any{pool[m.dice.of(len(pool))], pool[m.dice.of(len(pool))]}
		default:
			out[f.Name] = m.near(out[f.Name], f)
		}
	}
	return out
}

// near is a value beside another: other case, one letter more or less, the number next to it, the number as text.
func (m *mixer) near(v any, f ir.Field) any {
	switch v := v.(type) {
	case string:
		return m.nearText(v)
	case json.Number:
		if m.dice.of(4) == 0 {
			return v.String()
		}
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && n < 1<<40 && n > -1<<40 {
			return json.Number(strconv.FormatInt(n+int64(m.dice.of(2001))-1000, 10))
		}
	case bool:
		return !v
	case nil:
		if f.Type == ir.Int || f.Type == ir.Double {
			return json.Number(strconv.Itoa(m.dice.of(100_000)))
		}
		return m.nearText("x")
	}
	return v
}

func (m *mixer) nearText(s string) string {
	letters := []rune(s)
	at := m.dice.of(len(letters) + 1)
	odd := []rune(`aZ.0 \'"*%_/-` + "\u212aſé")
	switch m.dice.of(6) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.Map(func(r rune) rune {
			if m.dice.of(2) == 0 {
				return unicode.SimpleFold(r)
			}
			return r
		}, s)
	case 2:
		if at < len(letters) {
			return string(slices.Delete(letters, at, at+1))
		}
	case 3:
		return s + string(odd[m.dice.of(len(odd))])
	case 4:
		return string(odd[m.dice.of(len(odd))]) + s
	}
	return string(slices.Insert(letters, at, odd[m.dice.of(len(odd))]))
}

// event is a record with its row; ok is false where the store can't hold it as the log means it.
func (q *Query) event(what string, raw map[string]any) (e Event, ok bool) {
	raw = maps.Clone(raw)
	for _, mark := range q.Bound.Source.Record {
		if len(leavesOf(raw, mark.Name)) == 0 {
			raw[mark.Name] = mark.Text
		}
	}
	stored, ok := q.row(raw)
	if !ok {
		return e, false
	}
	return Event{what, raw, stored, eval.Match(q.Bound.Where, bind.NewRecord(raw), q.lib.Tables), eval.Match(q.Of.Where, bind.NewRecord(stored), q.lib.Tables)}, true
}

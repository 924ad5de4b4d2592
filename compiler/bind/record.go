package bind

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Record is one raw record of a log: names and values as the log has them. Read it with Get, which is how a bound
// rule sees it.
type Record struct{ values map[string]any }

// NewRecord makes a record of decoded values: maps, slices, strings, json.Number, bool, nil.
func NewRecord(values map[string]any) Record { return Record{values} }

// MaxRecord is the largest raw record that is read, in bytes.
const MaxRecord = 50 << 20

// ParseRecord reads one raw record in the source's format. The error says what is wrong with the record.
func ParseRecord(format telemetry.Format, raw []byte) (Record, error) {
	if len(raw) > MaxRecord {
		return Record{}, fmt.Errorf("the record is longer than %d MiB", MaxRecord>>20)
	}
	if format == telemetry.CEF {
		return parseCEF(string(raw))
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var values map[string]any
	if err := dec.Decode(&values); err != nil {
		return Record{}, fmt.Errorf("not a JSON object: %w", err)
	}
	if values == nil {
		return Record{}, fmt.Errorf("not a JSON object: null")
	}
	if _, err := dec.Token(); err != io.EOF {
		return Record{}, fmt.Errorf("more than one JSON value")
	}
	return Record{values}, nil
}

// RecordOf makes a record of a YAML mapping: how a stub's test writes a JSON record.
func RecordOf(n *source.Node) Record {
	m, _ := plain(n).(map[string]any)
	return Record{m}
}

func plain(n *source.Node) any {
	switch n.Kind {
	case source.Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text.Value] = plain(p.Value)
		}
		return m
	case source.Sequence:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = plain(item)
		}
		return items
	}
	text := n.Text.Value
	switch n.Type {
	case source.Null:
		return nil
	case source.Bool:
		return strings.EqualFold(text, "true")
	case source.Int:
		if i, err := strconv.ParseInt(text, 0, 64); err == nil {
			return json.Number(strconv.FormatInt(i, 10))
		}
	case source.Float:
		if json.Valid([]byte(text)) {
			return json.Number(text)
		}
	}
	return text
}

// lookup finds a raw name: a flat key first (Zeek writes id.orig_h as one), else a way down nested objects; a list on
// the way contributes each of its elements.
func (r Record) lookup(name string) []any {
	var out []any
	find(r.values, name, &out)
	return out
}

func find(v any, name string, out *[]any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			find(item, name, out)
		}
	case map[string]any:
		if leaf, ok := v[name]; ok {
			leaves(leaf, out)
			return
		}
		for i := strings.IndexByte(name, '.'); i >= 0; {
			if child, ok := v[name[:i]]; ok {
				before := len(*out)
				find(child, name[i+1:], out)
				if len(*out) > before {
					return
				}
			}
			next := strings.IndexByte(name[i+1:], '.')
			if next < 0 {
				return
			}
			i += 1 + next
		}
	}
}

// leaves gathers what stands at a name: a scalar, or each element of a list. Null is nothing; an object is there, but
// no atom can read it.
func leaves(v any, out *[]any) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, item := range v {
			leaves(item, out)
		}
	default:
		*out = append(*out, v)
	}
}

// Get reads a raw name as the field's type. A value of another type is present but in no Value.
func (r Record) Get(f ir.Field) (values []ir.Value, present bool) {
	leaves := r.lookup(f.Name)
	return readLeaves(leaves, f), len(leaves) > 0
}

// readable says which JSON types a field's type is read from: anything is text; true and false are no numbers; a
// number is no boolean and no address.
func readable(t ir.Type, leaf any) bool {
	switch leaf.(type) {
	case bool:
		return t == ir.String || t == ir.Bool
	case json.Number:
		return t != ir.Bool && t != ir.IP
	}
	return true
}

func scalarText(leaf any) (string, bool) {
	switch leaf := leaf.(type) {
	case string:
		return leaf, true
	case json.Number:
		return leaf.String(), true
	case bool:
		return strconv.FormatBool(leaf), true
	}
	return "", false
}

// Texts calls f with every text, number and boolean in the record, in the order of the names, until f says true. It
// says whether one did.
func (r Record) Texts(f func(string) bool) bool { return texts(r.values, f) }

func texts(v any, f func(string) bool) bool {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if texts(v[name], f) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if texts(item, f) {
				return true
			}
		}
	default:
		if text, ok := scalarText(v); ok {
			return f(text)
		}
	}
	return false
}

// Values is the record as decoded.
func (r Record) Values() map[string]any { return r.values }

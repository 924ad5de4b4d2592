package querytest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/store"
	"detc/compiler/telemetry"
)

// row is what a store has of a record, by stored name. ok is false where what the store says of itself doesn't tell what
// it keeps: a value that its table of values lacks, two raw names with different values in one stored name; and of a
// record that isn't of the log, since the store has that elsewhere.
func (q *Query) row(raw map[string]any) (out map[string]any, ok bool) {
	out = map[string]any{}
	for _, f := range q.names {
		leaves := leavesOf(raw, f.Name)
		c := q.Place.Column(f.Name)
		if len(leaves) == 0 || c.Standing != store.Stored || !q.while(raw, c) {
			continue
		}
		if c.Values != nil {
			if leaves, ok = kept(c, leaves); !ok {
				return nil, false
			}
		}
		var value any = leaves
		if len(leaves) == 1 {
			value = leaves[0]
		}
		if before, twice := out[c.Name]; twice && fmt.Sprint(before) != fmt.Sprint(value) {
			return nil, false
		}
		out[c.Name] = value
	}
	return out, q.told(out)
}

// while says that a column holds what it should in a record.
func (q *Query) while(raw map[string]any, c store.Column) bool {
	if c.While == "" {
		return true
	}
	return slices.ContainsFunc(leavesOf(raw, c.While), func(v any) bool {
		return slices.Contains([]string{"true", "t", "yes", "1"}, strings.ToLower(text(v)))
	})
}

// kept are the log's values as the store keeps them.
func kept(c store.Column, leaves []any) (out []any, ok bool) {
	for _, leaf := range leaves {
		i := slices.IndexFunc(c.Values, func(p telemetry.ValuePair) bool { return strings.EqualFold(p.Raw, text(leaf)) })
		if i < 0 {
			return nil, false
		}
		out = append(out, c.Values[i].Logical)
	}
	return out, true
}

// told adds what tells a row from others of the table, where the record doesn't say it; it must hold then.
func (q *Query) told(row map[string]any) bool {
	for _, e := range q.Place.Where {
		eq := &ir.Eq{Field: q.where(e), Values: e.Values}
		if _, there := row[e.Name]; !there {
			leaf, ok := Leaf(eq.Field, e.Values[0])
			if !ok {
				return false
			}
			row[e.Name] = leaf
		}
		if !eval.Match(eq, bind.NewRecord(row), nil) {
			return false
		}
	}
	return true
}

func (q *Query) where(e store.Equal) ir.Field {
	f := ir.Field{Name: e.Name}
	switch e.Type {
	case store.Number:
		f.Type = ir.Int
	case store.Bool:
		f.Type = ir.Bool
	}
	return f
}

func text(leaf any) string {
	switch v := leaf.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// leavesOf are the values of a raw name as a record has it: a flat name first, else a way down objects, through lists.
func leavesOf(v any, name string) (out []any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, leavesOf(item, name)...)
		}
	case map[string]any:
		if leaf, there := v[name]; there {
			return flat(leaf)
		}
		for i := range name {
			if name[i] != '.' {
				continue
			}
			if child, there := v[name[:i]]; there {
				if out = leavesOf(child, name[i+1:]); len(out) > 0 {
					return out
				}
			}
		}
	}
	return out
}

func flat(v any) (out []any) {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		for _, item := range v {
			out = append(out, flat(item)...)
		}
		return out
	}
	return []any{v}
}

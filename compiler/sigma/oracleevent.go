package sigma

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"detc/compiler/ir"
)

// read is a field's values in an event, as its type.
func read(event map[string]any, f ir.Field) (out []ir.Value) {
	for _, leaf := range values(event, f.Name) {
		text, isText := leaf.(string)
		_, isBool := leaf.(bool)
		allowed := isText || isBool && (f.Type == ir.String || f.Type == ir.Bool) || !isBool && f.Type != ir.Bool && f.Type != ir.IP
		if !isText {
			var ok bool
			if text, ok = scalarText(leaf); !ok {
				continue
			}
		}
		if v, ok := ir.ParseValue(f, text, allowed); ok {
			out = append(out, v)
		}
	}
	return out
}

func scalarText(leaf any) (string, bool) {
	switch v := leaf.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool, int, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// values are what stands under a name: a flat key, else a way down by its dots.
func values(v any, name string) (out []any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, values(item, name)...)
		}
	case map[string]any:
		if leaf, ok := v[name]; ok {
			return flat(leaf)
		}
		for i := range len(name) {
			if name[i] != '.' {
				continue
			}
			if out = values(v[name[:i]], name[i+1:]); len(out) > 0 {
				return out
			}
		}
	}
	return out
}

func flat(v any) (out []any) {
	list, ok := v.([]any)
	if !ok {
		if v == nil {
			return nil
		}
		return []any{v}
	}
	for _, item := range list {
		out = append(out, flat(item)...)
	}
	return out
}

func anywhere(v any, test func(string) bool) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			if anywhere(item, test) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return anywhere(item, test) })
	default:
		text, ok := scalarText(v)
		return ok && test(text)
	}
	return false
}

package form

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

func (d *decoder) text(n *source.Node, v reflect.Value, tag reflect.StructTag, key string) bool {
	if n.Kind != source.Scalar || n.Type == source.Null {
		d.wrong(n, key, "text")
		return false
	}
	if !valid(n.Text.Value, tag) {
		d.bad(n, tag, key)
		return false
	}
	if n.Type != source.String {
		f := d.wrong(n, key, "text").WithHelp("quote it")
		if !n.Tagged {
			d.fix(f, "quote the value", n.Span, strconv.Quote(n.Text.Value))
		}
	}
	v.Set(reflect.ValueOf(n.Text))
	return true
}

// valid holds a text against its tag's enum or kind.
func valid(s string, tag reflect.StructTag) bool {
	if enum := tag.Get("enum"); enum != "" {
		for o := range strings.SplitSeq(enum, "|") {
			if s == o {
				return true
			}
		}
		return false
	}
	if is := tag.Get("is"); is != "" {
		return kindOf(is).check(s)
	}
	return strings.TrimSpace(s) != ""
}

// bad says what a text should have been.
func (d *decoder) bad(n *source.Node, tag reflect.StructTag, key string) {
	t := n.Text
	if strings.TrimSpace(t.Value) == "" {
		d.add(diag.BadValue, t.Whole, "%s is empty", key)
		return
	}
	f := d.add(diag.BadValue, t.Whole, "%s can't be %q", key, clip(t.Value))
	if enum := tag.Get("enum"); enum != "" {
		options := strings.Split(enum, "|")
		best := strings.TrimSpace(t.Value) // a block scalar's line end, blanks in quotes
		if !slices.Contains(options, best) {
			best = diag.Nearest(best, options)
		}
		if best != "" {
			f.WithHelp("did you mean %q?", best)
			d.fix(f, fmt.Sprintf("replace %q by %q", clip(t.Value), best), t.Whole, scalarOf(best))
		} else {
			f.WithHelp("one of: %s", strings.Join(options, ", "))
		}
		return
	}
	f.WithHelp("it must be %s", kindOf(tag.Get("is")).want)
}

var plainText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$`)

// scalarOf writes a text as a YAML scalar: plain where every reader takes that for text, those of YAML 1.1 included.
func scalarOf(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return strconv.Quote(s)
	}
	if plainText.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

// clip shortens a value for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// A scalarForm is a Value, whatever it holds.
type scalarForm interface {
	read(n *source.Node) (want string, ok bool)
	schema() map[string]any
}

// read takes a node's value; want says what the node should have been.
func (v *Value[T]) read(n *source.Node) (want string, ok bool) {
	v.Span = n.Span
	s := n.Text.Value
	switch p := any(&v.V).(type) {
	case *int64:
		*p, ok = wholeNumber(s)
		want, ok = "a whole number", ok && n.Type == source.Int
		if n.Kind == source.Scalar && n.Type == source.Int && !ok {
			want = "a whole number of at most 64 bits"
		}
	case *float64:
		*p, ok = number(s)
		want, ok = "a number", ok && (n.Type == source.Int || n.Type == source.Float)
		if n.Kind == source.Scalar && n.Type == source.Float && !ok {
			want = "a finite number"
		}
	case *bool:
		*p = strings.EqualFold(s, "true")
		want, ok = "true or false", n.Type == source.Bool
	}
	if ok = ok && n.Kind == source.Scalar; !ok {
		var none T
		v.V = none
	}
	v.Set = ok
	return want, ok
}

func (v *Value[T]) schema() map[string]any {
	switch any(v.V).(type) {
	case int64:
		return map[string]any{"type": "integer"}
	case float64:
		return map[string]any{"type": "number"}
	}
	return map[string]any{"type": "boolean"}
}

// wholeNumber reads what YAML takes for one: 1_000, 0x1F, 0o17, 0b101 included.
func wholeNumber(s string) (int64, bool) {
	i, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 0, 64)
	return i, err == nil
}

// number reads a finite number.
func number(s string) (float64, bool) {
	if i, ok := wholeNumber(s); ok {
		return float64(i), true
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

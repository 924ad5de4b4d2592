package trial

import (
	"bytes"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

// A check holds the values that a log has for one field against what its source says of them.
type check struct {
	field   *telemetry.Field
	binding bind.Binding
	slots   []int32
	problem string
	good    memo

	seen   int // rows that have it
	bad    int
	values *few[tally] // the values that were bad
}

// A tally counts something, with where it was met first.
type tally struct {
	count int
	first Place
	text  string
}

func (t *tally) add(o *tally) {
	if t.count == 0 || o.count > 0 && o.first.before(t.first) {
		t.first, t.text = o.first, o.text
	}
	t.count += o.count
}

// maxValues is how many values of a field are counted.
const maxValues = 1000

func newCheck(f *telemetry.Field, b bind.Binding, names *ndjson.Names) *check {
	c := &check{field: f, binding: b, values: newFew[tally](maxValues)}
	for _, p := range b.Paths {
		slot, _ := names.Slot(p.Name)
		c.slots = append(c.slots, slot)
	}
	switch {
	case b.Values != nil:
		c.problem = Unmapped
	case f.Enum != nil && f.Type == ir.String:
		c.problem = OutsideEnum
	default:
		c.problem = Unreadable
	}
	return c
}

// look checks the field on the judge's record.
func (c *check) look(j *judge, at Place) {
	for i, slot := range c.slots {
		v, n := j.scan.One(slot)
		if n == 0 {
			continue
		}
		c.seen++
		if n == 1 {
			c.value(j, c.binding.Paths[i], v, at)
			return
		}
		for _, v := range j.scan.Values(slot, nil) {
			c.value(j, c.binding.Paths[i], v, at)
		}
		return
	}
}

func (c *check) value(j *judge, path ir.Field, v ndjson.Value, at Place) {
	if v.Kind != ndjson.Object && (c.problem == Unreadable && path.Type == ir.String || easy(path, v)) {
		return
	}
	key := v.Raw
	if v.Kind == ndjson.Object {
		key = []byte("an object")
	} else if !v.Plain {
		j.key = v.Append(j.key[:0])
		key = j.key
	}
	if v.Kind == ndjson.Text && c.good.of[string(key)] {
		return
	}
	if c.fits(path, v) {
		if v.Kind == ndjson.Text {
			c.good.learn(key, true)
		}
		return
	}
	c.bad++
	if len(key) > maxText {
		key = key[:maxText]
	}
	if t := c.values.at(key); t != nil {
		t.add(&tally{1, at, string(key)})
	}
}

// maxText is how much of a value is shown, in bytes.
const maxText = 120

// easy says of plain numbers that they can be read, without reading them.
func easy(f ir.Field, v ndjson.Value) bool {
	if v.Kind != ndjson.Number || len(v.Raw) > 18 || bytes.ContainsAny(v.Raw, "eE") {
		return false
	}
	switch f.Type {
	case ir.Double:
		return true
	case ir.Int, ir.Timestamp:
	default:
		return false
	}
	n := int64(0)
	for i, c := range v.Raw {
		if c == '.' && f.Type == ir.Timestamp && i > 0 {
			break
		}
		if c < '0' || c > '9' {
			return false
		}
		n = n*10 + int64(c-'0')
	}
	return f.Type == ir.Int || f.Unit > 0 && n < 8e18/int64(f.Unit)
}

// fits says whether the field means something by the value.
func (c *check) fits(path ir.Field, v ndjson.Value) bool {
	value, ok := read(path, v)
	if !ok {
		return false
	}
	switch c.problem {
	case Unmapped:
		for _, pair := range c.binding.Values {
			if same(path, pair.Raw, value.Str) {
				return true
			}
		}
		return false
	case OutsideEnum:
		for _, e := range c.field.Enum {
			if same(path, e, value.Str) {
				return true
			}
		}
		return false
	}
	return true
}

// same compares as rules do.
func same(f ir.Field, literal, text string) bool {
	mode, folded := f.Folder(literal)
	return folded == ir.FoldAs(mode, text)
}

package bind

import (
	"encoding/json"

	"detc/compiler/ir"
)

// A field of any type, as the log sources of Sigma have it, is kept as the log has it and read anew by each atom: as
// text, as a number, as an address.

// readLeaves reads what stands at a raw name as a field's type. What can't be read so is in no value.
func readLeaves(leaves []any, f ir.Field) (values []ir.Value) {
	for _, leaf := range leaves {
		text, ok := scalarText(leaf)
		if !ok {
			continue
		}
		if v, ok := ir.ParseValue(f, text, readable(f.Type, leaf)); ok {
			values = append(values, v)
		}
	}
	return values
}

// natural is a leaf as the value that JSON has there: what a field of any type is shown as.
func natural(leaves []any) (values []ir.Value) {
	for _, leaf := range leaves {
		switch leaf := leaf.(type) {
		case string:
			values = append(values, ir.StringValue(leaf))
		case bool:
			values = append(values, ir.BoolValue(leaf))
		case json.Number:
			values = append(values, number(leaf.String()))
		}
	}
	return values
}

// number is a number's value where it says all of the text, else the text.
func number(text string) ir.Value {
	for _, t := range []ir.Type{ir.Int, ir.Double} {
		if v, ok := ir.ParseValue(ir.Field{Type: t}, text, true); ok && v.Text() == text {
			return v
		}
	}
	return ir.StringValue(text)
}

// ReadAs gives values as the type that an atom reads: those of any other are read from their text, as a log's would be.
func ReadAs(values []ir.Value, f ir.Field) []ir.Value {
	same := true
	for _, v := range values {
		same = same && v.Type == f.Type
	}
	if same {
		return values
	}
	out := make([]ir.Value, 0, len(values))
	for _, v := range values {
		if v.Type != f.Type {
			var leaf any = v.Text()
			switch v.Type {
			case ir.Bool:
				leaf = v.Bool
			case ir.Int, ir.Double:
				leaf = json.Number(v.Text())
			}
			read, ok := ir.ParseValue(f, v.Text(), readable(f.Type, leaf))
			if !ok {
				continue
			}
			v = read
		}
		out = append(out, v)
	}
	return out
}

// readBy is a source's name for a field as the atom reads it: of a field of any type, the atom says the type.
func (s *specialiser) readBy(field, path ir.Field) ir.Field {
	if f, ok := s.src.Schema.Field(field.Name); ok && f.Any {
		path.Type = field.Type
	}
	return path
}

// sameTexts says that two fields of any type hold the same.
func sameTexts(a, b []ir.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Text() != b[i].Text() {
			return false
		}
	}
	return true
}

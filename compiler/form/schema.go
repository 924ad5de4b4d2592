package form

import (
	"reflect"
	"strings"
)

// Schema is the JSON Schema (draft 2020-12) of the form that a struct type describes, as plain maps: their keys come
// out sorted when marshalled, so the same type always gives the same bytes.
func Schema(t reflect.Type, id, title string) map[string]any {
	s := schemaOf(t, "")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = id
	s["title"] = title
	return s
}

func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	if t.Kind() == reflect.Pointer && t != nodeType {
		return schemaOf(t.Elem(), tag)
	}
	switch {
	case t == nodeType:
		return map[string]any{}
	case reflect.PointerTo(t).Implements(decoderType):
		return reflect.New(t).Interface().(Decoder).FormSchema()
	case t == textType:
		return textSchema(tag)
	case t == manyType:
		one := textSchema(tag)
		return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one}}}
	case isMap(t):
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem().Field(1).Type, tag)}
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), tag)}
	case isValue(t):
		return reflect.New(t).Interface().(scalarForm).schema()
	}
	properties, required, either := map[string]any{}, []string{}, []any{}
	for _, f := range fields(t) {
		p := schemaOf(t.Field(f.index).Type, f.tag)
		if !f.required || f.unless != "" {
			p = orNull(p)
		}
		if doc := f.tag.Get("doc"); doc != "" {
			p["description"] = doc
		}
		properties[f.key] = p
		switch {
		case f.unless != "":
			either = append(either, map[string]any{"anyOf": []any{given(f.key), given(f.unless)}})
		case f.required:
			required = append(required, f.key)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	if len(either) > 0 {
		s["allOf"] = either
	}
	return s
}

// given asks for a key with a value.
func given(key string) map[string]any {
	return map[string]any{"required": []string{key}, "properties": map[string]any{key: map[string]any{"not": map[string]any{"type": "null"}}}}
}

// orNull lets a schema take null too: a key without a value counts as absent.
func orNull(s map[string]any) map[string]any {
	null := map[string]any{"type": "null"}
	if any, ok := s["anyOf"].([]any); ok {
		s["anyOf"] = append(any[:len(any):len(any)], null)
		return s
	}
	kind, ok := s["type"].(string)
	switch {
	case ok:
		s["type"] = []any{kind, "null"}
		if enum, ok := s["enum"].([]any); ok {
			s["enum"] = append(enum, nil)
		}
	case len(s) > 0:
		return map[string]any{"anyOf": []any{s, null}}
	}
	return s
}

func textSchema(tag reflect.StructTag) map[string]any {
	s := map[string]any{"type": "string"}
	if enum := tag.Get("enum"); enum != "" {
		var options []any
		for o := range strings.SplitSeq(enum, "|") {
			options = append(options, o)
		}
		s["enum"] = options
	} else if is := tag.Get("is"); is != "" {
		s["pattern"] = kindOf(is).regex
		if is == "date" {
			s["format"] = "date" // the pattern takes 2026-02-30
		}
	} else {
		s["pattern"] = `\S`
	}
	return s
}

// Type gives Decode's and Schema's callers the type of a struct without a value of it.
func Type[T any]() reflect.Type { return reflect.TypeFor[T]() }

// Fragment is the schema of a type without a head, for a FormSchema that builds on it.
func Fragment(t reflect.Type) map[string]any { return schemaOf(t, "") }

// Keys are the keys that a struct type's form has, in its order.
func Keys(t reflect.Type) []string {
	var keys []string
	for _, f := range fields(t) {
		keys = append(keys, f.key)
	}
	return keys
}

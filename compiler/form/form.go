// Package form reads YAML into Go structs that keep every value's place. One struct with its tags is the whole
// description of a format: the reader, its findings and the published JSON Schema all come from it.
//
//	type Stub struct {
//		Name  source.Text   `form:"name,required" is:"name" doc:"what people call the rule"`
//		Level source.Text   `form:"level" enum:"low|medium|high" doc:"Sigma's level"`
//		Tags  []source.Text `form:"tags" doc:"one tactic, and techniques"`
//	}
package form

import (
	"errors"
	"reflect"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A Value is a scalar that is no text, with its place; Set says that it was written, and could be read.
type Value[T int64 | float64 | bool] struct {
	V    T
	Span source.Span
	Set  bool
}

// A Map is a mapping with keys of the author's choosing, in the order of the file.
type Map[T any] []Entry[T]

// An Entry is one pair of a Map.
type Entry[T any] struct {
	Key   source.Text
	Value T
}

// Get is the value of a key.
func (m Map[T]) Get(key string) (value T, ok bool) {
	for _, e := range m {
		if e.Key.Value == key {
			return e.Value, true
		}
	}
	return value, false
}

// Many is one text or a list of them: `fields: src` or `fields: [src, source]`.
type Many []source.Text

// A Decoder may be a type that reads itself, where tags can't say its form.
type Decoder interface {
	DecodeForm(n *source.Node, l *diag.List)
	FormSchema() map[string]any
}

// Decode reads a node into the struct that `into` points to. What doesn't fit becomes a finding and leaves its field
// empty; the rest is read. A key with no value (null) counts as absent. What the struct's tags can't mean (a field of a
// type that no form has, an unknown kind) is a fault of the program and panics.
func Decode(n *source.Node, into any, what string, l *diag.List) {
	if n == nil {
		return
	}
	d := decoder{list: l, shapes: map[reflect.Type]*shape{}}
	d.value(n, reflect.ValueOf(into).Elem(), reflect.StructTag(""), what)
}

// File parses a file that holds one document and decodes it. It says false where there was nothing to decode.
func File(f *source.File, into any, what string, l *diag.List) bool {
	n := Document(f, l)
	if n == nil {
		return false
	}
	Decode(n, into, what, l)
	return true
}

// Document parses a file that holds one document; nil, with a finding, where it doesn't.
func Document(f *source.File, l *diag.List) *source.Node {
	docs, err := source.ParseYAML(f)
	if err != nil {
		Problem(err, l)
		return nil
	}
	switch len(docs) {
	case 0:
		l.Add(diag.NoDocument, source.Span{File: f}, "the file holds nothing")
		return nil
	case 1:
		return docs[0]
	}
	l.Add(diag.TwoDocs, docs[1].Span, "a second document in one file").WithHelp("put it into a file of its own")
	return docs[0]
}

// Problem turns a *source.Error into a finding. It says false for any other error, which is the machine's.
func Problem(err error, l *diag.List) bool {
	var e *source.Error
	if !errors.As(err, &e) {
		return false
	}
	code := diag.Syntax
	if e.Unreadable {
		code = diag.Unreadable
	}
	l.Add(code, e.Span, "%s", e.Message)
	return true
}

package sigmalint

import (
	"net/netip"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// fieldSpaces finds field names with a space at an end.
func fieldSpaces(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if it.key == nil || strings.TrimSpace(it.field) == it.field {
			continue
		}
		d := l.Add(diag.SigmaFieldSpace, it.key.Span, "the field %q begins or ends with a space", clip(it.field)).WithHelp("take the space out")
		lo := len(it.field) - len(strings.TrimLeft(it.field, " \t"))
		hi := len(strings.TrimRight(it.field, " \t"))
		if !quoted(it.key.Text) || lo >= hi {
			continue
		}
		d.Fixes = append(d.Fixes, diag.Fix{Title: "take the spaces out", Safe: true, Edits: []diag.Edit{
			{Span: it.key.Text.Span(0, lo)}, {Span: it.key.Text.Span(hi, len(it.field))}}})
	}
}

// allOfOne finds the modifier `all` beside a single value, which the modifiers appendix forbids.
func allOfOne(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.has(allOf) || len(it.values) != 1 {
			continue
		}
		at, ok := it.modifier("all")
		if !ok {
			continue
		}
		d := l.Add(diag.SigmaAllOfOne, at, "`all` stands beside one value").WithHelp("take it out, or add the values that it is for")
		if it.field != "" {
			d.WithFix("take `all` out", at, "")
		}
	}
}

// nullInList finds null among other values.
func nullInList(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.list || len(it.values) < 2 {
			continue
		}
		for _, v := range it.values {
			if v.IsNull() {
				l.Add(diag.SigmaNullInList, v.Span, "null stands among other values").WithHelp("write a selection of its own for the missing field")
			}
		}
	}
}

// numberAsText finds numbers in quotes in a field that has them without quotes elsewhere in the document.
func numberAsText(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if it.key == nil || it.mods&^(neq|allOf) != 0 {
			continue
		}
		for _, v := range it.values {
			if !isText(v) || !quoted(v.Text) || !plainNumber(v.Text.Value) {
				continue
			}
			if bare := s.bareNumber(it.field); bare != nil {
				d := l.Add(diag.SigmaNumberAsText, v.Span, "%s stands in quotes", v.Text.Value).WithNote(bare.Span, "a number of the same field without quotes").WithHelp("write it without quotes")
				if v.Alias.IsZero() {
					d.WithFix("take the quotes away", v.Span, v.Text.Value)
				}
			}
		}
	}
}

// plainNumber says that a text is a whole number as it is written by a machine.
func plainNumber(v string) bool {
	return digits(v) && len(v) < 16 && (v[0] != '0' || v == "0")
}

func (s *subject) bareNumber(field string) *source.Node {
	for i := range s.items {
		it := &s.items[i]
		if it.key == nil || it.field != field || it.mods&^(neq|allOf) != 0 {
			continue
		}
		for _, v := range it.values {
			if v.Kind == source.Scalar && v.Type == source.Int {
				return v
			}
		}
	}
	return nil
}

// windash finds the modifier where there is no dash that it could change.
func windash(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.has(dashes) || len(it.values) == 0 {
			continue
		}
		idle := true
		for _, v := range it.values {
			idle = idle && isText(v) && !strings.ContainsAny(v.Text.Value, "-/–—―")
		}
		if at, ok := it.modifier("windash"); ok && idle {
			l.Add(diag.SigmaWindash, at, "no value has a dash or a slash for windash to change").
				WithHelp("take it out, or write the dash that belongs to the option").WithFix("take windash out", at, "")
		}
	}
}

// base64 finds encoded text that is looked for in one form of three.
func base64(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		switch {
		case it.has(base64whole) && it.has(contains):
			at, ok := it.modifier("base64")
			if !ok {
				continue
			}
			l.Add(diag.SigmaBase64, at, "base64 with contains finds the text only where it begins the encoded one").
				WithHelp("write base64offset, which has all three forms").WithUnsafeFix("write base64offset", at, "|base64offset")
		case it.has(base64offset) && !it.has(contains):
			at, ok := it.modifier("base64offset")
			if !ok {
				continue
			}
			d := l.Add(diag.SigmaBase64, at, "base64offset gives a middle part of the encoded text, which no whole value is equal to").WithHelp("add contains behind it")
			if !it.has(inside) {
				d.WithUnsafeFix("add contains", source.Span{File: at.File, Start: at.End, End: at.End}, "|contains")
			}
		}
	}
}

// cidr finds networks that are written with bits of a host.
func cidr(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.has(cidrs) {
			continue
		}
		for _, v := range it.values {
			if v.Kind != source.Scalar {
				continue
			}
			net, err := netip.ParsePrefix(v.Text.Value)
			if err != nil || net.Masked() == net {
				continue
			}
			better := net.Masked().String()
			d := l.Add(diag.SigmaCidrHost, v.Span, "%s is written with bits of a host: it is the network %s", v.Text.Value, better).WithHelp("write %s, or a longer prefix", better)
			withRewrite(d, "write "+better, v.Text, better, true)
		}
	}
}

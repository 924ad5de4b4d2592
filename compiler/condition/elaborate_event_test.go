package condition

import (
	"slices"
	"strings"

	"detc/compiler/ir"
)

// event draws values for the fields: missing, unreadable, one, or several.
func (w *writer) event() record {
	ev := record{}
	for _, f := range w.fields {
		switch n := w.n(10); n {
		case 0:
		case 1:
			ev[f.Name] = nil
		default:
			for range 1 + max(0, n-7) {
				ev[f.Name] = append(ev[f.Name], w.held(f))
			}
		}
	}
	return ev
}

// held draws what a field can have in a log, near to what the conditions ask for.
func (w *writer) held(f Field) ir.Value {
	texts := map[ir.Type][]string{
		ir.Int: {"-1", "0", "1", "501", "502", "503", "9223372036854775807"}, ir.Double: {"0", "-0", "2.5", "2.4999", "502", "1e300"},
		ir.Bool: {"true", "false"}, ir.IP: {"10.0.0.1", "::ffff:10.0.0.2", "11.0.0.0", "fe80::1", "::1", "::ffff:10.0.0.1"},
		ir.Timestamp: append([]string{"2026-12-31T23:59:00Z", "2024-01-01T00:00:00.000000001Z", "2023-06-30T12:30:00Z", "1970-01-31T00:01:00Z", "2025-07-12T12:12:00Z", "2025-07-13T01:01:00Z", "2025-02-02T02:00:00Z"}, moments...),
	}[f.Type]
	switch {
	case texts != nil:
		return parse(f.Type, pick(w, texts))
	case f.Enum != nil:
		return ir.StringValue(pick(w, []string{"stop", "STOP", "Program", "STRASSE", "straße", "other"}))
	}
	if f.Any && w.n(2) == 0 {
		return ir.StringValue(pick(w, slices.Concat(moments, []string{"10.0.0.1", "::ffff:10.0.0.2", "fe80::1", "502", "502.0", "-1", "2.5", "1e300",
			"1e+300", "true", "True", "false", "2026-12-31T23:59:00Z", "1", "0", "STOP"})))
	}
	s := pick(w, pieces)
	if near := w.near[f.Name]; len(near) > 0 && w.n(4) > 0 {
		s = pick(w, near)
	}
	switch w.n(12) {
	case 0:
		s = strings.ToUpper(s)
	case 1:
		s = strings.ToLower(s)
	case 2:
		s = pick(w, pieces) + s
	case 3:
		s += pick(w, pieces)
	case 4:
		s = pick(w, []string{"\xff", "\xe2\x80"}) + s // a log that is no UTF-8
	}
	return ir.StringValue(s)
}

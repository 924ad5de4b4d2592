package condition

import (
	"fmt"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// plc is the scope of these tests: one field of each type, and what a schema may say about it.
func plc() *Scope {
	return NewScope("telemetry ot.mode_change", []Field{
		{Field: ir.Field{Name: "new_mode"}, Enum: []string{"run", "monitor", "program", "remote_program", "stop"}},
		{Field: ir.Field{Name: "old_mode"}},
		{Field: ir.Field{Name: "user"}},
		{Field: ir.Field{Name: "path", Cased: true}},
		{Field: ir.Field{Name: "command_line"}},
		{Field: ir.Field{Name: "package"}},
		{Field: ir.Field{Name: "asset.id"}},
		{Field: ir.Field{Name: "asset.name"}},
		{Field: ir.Field{Name: "src_ip", Type: ir.IP}},
		{Field: ir.Field{Name: "device_ip", Type: ir.IP}},
		{Field: ir.Field{Name: "addresses", Type: ir.IP, List: true}},
		{Field: ir.Field{Name: "tags", List: true}},
		{Field: ir.Field{Name: "port", Type: ir.Int}},
		{Field: ir.Field{Name: "size_bytes", Type: ir.Int}},
		{Field: ir.Field{Name: "score", Type: ir.Double}},
		{Field: ir.Field{Name: "rooted", Type: ir.Bool}},
		{Field: ir.Field{Name: "ts", Type: ir.Timestamp}},
	}, []Table{
		{Name: "engineering_hosts", Type: ir.IP, Version: 1},
		{Name: "operators", Type: ir.String, Version: 2},
	})
}

func compile(s *Scope, cond string, lets ...Let) (ir.Expr, bool, diag.List) {
	var l diag.List
	e, ok := s.Compile(source.Literal(source.NewFile("c", cond), 0, cond), lets, &l)
	return e, ok, l
}

// show prints findings as a person sees them: the line, the caret below, and what to do.
func show(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		p := d.Span.Position()
		line, _ := d.Span.File.Line(p.Line)
		width := max(1, min(len([]rune(d.Span.Text())), len([]rune(line))-p.Column+1))
		fmt.Fprintf(&b, "%s %s: %s\n  %s\n  %s%s\n", d.Code, d.Severity, d.Message, line, strings.Repeat(" ", p.Column-1), strings.Repeat("^", width))
		if d.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", d.Help)
		}
		for _, f := range d.Fixes {
			fmt.Fprintf(&b, "  fix: %s\n", apply(d.Span.File.Text, f))
		}
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "  note: %s (%s)\n", n.Message, n.Span)
		}
	}
	return b.String()
}

// apply makes a fix's changes.
func apply(text string, f diag.Fix) string {
	for i := len(f.Edits) - 1; i >= 0; i-- {
		e := f.Edits[i]
		text = text[:e.Span.Start] + e.New + text[e.Span.End:]
	}
	return text
}

type listOf struct{ diag.List }

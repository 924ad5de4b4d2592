package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"detc/compiler/source"
)

// Format names a way to show findings.
type Format string

const (
	FormatText  Format = "text"  // the source line with carets under the place; for people
	FormatShort Format = "short" // file:line:col: severity: message [CODE], one a line; for editors and grep
	FormatJSON  Format = "json"  // what JSON gives; for programs
)

// Formats lists what Render can write.
func Formats() []Format { return []Format{FormatText, FormatShort, FormatJSON} }

// Options say how Render writes.
type Options struct {
	Format Format // "" is text
	Color  bool   // mark severities and places with ANSI colours; of text only
}

// Render writes findings in the order they stand in. What comes from the user's files is shown with its control
// characters escaped, so that a hostile file can't drive the reader's terminal. The error is the writer's, or names
// an unknown format.
func Render(w io.Writer, l List, o Options) error {
	var b bytes.Buffer
	switch o.Format {
	case FormatText, "":
		r := renderer{out: &b, color: o.Color}
		for i, d := range l {
			if i > 0 {
				b.WriteByte('\n')
			}
			r.finding(d)
		}
	case FormatShort:
		for _, d := range l {
			if !d.Span.IsZero() {
				fmt.Fprintf(&b, "%s: ", Printable(d.Span.String()))
			}
			fmt.Fprintf(&b, "%s: %s [%s]\n", d.Severity, Printable(d.Message), d.Code)
		}
	case FormatJSON:
		data, err := JSON(l)
		if err != nil {
			return err
		}
		b.Write(data)
	default:
		return fmt.Errorf("no format %q for findings", o.Format)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Summary is the count of findings in words: "2 errors, 1 warning"; "no findings" of none.
func Summary(l List) string {
	var parts []string
	for s := int(Error); s >= int(Note); s-- {
		switch n := l.Count(Severity(s)); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+Severity(s).String())
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, Severity(s)))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

type renderer struct {
	out   *bytes.Buffer
	color bool
	width int // of the gutter: the digits of the largest line number of the finding
}

// ANSI colours (ECMA-48, SGR).
const (
	bold  = "1"
	blue  = "1;34"
	red   = "1;31"
	amber = "1;33"
	cyan  = "1;36"
)

func (r *renderer) paint(color, s string) string {
	if !r.color || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func (r *renderer) finding(d *Diagnostic) {
	color := [...]string{cyan, amber, red}[d.Severity]
	r.width = digits(d.Span)
	for _, n := range d.Notes {
		r.width = max(r.width, digits(n.Span))
	}
	head := d.Severity.String()
	if d.Code != "" {
		head += "[" + string(d.Code) + "]"
	}
	fmt.Fprintf(r.out, "%s%s\n", r.paint(color, head), r.paint(bold, ": "+Printable(d.Message)))
	if !r.place(d.Span, color, '^', d.Help) && d.Help != "" {
		r.remark("help", d.Help)
	}
	for _, n := range d.Notes {
		if n.Span.IsZero() {
			r.remark("note", n.Message)
			continue
		}
		fmt.Fprintf(r.out, "%s%s\n", r.paint(cyan, "note"), r.paint(bold, ": "+Printable(n.Message)))
		r.place(n.Span, cyan, '-', "")
	}
	r.ways(d)
}

func digits(s source.Span) int {
	if s.IsZero() {
		return 1
	}
	return len(fmt.Sprint(s.Position().Line))
}

// place shows where a span stands. It says false where there is no line that the help could stand beside.
func (r *renderer) place(s source.Span, color string, mark byte, help string) bool {
	if s.IsZero() {
		return false
	}
	if s.File.Text == "" {
		fmt.Fprintf(r.out, "%*s%s %s\n", r.width, "", r.paint(blue, "-->"), Printable(s.File.Name))
		return false
	}
	fmt.Fprintf(r.out, "%*s%s %s\n", r.width, "", r.paint(blue, "-->"), Printable(s.String()))
	line, indent, width := snippet(s)
	bar := fmt.Sprintf("%*s %s", r.width, "", r.paint(blue, "|"))
	number := r.paint(blue, fmt.Sprintf("%*d |", r.width, s.Position().Line))
	marks := strings.Repeat(string(mark), width)
	if help != "" {
		marks += " " + Printable(help)
	}
	fmt.Fprintf(r.out, "%s\n%s\n%s %s%s\n", bar, strings.TrimRight(number+" "+line, " "), bar, strings.Repeat(" ", indent), r.paint(color, marks))
	return true
}

// remark is a sentence below the snippet; further lines of it stand under the first.
func (r *renderer) remark(label, text string) {
	prefix := fmt.Sprintf("%*s %s ", r.width, "", r.paint(blue, "="))
	for i, line := range strings.Split(text, "\n") {
		if i == 0 {
			fmt.Fprintf(r.out, "%s%s: %s\n", prefix, label, Printable(line))
		} else {
			fmt.Fprintf(r.out, "%*s%s\n", r.width+len(label)+5, "", Printable(line))
		}
	}
}

// ways says what mends the finding and what explains it.
func (r *renderer) ways(d *Diagnostic) {
	var parts []string
	if len(d.Fixes) > 0 {
		fix := "detc check --fix --unsafe"
		for _, f := range d.Fixes {
			if f.Safe {
				fix = "detc check --fix"
			}
		}
		parts = append(parts, r.paint(blue, "=")+" fix: "+fix)
	}
	if d.Code != "" {
		parts = append(parts, r.paint(blue, "=")+" more: detc explain "+string(d.Code))
	}
	if len(parts) > 0 {
		fmt.Fprintf(r.out, "%*s %s\n", r.width, "", strings.Join(parts, "       "))
	}
}

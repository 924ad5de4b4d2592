// Package diag carries what is wrong with the user's content: findings with a code, a place, what to do and, where a
// machine can do it, the fix. Trouble of the machine (a disk, a permission) is an error, never a Diagnostic.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/source"
)

// Severity says how much a finding matters.
type Severity uint8

const (
	Note    Severity = iota // worth knowing
	Warning                 // likely a mistake, or a loss; the rule is built
	Error                   // the rule, or the part named, is not built
)

func (s Severity) String() string { return [...]string{"note", "warning", "error"}[s] }

// ParseSeverity reads note, warning or error.
func ParseSeverity(s string) (Severity, bool) {
	for v := Note; v <= Error; v++ {
		if v.String() == s {
			return v, true
		}
	}
	return Error, false
}

// A Diagnostic is one finding.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     source.Span // where the caret stands
	Message  string      // what is wrong, in one line
	Help     string      // what to do; printed beside the caret
	Notes    []Remark    // what else to look at
	Fixes    []Fix       // what a machine can do
}

// A Remark is a second place, or a sentence without one.
type Remark struct {
	Span    source.Span
	Message string
}

// A Fix is a change of text that removes the finding.
type Fix struct {
	Title string // what it does, in the imperative
	Safe  bool   // keeps every rule's meaning but what the finding is about; applied by --fix alone
	Edits []Edit
}

// An Edit replaces what stands at a span.
type Edit struct {
	Span source.Span
	New  string
}

// List gathers findings. The zero List is empty and ready.
type List []*Diagnostic

// Add appends a finding with its code's severity and gives it back, so that help, remarks and fixes can follow.
func (l *List) Add(code Code, span source.Span, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Code: code, Severity: code.Info().Severity, Span: span, Message: fmt.Sprintf(format, args...)}
	*l = append(*l, d)
	return d
}

// Append adds another list's findings.
func (l *List) Append(other List) { *l = append(*l, other...) }

// WithHelp says what to do.
func (d *Diagnostic) WithHelp(format string, args ...any) *Diagnostic {
	d.Help = fmt.Sprintf(format, args...)
	return d
}

// WithNote adds a sentence, at a span if it has one.
func (d *Diagnostic) WithNote(span source.Span, format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, Remark{span, fmt.Sprintf(format, args...)})
	return d
}

// WithFix adds a safe change of one span.
func (d *Diagnostic) WithFix(title string, span source.Span, replacement string) *Diagnostic {
	d.Fixes = append(d.Fixes, Fix{Title: title, Safe: true, Edits: []Edit{{span, replacement}}})
	return d
}

// WithUnsafeFix adds a change that a person should look at: it is applied by --fix --unsafe only.
func (d *Diagnostic) WithUnsafeFix(title string, span source.Span, replacement string) *Diagnostic {
	d.WithFix(title, span, replacement)
	d.Fixes[len(d.Fixes)-1].Safe = false
	return d
}

// WithGuess adds a did-you-mean for a name that is none of the known ones, with the fix, if one is near.
func (d *Diagnostic) WithGuess(span source.Span, name string, known []string) *Diagnostic {
	if best := Nearest(name, known); best != "" {
		d.WithHelp("did you mean %q?", best)
		d.WithFix(fmt.Sprintf("replace %q by %q", name, best), span, best)
	}
	return d
}

// As sets another severity than the code's own.
func (d *Diagnostic) As(s Severity) *Diagnostic {
	d.Severity = s
	return d
}

// HasErrors says that something could not be built.
func (l List) HasErrors() bool { return l.Count(Error) > 0 }

// Count is the number of findings of a severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sort orders findings by file, place, code and message: the order in which they are shown.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b *Diagnostic) int {
		return cmp.Or(
			strings.Compare(fileName(a.Span), fileName(b.Span)),
			cmp.Compare(a.Span.Start, b.Span.Start),
			strings.Compare(string(a.Code), string(b.Code)),
			strings.Compare(a.Message, b.Message),
		)
	})
}

// Unique is the list without findings that say what an earlier one says at the same place: what stands at an anchor
// is read once more for each alias.
func (l List) Unique() List {
	type key struct {
		code    Code
		span    source.Span
		message string
	}
	seen := make(map[key]bool, len(l))
	out := make(List, 0, len(l))
	for _, d := range l {
		k := key{d.Code, d.Span, d.Message}
		if !seen[k] {
			out = append(out, d)
		}
		seen[k] = true
	}
	return out
}

func fileName(s source.Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Name
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A Fold gathers findings of which there may be more than anyone reads: it keeps some of each code, in the order in
// which they come, and counts all. What it doesn't keep can be forgotten, so that a run over a hundred thousand files
// needs no more memory than one over a hundred.
type Fold struct {
	Most int // how many are shown before some are left out; 0 is all

	kept diag.List
	of   map[diag.Code]*folded
	all  int
}

// folded is what there is to say of a code's findings.
type folded struct {
	code         diag.Code
	severity     diag.Severity
	found, files int
	last         *source.File
	shown        int
}

// perCode is how many findings of each code are shown where some are left out.
const perCode = 3

// Add takes findings; those of one file come together.
func (f *Fold) Add(l diag.List) {
	if f.of == nil {
		f.of = map[diag.Code]*folded{}
	}
	for _, d := range l {
		c := f.of[d.Code]
		if c == nil {
			c = &folded{code: d.Code}
			f.of[d.Code] = c
		}
		c.severity = max(c.severity, d.Severity)
		c.found++
		if d.Span.File != c.last || c.files == 0 {
			c.last = d.Span.File
			c.files++
		}
		f.all++
		if f.Most == 0 || c.found <= max(f.Most, perCode) {
			f.kept = append(f.kept, d)
		}
	}
}

// Join adds what another fold has.
func (f *Fold) Join(other *Fold) {
	f.Add(other.kept)
	for code, o := range other.of {
		c := f.of[code]
		kept := 0
		for _, d := range other.kept {
			if d.Code == code {
				kept++
			}
		}
		if c == nil {
			continue // each code has a finding that is kept
		}
		f.all += o.found - kept
		c.found += o.found - kept
		c.files = max(c.files, o.files)
	}
}

// Write shows the findings as text: all where they are few, else some of each code and then a line a code that says how
// many there are.
func (f *Fold) Write(w io.Writer, color bool) error {
	o := diag.Options{Format: diag.FormatText, Color: color}
	if f.Most == 0 || f.all <= f.Most {
		return diag.Render(w, f.kept, o)
	}
	var shown diag.List
	for _, d := range f.kept {
		if c := f.of[d.Code]; c.shown < perCode {
			c.shown++
			shown = append(shown, d)
		}
	}
	if err := diag.Render(w, shown, o); err != nil {
		return err
	}
	codes := make([]*folded, 0, len(f.of))
	for _, c := range f.of {
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b *folded) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(b.found, a.found), cmp.Compare(a.code, b.code))
	})
	p := printer{Options: Options{Color: color}}
	p.line("\n%d findings, of which %d are shown above", f.all, len(shown))
	p.line("  %-7s  %8s  %6s  %s", "code", "findings", "files", "what it finds")
	for _, c := range codes {
		p.line("  %-7s  %8d  %6d  %s: %s", c.code, c.found, c.files, c.severity, c.code.Info().Summary)
	}
	_, err := io.WriteString(w, p.String())
	if err != nil {
		return fmt.Errorf("the findings could not be written: %w", err)
	}
	return nil
}

package corpus

import (
	"fmt"
	"strings"

	"detc/compiler/sigma"
)

// A Tally counts what was met.
type Tally struct {
	Files, Foreign               int // of Sigma; of nobody that is known
	Rules, Correlations, Filters int
	Refused                      int // of those: documents that have no meaning; and files that hold none

	foreign []string // the first of them
}

// named is how many files that are neither Sigma's nor ours are told by name.
const named = 3

// Add counts a file.
func (t *Tally) Add(f *File) {
	switch {
	case f.Kind == Foreign && f.Trouble == nil:
		if t.Foreign++; t.Foreign <= named {
			t.foreign = append(t.foreign, f.Name)
		}
		return
	case f.Kind != Sigma || f.Trouble != nil:
		return
	}
	t.Files++
	if len(f.Documents) == 0 {
		t.Rules++
		t.Refused++
	}
	for _, d := range f.Documents {
		switch d.Kind {
		case sigma.CorrelationDocument:
			t.Correlations++
		case sigma.FilterDocument:
			t.Filters++
		default:
			t.Rules++
		}
		if !Read(d) {
			t.Refused++
		}
	}
}

// Read says that a document was read: it has a meaning.
func Read(d *sigma.Document) bool { return d.Where != nil || d.Correlation != nil }

// Read is how many documents have a meaning.
func (t Tally) Read() int { return t.Rules + t.Correlations + t.Filters - t.Refused }

// Left says which files were left alone, being neither Sigma's nor ours; "" where there is none.
func (t *Tally) Left() string {
	if t.Foreign == 0 {
		return ""
	}
	names := strings.Join(t.foreign, ", ")
	if t.Foreign > named {
		names += ", …"
	}
	if t.Foreign == 1 {
		return "1 YAML file is no Sigma and was left alone: " + names
	}
	return fmt.Sprintf("%d YAML files are no Sigma and were left alone: %s", t.Foreign, names)
}

// String is the tally in words: "3141 Sigma rules: 3141 read, 0 refused".
func (t Tally) String() string {
	out := counted(t.Rules, "Sigma rule")
	if t.Correlations > 0 {
		out += ", " + counted(t.Correlations, "correlation")
	}
	if t.Filters > 0 {
		out += ", " + counted(t.Filters, "filter")
	}
	return fmt.Sprintf("%s: %d read, %d refused", out, t.Read(), t.Refused)
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

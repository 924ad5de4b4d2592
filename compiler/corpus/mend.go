package corpus

import (
	"detc/compiler/diag"
	"detc/compiler/source"
)

// mendRounds bounds how often fixes are applied: one may uncover the next.
const mendRounds = 5

// Mended is what the fixes make of a file, and how many changes that were; with unsafe, also the fixes that a person
// should look at. The file that it gives is the mended one, checked again; where nothing was to be done, it is f.
func Mended(f *File, o Options, unsafe bool) (after *File, edits int) {
	after = f
	for range mendRounds {
		if after.Source == nil {
			return after, edits
		}
		fixes := diag.Fixes(after.Findings, unsafe)[after.Source.Name]
		text, skipped := diag.Apply(after.Source.Text, fixes)
		if text == after.Source.Text {
			return after, edits
		}
		edits += len(fixes) - skipped
		next := &File{Input: after.Input, Kind: Sigma, Source: source.NewFile(after.Source.Name, text)}
		next.look(o)
		after = next
	}
	return after, edits
}

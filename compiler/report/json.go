package report

import (
	"encoding/json"
	"io"

	"detc/compiler/coverage"
)

// JSON writes coverage in the shape of coverage.Schema, indented, with a newline at its end.
func JSON(w io.Writer, r *coverage.Report) error { return indented(w, r) }

// indented writes a value as JSON for people to read too: no HTML escapes, a newline at its end.
func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

package report

import (
	"encoding/json"
	"io"

	"detc/compiler/coverage"
)

// JSON writes coverage in the shape of coverage.Schema, indented, with a newline at its end.
func JSON(w io.Writer, r *coverage.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

package yaral

import (
	"bytes"
	"encoding/csv"

	"detc/compiler/backend"
	"detc/compiler/diag"
)

// Export writes a context table as the CSV file of a data table, whose first row names the columns
// (docs.cloud.google.com/chronicle/docs/investigation/data-tables). All columns are of the type STRING.
func (Target) Export(c backend.Content) (backend.Artifact, diag.List) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"value"}
	for _, name := range c.Columns[min(1, len(c.Columns)):] {
		head = append(head, word(name))
	}
	_ = w.Write(append(head, "valid_until")) // a buffer takes all
	for _, r := range c.Rows {
		_ = w.Write(append(append([]string(nil), r...), c.ValidUntil))
	}
	w.Flush()
	return backend.Artifact{Name: SetName(c.Table) + ".csv", Content: b.Bytes()}, nil
}

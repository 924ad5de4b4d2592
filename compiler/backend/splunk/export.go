package splunk

import (
	"bytes"
	"encoding/csv"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Export writes a context table as the CSV file of a lookup. Two definitions of lookups read it, SetName without case and
// with: transforms.conf says case_sensitive_match = false in the one and true in the other.
func (*Target) Export(c backend.Content) (backend.Artifact, diag.List) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := append([]string{"value"}, c.Columns[min(1, len(c.Columns)):]...)
	_ = w.Write(append(head, "valid_until")) // a buffer takes all
	for _, r := range c.Rows {
		_ = w.Write(append(append([]string(nil), r...), c.ValidUntil))
	}
	w.Flush()
	return backend.Artifact{Name: SetName(c.Table, false) + ".csv", Content: b.Bytes()}, nil
}

var (
	_ backend.Target     = (*Target)(nil)
	_ backend.Exporter   = (*Target)(nil)
	_ ir.Visitor[bool]   = searchable{}
	_ ir.Visitor[string] = where{}
)

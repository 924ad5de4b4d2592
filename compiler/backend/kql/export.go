package kql

import (
	"bytes"
	"encoding/csv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Export writes a context table as the product keeps one: for Sentinel the CSV file of a watchlist, whose search key is
// the column SearchKey; for Defender the text of a function. Both say until when each entry may be relied on.
func (t *Target) Export(c backend.Content) (backend.Artifact, diag.List) {
	if t.name == "defender" {
		return backend.Artifact{Name: t.file(c.Table), Content: []byte(function(c))}, nil
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := append([]string{"SearchKey"}, c.Columns[min(1, len(c.Columns)):]...)
	_ = w.Write(append(head, "valid_until")) // a buffer takes all
	for _, r := range c.Rows {
		_ = w.Write(append(append([]string(nil), r...), c.ValidUntil))
	}
	w.Flush()
	return backend.Artifact{Name: t.file(c.Table), Content: b.Bytes()}, nil
}

// function is the body to save under SetName: a table of one column and its date.
func function(c backend.Content) string {
	var b strings.Builder
	b.WriteString("// Save as the function " + SetName(c.Table) + ".\ndatatable(value:string, valid_until:string)\n[\n")
	for _, r := range c.Rows {
		b.WriteString("    " + quote(r[0]) + ", " + quote(c.ValidUntil) + ",\n")
	}
	b.WriteString("]\n")
	return b.String()
}

var (
	_ backend.Target     = (*Target)(nil)
	_ backend.Exporter   = (*Target)(nil)
	_ ir.Visitor[string] = (*emitter)(nil)
)

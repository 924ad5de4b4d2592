package sql

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Export makes the statements that fill the SQL table of a context table anew, each on a line of its own: they can be
// run twice. The column value has an entry as it is, the column folded its spellings in small ASCII letters.
func (t *target) Export(c backend.Content) (backend.Artifact, diag.List) {
	var l diag.List
	name, err := t.d.ident(TableName(c.Table))
	if err != nil {
		l.Add(diag.ClauseRefused, source.Span{}, "%s can't hold the table %s: %v", t.Name(), c.Table.Name, err)
		return backend.Artifact{}, l
	}
	var b strings.Builder
	b.WriteString("DROP TABLE IF EXISTS " + name + ";\nCREATE TABLE " + name + " " + t.d.tableForm() + ";\n")
	until, _ := t.d.text(c.ValidUntil)
	var rows []string
	for _, r := range c.Rows {
		value, err := t.d.text(r[0])
		if err != nil {
			l.Add(diag.ClauseRefused, source.Span{}, "%s can't hold an entry of the table %s: %v", t.Name(), c.Table.Name, err)
			continue
		}
		spellings, ok := spellings(r[0])
		if !ok {
			l.Add(diag.ClauseRefused, source.Span{}, "an entry of the table %s has more than %d spellings in other case", c.Table.Name, mostSpellings)
		}
		for _, s := range spellings {
			folded, _ := t.d.text(s)
			rows = append(rows, "("+value+", "+folded+", "+until+")")
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), 500)
		b.WriteString("INSERT INTO " + name + " VALUES " + strings.Join(rows[:n], ", ") + ";\n")
		rows = rows[n:]
	}
	return backend.Artifact{Name: TableName(c.Table) + ".sql", Content: []byte(b.String())}, l
}

const mostSpellings = 1024

// spellings are all texts, their ASCII letters in lower case, that a text equals in its own fold: several where it folds
// by Unicode, since the engines fold ASCII.
func spellings(s string) ([]string, bool) {
	mode, folded := ir.Folder(s)
	out := []string{""}
	for _, r := range folded {
		var next []string
		for _, alike := range backend.Alike(mode, r) {
			if 'A' <= alike && alike <= 'Z' {
				continue // folded
			}
			for _, head := range out {
				next = append(next, head+string(alike))
			}
		}
		if out = next; len(out) > mostSpellings {
			return nil, false
		}
	}
	return out, true
}

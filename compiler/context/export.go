package context

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// An Export is a table's content as a plain table of texts: what a SIEM imports as a lookup. Rows are sorted, so that
// the same content gives the same bytes in whatever order it was written.
type Export struct {
	Table      string     `json:"table"`
	Version    int        `json:"version"`
	Digest     string     `json:"digest"`                // SHA-256 of version, columns and rows
	From       string     `json:"from,omitempty"`        // of intervals: the horizon, RFC 3339
	To         string     `json:"to,omitempty"`          //
	ValidUntil string     `json:"valid_until,omitempty"` // RFC 3339 or the site's own date: not to be relied on after it
	Columns    []string   `json:"columns"`
	Rows       [][]string `json:"rows"`
}

// Export makes the table of a content. Windows are spelled out, occurrence by occurrence, for the horizon from up to to
// (nanoseconds since 1970); the other shapes don't look at it.
func (c *Content) Export(from, to int64) Export {
	e := Export{Table: c.Table.Name, Version: c.Table.Version, ValidUntil: c.ValidUntil}
	switch c.Table.Shape {
	case List:
		e.Columns = []string{"value"}
		for _, v := range c.Values {
			e.Rows = append(e.Rows, []string{v.Text()})
		}
	case Keyed:
		e.Columns = append([]string{"key"}, c.columns()...)
		for _, r := range c.Rows {
			c.spell(&e, r)
		}
	case Intervals:
		e.Columns = append([]string{"key", "from", "to"}, c.columns()...)
		e.From, e.To = TimeText(from), TimeText(to)
		if e.ValidUntil == "" || e.To < e.ValidUntil {
			e.ValidUntil = e.To
		}
		for _, r := range c.Rows {
			for _, i := range r.Window.Within(from, to) {
				c.spell(&e, r, TimeText(i.From), TimeText(i.To))
			}
		}
	}
	slices.SortFunc(e.Rows, slices.Compare)
	e.Rows = slices.CompactFunc(e.Rows, slices.Equal)
	sum := sha256.New()
	_ = json.NewEncoder(sum).Encode([]any{e.Version, e.Columns, e.Rows}) // texts and numbers always encode, and a hash takes all
	e.Digest = hex.EncodeToString(sum.Sum(nil))
	return e
}

func (c *Content) columns() []string {
	var names []string
	for _, col := range c.Table.Columns {
		names = append(names, col.Name)
	}
	return names
}

// spell adds a row for each key and network.
func (c *Content) spell(e *Export, r Row, times ...string) {
	var keys []string
	for _, k := range r.Keys {
		keys = append(keys, k.Text())
	}
	for _, n := range r.Nets {
		keys = append(keys, n.String())
	}
	for _, k := range keys {
		row := append([]string{k}, times...)
		for _, col := range c.Table.Columns {
			text := ""
			if v, ok := r.Values[col.Name]; ok {
				text = v.Text()
			}
			row = append(row, text)
		}
		e.Rows = append(e.Rows, row)
	}
}

// JSON is the export as a file.
func (e Export) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if e.Rows == nil {
		e.Rows = [][]string{}
	}
	err := enc.Encode(e)
	return b.Bytes(), err
}

// CSV is the rows with a head, as RFC 4180 has it. A cell that a spreadsheet would take for a formula is kept as it is:
// lookups compare it.
func (e Export) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(e.Columns); err != nil {
		return nil, err
	}
	err := w.WriteAll(e.Rows)
	return b.Bytes(), err
}

// Spoiled says why a table's content may not be relied on at a date (YYYY-MM-DD), or "".
func (c *Content) Spoiled(today string) string {
	if c.ValidUntil != "" && today != "" && strings.Compare(today, c.ValidUntil) > 0 {
		return "its entries were to be relied on until " + c.ValidUntil
	}
	return ""
}

package report

import (
	"fmt"
	"io"
	"strings"
)

// Table writes rows in aligned columns for `detc list`. What doesn't fit the width is cut from the last column, with
// an ellipsis; a width of 0 cuts nothing, which is what a file or a pipe should get.
func Table(w io.Writer, header []string, rows [][]string, width int) error {
	var b strings.Builder
	for _, l := range layout(header, rows, width) {
		fmt.Fprintln(&b, l)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// layout gives a line for the header and one for each row.
func layout(header []string, rows [][]string, width int) []string {
	widths := make([]int, len(header))
	all := append([][]string{header}, rows...)
	for k, row := range all {
		cells := make([]string, len(header))
		for i := range cells {
			if i < len(row) {
				cells[i] = clean(row[i])
			}
			widths[i] = max(widths[i], columns.StringWidth(cells[i]))
		}
		all[k] = cells
	}
	out := make([]string, 0, len(all))
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			if last := i == len(row)-1; !last {
				b.WriteString(pad(cell, widths[i]) + "  ")
				continue
			}
			if room := width - columns.StringWidth(b.String()); width > 0 {
				cell = fit(cell, max(room, 8))
			}
			b.WriteString(cell)
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	return out
}

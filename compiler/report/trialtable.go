package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A trialTable is rows under their columns. Columns of numbers stand to the right. A row of one cell is a heading.
type trialTable struct {
	header []string
	rows   [][]string
	widest map[int]int // the most columns of the terminal that a column takes
}

// table writes a table. What doesn't fit is cut from the last column.
func (p *trialPrinter) table(t trialTable) {
	widths, numbers := t.measure()
	for n, row := range slices.Concat([][]string{t.header}, t.rows) {
		if len(row) == 1 {
			p.line("  %s", p.paint(yellow, row[0]))
			continue
		}
		line := ""
		for i, cell := range row {
			if i == len(row)-1 {
				cell = columns.Truncate(cell, max(p.width()-2-columns.StringWidth(line), 8), "…")
			}
			space := strings.Repeat(" ", max(0, widths[i]-columns.StringWidth(cell)))
			if numbers[i] {
				cell = space + cell
			} else {
				cell += space
			}
			line += cell + "  "
		}
		if line = strings.TrimRight(line, " "); n == 0 {
			line = p.paint(dim, line)
		}
		p.line("  %s", line)
	}
}

func (t trialTable) measure() (widths []int, numbers []bool) {
	widths, numbers = make([]int, len(t.header)), make([]bool, len(t.header))
	for i := range t.header {
		widths[i], numbers[i] = columns.StringWidth(t.header[i]), true
		for _, r := range t.rows {
			if len(r) == 1 {
				continue
			}
			r[i] = clean(r[i])
			if t.widest[i] > 0 {
				r[i] = columns.Truncate(r[i], t.widest[i], "…")
			}
			numbers[i] = numbers[i] && strings.Trim(r[i], "0123456789,") == ""
			widths[i] = max(widths[i], columns.StringWidth(r[i]))
		}
	}
	return widths, numbers
}

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// right is a number in as many columns as the largest has.
func right(n, largest int) string {
	s := thousands(n)
	return strings.Repeat(" ", max(0, len(thousands(largest))-len(s))) + s
}

func bytesOf(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

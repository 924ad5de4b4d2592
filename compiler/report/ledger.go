package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/ledger"
)

// LedgerText writes rows of the blind-spot ledger for a terminal: a line of sums, then each item's rows with who answers
// for them and until when.
func LedgerText(w io.Writer, rows []ledger.Row, o Options) error {
	p := &printer{Options: o}
	c := ledger.Count(rows)
	p.line("%s", p.paint(bold, fmt.Sprintf("%s: %d open · %d waived · %d expired · %d void", plural(c.Rows, "row"), c.Open, c.Waived, c.Expired, c.Void)))
	last := ""
	for _, r := range rows {
		if r.Item != last {
			p.line("")
			p.paragraph(p.paint(bold, r.Item)+"  ", clean(r.Text))
			p.line("  %s", p.paint(dim, "hash "+clean(r.Hash)))
			last = r.Item
		}
		where := r.Scope + " " + r.Gate
		if r.Gap != "" {
			where += " " + r.Gap
		}
		state := ledgerSymbol(r.State) + " " + r.State
		if r.High {
			where += ", high consequence"
		}
		p.marked(ledgerColor(r.State), "  "+pad(state, 10)+" ", clean(where+" "+r.Shown+": "+r.Why))
		if by := ledgerBy(r); by != "" {
			p.paragraph("             ", clean(by))
		}
		if r.Void != "" {
			p.paragraph("             ", "counts for nothing: "+clean(r.Void))
		}
	}
	return p.to(w)
}

// ledgerBy is what people said of a row, in a line.
func ledgerBy(r ledger.Row) string {
	if r.Approver == "" {
		if r.Owner != "" {
			return "owner " + r.Owner
		}
		return ""
	}
	s := fmt.Sprintf("owner %s, approved by %s on %s until %s: %s", r.Owner, r.Approver, r.Approved, r.Until, r.Reason)
	if r.Note != "" {
		s += ", " + r.Note
	}
	s += "; instead: " + r.Control
	if r.Renewals > 0 {
		s += fmt.Sprintf("; renewed %d times", r.Renewals)
	}
	return s
}

func ledgerSymbol(state string) string {
	return map[string]string{ledger.Open: "○", ledger.Waived: "◌", ledger.Expired: "!", ledger.Void: "×"}[state]
}

func ledgerColor(state string) string {
	switch state {
	case ledger.Waived:
		return yellow
	case ledger.Expired, ledger.Void:
		return red
	}
	return ""
}

// LedgerCSV writes rows of the ledger for a spreadsheet. No cell is read as a formula there.
func LedgerCSV(w io.Writer, rows []ledger.Row) error {
	c := csv.NewWriter(w)
	out := [][]string{{"item", "scope", "gate", "gap", "state", "shown", "why", "hash", "stage", "rule", "high consequence", "owner", "approver", "reason",
		"note", "control", "approved", "until", "renewals", "void", "text"}}
	for _, r := range rows {
		out = append(out, []string{r.Item, r.Scope, r.Gate, r.Gap, r.State, r.Shown, r.Why, r.Hash, r.Stage, r.Rule, strconv.FormatBool(r.High), r.Owner,
			r.Approver, r.Reason, r.Note, r.Control, r.Approved, r.Until, strconv.Itoa(r.Renewals), r.Void, r.Text})
	}
	for _, line := range out {
		for k := range line {
			line[k] = cell(line[k])
		}
	}
	return c.WriteAll(out)
}

// cell is a text that a spreadsheet takes for that text: one line, and nothing at its head that begins a formula
// (OWASP, CSV Injection: = + - @, tab and carriage return).
func cell(s string) string {
	s = clean(s)
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " ")); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

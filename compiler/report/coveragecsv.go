package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"detc/compiler/coverage"
)

// cellLength is the most characters that a spreadsheet keeps of a cell (Microsoft, "Excel specifications and limits").
const cellLength = 32767

// CoverageCSV writes a line an obligation, an item in a scope, for a spreadsheet: as RFC 4180 has it, lines ending in
// CRLF, with no cell that is read as a formula. item_state is the item's over all its scopes: what the figures count, once
// an item. The page's own limits stand in the first line of each tactic.
func CoverageCSV(w io.Writer, r *coverage.Report) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	head := []string{"tactic", "item", "kind", "scope", "item_state", "state", "stage", "reason", "answered_by", "rule"}
	for _, g := range coverage.AllGates() {
		head = append(head, g.String())
	}
	head = append(head, "open", "high_consequence", "owner", "owner_since", "approver", "waived_until", "effective_since", "file", "line", "text", "page_limits", "input")
	if err := c.Write(head); err != nil {
		return err
	}
	high := map[string]bool{}
	for _, s := range r.Scopes {
		high[s.ID] = s.Consequence == coverage.High
	}
	for _, t := range r.Tactics {
		limits := strings.Join(t.Limits, " ")
		for _, i := range t.Items {
			for _, o := range i.Obligations {
				line := []string{t.ID, i.ID, i.Kind, o.Scope, i.State, o.State, o.Stage.String(), o.Reason, i.AnsweredBy, o.Carrier}
				for _, g := range coverage.AllGates() {
					line = append(line, o.Gates[g].String())
				}
				number := ""
				if i.Line > 0 {
					number = strconv.Itoa(i.Line)
				}
				line = append(line, openOf(o), strconv.FormatBool(high[o.Scope]), o.Owner, o.OwnerSince, o.Approver, o.Until, o.Since, i.File, number, i.Text, limits, r.Digest)
				limits = ""
				for k := range line {
					line[k] = cell(clip(line[k], cellLength-1)) // a quote may come before it
				}
				if err := c.Write(line); err != nil {
					return err
				}
			}
		}
	}
	c.Flush()
	return c.Error()
}

// openOf names an obligation's gaps, those that were accepted as such.
func openOf(o coverage.Obligation) string {
	var out []string
	for _, g := range o.Open {
		s := g.Gate
		if g.Kind != "" {
			s += "/" + g.Kind
		}
		if g.Waived {
			s += " (waived)"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

package report

import (
	"fmt"
	"io"

	"detc/compiler/coverage"
)

// Badge writes what shields.io's endpoint badge reads (shields.io, "Endpoint Badge": schemaVersion is the number 1, label
// and message are required, the message not empty). It counts the items of detection of all tactics, and is never the
// colour of success while an item is less than effective.
func Badge(w io.Writer, r *coverage.Report) error {
	c := r.Totals.Detection
	badge := struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
	}{1, "detection coverage", fmt.Sprintf("effective %d/%d", c.Effective, c.Asked), "yellow"}
	switch {
	case c.Asked == 0:
		badge.Message, badge.Color = "nothing asked for", "lightgrey"
	case c.Live == nil:
		badge.Message, badge.Color = fmt.Sprintf("proven %d/%d, live unknown", c.Proven, c.Asked), "lightgrey"
	case c.Effective == c.Asked:
		badge.Color = "green"
	case c.Effective == 0:
		badge.Color = "orange"
	}
	if c.Waived > 0 {
		badge.Message += fmt.Sprintf(", %d waived", c.Waived)
	}
	if c.Blind > 0 {
		badge.Message += fmt.Sprintf(", %d blind", c.Blind)
		badge.Color = "orange"
	}
	return indented(w, badge)
}

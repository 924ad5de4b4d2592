package stub

import "detc/compiler/source"

// A FilterDraft is a filter that is made by the tool: the values of its form as they are to be written. Who answers for
// it, where it was allowed and until when is for a person to say: what is empty of these is written as a key without a
// value, so that reading it says what is missing and where.
type FilterDraft struct {
	Name, Title, ID      string
	Owner, Ticket, Until string // Until and Date are YYYY-MM-DD
	Date, Reason         string
	Rules                []string // none is any
	Telemetry            string
	Let                  []Let
	Exclude              string
}

// YAML is the filter's text: what ReadFilter makes the same filter of. The same draft gives the same bytes.
func (d *FilterDraft) YAML() []byte {
	w := &writer{}
	w.key("name", d.Name)
	w.key("title", d.Title)
	w.bare("id", d.ID)
	w.asked("owner", d.Owner)
	w.asked("ticket", d.Ticket)
	w.asked("until", d.Until)
	w.bare("date", d.Date)
	if d.Reason == "" {
		w.asked("reason", "")
	} else {
		w.line("reason: ", source.Block(d.Reason, "  "))
	}
	if len(d.Rules) == 0 {
		w.key("rules", Any)
	} else {
		w.flow("rules", d.Rules)
	}
	w.key("telemetry", d.Telemetry)
	if len(d.Let) > 0 {
		w.line("let:")
		for _, l := range d.Let {
			w.line("  ", l.Name, ": ", cel(l.Text, "    "))
		}
	}
	w.line("exclude: ", cel(d.Exclude, "  "))
	return []byte(w.String())
}

// asked writes a key that a person must fill in, where its value is empty.
func (w *writer) asked(key, value string) {
	if value == "" {
		w.line(key, ":")
		return
	}
	w.key(key, value)
}

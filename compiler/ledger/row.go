package ledger

import (
	"cmp"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// The states of a row.
const (
	Open    = "open"    // nobody accepted it
	Waived  = "waived"  // accepted, and it holds
	Expired = "expired" // it was accepted until a day that is over
	Void    = "void"    // it was annotated, and counts for nothing: see Row.Void
)

// A Key tells a row from all others.
type Key struct{ Item, Scope, Gate, Gap string }

func (k Key) String() string {
	s := k.Item + " " + k.Scope + " " + k.Gate
	if k.Gap != "" {
		s += " " + k.Gap
	}
	return s
}

// A Row is a gap with what people said of it.
type Row struct {
	Item   string `json:"item"`
	Scope  string `json:"scope"`
	Gate   string `json:"gate"`
	Gap    string `json:"gap,omitempty"`
	State  string `json:"state"`  // of the row
	Shown  string `json:"shown"`  // the state of the gate: unknown, stale, failed
	Why    string `json:"why"`    // what coverage says of it
	Text   string `json:"text"`   // the item's
	Hash   string `json:"hash"`   // of that text
	Stage  string `json:"stage"`  // how far the obligation has come
	Rule   string `json:"rule"`   // that carries it; "" where none does
	High   bool   `json:"high"`   // the scope's consequence is high
	Kind   string `json:"kind"`   // of the item
	Reason string `json:"reason"` // as annotated, like all that follows

	Note     string `json:"note,omitempty"`
	Owner    string `json:"owner"`
	Approver string `json:"approver"`
	Control  string `json:"control"`
	Approved string `json:"approved"`
	Until    string `json:"until"`
	Renewals int    `json:"renewals"`
	Void     string `json:"void,omitempty"` // why the annotation counts for nothing
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

// Key is the row's.
func (r Row) Key() Key { return Key{r.Item, r.Scope, r.Gate, r.Gap} }

func (w *WaiverForm) key() Key {
	return Key{w.Item.Value, w.Scope.Value, w.Gate.Value, w.Gap.Value}
}

// Rows are the gaps of a report, each with what was annotated: in the order of the report, today's date YYYY-MM-DD.
func (l *Ledger) Rows(r *coverage.Report, today string) []Row {
	annotated, high := l.annotated(), highOf(r)
	out := []Row{}
	for _, t := range r.Tactics {
		for _, i := range t.Items {
			for _, o := range i.Obligations {
				for _, g := range o.Open {
					row := Row{Item: i.ID, Scope: o.Scope, Gate: g.Gate, Gap: g.Kind, State: Open, Shown: g.State.String(), Why: g.Why, Text: i.Text, Hash: i.Hash,
						Stage: o.Stage.String(), Rule: o.Carrier, High: high[o.Scope], Kind: i.Kind}
					if w := annotated[row.Key()]; w != nil {
						row.annotate(w, l.faults(w, row, today), today)
					} else if o.Owner != "" && o.Approver == "" {
						row.Owner = o.Owner
					}
					out = append(out, row)
				}
			}
		}
	}
	return out
}

func highOf(r *coverage.Report) map[string]bool {
	out := map[string]bool{}
	for _, s := range r.Scopes {
		out[s.ID] = s.Consequence == coverage.High
	}
	return out
}

// annotated are the rows that people wrote, the first of each.
func (l *Ledger) annotated() map[Key]*WaiverForm {
	out := map[Key]*WaiverForm{}
	if l == nil {
		return out
	}
	for k := range l.Waivers {
		w := &l.Waivers[k]
		if _, twice := out[w.key()]; !twice {
			out[w.key()] = w
		}
	}
	return out
}

func (row *Row) annotate(w *WaiverForm, faults []fault, today string) {
	row.Reason, row.Note, row.Owner, row.Approver, row.Control = w.Reason.Value, w.Note.Value, w.Owner.Value, w.Approver.Value, w.Control.Value
	row.Approved, row.Until, row.Renewals = w.Approved.Value, w.Until.Value, len(w.Renewed)
	row.File, row.Line = w.Span.File.Name, w.Span.Position().Line
	row.State = Waived
	for _, f := range faults {
		if f.void == "" {
			continue
		}
		row.State = f.void
		if f.void == Void {
			row.Void = f.text
			return
		}
	}
}

// A Summary counts rows by their state.
type Summary struct {
	Rows    int `json:"rows"`
	Open    int `json:"open"`
	Waived  int `json:"waived"`
	Expired int `json:"expired"`
	Void    int `json:"void"`
}

// Count sums rows up: open + waived + expired + void = rows.
func Count(rows []Row) Summary {
	out := Summary{Rows: len(rows)}
	for _, r := range rows {
		switch r.State {
		case Waived:
			out.Waived++
		case Expired:
			out.Expired++
		case Void:
			out.Void++
		default:
			out.Open++
		}
	}
	return out
}

// WorstFirst is rows as an executive reads them: high consequence first, what detection lacks before what mitigation
// does, then by how little is shown.
func WorstFirst(rows []Row) []Row {
	out := slices.Clone(rows)
	stages := []string{"none", "written", "proven", "live"}
	slices.SortStableFunc(out, func(a, b Row) int {
		return cmp.Or(-compare(a.High, b.High), compare(a.Kind == coverage.Mitigation, b.Kind == coverage.Mitigation), cmp.Compare(slices.Index(stages, a.Stage), slices.Index(stages, b.Stage)))
	})
	return out
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

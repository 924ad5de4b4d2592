package ledger

import (
	"fmt"
	"slices"
	"time"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// How long a waiver may hold, in days from its approval, and how often it may be renewed before somebody asks.
const (
	MaxDays     = 180
	MaxDaysHigh = 90 // where the consequence is high
	MaxRenewals = 2
	soonDays    = 14
)

// A fault is what is wrong with a row as it is annotated.
type fault struct {
	code diag.Code
	span source.Span
	text string
	help string
	void string // Void or Expired where the row counts for nothing by it
}

// faults are what is wrong with an annotation: of itself, and of the row that it is for.
func (l *Ledger) faults(w *WaiverForm, row Row, today string) []fault {
	out := l.ownFaults(w, row.High, today)
	if row.Hash != "" && w.Hash.Value != "" && !w.accepts(row.Hash) {
		out = append(out, fault{diag.LedgerReworded, w.Hash.Whole, fmt.Sprintf("the text of %s is not the one that this was accepted for", row.Item),
			"read the item; if the gap is still accepted, write hash: " + row.Hash, Void})
	}
	return out
}

// accepts says that the row was accepted for a text with this hash.
func (w *WaiverForm) accepts(hash string) bool {
	return w.Hash.Value == hash || slices.ContainsFunc(w.Also, func(t source.Text) bool { return t.Value == hash })
}

// ownFaults are those that need no report but the consequence.
func (l *Ledger) ownFaults(w *WaiverForm, high bool, today string) []fault {
	var out []fault
	add := func(code diag.Code, span source.Span, void, help, format string, args ...any) {
		out = append(out, fault{code, span, fmt.Sprintf(format, args...), help, void})
	}
	for _, t := range []source.Text{w.Item, w.Scope, w.Gate, w.Hash, w.Reason, w.Owner, w.Approver, w.Control, w.Approved, w.Until} {
		if t.IsZero() { // which is a finding of its own
			add("", w.Span, Void, "", "it is not complete")
			return out
		}
	}
	if same(w.Owner.Value, w.Approver.Value) {
		add(diag.LedgerAlone, w.Approver.Whole, Void, "somebody else approves", "%s answers for the gap and approved it", w.Owner.Value)
	}
	if l.times[w.key()] > 1 {
		add(diag.LedgerTwice, w.Span, Void, "keep one of them", "a second row about %s", w.key())
	}
	if g, ok := coverage.GateOf(w.Gate.Value); ok && w.Gap.Value != "" && !slices.Contains(g.Gaps(), w.Gap.Value) {
		add(diag.LedgerUnknown, w.Gap.Whole, Void, "leave gap out, or name the gate that has it", "%s has no gap %s", g, w.Gap.Value)
	}
	if !fits(w.Reason.Value, w.Gate.Value, w.Gap.Value) {
		add(diag.LedgerMisfit, w.Reason.Whole, "", "", "%q is no reason for %s %s", w.Reason.Value, w.Gate.Value, w.Gap.Value)
	}
	if len(w.Renewed) > MaxRenewals {
		add(diag.LedgerRenewed, w.Renewed[MaxRenewals].Whole, "", "close the gap, or decide on it once", "renewed %d times", len(w.Renewed))
	}
	return append(out, w.days(high, today)...)
}

// days are the faults of the row's days.
func (w *WaiverForm) days(high bool, today string) (out []fault) {
	add := func(code diag.Code, at source.Text, void, help, format string, args ...any) {
		out = append(out, fault{code, at.Whole, fmt.Sprintf(format, args...), help, void})
	}
	last := ""
	for _, t := range append(slices.Clone(w.Renewed), w.Approved) {
		if t.Value < last {
			add(diag.LedgerBadDay, t, Void, "renewed holds the days of the approvals before, in their order", "%s is before %s", t.Value, last)
		}
		last = t.Value
	}
	long, most := between(w.Approved.Value, w.Until.Value), MaxDays
	if high {
		most = MaxDaysHigh
	}
	switch {
	case long < 0:
		add(diag.LedgerBadDay, w.Until, Void, "", "it ends on %s, before it was approved on %s", w.Until.Value, w.Approved.Value)
	case long > most:
		add(diag.LedgerTooLong, w.Until, Void, "the last day it may hold is "+after(w.Approved.Value, most), "it holds for %d days, of at most %d%s", long, most, map[bool]string{true: " where the consequence is high"}[high])
	}
	if today == "" {
		return out
	}
	left := between(today, w.Until.Value)
	switch {
	case between(w.Approved.Value, today) < 0:
		add(diag.LedgerBadDay, w.Approved, Void, "", "it was approved on %s, in the future", w.Approved.Value)
	case left < 0:
		add(diag.LedgerExpired, w.Until, Expired, "close the gap, or renew the row: detc ledger annotate", "its last day was %s", w.Until.Value)
	case left <= soonDays:
		add(diag.LedgerEnding, w.Until, "", "", "it ends in %d days, after %s", left, w.Until.Value)
	}
	return out
}

// fits says that a reason can be one of a gap: a few reasons are of one gap only.
func fits(reason, gate, gap string) bool {
	switch reason {
	case "not forwarded":
		return gate == "onboarded" && (gap == coverage.NotForwarded || gap == "")
	case "no telemetry", "vendor can't log":
		return gate != "onboarded" || gap != coverage.NotForwarded && gap != coverage.NotParsed
	case "backend can't say it":
		return gate == "exportable" || gate == "deployed"
	}
	return true
}

// between is how many days lie between two dates; the form has seen to it that they are dates.
func between(from, to string) int {
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, to)
	return int(b.Sub(a).Hours() / 24)
}

func after(date string, days int) string {
	d, _ := time.Parse(time.DateOnly, date)
	return d.AddDate(0, 0, days).Format(time.DateOnly)
}

// Check says what is wrong with the ledger, held against what coverage found.
func (l *Ledger) Check(r *coverage.Report, today string, out *diag.List) {
	if l == nil {
		return
	}
	k := known(r)
	rows := map[Key]Row{}
	for _, row := range l.Rows(r, today) {
		rows[row.Key()] = row
	}
	for i := range l.Waivers {
		w := &l.Waivers[i]
		if !k.place(w.Item, w.Scope, false, out) {
			continue
		}
		row, there := rows[w.key()]
		if !there {
			row = Row{Item: w.Item.Value, Hash: k.hash[w.Item.Value], High: k.high[w.Scope.Value]}
		}
		faults := l.faults(w, row, today)
		for _, f := range faults {
			if f.code != "" {
				out.Add(f.code, f.span, "%s: %s", w.key(), f.text).WithHelp("%s", f.help)
			}
		}
		misplaced := slices.ContainsFunc(faults, func(f fault) bool { return f.code == diag.LedgerUnknown || f.code == "" })
		gate, _ := coverage.GateOf(w.Gate.Value)
		if _, silent := r.Unmeasured[gate]; !there && !misplaced && !silent { // of what nobody measured nobody can tell
			k.gone(w, rows, out)
		}
	}
	for i := range l.Owners {
		k.place(l.Owners[i].Item, l.Owners[i].Scope, true, out)
	}
	for i := range l.Mitigations {
		m := &l.Mitigations[i]
		k.place(m.Item, m.Scope, true, out)
		if kind := k.kind[m.Item.Value]; kind != "" && kind != coverage.Mitigation {
			out.Add(diag.LedgerUnknown, m.Item.Whole, "%s is no mitigation item: rules answer it, or visibility", m.Item.Value)
		}
		if m.VerifiedBy.Value != "" && same(m.VerifiedBy.Value, m.Owner.Value) {
			out.Add(diag.LedgerAlone, m.VerifiedBy.Whole, "%s: %s answers for it and verified it", m.Item.Value, m.Owner.Value).WithHelp("somebody else verifies")
		}
	}
}

// places are the items and scopes that there are.
type places struct {
	kind, hash map[string]string
	items      []string
	scopes     map[string][]string // by item
	high       map[string]bool
}

func known(r *coverage.Report) places {
	k := places{kind: map[string]string{}, hash: map[string]string{}, scopes: map[string][]string{}, high: highOf(r)}
	for _, t := range r.Tactics {
		for _, i := range t.Items {
			k.items, k.kind[i.ID], k.hash[i.ID] = append(k.items, i.ID), i.Kind, i.Hash
			for _, o := range i.Obligations {
				k.scopes[i.ID] = append(k.scopes[i.ID], o.Scope)
			}
		}
	}
	return k
}

// place says whether there are the item and the scope; where not, that is a finding. A report without the item's tactic
// can't tell.
func (k places) place(item, scope source.Text, everywhere bool, out *diag.List) bool {
	if item.IsZero() || len(k.items) == 0 {
		return false
	}
	if k.kind[item.Value] == "" {
		out.Add(diag.LedgerUnknown, item.Whole, "there is no item %s", item.Value).WithGuess(item.Whole, item.Value, k.items)
		return false
	}
	if scope.IsZero() {
		return everywhere
	}
	if !slices.Contains(k.scopes[item.Value], scope.Value) {
		out.Add(diag.LedgerUnknown, scope.Whole, "%s is asked for in no scope %q", item.Value, scope.Value).WithGuess(scope.Whole, scope.Value, k.scopes[item.Value])
		return false
	}
	return true
}

// gone says that an annotated row is not generated any more, and which one stands in its place.
func (k places) gone(w *WaiverForm, rows map[Key]Row, out *diag.List) {
	d := out.Add(diag.LedgerRowGone, w.Span, "%s: there is no such gap now", w.key())
	var other []string
	for key := range rows {
		if key.Item == w.Item.Value && key.Scope == w.Scope.Value && key.Gate == w.Gate.Value {
			other = append(other, key.String())
		}
	}
	slices.Sort(other)
	if len(other) > 0 {
		d.WithHelp("the gap there is now is another row: %s", other[0])
		return
	}
	d.WithHelp("it is closed, or nothing asks for it: take the row out")
}

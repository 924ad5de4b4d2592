package ledger

import (
	"crypto/sha256"
	"encoding/hex"

	"detc/compiler/coverage"
)

// Feed gives coverage what the ledger says: the waivers that are in order, who answers for what, and what was done about
// the mitigations. Whether a waiver's day is over and whether the item's text is still the same, coverage sees itself.
func (l *Ledger) Feed(in *coverage.Input) {
	if l == nil {
		return
	}
	sum := sha256.Sum256([]byte(l.File.Text))
	digest := "sha256:" + hex.EncodeToString(sum[:])
	high := map[string]bool{}
	for _, s := range in.Scopes {
		high[s.ID] = s.Consequence == coverage.High
	}
	for i := range l.Waivers {
		w := &l.Waivers[i]
		if l.void(w, high[w.Scope.Value], in.Today) {
			continue
		}
		gate, ok := coverage.GateOf(w.Gate.Value)
		if !ok {
			continue
		}
		reason := w.Reason.Value
		if !w.Note.IsZero() {
			reason += ", " + w.Note.Value
		}
		var also []string
		for _, t := range w.Also {
			also = append(also, t.Value)
		}
		in.Waivers = append(in.Waivers, coverage.Waiver{Item: w.Item.Value, Scope: w.Scope.Value, Gate: gate, Gap: w.Gap.Value, Hash: w.Hash.Value, Also: also,
			Reason: reason, Owner: w.Owner.Value, Approver: w.Approver.Value, Until: w.Until.Value, Span: w.Span})
	}
	for _, o := range l.Owners {
		in.Owners = append(in.Owners, coverage.Owner{Item: o.Item.Value, Scope: o.Scope.Value, Name: o.Owner.Value, Since: o.Since.Value})
	}
	for _, m := range l.Mitigations {
		in.Mitigations = append(in.Mitigations, coverage.MitigationProof{Item: m.Item.Value, Scope: m.Scope.Value, Owner: m.Owner.Value,
			Evidence: m.Evidence.Value, Date: m.Date.Value, VerifiedBy: m.VerifiedBy.Value, Verified: m.Verified.Value, Digest: digest})
	}
}

// void says that a row counts for nothing, whatever coverage finds.
func (l *Ledger) void(w *WaiverForm, high bool, today string) bool {
	for _, f := range l.ownFaults(w, high, today) {
		if f.void == Void {
			return true
		}
	}
	return false
}

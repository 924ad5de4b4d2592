package coverage

import (
	"crypto/sha256"
	"encoding/hex"
)

// digest is the SHA-256 of all that the figures rest on. Where a thing stands (its file and line) is no part of it.
func digest(in Input) string {
	h := sha256.New()
	line := func(v any) { h.Write([]byte(encode(v) + "\n")) }
	for _, t := range in.Tactics {
		line([]any{"tactic", t.ID, t.Name, t.Domain, t.Release, t.Sources, t.Limits})
		for _, i := range t.Items {
			line([]any{"item", i.ID, i.Kind, i.Hash, i.AnsweredBy, i.Reviewed, i.NotApplicable})
		}
	}
	for _, r := range in.Rules {
		line(facts(r))
		if len(r.Filters) > 0 {
			line([]any{"filters", r.Filters})
		}
	}
	line([]any{"properties", in.Properties})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// facts is what is known of a rule, in one order.
func facts(r Rule) []any {
	return []any{"rule", r.Name, r.Title, r.Tactic, r.Level, r.Items, r.Techniques, r.Gates, r.Reasons,
		r.Budget, r.Suppress, r.Block, r.Sources, r.Cases, r.Pairs}
}

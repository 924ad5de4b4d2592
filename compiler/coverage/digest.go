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
		line(factsOf(r))
		if len(r.Filters) > 0 {
			line([]any{"filters", r.Filters})
		}
	}
	line([]any{"properties", in.Properties})
	line([]any{"site", in.Scopes, in.Targets, in.Onboardings, in.Deployments, in.Measurements, in.Mitigations, in.Waivers,
		in.Declarations, in.Owners, in.Thresholds.orDefault(), in.Today})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// factsOf is what is known of a rule, in one order.
func factsOf(r Rule) []any {
	return []any{"rule", r.Name, r.Title, r.Tactic, r.Level, r.LevelWhen, r.Items, r.Techniques, r.Gates, r.Reasons,
		r.Budget, r.PerDay, r.Suppress, r.Off, r.Block, r.Parts, r.Sources, r.Needs, r.Exports, r.Digest, r.Tests, r.Cases, r.CaseNames, r.Failing, r.Pairs}
}

// sum is the SHA-256 of one thing that evidence is made of, for evidence that nobody gave a digest.
func sum(v any) string {
	h := sha256.Sum256([]byte(encode(v)))
	return "sha256:" + hex.EncodeToString(h[:])
}

// orSum is a digest, or the sum of what has none.
func orSum(digest string, v any) string {
	if digest == "" {
		return sum(v)
	}
	return digest
}

// mark is a short digest of a name, for a report that only has to tell whether it is there still.
func mark(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:4])
}

package coverage

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/source"
)

// canonical is the input in its one order, with nothing in it shared with the caller that is changed.
func canonical(in Input) Input {
	out := in
	out.Tactics, out.Rules = nil, nil
	out.Scopes, out.Onboardings, out.Deployments = ordered(in.Scopes), ordered(in.Onboardings), ordered(in.Deployments)
	out.Measurements, out.Mitigations, out.Waivers = ordered(in.Measurements), ordered(in.Mitigations), ordered(in.Waivers)
	out.Declarations, out.Owners, out.Targets = ordered(in.Declarations), ordered(in.Owners), set(in.Targets)
	if len(in.Onboardings)+len(in.Deployments)+len(in.Measurements)+len(in.Mitigations)+len(in.Waivers) == 0 {
		out.Today = "" // nothing is dated, so that the report is the same on every day
	}
	for _, t := range in.Tactics {
		t.Items, t.Sources = slices.Clone(t.Items), sets(t.Sources)
		slices.SortStableFunc(t.Items, compareItems)
		out.Tactics = append(out.Tactics, t)
	}
	slices.SortStableFunc(out.Tactics, func(a, b Tactic) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range in.Rules {
		r.Items, r.Techniques, r.Sources = set(r.Items), set(r.Techniques), set(r.Sources)
		r.Exports = maps.Clone(r.Exports)
		for target, e := range r.Exports {
			e.Sources = set(e.Sources)
			r.Exports[target] = e
		}
		r.Needs, r.Parts, r.CaseNames, r.Failing = sets(r.Needs), set(r.Parts), set(r.CaseNames), set(r.Failing)
		for g, s := range r.Gates {
			if (s == Waived || s == NotApplicable) && strings.TrimSpace(r.Reasons[Gate(g)]) == "" {
				r.Gates[g] = Unknown
			}
		}
		out.Rules = append(out.Rules, r)
	}
	slices.SortStableFunc(out.Rules, func(a, b Rule) int {
		if c := cmp.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(encode(factsOf(a)), encode(factsOf(b)))
	})
	return out
}

// ordered is a list in the order of what its entries say, each of them once: saying a thing twice says nothing more.
func ordered[T any](list []T) []T {
	type entry struct {
		key   string
		value T
	}
	all := make([]entry, len(list))
	for k, v := range list {
		all[k] = entry{encode(v), v}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	all = slices.CompactFunc(all, func(a, b entry) bool { return a.key == b.key })
	out := make([]T, len(all))
	for k, e := range all {
		out[k] = e.value
	}
	return out
}

// sets are lists by name, each a set.
func sets(m map[string][]string) map[string][]string {
	out := maps.Clone(m)
	for name, of := range out {
		out[name] = set(of)
	}
	return out
}

func set(s []string) []string {
	out := append([]string{}, s...)
	slices.SortFunc(out, compareIDs)
	return slices.Compact(out)
}

func compareItems(a, b Item) int {
	kind := func(i Item) int { return slices.Index([]string{Telemetry, Direction, Mitigation}, i.Kind) }
	return cmp.Or(cmp.Compare(kind(a), kind(b)), compareIDs(a.ID, b.ID), cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Text, b.Text))
}

// compareIDs orders ids by their letters, then by the number at their end: T9 before T10.
func compareIDs(a, b string) int {
	head := func(s string) (string, int) {
		h := strings.TrimRight(s, "0123456789")
		n, _ := strconv.Atoi(s[len(h):])
		return h, n
	}
	ha, na := head(a)
	hb, nb := head(b)
	return cmp.Or(cmp.Compare(ha, hb), cmp.Compare(na, nb), cmp.Compare(a, b))
}

// place is where a span leads a reader. Of an absolute path only the name is kept: the report is the same on every machine.
func place(s source.Span) (string, int) {
	if s.IsZero() {
		return "", 0
	}
	name := strings.ReplaceAll(s.File.Name, `\`, "/")
	if path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		name = path.Base(name)
	}
	return name, s.Position().Line
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // only channels and functions fail, and there are none here
		return err.Error()
	}
	return string(b)
}

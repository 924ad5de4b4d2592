package drift

import (
	"cmp"
	"slices"
	"strings"

	"detc/compiler/brief"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// A Mention is a place that rests on an item of a brief: a rule that covers it, telemetry that serves it, or a rule on
// such telemetry.
type Mention struct {
	Item string `json:"item"` // by the id that the lock gives it
	How  string `json:"how"`  // covers, serves or telemetry
	Name string `json:"name"` // the rule's or the telemetry's
	File string `json:"file"`
	Line int    `json:"line"`
}

// A Known is what a change of a brief is held against: the lock that gives items their ids, and who names those.
type Known struct {
	Items   *brief.Items // nil where nobody has reviewed the tactic's items: ids are places then
	Brief   *brief.Brief // the page beside the lock, to tell reworded items by; nil for none
	Stubs   []*stub.Stub
	Schemas []*telemetry.Schema
}

// Review lists, for each change of a page, the places that someone should read again: those that name an item whose
// words changed or that is gone. An item that moved or was added asks for none. It says false where the old page is none
// that the lock knows, so that its items have no ids that anybody could name. The page is left as it is.
func (k Known) Review(old *brief.Brief, changes []brief.Change) (mentions [][]Mention, known bool) {
	ids := k.ids(old)
	mentions = make([][]Mention, len(changes))
	for i, c := range changes {
		if c.Old == nil || c.What == brief.Moved {
			continue
		}
		for n := range old.Items {
			if &old.Items[n] == c.Old && ids[n] != "" {
				mentions[i] = k.of(ids[n])
			}
		}
	}
	return mentions, slices.ContainsFunc(ids, func(id string) bool { return id != "" }) || len(ids) == 0
}

// ids are those of a page's items in its lock; "" for one that the lock doesn't know for certain.
func (k Known) ids(old *brief.Brief) []string {
	page := *old
	page.Items = slices.Clone(old.Items)
	var texts []*brief.Brief
	if k.Brief != nil {
		texts = append(texts, k.Brief)
	}
	m := brief.Match(&page, k.Items, texts...)
	out := make([]string, len(page.Items))
	for n := range page.Items {
		for _, link := range m.Links {
			if link.Item != &page.Items[n] {
				continue
			}
			if link.State == brief.Unlocked && k.Items == nil || link.Lock != nil && (link.State != brief.Changed || link.Measured) {
				out[n] = link.ID()
			}
		}
	}
	return out
}

// of lists the places that name an item, by file and line.
func (k Known) of(item string) []Mention {
	var out []Mention
	add := func(how, name string, at source.Text) {
		f := at.Whole.File
		out = append(out, Mention{item, how, name, f.Name, f.Position(at.Whole.Start).Line})
	}
	for _, s := range k.Schemas {
		at := slices.IndexFunc(s.Serves, func(t source.Text) bool { return t.Value == item })
		if at < 0 || s.Serves[at].Whole.File == nil {
			continue
		}
		add("serves", s.ID, s.Serves[at])
		for _, rule := range k.Stubs {
			if rule.Telemetry.Value == s.ID {
				add("telemetry", rule.Name.Value, rule.Telemetry)
			}
		}
	}
	for _, rule := range k.Stubs {
		for _, c := range rule.Covers {
			if c.Value == item {
				add("covers", rule.Name.Value, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Mention) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}

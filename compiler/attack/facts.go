package attack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// what says in File what it holds.
const what = "every tactic and technique of the ATT&CK domains: id, name, tactics by id, revoked or deprecated, replacement; no prose"

// New makes a catalog of the facts of a release. The order of the arguments plays no part in what comes out.
func New(release, notice string, tactics []Tactic, techniques []Technique) *Catalog {
	c := &Catalog{Release: release, Notice: notice, tactics: slices.Clone(tactics), techniques: map[string][]Technique{}}
	for _, t := range techniques {
		t.Tactics = slices.Sorted(slices.Values(t.Tactics))
		c.techniques[t.ID] = append(c.techniques[t.ID], t)
	}
	for _, same := range c.techniques {
		slices.SortStableFunc(same, func(a, b Technique) int { return strings.Compare(a.Domain, b.Domain) })
	}
	slices.SortStableFunc(c.tactics, func(a, b Tactic) int { return strings.Compare(a.ID, b.ID) })
	return c
}

// Domains lists the domains that the catalog has tactics or techniques of, sorted.
func (c *Catalog) Domains() []string {
	found := map[string]bool{}
	for _, t := range c.tactics {
		found[t.Domain] = true
	}
	for _, same := range c.techniques {
		for _, t := range same {
			found[t.Domain] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Known lists all techniques of a domain by id, those that are revoked or deprecated among them.
func (c *Catalog) Known(domain string) []Technique {
	var out []Technique
	for _, same := range c.techniques {
		for _, t := range same {
			if t.Domain == domain {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Technique) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// In finds the technique that an id stands for in a domain.
func (c *Catalog) In(id, domain string) (Technique, bool) { return c.in(id, domain) }

// Beside is the catalog with the domains that another one has and it lacks. Release and notice are its own.
func (c *Catalog) Beside(other *Catalog) *Catalog {
	own := c.Domains()
	tactics, techniques := slices.Clone(c.tactics), []Technique{}
	for _, d := range own {
		techniques = append(techniques, c.Known(d)...)
	}
	for _, d := range other.Domains() {
		if slices.Contains(own, d) {
			continue
		}
		techniques = append(techniques, other.Known(d)...)
		for _, t := range other.tactics {
			if t.Domain == d {
				tactics = append(tactics, t)
			}
		}
	}
	return New(c.Release, c.Notice, tactics, techniques)
}

// The lines of File, in the order in which they are written.
type (
	tacticLine struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Shortname string `json:"shortname"`
	}
	techniqueLine struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Tactics    []string `json:"tactics"`
		Revoked    bool     `json:"revoked,omitempty"`
		Deprecated bool     `json:"deprecated,omitempty"`
		ReplacedBy string   `json:"replaced_by,omitempty"`
	}
)

// Facts writes the catalog in the form that Load reads: one object a line, by id, so that the next release is a diff
// that can be read. Same facts, same bytes.
func (c *Catalog) Facts() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"what\":%s,\n\"notice\":%s,\n\"release\":%s,\n\"domains\":[", inJSON(what), inJSON(c.Notice), inJSON(c.Release))
	for i, domain := range c.Domains() {
		fmt.Fprintf(&b, "%s\n{\"id\":%s,\"tactics\":[", comma(i), inJSON(domain))
		n := 0
		for _, t := range c.tactics {
			if t.Domain == domain {
				fmt.Fprintf(&b, "%s\n%s", comma(n), inJSON(tacticLine{t.ID, t.Name, t.Shortname}))
				n++
			}
		}
		b.WriteString("],\n\"techniques\":[")
		known := c.Known(domain)
		slices.SortStableFunc(known, func(a, b Technique) int { return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name)) })
		for n, t := range known {
			tactics := append([]string{}, t.Tactics...)
			fmt.Fprintf(&b, "%s\n%s", comma(n), inJSON(techniqueLine{t.ID, t.Name, tactics, t.Revoked, t.Deprecated, t.ReplacedBy}))
		}
		b.WriteString("]}")
	}
	b.WriteString("]}\n")
	return b.Bytes()
}

// inJSON is a value of these as JSON on one line, with & and < as themselves: the names are read by people too.
func inJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // a string, or a struct of strings and flags: there is no way for it to fail
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

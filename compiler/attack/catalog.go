// Package attack knows the ids of ATT&CK: which tactics and techniques there are in which domain, which are revoked or
// deprecated, and what stands for a revoked one. Names are for people: three tactics are called Execution, so a name is
// never a key. A domain is what the data says, never what a prefix suggests (ICS has T16xx ids too).
package attack

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// File is where the facts stand in the file system of mappings that Load takes.
const File = "attack/techniques.json"

// A Tactic is a column of one matrix.
type Tactic struct {
	ID        string // TA0104
	Name      string // Execution
	Shortname string // execution: ATT&CK's kill-chain phase, not unique over domains
	Domain    string // ics-attack, mobile-attack or enterprise-attack
}

// A Technique is an id of one domain. Its tactics come from ATT&CK's kill-chain phases.
type Technique struct {
	ID         string   // T0858, T1623.001
	Name       string   // a sub-technique's own name, without its parent's
	Domain     string   //
	Tactics    []string // ids, sorted; a revoked technique may have none
	Revoked    bool     //
	Deprecated bool     //
	ReplacedBy string   // of a revoked one: the id that stands for it, "" where ATT&CK names none; may be revoked itself
}

// Live says that the technique is in use: neither revoked nor deprecated.
func (t Technique) Live() bool { return !t.Revoked && !t.Deprecated }

// A Catalog is one release of ATT&CK. It is read-only once loaded, so any number of readers may share it.
type Catalog struct {
	Release string // 19.1
	Notice  string // what whoever shows the ids must print

	tactics    []Tactic // by id
	techniques map[string][]Technique
}

// document is the form of File, which Facts writes.
type document struct {
	Release string `json:"release"`
	Notice  string `json:"notice"`
	Domains []struct {
		ID         string          `json:"id"`
		Tactics    []tacticLine    `json:"tactics"`
		Techniques []techniqueLine `json:"techniques"`
	} `json:"domains"`
}

// Load reads File from the file system of mappings. Its error is the machine's: the file is missing or broken.
func Load(mappings fs.FS) (*Catalog, error) {
	data, err := fs.ReadFile(mappings, File)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	var tactics []Tactic
	var techniques []Technique
	for _, d := range doc.Domains {
		for _, t := range d.Tactics {
			tactics = append(tactics, Tactic{t.ID, t.Name, t.Shortname, d.ID})
		}
		for _, t := range d.Techniques {
			techniques = append(techniques, Technique{t.ID, t.Name, d.ID, t.Tactics, t.Revoked, t.Deprecated, t.ReplacedBy})
		}
	}
	return New(doc.Release, doc.Notice, tactics, techniques), nil
}

// Tactics lists all tactics of all domains, by id.
func (c *Catalog) Tactics() []Tactic { return slices.Clone(c.tactics) }

// Tactic finds a tactic by its id, written as ATT&CK writes it.
func (c *Catalog) Tactic(id string) (Tactic, bool) {
	i, ok := slices.BinarySearchFunc(c.tactics, id, func(t Tactic, id string) int { return strings.Compare(t.ID, id) })
	if !ok {
		return Tactic{}, false
	}
	return c.tactics[i], true
}

// Technique finds the techniques with an id: none or one in every release so far, but ATT&CK promises uniqueness only
// within a domain, so there may be one a domain.
func (c *Catalog) Technique(id string) []Technique { return c.techniques[id] }

// Techniques lists the live techniques of a tactic, by id.
func (c *Catalog) Techniques(tactic string) []Technique {
	t, ok := c.Tactic(tactic)
	if !ok {
		return nil
	}
	var out []Technique
	for _, same := range c.techniques {
		for _, q := range same {
			if q.Domain == t.Domain && q.Live() && slices.Contains(q.Tactics, tactic) {
				out = append(out, q)
			}
		}
	}
	slices.SortFunc(out, func(a, b Technique) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Current follows a revoked technique to the one that stands for it today, over as many steps as it takes. It says
// false where the chain ends without a technique; what it leads to may be deprecated.
func (c *Catalog) Current(t Technique) (Technique, bool) {
	for range 16 { // a chain of the releases so far has two steps; a circle must end too
		if !t.Revoked {
			return t, true
		}
		next, ok := c.in(t.ReplacedBy, t.Domain)
		if !ok {
			return Technique{}, false
		}
		t = next
	}
	return Technique{}, false
}

func (c *Catalog) in(id, domain string) (Technique, bool) {
	for _, t := range c.techniques[id] {
		if t.Domain == domain {
			return t, true
		}
	}
	return Technique{}, false
}

func (c *Catalog) tacticIDs() []string {
	ids := make([]string, len(c.tactics))
	for i, t := range c.tactics {
		ids[i] = t.ID
	}
	return ids
}

// techniqueIDs lists the live ids of a domain, sorted: what a mistyped id may have been meant for.
func (c *Catalog) techniqueIDs(domain string) []string {
	var ids []string
	for id, same := range c.techniques {
		for _, t := range same {
			if t.Live() && (domain == "" || t.Domain == domain) {
				ids = append(ids, id)
				break
			}
		}
	}
	slices.Sort(ids)
	return ids
}

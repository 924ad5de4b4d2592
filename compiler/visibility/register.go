package visibility

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A Register finds a device by any of its names.
type Register struct {
	of     map[uint64]entry
	assets int32
}

type entry struct {
	asset int32
	scope int16 // in ScopeIDs; -1 is none
}

// NewRegister is an empty register.
func NewRegister() *Register { return &Register{of: map[uint64]entry{}} }

// Add enters a device under all of its names; a name that is there already stays with its first device. The scope may be
// "".
func (r *Register) Add(names []string, scope string) {
	e := entry{r.assets, -1}
	if n := scopeOrder(scope); n < len(scopeIDs) {
		e.scope = int16(n)
	}
	r.assets++
	for _, n := range names {
		h := nameHash(n)
		if _, there := r.of[h]; !there {
			r.of[h] = e
		}
	}
}

// Find is the scope of a device, and what is the same for all of its names. It says false where nobody knows the name.
func (r *Register) Find(name string) (asset, scope string, ok bool) {
	e, ok := r.of[nameHash(name)]
	if !ok {
		return "", "", false
	}
	if e.scope >= 0 {
		scope = scopeIDs[e.scope]
	}
	return fmt.Sprintf("#%d", e.asset), scope, true
}

// A Find finds a device by a name: what is the same for all of its names, and the scope that it is in, "" for none.
type Find func(name string) (asset, scope string, ok bool)

// Seen is what logs showed of one source, before its devices were looked up.
type Seen struct {
	Source         string
	Records, Dated int
	First, Last    int64 // nanoseconds since 1970, of the dated records
	Devices        []string
	More           bool
	Fields         map[string]int
}

// Strangers are devices that logs name and nobody knows.
type Strangers struct {
	Count int
	First []string // a few, sorted
}

// Observe makes the observed section of what logs showed. Digests are those of the logs, by name; the order of nothing
// matters.
func Observe(seen []Seen, digests map[string]string, records int, find Find) (*Observed, Strangers) {
	out := &Observed{Digest: digestOf(digests), Logs: len(digests), Records: records}
	strangers := map[string]bool{}
	for i := range seen {
		s := &seen[i]
		g := Sighting{Source: s.Source, Records: s.Records, Dated: s.Dated, More: s.More, Scopes: map[string]int{}, Fields: s.Fields}
		if s.Dated > 0 {
			g.From, g.To = dayAt(s.First), dayAt(s.Last)
		}
		assets := map[string]bool{}
		domains := map[string]int{}
		for _, d := range s.Devices {
			asset, scope, ok := find(d)
			if !ok {
				asset = d
				strangers[d] = true
			}
			if assets[asset] {
				continue
			}
			assets[asset] = true
			if scope != "" {
				domains[scope]++
			}
		}
		g.Devices, g.Scopes = len(assets), domains
		out.Sources = append(out.Sources, g)
	}
	slices.SortFunc(out.Sources, func(a, b Sighting) int { return strings.Compare(a.Source, b.Source) })
	names := slices.Sorted(maps.Keys(strangers))
	return out, Strangers{len(names), names[:min(5, len(names))]}
}

func dayAt(ns int64) string { return time.Unix(0, ns).UTC().Format(time.DateOnly) }

// digestOf is the SHA-256 over digests, in the order of their names.
func digestOf(of map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(of)) {
		fmt.Fprintf(h, "%s\n", of[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Report says in findings which devices nobody knows.
func (s Strangers) Report(f *source.File, l *diag.List) {
	if s.Count == 0 {
		return
	}
	at := source.Span{File: f}
	d := l.Add(diag.ObservedStrangers, at, "of the devices that the logs name, %d stand neither in a register nor in the site's tables", s.Count)
	d.WithHelp("among them %s; --assets FILE.csv names a register", strings.Join(s.First, ", "))
}

// Keep drops the scopes that a site's inventory doesn't have, and those of another domain than the source's: an address
// that a source names may belong to a device that the source is not about.
func (o *Observed) Keep(inv *Inventory, known Known) {
	for i := range o.Sources {
		s := &o.Sources[i]
		maps.DeleteFunc(s.Scopes, func(scope string, _ int) bool {
			d := known[s.Source].Domains
			return inv != nil && inv.Scope(scope) == nil || len(d) > 0 && !slices.Contains(d, DomainOf(scope))
		})
	}
}

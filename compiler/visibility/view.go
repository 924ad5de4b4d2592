package visibility

import (
	"slices"
)

// ViewVersion is the version of a View's form.
const ViewVersion = 1

// A View is what is shown of a site: each scope with its funnel, and with each source that anybody says anything of.
type View struct {
	SchemaVersion int         `json:"schema_version"`
	Title         string      `json:"title"`
	AsOf          string      `json:"as_of"`     // of the inventory
	Today         string      `json:"today"`     // ages are counted from it
	Inventory     string      `json:"inventory"` // sha256, "" where there is none
	Visibility    string      `json:"visibility"`
	Observed      string      `json:"observed"` // sha256 of the logs, "" where none were read
	Scopes        []ScopeView `json:"scopes"`
	Gaps          []GapCount  `json:"gaps"`
	Unknown       int         `json:"unknown"` // sources × scopes that rules could use, and that nobody says anything of
	Unlocking     *Unlocking  `json:"unlock,omitempty"`
}

// A ScopeView is one scope.
type ScopeView struct {
	ID      string       `json:"scope"`
	Domain  string       `json:"domain"`
	Funnel  []Step       `json:"funnel"`
	Sources []SourceView `json:"sources"`
}

// A SourceView is what is known of a source in a scope.
type SourceView struct {
	Source    string     `json:"source"`
	Gap       Gap        `json:"gap"` // "" where rules can work on it
	Logged    string     `json:"logged"`
	Forwarded string     `json:"forwarded"`
	Parsed    string     `json:"parsed"`
	Devices   Ratio      `json:"devices"`
	Fields    Ratio      `json:"fields"` // records with the fields that the rule needs which needs least
	Since     string     `json:"since"`
	LastSeen  string     `json:"last_seen"`
	Observed  bool       `json:"observed"` // said by nobody, and read in logs
	Evidence  []Evidence `json:"evidence"`
}

// A GapCount is how many sources × scopes have a gap.
type GapCount struct {
	Gap   Gap `json:"gap"`
	Count int `json:"count"`
}

// gapOrder is the order in which gaps are counted and shown.
var gapOrder = []Gap{NotLogged, NotForwarded, NotParsed, Unstated, FewDevices, FewFields, Stale, NoGap}

// View is the site on a day. Needs are the rules that are to work on it: where a source serves several, that counts
// which needs least of it.
func (s *Site) View(needs []Need, today string) *View {
	v := &View{SchemaVersion: ViewVersion, Today: today, Scopes: []ScopeView{}, Gaps: []GapCount{}}
	links := linksOf(needs)
	if s.Visible != nil {
		v.Title, v.Visibility = s.Visible.Title, s.Visible.Digest
		if s.Visible.Observed != nil {
			v.Observed = s.Visible.Observed.Digest
		}
	}
	if s.Inventory == nil {
		return v
	}
	v.Title, v.AsOf, v.Inventory = s.Inventory.Title, s.Inventory.AsOf, s.Inventory.Digest
	n := map[Gap]int{}
	for i := range s.Inventory.Scopes {
		scope := &s.Inventory.Scopes[i]
		out := ScopeView{ID: scope.ID, Domain: scope.Domain, Funnel: scope.Funnel(), Sources: []SourceView{}}
		said := s.Visible.sources(scope.ID)
		for _, src := range said {
			view := s.source(src, scope.ID, links[src], today)
			n[view.Gap]++
			out.Sources = append(out.Sources, view)
		}
		for src, of := range links {
			if slices.ContainsFunc(of, func(l domainLink) bool { return l.domain == scope.Domain }) && !slices.Contains(said, src) {
				v.Unknown++
			}
		}
		v.Scopes = append(v.Scopes, out)
	}
	for _, g := range gapOrder {
		v.Gaps = append(v.Gaps, GapCount{g, n[g]})
	}
	return v
}

type domainLink struct {
	domain string
	fields []string
}

func linksOf(needs []Need) map[string][]domainLink {
	out := map[string][]domainLink{}
	for _, n := range needs {
		for _, l := range n.Sources {
			out[l.Source] = append(out[l.Source], domainLink{n.Domain, l.Fields})
		}
	}
	return out
}

// sources are those that anybody says anything of in a scope, sorted.
func (v *Visible) sources(scope string) (out []string) {
	if v == nil {
		return nil
	}
	for i := range v.Rows {
		if r := &v.Rows[i]; r.Scope == scope && !slices.Contains(out, r.Source) {
			out = append(out, r.Source)
		}
	}
	slices.Sort(out)
	return out
}

func (s *Site) source(src, scope string, links []domainLink, today string) SourceView {
	row, _ := s.Visible.Merged(src, scope)
	out := SourceView{Source: src, Logged: row.Logged.String(), Forwarded: row.Forwarded.String(), Parsed: row.Parsed.String(),
		Devices: row.Devices, Since: row.Since, LastSeen: row.LastSeen, Observed: row.Observed, Evidence: row.Evidence}
	if out.Evidence == nil {
		out.Evidence = []Evidence{}
	}
	out.Gap, out.Fields = row.Gap(today, nil), row.Completeness(nil)
	for i, l := range links {
		gap := row.Gap(today, l.fields)
		if i == 0 || slices.Index(gapOrder, gap) > slices.Index(gapOrder, out.Gap) {
			out.Gap, out.Fields = gap, row.Completeness(l.fields)
		}
	}
	return out
}

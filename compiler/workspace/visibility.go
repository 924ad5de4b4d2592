package workspace

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"detc/compiler/context"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/compiler/visibility"
)

// readVisibility reads what the site has and which of its logs arrive: from the site's folder, or from the files that
// stand in for those.
func (w *Workspace) readVisibility() error {
	inventory, visible := w.siteFile(inventoryFile, w.opts.Inventory), w.siteFile(visibilityFile, w.opts.Visibility)
	if inventory == nil && visible == nil {
		return nil
	}
	w.Visibility = &visibility.Site{}
	if inventory != nil {
		w.Visibility.Inventory = visibility.ReadInventory(inventory, w.opts.Today, &w.Findings)
	}
	if visible != nil {
		w.Visibility.Visible = visibility.Read(visible, w.Visibility.Inventory, w.KnownSources(), w.opts.Today, &w.Findings)
	}
	if v := w.Visibility.Visible; v != nil {
		t := w.opts.Thresholds
		v.Asks = visibility.Asks{Devices: cmp.Or(t.Devices, visibility.Usual.Devices), Fields: cmp.Or(t.Fields, visibility.Usual.Fields),
			Days: cmp.Or(t.EvidenceDays, visibility.Usual.Days)}
	}
	return nil
}

// siteFile is a file of the site's folder, or the one that stands in for it.
func (w *Workspace) siteFile(k kind, instead *source.File) *source.File {
	if instead != nil {
		w.Files = append(w.Files, instead)
		return instead
	}
	for _, c := range w.loaded.site {
		if c.kind == k {
			return c.file
		}
	}
	return nil
}

// KnownSources are the sources that visibility.yaml may name, with the domains of the tactics that their telemetry
// serves.
func (w *Workspace) KnownSources() visibility.Known {
	out := visibility.Known{}
	for _, s := range w.Schemas {
		if s.Taxonomy {
			continue
		}
		var domains []string
		for _, item := range s.Serves {
			if d := w.domain(item.Value); d != "" && !slices.Contains(domains, d) {
				domains = append(domains, d)
			}
		}
		for _, src := range s.Sources {
			out[src.ID] = visibility.KnownSource{Schema: s.ID, Title: src.Title, Domains: domains, Fields: s.Names()}
		}
	}
	return out
}

// domain is the domain of an item's tactic, "" where nobody knows it.
func (w *Workspace) domain(item string) string {
	id, _, _ := strings.Cut(item, "/")
	if t, ok := w.Attack.Tactic(id); ok {
		return t.Domain
	}
	return ""
}

// Needs are the items that rules answer, with the sources on which each rule is emitted. Correlations, which need all
// of their rules, are none: what they answer is told by the coverage.
func (w *Workspace) Needs() []visibility.Need {
	var out []visibility.Need
	byRules := map[string]bool{}
	for _, t := range w.Tactics {
		for _, k := range t.Matching.Links {
			if k.Item != nil && k.Lock != nil && k.Lock.AnsweredBy.Value == coverage.ByRules {
				byRules[k.Item.ID] = true
			}
		}
	}
	for _, r := range w.Rules {
		if r.State == Disabled || r.Alert.Off || !r.compiled() {
			continue
		}
		links := w.links(r)
		for _, item := range r.Meta().Items {
			if len(links) > 0 && byRules[item] {
				out = append(out, visibility.Need{Item: item, Domain: w.domain(item), Rule: r.Name.Value, Sources: links})
			}
		}
	}
	return out
}

// links are the sources of a rule, with the fields that it can't be true without.
func (w *Workspace) links(r *Rule) (out []visibility.Link) {
	for _, e := range r.Emitted {
		if e.Bound != nil {
			out = append(out, visibility.Link{Source: e.Source.ID, Fields: needed(r.IR.Where, e.Source.Source)})
		}
	}
	return out
}

// needed are the fields without which a condition is never true, and that the source reads from its records.
func needed(where ir.Expr, src *telemetry.Source) (out []string) {
	var all []string
	ir.Atoms(where, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if len(src.Binding(f.Name).Paths) > 0 && !slices.Contains(all, f.Name) { // else constant throughout, or looked up
				all = append(all, f.Name)
			}
		}
	})
	for _, name := range all {
		without := ir.Normalize(ir.Map(where, func(a ir.Expr) ir.Expr {
			if slices.ContainsFunc(ir.Fields(a), func(f ir.Field) bool { return f.Name == name }) {
				return &ir.Const{}
			}
			return a
		}))
		if c, ok := without.(*ir.Const); ok && !c.Value {
			out = append(out, name)
		}
	}
	return out
}

// Seen is what is known of the site; nothing, where nobody says anything.
func (w *Workspace) Seen() *visibility.Site {
	if w.Visibility == nil {
		return &visibility.Site{}
	}
	return w.Visibility
}

// Scopes are the scopes of the site's inventory, for the coverage.
func (w *Workspace) Scopes() (out []coverage.Scope) {
	if w.Visibility == nil || w.Visibility.Inventory == nil {
		return nil
	}
	for _, s := range w.Visibility.Inventory.Scopes {
		out = append(out, coverage.Scope{ID: s.ID, Domain: s.Domain, Class: s.Class, Population: s.Population, Platform: s.Platform,
			Devices: s.Known, Consequence: s.Consequence, Digest: w.Visibility.Inventory.Digest})
	}
	return out
}

var know = map[visibility.Answer]coverage.Know{visibility.Unknown: coverage.NotSaid, visibility.Yes: coverage.Yes, visibility.No: coverage.No}

// Onboardings are what is known of each source in each scope, for the coverage: a statement and what logs showed are one,
// of which the worse counts.
func (w *Workspace) Onboardings() (out []coverage.Onboarding) {
	if w.Visibility == nil || w.Visibility.Visible == nil {
		return nil
	}
	v := w.Visibility.Visible
	done := map[[2]string]bool{}
	for _, row := range v.Rows {
		key := [2]string{row.Source, row.Scope}
		if done[key] {
			continue
		}
		done[key] = true
		m, _ := v.Merged(row.Source, row.Scope)
		o := coverage.Onboarding{Source: m.Source, Scope: m.Scope, Logged: know[m.Logged], Forwarded: know[m.Forwarded], Parsed: know[m.Parsed],
			Devices: m.Devices.N, Of: m.Devices.Of, Fields: map[string]coverage.Ratio{}, Since: m.Since, LastSeen: m.LastSeen,
			Digest: v.Digest, Observed: m.Observed, Span: m.Span}
		for _, f := range slices.Sorted(maps.Keys(m.Fields)) {
			o.Fields[f] = coverage.Ratio(m.Fields[f])
		}
		if m.Complete.Of > 0 {
			all := coverage.Ratio(m.Complete)
			o.AllFields = &all
		}
		if m.Chain() == visibility.Unstated {
			o.LastSeen = "" // what isn't known to arrive is shown by nothing
		}
		if len(m.Evidence) > 0 {
			e := newestOf(m.Evidence)
			o.Evidence = e.What + " (" + e.By + ", " + e.Date + ")"
		}
		out = append(out, o)
	}
	return out
}

func newestOf(of []visibility.Evidence) visibility.Evidence {
	return slices.MaxFunc(of, func(a, b visibility.Evidence) int { return strings.Compare(a.Date, b.Date) })
}

// items are the items of all briefs, with their domains.
func (w *Workspace) items() map[string]string {
	out := map[string]string{}
	for _, t := range w.Tactics {
		for _, k := range t.Matching.Links {
			if k.Item != nil {
				out[k.Item.ID] = t.Domain
			}
		}
	}
	return out
}

// Declarations are the items that the inventory says nobody needs to answer in a scope.
func (w *Workspace) Declarations() (out []coverage.Declaration) {
	if w.Visibility == nil || w.Visibility.Inventory == nil {
		return nil
	}
	items := w.items()
	for _, s := range w.Visibility.Inventory.Scopes {
		for _, e := range s.NotApplicable {
			if domain, ok := items[e.Item]; !ok || domain != s.Domain {
				w.Findings.Add(diag.ExemptNoItem, e.Span, "%s is no item of a brief of %s", e.Item, s.Domain).
					WithGuess(e.Span, e.Item, slices.Sorted(maps.Keys(items)))
				continue
			}
			out = append(out, coverage.Declaration{Item: e.Item, Scope: s.ID, Reason: e.Reason, Owner: e.Owner})
		}
	}
	return out
}

// Devices finds a device by a name that logs have of it: in a register, where there is one, and in the site's tables
// assets and populations.
func (w *Workspace) Devices(r *visibility.Register) visibility.Find {
	assets, populations := w.content["assets"], w.content["populations"]
	return func(name string) (asset, scope string, ok bool) {
		if r != nil {
			if asset, scope, ok = r.Find(name); ok {
				return asset, scope, true
			}
		}
		if addr, err := netip.ParseAddr(name); err == nil && assets != nil {
			key := ir.IPValue(addr.Unmap())
			if id := one(assets, key, "id"); one(assets, key, "class") != "" {
				return "assets " + id, one(assets, key, "class"), true
			}
		}
		if populations == nil {
			return "", "", false
		}
		key := ir.StringValue(name)
		platform := one(populations, key, "platform")
		switch one(populations, key, "ownership") {
		case "corporate", "shared":
			return name, "corporate_managed/" + platform, platform != ""
		case "personal":
			return name, "personal_enrolled/" + platform, platform != ""
		}
		return "", "", false
	}
}

// one is the first value of a column, "" for none.
func one(c *context.Content, key ir.Value, column string) string {
	for _, v := range c.Lookup(key, 0, column) {
		return v.Text()
	}
	return ""
}

package bundle

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A State is what a bundle says of itself in StateFile, and all that the next one needs to know of it.
type State struct {
	SchemaVersion int          `json:"schema_version"` // 1
	Target        string       `json:"target"`
	Site          string       `json:"site,omitempty"`
	Rules         []Entry      `json:"rules"`
	Tables        []TableState `json:"tables,omitempty"`
}

// An Entry is a rule as a bundle had it, or the tombstone of one.
type Entry struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Key      string            `json:"key"` // what the target calls it: the first name that it had, for ever
	Title    string            `json:"title"`
	Form     string            `json:"form"` // the target that its query is of, which an import can't change
	Version  int               `json:"version"`
	Digest   string            `json:"digest"` // of what it does, not of what it says about itself
	Parts    map[string]string `json:"parts,omitempty"`
	Modified string            `json:"modified,omitempty"` // YYYY-MM-DD
	State    string            `json:"state"`
	Reason   string            `json:"reason"` // why the version is another than the one before
	Every    string            `json:"every,omitempty"`
	LookBack string            `json:"look_back,omitempty"`
	Fidelity string            `json:"fidelity,omitempty"`
	Losses   []string          `json:"losses,omitempty"`
}

// A TableState is a context table as a bundle had it.
type TableState struct {
	Name       string `json:"name"`
	Version    int    `json:"version"`
	Object     string `json:"object"`
	File       string `json:"file"`
	Digest     string `json:"digest"`
	ValidUntil string `json:"valid_until,omitempty"`
	Removed    bool   `json:"removed,omitempty"`
}

const schemaVersion = 1

// ReadState reads a StateFile. An error says that it is none, or of a later detc.
func ReadState(data []byte) (*State, error) {
	var s State
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("%s: %w", StateFile, err)
	}
	if s.SchemaVersion != schemaVersion {
		return nil, fmt.Errorf("%s: schema_version %d, and this detc reads %d", StateFile, s.SchemaVersion, schemaVersion)
	}
	ids := map[string]bool{}
	for _, e := range s.Rules {
		if e.ID == "" || e.Key == "" || ids[e.ID] {
			return nil, errors.New(StateFile + ": a rule without an id or a key, or one that stands twice")
		}
		ids[e.ID] = true
	}
	return &s, nil
}

// encode is a value as JSON for people: indented, with < and > as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // of types that JSON has, into a buffer
	return b.Bytes()
}

// parts are what a rule does, by name, each as a digest.
func (r *Rule) parts() map[string]string {
	s := r.schedule()
	var fields []string
	for _, p := range pieces(r.Summary) {
		if p.field {
			fields = append(fields, p.text)
		}
	}
	for _, f := range shownFields(r) {
		if x := r.Exprs[f]; x != "" {
			fields = append(fields, f+"="+x)
		}
	}
	techniques := []string{r.Tactic.ID}
	for _, t := range r.Techniques {
		techniques = append(techniques, t.ID)
	}
	entities := []string{}
	for _, e := range r.Entities {
		entities = append(entities, e.Role, e.Kind, e.Field)
	}
	return map[string]string{
		"query":       digest(append([]string{r.Query}, r.Index...)...),
		"schedule":    digest(s.Every.String(), s.LookBack.String()),
		"severity":    digest(append([]string{r.Level}, r.LevelWhen...)...),
		"suppression": digest(append([]string{r.muted().String()}, r.Suppress.By...)...),
		"att&ck":      digest(techniques...),
		"entities":    digest(entities...),
		"fields":      digest(append(fields, r.Fields...)...),
	}
}

// digest is a short SHA-256 of texts, which no other texts have: their lengths stand before them.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// changed are the names of the parts that differ, sorted.
func changed(before, now map[string]string) []string {
	var out []string
	for k, v := range now {
		if before[k] != v {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func whole(parts map[string]string) string {
	var texts []string
	for _, k := range changed(nil, parts) {
		texts = append(texts, k, parts[k])
	}
	return digest(texts...)
}

// plan decides for each rule what becomes of it, and fills the state.
func (b *builder) plan() {
	before, byID := b.previous(), map[string]*Entry{}
	for i := range before.Rules {
		byID[before.Rules[i].ID] = &before.Rules[i]
	}
	rules := slices.Clone(b.in.Rules)
	slices.SortStableFunc(rules, func(a, c Rule) int { return cmp.Compare(a.ID, c.ID) })
	names := newKeys(b.kind, before.Rules)
	claimed := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		old := byID[r.ID]
		for _, f := range r.Former {
			if e := byID[f]; old == nil && e != nil && !claimed[f] && !has(rules, f) {
				old = e
			}
		}
		id := r.ID
		if old != nil {
			id = old.ID
		}
		if claimed[id] {
			b.findings.Add(diag.BundleIDTwice, r.Span, "%s and another rule have the id %s", r.Name, id).WithHelp("give one of them another id")
			continue
		}
		if why := b.unwritable(r); why != "" {
			if old != nil && old.State != Removed {
				claimed[id] = true
				e := *old
				e.State, e.Reason = Disabled, "refused: "+why
				b.rules = append(b.rules, &planned{entry: &e, change: "disabled: " + why})
			}
			continue
		}
		claimed[id] = true
		p := &planned{Rule: r, entry: b.entry(r, id, old)}
		p.entry.Key = names.of(b, p, old)
		p.change = b.compare(p, old)
		b.rules = append(b.rules, p)
	}
	b.bury(before.Rules, claimed)
	slices.SortFunc(b.rules, func(a, c *planned) int { return cmp.Compare(a.entry.ID, c.entry.ID) })
	b.state = State{SchemaVersion: schemaVersion, Target: b.in.Target, Site: b.in.Site, Rules: []Entry{}}
	for _, p := range b.rules {
		b.state.Rules = append(b.state.Rules, *p.entry)
	}
	b.planTables(before.Tables)
}

func has(rules []Rule, id string) bool {
	_, ok := slices.BinarySearchFunc(rules, id, func(r Rule, id string) int { return cmp.Compare(r.ID, id) })
	return ok
}

// previous is the state of the bundle before, or an empty one.
func (b *builder) previous() State {
	p := b.in.Previous
	if p == nil {
		return State{}
	}
	if p.Target != b.in.Target || p.Site != b.in.Site {
		b.findings.Add(diag.BundleOfOther, source.Span{}, "the bundle before is of %s, not of %s", p.whose(), State{Target: b.in.Target, Site: b.in.Site}.whose()).
			WithHelp("name the %s of this target and site, or none", StateFile)
		return State{}
	}
	return *p
}

func (s State) whose() string {
	if s.Site == "" {
		return s.Target
	}
	return s.Target + " at " + s.Site
}

// entry is a rule's own, with the version that follows from the one before.
func (b *builder) entry(r *Rule, id string, old *Entry) *Entry {
	s := r.schedule()
	e := &Entry{
		ID: id, Name: r.Name, Title: r.Title, Form: b.in.Target, Version: 1, Parts: r.parts(), Modified: cmp.Or(r.Modified, r.Date),
		State: cmp.Or(r.State, Enabled), Reason: "new", Every: short(s.Every, true), LookBack: short(s.LookBack, true),
		Fidelity: cmp.Or(r.Fidelity, "exact"), Losses: r.Losses,
	}
	e.Digest = whole(e.Parts)
	switch {
	case old == nil:
	case old.State == Removed:
		e.Version, e.Reason = old.Version+1, "restored"
	case old.Digest == e.Digest:
		e.Version, e.Modified, e.Reason = old.Version, old.Modified, old.Reason
		if strings.HasPrefix(e.Reason, "refused: ") {
			e.Reason = "accepted again"
		}
	default:
		e.Version, e.Reason = old.Version+1, "changed: "+list(changed(old.Parts, e.Parts))
		if e.Modified <= old.Modified {
			b.findings.Add(diag.BundleUndated, r.Span, "%s does something else than in the bundle before (%s), and is still dated %s", r.Name, list(changed(old.Parts, e.Parts)), cmp.Or(e.Modified, "nothing")).
				WithHelp("set modified in the stub, unless a store or a source is what changed")
		}
	}
	return e
}

// compare says in words what becomes of a rule in the target; nothing where it stays as it is.
func (b *builder) compare(p *planned, old *Entry) string {
	if old == nil {
		return map[string]string{Enabled: "added", Shadow: "added, on trial", Disabled: "added, switched off"}[p.entry.State]
	}
	var out []string
	if old.Version != p.entry.Version {
		out = append(out, p.entry.Reason)
	}
	if old.State != p.entry.State && old.State != Removed {
		out = append(out, map[string]string{Enabled: "enabled", Shadow: "on trial: alerts nobody", Disabled: "switched off"}[p.entry.State])
	}
	if old.Name != p.entry.Name {
		out = append(out, "renamed from "+old.Name+"; the target still knows it as "+p.entry.Key)
	}
	return strings.Join(out, "; ")
}

// bury makes tombstones of the rules that are gone, and carries on those that there were.
func (b *builder) bury(before []Entry, claimed map[string]bool) {
	for _, old := range before {
		if claimed[old.ID] {
			continue
		}
		e, change := old, ""
		if e.State != Removed {
			e.State, e.Version, e.Reason, change = Removed, e.Version+1, "removed", "removed: switched off in the target"
		}
		e.Parts, e.Every, e.LookBack, e.Fidelity, e.Losses = nil, "", "", "", nil
		b.rules = append(b.rules, &planned{entry: &e, change: change})
	}
}

// planTables holds the tables against those before.
func (b *builder) planTables(before []TableState) {
	now := map[string]bool{}
	for _, t := range b.tables {
		s := TableState{Name: t.Name, Version: t.Version, Object: t.Object, File: t.File, Digest: digest(string(t.Content)), ValidUntil: t.ValidUntil}
		now[t.Object] = true
		i := slices.IndexFunc(before, func(o TableState) bool { return o.Object == t.Object })
		switch {
		case i < 0 || before[i].Removed:
			b.said = append(b.said, t.Object+": added")
		case before[i].Digest != s.Digest:
			b.said = append(b.said, t.Object+": other content")
		}
		b.state.Tables = append(b.state.Tables, s)
	}
	for _, o := range before {
		if now[o.Object] {
			continue
		}
		if !o.Removed {
			what := o.Object + ": no rule asks for it any more"
			if b.kind == "sentinel" {
				what += "; delete the watchlist by hand, a template can't"
			}
			b.said = append(b.said, what)
		}
		o.Removed = true
		b.gone = append(b.gone, o)
		b.state.Tables = append(b.state.Tables, o)
	}
	slices.SortFunc(b.state.Tables, func(a, c TableState) int { return cmp.Compare(a.Object, c.Object) })
	b.needs()
}

// needs finds the tables that rules ask for and the bundle doesn't have, each once.
func (b *builder) needs() {
	first, count := map[string]*planned{}, map[string]int{}
	for _, p := range b.rules {
		if p.Rule == nil || p.off() {
			continue
		}
		for _, n := range p.NeedsTables {
			if slices.ContainsFunc(b.tables, func(t Table) bool { return t.Object == n }) {
				continue
			}
			count[n]++
			if before := first[n]; before == nil || p.Name < before.Name {
				first[n] = p
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(first)) {
		others := ""
		if count[n] > 1 {
			others = fmt.Sprintf(" and %d more", count[n]-1)
		}
		b.findings.Add(diag.BundleNoTable, first[n].Span, "%s: %s%s ask for %s, which the bundle doesn't have", b.in.Target, first[n].Name, others, n).
			WithHelp("keep its content in the site's context folder, or in the target by hand")
	}
}

// changes is the text of ChangesFile.
func (b *builder) changes() string {
	var out strings.Builder
	title := b.in.Target
	if b.in.Site != "" {
		title += " at " + oneLine(b.in.Site)
	}
	fmt.Fprintf(&out, "# Changes: %s\n\nHeld against the bundle before it. %s has every rule's version and digest.\n", title, StateFile)
	groups := []struct {
		title string
		of    func(*planned) bool
	}{
		{"Added", func(p *planned) bool { return strings.HasPrefix(p.change, "added") }},
		{"Switched off", func(p *planned) bool { return !strings.HasPrefix(p.change, "added") && p.off() }},
		{"Changed", func(p *planned) bool { return !strings.HasPrefix(p.change, "added") && !p.off() }},
	}
	empty := len(b.said) == 0
	for _, g := range groups {
		head := false
		for _, p := range b.rules {
			if p.change == "" || !g.of(p) {
				continue
			}
			if !head {
				fmt.Fprintf(&out, "\n## %s\n\n", g.title)
			}
			head, empty = true, false
			fmt.Fprintf(&out, "* %s (version %d): %s\n", code(p.entry.Name), p.entry.Version, markdown(p.change))
		}
	}
	if len(b.said) > 0 {
		out.WriteString("\n## Tables\n\n")
		for _, s := range b.said {
			out.WriteString("* " + markdown(s) + "\n")
		}
	}
	if empty {
		out.WriteString("\nNothing changed.\n")
	}
	return out.String()
}

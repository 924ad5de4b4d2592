package attack

import (
	"regexp"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// Tags is what a rule's tags mean.
type Tags struct {
	Tactic     Tactic      // the zero Tactic where there is no valid one
	Techniques []Technique // those that stand; a wrong one is left out, a deprecated one is kept
}

var (
	tacticID    = regexp.MustCompile(`^TA\d{4}$`)
	techniqueID = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
)

// CheckTags reads a rule's tags: exactly one tactic, and techniques of that tactic. `at` is where to say that there is
// no tactic, the place of the whole list.
func (c *Catalog) CheckTags(tags []source.Text, at source.Span, l *diag.List) Tags {
	var tactics, techniques []source.Text
	for _, t := range tags {
		switch {
		case tacticID.MatchString(t.Value):
			tactics = append(tactics, t)
		case techniqueID.MatchString(t.Value):
			techniques = append(techniques, t)
		default:
			badTag(t, l)
		}
	}
	var tactic source.Text
	switch {
	case len(tactics) > 0:
		tactic = tactics[0]
		for _, t := range tactics[1:] {
			l.Add(diag.SeveralTactics, t.Whole, "a second tactic, %s beside %s", c.called(t.Value), c.called(tactic.Value)).
				WithNote(tactic.Whole, "the first one").WithHelp("keep the one whose brief the rule answers")
		}
	default:
		d := l.Add(diag.NoTactic, at, "the tags name no tactic")
		if ids := c.tacticsOf(techniques); len(ids) > 0 {
			d.WithHelp("add one: these techniques are of %s", c.list(ids))
		} else {
			d.WithHelp("add one by its id, such as TA0104")
		}
	}
	return c.Check(tactic, techniques, l)
}

func badTag(t source.Text, l *diag.List) {
	d := l.Add(diag.BadTag, t.Whole, "%q is no tactic and no technique", clip(t.Value)).
		WithHelp("a tag is an ATT&CK id: TA0104, T0858 or T1623.001")
	better := strings.ToUpper(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(t.Value)), "attack."))
	if tacticID.MatchString(better) || techniqueID.MatchString(better) {
		d.WithHelp("write %s", better).WithFix("write "+better, t.Whole, better)
	}
}

// Check holds techniques against their tactic. A zero or unknown tactic leaves the question of domain and tactic open.
func (c *Catalog) Check(tactic source.Text, techniques []source.Text, l *diag.List) Tags {
	var out Tags
	if !tactic.IsZero() {
		out.Tactic, _ = c.CheckTactic(tactic, l)
	}
	for _, text := range techniques {
		if t, ok := c.technique(out.Tactic, text, l); ok {
			out.Techniques = append(out.Techniques, t)
		}
	}
	return out
}

// CheckTactic finds a tactic by its id and says so where there is none.
func (c *Catalog) CheckTactic(id source.Text, l *diag.List) (Tactic, bool) {
	t, ok := c.Tactic(id.Value)
	if !ok {
		l.Add(diag.UnknownTactic, id.Whole, "ATT&CK %s has no tactic %q", c.Release, clip(id.Value)).
			WithGuess(id.Whole, id.Value, c.tacticIDs())
	}
	return t, ok
}

func (c *Catalog) technique(tactic Tactic, text source.Text, l *diag.List) (Technique, bool) {
	same := c.Technique(text.Value)
	if len(same) == 0 {
		// A near id of the same tactic is likeliest meant, then one of the same matrix.
		d := l.Add(diag.UnknownTechnique, text.Whole, "ATT&CK %s has no technique %q", c.Release, clip(text.Value))
		for _, known := range [][]string{idsOf(c.Techniques(tactic.ID)), c.techniqueIDs(tactic.Domain)} {
			if d.WithGuess(text.Whole, text.Value, known); d.Help != "" {
				break
			}
		}
		if d.Help == "" {
			d.WithHelp("%s", c.offer(tactic))
		}
		return Technique{}, false
	}
	t := same[0]
	if tactic.Domain != "" {
		i := slices.IndexFunc(same, func(t Technique) bool { return t.Domain == tactic.Domain })
		if i < 0 {
			l.Add(diag.TechniqueDomain, text.Whole, "%s is of %s; %s is of %s", named(t), t.Domain, c.called(tactic.ID), tactic.Domain).
				WithHelp("%s", c.offer(tactic))
			return Technique{}, false
		}
		t = same[i]
	}
	if t.Revoked {
		c.revoked(tactic, t, text, l)
		return Technique{}, false
	}
	if t.Deprecated {
		l.Add(diag.DeprecatedTechnique, text.Whole, "%s is deprecated", named(t)).WithHelp("%s", c.offer(tactic))
	}
	if tactic.ID != "" && !slices.Contains(t.Tactics, tactic.ID) {
		l.Add(diag.TechniqueTactic, text.Whole, "%s is of %s, not of %s", named(t), c.list(t.Tactics), c.called(tactic.ID)).
			WithHelp("%s", c.offer(tactic))
		return Technique{}, false
	}
	return t, true
}

func (c *Catalog) revoked(tactic Tactic, t Technique, text source.Text, l *diag.List) {
	now, ok := c.Current(t)
	if !ok {
		l.Add(diag.RevokedTechnique, text.Whole, "%s was revoked, and nothing stands for it", named(t)).WithHelp("%s", c.offer(tactic))
		return
	}
	d := l.Add(diag.RevokedTechnique, text.Whole, "%s was revoked; %s stands for it", named(t), named(now))
	title := "replace " + t.ID + " by " + now.ID
	switch {
	case now.Deprecated:
		d.Message += ", which is deprecated"
		d.WithHelp("%s", c.offer(tactic))
	case tactic.ID != "" && !slices.Contains(now.Tactics, tactic.ID):
		// The new id would be a finding of its own: a person must choose between the tag and the tactic.
		d.WithHelp("%s is of %s, not of %s: %s", now.ID, c.list(now.Tactics), c.called(tactic.ID), c.offer(tactic))
		d.WithUnsafeFix(title, text.Whole, now.ID)
	default:
		d.WithHelp("%s", title).WithFix(title, text.Whole, now.ID)
	}
}

// offer says which techniques a tactic has, where that is a list one reads.
func (c *Catalog) offer(tactic Tactic) string {
	const readable = 12
	live := c.Techniques(tactic.ID)
	switch {
	case tactic.ID == "":
		return "see https://attack.mitre.org/techniques/"
	case len(live) == 0 || len(live) > readable:
		return "a tactic alone is a good tag where no technique of it fits"
	}
	names := make([]string, len(live))
	for i, t := range live {
		names[i] = named(t)
	}
	return tactic.ID + " has " + strings.Join(names, ", ") + "; a tactic alone is a good tag too"
}

// tacticsOf lists the tactics that techniques are of, by id.
func (c *Catalog) tacticsOf(techniques []source.Text) []string {
	var ids []string
	for _, text := range techniques {
		for _, t := range c.Technique(text.Value) {
			ids = append(ids, t.Tactics...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// called is a tactic as people know it: its id, and its name beside it.
func (c *Catalog) called(id string) string {
	if t, ok := c.Tactic(id); ok {
		return id + " " + t.Name
	}
	return id
}

func (c *Catalog) list(ids []string) string {
	if len(ids) == 0 {
		return "no tactic"
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = c.called(id)
	}
	return strings.Join(names, ", ")
}

func idsOf(ts []Technique) []string {
	ids := make([]string, len(ts))
	for i, t := range ts {
		ids[i] = t.ID
	}
	return ids
}

func named(t Technique) string { return t.ID + " " + t.Name }

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

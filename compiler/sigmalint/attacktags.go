package sigmalint

import (
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// attackTags is what a document's tags of ATT&CK name.
type attackTags struct {
	techniques []attack.Technique
	firsts     []source.Text // where each technique stands
	tactics    []source.Text
	names      []string // of the tactics, as they should be written
}

// attackTag holds one tag against the catalog. A tactic is judged when all techniques are known.
func (s *subject) attackTag(found *attackTags, t source.Text, value string, l *diag.List) {
	kind, number := split(value)
	switch {
	case kind == "t" && looksLikeATTACK(value):
		s.technique(found, t, strings.ToUpper(value), l)
	case number != "" && digits(number) && slices.Contains([]string{"g", "s", "m", "a", "ds", "c"}, kind):
		if len(number) != 4 {
			l.Add(diag.SigmaAttackUnknown, t.Whole, "%q: an id of ATT&CK has four digits", clip(t.Value)).WithHelp("look it up at https://attack.mitre.org/")
		}
	case kind == "ta" && digits(number):
		d := l.Add(diag.SigmaTagForm, t.Whole, "a tactic is named by its short name, not by its id")
		if tactic, ok := s.attack.Tactic(strings.ToUpper(value)); ok {
			d.WithHelp("write attack.%s", tactic.Shortname)
			withRewrite(d, "write attack."+tactic.Shortname, t, "attack."+tactic.Shortname, true)
			found.tactics, found.names = append(found.tactics, t), append(found.names, tactic.Shortname)
		} else {
			d.WithHelp("look it up at https://attack.mitre.org/tactics/")
		}
	default:
		found.tactics, found.names = append(found.tactics, t), append(found.names, value)
	}
}

// split parts the letters of an id from its digits.
func split(id string) (letters, number string) {
	i := strings.IndexAny(id, "0123456789")
	if i < 0 {
		return id, ""
	}
	return id[:i], id[i:]
}

func (s *subject) technique(found *attackTags, t source.Text, id string, l *diag.List) {
	same := s.attack.Technique(id)
	if len(same) == 0 {
		d := l.Add(diag.SigmaAttackUnknown, t.Whole, "ATT&CK %s has no technique %s", s.attack.Release, id).WithHelp("look it up at https://attack.mitre.org/techniques/")
		if best := s.attack.NearestTechnique(id); best != "" {
			tag := "attack." + strings.ToLower(best)
			d.WithHelp("did you mean %s %s?", tag, s.attack.Technique(best)[0].Name)
			if e, ok := rewrite(t, tag); ok {
				d.Fixes = append(d.Fixes, diag.Fix{Title: "write " + tag, Edits: []diag.Edit{e}})
			}
		}
		return
	}
	one := same[0]
	if i := slices.IndexFunc(same, attack.Technique.Live); i >= 0 {
		one = same[i]
	}
	switch {
	case one.Revoked:
		d := l.Add(diag.SigmaAttackRevoked, t.Whole, "%s %s was revoked", one.ID, one.Name).WithHelp("nothing stands for it; take it out, or name another")
		if now, ok := s.attack.Current(one); ok {
			tag := "attack." + strings.ToLower(now.ID)
			d.WithHelp("%s %s stands for it", tag, now.Name)
			withRewrite(d, "write "+tag, t, tag, false)
			one = now
		}
	case one.Deprecated:
		l.Add(diag.SigmaAttackRevoked, t.Whole, "%s %s is deprecated", one.ID, one.Name).WithHelp("take it out, or name a technique that is in use")
	}
	found.techniques, found.firsts = append(found.techniques, one), append(found.firsts, t)
}

// tactics holds the tactics against the catalog and against the techniques beside them.
func (s *subject) tactics(found *attackTags, l *diag.List) {
	if s.attack == nil {
		return
	}
	var ids []string // of all tactics that are named, in every domain
	for i, t := range found.tactics {
		name := found.names[i]
		tactics := s.attack.Named(name)
		if len(tactics) == 0 {
			if better := strings.ReplaceAll(name, "_", "-"); better != name && (len(s.attack.Named(better)) > 0 || s.renamed(found, better) != nil) {
				d := l.Add(diag.SigmaTagForm, t.Whole, "a tactic's short name has hyphens").WithHelp("write attack.%s", better)
				withRewrite(d, "write attack."+better, t, "attack."+better, true)
				name, tactics = better, s.attack.Named(better)
			}
		}
		if followers := s.renamed(found, name); followers != nil {
			s.reportRenamed(t, name, followers, found, l)
			for _, f := range followers {
				for _, tactic := range s.attack.Named(f) {
					ids = append(ids, tactic.ID)
				}
			}
			continue
		}
		if len(tactics) == 0 {
			d := l.Add(diag.SigmaAttackUnknown, t.Whole, "ATT&CK %s has no tactic %q", s.attack.Release, clip(name)).WithHelp("its tactics are %s", strings.Join(s.attack.Shortnames(), ", "))
			if best := diag.Nearest(name, s.attack.Shortnames()); best != "" {
				d.WithHelp("did you mean attack.%s?", best)
				withRewrite(d, "write attack."+best, t, "attack."+best, true)
			}
			continue
		}
		idle := len(found.techniques) > 0
		for _, tactic := range tactics {
			ids = append(ids, tactic.ID)
			idle = idle && !slices.ContainsFunc(found.techniques, func(q attack.Technique) bool { return slices.Contains(q.Tactics, tactic.ID) })
		}
		if idle {
			l.Add(diag.SigmaTacticOther, t.Whole, "none of the techniques is of %s", name).WithHelp("add the technique that it is about, or take the tactic out")
		}
	}
	for i, q := range found.techniques {
		if len(q.Tactics) == 0 || slices.ContainsFunc(q.Tactics, func(id string) bool { return slices.Contains(ids, id) }) {
			continue
		}
		var offer []string
		for _, id := range q.Tactics {
			if tactic, ok := s.attack.Tactic(id); ok {
				offer = append(offer, "attack."+tactic.Shortname)
			}
		}
		l.Add(diag.SigmaTacticMissing, found.firsts[i].Whole, "no tactic of %s %s is named", q.ID, q.Name).WithHelp("add %s", strings.Join(offer, " or "))
	}
}

// renamed are the names that stand for a tactic's former one in the domains of the techniques; Enterprise's where no
// technique tells the domain and no other has the name.
func (s *subject) renamed(found *attackTags, name string) []string {
	domains := []string{}
	for _, q := range found.techniques {
		domains = append(domains, q.Domain)
	}
	if len(domains) == 0 {
		domains = append(domains, "enterprise-attack")
	}
	for _, t := range s.attack.Named(name) {
		if slices.Contains(domains, t.Domain) {
			return nil
		}
	}
	for _, domain := range domains {
		if followers := attack.Followers(name, domain); followers != nil {
			return followers
		}
	}
	return nil
}

// reportRenamed says what a tactic is called now, and which of several names the techniques beside it are of.
func (s *subject) reportRenamed(t source.Text, name string, followers []string, found *attackTags, l *diag.List) {
	var fit []string
	for _, f := range followers {
		for _, tactic := range s.attack.Named(f) {
			if slices.ContainsFunc(found.techniques, func(q attack.Technique) bool { return slices.Contains(q.Tactics, tactic.ID) }) && !slices.Contains(fit, f) {
				fit = append(fit, f)
			}
		}
	}
	d := l.Add(diag.SigmaTacticRenamed, t.Whole, "ATT&CK %s has no tactic %s any more", s.attack.Release, name).
		WithHelp("write attack.%s", strings.Join(followers, " or attack."))
	if len(fit) == 1 {
		d.WithHelp("write attack.%s: the techniques beside it are of that one", fit[0])
		withRewrite(d, "write attack."+fit[0], t, "attack."+fit[0], false)
	}
}

package intake

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/stub"
)

var (
	statuses  = []string{"stable", "test", "experimental", "deprecated", "unsupported"}
	levels    = []string{"informational", "low", "medium", "high", "critical"}
	relations = []string{"derived", "obsolete", "merged", "renamed", "similar"}
)

// draft is all that a document says of itself, as a stub has it.
func (m *Importer) draft(name, id string, d *sigma.Document, l *diag.List) *stub.Draft {
	out := &stub.Draft{
		Name: name, ID: id, Origin: "sigma", Title: oneLine(d.Title.Value), Tags: m.tags(d.Tags),
		Status: oneOf(d.Status, "status", statuses, l), Level: oneOf(d.Level, "level", levels, l),
		Author: oneLine(d.Author.Value), Date: date(d.Date, "date", l), Modified: date(d.Modified, "modified", l),
		License: oneLine(d.License.Value), Scope: texts(d.Scope), Description: strings.TrimSpace(d.Description.Value),
		References: texts(d.References), FalsePositives: texts(d.FalsePositives),
	}
	if out.Title == "" {
		out.Title = name
	}
	for _, r := range d.Related {
		relation := strings.ToLower(r.Type.Value)
		if to := strings.ToLower(r.ID.Value); uuidForm.MatchString(to) && slices.Contains(relations, relation) {
			out.Related = append(out.Related, stub.Relation{ID: to, Type: relation})
			continue
		}
		l.Add(diag.ImportDropped, r.ID.Whole, "the relation to %q is left out", r.ID.Value).
			WithHelp("a relation has the UUID of a rule, and one of: %s", strings.Join(relations, ", "))
	}
	if ls := d.Node.Get("logsource"); ls != nil {
		if def := ls.Get("definition"); def != nil && def.Kind == source.Scalar {
			out.Requires = strings.TrimSpace(def.Text.Value)
		}
	}
	return out
}

// oneLine is a text on one line: as it is, where it stands on one.
func oneLine(s string) string {
	if strings.ContainsAny(s, "\n\r\t") {
		return strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

// texts are the values of a list; one that is empty says nothing.
func texts(list []source.Text) []string {
	var out []string
	for _, t := range list {
		if s := strings.TrimSpace(t.Value); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// oneOf is a word that the stub's form allows; another is dropped.
func oneOf(t source.Text, key string, words []string, l *diag.List) string {
	w := strings.ToLower(strings.TrimSpace(t.Value))
	if w == "" || slices.Contains(words, w) {
		return w
	}
	l.Add(diag.ImportDropped, t.Whole, "the %s %q is left out", key, t.Value).WithHelp("one of: %s", strings.Join(words, ", "))
	return ""
}

var oldDate = regexp.MustCompile(`^(\d{4})/(\d{1,2})/(\d{1,2})$`)

// date is a day as the specification has it; that of version 1 (2022/09/27) is turned into it.
func date(t source.Text, key string, l *diag.List) string {
	s := strings.TrimSpace(t.Value)
	if s == "" {
		return ""
	}
	if m := oldDate.FindStringSubmatch(s); m != nil {
		s = m[1] + "-" + padded(m[2]) + "-" + padded(m[3])
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		l.Add(diag.ImportDropped, t.Whole, "the %s %q is left out", key, t.Value).WithHelp("a day is written 2022-09-27")
		return ""
	}
	return s
}

func padded(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// tags are ATT&CK's ids where a tag names a tactic or a technique; any other stays as it is.
func (m *Importer) tags(tags []source.Text) []string {
	var out []string
	domain := m.domain(tags)
	for _, t := range tags {
		s := strings.TrimSpace(t.Value)
		if id := m.tag(s, domain); id != "" {
			s = id
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

var techniqueTag = regexp.MustCompile(`^attack\.(t\d{4}(\.\d{3})?)$`)

// tag is the id of a tag's tactic or technique, where the tag can be made of it again.
func (m *Importer) tag(s, domain string) string {
	lower := strings.ToLower(s)
	if t := techniqueTag.FindStringSubmatch(lower); t != nil {
		return strings.ToUpper(t[1])
	}
	if short, ok := strings.CutPrefix(lower, "attack."); ok && m.attack != nil {
		for _, t := range m.attack.Named(short) {
			if t.Domain == domain {
				return t.ID
			}
		}
	}
	return ""
}

// domain is the one that the tagged techniques are of: most names of tactics stand in several. Enterprise's is meant
// where nothing says otherwise.
func (m *Importer) domain(tags []source.Text) string {
	const enterprise = "enterprise-attack"
	if m.attack == nil {
		return enterprise
	}
	for _, t := range tags {
		if id := techniqueTag.FindStringSubmatch(strings.ToLower(t.Value)); id != nil {
			if of := m.attack.Technique(strings.ToUpper(id[1])); len(of) > 0 {
				if slices.ContainsFunc(of, func(t attack.Technique) bool { return t.Domain == enterprise }) {
					return enterprise
				}
				return of[0].Domain
			}
		}
	}
	return enterprise
}

package sigmalint

import (
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// The lengths that the schemas allow, in characters.
const (
	maxTitle       = 256
	maxDescription = 65_535
)

// texts finds a missing title, and texts that are too long.
func texts(s *subject, l *diag.List) {
	if strings.TrimSpace(s.Title.Value) == "" && (s.Node.Get("title").IsNull() || s.Node.Get("title").Kind == source.Scalar) {
		l.Add(diag.SigmaTitleMissing, s.at(), "the document has no title").WithHelp("say in a few words what it detects")
	}
	for _, t := range []struct {
		key  string
		text source.Text
		max  int
	}{{"title", s.Title, maxTitle}, {"name", s.Name, maxTitle}, {"taxonomy", s.Taxonomy, maxTitle}, {"description", s.Description, maxDescription}} {
		if len(t.text.Value) <= t.max {
			continue
		}
		if n := utf8.RuneCountInString(t.text.Value); n > t.max {
			l.Add(diag.SigmaTooLong, t.text.Whole, "the %s has %d characters; %d are allowed", t.key, n, t.max).WithHelp("say it shorter")
		}
	}
}

// idForm finds ids that are no UUID, or in capitals.
func idForm(s *subject, l *diag.List) {
	id := s.ID
	switch {
	case id.IsZero() || id.Value == "":
	case !isUUID(id.Value):
		l.Add(diag.SigmaIDForm, id.Whole, "%q is no UUID", clip(id.Value)).
			WithHelp("write a random UUID of 36 characters; a name that people read goes into `name`")
	case strings.ToLower(id.Value) != id.Value:
		d := l.Add(diag.SigmaIDForm, id.Whole, "the id has capital letters").As(diag.Note).WithHelp("a UUID is written in small letters (RFC 9562, section 4)")
		withRewrite(d, "write small letters", id, strings.ToLower(id.Value), true)
	}
}

// isUUID says that a text has the form 8-4-4-4-12 of hexadecimal digits, in either case.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range 36 {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return false
		}
	}
	return true
}

// dates finds dates of another form, days that there are not, and a change before the beginning.
func dates(s *subject, l *diag.List) {
	made, ok1 := date("date", s.Date, l)
	changed, ok2 := date("modified", s.Modified, l)
	if ok1 && ok2 && changed.Before(made) {
		l.Add(diag.SigmaDateOrder, s.Modified.Whole, "modified on %s, before its date", s.Modified.Value).
			WithNote(s.Date.Whole, "the date").WithHelp("mend the one that is wrong")
	}
}

func date(key string, t source.Text, l *diag.List) (day time.Time, ok bool) {
	if t.IsZero() || t.Value == "" {
		return day, false
	}
	day, err := time.Parse(time.DateOnly, t.Value)
	if err == nil {
		return day, true
	}
	d := l.Add(diag.SigmaDate, t.Whole, "%s: %q is no date of the form YYYY-MM-DD", key, clip(t.Value)).WithHelp("write the year, the month and the day with hyphens")
	for _, form := range []string{"2006/1/2", "2006.1.2", "2006-1-2", "20060102"} {
		if other, err := time.Parse(form, t.Value); err == nil {
			better := other.Format(time.DateOnly)
			d.WithHelp("write %s", better)
			withRewrite(d, "write "+better, t, better, true)
			return other, true
		}
	}
	if len(t.Value) == 10 && strings.Count(t.Value, "-") == 2 {
		d.Message = key + ": there is no day " + t.Value
	}
	return day, false
}

// The words that the specification has for status and level.
var (
	statuses = []string{"stable", "test", "experimental", "deprecated", "unsupported"}
	levels   = []string{"informational", "low", "medium", "high", "critical"}
)

// words finds a status and a level that Sigma doesn't have.
func words(s *subject, l *diag.List) {
	oneOf(diag.SigmaStatus, "status", s.Status, statuses, nil, l)
	oneOf(diag.SigmaLevel, "level", s.Level, levels, map[string]string{"info": "informational", "information": "informational"}, l)
}

func oneOf(code diag.Code, key string, t source.Text, known []string, meant map[string]string, l *diag.List) {
	if t.IsZero() || t.Value == "" {
		return
	}
	for _, k := range known {
		if k == t.Value {
			return
		}
	}
	d := l.Add(code, t.Whole, "Sigma has no %s %q", key, clip(t.Value)).WithHelp("write one of %s", strings.Join(known, ", "))
	best := meant[strings.ToLower(t.Value)]
	if best == "" {
		best = diag.Nearest(t.Value, known)
	}
	if best != "" {
		d.WithHelp("did you mean %q?", best)
		withRewrite(d, "write "+best, t, best, true)
	}
}

// license finds licenses that can be no SPDX expression (SPDX specification 2.3, annex D).
func license(s *subject, l *diag.List) {
	t := s.License
	if t.Value == "" {
		return
	}
	terms := 0
	for _, w := range strings.Fields(strings.NewReplacer("(", " ", ")", " ").Replace(t.Value)) {
		switch w {
		case "AND", "OR", "WITH":
			terms--
			continue
		}
		terms++
		for _, r := range w {
			if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-.+:", r)) {
				terms = 2
			}
		}
	}
	if terms != 1 {
		l.Add(diag.SigmaLicense, t.Whole, "%q is no SPDX identifier", clip(t.Value)).WithHelp("write one such as MIT, Apache-2.0, DRL-1.1 or LicenseRef-Ours; see https://spdx.org/licenses/")
	}
}

package intake

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"detc/compiler/diag"
	"detc/compiler/sigma"
)

// stem is a file's name without its folder and ending.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// maxName keeps the names of files readable, and within what file systems take.
const maxName = 100

// slug is a stub's name of any text: small letters, digits and single hyphens.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := b.String()
	if len(out) > maxName {
		out = out[:maxName]
	}
	if out = strings.Trim(out, "-"); out == "" {
		return "rule"
	}
	return out
}

// free takes a name that no stub has: that one, or it with a number.
func (m *Importer) free(name string) string {
	out := name
	for i := 2; m.names[out]; i++ {
		out = fmt.Sprintf("%s-%d", name, i)
	}
	m.names[out] = true
	return out
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// sigmaSpace is the namespace of the ids of rules that bring none: UUIDv5 in that of addresses, of where Sigma lives.
var sigmaSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://sigmahq.io"))

// id is a rule's own id. A rule without one gets one of its name, so that it is the same at the next import.
func (m *Importer) id(name string, d *sigma.Document, l *diag.List) (string, bool) {
	id := strings.ToLower(d.ID.Value)
	if !uuidForm.MatchString(id) {
		own := uuid.NewSHA1(sigmaSpace, []byte(name)).String()
		if id != "" {
			l.Add(diag.ImportDropped, d.ID.Whole, "the id %q is no UUID; the stub gets another", d.ID.Value).WithHelp("%s", own)
		}
		id = own
	}
	if first, twice := m.ids[id]; twice {
		f := l.Add(diag.ImportDouble, at(d), "%s has the id of another rule", named(d)).WithHelp("give each rule an id of its own")
		if !d.ID.IsZero() {
			f.Span = d.ID.Whole
		}
		if !first.IsZero() {
			f.WithNote(first.Whole, "here first")
		}
		return "", false
	}
	m.ids[id] = d.ID
	return id, true
}

package sigma

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Emit makes a Sigma rule of a bound rule. The rule is nil where a finding is an error: what Sigma can't say is refused
// by its clause, never left out.
func Emit(b *bind.Bound) (*Rule, diag.List) {
	var diags diag.List
	meta, src := &b.Rule.Meta, b.Source
	span := b.Rule.Where.Where()
	oneType(b.Where, &diags)
	r := &Rule{
		Title:          title(meta.Title, src.Title, span, &diags),
		ID:             ruleID(b, span, &diags),
		DerivedFrom:    b.Rule.ID,
		Status:         meta.Status,
		Description:    meta.Description,
		References:     distinct(meta.References),
		Author:         meta.Author,
		Date:           meta.Date,
		Modified:       meta.Modified,
		Tags:           tags(meta.Techniques, span, &diags),
		Logsource:      src.Logsource,
		Fields:         rawNames(meta.Fields, src),
		FalsePositives: remarks(meta.FalsePositives, span, &diags),
		Level:          meta.Level,
		Origin:         Origin{meta.Tactic, meta.Domain, meta.Items, src.ID, ir.Tables(b.Where)},
	}
	slices.SortFunc(r.Origin.Context, func(a, b ir.Table) int { return strings.Compare(a.Name, b.Name) })
	r.Detection, _ = detect(b.Where, &diags)
	if diags.HasErrors() {
		return nil, diags
	}
	return r, diags
}

// oneType finds raw names that the rule reads as two types, and tables asked for in two versions: a Sigma rule has one
// type a name and one version a table.
func oneType(e ir.Expr, diags *diag.List) {
	fields := map[string]ir.Field{}
	tables := map[string]int{}
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			f.Cased = false // which Sigma says by the atom
			if g, ok := fields[f.Name]; ok && g != f {
				diags.Add(diag.NoSigmaForm, atom.Where(), "%s is read as %s here and otherwise before", f.Name, f.Type).
					WithHelp("give the raw name one type in the source")
			}
			fields[f.Name] = f
		}
		if s, ok := atom.(*ir.InSet); ok {
			if v, ok := tables[s.Table]; ok && v != s.Version {
				diags.Add(diag.NoSigmaForm, s.Span, "the table %s is asked for in versions %d and %d", s.Table, v, s.Version).
					WithHelp("a rule may ask for one version of a table")
			}
			tables[s.Table] = s.Version
		}
	})
}

// maxTitle is what the Sigma schema allows, in characters.
const maxTitle = 256

func title(rule, log string, span source.Span, diags *diag.List) string {
	tail := " (" + log + ")"
	if log == "" {
		tail = ""
	}
	whole := rule + tail
	if utf8.RuneCountInString(whole) <= maxTitle {
		return whole
	}
	diags.Add(diag.SigmaTitle, span, "the title is cut to %d characters: %.60q…", maxTitle, whole)
	room := maxTitle - 1 - utf8.RuneCountInString(tail)
	if room < 0 { // the log's title is itself too long
		return string([]rune(whole)[:maxTitle])
	}
	return strings.TrimRight(string([]rune(rule)[:room]), " ") + "…" + tail
}

// ruleID is the UUIDv5 of the source's id in the stub's namespace: the same from build to build, one a source. A
// source that was renamed goes by its first name.
func ruleID(b *bind.Bound, span source.Span, diags *diag.List) string {
	space, err := uuid.Parse(b.Rule.ID)
	if err != nil {
		diags.Add(diag.SigmaStubID, span, "the id %q of %s is no UUID", b.Rule.ID, b.Rule.Name)
		return ""
	}
	name := b.Source.ID
	if len(b.Source.Formerly) > 0 {
		name = b.Source.Formerly[0]
	}
	return uuid.NewSHA1(space, []byte(name)).String()
}

var tagForm = regexp.MustCompile(`^attack\.[a-z0-9._-]+$`)

// tags are those of the techniques. A tactic is no tag: ICS and mobile tactics have no name in Sigma's namespace that
// another domain's doesn't have.
func tags(techniques []string, span source.Span, diags *diag.List) []string {
	var out []string
	for _, t := range techniques {
		tag := "attack." + strings.ToLower(t)
		if !tagForm.MatchString(tag) {
			diags.Add(diag.SigmaDropped, span, "the technique %q can't be a Sigma tag", t)
			continue
		}
		out = append(out, tag)
	}
	return distinct(out)
}

// remarks are the false positives that the schema allows: two characters and more.
func remarks(texts []string, span source.Span, diags *diag.List) []string {
	var out []string
	for _, s := range texts {
		if utf8.RuneCountInString(s) < 2 {
			diags.Add(diag.SigmaDropped, span, "the false positive %q is too short for Sigma", s)
			continue
		}
		out = append(out, s)
	}
	return distinct(out)
}

// rawNames are where the source keeps the fields; one that it has not, or as a constant, is left out.
func rawNames(fields []string, src *bind.Source) []string {
	var out []string
	for _, f := range fields {
		if paths := src.Binding(f).Paths; len(paths) > 0 {
			out = append(out, paths[0].Name)
		}
	}
	return distinct(out)
}

func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

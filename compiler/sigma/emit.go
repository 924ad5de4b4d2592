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
		Name:           b.Rule.Name + "." + src.ID,
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
		Origin:         Origin{Tactic: meta.Tactic, Domain: meta.Domain, Items: meta.Items, Source: src.ID, Context: ir.Tables(b.Where)},
	}
	asked := []ir.Expr{b.Rule.Where}
	for _, e := range meta.Levels {
		asked = append(asked, e.Where)
	}
	for _, name := range meta.Fields {
		asked = append(asked, &ir.Exists{Field: ir.Field{Name: name}})
	}
	r.Origin.Enriched, r.Origin.LevelWhen = enriched(src, asked...), meta.Levels
	slices.SortFunc(r.Origin.Context, func(a, b ir.Table) int { return strings.Compare(a.Name, b.Name) })
	r.Detection, _ = detect(b.Where, &diags)
	if from := meta.Imported; from != nil {
		r.keep(b, from)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return r, diags
}

// keep gives a rule that was imported what it brought along: its title, its tags, and its id where no other rule is
// made of it.
func (r *Rule) keep(b *bind.Bound, from *ir.Imported) {
	r.Title, r.Tags = b.Rule.Meta.Title, distinct(from.Tags)
	r.Related, r.License, r.Scope, r.Requires = from.Related, from.License, from.Scope, from.Requires
	if s := b.Source.Schema; s != nil && len(s.Sources) == 1 {
		r.ID, r.DerivedFrom = b.Rule.ID, ""
	}
	if len(r.Origin.Context)+len(r.Origin.Enriched) == 0 {
		r.Origin = Origin{}
	}
}

// oneType finds raw names that the rule reads as two types, and tables asked for in two versions: a Sigma rule has one
// type a name and one version a table.
func oneType(e ir.Expr, diags *diag.List) {
	type reading struct {
		field  ir.Field
		needed bool // every atom so far reads it as it needs it
		mixed  bool // as more than one type
	}
	fields := map[string]reading{}
	tables := map[string]int{}
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			f.Cased = false // which Sigma says by the atom
			if _, ok := atom.(*ir.Exists); ok {
				continue // which any type will do for
			}
			now := reading{field: f, needed: readAsNeeded(atom, f)}
			g, ok := fields[f.Name]
			now.mixed = ok && (g.mixed || g.field != f)
			if now.mixed && !(g.needed && now.needed && g.field.List == f.List) {
				diags.Add(diag.NoSigmaForm, atom.Where(), "%s is read as %s here and otherwise before", f.Name, f.Type).
					WithHelp("give the raw name one type in the source")
			}
			now.needed = now.needed && (!ok || g.needed)
			fields[f.Name] = now
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

// readAsNeeded says that the atom reads the field as it would read one whose type is not known: as a number in an order,
// as an address in a network, as a time for its parts, else as text.
func readAsNeeded(atom ir.Expr, f ir.Field) bool {
	need := ir.String
	switch atom.(type) {
	case *ir.Compare:
		need = ir.Double
	case *ir.Cidr:
		need = ir.IP
	case *ir.TimePart:
		need = ir.Timestamp
	}
	return f.Type == need && f.Unit == 0
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

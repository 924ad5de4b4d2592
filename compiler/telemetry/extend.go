package telemetry

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/ir"
)

// NewTaxonomy is a taxonomy schema of nothing but names, each of type any: of a log source that no file describes. The
// names are Sigma's; doc says where they were met. Names that stand twice count once.
func NewTaxonomy(ls Logsource, names []string, doc string) *Schema {
	s := &Schema{ID: TaxonomyID(ls), Title: ls.String(), Logsource: ls, Taxonomy: true}
	s.index()
	s.addSelf(NamesForm{})
	return s.With(names, doc)
}

// With is a taxonomy schema with fields for more of Sigma's names, each of type any. Names that it has are left as they
// are; where none is new, it is the same schema.
func (s *Schema) With(names []string, doc string) *Schema {
	out := *s
	out.Fields = slices.Clone(s.Fields)
	out.index()
	for _, name := range names {
		if _, known := out.bySigma[name]; known || strings.TrimSpace(name) == "" { // a field without a name is a keyword's
			continue
		}
		f := Field{Field: ir.Field{Name: CELName(name, out.taken)}, Any: true, Sigma: name, Doc: doc, Span: s.Span}
		out.Fields = append(out.Fields, f)
		out.byName[f.Name], out.bySigma[name] = nil, nil // the slice may move: index sets both once it is whole
	}
	if len(out.Fields) == len(s.Fields) {
		return s
	}
	out.index()
	old := s.Sources[0]
	out.addSelf(NamesForm{})
	out.Sources[0].Verified, out.Sources[0].Doc = old.Verified, old.Doc
	return &out
}

// YAML is a taxonomy schema as a file: what Read makes the same schema of.
func (s *Schema) YAML() []byte {
	var b strings.Builder
	src := s.Sources[0]
	fmt.Fprintf(&b, "id: %s\ntaxonomy: sigma\ntitle: %s\n", s.ID, scalar(s.Title))
	if s.Description != "" {
		fmt.Fprintf(&b, "description: %s\n", scalar(s.Description))
	}
	var parts []string
	for _, p := range [][2]string{{"category", s.Logsource.Category}, {"product", s.Logsource.Product}, {"service", s.Logsource.Service}} {
		if p[1] != "" {
			parts = append(parts, p[0]+": "+scalar(p[1]))
		}
	}
	fmt.Fprintf(&b, "logsource: {%s}\n", strings.Join(parts, ", "))
	if src.Doc != "" {
		fmt.Fprintf(&b, "names: {verified: %s, doc: %s}\n", src.Verified, scalar(src.Doc))
	}
	if len(s.Fields) == 0 {
		b.WriteString("fields: {}\n")
		return []byte(b.String())
	}
	b.WriteString("fields:\n")
	for i := range s.Fields {
		b.WriteString("  " + s.Fields[i].yaml() + "\n")
	}
	return []byte(b.String())
}

func (f *Field) yaml() string {
	keys := []string{"type: " + f.TypeName()}
	if f.Cased {
		keys = append(keys, "collation: cased")
	}
	if len(f.Enum) > 0 {
		values := make([]string, len(f.Enum))
		for i, e := range f.Enum {
			values[i] = scalar(e)
		}
		keys = append(keys, "enum: ["+strings.Join(values, ", ")+"]")
	}
	for _, k := range [][2]string{{"role", f.Role}, {"entity", f.Entity}} {
		if k[1] != "" {
			keys = append(keys, k[0]+": "+k[1])
		}
	}
	if f.Sigma != f.Name {
		keys = append(keys, "sigma: "+scalar(f.Sigma))
	}
	return scalar(f.Name) + ": {" + strings.Join(append(keys, "doc: "+scalar(f.Doc)), ", ") + "}"
}

var plainScalar = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$`)

// scalar writes a text as a YAML scalar that stands anywhere: plain where every reader takes that for text.
func scalar(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return strconv.Quote(s)
	}
	if plainScalar.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

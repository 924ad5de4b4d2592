package sigma

import (
	"fmt"
	"reflect"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Again reads a written document back and says where it means something else than the one it was made of: in structure,
// as Verify does. field says how names are read, as it was when the document was read.
func Again(d *Document, text []byte, fields FieldsOf) error {
	back, err := readBack(source.NewFile("written.yml", string(text)), fields)
	if err != nil {
		return fmt.Errorf("the written document can't be read back: %w", err)
	}
	if back.Kind != d.Kind || back.Logsource != d.Logsource {
		return fmt.Errorf("the written document is another: for %s, not for %s", back.Logsource, d.Logsource)
	}
	if d.Kind == CorrelationDocument {
		if want, got := unplaced(d.Correlation), unplaced(back.Correlation); !reflect.DeepEqual(want, got) {
			return fmt.Errorf("the written correlation is another: it should be %+v and is %+v", want, got)
		}
		return nil
	}
	return same(d.Where, back.Where)
}

// readBack reads a file that holds one document, of any kind.
func readBack(f *source.File, fields FieldsOf) (*Document, error) {
	var l diag.List
	docs := ReadAll(f, fields, &l)
	for _, d := range l {
		if d.Severity == diag.Error {
			return nil, &source.Error{Span: d.Span, Message: d.Message}
		}
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("here are %d documents", len(docs))
	}
	return docs[0], nil
}

// unplaced is what a correlation means: without its places, and without what it says of itself.
func unplaced(c *ir.Correlation) ir.Correlation {
	out := *c
	out.Span, out.Meta, out.ID, out.Name = source.Span{}, ir.Meta{}, "", ""
	out.Rules, out.Aliases, out.Having = nil, nil, nil
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, ir.RuleRef{Name: r.Name})
	}
	for _, b := range c.Having {
		out.Having = append(out.Having, ir.Bound{Op: b.Op, Value: b.Value})
	}
	for _, a := range c.Aliases {
		alias := ir.Alias{Name: a.Name}
		for _, f := range a.Fields {
			alias.Fields = append(alias.Fields, ir.AliasField{Rule: f.Rule, Field: f.Field})
		}
		out.Aliases = append(out.Aliases, alias)
	}
	return out
}

package corpus

import (
	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// A Converter writes documents as Sigma again, in the one form that this compiler gives them.
type Converter struct {
	Fields sigma.FieldsOf // how the documents were read
	Verify bool           // read what was written back, and hold it against the document
}

// Convert adds a document's text to its file's; nil, with a finding, for one that can't be written. It is for use as, or
// in, Options.Check.
func (c Converter) Convert(f *File, d *sigma.Document) {
	f.Converted = append(f.Converted, c.text(d, &f.Findings))
}

func (c Converter) text(d *sigma.Document, l *diag.List) []byte {
	if !Read(d) {
		return nil // the reader said why
	}
	w, findings := sigma.Write(d)
	l.Append(findings)
	if w == nil {
		return nil
	}
	text := w.YAML()
	if !c.Verify {
		return text
	}
	if err := sigma.Again(d, text, c.Fields); err != nil {
		at := d.Span
		if at.IsZero() {
			at = source.Span{File: d.Node.Span.File}
		}
		l.Add(diag.ConvertedOther, at, "the converted rule, read back, is another: %v", err)
		return nil
	}
	return text
}

package diag

import (
	"bytes"
	"encoding/json"

	"detc/compiler/source"
)

// The JSON form of findings. Lines and columns count from 1, columns in characters; end is exclusive; start and end
// of an edit are byte offsets in the file.
type (
	jsonFinding struct {
		Code     Code   `json:"code"`
		Slug     string `json:"slug"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		Help     string `json:"help,omitempty"`
		jsonPlace
		Notes []jsonNote `json:"notes,omitempty"`
		Fixes []jsonFix  `json:"fixes,omitempty"`
	}
	jsonPlace struct {
		File      string `json:"file,omitempty"`
		Line      int    `json:"line,omitempty"`
		Column    int    `json:"column,omitempty"`
		EndLine   int    `json:"end_line,omitempty"`
		EndColumn int    `json:"end_column,omitempty"`
	}
	jsonNote struct {
		Message string `json:"message"`
		jsonPlace
	}
	jsonFix struct {
		Title string     `json:"title"`
		Safe  bool       `json:"safe"`
		Edits []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		jsonPlace
		Start int    `json:"start"`
		End   int    `json:"end"`
		New   string `json:"new"`
	}
)

// JSON is the findings as a JSON array, in their order; an empty list is [].
func JSON(l List) ([]byte, error) {
	out := make([]jsonFinding, len(l))
	for i, d := range l {
		f := &out[i]
		*f = jsonFinding{
			Code: d.Code, Slug: d.Code.Info().Slug, Severity: d.Severity.String(),
			Message: d.Message, Help: d.Help, jsonPlace: placeOf(d.Span),
		}
		for _, n := range d.Notes {
			f.Notes = append(f.Notes, jsonNote{n.Message, placeOf(n.Span)})
		}
		for _, x := range d.Fixes {
			fix := jsonFix{Title: x.Title, Safe: x.Safe, Edits: []jsonEdit{}}
			for _, e := range x.Edits {
				fix.Edits = append(fix.Edits, jsonEdit{placeOf(e.Span), e.Span.Start, e.Span.End, e.New})
			}
			f.Fixes = append(f.Fixes, fix)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(out)
	return b.Bytes(), err
}

func placeOf(s source.Span) jsonPlace {
	if s.IsZero() {
		return jsonPlace{}
	}
	from, to := s.Position(), s.File.Position(max(s.Start, s.End))
	return jsonPlace{s.File.Name, from.Line, from.Column, to.Line, to.Column}
}

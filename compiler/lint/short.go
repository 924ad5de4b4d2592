package lint

import (
	"unicode/utf8"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// shortContains finds a contains that looks for one character.
func shortContains(r *Rule, l *diag.List) {
	for _, text := range r.texts() {
		each(text, func(e ir.Expr) bool {
			m, ok := e.(*ir.Match)
			if !ok || m.Op != ir.Contains || m.Encoding.Base64 != ir.NoBase64 {
				return true
			}
			for _, v := range m.Values {
				if utf8.RuneCountInString(v) == 1 {
					l.Add(diag.ShortContains, m.Span, "this looks for the single character %q", v).
						WithHelp("say where it stands, or what stands beside it")
					break
				}
			}
			return true
		})
	}
}

package lint

import (
	"detc/compiler/brief"
	"detc/compiler/diag"
)

// elsewise is what answers an item, in words. Rules, and the rules that watch visibility, are linked by covers.
var elsewise = map[string]string{
	brief.ByProperties:  "by a property of all rules",
	brief.ByMeasurement: "by a measurement",
	brief.ByMitigation:  "by a mitigation, outside the rules",
}

// answeredElsewise finds links to items that no single rule can answer.
func answeredElsewise(r *Rule, l *diag.List) {
	if r.Items == nil {
		return
	}
	for _, c := range r.Covers {
		item, ok := r.Items.Item(c.Value)
		if !ok || elsewise[item.AnsweredBy.Value] == "" {
			continue
		}
		l.Add(diag.AnsweredElsewise, c.Whole, "%s is answered %s, not by rules", c.Value, elsewise[item.AnsweredBy.Value]).
			WithHelp("take it out of covers").WithNote(item.AnsweredBy.Whole, "said here")
	}
}

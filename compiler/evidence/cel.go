package evidence

import (
	"fmt"

	"detc/compiler/bind"
	"detc/compiler/eval"
)

// judgeCEL asks cel-go of a logical event what it makes of the condition as it was written; it must say what the rule
// says. The rule is what came out of lowering, so this is the opinion on lowering and on eval.
func (run *runner) judgeCEL(ev bind.Event, want bool, out *Case, tables eval.Tables) {
	if run.CEL == nil || !run.options.Opinions {
		return
	}
	program, err := run.CEL()
	got := !want
	if err == nil {
		run.results.Pairs.CEL++
		got, err = program.Match(ev, tables)
	}
	switch {
	case err != nil:
		run.disagree(out, fmt.Sprintf("cel-go on the condition (%v)", err), !want)
	case got != want:
		run.disagree(out, "cel-go on the condition", got)
	default:
		out.Rests = append(out.Rests, "cel")
	}
}

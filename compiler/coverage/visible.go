package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The kinds of gaps at a gate: each is its own row of the ledger, and a waiver of one is no waiver of another. Other gates
// have the one kind "".
const (
	NotLogged    = "not-logged"    // onboarded: the devices write nothing of it
	NotForwarded = "not-forwarded" // onboarded: they write it, and it stays where it is
	NotParsed    = "not-parsed"    // onboarded: it arrives, and nobody can read it
	Incomplete   = "incomplete"    // onboarded: of too few devices, or without a field that is needed
	Approximated = Approximate     // exportable: a target says it nearly
	Unsayable    = Unsupported     // exportable: a target can't say it
)

// Gaps lists the kinds of gaps of a gate; nil where it has only the one.
func (g Gate) Gaps() []string {
	switch g {
	case Onboarded:
		return []string{NotLogged, NotForwarded, NotParsed, Incomplete}
	case Exportable:
		return []string{Approximated, Unsayable}
	}
	return nil
}

// A finding of one gate: its state, with what is said of it.
type verdict struct {
	state State
	gap   string
	why   string
	was   string     // why, before it was accepted
	shown []Evidence // what it rests on, where it passes
}

// unsaid is a gate of which nothing is known. It is never changed.
var unsaid verdict

// nearness orders gaps of one state by how little is missing.
func (v verdict) nearness() int {
	return slices.Index([]string{Incomplete, NotParsed, NotForwarded, NotLogged, ""}, v.gap)
}

func better(a, b verdict) int {
	return cmp.Or(cmp.Compare(a.state.rank(), b.state.rank()), cmp.Compare(a.nearness(), b.nearness()))
}

// worst is a verdict that all of several must pass, with what each rests on. Of none it is unknown.
func worst(of []verdict, none string) verdict {
	if len(of) == 0 {
		return verdict{state: Unknown, why: none}
	}
	out := of[0]
	for _, v := range of[1:] {
		if better(out, v) < 0 {
			out.state, out.gap, out.why = v.state, v.gap, v.why
		}
		out.shown = append(slices.Clip(out.shown), v.shown...)
	}
	return out
}

// best is a verdict of which one of several is enough: the first of the best.
func best(of []verdict, none string) verdict {
	if len(of) == 0 {
		return verdict{state: Unknown, why: none}
	}
	return slices.MinFunc(of, better)
}

type seenKey struct{ source, scope string }

// sees is whether visibility shows a source in a scope with the fields that are needed. Where two say something of it,
// the worse one counts.
func (f *facts) sees(source string, needs []string, sc Scope) verdict {
	var of []verdict
	for _, o := range f.seen[seenKey{source, sc.ID}] {
		of = append(of, f.onboarding(o, needs, sc))
	}
	return worst(of, fmt.Sprintf("nothing says whether %s is seen in %s", source, sc.ID))
}

func (f *facts) onboarding(o Onboarding, needs []string, sc Scope) verdict {
	for _, link := range []struct {
		know     Know
		gap, why string
	}{
		{o.Logged, NotLogged, "%s is not logged in %s"},
		{o.Forwarded, NotForwarded, "%s is logged but not forwarded in %s"},
		{o.Parsed, NotParsed, "%s is forwarded but not parsed in %s"},
	} {
		if link.know == No {
			return verdict{state: Failed, gap: link.gap, why: fmt.Sprintf(link.why, o.Source, sc.ID)}
		}
	}
	of := max(o.Of, sc.Devices, o.Devices)
	share := Ratio{max(o.Devices, 0), of}
	if max(o.Of, sc.Devices) <= 0 {
		return verdict{state: Unknown, why: fmt.Sprintf("no inventory says how many devices %s has, of which %s is seen of %d", sc.ID, o.Source, share.N)}
	}
	if !share.atLeast(f.limits.Devices) {
		return verdict{state: Failed, gap: Incomplete, why: fmt.Sprintf("%s is seen of %d of %d devices of %s", o.Source, share.N, of, sc.ID)}
	}
	if v := f.fields(o, needs); v.state != Pass {
		return v
	}
	if s, why := fresh("what shows "+o.Source+" in "+sc.ID, o.LastSeen, f.today, f.limits.EvidenceDays); s != Pass {
		return verdict{state: s, why: why}
	}
	return verdict{state: Pass, shown: []Evidence{{Gate: Onboarded.String(), What: o.Source + " seen of devices", Figure: &share,
		Ref: o.Evidence, Digest: orSum(o.Digest, o), Since: o.Since, Date: o.LastSeen}}}
}

// fields says whether the records carry what is needed: first what is known to be missing, then what is unknown.
func (f *facts) fields(o Onboarding, needs []string) verdict {
	var unknown []string
	wanted := needs
	if len(wanted) == 0 && o.AllFields == nil { // nothing is said to be needed: all that is known must be there
		for name := range o.Fields {
			wanted = append(wanted, name)
		}
		slices.Sort(wanted)
	}
	if len(needs) == 0 && (o.AllFields != nil || len(o.Fields) == 0) {
		wanted = []string{""}
	}
	for _, name := range wanted {
		r, known := o.Fields[name]
		if !known && o.AllFields != nil {
			r, known = *o.AllFields, true
		}
		switch {
		case !known || r.Of <= 0:
			unknown = append(unknown, cmp.Or(name, "its fields"))
		case !r.atLeast(f.limits.Fields):
			return verdict{state: Failed, gap: Incomplete, why: fmt.Sprintf("%d of %d records of %s carry %s", r.N, r.Of, o.Source, cmp.Or(name, "the fields that the schema requires"))}
		}
	}
	if len(unknown) > 0 {
		return verdict{state: Unknown, why: fmt.Sprintf("nothing says how many records of %s carry %s", o.Source, strings.Join(unknown, ", "))}
	}
	return verdict{state: Pass}
}

// atLeast says that a share is reached. Whole numbers are compared, so that 95 of 100 is 95 % on every machine.
func (r Ratio) atLeast(share float64) bool {
	const parts = 1_000_000
	need := int64(share*parts + 0.5)
	return r.Of > 0 && int64(r.N)*parts >= need*int64(r.Of)
}

// anySees is whether one of several sources is seen. Of those of which something is said the best one counts; where
// nothing is said of any, that is said.
func (f *facts) anySees(sources []string, needs map[string][]string, sc Scope) verdict {
	var of []verdict
	for _, s := range sources {
		if v := f.sees(s, needs[s], sc); v.state == Pass || len(f.seen[seenKey{s, sc.ID}]) > 0 {
			of = append(of, v)
		}
	}
	if len(of) == 0 && len(sources) > 0 {
		return verdict{state: Unknown, why: fmt.Sprintf("nothing says whether %s is seen in %s", some(sources, 3), sc.ID)}
	}
	return best(of, "no source carries it")
}

package change

import (
	"slices"

	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// compareCases runs the cases of each side against the rule of the other, and says which flip.
func compareCases(p pair, o Options) []CaseChange {
	old, new := judgeOf(p.old), judgeOf(p.new)
	if old == nil || new == nil || old.timelines != new.timelines || old.rule == new.rule && old.cases == new.cases {
		return nil // nothing can have flipped
	}
	oldOnOld, oldOnNew := old.run(old.stub, o), new.run(old.stub, o)
	newOnNew, newOnOld := new.run(new.stub, o), old.run(new.stub, o)
	var out []CaseChange
	for i := range old.stub.Tests.Cases {
		c := &old.stub.Tests.Cases[i]
		now := caseNamed(new.stub, c.Name.Value)
		change := CaseChange{Case: c.Name.Value, Want: c.Want.Value}
		a, b := oldOnOld[i], oldOnNew[i]
		switch {
		case now != nil && now.Want.Value != c.Want.Value:
			change.What, change.Want, change.WantWas = Rewanted, now.Want.Value, c.Want.Value
		case a.Verdict == evidence.Pass && b.Verdict == evidence.Fail:
			change.What, change.Note = Flipped, b.Message
			if now == nil {
				change.Note += "; head no longer has the case"
			}
		case now == nil:
			change.What = Dropped
		default:
			continue
		}
		out = append(out, change)
	}
	for i := range new.stub.Tests.Cases {
		c := &new.stub.Tests.Cases[i]
		if slices.ContainsFunc(out, func(x CaseChange) bool { return x.Case == c.Name.Value }) {
			continue
		}
		was := caseNamed(old.stub, c.Name.Value)
		change := CaseChange{Case: c.Name.Value, Want: c.Want.Value}
		a, b := newOnOld[i], newOnNew[i]
		switch {
		case b.Verdict == evidence.Fail && !(was != nil && a.Verdict == evidence.Fail):
			change.What, change.Note = Fails, b.Message
		case a.Verdict == evidence.Fail && b.Verdict == evidence.Pass:
			change.What = Shows
		case was == nil:
			change.What = Further
		case !sameEvent(was, c):
			change.What = Reshaped
		default:
			continue
		}
		out = append(out, change)
	}
	return out
}

// A judge is a compiled rule, or a correlation, that can be asked of cases: its own or another's.
type judge struct {
	stub        *stub.Stub
	rule, cases string // their digests
	timelines   bool
	run         func(*stub.Stub, Options) []evidence.Case
}

// judgeOf is nil of what has no cases, or doesn't compile.
func judgeOf(r *Rule) *judge {
	var said diag.List // of a case that doesn't fit the other side's telemetry; its verdict says so, too
	switch {
	case r.Subject != nil:
		return &judge{r.Subject.Stub, evidence.RuleDigest(r.Subject), evidence.TestsDigest(r.Subject.Stub), false,
			func(cases *stub.Stub, o Options) []evidence.Case {
				s := *r.Subject
				s.Stub, s.CEL = cases, nil
				return evidence.Run(&s, evidence.Options{Samples: o.Samples}, &said).Cases
			}}
	case r.Timelines != nil:
		return &judge{r.Timelines.Stub, evidence.CorrelationDigest(r.Timelines), evidence.TestsDigest(r.Timelines.Stub), true,
			func(cases *stub.Stub, o Options) []evidence.Case {
				s := *r.Timelines
				s.Stub = cases
				return evidence.RunTimelines(&s, evidence.Options{Samples: o.Samples}, &said).Cases
			}}
	}
	return nil
}

func caseNamed(s *stub.Stub, name string) *stub.CaseForm {
	for i := range s.Tests.Cases {
		if s.Tests.Cases[i].Name.Value == name {
			return &s.Tests.Cases[i]
		}
	}
	return nil
}

// sameEvent says that two cases are written with one event.
func sameEvent(a, b *stub.CaseForm) bool {
	for _, n := range [][2]*source.Node{{a.Given, b.Given}, {a.But, b.But}, {a.Raw, b.Raw}} {
		if !slices.EqualFunc(appendProperties(nil, "", n[0]), appendProperties(nil, "", n[1]), func(p, q Property) bool {
			return p.Key == q.Key && p.Text == q.Text && slices.Equal(p.List, q.List)
		}) {
			return false
		}
	}
	if len(a.Timeline)+len(b.Timeline) > 0 {
		return a.Span.Text() == b.Span.Text()
	}
	return a.Source.Value == b.Source.Value && (a.Sample == nil) == (b.Sample == nil)
}

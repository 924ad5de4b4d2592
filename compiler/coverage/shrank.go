package coverage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shrank says what became smaller under the figures that rose. An obligation or a figure may come further by work alone;
// where also something went that it is measured by, nobody can tell which of the two it was, so it is said.
func shrank(base, head *Report, d *Diff) []Shrinkage {
	rose := risen(d)
	out := []Shrinkage{}
	if len(rose) == 0 {
		return out
	}
	s := shrinking{base: base, head: head, rose: rose}
	s.items()
	s.scopes()
	s.rules()
	s.measured()
	s.thresholds()
	for _, found := range s.out {
		if !slices.ContainsFunc(out, func(o Shrinkage) bool { return o.What == found.What }) {
			out = append(out, found)
		}
	}
	return out
}

// raised is what rose of one tactic.
type raised struct {
	names []string
	items map[string]bool // that came further, or are not asked for any more
}

func risen(d *Diff) map[string]*raised {
	out := map[string]*raised{}
	of := func(tactic string) *raised {
		if out[tactic] == nil {
			out[tactic] = &raised{items: map[string]bool{}}
		}
		return out[tactic]
	}
	for _, f := range d.Figures {
		if f.rose() {
			tactic, _, _ := strings.Cut(f.Name, " ")
			of(tactic).names = append(of(tactic).names, f.Name)
		}
	}
	for _, t := range d.Transitions {
		tactic, _, _ := strings.Cut(t.Item, "/")
		if t.Kind == Better || t.rising {
			r := of(tactic)
			r.names = append(r.names, t.Item+" in "+t.Scope)
			r.items[t.Item] = true
		}
	}
	return out
}

type shrinking struct {
	base, head *Report
	rose       map[string]*raised
	out        []Shrinkage
}

func (s *shrinking) add(tactics []string, from, to any, format string, args ...any) {
	var names []string
	for _, t := range tactics {
		if r := s.rose[t]; r != nil {
			names = append(names, r.names...)
		}
	}
	if len(names) == 0 {
		return
	}
	s.out = append(s.out, Shrinkage{What: fmt.Sprintf(format, args...), From: fmt.Sprint(from), To: fmt.Sprint(to), Figures: names})
}

// items: fewer are asked for, or they are asked for in fewer scopes.
func (s *shrinking) items() {
	for _, was := range s.base.Tactics {
		k := slices.IndexFunc(s.head.Tactics, func(t TacticReport) bool { return t.ID == was.ID })
		if k < 0 {
			continue
		}
		is := s.head.Tactics[k]
		for _, c := range []struct {
			what     string
			from, to Count
		}{{"detection items", was.Totals.Detection, is.Totals.Detection}, {"mitigation items", was.Totals.Mitigation, is.Totals.Mitigation}} {
			if c.to.Asked < c.from.Asked {
				s.add([]string{was.ID}, c.from.Asked, c.to.Asked, "%s that %s asks for", c.what, was.ID)
			}
		}
		for _, i := range was.Items {
			j := slices.IndexFunc(is.Items, func(o ItemReport) bool { return o.ID == i.ID })
			if j >= 0 && asked(is.Items[j]) < asked(i) {
				s.add([]string{was.ID}, asked(i), asked(is.Items[j]), "scopes in which %s is asked for", i.ID)
			}
		}
	}
}

func asked(i ItemReport) (n int) {
	for _, o := range i.Obligations {
		if o.State != ItemNotNeeded {
			n++
		}
	}
	return n
}

// scopes: fewer devices, or fewer things known of the telemetry. That a source of which only bad was said is not spoken
// of any more raises nothing, so what counts is what was said of those that are.
func (s *shrinking) scopes() {
	for _, was := range s.base.Scopes {
		tactics := s.tacticsOf(was.Domain)
		k := slices.IndexFunc(s.head.Scopes, func(o ScopeReport) bool { return o.ID == was.ID })
		if k < 0 {
			s.add(tactics, was.Devices, 0, "devices of %s, which is no scope any more", was.ID)
			continue
		}
		is := s.head.Scopes[k]
		if is.Devices < was.Devices {
			s.add(tactics, was.Devices, is.Devices, "devices of %s in the inventory", was.ID)
		}
		for _, source := range was.Sources {
			j := slices.IndexFunc(is.Sources, func(o SourceReport) bool { return o.Source == source.Source })
			switch {
			case j < 0:
				s.add(tactics, 1, 0, "what is said of %s in %s", source.Source, was.ID)
			case is.Sources[j].Said < source.Said:
				s.add(tactics, source.Said, is.Sources[j].Said, "statements about %s in %s", source.Source, was.ID)
			case is.Sources[j].Seen.Of < source.Seen.Of:
				s.add(tactics, source.Seen.Of, is.Sources[j].Seen.Of, "devices of %s of which %s should be seen", was.ID, source.Source)
			case is.Sources[j].Fields < source.Fields:
				s.add(tactics, source.Fields, is.Sources[j].Fields, "fields of %s in %s of which the completeness is known", source.Source, was.ID)
			}
		}
	}
}

func (s *shrinking) tacticsOf(domain string) []string {
	var out []string
	for _, t := range s.head.Tactics {
		if t.Domain == domain {
			out = append(out, t.ID)
		}
	}
	return out
}

// rules: a case that is gone (most of all one that failed), fewer judgements, a rule that is gone, a larger budget.
func (s *shrinking) rules() {
	after := map[string]*RuleReport{}
	for i := range s.head.Rules {
		after[s.head.Rules[i].Name] = &s.head.Rules[i]
	}
	for _, was := range s.base.Rules {
		if !s.bears(was) {
			continue
		}
		on := []string{was.Tactic}
		is := after[was.Name]
		if is == nil {
			s.add(on, 1, 0, "the rule %s", was.Name)
			continue
		}
		for _, name := range was.Failing {
			if len(is.CaseMarks) > 0 && !slices.Contains(is.CaseMarks, mark(name)) {
				s.add(on, "failed", "gone", "the case %q of %s", name, was.Name)
			}
		}
		if is.Cases < was.Cases {
			s.add(on, was.Cases, is.Cases, "test cases of %s", was.Name)
		}
		if was.PerDay > 0 && is.PerDay > was.PerDay {
			s.add(on, number(was.PerDay), number(is.PerDay), "alerts a day that %s may", was.Name)
		}
		if !was.Block && is.Block {
			s.add(on, "alerts", "alerts nobody", "what %s does, so that it is not measured", was.Name)
		}
		for source, fields := range was.Needs {
			if more, ok := is.Needs[source]; ok && len(more) < len(fields) && was.Digest == is.Digest {
				s.add(on, len(fields), len(more), "fields that %s needs of %s", was.Name, source)
			}
		}
	}
}

// bears says that something rose that a rule has a part in: an item that it answers, or one that all rules answer.
func (s *shrinking) bears(rule RuleReport) bool {
	r := s.rose[rule.Tactic]
	if r == nil {
		return false
	}
	for _, t := range s.head.Tactics {
		for _, i := range t.Items {
			if r.items[i.ID] && (slices.Contains(rule.Items, i.ID) || i.AnsweredBy != ByRules) {
				return true
			}
		}
	}
	return false
}

func (s *shrinking) tacticOf(rule string) string {
	for _, r := range s.base.Rules {
		if r.Name == rule {
			return r.Tactic
		}
	}
	return ""
}

// measured: fewer days, or a back-test that is gone.
func (s *shrinking) measured() {
	for _, was := range s.base.Measured {
		tactic := s.tacticOf(was.Rule)
		before, after := 0, 0
		for _, m := range s.base.Measured {
			if m.Rule == was.Rule {
				before += max(m.Days, 0) + 1
			}
		}
		for _, m := range s.head.Measured {
			if m.Rule == was.Rule {
				after += max(m.Days, 0) + 1
			}
		}
		if after < before {
			s.add([]string{tactic}, before, after, "back-tests of %s and their days, counted together", was.Rule)
		}
	}
	for _, was := range s.base.Deployed {
		count := func(list []DeploymentReport) (n int) {
			for _, d := range list {
				if d.Rule == was.Rule && d.Target == was.Target {
					n++
				}
			}
			return n
		}
		if from, to := count(s.base.Deployed), count(s.head.Deployed); to < from {
			s.add([]string{s.tacticOf(was.Rule)}, from, to, "what was found of %s on %s", was.Rule, was.Target)
		}
	}
}

// thresholds that ask for less than before. Of an older report none are known.
func (s *shrinking) thresholds() {
	a, b := s.base.Thresholds, s.head.Thresholds
	if a == (Thresholds{}) {
		return
	}
	var all []string
	for t := range s.rose {
		all = append(all, t)
	}
	slices.Sort(all)
	for _, t := range []struct {
		what     string
		from, to float64
		lower    bool // a lower one asks for less
	}{
		{"share of devices", a.Devices, b.Devices, true}, {"share of records with their fields", a.Fields, b.Fields, true},
		{"days of evidence", float64(a.EvidenceDays), float64(b.EvidenceDays), false}, {"days of a back-test", float64(a.BacktestDays), float64(b.BacktestDays), true},
		{"age of a back-test in days", float64(a.BacktestAge), float64(b.BacktestAge), false},
		{"days of a mitigation's evidence", float64(a.MitigationDays), float64(b.MitigationDays), false}, {"factor of the budgets", a.BudgetFactor, b.BudgetFactor, false},
	} {
		if t.from != t.to && (t.to < t.from) == t.lower {
			s.add(all, number(t.from), number(t.to), "the threshold: %s", t.what)
		}
	}
	for _, target := range s.base.Targets {
		if !slices.Contains(s.head.Targets, target) {
			s.add(all, "asked for", "not asked for", "the target %s", target)
		}
	}
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

package sigma

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	sigmago "github.com/bradleyjkemp/sigma-go"
	"github.com/bradleyjkemp/sigma-go/evaluator"

	"detc/compiler/ir"
)

// An Oracle is sigma-go's opinion of a rule, emitted or published: another author's reading of the YAML, of the condition
// and of how selections, lists and |all join. Version 0.6.6 compares texts in ways that are not Sigma's (a missing field
// is the text "<nil>", no wildcards, no escapes, few modifiers), so there are two opinions: Unmodified is sigma-go as it
// is, right on the pairs that Plain lets through; Matches has the comparisons replaced, and is right on all.
//
// An event is a raw record as it was decoded: maps, slices, strings, numbers (json.Number or Go's), booleans, nil. A
// name is looked up as a flat key first, then down nested objects by its dots; a list on the way gives each element.
type Oracle struct {
	rule    sigmago.Rule
	adapted *evaluator.RuleEvaluator
	plain   *evaluator.RuleEvaluator
	field   func(name string) ir.Field
	asks    []ask           // one a field in a map
	inNil   map[string]bool // fields of which sigma-go could find a value where the event has none
	fit     error           // why Unmodified can't judge the rule; nil where it can
}

// An ask is one entry of a map, taken out of sigma-go's hands: which of its values hold of an event is put into the
// event under the ask's own name, and sigma-go is left to find what follows from that.
type ask struct {
	name  string
	tests []func(event map[string]any) bool
}

// NewOracle reads a rule with sigma-go. tables are the texts of the context tables by name; one that is
// missing is empty. field says how a name is read, as in Read; nil reads every name as a string. The error is
// sigma-go's, or says which modifier the oracle doesn't know.
func NewOracle(text []byte, tables map[string][]string, field func(name string) ir.Field) (o *Oracle, err error) {
	defer recovered(&err)
	o = &Oracle{field: field}
	if field == nil {
		o.field = func(name string) ir.Field { return ir.Field{Name: name} }
	}
	if o.rule, err = sigmago.ParseRule(text); err != nil {
		return nil, err
	}
	o.plain = evaluator.ForRule(o.rule, evaluator.WithConfig(identity(namesOf(o.rule))))
	o.fit, o.inNil = o.fits(), foundInNil(o.rule)
	adapted := o.rule
	adapted.Detection.Searches = map[string]sigmago.Search{}
	var asked []string
	for _, name := range slices.Sorted(maps.Keys(o.rule.Detection.Searches)) {
		search := o.rule.Detection.Searches[name]
		if adapted.Detection.Searches[name], err = o.adapt(search, tables); err != nil {
			return nil, fmt.Errorf("selection %s: %w", name, err)
		}
	}
	for _, a := range o.asks {
		asked = append(asked, a.name)
	}
	o.adapted = evaluator.ForRule(adapted, evaluator.WithConfig(identity(asked)))
	return o, nil
}

// recovered makes an error of a panic of sigma-go's.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("sigma-go: %v", p)
	}
}

// identity maps each name to itself: without it sigma-go takes a list in an event for one text.
func identity(names []string) sigmago.Config {
	c := sigmago.Config{FieldMappings: map[string]sigmago.FieldMapping{}}
	for _, n := range names {
		c.FieldMappings[n] = sigmago.FieldMapping{TargetNames: []string{n}}
	}
	return c
}

func namesOf(rule sigmago.Rule) (out []string) {
	seen := map[string]bool{}
	for _, s := range rule.Detection.Searches {
		for _, m := range s.EventMatchers {
			for _, f := range m {
				if !seen[f.Field] {
					seen[f.Field] = true
					out = append(out, f.Field)
				}
			}
		}
	}
	return out
}

// adapt replaces every value of a search by a token that stands in the event where the value holds.
func (o *Oracle) adapt(s sigmago.Search, tables map[string][]string) (sigmago.Search, error) {
	out := sigmago.Search{}
	if len(s.Keywords) > 0 {
		values := make([]any, len(s.Keywords))
		for i, k := range s.Keywords {
			values[i] = k
		}
		to, err := o.asked(sigmago.FieldMatcher{Values: values}, tables)
		out.EventMatchers = []sigmago.EventMatcher{{to}}
		return out, err
	}
	for _, m := range s.EventMatchers {
		var matcher sigmago.EventMatcher
		for _, f := range m {
			to, err := o.asked(f, tables)
			if err != nil {
				return out, fmt.Errorf("%s|%s: %w", f.Field, strings.Join(f.Modifiers, "|"), err)
			}
			matcher = append(matcher, to)
		}
		out.EventMatchers = append(out.EventMatchers, matcher)
	}
	return out, nil
}

// asked is an entry of a map with tokens for its values. Of values that must not hold (neq), none may where one might, and
// one must fail where all must.
func (o *Oracle) asked(f sigmago.FieldMatcher, tables map[string][]string) (sigmago.FieldMatcher, error) {
	a := o.ask()
	to := sigmago.FieldMatcher{Field: o.asks[a].name}
	all, negated := slices.Contains(f.Modifiers, "all"), slices.Contains(f.Modifiers, "neq")
	mods := slices.DeleteFunc(slices.Clone(f.Modifiers), func(m string) bool { return m == "all" || m == "neq" })
	if all != negated {
		to.Modifiers = []string{"all"}
	}
	for i, v := range f.Values {
		test, err := o.test(f.Field, mods, v, tables)
		if err != nil {
			return to, err
		}
		if negated {
			holds := test
			test = func(event map[string]any) bool { return !holds(event) }
		}
		o.asks[a].tests = append(o.asks[a].tests, test)
		to.Values = append(to.Values, mark(i))
	}
	return to, nil
}

func (o *Oracle) ask() int {
	o.asks = append(o.asks, ask{name: "ask" + strconv.Itoa(len(o.asks))})
	return len(o.asks) - 1
}

func mark(i int) string { return "value" + strconv.Itoa(i) }

// Matches is the adapted opinion.
func (o *Oracle) Matches(event map[string]any) (matches bool, err error) {
	defer recovered(&err)
	view := make(map[string]any, len(o.asks))
	for _, a := range o.asks {
		held := []any{}
		for i, test := range a.tests {
			if test(event) {
				held = append(held, mark(i))
			}
		}
		view[a.name] = held
	}
	r, err := o.adapted.Matches(context.Background(), view)
	return r.Match, err
}

// Unmodified is sigma-go's own opinion. Believe it where Plain says so.
func (o *Oracle) Unmodified(event map[string]any) (matches bool, err error) {
	defer recovered(&err)
	view := map[string]any{}
	for _, name := range namesOf(o.rule) {
		switch leaves := values(event, name); {
		case len(leaves) == 1:
			view[name] = native(leaves[0])
		case len(leaves) > 1:
			list := make([]any, len(leaves))
			for i, l := range leaves {
				list[i] = native(l)
			}
			view[name] = list
		}
	}
	r, err := o.plain.Matches(context.Background(), view)
	return r.Match, err
}

// native is a number as the only types that sigma-go counts with.
func native(leaf any) any {
	if n, ok := leaf.(json.Number); ok {
		if i, err := strconv.Atoi(n.String()); err == nil && strconv.Itoa(i) == n.String() {
			return i
		}
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return leaf
}

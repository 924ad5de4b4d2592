package sigmalint

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// Correlations and filters by themselves.
func TestCorrelations(t *testing.T) {
	c := catalog(t)
	for _, k := range []struct{ name, correlation, finds string }{
		{"a count", "type: event_count\n  rules: [a1, b1]\n  condition: {gte: 10}", ""},
		{"none and one", "type: event_count\n  rules: [a1]\n  condition: {lt: 1}", "DT6270"},
		{"equal to what it must not be", "type: event_count\n  rules: [a1]\n  condition: {eq: 3, neq: 3}", "DT6270"},
		{"between two whole numbers", "type: event_count\n  rules: [a1]\n  condition: {gt: 3, lt: 4}", "DT6270"},
		{"between two whole numbers of a sum", "type: value_sum\n  rules: [a1]\n  condition: {field: n, gt: 3, lt: 4}", ""},
		{"a sum over and under one number", "type: value_sum\n  rules: [a1]\n  condition: {field: n, gt: 3, lte: 3}", "DT6270"},
		{"a sum of nought or more", "type: value_sum\n  rules: [a1]\n  condition: {field: n, gte: 0}", ""},
		{"always one", "type: value_count\n  rules: [a1]\n  condition: {field: n, gte: 1}", "DT6270"},
		{"over nought", "type: event_count\n  rules: [a1]\n  condition: {gt: 0}", "DT6270"},
		{"not two", "type: event_count\n  rules: [a1]\n  condition: {neq: 2}", ""},
		{"three of two rules", "type: temporal\n  rules: [a1, b1]\n  condition: {gte: 3}", "DT6270"},
		{"two of three rules", "type: temporal\n  rules: [a1, b1, c1]\n  condition: {gte: 2}", ""},
		{"itself by name", "type: temporal\n  rules: [a1, me]", "DT6271"},
		{"itself by id", "type: temporal\n  rules: [a1, 6F0B3C1E-5B1F-4D55-9A8E-0D2F1D6C7A01]", "DT6271"},
		{"an alias of nobody", "type: temporal\n  rules: [a1, b1]\n  aliases: {x: {a1: f, b1: g}}", "DT6272"},
		{"an alias of another rule", "type: temporal\n  rules: [a1, b1]\n  aliases: {User: {a1: f, b1: g, c1: h}}", "DT6272"},
		{"an alias for the values", "type: value_count\n  rules: [a1]\n  condition: {field: x, gte: 5}\n  aliases: {x: {a1: f}}", ""},
	} {
		text := merged(base, "name: me\nlogsource:\ndetection:\ncorrelation:\n  group-by: [User]\n  timespan: 5m\n  "+k.correlation)
		if l := checked(t, text, c); codes(l) != k.finds {
			t.Errorf("%s finds %q, not %q\n%s", k.name, codes(l), k.finds, said(l))
		}
	}
}

func inSet(t testing.TB, texts ...string) diag.List {
	t.Helper()
	var set Set
	var l, ignored diag.List
	for i, text := range texts {
		for _, d := range sigma.ReadAll(source.NewFile(fmt.Sprintf("r%d.yml", i), text), nil, &ignored) {
			set.Add(d, &l)
		}
	}
	set.Done(&l)
	return l
}

func TestSet(t *testing.T) {
	rule := func(n int, more string) string {
		return fmt.Sprintf("title: Rule %d\nname: rule_%d\nid: 6f0b3c1e-5b1f-4d55-9a8e-%012d\nlogsource: {product: a}\ndetection: {s: {LogonType: %d, TargetUserName: x}, condition: s}\n%s", n, n, n, n, more)
	}
	corr := func(n int, rules, more string) string {
		return fmt.Sprintf("title: Rule %d\nname: rule_%d\nid: 6f0b3c1e-5b1f-4d55-9a8e-%012d\ncorrelation:\n  type: temporal\n  rules: [%s]\n  timespan: 5m\n  %s\n", n, n, n, rules, more)
	}
	filter := func(rules string) string {
		return "title: F\nlogsource: {product: a}\nfilter: {rules: " + rules + ", selection: {a: b}, condition: not selection}\n"
	}
	for _, k := range []struct {
		name  string
		texts []string
		finds string
	}{
		{"apart", []string{rule(1, ""), rule(2, "")}, ""},
		{"one id in capitals", []string{rule(1, ""), strings.Replace(rule(2, ""), "6f0b3c1e-5b1f-4d55-9a8e-000000000002", "6F0B3C1E-5B1F-4D55-9A8E-000000000001", 1)}, "DT6280"},
		{"one name", []string{rule(1, ""), strings.Replace(rule(2, ""), "name: rule_2", "name: rule_1", 1)}, "DT6281"},
		{"one title", []string{rule(1, ""), strings.Replace(rule(2, ""), "title: Rule 2", "title: RULE 1", 1)}, "DT6282"},
		{"in one file", []string{rule(1, "") + "---\n" + strings.Replace(rule(2, ""), "title: Rule 2", "title: Rule 1", 1)}, "DT6282"},
		{"one meaning", []string{rule(1, ""), strings.Replace(rule(2, ""), "LogonType: 2, TargetUserName: x", "TargetUserName: X, LogonType: 1", 1)}, "DT6287"},
		{"one meaning, one of them given up", []string{rule(1, ""), strings.Replace(rule(2, "status: deprecated"), "LogonType: 2", "LogonType: 1", 1)}, ""},
		{"one meaning on two logs", []string{rule(1, ""), strings.Replace(strings.Replace(rule(2, ""), "LogonType: 2", "LogonType: 1", 1), "product: a", "product: b", 1)}, ""},
		{"a correlation", []string{corr(3, "rule_1, 6f0b3c1e-5b1f-4d55-9a8e-000000000002", ""), rule(1, ""), rule(2, "")}, ""},
		{"of a rule that isn't there", []string{corr(3, "rule_1, rule_9", ""), rule(1, "")}, "DT6283"},
		{"of an id that isn't there", []string{corr(3, "rule_1, 6f0b3c1e-5b1f-4d55-9a8e-000000000002", ""), rule(1, "")}, "DT6283"},
		{"a filter", []string{filter("[rule_1]"), rule(1, "")}, ""},
		{"a filter of all", []string{filter("any"), rule(1, "")}, ""},
		{"a filter of none", []string{filter("[rule_2]"), rule(1, "")}, "DT6284"},
		{"a chain", []string{rule(1, ""), corr(2, "rule_1, rule_3", ""), corr(3, "rule_1", "")}, ""},
		{"a circle", []string{rule(1, ""), corr(2, "rule_1, rule_3", ""), corr(3, "rule_4", ""), corr(4, "rule_2", "")}, "DT6285"},
		{"two ways to one", []string{rule(1, ""), corr(2, "rule_3, rule_4", ""), corr(3, "rule_1", ""), corr(4, "rule_1, rule_3", "")}, ""},
		{"a field mistyped", []string{rule(1, ""), corr(2, "rule_1", "group-by: [TargetUserNmae]")}, "DT6286"},
		{"a field in capitals", []string{rule(1, ""), corr(2, "rule_1", "group-by: [targetusername]")}, "DT6286"},
		{"a field of the events", []string{rule(1, ""), corr(2, "rule_1", "group-by: [SubjectUserName, LogonGuid]")}, ""},
		{"an alias", []string{rule(1, ""), corr(2, "rule_1", "group-by: [TargetUserNmae]\n  aliases: {TargetUserNmae: {rule_1: TargetUserName}}")}, ""},
	} {
		l := inSet(t, k.texts...)
		if codes(l) != k.finds {
			t.Errorf("%s finds %q, not %q\n%s", k.name, codes(l), k.finds, said(l))
		}
		for _, d := range l {
			if d.Span.IsZero() || d.Help == "" {
				t.Errorf("%s has no place or no help", d.Code)
			}
		}
	}
}

// The first of two documents is named with its place.
func TestSetNamesTheOther(t *testing.T) {
	l := inSet(t, "# a rule\ntitle: One\ndetection: {s: {a: b}, condition: s}", "title: one\ndetection: {s: {a: c}, condition: s}")
	if len(l) != 1 || len(l[0].Notes) != 1 || l[0].Notes[0].Message != "the other one: r0.yml:2" {
		t.Error(said(l), l)
	}
}

// A set of many rules keeps a few words of each, and none of their text.
func TestSetIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	const n = 20_000
	var set Set
	var l, ignored diag.List
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range n {
		text := fmt.Sprintf("title: Rule %d\nname: rule_%d\nid: 6f0b3c1e-5b1f-4d55-9a8e-%012d\nlogsource: {product: a}\ndescription: %s\ndetection: {s: {LogonType: %d, TargetUserName: x}, condition: s}\n",
			i, i, i, strings.Repeat("x", 2000), i)
		for _, d := range sigma.ReadAll(source.NewFile(fmt.Sprintf("rules/r%d.yml", i), text), nil, &ignored) {
			set.Add(d, &l)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n
	t.Logf("%d bytes a rule", each)
	if each > 600 || len(l) > 0 {
		t.Errorf("%d bytes a rule, %d findings", each, len(l))
	}
	runtime.KeepAlive(&set)
}

package correlate_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/correlate"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// The suite is testdata/correlations, whose README.md is its format.
const suite = "../../testdata/correlations"

type testCase struct {
	Name         source.Text       `form:"case,required" doc:"what it is of"`
	Reading      source.Text       `form:"reading,required" doc:"which reading it pins"`
	Correlation  *correlationForm  `form:"correlation" doc:"the one"`
	Correlations []correlationForm `form:"correlations" doc:"or several"`
	Events       []eventForm       `form:"events,required" doc:"in order of arrival"`
	Expect       []firingForm      `form:"expect" doc:"what fires"`
	Stats        statsForm         `form:"stats" doc:"what is counted"`
	Lateness     source.Text       `form:"lateness" doc:"the bound"`
	Start        source.Text       `form:"start" doc:"when the records begin"`
	Until        source.Text       `form:"until" doc:"when they end"`
}

type correlationForm struct {
	Name       source.Text                `form:"name" doc:"its name"`
	Type       source.Text                `form:"type,required" doc:"its kind"`
	Rules      []source.Text              `form:"rules,required" doc:"what it is over"`
	Aliases    form.Map[form.Map[*anyOf]] `form:"aliases" doc:"names"`
	GroupBy    []source.Text              `form:"group-by" doc:"the key"`
	Timespan   source.Text                `form:"timespan,required" doc:"the window"`
	Condition  form.Map[*anyOf]           `form:"condition" doc:"bounds and field"`
	Percentile form.Value[float64]        `form:"percentile" doc:"the rank"`
}

type eventForm struct {
	At     source.Text      `form:"at,required" doc:"its time"`
	Rule   source.Text      `form:"rule" doc:"what it matches"`
	Rules  []source.Text    `form:"rules" doc:"or several"`
	Fields form.Map[*anyOf] `form:"fields" doc:"texts"`
}

type firingForm struct {
	Name  source.Text         `form:"name" doc:"of which correlation"`
	At    source.Text         `form:"at,required" doc:"its time"`
	Group form.Map[*anyOf]    `form:"group" doc:"the key"`
	Value form.Value[float64] `form:"value" doc:"the number"`
}

type statsForm struct {
	Name    source.Text       `form:"name" doc:"of which correlation"`
	Late    form.Value[int64] `form:"late" doc:"too late"`
	NoKey   form.Value[int64] `form:"no_key" doc:"without a key"`
	NoValue form.Value[int64] `form:"no_value" doc:"without a value"`
	Unknown form.Value[int64] `form:"unknown" doc:"before it knows"`
}

// anyOf is a text or a list of texts, as they are written.
type anyOf []string

func (a *anyOf) DecodeForm(n *source.Node, l *diag.List) {
	if n.Kind == source.Scalar {
		*a = anyOf{n.Text.Value}
		return
	}
	*a = anyOf{}
	for _, item := range n.Items {
		*a = append(*a, item.Text.Value)
	}
}

func (*anyOf) FormSchema() map[string]any { return map[string]any{} }

func texts(list []source.Text) (out []string) {
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out
}

func duration(s string) time.Duration {
	if n, ok := strings.CutSuffix(s, "d"); ok {
		s = n + "h"
		d, err := time.ParseDuration(s)
		if err != nil {
			panic(err)
		}
		return 24 * d
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (f correlationForm) correlation() *ir.Correlation {
	c := &ir.Correlation{Name: f.Name.Value, GroupBy: texts(f.GroupBy), Within: duration(f.Timespan.Value), Percentile: f.Percentile.V}
	if c.Name == "" {
		c.Name = "correlation"
	}
	kind, ok := ir.ParseCorrelationKind(f.Type.Value)
	if !ok {
		panic(f.Type.Value)
	}
	c.Kind = kind
	for _, r := range f.Rules {
		c.Rules = append(c.Rules, ir.RuleRef{Name: r.Value})
	}
	for _, a := range f.Aliases {
		alias := ir.Alias{Name: a.Key.Value}
		for _, r := range a.Value {
			alias.Fields = append(alias.Fields, ir.AliasField{Rule: r.Key.Value, Field: (*r.Value)[0]})
		}
		c.Aliases = append(c.Aliases, alias)
	}
	for _, b := range f.Condition {
		if b.Key.Value == "field" {
			c.Fields = *b.Value
			continue
		}
		op, ok := ir.ParseBoundOp(b.Key.Value)
		n, err := strconv.ParseFloat((*b.Value)[0], 64)
		if !ok || err != nil {
			panic(b.Key.Value)
		}
		c.Having = append(c.Having, ir.Bound{Op: op, Value: n})
	}
	return c
}

// timeline is a case as the property test has it.
func (c testCase) timeline() timeline {
	t := timeline{until: correlate.Forever}
	if c.Correlation != nil {
		t.cs = append(t.cs, c.Correlation.correlation())
	}
	for _, f := range c.Correlations {
		t.cs = append(t.cs, f.correlation())
	}
	switch c.Lateness.Value {
	case "":
	case "none":
		t.options.Lateness = -1
	default:
		t.options.Lateness = duration(c.Lateness.Value)
	}
	if c.Start.Value != "" {
		start := int64(duration(c.Start.Value))
		t.options.Start = &start
	}
	if c.Until.Value != "" {
		t.until = int64(duration(c.Until.Value))
	}
	for _, e := range c.Events {
		s := spelled{time: int64(duration(e.At.Value)), rules: texts(e.Rules), fields: correlate.Fields{}}
		if e.Rule.Value != "" {
			s.rules = append(s.rules, e.Rule.Value)
		}
		for _, f := range e.Fields {
			s.fields[f.Key.Value] = *f.Value
		}
		t.events = append(t.events, s)
	}
	return t
}

// wanted are the lines that a run must give: the firings, then what is counted.
func (c testCase) wanted(t timeline) (out []string) {
	for _, f := range c.Expect {
		name := f.Name.Value
		if name == "" {
			name = t.cs[0].Name
		}
		var group []string
		for _, k := range f.Group {
			group = append(group, k.Key.Value+"="+(*k.Value)[0])
		}
		out = append(out, line(name, int64(duration(f.At.Value)), group, f.Value.V))
	}
	for _, corr := range t.cs {
		var s correlate.Stats
		if name := c.Stats.Name.Value; name == "" || name == corr.Name {
			s = correlate.Stats{Late: c.Stats.Late.V, NoKey: c.Stats.NoKey.V, NoValue: c.Stats.NoValue.V, Unknown: c.Stats.Unknown.V}
		}
		out = append(out, counted(corr.Name, s))
	}
	return out
}

func line(name string, at int64, group []string, value float64) string {
	return fmt.Sprintf("%s at %s of %q: %v", name, time.Duration(at), group, value)
}

func counted(name string, s correlate.Stats) string {
	return fmt.Sprintf("%s: late %d, no key %d, no value %d, unknown %d", name, s.Late, s.NoKey, s.NoValue, s.Unknown)
}

func keyed(c *ir.Correlation, values []string) (out []string) {
	for i, name := range c.GroupBy {
		out = append(out, name+"="+values[i])
	}
	return out
}

// ran is what the engine says of a timeline. Where it says "at least", the number that is wanted may be larger.
func (t timeline) ran(tb testing.TB, want []string) (out []string) {
	n, events, err := t.network(nil)
	if err != nil {
		tb.Fatal(err)
	}
	add := func(f correlate.Firing) {
		l := line(f.Correlation.Name, f.Time, keyed(f.Correlation, f.Group), f.Number)
		if i := len(out); f.AtLeast && i < len(want) {
			cut := strings.LastIndex(want[i], " ") + 1
			if w, err := strconv.ParseFloat(want[i][cut:], 64); err == nil && w > f.Number {
				l = line(f.Correlation.Name, f.Time, keyed(f.Correlation, f.Group), w)
			}
		}
		out = append(out, l)
	}
	if t.until == correlate.Forever {
		for _, f := range correlate.Run(n, events) {
			add(f)
		}
	} else {
		for _, f := range correlate.RunUntil(n, events, t.until) {
			add(f)
		}
	}
	for i, c := range t.cs {
		out = append(out, counted(c.Name, n.Stats(i)))
	}
	return out
}

// wrong is what the reference says with a flaw.
func (t timeline) wrong(tb testing.TB, f flaw) (out []string) {
	n, events, err := t.network(nil)
	if err != nil {
		tb.Fatal(err)
	}
	r := reference{cs: t.cs, options: t.options, names: n.Rules(), flaw: f}
	r.run(events, t.until)
	for _, x := range r.results {
		out = append(out, line(x.name, x.time, keyed(t.cs[x.c], x.parts), x.number))
	}
	for i, c := range t.cs {
		out = append(out, counted(c.Name, r.stats[i]))
	}
	return out
}

func cases(tb testing.TB) (out []testCase) {
	names, err := fs.Glob(os.DirFS(suite), "*.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range names {
		f, err := source.Read(os.DirFS(suite), name)
		if err != nil {
			tb.Fatal(err)
		}
		docs, err := source.ParseYAML(f)
		if err != nil {
			tb.Fatal(err)
		}
		for _, d := range docs {
			var c testCase
			var l diag.List
			form.Decode(d, &c, "the case", &l)
			for _, found := range l {
				tb.Fatalf("%s: %s", found.Span, found.Message)
			}
			out = append(out, c)
		}
	}
	return out
}

// TestConformance runs each case on the engine and on the reference; each must fail under at least one flaw, or it
// pins nothing.
func TestConformance(t *testing.T) {
	all := cases(t)
	if len(all) < 60 {
		t.Errorf("%d cases", len(all))
	}
	seen := map[string]string{}
	killed := make([]int, flaws)
	for _, c := range all {
		t.Run(c.Name.Value, func(t *testing.T) {
			line := c.timeline()
			if other, twice := seen[line.String()]; twice {
				t.Errorf("the same as %q", other)
			}
			seen[line.String()] = c.Name.Value
			want := c.wanted(line)
			for who, got := range map[string][]string{"the engine": line.ran(t, want), "the reference": line.wrong(t, sound)} {
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s says\n%s\nwant\n%s", c.Name.Span(0, 1), who, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
			kills := 0
			for f := sound + 1; f < flaws; f++ {
				if !slices.Equal(line.wrong(t, f), want) {
					killed[f]++
					kills++
				}
			}
			if kills == 0 {
				t.Errorf("%s: no flaw shows here", c.Name.Span(0, 1))
			}
		})
	}
	for f := sound + 1; f < flaws; f++ {
		if killed[f] == 0 {
			t.Errorf("no case shows that %s", f)
		}
	}
}

// What README.md puts in italics are cases.
func TestReadingsNameCases(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range cases(t) {
		if known[c.Name.Value] {
			t.Errorf("two cases are called %q", c.Name.Value)
		}
		known[c.Name.Value] = true
	}
	named := 0
	for _, m := range regexp.MustCompile(`(?s)[^*]\*([^*]+)\*[^*]`).FindAllStringSubmatch(string(text), -1) {
		for _, name := range strings.Split(strings.Join(strings.Fields(m[1]), " "), " · ") {
			named++
			if !known[name] && name != "Sigma Correlation Rules" {
				t.Errorf("there is no case %q", name)
			}
		}
	}
	if named < 40 {
		t.Errorf("%d cases named", named)
	}
}

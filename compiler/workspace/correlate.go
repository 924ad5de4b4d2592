package workspace

import (
	"slices"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// A Correlation is what was made of a stub that correlates others.
type Correlation struct {
	IR      *ir.Correlation // over the stubs and their telemetry's fields; nil where the stub has errors
	Parts   []*Rule         // what it names, in its order
	Emitted []CorrelationEmission
	Placed  []CorrelationEmission // as Emitted, of a kind that Sigma has no form for: for the targets that have one
	Apart   bool                  // an absence whose parts lie in several logs each, so that it stands in Placed nowhere
	None    string                // why nothing is written: Sigma has no such type; "" where that is not so

	fields map[string]*telemetry.Field // by name; nil for what its parts don't share
}

// Bounds of a correlation: no SIEM keeps more, and the tests must end.
const (
	maxLevels  = 16
	maxWindow  = 30 * 24 * time.Hour
	maxHistory = 90 * 24 * time.Hour
)

// compileCorrelations looks up what the correlations name and lowers each after those that it rests on.
func (w *Workspace) compileCorrelations() error {
	c := &correlator{Workspace: w, byName: map[string]*Rule{}, level: map[*Rule]int{}}
	for _, r := range w.Rules {
		if c.byName[r.Name.Value] == nil {
			c.byName[r.Name.Value] = r
		}
	}
	for _, r := range w.Rules {
		c.visit(r)
	}
	return nil
}

type correlator struct {
	*Workspace
	byName map[string]*Rule
	level  map[*Rule]int // of the correlations that were visited; a rule has 0
	path   []*Rule       // those that are being visited

	siblings bool // the stubs beside an only file were read
}

// visit compiles a correlation after all that it names. What closes a circle is said, and named no more.
func (c *correlator) visit(r *Rule) {
	if r.Correlation == nil || c.level[r] > 0 {
		return
	}
	c.path = append(c.path, r)
	level := 0
	broken := false
	for _, ref := range r.Stub.Correlation.Rules {
		part := c.part(r, ref)
		if part == nil {
			broken = true
			continue
		}
		c.visit(part)
		level = max(level, c.level[part])
		if part.IR == nil && (part.Correlation == nil || part.Correlation.IR == nil) || part.Findings.HasErrors() {
			r.Findings.Add(diag.BrokenPart, ref.Whole, "the rule %q has errors, so nothing can rest on it", ref.Value).
				WithHelp("mend it first: detc check %s", part.File.Name)
			broken = true
		}
		r.Correlation.Parts = append(r.Correlation.Parts, part)
	}
	c.path = c.path[:len(c.path)-1]
	c.level[r] = level + 1
	if level+1 > maxLevels {
		r.Findings.Add(diag.DeepCorrelation, r.Name.Whole, "%s stands on %d levels of correlations; at most %d", r.Name.Value, level+1, maxLevels).
			WithHelp("correlate the rules themselves")
		broken = true
	}
	c.lower(r, !broken && len(r.Correlation.Parts) > 0)
}

// part is the rule that a correlation names; nil, with a finding, where there is none that it may name.
func (c *correlator) part(r *Rule, ref text) *Rule {
	part := c.byName[ref.Value]
	if part == nil {
		part = c.lendPart(r, ref)
	}
	if part == nil {
		var names []string
		for _, other := range c.Rules {
			if other != r {
				names = append(names, other.Name.Value)
			}
		}
		for _, s := range c.lentStubs() {
			names = append(names, s.Name.Value)
		}
		r.Findings.Add(diag.UnknownRule, ref.Whole, "there is no rule %q to correlate", ref.Value).WithGuess(ref.Whole, ref.Value, names)
		return nil
	}
	if i := slices.Index(c.path, part); i >= 0 {
		var circle []string
		for _, on := range c.path[i:] {
			circle = append(circle, on.Name.Value)
		}
		r.Findings.Add(diag.CorrelationCycle, ref.Whole, "a correlation rests on itself: %s → %s", strings.Join(circle, " → "), part.Name.Value).
			WithHelp("take one of them out of the other's rules")
		return nil
	}
	return part
}

// lendPart is a rule that is read and not built: one of the library, or one beside the only file that is looked at. Nothing
// is written over it, since what it would be written as is not there.
func (c *correlator) lendPart(r *Rule, ref text) *Rule {
	c.readSiblings()
	lent := c.lend(func(s *stub.Stub) bool { return s.Name.Value == ref.Value })
	if len(lent) == 0 {
		return nil
	}
	r.Correlation.None = ref.Value + " is not built here"
	r.Findings.Add(diag.LentPart, ref.Whole, "%s is not built here: the correlation is checked and tested, and not written", ref.Value).
		WithHelp("build them together: the folder that holds both, or --add-rules DIR beside the library")
	return lent[len(lent)-1] // what stands beside the file comes after the library
}

// readSiblings reads, once, the stubs that stand beside the only file of a root.
func (c *correlator) readSiblings() {
	if c.siblings {
		return
	}
	c.siblings = true
	for _, root := range c.opts.Rules {
		if root.Only == "" {
			continue
		}
		only := root.Only
		root.Only, root.Writable = "", false
		names, err := c.walk(root, stubFile)
		if err != nil {
			continue // the root itself was read, so this is of what stands beside it
		}
		for _, name := range names {
			if name == only {
				continue
			}
			if f, err := readContent(root, name, stubFile); err == nil && f.kind == stubFile {
				c.loaded.lent = append(c.loaded.lent, f)
				c.stubsLent = nil
			}
		}
	}
}

// lower makes the IR of a correlation. Where a part is missing only what needs no part is looked at.
func (c *correlator) lower(r *Rule, whole bool) {
	f, l := r.Stub.Correlation, &r.Findings
	kind, ok := ir.ParseCorrelationKind(f.Type.Value)
	if !ok {
		return // which was said when the stub was read
	}
	out := &ir.Correlation{Name: r.Name.Value, ID: r.ID.Value, Kind: kind, Percentile: f.Percentile.V, Span: f.Span}
	for _, t := range f.Rules {
		out.Rules = append(out.Rules, ir.RuleRef{Name: t.Value, Span: t.Whole})
	}
	out.GroupBy = values(f.GroupBy)
	for _, a := range f.Aliases {
		alias := ir.Alias{Name: a.Key.Value, Span: a.Key.Whole}
		for _, e := range a.Value {
			alias.Fields = append(alias.Fields, ir.AliasField{Rule: e.Key.Value, Field: e.Value.Value, Span: e.Value.Whole})
		}
		out.Aliases = append(out.Aliases, alias)
	}
	if f.Condition != nil {
		out.Fields = values(f.Condition.Field)
		for _, b := range f.Condition.Bounds() {
			op, _ := ir.ParseBoundOp(b.Op)
			out.Having = append(out.Having, ir.Bound{Op: op, Value: b.Value.V, Span: b.Value.Span})
		}
	}
	out.Within = window(r, kind)
	c.checkRules(r, kind)
	checkBounds(r, out)
	c.checkRunbook(r)
	countCases(r)
	if whole {
		check := &correlationCheck{r, out}
		check.aliases()
		check.groups()
		check.values()
		check.sources()
		check.refs()
	}
	out.Generate = generates(r)
	if out.Meta = meta(r); whole && !l.HasErrors() {
		r.Correlation.IR = out
	}
}

// window reads the timespan and holds it to what can be kept.
func window(r *Rule, kind ir.CorrelationKind) time.Duration {
	t := r.Stub.Correlation.Within
	within, err := form.Duration(t.Value)
	if err != nil {
		return 0 // which was said when the stub was read
	}
	most, what := maxWindow, "a window is at most 30 days"
	if kind == ir.FirstSeen {
		most, what = maxHistory, "a history is at most 90 days"
	}
	if within > most {
		r.Findings.Add(diag.BadWindow, t.Whole, "%s, not %s", what, t.Value).WithHelp("say what is to be seen within less")
	}
	return within
}

// checkRules counts the rules, and finds one that is named twice.
func (c *correlator) checkRules(r *Rule, kind ir.CorrelationKind) {
	refs, l := r.Stub.Correlation.Rules, &r.Findings
	first := map[string]text{}
	for _, t := range refs {
		if at, twice := first[t.Value]; twice {
			l.Add(diag.RuleCount, t.Whole, "%q is named twice; the same rule twice is two stubs", t.Value).WithNote(at.Whole, "here first").
				WithHelp("write a second stub that sees the other event, or count with event_count")
			return
		}
		first[t.Value] = t
	}
	at := r.Stub.Correlation.Type.Whole
	switch n := len(refs); {
	case n == 0:
		l.Add(diag.RuleCount, at, "the correlation names no rule").WithHelp("rules: [name, …]")
	case n < 2 && (kind == ir.Temporal || kind == ir.TemporalOrdered):
		l.Add(diag.RuleCount, at, "a %s correlation takes two rules or more, not one", kind).WithHelp("event_count counts the events of one rule")
	case n > 2 && kind == ir.Absence:
		l.Add(diag.RuleCount, at, "absence takes one rule, or two: what is waited after, and what for; not %d", n).WithHelp("write a correlation for each")
	}
}

// generates says whether the emitted rules alert by themselves: as the stub says, else where one of them alerts.
func generates(r *Rule) bool {
	if g := r.Stub.Correlation.Generate; g.Set {
		return g.V
	}
	return slices.ContainsFunc(r.Correlation.Parts, func(p *Rule) bool { return !p.Alert.Off })
}

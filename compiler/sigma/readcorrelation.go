package sigma

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// correlationKeys are those below `correlation` (Sigma specification 2.1, "Sigma Correlation Rules"). `generate` stands
// at the top in the schema, and here in the reference implementation: both are read.
var correlationKeys = []string{"type", "rules", "aliases", "group-by", "timespan", "condition", "generate"}

// correlation reads what stands below `correlation`.
func (r *reader) correlation(n *source.Node) {
	d := r.doc
	if n.Kind != source.Mapping {
		r.fail(diag.SigmaCorrelation, n.Span, "a correlation is a mapping, not %s", n.What()).WithHelp("write type: …, rules: […] and timespan: …")
		return
	}
	r.unique(n, "the key")
	c := &ir.Correlation{Name: d.Name.Value, ID: d.ID.Value, Span: d.Span, Meta: d.meta()}
	if c.Name == "" {
		c.Name = d.ID.Value
	}
	for _, p := range n.Pairs {
		if key := p.Key.Text.Value; !slices.Contains(correlationKeys, key) {
			r.fail(diag.SigmaCorrelation, p.Key.Span, "a correlation has no key %q", key).
				WithHelp("its keys are %s", strings.Join(correlationKeys, ", ")).WithGuess(p.Key.Span, key, correlationKeys)
		}
	}
	typed := r.correlationType(c, n)
	r.correlationRules(c, n)
	for _, t := range r.names(n.Get("group-by"), "group-by") {
		c.GroupBy = append(c.GroupBy, t.Value)
	}
	r.aliases(c, n.Get("aliases"))
	r.timespan(c, n)
	if typed { // else it can't be told what the condition is about
		r.having(c, n.Get("condition"))
	}
	for _, g := range []*source.Node{n.Get("generate"), d.Node.Get("generate")} {
		if g.IsNull() {
			continue
		}
		if g.Type != source.Bool {
			r.fail(diag.SigmaCorrelation, g.Span, "generate is true or false, not %s", g.What()).WithHelp("write true or false, without quotes")
		}
		c.Generate = c.Generate || strings.EqualFold(g.Text.Value, "true")
	}
	d.Correlation = c
}

func (r *reader) correlationType(c *ir.Correlation, n *source.Node) bool {
	kind := n.Get("type")
	if kind.IsNull() {
		r.fail(diag.SigmaCorrelation, n.Span, "the correlation has no type").WithHelp("write type: event_count, or another of Sigma's types")
		return false
	}
	k, ok := ir.ParseCorrelationKind(kind.Text.Value)
	if !ok || !k.InSigma() {
		var names []string
		for k := ir.EventCount; k.InSigma(); k++ {
			names = append(names, k.String())
		}
		r.fail(diag.SigmaCorrelation, kind.Span, "there is no correlation of type %q", kind.Text.Value).
			WithHelp("the types are %s", strings.Join(names, ", ")).WithGuess(kind.Span, kind.Text.Value, names)
		return false
	}
	c.Kind = k
	return true
}

func (r *reader) correlationRules(c *ir.Correlation, n *source.Node) {
	rules := n.Get("rules")
	if rules.IsNull() || rules.Kind == source.Sequence && len(rules.Items) == 0 {
		r.fail(diag.SigmaCorrelation, n.Span, "the correlation names no rules").WithHelp("write rules: […] with their names or ids")
		return
	}
	for _, t := range r.names(rules, "rules") {
		if slices.ContainsFunc(c.Rules, func(o ir.RuleRef) bool { return o.Name == t.Value }) {
			r.fail(diag.SigmaTwice, t.Whole, "the rule %q stands twice", t.Value).WithHelp("give the second one a name of its own, in a copy of the rule")
			continue
		}
		c.Rules = append(c.Rules, ir.RuleRef{Name: t.Value, Span: t.Whole})
	}
}

// names reads a text or a list of them.
func (r *reader) names(n *source.Node, key string) []source.Text {
	if n.IsNull() {
		return nil
	}
	out := textsOf(n)
	if n.Kind == source.Mapping || n.Kind == source.Sequence && len(out) != len(n.Items) {
		r.fail(diag.SigmaCorrelation, n.Span, "%s is a list of names", key).WithHelp("write [a, b]")
	}
	for _, t := range out {
		if t.Value == "" {
			r.fail(diag.SigmaCorrelation, t.Whole, "a name in %s is empty", key).WithHelp("write it, or take it out")
		}
	}
	return out
}

func (r *reader) aliases(c *ir.Correlation, n *source.Node) {
	if n.IsNull() {
		return
	}
	if n.Kind != source.Mapping {
		r.fail(diag.SigmaCorrelation, n.Span, "aliases is a mapping, not %s", n.What()).WithHelp("write name: {rule: field, another_rule: field}")
		return
	}
	r.unique(n, "the alias")
	for _, p := range n.Pairs {
		a := ir.Alias{Name: p.Key.Text.Value, Span: p.Key.Span}
		r.unique(p.Value, "the rule")
		if p.Value.Kind != source.Mapping || len(p.Value.Pairs) == 0 {
			r.fail(diag.SigmaCorrelation, p.Value.Span, "an alias is a mapping of rules to fields, not %s", p.Value.What()).WithHelp("write {rule: field, another_rule: field}")
			continue
		}
		for _, f := range p.Value.Pairs {
			if f.Value.Kind != source.Scalar || f.Value.IsNull() || f.Value.Text.Value == "" {
				r.fail(diag.SigmaCorrelation, f.Value.Span, "an alias stands for a field's name, not for %s", f.Value.What()).WithHelp("write the field's name")
				continue
			}
			a.Fields = append(a.Fields, ir.AliasField{Rule: f.Key.Text.Value, Field: f.Value.Text.Value, Span: f.Value.Span})
		}
		c.Aliases = append(c.Aliases, a)
	}
}

func (r *reader) timespan(c *ir.Correlation, n *source.Node) {
	t := n.Get("timespan")
	if t.IsNull() {
		r.fail(diag.SigmaTimespan, n.Span, "the correlation has no timespan").WithHelp("write timespan: 1h")
		return
	}
	d, ok := ParseTimespan(textOf(t))
	if !ok {
		r.fail(diag.SigmaTimespan, t.Span, "%q is no timespan", textOf(t)).
			WithHelp("write a whole number and one of s, m (minutes), h, d, w, M (months), y: 90m")
		return
	}
	c.Within = d
}

// ParseTimespan reads a Sigma timespan: a whole number and a unit. The specification has s, m, h and d; the reference
// implementation, pySigma, reads w, M and y as well: a week of seven days, a twelfth of the mean year, and the mean year
// of 365.2425 days. More than some 290 years is none.
func ParseTimespan(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	var unit time.Duration
	switch s[len(s)-1] {
	case 's':
		unit = time.Second
	case 'm':
		unit = time.Minute
	case 'h':
		unit = time.Hour
	case 'd':
		unit = 24 * time.Hour
	case 'w':
		unit = 7 * 24 * time.Hour
	case 'M':
		unit = 2_629_746 * time.Second
	case 'y':
		unit = 31_556_952 * time.Second
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 63)
	if err != nil || unit == 0 || n == 0 || n > uint64(math.MaxInt64/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// having reads the condition of a correlation: bounds of a number, and what the number is of.
func (r *reader) having(c *ir.Correlation, n *source.Node) {
	temporal := c.Kind == ir.Temporal || c.Kind == ir.TemporalOrdered
	switch {
	case n.IsNull():
		if !temporal {
			r.fail(diag.SigmaBoundForm, c.Span, "a correlation of type %s has a condition", c.Kind).WithHelp("write condition: {gte: 10}")
		}
		return
	case n.Kind == source.Scalar && temporal:
		r.fail(diag.SigmaExpression, n.Span, "an expression over the rules can't be carried over").
			WithHelp("leave it out where all rules must fire; ask for one of several, or for none, in correlations of their own")
		return
	case n.Kind != source.Mapping:
		r.fail(diag.SigmaBoundForm, n.Span, "the condition of a correlation is a mapping, not %s", n.What()).WithHelp("write condition: {gte: 10}")
		return
	}
	r.unique(n, "the key")
	before := len(*r.diags)
	for _, p := range n.Pairs {
		r.bound(c, p)
	}
	switch {
	case len(*r.diags) > before: // what is missing is likely what was mistyped
	case len(c.Having) == 0 && !temporal:
		r.fail(diag.SigmaBoundForm, n.Span, "the condition has no number").WithHelp("write gte: 10, or another of gt, lt, lte, eq, neq")
	case c.Kind.OfValues() && len(c.Fields) == 0:
		r.fail(diag.SigmaBoundForm, n.Span, "a correlation of type %s counts the values of a field, and the condition names none", c.Kind).
			WithHelp("write field: …")
	case c.Kind == ir.ValuePercentile && n.Get("percentile").IsNull():
		r.fail(diag.SigmaBoundForm, n.Span, "which percentile?").WithHelp("write percentile: 95 beside the field")
	}
}

// bound reads one entry of a correlation's condition.
func (r *reader) bound(c *ir.Correlation, p source.Pair) {
	key := p.Key.Text.Value
	switch key {
	case "field":
		for _, t := range r.names(p.Value, "field") {
			c.Fields = append(c.Fields, t.Value)
		}
		if !c.Kind.OfValues() {
			r.fail(diag.SigmaBoundForm, p.Key.Span, "a correlation of type %s doesn't look at values", c.Kind).WithHelp("take the field out, or write a type of values: value_count")
		}
		return
	case "percentile":
		v, ok := amount(p.Value)
		if c.Kind != ir.ValuePercentile || !ok || v <= 0 || v > 100 {
			r.fail(diag.SigmaBoundForm, p.Value.Span, "a percentile is a number over 0 and up to 100, of a value_percentile").WithHelp("write percentile: 95")
		}
		c.Percentile = v
		return
	}
	op, ok := ir.ParseBoundOp(key)
	if !ok {
		known := []string{"gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"}
		r.fail(diag.SigmaBoundForm, p.Key.Span, "the condition of a correlation has no %q", key).
			WithHelp("it has %s", strings.Join(known, ", ")).WithGuess(p.Key.Span, key, known)
		return
	}
	v, ok := amount(p.Value)
	if !ok {
		r.fail(diag.SigmaBoundForm, p.Value.Span, "%s is followed by a number, not by %s", key, p.Value.What()).WithHelp("write %s: 10", key)
		return
	}
	c.Having = append(c.Having, ir.Bound{Op: op, Value: v, Span: p.Value.Span})
}

// amount is a finite number.
func amount(n *source.Node) (float64, bool) {
	if n.Kind != source.Scalar {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Text.Value, 64)
	return v, err == nil && v-v == 0
}

// meta is what a document says of itself, as the IR keeps it. Tactic and techniques are for who knows ATT&CK.
func (d *Document) meta() ir.Meta {
	return ir.Meta{
		Title: d.Title.Value, Description: d.Description.Value, Status: d.Status.Value, Level: d.Level.Value, Author: d.Author.Value,
		Date: d.Date.Value, Modified: d.Modified.Value, References: valuesOf(d.References), FalsePositives: valuesOf(d.FalsePositives),
		Fields: valuesOf(d.Fields),
	}
}

func valuesOf(list []source.Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out
}

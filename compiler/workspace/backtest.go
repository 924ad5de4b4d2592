package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"detc/compiler/backtest"
	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Measurable are the rules as a back-test takes them; those that the site has disabled are left out. The pass `test`
// must have run: it is what gives rules their digests.
func (w *Workspace) Measurable() []backtest.Rule {
	var out []backtest.Rule
	for _, r := range w.Rules {
		if r.State == Disabled {
			continue
		}
		x := backtest.Rule{Name: r.Name.Value, Title: r.Title.Value, Level: r.Level.Value, Block: r.Alert.Off, Shadow: r.State == Shadow,
			By: values(r.Alert.Suppress.By), Fields: values(r.Alert.Fields), Budget: r.Alert.Budget.Value,
			File: r.Name.Whole.File.Name, Line: r.Name.Whole.Position().Line}
		x.For, _ = form.Duration(r.Alert.Suppress.For.Value) // one that can't be read is the stub's finding
		if !r.Findings.HasErrors() {
			x.Digest = r.Standing.Rule
		}
		switch {
		case r.Correlation != nil:
			if x.Correlation = r.Correlation.IR; x.Correlation == nil {
				x.Digest, x.Correlation = "", &ir.Correlation{Name: x.Name}
			}
			for _, p := range r.below() {
				x.Parts = append(x.Parts, p.Name.Value)
			}
		case r.IR != nil:
			x.Schema = r.Schema
			for _, e := range r.Emitted {
				if e.Bound != nil {
					x.On = append(x.On, e.Bound)
				}
			}
			for _, l := range r.Levels {
				x.Levels = append(x.Levels, backtest.Level{Name: l.Name, Where: l.Where})
			}
			x.Filters = w.leftOut(r)
		}
		out = append(out, x)
	}
	return out
}

// leftOut are the filters on a rule, as far as a build writes them.
func (w *Workspace) leftOut(r *Rule) (out []backtest.Filter) {
	for _, f := range w.FiltersOn(r) {
		x := backtest.Filter{Name: f.Name.Value, On: map[*bind.Source]ir.Expr{}}
		for _, e := range f.Emitted {
			if e.Bound != nil && f.Written(e) {
				x.On[e.Source] = e.Bound.Where
			}
		}
		out = append(out, x)
	}
	return out
}

// Supplied are the site's tables, for who judges records by them, and their digests.
func (w *Workspace) Supplied() (eval.Tables, bind.Contents, []backtest.TableReport) {
	lists, rows := w.held()
	var names []string
	for name := range w.content {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []backtest.TableReport{}
	for _, name := range names {
		out = append(out, backtest.TableReport{Name: name, Digest: "sha256:" + tableDigest(w.content[name])})
	}
	return lists, rows, out
}

// tableDigest names what a table holds. Windows that come again have no last occurrence: of them it is their text.
func tableDigest(c *context.Content) string {
	if c.Table.Shape != context.Intervals {
		return strings.TrimPrefix(c.Export(0, 0).Digest, "sha256:")
	}
	sum := sha256.Sum256([]byte(c.Span.File.Text))
	return hex.EncodeToString(sum[:])
}

// NameOf is where a rule's name stands; nowhere for one that isn't there.
func (w *Workspace) NameOf(rule string) source.Span {
	if r := w.Rule(rule); r != nil {
		return r.Name.Whole
	}
	return source.Span{}
}

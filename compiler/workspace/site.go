package workspace

import (
	"path"
	"slices"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
)

// A State is whether a site has a rule.
type State string

const (
	Enabled  State = ""
	Shadow   State = "shadow"   // written, and marked: nobody is to be alerted
	Disabled State = "disabled" // compiled and tested, and not written
)

// A Site is what one site has beside the library.
type Site struct {
	Name, Title string
	States      map[string]State // of rules, by name; those that are enabled are not in it
}

// Content is what a context table holds at the site; nil where nobody keeps it.
func (w *Workspace) Content(table string) *context.Content { return w.content[table] }

// readContents reads what the tables hold: what came with the mappings, and the site's over it.
func (w *Workspace) readContents() error {
	w.content = map[string]*context.Content{}
	of := map[string]int{}
	for _, c := range w.loaded.of(contentFile) {
		read := context.ReadFile(c.file, w.Tables, &w.Findings)
		if read == nil {
			continue
		}
		name := read.Table.Name
		before := w.content[name]
		if before != nil && of[name] == c.root {
			w.Findings.Add(diag.DuplicateID, read.Span, "a second content of %s", name).WithNote(before.Span, "here first").
				WithHelp("put the entries into one file")
			continue
		}
		if why := read.Spoiled(w.opts.Today); why != "" {
			w.Findings.Add(diag.ContentSpoilt, read.Span, "%s may not be relied on: %s", name, why).WithHelp("bring the entries up to date, then valid_until")
		}
		of[name], w.content[name] = c.root, before.Over(read, &w.Findings)
	}
	return nil
}

// readSite reads the site's own file.
func (w *Workspace) readSite() error {
	if w.opts.Site == nil {
		return nil
	}
	w.Site = &Site{Name: path.Base(w.opts.Site.Name), States: map[string]State{}}
	for _, c := range w.loaded.of(siteFile) {
		var in context.SiteForm
		if !form.File(c.file, &in, "a site", &w.Findings) {
			continue
		}
		w.Site.Title = in.Title.Value
		for _, e := range in.Rules {
			r := w.Rule(e.Key.Value)
			switch {
			case r == nil && slices.Contains(w.ruleNames(), e.Key.Value): // lent, and not built here
			case r == nil:
				w.Findings.Add(diag.SiteUnknown, e.Key.Whole, "there is no rule %q", e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, w.ruleNames())
			case e.Value.Value == string(Shadow), e.Value.Value == string(Disabled):
				r.State = State(e.Value.Value)
				w.Site.States[r.Name.Value] = r.State
			}
		}
	}
	return nil
}

// off is the first of a rule and those that it rests on that the site has disabled; nil where there is none.
func (r *Rule) off() *Rule {
	for _, p := range append([]*Rule{r}, r.below()...) {
		if p.State == Disabled {
			return p
		}
	}
	return nil
}

// held are the site's own tables, for who judges an event by them.
func (w *Workspace) held() (eval.Tables, bind.Contents) {
	lists, rows := eval.Tables{}, bind.Contents{}
	for name, c := range w.content {
		if c.Table.Shape == context.List {
			lists[name] = append([]ir.Value{}, c.Values...)
		} else {
			rows[name] = c
		}
	}
	return lists, rows
}

// Asked are the context tables that the written rules ask for or are looked up in, by name, with their versions.
func (w *Workspace) Asked() map[string]int {
	out := map[string]int{}
	add := func(r *Rule, exprs ...ir.Expr) {
		for _, e := range exprs {
			for _, t := range ir.Tables(e) {
				out[t.Name] = t.Version
			}
		}
		for _, f := range bind.Lookups(r.Schema, exprs...) {
			out[f.Lookup.Table] = f.Lookup.Version
		}
	}
	for _, r := range w.Rules {
		if r.IR != nil && len(r.EmittedOn()) > 0 {
			exprs := []ir.Expr{r.IR.Where}
			for _, e := range r.Levels {
				exprs = append(exprs, e.Where)
			}
			add(r, exprs...)
		}
	}
	for _, f := range w.Filters {
		if f.Exclude != nil && len(f.Emitted) > 0 {
			add(&Rule{Schema: f.Schema}, f.Exclude)
		}
	}
	return out
}

package workspace

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"detc/compiler/brief"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/lint"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// compile makes an IR rule of every stub that has no errors.
func (w *Workspace) compile() error {
	w.addTaxonomies()
	for _, s := range w.Schemas {
		fields := make([]condition.Field, len(s.Fields))
		for i, f := range s.Fields {
			fields[i] = condition.Field{Field: f.Field, Any: f.Any, Enum: f.Enum}
		}
		w.scopes[s.ID] = condition.NewScope("telemetry "+s.ID, fields, w.askable(s))
		w.checkServes(s)
	}
	return w.each(w.compileRule)
}

// checkServes holds the items that a schema says it serves against the briefs that are there.
func (w *Workspace) checkServes(s *telemetry.Schema) {
	for _, item := range s.Serves {
		w.checkItem(item, brief.Telemetry, &w.Findings)
	}
}

// checkItem says where an item is none of its brief's, or of a kind that doesn't belong here.
func (w *Workspace) checkItem(item text, want brief.Kind, l *diag.List) {
	tactic, _, _ := strings.Cut(item.Value, "/")
	t := w.Tactic(tactic)
	if t == nil || t.Brief == nil {
		return // without the brief there is nothing to hold it against
	}
	if w.users(t.Brief.File) && !w.users(item.Whole.File) {
		return // the library answers what its own brief asks; a page of the user's may ask less
	}
	var ids []string
	for _, k := range t.Matching.Links {
		if k.ID() == item.Value && (k.Item == nil || k.Item.Kind == want) {
			return // an item that is gone from the page is the page's finding, and no fault of who answered it
		}
		if k.Item != nil && k.Item.Kind == want {
			ids = append(ids, k.ID())
		}
	}
	if len(ids) == 0 {
		return // the whole section is missing, which was said
	}
	l.Add(diag.UnknownItem, item.Whole, "%s has no %s item %s", t.Brief.File.Name, want, item.Value).WithGuess(item.Whole, item.Value, ids)
}

// users says that a file is the user's, and not part of the library.
func (w *Workspace) users(f *source.File) bool {
	return w.writable[f] || slices.Contains(w.opts.Briefs, f)
}

func (w *Workspace) compileRule(r *Rule) {
	l := &r.Findings
	r.Tags, r.brought = w.tags(r), w.imported(r)
	for _, c := range r.Covers {
		if tactic, _, _ := strings.Cut(c.Value, "/"); r.Tags.Tactic.ID != "" && tactic != r.Tags.Tactic.ID {
			l.Add(diag.ItemOfOther, c.Whole, "%s is no item of %s, which the rule is tagged with", c.Value, r.Tags.Tactic.ID)
			continue
		}
		w.checkItem(c, brief.Direction, l)
	}
	if r.IsCorrelation() {
		r.Correlation = &Correlation{}
		return // the rest has to wait for the rules that it names
	}
	r.Schema = w.schemas[r.Telemetry.Value]
	if r.Schema == nil {
		if !r.Telemetry.IsZero() {
			l.Add(diag.UnknownTelemetry, r.Telemetry.Whole, "no schema defines telemetry %q", r.Telemetry.Value).
				WithGuess(r.Telemetry.Whole, r.Telemetry.Value, w.schemaIDs())
		}
		return
	}
	w.checkRefs(r)
	where, lets := w.compileCondition(r)
	levels := w.compileLevels(r, lets)
	if where == nil || l.HasErrors() {
		return
	}
	r.CEL = w.elaborate(r)
	r.IR = &ir.Rule{Name: r.Name.Value, ID: r.ID.Value, Telemetry: r.Schema.ID, Where: where, Meta: meta(r)}
	r.IR.Meta.Levels = levels
}

// compileCondition compiles the lets, each by itself, then the condition with them.
func (w *Workspace) compileCondition(r *Rule) (ir.Expr, []condition.Let) {
	scope, l := w.scopes[r.Schema.ID], &r.Findings
	var lets []condition.Let
	r.lets = make([]lint.Let, len(r.Let))
	for i, e := range r.Let {
		let := condition.Let{Name: e.Key.Value}
		r.lets[i] = lint.Let{Name: e.Key, Text: e.Value}
		if e.Value.IsZero() {
			lets = append(lets, let) // that it has no text was said when the stub was read
			continue
		}
		if scope.CheckLet(e.Key, lets, l) {
			if expr, ok := scope.Compile(e.Value, lets, l); ok {
				let.Expr = ir.Normalize(expr)
				r.lets[i].Expr = expr
			}
		}
		lets = append(lets, let)
	}
	if r.Condition.IsZero() {
		return nil, lets
	}
	expr, ok := scope.Compile(r.Condition, lets, l)
	if !ok {
		return nil, lets
	}
	r.written = expr
	where := ir.Normalize(expr)
	if c, ok := where.(*ir.Const); ok {
		l.Add(diag.ConstantRule, r.Condition.Whole, "the condition is %t whatever the event", c.Value)
		return nil, lets
	}
	return where, lets
}

// elaborate is left for later: only who asks for cel-go's opinion pays for a second reading of the texts.
func (w *Workspace) elaborate(r *Rule) Elaborate {
	return sync.OnceValues(func() (*condition.Program, error) {
		lets := make([]condition.LetText, len(r.Let))
		for i, e := range r.Let {
			lets[i] = condition.LetText{Name: e.Key.Value, Text: e.Value}
		}
		return w.scopes[r.Schema.ID].Elaborate(r.Condition, lets)
	})
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// checkRefs looks up everything else that a stub names.
func (w *Workspace) checkRefs(r *Rule) {
	l := &r.Findings
	ref := func(t text, what string, known []string) {
		if !slices.Contains(known, t.Value) {
			l.Add(diag.UnknownRef, t.Whole, "%s has no %s %q", r.Schema.ID, what, t.Value).WithGuess(t.Whole, t.Value, known)
		}
	}
	fields := r.Schema.Names()
	var sources []string
	for _, s := range r.Schema.Sources {
		sources = append(sources, s.ID)
	}
	for _, t := range slices.Concat(r.Sources, r.Degrade) {
		ref(t, "source", sources)
	}
	for _, t := range slices.Concat(r.Alert.Fields, r.Alert.Suppress.By) {
		ref(t, "field", fields)
	}
	for _, at := range placeholder.FindAllStringSubmatchIndex(r.Alert.Summary.Value, -1) {
		name := r.Alert.Summary.Value[at[2]:at[3]]
		ref(text{Value: name, Whole: r.Alert.Summary.Span(at[2], at[3])}, "field", fields)
	}
	for _, c := range r.Tests.Cases {
		if !c.Source.IsZero() {
			ref(c.Source, "source", sources)
		}
	}
	w.checkRunbook(r)
	countCases(r)
}

func (w *Workspace) checkRunbook(r *Rule) {
	if _, known := w.runbooks[r.Runbook.Value]; !known && !r.Runbook.IsZero() {
		t := r.Runbook
		r.Findings.Add(diag.UnknownRef, t.Whole, "there is no runbook %q", t.Value).WithGuess(t.Whole, t.Value, w.runbookNames())
	}
}

func countCases(r *Rule) {
	positive, negative := 0, 0
	for _, c := range r.Tests.Cases {
		if c.Positive() {
			positive++
		} else {
			negative++
		}
	}
	if positive < 1 || negative < 2 {
		r.Findings.Add(diag.FewCases, r.Name.Whole, "the rule has %d positive and %d negative cases", positive, negative).
			WithHelp("show a match, and two events like it that must stay silent")
	}
}

func (w *Workspace) runbookNames() []string {
	var names []string
	for n := range w.runbooks {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func meta(r *Rule) ir.Meta {
	m := ir.Meta{
		Title: r.Title.Value, Description: strings.TrimSpace(r.Description.Value), Status: r.Status.Value, Level: r.Level.Value,
		Author: r.Author.Value, Date: r.Date.Value, Modified: r.Modified.Value,
		References: values(r.References), FalsePositives: values(r.FalsePositives), Fields: values(r.Alert.Fields),
		Tactic: r.Tags.Tactic.ID, Domain: r.Tags.Tactic.Domain, Imported: r.brought,
	}
	for _, t := range r.Tags.Techniques {
		m.Techniques = append(m.Techniques, t.ID)
	}
	m.Items = itemsOf(r)
	return m
}

// itemsOf are the items that a rule answers: its telemetry's, as far as they are of its tactic, and those it covers. A
// correlation has no telemetry of its own.
func itemsOf(r *Rule) []string {
	all := r.Covers
	if r.Schema != nil {
		all = slices.Concat(r.Schema.Serves, r.Covers)
	}
	var out []string
	for _, t := range all {
		if strings.HasPrefix(t.Value, r.Tags.Tactic.ID+"/") {
			out = append(out, t.Value)
		}
	}
	return out
}

func values(texts []source.Text) []string {
	var out []string
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

// readBriefs reads each tactic's page and its items. A page given by the caller stands in for the rules' own.
func (w *Workspace) readBriefs() error {
	locks := map[string]*brief.Items{}
	for _, c := range w.loaded.of(itemsFile) {
		if items := brief.LoadItems(c.file, &w.Findings); items != nil {
			locks[items.Tactic] = items
		}
	}
	pages := map[string]*brief.Brief{}
	for _, c := range w.loaded.of(briefFile) {
		if b := brief.Read(c.file, w.Attack, &w.Findings); b.Tactic.ID != "" {
			pages[b.Tactic.ID] = b
		}
	}
	given := map[string]*brief.Brief{}
	for _, f := range w.opts.Briefs {
		b := brief.Read(f, w.Attack, &w.Findings)
		if first := given[b.Tactic.ID]; first != nil && b.Tactic.ID != "" {
			w.Findings.Add(diag.DuplicateID, span{File: f}, "a second page of %s", b.Tactic.ID).WithNote(span{File: first.File}, "the first one")
		}
		given[b.Tactic.ID] = b
		w.Files = append(w.Files, f)
	}
	for id, b := range given {
		if own := pages[id]; own != nil && id != "" {
			pages[id] = b
			w.addTactic(b, locks[id], own)
		} else if id != "" {
			pages[id] = b
			w.addTactic(b, locks[id])
		}
	}
	for id, b := range pages {
		if given[id] == nil {
			w.addTactic(b, locks[id])
		}
	}
	slices.SortFunc(w.Tactics, func(a, b *Tactic) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

func (w *Workspace) addTactic(b *brief.Brief, items *brief.Items, known ...*brief.Brief) {
	t := &Tactic{Brief: b, Items: items, Matching: brief.Match(b, items, known...)}
	t.Tactic, _ = w.Attack.Tactic(b.Tactic.ID)
	t.ID = b.Tactic.ID
	t.Matching.Report(&w.Findings)
	w.Tactics = append(w.Tactics, t)
}

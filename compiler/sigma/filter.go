package sigma

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Filter is a Sigma filter as it is written (Sigma specification 2.1, "Sigma Filters"): its condition joins that of
// each rule it names by and. Its fields are the keys of the Sigma schema for filters; an empty one is left out.
type Filter struct {
	Title, ID   string
	Description string
	Date        string // YYYY-MM-DD
	Logsource   telemetry.Logsource
	Rules       []string // names or ids of emitted rules
	Detection   Detection
	Origin      FilterOrigin
}

// FilterOrigin is the block `detc` of a filter: what it was made of, who answers for it and until when.
type FilterOrigin struct {
	Filter, Source       string
	Owner, Ticket, Until string // Until is the last day, YYYY-MM-DD
	Context              []ir.Table
	Enriched             []Need
}

// A Lease is who answers for a filter, where it was allowed, and its last day (YYYY-MM-DD).
type Lease struct{ Owner, Ticket, Until string }

// EmitFilter makes a Sigma filter of what is to be left out: a bound condition (without the source's row filter, which
// stands in the rules). The filter is nil where a finding is an error: what Sigma can't say is refused by its clause,
// never left out.
func EmitFilter(exclude *bind.Bound, lease Lease, rules []string) (*Filter, diag.List) {
	var diags diag.List
	meta, src, span := &exclude.Rule.Meta, exclude.Source, exclude.Rule.Where.Where()
	oneType(exclude.Where, &diags)
	f := &Filter{
		Title: title(meta.Title, src.Title, span, &diags), ID: ruleID(exclude, span, &diags), Date: meta.Date,
		Description: strings.TrimSpace(meta.Description) + fmt.Sprintf("\n\nOwner: %s. Ticket: %s. Holds until %s.", lease.Owner, lease.Ticket, lease.Until),
		Logsource:   src.Logsource, Rules: distinct(rules),
		Origin: FilterOrigin{exclude.Rule.Name, src.ID, lease.Owner, lease.Ticket, lease.Until, ir.Tables(exclude.Where), enriched(src, exclude.Rule.Where)},
	}
	slices.SortFunc(f.Origin.Context, func(a, b ir.Table) int { return strings.Compare(a.Name, b.Name) })
	f.Detection, _ = detectNot(exclude.Where, &diags)
	if len(f.Rules) == 0 {
		diags.Add(diag.NoSigmaForm, span, "a Sigma filter names the rules that it is for, and there is none").WithHelp("name a rule of this log")
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return f, diags
}

// detectNot writes the opposite of an expression. Who applies a filter to a rule puts the selections of both side by side
// and gives the filter's other names, by a search in its condition's text (pySigma): so there are no patterns in it,
// which could then mean the rule's selections, and no name is a part of another. The first is `selection`, which
// Sigma's schema asks of a filter; it is the only one wherever one map or a list of maps can say all.
func detectNot(e ir.Expr, diags *diag.List) (d Detection, ok bool) {
	p := &planter{lowerer: lowerer{diags}}
	t := p.plant(anonymous(e))
	if t == nil || p.failed {
		return Detection{}, false
	}
	if maps, ok := t.maps(); ok {
		return Detection{Selections: []Selection{{Name: selectionRole, Maps: maps}}, Condition: "not " + selectionRole}, true
	}
	b := &builder{taken: names{"condition": true, "timeframe": true, "them": true, "rules": true}}
	root := b.root(t)
	called := map[string]string{}
	width := len(letters(len(b.selections), 1))
	for i := range b.selections {
		name := selectionRole
		if i > 0 {
			name = "part" + letters(i, width) // without an underscore, before which a pattern could end
		}
		called[b.selections[i].Name], b.selections[i].Name = name, name
	}
	root.rename(called)
	d.Selections = b.selections
	d.Condition = b.render(&term{kind: negated, kids: []*term{root}}, false)
	return d, true
}

// anonymous is an expression without its names: that a part has one must not keep it out of the one selection.
func anonymous(e ir.Expr) ir.Expr {
	switch e := e.(type) {
	case *ir.Named:
		return anonymous(e.Arg)
	case *ir.And:
		return &ir.And{Args: anonymousAll(e.Args), Span: e.Span}
	case *ir.Or:
		return &ir.Or{Args: anonymousAll(e.Args), Span: e.Span}
	case *ir.Not:
		return &ir.Not{Arg: anonymous(e.Arg), Span: e.Span}
	}
	return e
}

func anonymousAll(args []ir.Expr) []ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = anonymous(a)
	}
	return out
}

// letters is a number in base 26, of at least so many letters.
func letters(n, width int) string {
	var out []byte
	for ; n > 0 || len(out) < width; n /= 26 {
		out = append(out, byte('a'+n%26))
	}
	slices.Reverse(out)
	return string(out)
}

// rename gives the selections other names wherever the term has them.
func (t *term) rename(called map[string]string) {
	for i := range t.names {
		t.names[i] = called[t.names[i]]
	}
	for _, k := range t.kids {
		k.rename(called)
	}
}

// YAML is the filter's text. The same filter gives the same bytes.
func (f *Filter) YAML() []byte {
	w := &writer{}
	w.pair("title", plain(f.Title, false))
	w.optional("id", f.ID, bare(f.ID))
	w.optional("description", f.Description, block(f.Description, step))
	w.optional("date", f.Date, bare(f.Date))
	w.logsource(f.Logsource)
	w.line("filter:")
	w.names(step, "rules", f.Rules)
	w.selections(f.Detection)
	w.line("detc:")
	w.optional(step+"filter", f.Origin.Filter, plain(f.Origin.Filter, false))
	w.optional(step+"source", f.Origin.Source, plain(f.Origin.Source, false))
	w.optional(step+"owner", f.Origin.Owner, plain(f.Origin.Owner, false))
	w.optional(step+"ticket", f.Origin.Ticket, plain(f.Origin.Ticket, false))
	w.optional(step+"until", f.Origin.Until, bare(f.Origin.Until))
	w.tables(f.Origin.Context)
	w.needs(f.Origin.Enriched)
	return []byte(w.String())
}

// AsRule is a rule that is true where the filter lets an event through, for who reads or runs rules alone: a rule and
// its filters together are true where all of them are.
func (f *Filter) AsRule() *Rule {
	return &Rule{Title: f.Title, ID: f.ID, Logsource: f.Logsource, Detection: f.Detection, Level: "informational",
		Origin: Origin{Source: f.Origin.Source, Context: f.Origin.Context}}
}

// VerifyFilter reads an emitted filter back and says where it differs: in what it lets through, which is the opposite of
// what it was made of, in the rules that it names, in its log. No difference is the proof that nothing was lost or added.
func VerifyFilter(exclude *bind.Bound, rules []string, text []byte) error {
	var l diag.List
	fields := func(telemetry.Logsource) func(string) ir.Field { return Fields(exclude.Where) }
	docs := ReadAll(source.NewFile(exclude.Rule.Name+".yml", string(text)), fields, &l)
	for _, d := range l {
		if d.Severity == diag.Error {
			return fmt.Errorf("the emitted filter can't be read back: %w", &source.Error{Span: d.Span, Message: d.Message})
		}
	}
	if len(docs) != 1 || docs[0].Kind != FilterDocument {
		return fmt.Errorf("the emitted filter, read back, is %d documents, or none of a filter", len(docs))
	}
	d := docs[0]
	if got := valuesOf(d.Filters); !slices.Equal(got, distinct(rules)) {
		return fmt.Errorf("the emitted filter is for %s, and should be for %s", strings.Join(got, ", "), strings.Join(rules, ", "))
	}
	if d.Logsource != exclude.Source.Logsource {
		return fmt.Errorf("the emitted filter is of the log %s, and should be of %s", d.Logsource, exclude.Source.Logsource)
	}
	return same(&ir.Not{Arg: exclude.Where}, d.Where)
}

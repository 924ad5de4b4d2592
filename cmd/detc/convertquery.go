package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"

	"detc/compiler/backend"
	"detc/compiler/backend/targets"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/output"
	"detc/compiler/query"
	"detc/compiler/report"
	"detc/compiler/sigma"
	"detc/compiler/store"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/mappings"
)

// A queryOut is a rule for a target as --format jsonl has it.
type queryOut struct {
	Path     string                `json:"path"`
	ID       string                `json:"id"`
	Title    string                `json:"title"`
	Target   string                `json:"target"`
	Store    string                `json:"store,omitempty"`
	Fidelity string                `json:"fidelity"`
	Queries  []string              `json:"queries"`
	Losses   []report.FidelityLoss `json:"losses,omitempty"`
	Findings json.RawMessage       `json:"findings"`
}

// A placedQuery is what one rule of a file became for one target.
type placedQuery struct {
	target    string
	index     int // of the document in its file
	id, title string
	query.Made
}

// A queryRun is one run of convert to targets that are asked queries.
type queryRun struct {
	*conversion
	exports []workspace.Export
	stores  [][]*store.Store
	names   *corpus.Names
	made    sync.Map // *corpus.File to []placedQuery
	counts  map[string]*[3]int
	out     *bufio.Writer // standard output: a call of the system a query would cost as much as the query
}

// queries converts what is below the paths, Sigma's and ours, to queries.
func (v *conversion) queries(paths []string, s *selection) error {
	exports, err := s.exports()
	if err != nil {
		return err
	}
	q := &queryRun{conversion: v, exports: exports, counts: map[string]*[3]int{}, out: bufio.NewWriterSize(v.app.out, 1<<16)}
	for _, x := range exports {
		q.counts[x.Target.Name()] = &[3]int{}
	}
	roots, err := sigmaRoots(paths)
	if err != nil {
		return err
	}
	tax, mapped := []telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}}, []store.Root{{FS: mappings.Files, Name: "mappings"}}
	if v.app.mappings != "" {
		root, err := rootOf(v.app.mappings)
		if err != nil {
			return err
		}
		fsys := os.DirFS(v.app.mappings)
		tax, mapped = append(tax, telemetry.TaxonomyRoot{FS: fsys, Name: root.Name}), append(mapped, store.Root{FS: fsys, Name: root.Name})
	}
	taxonomy, lib := telemetry.OpenTaxonomy(tax), store.Open(mapped, store.World{})
	if err := q.open(lib, s); err != nil {
		return err
	}
	q.names = corpus.NewNames(taxonomy)
	today, err := today()
	if err != nil {
		return err
	}
	defer func() {
		if v.stage != nil {
			v.stage.Close()
		}
	}()
	var failed error
	o := corpus.Options{Jobs: v.app.jobs, Fields: q.names.Fields, Today: today, Done: q.convert}
	corpus.Run(roots, o, func(f *corpus.File) bool {
		failed = q.take(f)
		return failed == nil && v.app.out.(*sink).err == nil
	})
	if failed == nil && v.ours {
		failed = q.stubs(paths)
	}
	if failed != nil {
		return failed
	}
	_ = q.out.Flush() // the sink below remembers what fails
	for _, told := range []interface {
		Findings() (diag.List, []error)
	}{taxonomy, lib} {
		found, trouble := told.Findings()
		v.app.take(&v.fold, found)
		v.app.trouble(trouble)
	}
	return q.finish(roots)
}

// open reads the stores that are asked for.
func (q *queryRun) open(lib *store.Library, s *selection) error {
	for _, x := range q.exports {
		var of []*store.Store
		for _, id := range x.Stores {
			at, ok := lib.Store(id)
			if !ok && len(s.stores) > 0 {
				return unknown("store", id, lib.StoreIDs())
			}
			if ok {
				of = append(of, at)
			}
		}
		if x.Model != "" {
			at, ok := lib.Model(x.Model)
			if !ok {
				return unknown("model", x.Model, lib.ModelIDs())
			}
			of = append(of, at)
		}
		q.stores = append(q.stores, of)
	}
	return nil
}

// convert makes the queries of a file's rules. It is called by several at once.
func (q *queryRun) convert(f *corpus.File) {
	var out []placedQuery
	for i, d := range f.Documents {
		if !corpus.Read(d) {
			continue
		}
		for j := range q.exports {
			p := placedQuery{target: q.exports[j].Target.Name(), index: i, id: d.ID.Value, title: d.Title.Value}
			switch d.Kind {
			case sigma.CorrelationDocument:
				q.correlation(f, d, j, &p)
			case sigma.FilterDocument:
				p.Findings.Add(diag.ClauseRefused, d.Span, "a filter is no query, and no rule here is narrowed by it").
					WithHelp("a build narrows the rules of stubs by a site's own filters: detc build --site NAME --target %s", p.target)
			default:
				p.Made = q.rule(d, j)
			}
			out = append(out, p)
		}
	}
	if out != nil {
		q.made.Store(f, out)
	}
}

func (q *queryRun) rule(d *sigma.Document, at int) query.Made {
	return query.Make(q.rawRule(d), q.stores[at], q.exports[at].Target, nil)
}

func (q *queryRun) rawRule(d *sigma.Document) *query.Rule {
	field := q.names.Fields(d.Logsource)
	name := d.Name.Value
	if name == "" {
		name = d.ID.Value
	}
	id := telemetry.TaxonomyID(d.Logsource)
	return &query.Rule{
		Name: name, ID: d.ID.Value, Where: d.Where, Source: id, Schema: id, Logsource: d.Logsource, Raw: field, Span: d.Span, Log: d.LogsourceSpan,
		Names: func() []ir.Field { return q.names.All(d.Logsource) },
		Meta:  ir.Meta{Title: d.Title.Value, Level: d.Level.Value, Status: d.Status.Value, Description: d.Description.Value},
	}
}

// correlation is a Sigma correlation over rules of the same file: what stands elsewhere isn't looked for.
func (q *queryRun) correlation(f *corpus.File, d *sigma.Document, at int, p *placedQuery) {
	c := d.Correlation
	target, can := q.exports[at].Target.(backend.Correlator)
	if !can {
		p.Findings.Add(diag.ClauseRefused, d.Span, "%s has no words for correlations", p.target)
		return
	}
	in := &backend.Correlation{Correlation: c}
	for _, ref := range c.Rules {
		of := named(f, ref.Name)
		switch {
		case of == nil:
			p.Findings.Add(diag.NotStored, ref.Span, "%s is no rule of this file", ref.Name).WithHelp("put the rules of a correlation into its file, one document each")
			return
		case of.Kind == sigma.CorrelationDocument:
			p.Findings.Add(diag.OverCorrelation, ref.Span, "%s is a correlation itself, and a query of %s looks at logs", ref.Name, p.target)
			return
		}
		made := q.rule(of, at)
		m, lacks := made.Member(c, ref.Name)
		if lacks != "" {
			p.Findings.Add(diag.NotStored, ref.Span, "%s", lacks)
			return
		}
		p.Store = made.Store
		in.Members = append(in.Members, m)
	}
	text, said := target.Correlate(in)
	p.Made.Query = text
	p.Findings.Append(said)
}

// named is the rule of a file that a correlation refers to, by name or id.
func named(f *corpus.File, name string) *sigma.Document {
	for _, d := range f.Documents {
		if corpus.Read(d) && (d.Name.Value == name || d.ID.Value == name) {
			return d
		}
	}
	return nil
}

// take is what becomes of one file.
func (q *queryRun) take(f *corpus.File) error {
	if f.Trouble != nil {
		q.app.trouble([]error{f.Trouble})
		return nil
	}
	q.ours = q.ours || f.Kind == corpus.Ours
	q.tally.Add(f)
	q.app.take(&q.fold, f.Findings)
	if f.Source == nil {
		return nil
	}
	if q.dir != "" {
		q.inputs[f.Name] = output.Digest([]byte(f.Source.Text))
	}
	made, _ := q.made.LoadAndDelete(f)
	if made == nil {
		return nil
	}
	base := strings.TrimSuffix(safePath(f.Path), path.Ext(f.Path))
	for _, p := range made.([]placedQuery) {
		name := base
		if len(f.Documents) > 1 {
			name = fmt.Sprintf("%s.%d", base, p.index+1)
		}
		if err := q.write(f.Name, name, p); err != nil {
			return err
		}
	}
	return nil
}

// write puts out one query, and counts it.
func (q *queryRun) write(from, name string, p placedQuery) error {
	fidelity := p.Fidelity()
	q.counts[p.target][fidelity]++
	if q.dir == "" || fidelity == backend.Refused {
		q.app.take(&q.fold, q.refusals(p))
	}
	if q.jsonl && q.dir == "" {
		return q.queryLine(from, p, fidelity)
	}
	if fidelity == backend.Refused {
		return nil
	}
	q.written++
	if q.dir != "" {
		name += "." + targets.Of(p.target).Extension
		if len(q.exports) > 1 {
			name = p.target + "/" + name
		}
		if before, twice := q.from[name]; twice {
			return fmt.Errorf("%s and %s would both be written as %s: convert them into folders of their own", before, from, name)
		}
		q.from[name] = from
		return q.put(name, []byte(p.Text+"\n"))
	}
	_, err := fmt.Fprintf(q.out, "%s\n\n", p.Text)
	return err
}

// refusals are the findings of a query as convert shows them: a rule that one target refuses is no fault of the rule.
func (q *queryRun) refusals(p placedQuery) diag.List {
	var out diag.List
	for _, d := range p.Findings {
		shown := *d
		shown.Severity = min(shown.Severity, diag.Warning)
		shown.Message = p.target + ": " + shown.Message
		out = append(out, &shown)
	}
	return out
}

func (q *queryRun) queryLine(from string, p placedQuery, fidelity backend.Fidelity) error {
	o := queryOut{Path: from, ID: p.id, Title: p.title, Target: p.target, Store: p.Store, Fidelity: fidelity.String(), Queries: []string{}}
	if fidelity != backend.Refused {
		o.Queries = append(o.Queries, p.Text)
		o.Losses = losses(p.Losses)
	}
	data, err := flatFindings(p.Findings)
	if err != nil {
		return err
	}
	o.Findings = data
	enc := json.NewEncoder(q.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(o)
}

// stubs converts what is ours among the paths.
func (q *queryRun) stubs(paths []string) error {
	w, err := q.app.openWith("export", func(o *workspace.Options) { o.Exports = q.exports }, paths...)
	if err != nil {
		return err
	}
	q.app.take(&q.fold, w.Findings)
	for _, in := range w.Files {
		q.inputs[in.Name] = output.Digest([]byte(in.Text))
	}
	for _, r := range w.Rules {
		if r.State == workspace.Disabled {
			continue
		}
		for i := range r.Queries {
			of := &r.Queries[i]
			p := placedQuery{target: of.Target, id: of.ID, title: r.Title.Value, Made: of.Made}
			if err := q.write(r.Span.File.Name, of.Name, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *queryRun) finish(roots []corpus.Root) error {
	defer func() {
		for _, x := range q.exports {
			c := q.counts[x.Target.Name()]
			fmt.Fprintf(q.app.err, "%s: %d exact, %d approximate, %d refused\n", x.Target.Name(), c[backend.Exact], c[backend.Approximate], c[backend.Refused])
		}
	}()
	return q.conversion.finish(roots)
}

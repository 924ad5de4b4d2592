// Package workspace is the façade of the compiler: it loads what people wrote, runs the passes in their one table, and
// holds what came out. Commands read it; they add no logic of their own.
package workspace

import (
	"io/fs"
	"runtime"

	"detc/compiler/attack"
	"detc/compiler/bind"
	"detc/compiler/brief"
	"detc/compiler/condition"
	"detc/compiler/context"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/ledger"
	"detc/compiler/lint"
	"detc/compiler/property"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
	"detc/compiler/visibility"
)

// A Root is a folder of content, and what to call it in messages.
type Root struct {
	FS        fs.FS
	Name      string
	Only      string // the one file of it that counts; all if empty
	Writable  bool   // its files can be mended in place: they are the user's
	Reference bool   // its stubs are not built: it lends its briefs, items and runbooks
}

// A SigmaFile is a file of a root that is written in Sigma.
type SigmaFile struct {
	Root Root
	Path string // below it
}

// Options say what a workspace is made of. Paths, the network and the clock play no part in what comes out; the one
// date is given.
type Options struct {
	Mappings []Root         // ATT&CK, telemetry, context; a later definition replaces an earlier one of the same id
	Rules    []Root         // stubs, briefs, items, runbooks
	Briefs   []*source.File // tactic pages that stand in for the rules' own
	Site     *Root          // a site's folder: content of context tables, filters, which rules it has; nil for none
	// Inventory, Visibility and Ledger stand in for the site's inventory.yaml, visibility.yaml and ledger.yaml.
	Inventory, Visibility, Ledger *source.File

	Thresholds coverage.Thresholds // what the gates ask for; a zero field is its default
	Targets    []string            // the languages that the site's rules must be exported to; one of Exports is enough where there are none
	Backtests  []Backtest          // what back-tests found, in place of the site's own

	Samples  fs.FS    // third-party records for the tests; nil where there are none
	Opinions bool     // ask the engines of others in the tests, too
	Mutants  bool     // hold the rules' mutants against the tests
	Exports  []Export // the targets that queries are made for
	Jobs     int      // how many run at once; 0 is one a processor
	Until    string   // the last pass to run; all if empty
	Today    string   // YYYY-MM-DD: suppressions end by it; empty where none ends
}

// A Workspace is everything that was read and made. Nothing in it changes once Open has returned.
type Workspace struct {
	Attack   *attack.Catalog
	Schemas  []*telemetry.Schema // by id
	Sources  []*bind.Source      // by id
	Tables   []*context.Table    // by name
	Tactics  []*Tactic           // by id
	Rules    []*Rule             // by name
	Filters  []*Filter           // by name
	Site     *Site               // nil where none was given
	Coverage *coverage.Report

	Ledger     *ledger.Ledger   // what the site's people accept, and who answers for what; nil where nobody says
	Visibility *visibility.Site // what the site has, and which of its logs arrive; nil where nobody says

	Findings diag.List      // sorted
	Files    []*source.File // all that was read, by name
	Trouble  []error        // what the machine could not do: files that could not be opened

	// SigmaFiles are the files of Sigma's among those of the roots, in their order. They are found, and not read: corpus
	// does that.
	SigmaFiles []SigmaFile

	opts       Options
	loaded     loaded
	content    map[string]*context.Content // by table
	runbooks   map[string]runbook
	writable   map[*source.File]bool
	schemas    map[string]*telemetry.Schema
	scopes     map[string]*condition.Scope
	sources    map[*telemetry.Source]*bind.Source
	taxonomy   *telemetry.Taxonomy
	stores     *store.Library               // of the exports; nil without any
	properties map[string]coverage.Property // by item
	bares      map[*telemetry.Schema][]property.Bare
	kept       []*evidence.Kept // a later one counts before an earlier one

	narrowed  map[*Rule][]*Filter // the filters that apply, by name
	lent      []*Rule             // rules that are not built, compiled for the filters that name them
	stubsLent []*stub.Stub        // all of those; nil until a filter asks
}

// A Tactic is a tactic with its brief and the lock of its items.
type Tactic struct {
	attack.Tactic
	Brief    *brief.Brief
	Items    *brief.Items // nil where nobody has reviewed the items yet
	Matching brief.Matching
}

// A Rule is a stub and all that was made of it.
type Rule struct {
	*stub.Stub
	Tags     attack.Tags
	Schema   *telemetry.Schema
	IR       *ir.Rule // nil where the stub has errors
	CEL      Elaborate
	Levels   []evidence.Level // of alert.level_when, the highest first
	Emitted  []Emission
	Queries  []Query // for the targets that were asked for, in their order
	Results  *evidence.Results
	Standing Standing
	State    State // at the site
	Findings diag.List

	Correlation *Correlation // of a stub that correlates others; IR and Emitted are nil then

	brought *ir.Imported
	written ir.Expr // the condition as it is written, not normalised; nil where it doesn't compile
	lets    []lint.Let
}

// Elaborate makes the condition that cel-go judges, once, when it is first asked for. It is nil where there is no IR.
type Elaborate func() (*condition.Program, error)

// An Emission is what became of a rule on one source of its telemetry.
type Emission struct {
	Source *bind.Source
	bind.Outcome
	Sigma    *sigma.Rule // nil where none is emitted
	YAML     []byte
	ReadBack error // why the emitted rule, read back, is not the bound one; nil where it is
}

// Path is where an emission is written, below the output folder.
func (e Emission) Path(r *Rule) string {
	return r.folder() + r.Name.Value + "." + e.Source.ID + ".yml"
}

// Open loads and runs. The error is the machine's (nothing could be read at all); all that is wrong with the content
// stands in Findings.
func Open(opts Options) (*Workspace, error) {
	if opts.Jobs <= 0 {
		opts.Jobs = runtime.GOMAXPROCS(0)
	}
	w := &Workspace{opts: opts, runbooks: map[string]runbook{}, writable: map[*source.File]bool{}, schemas: map[string]*telemetry.Schema{},
		scopes: map[string]*condition.Scope{}, sources: map[*telemetry.Source]*bind.Source{}, narrowed: map[*Rule][]*Filter{},
		bares: map[*telemetry.Schema][]property.Bare{}}
	for _, p := range Passes {
		if err := p.run(w); err != nil {
			return nil, err
		}
		if p.Name == opts.Until {
			break
		}
	}
	for _, r := range w.Rules {
		w.Findings.Append(r.Findings)
	}
	if w.taxonomy != nil {
		found, trouble := w.taxonomy.Findings()
		w.Findings.Append(found)
		w.Trouble = append(w.Trouble, trouble...)
	}
	w.Findings = diag.Suppress(w.Findings, w.Files, opts.Today, opts.Until == "")
	w.Findings.Sort()
	w.Findings = w.Findings.Unique()
	return w, nil
}

// Rule finds a rule by name or id.
func (w *Workspace) Rule(name string) *Rule {
	for _, r := range w.Rules {
		if r.Name.Value == name || r.ID.Value == name {
			return r
		}
	}
	return nil
}

// Schema finds a schema by id, also that of one of Sigma's log sources.
func (w *Workspace) Schema(id string) *telemetry.Schema {
	if s := w.schemas[id]; s != nil {
		return s
	}
	s, _ := w.taxonomy.ByID(id)
	return s
}

// Source finds a source by id. One of Sigma's log sources may have the id of a schema's source; the latter is found then.
func (w *Workspace) Source(id string) *bind.Source {
	var found *bind.Source
	for _, s := range w.Sources {
		if s.ID == id && (found == nil || found.Schema.Taxonomy) {
			found = s
		}
	}
	return found
}

// Tactic finds a tactic that has a brief or rules, by id.
func (w *Workspace) Tactic(id string) *Tactic {
	for _, t := range w.Tactics {
		if t.ID == id {
			return t
		}
	}
	return nil
}

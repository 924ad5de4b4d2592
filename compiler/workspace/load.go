package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"detc/compiler/attack"
	"detc/compiler/backtest"
	"detc/compiler/brief"
	"detc/compiler/bundle"
	"detc/compiler/context"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ledger"
	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
	"detc/compiler/visibility"
)

type (
	text    = source.Text
	span    = source.Span
	tableOf = context.Table
)

// What a file can be. A file's own keys say which, not its folder, so that a path on the command line means the same
// wherever it stands.
type kind string

const (
	stubFile      kind = "stub"
	defaultsFile  kind = "defaults"
	telemetryFile kind = "telemetry"
	contextFile   kind = "context"
	itemsFile     kind = "items"
	briefFile     kind = "brief"
	sigmaFile     kind = "sigma"
	filterFile    kind = "filter"
	contentFile   kind = "content"
	siteFile      kind = "site"
	storeFile     kind = "store"
	modelFile     kind = "model"

	inventoryFile  kind = "inventory"
	visibilityFile kind = "visibility"
	ledgerFile     kind = "ledger"
	deployedFile   kind = "deployed"
)

var forms = map[kind]reflect.Type{
	stubFile:      form.Type[stub.Form](),
	telemetryFile: form.Type[telemetry.Form](),
	contextFile:   form.Type[context.Form](),
	itemsFile:     form.Type[brief.ItemsFile](),
	filterFile:    form.Type[stub.FilterForm](),
	contentFile:   form.Type[context.ContentForm](),
	siteFile:      form.Type[context.SiteForm](),
	storeFile:     form.Type[store.Form](),
	modelFile:     form.Type[store.ModelForm](),

	inventoryFile:  form.Type[visibility.InventoryForm](),
	visibilityFile: form.Type[visibility.Form](),
	ledgerFile:     form.Type[ledger.Form](),
	deployedFile:   form.Type[bundle.DeployedForm](),
}

// Forms are the formats that people write, by name, for `detc schema`.
func Forms() map[string]reflect.Type {
	out := map[string]reflect.Type{"defaults": form.Type[stub.DefaultsForm](), "labels": form.Type[backtest.LabelsForm]()}
	for k, t := range forms {
		out[string(k)] = t
	}
	return out
}

// loaded is what the load pass found.
type loaded struct {
	mappings, rules []content
	site            []content
	lent            []content // stubs of the roots that are for reference only
}

type content struct {
	kind kind
	root int // which of the roots it is of
	dir  string
	file *source.File
}

// load reads every file of every root. A file that can't be read is a finding, or the machine's trouble; the others go on.
func (w *Workspace) load() error {
	var err error
	if w.loaded.mappings, err = w.loadRoots(w.opts.Mappings, telemetryFile); err != nil {
		return err
	}
	if w.loaded.rules, err = w.loadRoots(w.opts.Rules, stubFile); err != nil {
		return err
	}
	for i := range w.loaded.rules {
		w.loaded.rules[i].root += len(w.opts.Mappings)
	}
	if w.opts.Site == nil {
		return nil
	}
	w.loaded.site, err = w.loadRoots([]Root{*w.opts.Site}, contentFile)
	for i := range w.loaded.site {
		w.loaded.site[i].root += len(w.opts.Mappings) + len(w.opts.Rules)
	}
	return err
}

func (w *Workspace) loadRoots(roots []Root, otherwise kind) ([]content, error) {
	var out []content
	for n, root := range roots {
		names, err := w.walk(root, otherwise)
		if err != nil {
			return nil, err
		}
		read := make([]content, len(names))
		errs := make([]error, len(names))
		var g errgroup.Group
		g.SetLimit(w.opts.Jobs)
		for i, name := range names {
			g.Go(func() error {
				read[i], errs[i] = readContent(root, name, otherwise)
				return nil
			})
		}
		_ = g.Wait() // the goroutines return none: each error stands in errs
		for i, c := range read {
			switch {
			case errs[i] == nil && c.kind == sigmaFile:
				w.SigmaFiles = append(w.SigmaFiles, SigmaFile{root, names[i]})
			case errs[i] == nil && root.Reference && c.kind == stubFile:
				w.loaded.lent = append(w.loaded.lent, c)
			case errs[i] == nil && root.Reference && (c.kind == defaultsFile || c.kind == filterFile):
			case errs[i] == nil:
				c.root, w.writable[c.file] = n, root.Writable
				w.Files = append(w.Files, c.file)
				out = append(out, c)
			case !form.Problem(errs[i], &w.Findings):
				w.Trouble = append(w.Trouble, errs[i])
			}
		}
	}
	return out, nil
}

// lazy are the folders of mappings that are read when they are asked for: Sigma's log sources, stores, models.
var lazy = map[string]bool{"taxonomy": true, "stores": true, "models": true}

// walk lists a root's content files, and notes its runbooks. A folder that can't be read is left out, and said.
func (w *Workspace) walk(root Root, otherwise kind) (names []string, err error) {
	err = fs.WalkDir(root.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." && errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s: %w", root.Name, fs.ErrNotExist)
			}
			w.Trouble = append(w.Trouble, fmt.Errorf("%s: %w", join(root.Name, name), reason(err)))
			return fs.SkipDir
		}
		base := path.Base(name)
		switch {
		case d.IsDir():
			if name != "." && strings.HasPrefix(base, ".") || lazy[name] && otherwise == telemetryFile {
				return fs.SkipDir
			}
		case strings.HasPrefix(base, "."), root.Only != "" && name != root.Only && base != "_defaults.yaml":
		case path.Base(path.Dir(name)) == "runbooks" && path.Ext(name) == ".md":
			w.runbooks[strings.TrimSuffix(base, ".md")] = runbook{source.NewFile(join(root.Name, name), ""), root.Writable}
		case path.Ext(name) == ".yaml", path.Ext(name) == ".yml", base == "brief.txt", base == "brief.md", base == "brief.html":
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

func readContent(root Root, name string, otherwise kind) (content, error) {
	in, err := root.FS.Open(name)
	if err != nil {
		return content{}, fmt.Errorf("%s: %w", join(root.Name, name), reason(err))
	}
	defer in.Close()
	f, err := source.ReadFrom(in, join(root.Name, name))
	if err != nil {
		return content{}, err
	}
	c := content{file: f, dir: path.Dir(f.Name)}
	switch base := path.Base(name); {
	case strings.HasPrefix(base, "brief."):
		c.kind = briefFile
	case base == "_defaults.yaml":
		c.kind = defaultsFile
	case name == context.SiteFile && otherwise == contentFile:
		c.kind = siteFile
	case name == visibility.InventoryFile && otherwise == contentFile:
		c.kind = inventoryFile
	case name == visibility.VisibilityFile && otherwise == contentFile:
		c.kind = visibilityFile
	case name == ledger.File && otherwise == contentFile:
		c.kind = ledgerFile
	case name == bundle.DeployedFile && otherwise == contentFile:
		c.kind = deployedFile
	case corpus.Classify(f.Text) == corpus.Sigma:
		return content{kind: sigmaFile}, nil // there may be very many: its text is let go
	default:
		c.kind = classify(f.Text, otherwise)
	}
	return c, nil
}

// classify finds the form that most of a file's top-level keys belong to. It looks at lines, not at YAML, so that it
// also tells what a file with a mistake was meant to be.
func classify(text string, otherwise kind) kind {
	keys := map[string]bool{}
	for line := range strings.Lines(text) {
		if key, _, ok := strings.Cut(line, ":"); ok && key != "" && !strings.ContainsAny(key, " \t#-\"'{[") {
			keys[key] = true
		}
	}
	best, most := otherwise, 0
	for _, k := range []kind{stubFile, telemetryFile, contextFile, itemsFile, filterFile, contentFile, storeFile, modelFile} {
		n := 0
		for _, key := range form.Keys(forms[k]) {
			if keys[key] {
				n++
			}
		}
		if n > most || n == most && k == otherwise {
			best, most = k, n
		}
	}
	return best
}

// reason is what an error of the file system says without its own name for the file.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func join(root, name string) string {
	if root == "" || root == "." {
		return name
	}
	return path.Join(root, name)
}

func lower(s string) string { return strings.ToLower(s) }

// of lists the loaded files of a kind, from mappings and rules alike.
func (l loaded) of(k kind) []content {
	var out []content
	for _, c := range slices.Concat(l.mappings, l.rules, l.site) {
		if c.kind == k {
			out = append(out, c)
		}
	}
	return out
}

// readAttack takes ATT&CK's facts from the last root that has them. One whose facts are broken is not passed over: the
// ids would be checked against another release than the user put there.
func (w *Workspace) readAttack() error {
	var last error
	for _, root := range slices.Backward(w.opts.Mappings) {
		c, err := attack.Load(root.FS)
		if err == nil {
			w.Attack = c
			return nil
		}
		last = err
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("ATT&CK's facts in %s can't be read: %w", root.Name, err)
		}
	}
	return fmt.Errorf("ATT&CK's facts can't be read: %w", last)
}

func (w *Workspace) readTelemetry() error {
	of := map[*telemetry.Schema]int{}
	for _, c := range w.loaded.of(telemetryFile) {
		s := telemetry.Read(c.file, &w.Findings)
		if s == nil {
			continue
		}
		if before := w.schemas[s.ID]; before != nil && of[before] == c.root {
			w.Findings.Add(diag.DuplicateID, s.Span, "two schemas are named %q", s.ID).WithNote(before.Span, "here first")
			continue
		}
		of[s] = c.root
		w.schemas[s.ID] = s // a later root's schema replaces an earlier one's
	}
	for _, s := range w.schemas {
		w.Schemas = append(w.Schemas, s)
	}
	slices.SortFunc(w.Schemas, func(a, b *telemetry.Schema) int { return strings.Compare(a.ID, b.ID) })
	first := map[string]span{}
	for _, s := range w.Schemas {
		if s.Taxonomy {
			continue // its one source has the schema's own id, of which there is one
		}
		for _, src := range s.Sources {
			if at, twice := first[src.ID]; twice {
				w.Findings.Add(diag.DuplicateID, src.Span, "two sources are named %q", src.ID).WithNote(at, "here first")
			}
			first[src.ID] = src.Span
		}
	}
	w.openTaxonomy()
	return nil
}

func (w *Workspace) readContext() error {
	byName := map[string]*context.Table{}
	for _, c := range w.loaded.of(contextFile) {
		if t := context.Read(c.file, &w.Findings); t != nil {
			byName[t.Name] = t
		}
	}
	for _, t := range byName {
		w.Tables = append(w.Tables, t)
	}
	slices.SortFunc(w.Tables, func(a, b *context.Table) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// readStubs reads the stubs, each with its folder's defaults, and refuses a second one of a name, title or id.
func (w *Workspace) readStubs() error {
	defaults := map[string]*stub.Defaults{}
	for _, c := range w.loaded.of(defaultsFile) {
		defaults[c.dir] = stub.ReadDefaults(c.file, &w.Findings)
	}
	files := w.loaded.of(stubFile)
	w.Rules = make([]*Rule, len(files))
	for i := range files {
		w.Rules[i] = &Rule{}
	}
	var g errgroup.Group
	g.SetLimit(w.opts.Jobs)
	for i, c := range files {
		g.Go(func() error {
			w.Rules[i].Stub = stub.Read(c.file, defaults[c.dir], &w.Rules[i].Findings)
			return nil
		})
	}
	_ = g.Wait() // reading yields findings, no errors
	w.Rules = slices.DeleteFunc(w.Rules, func(r *Rule) bool {
		if r.Stub == nil {
			w.Findings.Append(r.Findings)
		}
		return r.Stub == nil
	})
	w.refuseDoubles()
	w.readFilters()
	slices.SortStableFunc(w.Rules, func(a, b *Rule) int { return strings.Compare(a.Name.Value, b.Name.Value) })
	return nil
}

func (w *Workspace) refuseDoubles() {
	for what, of := range map[string]func(*Rule) text{
		"name":  func(r *Rule) text { return r.Name },
		"title": func(r *Rule) text { return r.Title },
		"id":    func(r *Rule) text { return r.ID },
	} {
		first := map[string]text{}
		for _, r := range w.Rules {
			t := of(r)
			if t.IsZero() || what == "title" && r.Imported() {
				continue
			}
			if before, twice := first[t.Value]; twice {
				r.Findings.Add(diag.DuplicateID, t.Whole, "two rules have the %s %q", what, t.Value).WithNote(before.Whole, "here first")
				continue
			}
			first[t.Value] = t
		}
	}
}

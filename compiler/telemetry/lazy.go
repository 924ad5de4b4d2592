package telemetry

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// A Taxonomy is Sigma's log sources with their fields, a file each: taxonomy/<product or any>/<category or service>.yaml.
// There are many and a run needs few, so a file is read when it is first asked for, and found by its path alone. It is
// safe for use by several goroutines.
type Taxonomy struct {
	roots []TaxonomyRoot
	over  map[string]*Schema

	mu       sync.Mutex
	read     map[string]func() *Schema // by id
	findings diag.List
	trouble  []error
	ids      func() []string
}

// A TaxonomyRoot is a folder that has a folder "taxonomy", and what to call it in messages.
type TaxonomyRoot struct {
	FS   fs.FS
	Name string
}

// OpenTaxonomy makes the taxonomy of some folders, of which a later one's files replace an earlier one's, and of schemas
// that were read already, which replace both. It reads nothing. A folder need not be there.
func OpenTaxonomy(roots []TaxonomyRoot, over ...*Schema) *Taxonomy {
	t := &Taxonomy{roots: roots, over: map[string]*Schema{}, read: map[string]func() *Schema{}}
	for _, s := range over {
		if s.Taxonomy {
			t.over[s.ID] = s
		}
	}
	t.ids = sync.OnceValue(t.list)
	return t
}

// TaxonomyID is the id of the schema that describes a logsource and no other: windows.process_creation, any.proxy,
// linux.auditd, kubernetes.application.audit; a product alone is windows.any. What can't stand in an id becomes an
// underscore. The empty logsource has none.
func TaxonomyID(ls Logsource) string {
	if ls == (Logsource{}) {
		return ""
	}
	product, rest := idPart(ls.Product), make([]string, 0, 2)
	for _, p := range []string{ls.Category, ls.Service} {
		if p != "" {
			rest = append(rest, idPart(p))
		}
	}
	if product == "" {
		product = "any"
	}
	if len(rest) == 0 {
		rest = append(rest, "any")
	}
	return product + "." + strings.Join(rest, ".")
}

func idPart(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(s))
	if s != "" && (s[0] < 'a' || s[0] > 'z') {
		s = "x" + s
	}
	return s
}

// For finds the schema of a rule's logsource: the one that describes it exactly, else one of less: product and category;
// the category of any product; product and service; the service of any product; the product alone.
func (t *Taxonomy) For(ls Logsource) (*Schema, bool) {
	for _, try := range []Logsource{
		ls,
		{Product: ls.Product, Category: ls.Category},
		{Category: ls.Category},
		{Product: ls.Product, Service: ls.Service},
		{Service: ls.Service},
		{Product: ls.Product},
	} {
		if s, ok := t.ByID(TaxonomyID(try)); ok && sameLogsource(s.Logsource, try) {
			return s, true
		}
	}
	return nil, false
}

// sameLogsource tells a category from a service of one name: both have the same id.
func sameLogsource(a, b Logsource) bool {
	return strings.EqualFold(a.Category, b.Category) && strings.EqualFold(a.Product, b.Product) && strings.EqualFold(a.Service, b.Service)
}

// ByID finds a schema by its id.
func (t *Taxonomy) ByID(id string) (*Schema, bool) {
	if s := t.over[id]; s != nil {
		return s, true
	}
	name, ok := filePath(id)
	if !ok {
		return nil, false
	}
	t.mu.Lock()
	once := t.read[id]
	if once == nil {
		once = sync.OnceValue(func() *Schema { return t.load(id, name) })
		t.read[id] = once
	}
	t.mu.Unlock()
	s := once()
	return s, s != nil
}

// filePath is where the schema of an id stands, by its name alone.
func filePath(id string) (string, bool) {
	product, rest, ok := strings.Cut(id, ".")
	if !ok || !fieldName.MatchString(id) {
		return "", false
	}
	return path.Join("taxonomy", product, rest+".yaml"), true
}

// load reads one schema from the last root that has it.
func (t *Taxonomy) load(id, name string) *Schema {
	for _, root := range slices.Backward(t.roots) {
		in, err := root.FS.Open(name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			t.note(nil, err)
			return nil
		}
		defer in.Close()
		f, err := source.ReadFrom(in, path.Join(root.Name, name))
		var l diag.List
		if err != nil {
			if form.Problem(err, &l) {
				err = nil
			}
			t.note(l, err)
			return nil
		}
		s := Read(f, &l)
		if s != nil && (!s.Taxonomy || s.ID != id || TaxonomyID(s.Logsource) != id) {
			l.Add(diag.TaxonomyPlace, s.Span, "the path of this file is that of the taxonomy %q", id).
				WithHelp("its id, its logsource and its path must say the same")
			s = nil
		}
		if l.HasErrors() {
			s = nil
		}
		t.note(l, nil)
		return s
	}
	return nil
}

func (t *Taxonomy) note(l diag.List, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.findings.Append(l)
	if err != nil {
		t.trouble = append(t.trouble, err)
	}
}

// Findings are what was wrong with the files that were read so far, and what the machine could not do.
func (t *Taxonomy) Findings() (diag.List, []error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := slices.Clone(t.findings)
	out.Sort()
	return out, slices.Clone(t.trouble)
}

// IDs are the ids of all schemas, sorted: a list of paths, of which no file is read.
func (t *Taxonomy) IDs() []string { return slices.Clone(t.ids()) }

func (t *Taxonomy) list() []string {
	var out []string
	for id := range t.over {
		out = append(out, id)
	}
	for _, root := range t.roots {
		products, _ := fs.ReadDir(root.FS, "taxonomy") // a folder that is not there, or can't be read, has none
		for _, product := range products {
			if !product.IsDir() {
				continue
			}
			files, _ := fs.ReadDir(root.FS, path.Join("taxonomy", product.Name()))
			for _, f := range files {
				rest, ok := strings.CutSuffix(f.Name(), ".yaml")
				if id := product.Name() + "." + rest; ok && fieldName.MatchString(id) {
					out = append(out, id)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

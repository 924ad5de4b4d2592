package workspace

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/change"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/revision"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Side is one of two folders that are compared.
type Side struct {
	Label string
	Tree  *revision.Tree
}

// IsContent says that a file below a folder may have a say in its rules.
func IsContent(name string) bool {
	switch base := path.Base(name); {
	case path.Ext(name) == ".yaml", path.Ext(name) == ".yml", base == "brief.txt", base == "brief.md", base == "brief.html":
		return true
	default:
		return path.Ext(name) == ".md" && path.Base(path.Dir(name)) == "runbooks"
	}
}

// Diff compares the rules of two folders, stubs and Sigma, each compiled with its own telemetry and context on top of
// what opts gives both. Rules in files that are the same on both sides are read only where something that they rest on
// changed.
func Diff(base, head Side, opts Options, o change.Options) (*change.Report, error) {
	read := selected(base.Tree, head.Tree)
	var sets [2]*change.Set
	for i, side := range []Side{base, head} {
		tree := side.Tree.Only(func(name string) bool { return read[name] })
		set, err := sideOf(side.Label, tree, base.Tree, head.Tree, opts)
		if err != nil {
			return nil, err
		}
		sets[i] = set
	}
	for _, name := range head.Tree.Names() {
		if !read[name] {
			sets[1].Unread += rulesIn(head.Tree.Data(name))
		}
	}
	return change.Compare(sets[0], sets[1], o), nil
}

// selected are the files to read: those that differ, all that rules rest on, and every stub where any of that, or what
// one refers to in another, may differ.
func selected(base, head *revision.Tree) map[string]bool {
	read := map[string]bool{}
	kinds := map[string]int{}
	var restsDiffer, stubsDiffer, refersDiffer, refersThere bool
	for _, name := range slices.Concat(base.Names(), head.Names()) {
		if _, known := read[name]; known {
			continue
		}
		old, new := base.Data(name), head.Data(name)
		data := new
		if data == nil {
			data = old
		}
		differs, of, referring := old == nil || new == nil || !bytes.Equal(old, new), what(data), refers.Match(data)
		read[name], kinds[name] = differs || of == rests || of == aSigma && referring, of
		restsDiffer = restsDiffer || differs && of == rests
		stubsDiffer = stubsDiffer || differs && of == aStub
		refersDiffer = refersDiffer || differs && of == aStub && referring
		refersThere = refersThere || of == aStub && referring
	}
	if restsDiffer || refersDiffer || stubsDiffer && refersThere {
		for name, of := range kinds {
			read[name] = read[name] || of == aStub
		}
	}
	return read
}

// What a file is to a comparison, told by its lines.
const (
	rests  = iota // what rules rest on: telemetry, context, defaults, pages
	aStub         // a rule, a correlation or a filter
	aSigma        // a Sigma file
)

var (
	isStub  = regexp.MustCompile(`(?m)^(condition|telemetry|correlation|tests):`)
	isSigma = regexp.MustCompile(`(?m)^detection:`)
	refers  = regexp.MustCompile(`(?m)^(correlation|filter|exclude):`) // to rules of other files
	inSigma = regexp.MustCompile(`(?m)^(logsource:|\s+timespan:)`)
	ruleKey = regexp.MustCompile(`(?m)^(condition|detection|correlation|filter|exclude):`)
)

func what(data []byte) int {
	switch {
	case isSigma.Match(data), refers.Match(data) && inSigma.Match(data):
		return aSigma
	case isStub.Match(data):
		return aStub
	}
	return rests
}

// rulesIn is how many rules a file holds, by its lines.
func rulesIn(data []byte) int {
	if what(data) == rests {
		return 0
	}
	return len(ruleKey.FindAllIndex(data, -1))
}

// sideOf compiles one side.
func sideOf(label string, tree, base, head *revision.Tree, opts Options) (*change.Set, error) {
	set := &change.Set{Label: label}
	isRule := func(of int) func(string) bool { return func(name string) bool { return what(tree.Data(name)) == of } }
	for _, name := range tree.Only(isRule(aSigma)).Names() {
		if ext := path.Ext(name); ext == ".yml" || ext == ".yaml" {
			f, err := source.ReadFrom(bytes.NewReader(tree.Data(name)), name)
			if err != nil {
				f = source.NewFile(name, "")
				set.Rules = append(set.Rules, &change.Rule{Form: change.SigmaRule, File: f, Broken: "it is no text: " + err.Error()})
				continue
			}
			set.Rules = append(set.Rules, change.Sigma(f, nil)...)
		}
	}
	stubs := tree.Only(func(name string) bool { return !isRule(aSigma)(name) })
	if len(stubs.Only(isRule(aStub)).Names()) == 0 && !anyDiffers(stubs, base, head) {
		return set, nil
	}
	opts.Rules = append(slices.Clone(opts.Rules), Root{FS: stubs})
	opts.Until = "exclusions" // the cases are run where rules differ, and no others
	w, err := Open(opts)
	if err != nil {
		return nil, err
	}
	unchanged := func(f *source.File) bool { return bytes.Equal(base.Data(f.Name), head.Data(f.Name)) }
	for _, s := range w.Schemas {
		if f := s.Span.File; tree.Data(f.Name) != nil && !unchanged(f) {
			set.Definitions = append(set.Definitions, definitionsOf(s)...)
		}
	}
	for _, t := range w.Tables {
		if f := t.Span.File; tree.Data(f.Name) != nil && !unchanged(f) {
			set.Definitions = append(set.Definitions, &change.Definition{Use: change.Use{Kind: "context", ID: t.Name}, File: f.Name,
				Properties: change.Properties(document(f), "name")})
		}
	}
	tables := w.entries()
	for _, r := range w.Rules {
		set.Rules = append(set.Rules, w.compared(r, tables))
	}
	for _, f := range w.Filters {
		set.Rules = append(set.Rules, comparedFilter(f))
	}
	return set, nil
}

func anyDiffers(tree, base, head *revision.Tree) bool {
	return slices.ContainsFunc(tree.Names(), func(name string) bool { return !bytes.Equal(base.Data(name), head.Data(name)) })
}

// document is a file's first YAML document; nil where it can't be read, which was said.
func document(f *source.File) *source.Node {
	docs, err := source.ParseYAML(f)
	if err != nil || len(docs) == 0 {
		return nil
	}
	return docs[0]
}

// definitionsOf are a schema and its sources, each by itself.
func definitionsOf(s *telemetry.Schema) []*change.Definition {
	n := document(s.Span.File)
	out := []*change.Definition{{Use: change.Use{Kind: "telemetry", ID: s.ID}, File: s.Span.File.Name, Properties: change.Properties(n, "id", "sources")}}
	if sources := n.Get("sources"); sources != nil {
		for _, src := range sources.Items {
			if id := src.Get("id"); id != nil {
				out = append(out, &change.Definition{Use: change.Use{Kind: "source", ID: id.Text.Value}, File: s.Span.File.Name,
					Properties: change.Properties(src, "id")})
			}
		}
	}
	return out
}

// compared is a stub as a comparison sees it.
func (w *Workspace) compared(r *Rule, tables map[string]*context.Table) *change.Rule {
	out := &change.Rule{Form: change.Stub, Name: r.Name.Value, ID: r.ID.Value, Title: r.Title.Value, Level: r.Level.Value, File: r.File,
		Properties: append(change.Properties(document(r.File), "name", "let", "condition", "correlation", "tests"), inherited(r)...)}
	if c := r.Correlation; c != nil && c.IR != nil {
		out.Correlation, out.Timelines = c.IR, w.correlationSubject(r, tables)
		out.Properties = append(out.Properties, further(document(r.File).Get("correlation"))...)
		for _, e := range c.Emitted {
			on := strings.TrimPrefix(e.IR.Name, r.Name.Value+".")
			out.Emitted = append(out.Emitted, change.Emission{Source: on, YAML: e.YAML})
		}
		for _, ref := range c.IR.Rules {
			out.Uses = append(out.Uses, change.Use{Kind: "rule", ID: ref.Name})
		}
		return out
	}
	if r.IR == nil {
		out.Broken = firstError(r.Findings)
		return out
	}
	out.Where, out.Enums = r.IR.Where, map[string][]string{}
	out.Subject = w.subject(r, tables)
	out.Uses = append(out.Uses, change.Use{Kind: "telemetry", ID: r.Schema.ID})
	for _, f := range r.Schema.Fields {
		if f.Enum != nil {
			out.Enums[f.Name] = f.Enum
		}
	}
	for _, t := range ir.Tables(r.IR.Where) {
		out.Uses = append(out.Uses, change.Use{Kind: "context", ID: t.Name})
	}
	for _, e := range r.Emitted {
		out.Uses = append(out.Uses, change.Use{Kind: "source", ID: e.Source.ID})
		emission := change.Emission{Source: e.Source.ID, YAML: e.YAML, Refused: e.Reason}
		if e.Bound != nil {
			emission.Where = e.Bound.Where
		}
		out.Emitted = append(out.Emitted, emission)
	}
	return out
}

// further is what a correlation says beside what its IR holds.
func further(n *source.Node) []change.Property {
	out := change.Properties(n, "type", "rules", "group_by", "within", "condition", "percentile", "aliases", "generate")
	for i := range out {
		out[i].Key = "correlation." + out[i].Key
	}
	return out
}

// comparedFilter is a site's filter as a comparison sees it: as what it lets through, so that a narrower one alerts less.
func comparedFilter(f *Filter) *change.Rule {
	out := &change.Rule{Form: change.SiteFilter, Name: f.Name.Value, ID: f.ID.Value, Title: f.Title.Value, File: f.File,
		Properties: change.Properties(document(f.File), "name", "let", "exclude", "tests")}
	if f.Exclude == nil {
		out.Broken = firstError(f.Findings)
		return out
	}
	out.Where = ir.Normalize(&ir.Not{Arg: f.Exclude})
	return out
}

// inherited is what a stub has from its folder's defaults.
func inherited(r *Rule) []change.Property {
	n := document(r.File)
	var out []change.Property
	for _, own := range []struct {
		key  string
		text text
	}{{"author", r.Author}, {"status", r.Status}, {"date", r.Date}} {
		if n.Get(own.key) == nil && !own.text.IsZero() {
			out = append(out, change.Property{Key: own.key, Text: own.text.Value})
		}
	}
	if n.Get("contacts") == nil && r.Contacts != nil {
		out = append(out, change.Property{Key: "contacts", List: values(r.Contacts), IsList: true})
	}
	return out
}

func firstError(l diag.List) string {
	for _, d := range l {
		if d.Severity == diag.Error {
			at := d.Span.Position()
			return strings.TrimPrefix(at.String()+": ", "0:0: ") + d.Message
		}
	}
	return "it has errors"
}

// entries are the context tables by name.
func (w *Workspace) entries() map[string]*context.Table {
	out := make(map[string]*context.Table, len(w.Tables))
	for _, t := range w.Tables {
		out[t.Name] = t
	}
	return out
}

// subject is a compiled rule with all that its cases need.
func (w *Workspace) subject(r *Rule, tables map[string]*context.Table) *evidence.Subject {
	s := &evidence.Subject{Stub: r.Stub, Rule: r.IR, Schema: r.Schema, Tables: tables, Sources: map[string]*bind.Source{}, CEL: r.CEL, Levels: r.Levels}
	for _, src := range r.Schema.Sources {
		if b := w.sources[src]; b != nil {
			s.Sources[src.ID] = b
		}
	}
	for _, e := range r.Emitted {
		if e.Bound != nil {
			s.Emitted = append(s.Emitted, evidence.Emitted{Bound: e.Bound, YAML: e.YAML})
		}
	}
	return s
}

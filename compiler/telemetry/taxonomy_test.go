package telemetry_test

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const taxonomy = `id: any.proxy
taxonomy: sigma
title: A web proxy
description: one request
logsource: {category: proxy}
names: {verified: documentation, doc: "a page: of words"}
fields:
  c_uri: {type: string, sigma: c-uri, doc: d}
  sc_status: {type: int, sigma: sc-status, doc: d}
  dst_ip: {type: ip, role: target, entity: host, doc: d}
  userIdentity.type: {type: any, doc: d}
  path: {type: string, collation: cased, doc: d}
  action: {type: string, enum: [allow, "no"], doc: "what: was done"}
  tags: {type: list(any), doc: d}
`

// A taxonomy is a schema with one source, itself, in which each field stands under its Sigma name.
func TestReadTaxonomy(t *testing.T) {
	s, findings := read(t, taxonomy)
	if findings != "" {
		t.Fatal(findings)
	}
	if len(s.Sources) != 1 || !s.Taxonomy || s.Time != "" || len(s.Serves) != 0 {
		t.Fatalf("%+v", s)
	}
	src := s.Sources[0]
	if src.ID != s.ID || src.Schema != s || src.Logsource != s.Logsource || src.Verified != "documentation" || src.Kind != telemetry.Event {
		t.Errorf("%+v", src)
	}
	for name, want := range map[string]ir.Field{
		"c_uri": {Name: "c-uri"}, "sc_status": {Name: "sc-status", Type: ir.Int}, "userIdentity.type": {Name: "userIdentity.type"},
		"path": {Name: "path", Cased: true}, "tags": {Name: "tags", List: true},
	} {
		f, ok := s.Sigma(want.Name)
		if b := src.Binding(name); len(b.Paths) != 1 || b.Paths[0] != want || !ok || f.Name != name {
			t.Errorf("%s stands at %+v, and %s is %+v", name, b, want.Name, f)
		}
	}
	if f, _ := s.Field("userIdentity.type"); !f.Any || f.TypeName() != "any" {
		t.Errorf("%+v", f)
	}
	if f, _ := s.Field("tags"); !f.Any || f.TypeName() != "list(any)" {
		t.Errorf("%+v", f)
	}
	if f, _ := s.Field("c_uri"); f.Any || f.TypeName() != "string" {
		t.Errorf("%+v", f)
	}
}

func TestTaxonomyFindings(t *testing.T) {
	for _, c := range []struct{ in, old, new, want string }{
		{taxonomy, "fields:", "sources: []\nfields:", `DT4100 a taxonomy has no "sources" | its fields stand under Sigma's own names in the one log that its logsource names: leave the key out`},
		{taxonomy, "fields:", "time: ts\nfields:", `DT4100 a taxonomy has no "time" | its fields stand under Sigma's own names in the one log that its logsource names: leave the key out`},
		{taxonomy, "fields:", "serves: [TA0104/T5]\nfields:", `DT4100 a taxonomy has no "serves" | its fields stand under Sigma's own names in the one log that its logsource names: leave the key out`},
		{taxonomy, "fields:", "serves:\nfields:", ``}, // a key without a value is absent
		{taxonomy, "taxonomy: sigma", "taxonomy: ecs", `DT1005 taxonomy can't be "ecs" | one of: sigma`},
		{taxonomy, "c_uri: {type: string, sigma: c-uri,", "c-uri: {type: string,", `DT4102 a condition can't name a field "c-uri" | give it a name that it can: c_uri: {…, sigma: "c-uri"}`},
		{taxonomy, "path: {type: string, collation: cased,", "objectRef.namespace: {type: string,", `DT4102 a condition can't name a field "objectRef.namespace" | give it a name that it can: objectRef.namespace_: {…, sigma: "objectRef.namespace"}`},
		{taxonomy, "path:", "context.path:", `DT4102 a condition can't name a field "context.path" | give it a name that it can: context_.path: {…, sigma: "context.path"}`},
		{taxonomy, "path:", "in:", `DT4102 a condition can't name a field "in" | give it a name that it can: in_: {…, sigma: "in"}`},
		{taxonomy, "sigma: sc-status", "sigma: c-uri", `DT4103 two fields have the Sigma name "c-uri" | leave one of them out`},
		{taxonomy, "dst_ip: {", "sc-status: {", `DT4103 two fields have the Sigma name "sc-status" | leave one of them out` + "\n" +
			`DT4102 a condition can't name a field "sc-status" | give it a name that it can: sc_status_: {…, sigma: "sc-status"}`},
		{taxonomy, "path:", "userIdentity:", `DT4002 the field "userIdentity.type" stands below "userIdentity", which is a field itself | rename one of the two: a condition could not tell them apart`},
		{taxonomy, "{type: any, doc", "{type: any, collation: cased, doc", `DT4003 "userIdentity.type" is of type any, which has no case | leave collation out`},
		{taxonomy, "{category: proxy}", "{}", `DT4003 the logsource of any.proxy says nothing | name a product, category or service`},
		{taxonomy, "type: any", "type: every", `DT1005 type can't be "every" | one of: string, int, double, bool, ip, timestamp, list(string), list(int), list(ip), any, list(any)`},
		{good, "type: int,", "type: any,", `DT4101 only a field of a taxonomy is of type any | say what the log has there` + "\n" +
			`DT4003 int can't be the constant`},
		{good, "new_mode: {type", "new_mode: {sigma: NewMode, type", `DT4101 only a field of a taxonomy has a Sigma name | a schema that says taxonomy: sigma has its fields under Sigma's names; this one maps them under sources:`},
		{good, "time: ts\n", "time: ts\nnames: {verified: sample, doc: d}\n", `DT4101 only a taxonomy has "names" | a schema that says taxonomy: sigma has its fields under Sigma's names; this one maps them under sources:`},
		{good, "serves: [TA0104/T5]\n", "", `DT1003 a telemetry schema has no "serves" | the telemetry items of the briefs that it answers`},
		{good, "time: ts\n", "time:\n", `DT1003 time has no value | the field that says when`},
	} {
		if !strings.Contains(c.in, c.old) {
			t.Fatalf("the file doesn't say %s", c.old)
		}
		if _, got := read(t, strings.Replace(c.in, c.old, c.new, 1)); got != c.want && !strings.HasPrefix(got, c.want+"\n") {
			if !strings.HasPrefix(c.want, "DT4101 only a field of a taxonomy is of type") || !strings.HasPrefix(got, "DT4101 only a field of a taxonomy is of type any") {
				t.Errorf("%s\n got %s\nwant %s", c.new, got, c.want)
			}
		}
	}
}

// What is written of a taxonomy is read as the same one.
func TestTaxonomyRoundTrip(t *testing.T) {
	s, _ := read(t, taxonomy)
	same(t, s)
	more := s.With([]string{"c-uri", "x-more", "userIdentity", "userIdentity.type.x", "", "while", "No", "ünï", "x-more", "9lives", "context"}, "as a rule names it; \"unverified\"\n")
	if len(more.Fields) != len(s.Fields)+8 {
		t.Errorf("%d fields became %d: %v", len(s.Fields), len(more.Fields), more.Names())
	}
	if len(s.Fields) != 7 || s.With([]string{"c-uri"}, "d") != s {
		t.Error("the schema itself has changed")
	}
	for sigma, want := range map[string]string{"x-more": "x_more", "userIdentity": "userIdentity_", "while": "while_", "No": "No", "ünï": "_n_", "9lives": "_9lives", "context": "context_"} {
		if f, ok := more.Sigma(sigma); !ok || f.Name != want || !f.Any || more.Sources[0].Binding(want).Paths[0].Name != sigma {
			t.Errorf("%s is %+v", sigma, f)
		}
	}
	same(t, more)
	same(t, telemetry.NewTaxonomy(telemetry.Logsource{Product: "acme", Service: "x.y-z"}, []string{"a", "a.b"}, "d"))
	same(t, telemetry.NewTaxonomy(telemetry.Logsource{Category: "yes"}, nil, "d"))
}

func same(t *testing.T, s *telemetry.Schema) {
	t.Helper()
	got, findings := read(t, string(s.YAML()))
	if findings != "" {
		t.Fatalf("%s\n%s", findings, s.YAML())
	}
	plain := func(s *telemetry.Schema) []telemetry.Field {
		out := slices.Clone(s.Fields)
		for i := range out {
			out[i].Span = source.Span{}
		}
		return out
	}
	if !reflect.DeepEqual(plain(got), plain(s)) && len(s.Fields) > 0 || got.ID != s.ID || got.Title != s.Title || got.Logsource != s.Logsource || got.Description != s.Description {
		t.Errorf("%s\nis read as %+v", s.YAML(), plain(got))
	}
	if string(got.YAML()) != string(s.YAML()) {
		t.Errorf("written again it is\n%s", got.YAML())
	}
}

// Any names at all make a taxonomy that can be written and read, with as many fields as there are names.
func TestAnyNames(t *testing.T) {
	name := rapid.StringMatching(`[a-cA-C0-9_.\-@ é"\\]{0,6}|in|if|context|a\.namespace|true`)
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOf(name).Draw(rt, "names")
		s := telemetry.NewTaxonomy(telemetry.Logsource{Product: "p"}, names, "d")
		distinct := slices.Compact(slices.Sorted(slices.Values(names)))
		distinct = slices.DeleteFunc(distinct, func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(s.Fields) != len(distinct) {
			rt.Fatalf("%q became %q", names, s.Names())
		}
		for _, n := range s.Names() {
			if !telemetry.IsCELName(n) {
				rt.Fatalf("%q is no name", n)
			}
		}
		same(t, s)
	})
}

// counting counts the files that are opened.
type counting struct {
	fs.FS
	mu     sync.Mutex
	opened []string
}

func (c *counting) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if info, serr := fs.Stat(c.FS, name); serr == nil && !info.IsDir() {
		c.mu.Lock()
		c.opened = append(c.opened, name)
		c.mu.Unlock()
	}
	return f, err
}

func file(id, logsource string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "id: %s\ntaxonomy: sigma\ntitle: t\nlogsource: {%s}\nfields: {A: {type: any, doc: d}}\n", id, logsource)}
}

func library() *counting {
	return &counting{FS: fstest.MapFS{
		"taxonomy/windows/process_creation.yaml":     file("windows.process_creation", "product: windows, category: process_creation"),
		"taxonomy/windows/dns_client.yaml":           file("windows.dns_client", "product: windows, service: dns-client"),
		"taxonomy/windows/any.yaml":                  file("windows.any", "product: windows"),
		"taxonomy/any/process_creation.yaml":         file("any.process_creation", "category: process_creation"),
		"taxonomy/any/nginx.yaml":                    file("any.nginx", "service: nginx"),
		"taxonomy/kubernetes/application.audit.yaml": file("kubernetes.application.audit", "product: kubernetes, category: application, service: audit"),
		"taxonomy/kubernetes/audit.yaml":             file("kubernetes.audit", "product: kubernetes, service: audit"),
		"taxonomy/broken/log.yaml":                   {Data: []byte("id: broken.log\ntaxonomy: sigma\ntitle: t\nlogsource: {product: broken, service: log}\nfields: {c-uri: {type: any, doc: d}}\n")},
		"taxonomy/other/place.yaml":                  file("windows.any", "product: windows"),
		"taxonomy/README.md":                         {Data: []byte("words")},
		"taxonomy/Bad Name/x.yaml":                   file("bad", "product: bad"),
		"telemetry/windows.process_creation.yaml":    {Data: []byte("never read from here")},
	}}
}

// A logsource finds the schema that says the most of it, and opens no file but that.
func TestTaxonomyFor(t *testing.T) {
	for _, c := range []struct {
		product, category, service, want string
		opened                           int
	}{
		{"windows", "process_creation", "", "windows.process_creation", 1},
		{"Windows", "process_creation", "", "windows.process_creation", 1},
		{"windows", "process_creation", "sysmon", "windows.process_creation", 1},
		{"linux", "process_creation", "", "any.process_creation", 1},
		{"", "process_creation", "", "any.process_creation", 1},
		{"windows", "", "dns-client", "windows.dns_client", 1},
		{"windows", "dns_client", "", "windows.any", 2}, // a category is no service
		{"windows", "what", "ever", "windows.any", 1},
		{"windows", "", "", "windows.any", 1},
		{"kubernetes", "application", "audit", "kubernetes.application.audit", 1},
		{"kubernetes", "", "audit", "kubernetes.audit", 1},
		{"kubernetes", "x", "audit", "kubernetes.audit", 1},
		{"", "", "nginx", "any.nginx", 1},
		{"acme", "", "nginx", "any.nginx", 1},
		{"acme", "x", "y", "", 0},
		{"", "", "", "", 0},
		{"../windows", "any", "", "", 0},
	} {
		lib := library()
		tax := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: lib, Name: "mappings"}})
		s, ok := tax.For(telemetry.Logsource{Category: c.category, Product: c.product, Service: c.service})
		got := ""
		if ok {
			got = s.ID
		}
		if got != c.want || ok != (c.want != "") || len(lib.opened) != c.opened {
			t.Errorf("%s/%s/%s is %q, not %q; opened %v", c.product, c.category, c.service, got, c.want, lib.opened)
		}
		if found, trouble := tax.Findings(); len(found)+len(trouble) > 0 {
			t.Error(found, trouble)
		}
	}
}

// A file is read once, however many ask; the list of ids reads none; what is wrong with a file is said once.
func TestTaxonomyLazy(t *testing.T) {
	lib := library()
	tax := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: lib, Name: "mappings"}})
	if got := strings.Join(tax.IDs(), " "); got != "any.nginx any.process_creation broken.log kubernetes.application.audit kubernetes.audit other.place windows.any windows.dns_client windows.process_creation" {
		t.Error(got)
	}
	if len(lib.opened) > 0 {
		t.Errorf("the list opened %v", lib.opened)
	}
	var wg sync.WaitGroup
	seen := make([]*telemetry.Schema, 16)
	for i := range seen {
		wg.Go(func() {
			seen[i], _ = tax.ByID("windows.any")
			tax.ByID("broken.log")
			tax.ByID("other.place")
			tax.ByID("no.such")
		})
	}
	wg.Wait()
	for _, s := range seen {
		if s == nil || s != seen[0] {
			t.Fatal("the schema was read more than once")
		}
	}
	slices.Sort(lib.opened)
	if got := strings.Join(lib.opened, " "); got != "taxonomy/broken/log.yaml taxonomy/other/place.yaml taxonomy/windows/any.yaml" {
		t.Errorf("opened %s", got)
	}
	if _, ok := tax.ByID("broken.log"); ok {
		t.Error("a file with errors is a schema")
	}
	found, _ := tax.Findings()
	var codes []string
	for _, d := range found {
		codes = append(codes, d.Span.File.Name+" "+string(d.Code))
	}
	if got := strings.Join(codes, ", "); got != "mappings/taxonomy/broken/log.yaml DT4102, mappings/taxonomy/other/place.yaml DT4104" {
		t.Error(got)
	}
}

// A later folder replaces an earlier one, and a schema that was read replaces both.
func TestTaxonomyOverlay(t *testing.T) {
	site := fstest.MapFS{"taxonomy/windows/any.yaml": {Data: []byte(strings.Replace(string(file("windows.any", "product: windows").Data), "title: t", "title: the site's", 1))}}
	roots := []telemetry.TaxonomyRoot{{FS: library(), Name: "mappings"}, {FS: site, Name: "site"}}
	if s, _ := telemetry.OpenTaxonomy(roots).ByID("windows.any"); s == nil || s.Title != "the site's" {
		t.Errorf("%+v", s)
	}
	var l diag.List
	own := telemetry.Read(source.NewFile("rules/telemetry/windows.any.yaml", strings.Replace(string(file("windows.any", "product: windows").Data), "title: t", "title: the rules'", 1)), &l)
	tax := telemetry.OpenTaxonomy(roots, own)
	if s, ok := tax.For(telemetry.Logsource{Product: "windows"}); !ok || s != own {
		t.Errorf("%+v", s)
	}
	if !slices.Contains(tax.IDs(), "windows.any") || len(tax.IDs()) != 9 {
		t.Error(tax.IDs())
	}
}

package workspace

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/revision"
)

func tree(t *testing.T, files map[string]string) *revision.Tree {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	out, err := revision.Read(folder, "folder", IsContent, true, revision.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is read is what differs, with all that it may rest on or be named by; the rest is counted.
func TestSelected(t *testing.T) {
	files := map[string]string{
		"a.yaml": "name: a\ntelemetry: x\ncondition: p\n", "b.yaml": "name: b\ntelemetry: x\ncondition: q\n",
		"s.yml": "title: s\nlogsource: {}\ndetection: {}\n", "t.yml": "title: t\ndetection: {}\n---\ntitle: u\ndetection: {}\n",
		"x.yaml": "id: x\nfields: {}\nsources: []\n", "_defaults.yaml": "author: OT\n", "README.md": "no content",
		"runbooks/r.md": "one",
	}
	always := []string{"_defaults.yaml", "runbooks/r.md", "x.yaml"}
	correlation := "name: c\ncorrelation:\n  within: 1h\n"
	for _, c := range []struct {
		what          string
		both, changed map[string]string
		read          []string
		unread        int
	}{
		{"nothing", nil, nil, nil, 5},
		{"a stub", nil, map[string]string{"a.yaml": "name: a\ntelemetry: x\ncondition: p2\n"}, []string{"a.yaml"}, 4},
		{"a Sigma rule", nil, map[string]string{"s.yml": "title: s2\ndetection: {}\n"}, []string{"s.yml"}, 4},
		{"telemetry, and so every stub", nil, map[string]string{"x.yaml": "id: x\nfields: {y: 1}\nsources: []\n"}, []string{"a.yaml", "b.yaml"}, 3},
		{"a folder's defaults", nil, map[string]string{"_defaults.yaml": "author: IT\n"}, []string{"a.yaml", "b.yaml"}, 3},
		{"a stub beside a correlation", map[string]string{"c.yaml": correlation}, map[string]string{"a.yaml": "name: a\ncondition: p2\n"}, []string{"a.yaml", "b.yaml", "c.yaml"}, 3},
		{"a correlation", nil, map[string]string{"c.yaml": correlation}, []string{"a.yaml", "b.yaml", "c.yaml"}, 3},
		{"a Sigma rule beside a Sigma correlation", map[string]string{"c.yml": "title: c\ncorrelation:\n  timespan: 1h\n"}, map[string]string{"s.yml": "title: s2\ndetection: {}\n"}, []string{"c.yml", "s.yml"}, 4},
	} {
		base, head := maps.Clone(files), maps.Clone(files)
		maps.Copy(base, c.both)
		maps.Copy(head, c.both)
		maps.Copy(head, c.changed)
		old, new := tree(t, base), tree(t, head)
		var got []string
		unread := 0
		read := selected(old, new)
		for _, name := range new.Names() {
			if read[name] {
				got = append(got, name)
			} else {
				unread += rulesIn(new.Data(name))
			}
		}
		want := slices.Sorted(slices.Values(append(slices.Clone(always), c.read...)))
		if !slices.Equal(got, want) || unread != c.unread {
			t.Errorf("%s: %s and %d unread; want %s and %d", c.what, strings.Join(got, " "), unread, strings.Join(want, " "), c.unread)
		}
	}
}

package workspace_test

import (
	"slices"
	"strings"
	"testing"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
	"detc/compiler/visibility"
	"detc/mappings"
)

const exampleDay = "2026-11-22"

var exampleSources = visibility.Known{
	"zeek.s7comm.mode": {Schema: "ot.mode_change", Domains: []string{visibility.ICS}},
	"windows.sysmon":   {Schema: "ot.process_creation", Title: "Sysmon", Domains: []string{visibility.ICS}},
	"intune.devices":   {Schema: "mobile.device_state", Domains: []string{visibility.Mobile}},
}

// readSite is what an example of a site's files yields.
func readSite(t *testing.T, in diag.Place, example string) (l diag.List) {
	t.Helper()
	list := "  " + strings.ReplaceAll(example, "\n", "\n  ") + "\n"
	switch in {
	case diag.InInventory:
		visibility.ReadInventory(source.NewFile("inventory.yaml", "title: t\nowner: o\nas_of: 2026-11-20\nscopes:\n"+list), exampleDay, &l)
	case diag.InStatement:
		inv := &visibility.Inventory{Scopes: []visibility.Scope{{ID: "controller", Known: 42}, {ID: "hmi", Known: 10}, {ID: "corporate_managed/android", Known: 7}}}
		visibility.Read(source.NewFile("visibility.yaml", "title: t\nowner: o\nsources:\n"+list), inv, exampleSources, exampleDay, &l)
	case diag.InAssets:
		if _, err := visibility.ReadAssets(strings.NewReader(example), visibility.AssetOptions{Name: "assets.csv", AsOf: exampleDay}, &l); err != nil {
			t.Fatal(err)
		}
	case diag.InDettect:
		text := merge("file_type: data-source-administration\ndomain: ics-attack\ndata_sources: []\n", example)
		visibility.ReadDettect(source.NewFile("d.yaml", text), exampleSources, visibility.DettectOptions{AsOf: exampleDay, By: "o", Today: exampleDay}, &l)
	}
	return l
}

// The classes of scopes are those that the context table of assets has, so that devices of logs can be looked up there;
// and the schemas list what the reader takes.
func TestScopesAreThoseOfTheTables(t *testing.T) {
	var l diag.List
	columns := map[string][]string{}
	for _, name := range []string{"assets", "populations"} {
		text, err := mappings.Files.ReadFile("context/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		table := context.Read(source.NewFile(name, string(text)), &l)
		for _, c := range table.Columns {
			columns[name+"."+c.Name] = c.Enum
		}
	}
	enum := func(key string) []string {
		s := form.Schema(form.Type[visibility.ScopeForm](), "x", "x")["properties"].(map[string]any)[key].(map[string]any)["enum"].([]any)
		var out []string
		for _, e := range s {
			if e != nil {
				out = append(out, e.(string))
			}
		}
		return out
	}
	for what, pair := range map[string][2][]string{
		"classes of the table": {visibility.Classes(), columns["assets.class"]}, "platforms of the table": {visibility.Platforms(), columns["populations.platform"]},
		"classes": {visibility.Classes(), enum("class")}, "populations": {visibility.Populations(), enum("population")}, "platforms": {visibility.Platforms(), enum("platform")},
	} {
		sorted := func(s []string) string { s = append([]string{}, s...); slices.Sort(s); return strings.Join(s, " ") }
		if a, b := sorted(pair[0]), sorted(pair[1]); a != b {
			t.Errorf("%s: %s, and %s", what, a, b)
		}
	}
}

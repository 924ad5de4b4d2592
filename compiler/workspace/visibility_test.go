package workspace_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/visibility"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

func siteOf(t *testing.T, inventory, visible string) *workspace.Workspace {
	t.Helper()
	folder := fstest.MapFS{"site.yaml": {Data: []byte("title: t\n")}, "inventory.yaml": {Data: []byte(inventory)}, "visibility.yaml": {Data: []byte(visible)},
		"context/assets.yaml": {Data: []byte("table: assets\nversion: 1\nentries:\n  - {key: [10.1.1.1, 10.1.1.2], id: plc-1, class: controller}\n  - {key: 10.1.0.0/16, id: plant}\n")}}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules.Files, Name: "rules"}},
		Site: &workspace.Root{FS: folder, Name: "site"}, Today: exampleDay,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// What people wrote reaches the coverage: scopes, statements and observations as one, what is not applicable.
func TestVisibilityReachesCoverage(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("../../testdata/site/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	w := siteOf(t, read("inventory.yaml"), read("visibility.yaml"))
	scopes := w.Scopes()
	if len(scopes) != 15 || scopes[0].ID != "controller" || scopes[0].Devices != 64 || len(scopes[0].Digest) != 64 || scopes[1].Consequence != "high" {
		t.Errorf("%+v", scopes)
	}
	var modes, shell string
	for _, o := range w.Onboardings() {
		text := fmt.Sprint(o.Logged, o.Forwarded, o.Parsed, o.Devices, o.Of, o.Fields["new_mode"], o.LastSeen, o.Observed, o.Evidence != "")
		switch o.Source + " " + o.Scope {
		case "zeek.s7comm.mode controller":
			modes = text
		case "zeek.s7comm_upload_download controller":
			shell = text
		}
	}
	if modes != "1 1 1 58 64 {1238 1240}2026-11-20false true" || shell != "1 1 2 0 0 {0 0}2026-11-18false true" {
		t.Errorf("%s; %s", modes, shell)
	}
	d := w.Declarations()
	if want := strings.Count(read("inventory.yaml"), "{reason: "); len(d) != want || want == 0 {
		t.Errorf("%d of %d declarations: %+v", len(d), want, d)
	}
	if !slices.Contains(d, coverage.Declaration{Item: "TA0104/T1", Scope: "safety_controller", Reason: "has no shell and no interpreter of commands", Owner: "functional safety"}) {
		t.Errorf("%+v", d)
	}
}

// A rule needs those fields without which it is never true, and no others.
func TestNeededFields(t *testing.T) {
	w := siteOf(t, "title: t\nowner: o\nas_of: 2026-11-20\nscopes: []\n", "title: t\nowner: o\n")
	for _, n := range w.Needs() {
		if n.Rule != "ot-mode-change-unlisted" {
			continue
		}
		for _, l := range n.Sources {
			if l.Source == "zeek.s7comm.mode" {
				if got := strings.Join(l.Fields, " "); got != "new_mode src_ip" && got != "src_ip new_mode" {
					t.Errorf("it needs %s", got)
				}
				return
			}
		}
	}
	t.Error("the rule needs no source")
}

func TestDevicesOfTheTables(t *testing.T) {
	w := siteOf(t, "title: t\nowner: o\nas_of: 2026-11-20\nscopes: []\n", "title: t\nowner: o\n")
	r := visibility.NewRegister()
	r.Add([]string{"h1", "10.1.1.3"}, "hmi")
	find := w.Devices(r)
	var out []string
	for _, name := range []string{"10.1.1.1", "10.1.1.2", "10.1.9.9", "10.1.1.3", "H1", "nobody"} {
		asset, scope, ok := find(name)
		out = append(out, fmt.Sprintf("%s=%s %t", asset, scope, ok))
	}
	if got := strings.Join(out, ", "); got != "assets plc-1=controller true, assets plc-1=controller true, = false, #0=hmi true, #0=hmi true, = false" {
		t.Error(got)
	}
}

func TestNotApplicableToNoItem(t *testing.T) {
	w := siteOf(t, "title: t\nowner: o\nas_of: 2026-11-20\nscopes:\n  - {class: hmi, known: 1, not_applicable: {TA0104/T9: {reason: r, owner: o}}}\n", "title: t\nowner: o\n")
	var own diag.List
	for _, d := range w.Findings {
		if d.Code == diag.ExemptNoItem {
			own = append(own, d)
		}
	}
	if len(own) != 1 || own[0].Span.File.Name != "site/inventory.yaml" {
		t.Error(shown(own))
	}
}

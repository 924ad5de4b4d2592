package workspace_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/diag"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

const onLogSource = `name: logon-as-system
title: A logon over the network
id: 3f0c2f0a-5b0e-4f5e-9a59-4f7c3f0c9a12
tags: [TA0104]
level: low
status: test
date: 2026-11-22
telemetry: windows.security
description: d
condition: EventID == 4624 && IpAddress.inCidr("10.0.0.0/8") && NewValue > 5 && OldValue == 7
tests:
  given: {EventID: 4624, IpAddress: 10.0.0.1, NewValue: 6, OldValue: "7"}
  cases:
    - {name: from a site, want: match}
    - {name: raw, source: windows.security, raw: {EventID: "4624", IpAddress: "10.1.1.1", NewValue: "6", OldValue: 7}, want: match}
    - {name: from elsewhere, but: {IpAddress: "-"}, want: no match}
    - {name: a smaller value, but: {NewValue: 5}, want: no match}
    - {name: another one, but: {OldValue: "7.0"}, want: no match}
`

func openOn(t *testing.T, stub string, more fstest.MapFS) *workspace.Workspace {
	t.Helper()
	more["logon-as-system.yaml"] = &fstest.MapFile{Data: []byte(stub)}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: rules.Files, Name: "rules", Reference: true}, {FS: more, Name: "own", Writable: true}},
		Jobs:     1, Today: "2026-11-22", Opinions: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A rule may have a log source of Sigma's as its telemetry: only those that are asked for are there.
func TestRuleOnLogSource(t *testing.T) {
	w := openOn(t, onLogSource, fstest.MapFS{})
	r := w.Rule("logon-as-system")
	for _, d := range r.Findings {
		if d.Severity == diag.Error {
			t.Errorf("%s %s", d.Code, d.Message)
		}
	}
	taxonomies := 0
	for _, s := range w.Schemas {
		if s.Taxonomy {
			taxonomies++
		}
	}
	if taxonomies != 1 || r.Schema.ID != "windows.security" {
		t.Errorf("%d log sources are there, and the rule is on %s", taxonomies, r.Schema.ID)
	}
	if len(r.Emitted) != 1 || r.Emitted[0].Bound == nil || r.Emitted[0].ReadBack != nil {
		t.Fatalf("%+v", r.Emitted)
	}
	yaml := string(r.Emitted[0].YAML)
	for _, want := range []string{"product: windows", "service: security", "EventID: 4624\n", "OldValue: 7\n", "NewValue|gt: 5.0\n", "IpAddress|cidr: "} {
		if !strings.Contains(yaml, want) {
			t.Errorf("the Sigma rule doesn't say %s:\n%s", want, yaml)
		}
	}
	if len(r.Results.Cases) != 5 {
		t.Errorf("%d cases were judged", len(r.Results.Cases))
	}
	for _, c := range r.Results.Cases {
		if c.Got != c.Want || c.Message != "" || len(c.Rests) < 2 {
			t.Errorf("%s: %t, %s; judged by %v", c.Name, c.Got, c.Message, c.Rests)
		}
	}
	if p, err := r.CEL(); err != nil || !strings.Contains(p.String(), "IpAddress.as_ip") {
		t.Errorf("cel-go judges %v, %v", p, err)
	}
}

// A file of the rules' own stands in for the library's, and a mistyped name finds the log source that was meant.
func TestOwnLogSource(t *testing.T) {
	own := strings.Replace(onLogSource, "OldValue == 7", "Added == 7", 1)
	w := openOn(t, own, fstest.MapFS{"telemetry/windows.security.yaml": {Data: []byte("id: windows.security\ntaxonomy: sigma\ntitle: t\n" +
		"logsource: {product: windows, service: security}\nfields: {EventID: {type: int, doc: d}, IpAddress: {type: any, doc: d}, NewValue: {type: any, doc: d}, Added: {type: any, doc: d}}\n")}})
	r := w.Rule("logon-as-system")
	if r.IR == nil || len(r.Schema.Fields) != 4 {
		t.Errorf("%+v", r.Findings)
	}
	w = openOn(t, strings.Replace(onLogSource, "telemetry: windows.security", "telemetry: windows.securty", 1), fstest.MapFS{})
	if !slices.ContainsFunc(w.Rule("logon-as-system").Findings, func(d *diag.Diagnostic) bool {
		return d.Code == diag.UnknownTelemetry && strings.Contains(d.Help, `"windows.security"`)
	}) {
		t.Errorf("%+v", w.Rule("logon-as-system").Findings)
	}
	if got := len(w.Taxonomy().IDs()); got < 100 {
		t.Errorf("%d log sources are known", got)
	}
}

// A log source of Sigma's may have the id that a source of another schema has: each rule is bound to its own.
func TestLogSourceNamedAsASource(t *testing.T) {
	stub := strings.NewReplacer("windows.security", "linux.auditd", `EventID == 4624 && IpAddress.inCidr("10.0.0.0/8") && NewValue > 5 && OldValue == 7`, `a0 == "-enc"`).Replace(onLogSource)
	stub = stub[:strings.Index(stub, "tests:")]
	for _, own := range []fstest.MapFS{
		{},
		{"telemetry/linux.auditd.yaml": {Data: []byte("id: linux.auditd\ntaxonomy: sigma\ntitle: t\nlogsource: {product: linux, service: auditd}\nfields: {a0: {type: any, doc: d}}\n")}},
	} {
		own["logon-as-system.yaml"] = &fstest.MapFile{Data: []byte(stub)}
		w, err := workspace.Open(workspace.Options{
			Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
			Rules:    []workspace.Root{{FS: rules.Files, Name: "rules"}, {FS: own, Name: "own", Writable: true}}, Jobs: 1, Today: "2026-11-22",
		})
		if err != nil {
			t.Fatal(err)
		}
		if w.Findings.HasErrors() {
			t.Error(shown(w.Findings))
		}
		if s := w.Source("linux.auditd"); s.Schema.ID != "ot.process_creation" {
			t.Errorf("linux.auditd is a source of %s", s.Schema.ID)
		}
		bound := 0
		for _, r := range w.Rules {
			for _, e := range r.Emitted {
				if e.Source.Schema != r.Schema {
					t.Errorf("%s, which is on %s, is bound to a source of %s", r.Name.Value, r.Schema.ID, e.Source.Schema.ID)
				}
				if e.Source.ID == "linux.auditd" && e.Bound != nil {
					bound++
				}
			}
		}
		if bound < 2 {
			t.Errorf("%d rules are emitted on linux.auditd", bound)
		}
	}
}

package intake

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/mappings"
)

// imported takes in texts as files, and gives the findings as lines.
func imported(t *testing.T, texts ...string) (files map[string][]byte, m *Importer, findings []string) {
	t.Helper()
	catalog, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	taxonomy := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}})
	m = New(taxonomy, catalog)
	var l diag.List
	for i, text := range texts {
		name := fmt.Sprintf("rules/file_%d.yml", i)
		m.Add(name, sigma.ReadAll(source.NewFile(name, text), corpus.NewNames(taxonomy).Fields, &l), &l)
	}
	files = m.Files(&l)
	for _, d := range l {
		findings = append(findings, fmt.Sprintf("%s %s", d.Code, d.Message))
	}
	return files, m, findings
}

const whole = `title: Encoded command
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
name: encoded_command
related:
    - {id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02, type: similar}
status: test
description: |
    What it sees.

    - why: that matters
license: CC0-1.0
references: [https://example.org/a, "a book, page 12"]
author: A team, B team
date: 2022/9/7
modified: 2024-01-31
tags: [attack.execution, attack.t1059.001, cve.2021-44228, attack.g0016]
logsource: {category: process_creation, product: windows, definition: "audit: on"}
detection:
    selection_1_img:
        Image|endswith: ['\powershell.exe', '\pwsh.exe']
        EventID: 1
    selection_cli:
        - CommandLine|windash|contains: ' -enc'
        - CommandLine|re|i: 'enc(odedcommand)?\s'
    filter_main_empty:
        ParentImage: null
    filter_optional_x:
        Company-Name|contains|all: [a, b]
        User|expand: '%service_accounts%'
    keywords: ['*secret*']
    condition: all of selection_* and not 1 of filter_* or keywords
fields: [CommandLine, Company-Name]
falsepositives: [Administrators]
level: high
scope: [server]
`

// All that a rule says is in the stub, and it means the same.
func TestStubHasAllOfTheRule(t *testing.T) {
	files, m, findings := imported(t, whole)
	if len(findings) > 0 || m.Counts != (Counts{1, 1, 0}) {
		t.Fatalf("%+v %v", m.Counts, findings)
	}
	want := `name: encoded-command
title: Encoded command
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
tags: [TA0002, T1059.001, cve.2021-44228, attack.g0016]
status: test
level: high
author: A team, B team
date: 2022-09-07
modified: 2024-01-31
origin: sigma
related:
  - {id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02, type: similar}
license: CC0-1.0
scope: [server]
telemetry: windows.process_creation
requires: 'audit: on'
description: |-
  What it sees.

  - why: that matters
references:
  - https://example.org/a
  - a book, page 12
let:
  selection_img: Image.endsWithAny([r"\powershell.exe", r"\pwsh.exe"]) && EventID == 1
  selection_cli: CommandLine.contains(windash(" -enc")) || CommandLine.matches(r"(?i)enc(odedcommand)?\s")
  filter_main_empty: '!has(ParentImage)'
  filter_optional_x: Company_Name.contains("a") && Company_Name.contains("b") && User in context.service_accounts
  keywords: keywordLike("*secret*")
condition: selection_img && selection_cli && !(filter_main_empty || filter_optional_x) || keywords
alert:
  fields: [CommandLine, Company_Name]
falsepositives:
  - Administrators
`
	if got := string(files["rules/encoded-command.yaml"]); got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
	if names := slices.Sorted(maps.Keys(files)); !slices.Equal(names, []string{
		"context/service_accounts.yaml", "rules/encoded-command.yaml", "telemetry/windows.process_creation.yaml"}) {
		t.Errorf("files %v", names)
	}
	w := open(t, files)
	if len(w.Rules) != 1 || len(w.Rules[0].Emitted) != 1 {
		t.Fatalf("%d rules", len(w.Rules))
	}
	emitted := string(w.Rules[0].Emitted[0].YAML)
	for _, line := range []string{"id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", "    - attack.execution", "    - attack.t1059.001", "    - cve.2021-44228",
		"    definition: |-\n        audit: on", "license: CC0-1.0", "      type: similar", "        Company-Name|contains|all:", "        EventID: 1",
		"scope:\n    - server", "    - Company-Name"} {
		if !strings.Contains(emitted, strings.TrimLeft(line, " ")+"\n") {
			t.Errorf("the emitted rule has no %q:\n%s", line, emitted)
		}
	}
}

func TestImportedCorrelationsAndFilters(t *testing.T) {
	rule := func(n int) string {
		return fmt.Sprintf("title: Logon %d\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a1%d\nname: logon_%d\nlogsource: {product: windows, service: security}\n"+
			"detection:\n    selection:\n        EventID: 462%d\n    condition: selection\nlevel: low\n", n, n, n, n)
	}
	correlation := "title: Many\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a20\nname: many\ncorrelation:\n    type: event_count\n    rules: [logon_1, logon_2]\n" +
		"    group-by: [TargetUserName]\n    timespan: 90s\n    condition: {gte: 10}\nlevel: high\n"
	chain := "title: Then\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a21\ncorrelation:\n    type: temporal_ordered\n    rules: [many, logon_2]\n" +
		"    group-by: [TargetUserName]\n    timespan: 1h\nlevel: high\n"
	filter := "title: Scanner\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a30\nlogsource: {product: windows, service: security}\n" +
		"filter:\n    rules: [logon_1]\n    selection: {TargetUserName: scanner}\n    condition: not selection\n"
	files, m, findings := imported(t, chain+"---\n"+correlation, filter, rule(1)+"---\n"+rule(2))
	if m.Counts != (Counts{5, 5, 0}) {
		t.Errorf("%+v %v", m.Counts, findings)
	}
	if len(findings) != 1 || !strings.HasPrefix(findings[0], "DT6324") {
		t.Errorf("findings %v", findings)
	}
	for name, want := range map[string]string{
		"rules/many.yaml":     "correlation:\n  type: event_count\n  rules: [logon-1, logon-2]\n  group_by: [TargetUserName]\n  within: 90s\n  condition: {gte: 10}\n  generate: false\n",
		"rules/file-0-1.yaml": "  rules: [many, logon-2]\n",
		"filters/file-1.yaml": "rules: [logon-1]\ntelemetry: windows.security\nlet:\n  selection: TargetUserName == \"scanner\"\nexclude: selection\n",
	} {
		if !strings.Contains(string(files[name]), want) {
			t.Errorf("%s has no\n%s\n%s", name, want, files[name])
		}
	}
	delete(files, "filters/file-1.yaml") // which a person has to finish
	w := open(t, files)
	many := w.Rule("many")
	if many == nil || many.Correlation == nil || len(many.Correlation.Emitted) != 1 {
		t.Fatalf("the correlation is not emitted")
	}
	if id := many.Correlation.Emitted[0].Sigma.ID; id != "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a20" {
		t.Errorf("it is emitted as %s", id)
	}
}

// What can't be a stub is refused by name, and what has no place in one is said; the other rules are imported.
func TestRefusals(t *testing.T) {
	rule := func(id, rest string) string {
		if !strings.Contains(rest, "logsource") {
			rest += "logsource: {category: proxy}\n"
		}
		if !strings.Contains(rest, "detection") {
			rest += "detection:\n    selection: {c-uri: a}\n    condition: selection\n"
		}
		return "title: A rule\n" + id + rest
	}
	const id = "id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01\n"
	for _, c := range []struct {
		texts   []string
		counts  Counts
		finding string
	}{
		{[]string{rule(id, ""), rule(id, "")}, Counts{2, 1, 1}, `DT6321 "A rule" has the id of another rule`},
		{[]string{rule(id, "logsource: {}\n"), rule("", "")}, Counts{2, 1, 1}, `DT6323 "A rule" names no log source`},
		{[]string{rule(id, "detection:\n    s: {time|week: 12}\n    condition: s\n"), rule("", "")}, Counts{2, 1, 1}, "DT6320 \"A rule\" can't be a stub: a week has no function in CEL"},
		{[]string{rule("id: 17\n", "")}, Counts{1, 1, 0}, `DT6322 the id "17" is no UUID; the stub gets another`},
		{[]string{rule("", "status: production\n")}, Counts{1, 1, 0}, `DT6322 the status "production" is left out`},
		{[]string{rule("", "level: 3\n")}, Counts{1, 1, 0}, `DT6322 the level "3" is left out`},
		{[]string{rule("", "date: yesterday\n")}, Counts{1, 1, 0}, `DT6322 the date "yesterday" is left out`},
		{[]string{rule("", "related: [{id: other, type: derived}]\n")}, Counts{1, 1, 0}, `DT6322 the relation to "other" is left out`},
		{[]string{rule("", "detection:\n    s: {c-ip|expand: '%ScannerHosts%'}\n    condition: s\n")}, Counts{1, 1, 0}, "DT6322 the placeholder %ScannerHosts% becomes context.scannerhosts"},
		{[]string{"title: C\ncorrelation: {type: event_count, rules: [gone], timespan: 5m, condition: {gte: 2}}\n", rule("", "")}, Counts{2, 1, 1},
			`DT6320 "C" can't be a stub: it correlates gone, which is not among what was imported`},
	} {
		files, m, findings := imported(t, c.texts...)
		if m.Counts != c.counts || len(findings) != 1 || findings[0] != c.finding {
			t.Errorf("%s: %+v %q", c.finding, m.Counts, findings)
		}
		open(t, files)
	}
}

// Names of stubs come from the files, are free of each other, and are the same each time; so are the files.
func TestNames(t *testing.T) {
	rule := "title: A\nlogsource: {category: proxy}\ndetection:\n    selection: {c-uri: %d, x y: 1}\n    condition: selection\n"
	texts := []string{fmt.Sprintf(rule, 1) + "---\n" + fmt.Sprintf(rule, 2), "name: File 0-1!\n" + fmt.Sprintf(rule, 3)}
	first, _, findings := imported(t, texts...)
	again, _, _ := imported(t, texts...)
	if len(findings) > 0 || !maps.EqualFunc(first, again, bytes.Equal) {
		t.Errorf("%v, or other files the second time", findings)
	}
	want := []string{"rules/file-0-1-2.yaml", "rules/file-0-1.yaml", "rules/file-0-2.yaml", "telemetry/any.proxy.yaml"}
	if names := slices.Sorted(maps.Keys(first)); !slices.Equal(names, want) {
		t.Errorf("%v, not %v", names, want)
	}
	for text, want := range map[string]string{"": "rule", "Ä": "rule", "a  b__C!": "a-b-c", strings.Repeat("ab-", 60): strings.Repeat("ab-", 33) + "a"} {
		if got := slug(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
}

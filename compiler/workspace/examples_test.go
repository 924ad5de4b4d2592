package workspace_test

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/diag"
	"detc/compiler/workspace"
	"detc/mappings"
)

// What the examples are parts of. Without an example this small library has no finding at all.
const (
	exampleSchema = `id: ot.mode_change
title: A controller changed its operating mode
serves: [TA0104/T1]
logsource: {category: mode_change, product: ics}
time: ts
enrich: {plc: {table: assets, by: device_ip}}
fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, role: actor, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, remote_program, stop], doc: the mode after it}
  user: {type: string, entity: user, doc: who was logged on}
  owner: {type: string, entity: device, doc: whose controller it is}
  path: {type: string, collation: cased, doc: a file}
  image: {type: string, doc: a program}
  command_line: {type: string, doc: how it was called}
  port: {type: int, doc: to which port}
  temperature: {type: double, doc: how warm the controller is}
  tags: {type: list(string), doc: marks}
  blocked: {type: bool, doc: whether it was stopped}
  seen_at: {type: timestamp, doc: when it was seen}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode, user: user, owner: owner, path: path, image: image,
      command_line: command_line, port: port, temperature: temperature, tags: tags, blocked: blocked, seen_at: seen_at}
    values: {new_mode: {run: [RUN], program: [PROG], stop: [STOP]}}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: written for the examples}
  - id: controller.report
`
	exampleSource = `title: A controller's own daily report
logsource: {product: controller, service: report}
kind: snapshot
fields: {src_ip: src_ip, device_ip: device_ip, new_mode: state, user: user, path: path, image: image, command_line: command_line,
  port: port, temperature: temperature, tags: tags, blocked: blocked, seen_at: seen_at}
values: {new_mode: {run: ["0"], stop: ["1"]}}
time: {field: ts, unit: rfc3339}
names: {verified: sample, doc: written for the examples}
`
	exampleStub = `name: plc-stop-unlisted
title: A controller was stopped from an unlisted host
id: 3f0c2f0a-5b0e-4f5e-9a59-4f7c3f0c9a11
tags: [TA0104]
status: experimental
date: 2026-11-22
telemetry: ot.mode_change
covers: [TA0104/D1]
description: A host that is on no list stops a controller.
condition: new_mode in ["program", "stop"] && has(src_ip) && !(src_ip in context.engineering_hosts)
alert:
  summary: "{src_ip} stops {device_ip}"
  suppress: {by: [device_ip], for: 1h}
runbook: ot-controller-change
tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}
level: high
`
	exampleContext = `name: engineering_hosts
title: Hosts that may program controllers
type: list(ip)
version: 1
owner: OT engineering
doc: one address a host
`
	exampleAssets = `name: assets
title: What is known of a controller
type: keyed(ip)
version: 1
columns:
  address: {type: ip, doc: its first address}
  criticality: {type: string, enum: [low, high], doc: what depends on it}
owner: OT engineering
doc: one row a controller
`
	exampleFilter = `name: site-scanner
title: The scanner of plant 2
id: 5a0d0a38-7f0c-4f3c-8f52-0f2f54a3f0b1
owner: OT engineering
ticket: CHG-4711
until: 2027-06-30
reason: It asks each controller for its program once a night, and changes nothing.
rules: [plc-stop-unlisted]
telemetry: ot.mode_change
exclude: src_ip == "10.1.1.9" && new_mode == "program"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host, but: {src_ip: 10.1.1.10}, want: match}
`
	exampleBrief = `TA0104: Execution
Likely telemetry
- Mode changes of controllers
Detection direction
- Look for hosts that are on no list
- Put what was done beside what is known
`
	exampleItems = `tactic: TA0104
items:
  - {id: TA0104/T1, answered_by: rules, hashes: [dcd332d235d19101]}
  - {id: TA0104/D1, answered_by: rules, hashes: [8c34595c88195a17]}
  - {id: TA0104/D2, answered_by: properties, hashes: [5db63f94fdea7b49]}
`
)

var topKey = regexp.MustCompile(`^[a-z_]+:`)

// merge puts an example's keys in the place of those of the base, the others behind it. Comments go with the key below
// them; a key is not looked at as YAML, since an example may be none.
func merge(base, example string) string {
	blocks := func(text string) (keys, bodies []string) {
		body := ""
		for line := range strings.Lines(text) {
			if k := topKey.FindString(line); k != "" {
				keys, bodies = append(keys, k), append(bodies, body+line)
				body = ""
			} else if strings.HasPrefix(line, "#") || len(bodies) == 0 {
				body += line
			} else {
				bodies[len(bodies)-1] += line
			}
		}
		return keys, bodies
	}
	keys, bodies := blocks(base)
	newKeys, newBodies := blocks(strings.TrimRight(example, "\n") + "\n")
	var out, behind strings.Builder
	for i, k := range keys {
		if !slices.Contains(newKeys, k) {
			out.WriteString(bodies[i])
		}
		for j, n := range newKeys {
			if n == k {
				out.WriteString(newBodies[j])
			}
		}
	}
	for j, n := range newKeys {
		if !slices.Contains(keys, n) {
			behind.WriteString(newBodies[j])
		}
	}
	return out.String() + behind.String()
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// compiled is what an example yields, put where it belongs.
func compiled(t *testing.T, in diag.Place, example string) diag.List {
	t.Helper()
	var others map[string]string
	schema, src, stub, table, page, items := exampleSchema, exampleSource, exampleStub, exampleContext, exampleBrief, exampleItems
	switch in {
	case diag.InCondition:
		stub = merge(stub, "condition: |-\n"+strings.TrimRight(indented(example), "\n"))
	case diag.InStub:
		stub = merge(stub, example)
	case diag.InCorrelation:
		others = correlated(example)
	case diag.InSigma:
		return readSigma(example)
	case diag.InInventory, diag.InStatement, diag.InAssets, diag.InDettect:
		return readSite(t, in, example)
	case diag.InTelemetry:
		schema = merge(schema, example)
	case diag.InSource:
		src = merge(src, example)
	case diag.InContext:
		table = merge(table, example)
	case diag.InItems:
		items = merge(items, example)
	case diag.InBrief:
		page, items = example, ""
	}
	if !strings.Contains(schema, "controller.report\n") {
		src = "" // the example has sources of its own
	} else {
		src = indented(src)
	}
	library := fstest.MapFS{
		"telemetry/modes.yaml": {Data: []byte(schema + src)},
		"context/hosts.yaml":   {Data: []byte(exampleContext)},
		"context/table.yaml":   {Data: []byte(table)},
		"context/assets.yaml":  {Data: []byte(exampleAssets)},
	}
	techniques, err := fs.ReadFile(mappings.Files, "attack/techniques.json")
	if err != nil {
		t.Fatal(err)
	}
	library["attack/techniques.json"] = &fstest.MapFile{Data: techniques}
	rules := fstest.MapFS{}
	for name, text := range others {
		rules[name] = &fstest.MapFile{Data: []byte(text)}
	}
	maps.Copy(rules, fstest.MapFS{
		"ta0104/plc-stop-unlisted.yaml":    {Data: []byte(stub)},
		"ta0104/brief.txt":                 {Data: []byte(page)},
		"runbooks/ot-controller-change.md": {Data: []byte("What to do.\n")},
	})
	if items != "" {
		rules["ta0104/items.yaml"] = &fstest.MapFile{Data: []byte(items)}
	}
	if in == diag.InFilter {
		rules["filters/site-scanner.yaml"] = &fstest.MapFile{Data: []byte(merge(exampleFilter, example))}
	}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: library, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules, Name: "rules", Writable: true}},
		Jobs: 1, Today: "2026-11-22",
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(w.Findings, func(d *diag.Diagnostic) bool { return !concerns(in, d) || d.Message == unanswered })
}

// unanswered is the one finding of the library without an example: no check says yet what answers such an item.
const unanswered = "TA0104/D2 is blind: no check for it yet"

// concerns says whether a finding is about the example rather than about what became of the rest with it: another
// condition doesn't pass the stub's cases, and another page isn't the one that the stub answers.
func concerns(in diag.Place, d *diag.Diagnostic) bool {
	switch in {
	case diag.InCondition:
		f := d.Span.File
		lo := strings.Index(f.Text, "\ncondition:")
		hi := strings.Index(f.Text, "\nalert:")
		return strings.HasSuffix(f.Name, "unlisted.yaml") && lo <= d.Span.Start && d.Span.Start <= hi
	case diag.InCorrelation:
		// A correlation of another shape doesn't pass the base's cases, which is no fault of the example.
		return strings.HasSuffix(d.Span.File.Name, correlatedFile) && d.Code != diag.CaseFails
	case diag.InBrief:
		return strings.HasSuffix(d.Span.File.Name, "brief.txt") && d.Code != diag.BlindItem
	}
	return true
}

// found lists the codes of findings, each once: all that are no notes, and the one that is looked for.
func found(l diag.List, code diag.Code) string {
	var out []string
	for _, d := range l {
		if (d.Severity > diag.Note || d.Code == code) && !slices.Contains(out, string(d.Code)) {
			out = append(out, string(d.Code))
		}
	}
	return strings.Join(out, " ")
}

func shown(l diag.List) string {
	var b strings.Builder
	_ = diag.Render(&b, l, diag.Options{Format: diag.FormatShort})
	return b.String()
}

func TestExampleLibraryIsClean(t *testing.T) {
	if l := compiled(t, diag.InNone, ""); len(l) > 0 {
		t.Error(shown(l))
	}
}

// Every code's example yields that code and no other, and the better one yields nothing.
func TestExamples(t *testing.T) {
	for _, i := range diag.Codes() {
		if i.In == diag.InNone || i.In == diag.InSigma && i.Code >= "DT6150" { // which sigmalint holds
			continue
		}
		t.Run(string(i.Code), func(t *testing.T) {
			bad := compiled(t, i.In, i.Bad)
			if got := found(bad, i.Code); got != string(i.Code) {
				t.Errorf("the bad example yields %q:\n%s", got, shown(bad))
			}
			good := compiled(t, i.In, i.Good)
			if got := found(good, i.Code); got != "" {
				t.Errorf("the good example yields %q:\n%s", got, shown(good))
			}
		})
	}
}

// Who mends by --fix is rid of the finding: what a safe fix makes of a bad example doesn't have it any more.
func TestFixesMend(t *testing.T) {
	fixed := 0
	for _, i := range diag.Codes() {
		if i.In != diag.InCondition && i.In != diag.InStub {
			continue
		}
		bad := compiled(t, i.In, i.Bad)
		edits := diag.Fixes(slices.DeleteFunc(slices.Clone(bad), func(d *diag.Diagnostic) bool { return d.Code != i.Code }), false)
		for name, e := range edits {
			if !strings.HasSuffix(name, "unlisted.yaml") {
				continue
			}
			fixed++
			text, _ := diag.Apply(e[0].Span.File.Text, e)
			if got := compiled(t, diag.InStub, text); slices.ContainsFunc(got, func(d *diag.Diagnostic) bool { return d.Code == i.Code }) {
				t.Errorf("%s is still there:\n%s\n%s", i.Code, text, shown(got))
			}
		}
	}
	if fixed < 10 {
		t.Errorf("only %d examples have a safe fix", fixed)
	}
}

package sigmalint

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

func catalog(t testing.TB) *attack.Catalog {
	t.Helper()
	c, err := attack.Load(os.DirFS("../../mappings"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// base is a rule without a finding; what a test is about takes the place of its keys.
const base = `title: A shell of an office program
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
status: test
description: Detects a shell that an office program starts.
references: ['https://example.org/a']
author: Detection engineering
date: 2026-11-22
tags: [attack.execution, attack.t1059]
logsource: {category: process_creation, product: windows}
detection:
  selection: {Image|endswith: '\cmd.exe'}
  condition: selection
falsepositives: [Unknown]
level: high
`

// merged is base with an example's keys in the place of its own.
func merged(base, example string) string {
	isKey := func(line string) bool {
		return line != "" && line[0] != ' ' && line[0] != '-' && line[0] != '#' && strings.Contains(line, ":")
	}
	mine := map[string]bool{}
	for line := range strings.Lines(example) {
		if isKey(line) {
			key, _, _ := strings.Cut(line, ":")
			mine[key] = true
		}
	}
	var b strings.Builder
	skip := false
	for line := range strings.Lines(base) {
		if isKey(line) {
			key, _, _ := strings.Cut(line, ":")
			skip = mine[key]
		}
		if !skip {
			b.WriteString(line)
		}
	}
	b.WriteString(strings.TrimRight(example, "\n") + "\n")
	return b.String()
}

func read(t testing.TB, text string) []*sigma.Document {
	t.Helper()
	var l diag.List
	return sigma.ReadAll(source.NewFile("rule.yml", text), nil, &l)
}

// checked is what Check finds in a text.
func checked(t testing.TB, text string, c *attack.Catalog) diag.List {
	t.Helper()
	var l diag.List
	for _, d := range read(t, text) {
		Check(d, c, &l)
	}
	return l
}

func said(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		fmt.Fprintf(&b, "%s %s %q: %s\n", d.Code, d.Severity, d.Span.Text(), d.Message)
	}
	return b.String()
}

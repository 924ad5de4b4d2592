package workspace_test

import (
	"testing"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// exampleSigma is what the examples of Sigma files are parts of. Without an example it has no finding. What the checks
// of Sigma find in it is held by package sigmalint's own examples.
const exampleSigma = `title: A shell of an office program
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
status: test
description: An office program starts a shell.
author: Detection engineering
date: 2026-11-22
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\winword.exe'
    condition: selection
level: high
`

// readSigma is what reading an example yields.
func readSigma(example string) (l diag.List) {
	text := merge(exampleSigma, example)
	if example == diag.SigmaDocument.Info().Bad {
		text = example // a part that says nothing by itself
	}
	sigma.ReadAll(source.NewFile("rule.yml", text), nil, &l)
	return l
}

// Each finding of the Sigma reader says what to do, and stands at a place.
func TestSigmaFindingsHelp(t *testing.T) {
	for _, i := range diag.Codes() {
		if i.In != diag.InSigma || i.Code >= "DT6150" {
			continue
		}
		for _, d := range readSigma(i.Bad) {
			if d.Help == "" || d.Span.IsZero() {
				t.Errorf("%s: no place, or no help: %+v", i.Code, d)
			}
		}
	}
}

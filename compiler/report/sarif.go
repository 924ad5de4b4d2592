package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// MaxSARIF is how many results a SARIF file holds: code scanning refuses one with more (GitHub, "SARIF support for
// code scanning", limits).
const MaxSARIF = 25_000

// FindingsOptions say what a report of findings needs beside them.
type FindingsOptions struct {
	Version string                      // of detc
	Subject func(f *source.File) string // what a file is about: a rule's name; nil, or "" where it has none
	FailAt  diag.Severity               // findings below are no failures
}

// SARIF 2.1.0 (OASIS standard, 27 March 2020), as much of it as findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
		Properties  any               `json:"properties,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string      `json:"id"`
		Name                 string      `json:"name"`
		ShortDescription     sarifText   `json:"shortDescription"`
		FullDescription      sarifText   `json:"fullDescription"`
		Help                 sarifText   `json:"help"`
		DefaultConfiguration sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Suppressions []sarifSuppressed `json:"suppressions,omitempty"`
		Properties   any               `json:"properties,omitempty"`
	}
	sarifSuppressed struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// SARIF writes findings as SARIF 2.1.0. A result is known again by its code, what it is about and the clause it stands
// at, not by its line, so that one that moves stays the same. Past MaxSARIF the least severe are left out, and counted.
func SARIF(w io.Writer, l diag.List, o FindingsOptions) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}, Invocations: []sarifInvocation{{Successful: true}}}
	run.Tool.Driver = sarifDriver{Name: "detc", Version: o.Version, Rules: []sarifRule{}}
	kept := worst(l, MaxSARIF)
	if out := len(l) - len(kept); out > 0 {
		run.Invocations[0].Notifications = []sarifNotification{{"warning", plainText("%d more findings are left out: a file holds %d at most", out, MaxSARIF)}}
	}
	index := map[diag.Code]int{}
	for _, i := range diag.Codes() {
		if slices.ContainsFunc(kept, func(d *diag.Diagnostic) bool { return d.Code == i.Code }) {
			index[i.Code] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(i))
		}
	}
	prints := fingerprints{subject: o.Subject, seen: map[string]int{}}
	for _, d := range kept {
		run.Results = append(run.Results, sarifResultOf(d, index[d.Code], prints.of(d)))
	}
	return indented(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

// worst are the n most severe findings, in their own order.
func worst(l diag.List, n int) diag.List {
	if len(l) <= n {
		return l
	}
	var out diag.List
	left := n
	take := map[diag.Severity]int{}
	for s := int(diag.Error); s >= int(diag.Note); s-- {
		take[diag.Severity(s)] = min(left, l.Count(diag.Severity(s)))
		left -= take[diag.Severity(s)]
	}
	for _, d := range l {
		if take[d.Severity] > 0 {
			take[d.Severity]--
			out = append(out, d)
		}
	}
	return out
}

func sarifRuleOf(i diag.Info) sarifRule {
	return sarifRule{ID: string(i.Code), Name: i.Slug, ShortDescription: plainText("%s", i.Summary), FullDescription: plainText("%s", i.Why),
		Help:                 sarifText{Text: plainText("%s %s", i.Summary, i.Why).Text, Markdown: i.Page()}, // no arguments belong to it, so no brace in it is a placeholder
		DefaultConfiguration: sarifConfig{i.Severity.String()}}
}

func sarifResultOf(d *diag.Diagnostic, rule int, print string) sarifResult {
	message := d.Message
	if d.Help != "" {
		message += "\n" + d.Help
	}
	r := sarifResult{RuleID: string(d.Code), RuleIndex: rule, Level: d.Severity.String(), Message: plainText("%s", message),
		// The first name is the one that code scanning looks for; the second is ours.
		Fingerprints: map[string]string{"primaryLocationLineHash": print, "detc/v1": print}}
	if !d.Span.IsZero() {
		r.Locations = []sarifLocation{{Physical: physical(d.Span)}}
	}
	for i, n := range d.Notes {
		if !n.Span.IsZero() {
			text := plainText("%s", n.Message)
			r.Related = append(r.Related, sarifLocation{ID: i + 1, Physical: physical(n.Span), Message: &text})
		}
	}
	for _, f := range d.Fixes {
		if fix := sarifFixOf(f); len(fix.Changes) > 0 {
			r.Fixes = append(r.Fixes, fix)
		}
	}
	return r
}

func sarifFixOf(f diag.Fix) sarifFix {
	out := sarifFix{Description: plainText("%s", f.Title)}
	for _, e := range f.Edits {
		at := physical(e.Span)
		if at.Region == nil {
			continue
		}
		r := sarifReplacement{*at.Region, sarifText{Text: e.New}}
		if n := len(out.Changes); n > 0 && out.Changes[n-1].Artifact == at.Artifact {
			out.Changes[n-1].Replacements = append(out.Changes[n-1].Replacements, r)
			continue
		}
		out.Changes = append(out.Changes, sarifChange{at.Artifact, []sarifReplacement{r}})
	}
	return out
}

// braces: a brace begins a placeholder unless it is doubled (section 3.11.5).
var braces = strings.NewReplacer("{", "{{", "}", "}}")

// plainText is a message with what a viewer would act on taken away: placeholders, links (section 3.11.6) and
// characters that hide or reorder text.
func plainText(format string, args ...any) sarifText {
	lines := strings.Split(fmt.Sprintf(format, args...), "\n")
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(diag.Printable(line), "](", "]\u200b(")
	}
	return sarifText{Text: braces.Replace(strings.Join(lines, "\n"))}
}

func physical(s source.Span) sarifPhysical {
	p := sarifPhysical{Artifact: sarifArtifact{uri(s.File.Name)}}
	if s.File.Text != "" {
		from, to := s.Position(), s.File.Position(max(s.Start, s.End))
		p.Region = &sarifRegion{from.Line, from.Column, to.Line, to.Column}
	}
	return p
}

// uri is a file's name as a URI reference: relative to the root of the checkout, as names are.
func uri(name string) string {
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}

// fingerprints names findings by what they say of what, not by where that stands.
type fingerprints struct {
	subject func(*source.File) string
	seen    map[string]int
}

func (p *fingerprints) of(d *diag.Diagnostic) string {
	about := ""
	if f := d.Span.File; f != nil {
		if p.subject != nil {
			about = p.subject(f)
		}
		if about == "" {
			about = f.Name
		}
	}
	clause := strings.Join(strings.Fields(d.Span.Text()), " ")
	h := sha256.Sum256([]byte(string(d.Code) + "\x00" + about + "\x00" + clause))
	print := hex.EncodeToString(h[:16])
	p.seen[print]++
	return fmt.Sprintf("%s:%d", print, p.seen[print]) // the n-th of several that nothing tells apart
}

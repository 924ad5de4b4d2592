package report_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"detc/compiler/change"
	"detc/compiler/report"
)

// changes is a comparison with one of everything.
func changes() *change.Report {
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("%q", fmt.Sprintf("value-%02d", i)))
	}
	event := func(from string) *change.Witness {
		return &change.Witness{From: from, Event: []change.FieldValue{{Name: "new_mode", Value: "test"}, {Name: "src_ip", Value: "192.0.2.10"}},
			Context: []change.FieldValue{{Name: "engineering_hosts", Value: "[10.20.9.10]"}},
			Base:    `does not match: new_mode = "stop" is false (new_mode is "test")`, Head: `matches: new_mode in {"stop", "test"} is true (new_mode is "test")`}
	}
	return &change.Report{SchemaVersion: change.SchemaVersion, Base: "main", Head: "HEAD",
		Totals: change.Totals{Unchanged: 30, Added: 1, Removed: 1, Changed: 4, Broken: 1, Wider: 2, Narrower: 1, Unknown: 1, Flipped: 1},
		Definitions: []change.DefinitionChange{{Kind: "source", ID: "zeek.s7comm", File: "telemetry/ot.yaml", What: change.Changed,
			Properties: []change.PropertyChange{{Key: "fields.src_ip", Old: "id.orig_h", New: "id.resp_h"}}, Rules: []string{"through"}}},
		Rules: []change.RuleChange{
			{Rule: "broken", Form: change.Stub, Level: "high", File: "broken.yaml", What: []string{change.Broken}, Trouble: "3:4: no field `new_mod`",
				Lines: "--- a\n+++ b\n@@ -1 +1 @@\n-condition: new_mode == \"a\"\n+condition: new_mod == \"a\"\n"},
			{Rule: "widened", Form: change.Stub, ID: "1", Title: "A rule", Level: "critical", File: "new/widened.yaml",
				What: []string{change.Renamed, change.Moved, change.Meant, change.Said, change.Tested, change.Emitted}, Was: &change.Was{Rule: "old", File: "old.yaml"},
				Meaning: &change.Meaning{Direction: change.Wider, Reason: "an event shows it, and what matched is proved to match still", Tried: 12, Gained: event(`case "a test"`),
					Edits: []change.Edit{{What: change.Changed, In: "opens", Clause: "new_mode", Added: many, Effect: "wider"}, {What: change.Renamed, Clause: "known", Was: "listed"},
						{What: change.Added, Clause: "exists(src_ip)", Effect: "narrower"}, {What: change.Removed, Clause: "port > 5", Effect: "wider"}, {What: change.Changed, Clause: "port > 5", Was: "port > 6"}}},
				Metadata: []change.PropertyChange{{Key: "level", Old: "high", New: "critical"}, {Key: "tags", Added: []string{"T0858"}, Removed: []string{"T0001"}}, {Key: "runbook", Old: "r"}, {Key: "alert.suppress.by", Reordered: true}},
				Tests: []change.CaseChange{{Case: "a test", What: change.Flipped, Want: "no match", Note: "matches: new_mode is test"}, {Case: "another", What: change.Rewanted, Want: "match", WantWas: "no match"},
					{Case: "shown", What: change.Shows, Want: "match"}, {Case: "wrong", What: change.Fails, Want: "match", Note: "does not match"}, {Case: "gone", What: change.Dropped, Want: "match"},
					{Case: "more", What: change.Further, Want: "match"}, {Case: "other", What: change.Reshaped, Want: "match"}},
				Sources: []change.SourceChange{{Source: "zeek.a", What: change.Added}, {Source: "zeek.b", What: change.Removed, Reason: "the log has no src_ip"}, {Source: "zeek.c", What: change.Changed},
					{Source: "zeek.d", What: change.Changed, Lines: "--- zeek.d.yml\n+++ zeek.d.yml\n@@ -1 +1 @@\n-a\n+b\n"}}},
			{Rule: "through", Form: change.Stub, Level: "low", File: "through.yaml", What: []string{change.Emitted}, Through: []string{"source zeek.s7comm"},
				Sources: []change.SourceChange{{Source: "zeek.s7comm", What: change.Changed, Meaning: &change.Meaning{Direction: change.Narrower, Reason: "an event shows it", Edits: []change.Edit{}, Lost: event("generated"), Tried: 3}}}},
			{Rule: "asked", Form: change.SigmaRule, Level: "low", File: "asked.yml", What: []string{change.Meant},
				Meaning: &change.Meaning{Direction: change.Unknown, Reason: "no event was found that tells the two apart, in 300 tries", Edits: []change.Edit{}, Tried: 300}},
			{Rule: "gone", Form: change.SigmaRule, File: "gone.yml", What: []string{change.Removed}},
			{Rule: "new", Form: change.SigmaRule, File: "new.yml", What: []string{change.Added}},
		}}
}

func TestChanges(t *testing.T) {
	for name, f := range map[string]func(io.Writer) error{
		"change.txt":  func(w io.Writer) error { return report.ChangeText(w, changes(), report.Options{}) },
		"change.md":   func(w io.Writer) error { return report.ChangeMarkdown(w, changes(), report.CommentLimit) },
		"change.json": func(w io.Writer) error { return report.ChangeJSON(w, changes()) },
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, write(t, f)) })
	}
}

// hostileChanges has the hostile text wherever a file can put one.
func hostileChanges() *change.Report {
	r := changes()
	fence := "```\n" + hostile + "\n````"
	r.Base, r.Head = hostile, hostile
	r.Definitions[0] = change.DefinitionChange{Kind: "source", ID: hostile, File: hostile, What: change.Changed,
		Properties: []change.PropertyChange{{Key: hostile, Old: hostile, New: hostile}}, Rules: []string{hostile}}
	for i := range r.Rules {
		c := &r.Rules[i]
		c.Rule, c.Title, c.Level, c.File, c.Trouble = hostile, hostile, hostile, hostile, hostile
		c.Through, c.Was = []string{hostile}, &change.Was{Rule: hostile, File: hostile}
		c.Metadata = []change.PropertyChange{{Key: hostile, Old: hostile, New: hostile}, {Key: hostile, Added: []string{hostile}}}
		c.Tests = []change.CaseChange{{Case: hostile, What: change.Flipped, Want: "match", Note: hostile}}
		w := &change.Witness{From: hostile, Event: []change.FieldValue{{Name: hostile, Value: fence}}, Context: []change.FieldValue{{Name: fence, Value: hostile}}, Base: hostile, Head: hostile}
		c.Meaning = &change.Meaning{Direction: change.Both, Reason: hostile, Edits: []change.Edit{{What: change.Added, In: hostile, Clause: hostile}}, Gained: w, Lost: w}
		c.Sources = []change.SourceChange{{Source: hostile, What: change.Removed, Reason: hostile, Lines: fence}}
		c.Lines = fence
	}
	return r
}

// Outside of code nothing acts; inside, the code ends where we end it.
func TestChangesHoldHostileText(t *testing.T) {
	out := write(t, func(w io.Writer) error { return report.ChangeMarkdown(w, hostileChanges(), 0) })
	var text strings.Builder
	fence := ""
	for l := range strings.Lines(out) {
		ticks := l[:len(l)-len(strings.TrimLeft(l, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && strings.TrimRight(l, "\n") == fence:
			fence = ""
		case fence == "":
			text.WriteString(spans(l))
		}
	}
	if fence != "" {
		t.Error("a block of code is left open")
	}
	for what, re := range map[string]string{
		"HTML": `<`, "a mention": `@\w`, "an issue": `(?:^|[^&#])#\d`, "an image": `(?:^|[^\\])!`, "a control character": "[\x00-\x09\x0b-\x1f\u202e\u200b]",
		"a link": `(?:^|[^\\])\](?:\(|\[)|https?://|www\.`, "math": `\$`,
	} {
		if m := regexp.MustCompile(re).FindString(text.String()); m != "" {
			t.Errorf("%s gets through: %q", what, m)
		}
	}
	bad := regexp.MustCompile("[\x00-\x09\x0b-\x1f\u202e\u200b]")
	if m := bad.FindString(out + write(t, func(w io.Writer) error { return report.ChangeText(w, hostileChanges(), report.Options{}) })); m != "" {
		t.Errorf("a control character gets through: %q", m)
	}
}

// spans is a line without its code spans, found as CommonMark finds them: a run of backticks up to one of its length.
func spans(l string) string {
	var out strings.Builder
	run := regexp.MustCompile("`+")
	for {
		at := run.FindStringIndex(l)
		if at == nil {
			out.WriteString(l)
			return out.String()
		}
		if at[0] > 0 && l[at[0]-1] == '\\' {
			out.WriteString(l[:at[0]+1])
			l = l[at[0]+1:]
			continue
		}
		out.WriteString(l[:at[0]])
		ticks, rest := l[at[0]:at[1]], l[at[1]:]
		closed := false
		for _, end := range run.FindAllStringIndex(rest, -1) {
			if rest[end[0]:end[1]] == ticks {
				l, closed = rest[end[1]:], true
				break
			}
		}
		if !closed {
			out.WriteString(ticks)
			l = rest
		}
	}
}

// A comment keeps to its limit, whatever it is, and counts what it leaves out.
func TestChangesKeepToALimit(t *testing.T) {
	r := changes()
	for i := range 500 {
		c := r.Rules[1]
		c.Rule = fmt.Sprintf("rule-%03d", i)
		r.Rules = append(r.Rules, c)
	}
	for _, limit := range []int{0, 200, 1000, 5000, report.CommentLimit, 1 << 24} {
		out := write(t, func(w io.Writer) error { return report.ChangeMarkdown(w, r, limit) })
		if n := len(utf16.Encode([]rune(out))); limit > 0 && n > limit {
			t.Errorf("%d characters, at most %d were asked for", n, limit)
		}
		shown := strings.Count(out, "\n### `")
		left := regexp.MustCompile(`Left out for length: (\d+) rule`).FindStringSubmatch(out)
		switch {
		case limit == 0 || limit == 1<<24:
			if shown != len(r.Rules) || left != nil {
				t.Errorf("%d of %d rules without a limit, %v", shown, len(r.Rules), left)
			}
		case limit >= 1000:
			if left == nil || fmt.Sprint(len(r.Rules)-shown) != left[1] {
				t.Errorf("%d of %d rules within %d, and it says %v", shown, len(r.Rules), limit, left)
			}
		}
	}
}

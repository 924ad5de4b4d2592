package attack_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
)

func load(t testing.TB) *attack.Catalog {
	t.Helper()
	c, err := attack.Load(os.DirFS("../../mappings"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What the rest of the program counts on, as facts of release 19.1.
func TestCatalog(t *testing.T) {
	c := load(t)
	if c.Release != "19.1" || !strings.Contains(c.Notice, "The MITRE Corporation") || len(c.Tactics()) != 41 {
		t.Errorf("release %q, %d tactics, notice %q", c.Release, len(c.Tactics()), c.Notice)
	}
	for id, domain := range map[string]string{"TA0002": "enterprise-attack", "TA0104": "ics-attack", "TA0041": "mobile-attack"} {
		if got, _ := c.Tactic(id); got != (attack.Tactic{ID: id, Name: "Execution", Shortname: "execution", Domain: domain}) {
			t.Errorf("%s: %+v", id, got)
		}
	}
	for id, want := range map[string]string{
		"TA0104": "T0807 T0821 T0823 T0834 T0853 T0858 T0863 T0871 T0874 T0895",
		"TA0041": "T1575 T1603 T1623 T1623.001 T1658",
	} {
		var ids []string
		for _, q := range c.Techniques(id) {
			ids = append(ids, q.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
	// ICS has ids beyond T0xxx: a prefix says nothing of the domain.
	if q := c.Technique("T1692.001"); len(q) != 1 || q[0].Domain != "ics-attack" {
		t.Errorf("T1692.001: %+v", q)
	}
	for id, want := range map[string]string{"T0855": "T1692.001", "T1605": "T1623.001", "T1073": "T1574.001", "T1431": "T1476", "T1454": ""} {
		now, _ := c.Current(c.Technique(id)[0])
		if now.ID != want {
			t.Errorf("%s became %q, want %q", id, now.ID, want)
		}
	}
}

func TestCheckTags(t *testing.T) {
	c := load(t)
	const ics = "TA0104 has T0807 Command-Line Interface, T0821 Modify Controller Tasking, T0823 Graphical User Interface, T0834 Native API, T0853 Scripting, T0858 Change Operating Mode, T0863 User Execution, T0871 Execution through API, T0874 Hooking, T0895 Autorun Image; a tactic alone is a good tag too"
	for _, x := range []struct{ tags, want string }{
		{"TA0104", ""},
		{"TA0104 T0858 T0807", ""},
		{"TA0041 T1623.001", ""},
		{"TA0002 T1059.001", ""},
		{"T0858", "DT3007 no-tactic: the tags name no tactic | add one: these techniques are of TA0103 Evasion, TA0104 Execution"},
		{"", "DT3007 no-tactic: the tags name no tactic | add one by its id, such as TA0104"},
		{"TA0104 TA0041", "DT3008 several-tactics: a second tactic, TA0041 Execution beside TA0104 Execution | keep the one whose brief the rule answers"},
		{"TA0194", `DT3001 unknown-tactic: ATT&CK 19.1 has no tactic "TA0194" | did you mean "TA0104"? | TA0104`},
		{"TA0104 T0898", `DT3002 unknown-technique: ATT&CK 19.1 has no technique "T0898" | did you mean "T0858"? | T0858`},
		{"TA0106 T0855", "DT3003 revoked-technique: T0855 Unauthorized Command Message was revoked; T1692.001 Command Message stands for it | replace T0855 by T1692.001 | T1692.001"},
		{"TA0041 T1605", "DT3003 revoked-technique: T1605 Command-Line Interface was revoked; T1623.001 Unix Shell stands for it | replace T1605 by T1623.001 | T1623.001"},
		{"TA0041 T1402", "DT3003 revoked-technique: T1402 Broadcast Receivers was revoked; T1624.001 Broadcast Receivers stands for it | T1624.001 is of TA0028 Persistence, not of TA0041 Execution: TA0041 has T1575 Native API, T1603 Scheduled Task/Job, T1623 Command and Scripting Interpreter, T1623.001 Unix Shell, T1658 Exploitation for Client Execution; a tactic alone is a good tag too | T1624.001 (unsafe)"},
		{"TA0104 T0875", "DT3004 deprecated-technique: T0875 Change Program State is deprecated | " + ics},
		{"TA0104 T1059", "DT3005 technique-of-another-domain: T1059 Command and Scripting Interpreter is of enterprise-attack; TA0104 Execution is of ics-attack | " + ics},
		{"TA0104 T0843", "DT3006 technique-of-another-tactic: T0843 Program Download is of TA0109 Lateral Movement, not of TA0104 Execution | " + ics},
		{"TA0104 attack.t0858", `DT3009 bad-tag: "attack.t0858" is no tactic and no technique | write T0858 | T0858`},
		{"TA0104 attack.execution", `DT3009 bad-tag: "attack.execution" is no tactic and no technique | a tag is an ATT&CK id: TA0104, T0858 or T1623.001`},
	} {
		f := source.NewFile("tags", x.tags)
		var tags []source.Text
		at := 0
		for _, tag := range strings.Fields(x.tags) {
			at += strings.Index(x.tags[at:], tag)
			tags = append(tags, source.Literal(f, at, tag))
		}
		var l diag.List
		c.CheckTags(tags, source.Span{File: f}, &l)
		var got []string
		for _, d := range l {
			s := fmt.Sprintf("%s %s: %s | %s", d.Code, d.Code.Info().Slug, d.Message, d.Help)
			for _, fix := range d.Fixes {
				s += " | " + fix.Edits[0].New
				if !fix.Safe {
					s += " (unsafe)"
				}
			}
			got = append(got, s)
		}
		if got := strings.Join(got, "\n"); got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.tags, got, x.want)
		}
	}
}

// A safe fix removes its finding and brings no other, for every revoked id under every tactic that it had.
func TestFixesHold(t *testing.T) {
	c := load(t)
	n := 0
	for _, tactic := range c.Tactics() {
		for i := range 2000 {
			for _, q := range c.Technique(fmt.Sprintf("T%04d", i)) {
				if !q.Revoked || q.Domain != tactic.Domain {
					continue
				}
				var l diag.List
				c.Check(text(tactic.ID), []source.Text{text(q.ID)}, &l)
				for _, fix := range l[0].Fixes {
					if !fix.Safe {
						continue
					}
					n++
					var after diag.List
					c.Check(text(tactic.ID), []source.Text{text(fix.Edits[0].New)}, &after)
					if len(after) > 0 {
						t.Errorf("%s under %s: %s, then %s", q.ID, tactic.ID, l[0].Message, after[0].Message)
					}
				}
			}
		}
	}
	if n == 0 {
		t.Error("no fix was tried")
	}
}

func text(s string) source.Text { return source.Literal(source.NewFile("tag", s), 0, s) }

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b)
	}
}

package sigmalint

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A look is keys of a rule and what is found in them: codes with the text that each stands at. `fixed` is a text that
// what the safe fixes make of the rule holds; "" where there is none, and "!"
// before what only an unsafe one makes.
type look struct {
	name, keys, finds, fixed string
}

var looksOf = []look{
	{"a title of blanks", "title: '  '", "DT6200 '  '", ""},
	{"no title", "title:", "DT6200 base", ""},
	{"a list for a title", "title: [a]", "DT6213 [a]", ""},
	{"a title of 256 letters of two bytes", "title: " + strings.Repeat("ü", 256), "", ""},
	{"a title of 257", "title: " + strings.Repeat("ü", 257), "DT6201 " + strings.Repeat("ü", 257), ""},
	{"capitals in an id", "id: 6F0B3C1E-5B1F-4D55-9A8E-0D2F1D6C7A01", "DT6203 6F0B3C1E-5B1F-4D55-9A8E-0D2F1D6C7A01", "id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01"},
	{"an id without hyphens", "id: 6f0b3c1e5b1f4d559a8e0d2f1d6c7a01", "DT6203 6f0b3c1e5b1f4d559a8e0d2f1d6c7a01", ""},
	{"slashes in a quoted date", "date: '2026/1/5'", "DT6204 '2026/1/5'", "date: '2026-01-05'"},
	{"dots", "date: 2026.11.22", "DT6204 2026.11.22", "date: 2026-11-22"},
	{"no such day", "date: 2026-02-30", "DT6204 2026-02-30", ""},
	{"a date in words", "date: last week", "DT6204 last week", ""},
	{"modified on the day itself", "modified: 2026-11-22", "", ""},
	{"a level in capitals", "level: High", "DT6207 High", "level: high"},
	{"a level in short", "level: info", "DT6207 info", "level: informational"},
	{"a level of nobody", "level: 5", "DT6207 5", ""},
	{"a key of one's own", "simulation: [x]\nregression_tests_path: y\nmitigation: z", "", ""},
	{"a key in capitals", "Fields: [Image]", "DT6208 Fields", "fields: [Image]"},
	{"a mistyped key beside the right one", "refrences: [x]", "DT6208 refrences", ""},
	{"a relation to itself", "related: [{id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01, type: similar}]", "DT6209 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", ""},
	{"a relation to no id", "related: [{id: x, type: similar}, {type: similar}, x]", "DT6209 x; DT6209 {type: similar}; DT6209 x", ""},
	{"a relation of no type", "related: [{id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02}]", "DT6209 {id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02}", ""},
	{"a page of ATT&CK", "references: ['https://attack.mitre.org/techniques/T1059/']", "DT6210 'https://attack.mitre.org/techniques/T1059/'", ""},
	{"references twice", "references:\n  - https://example.org/a\n  - https://example.org/a", "DT6211 https://example.org/a", "references:\n  - https://example.org/a\n"},
	{"a reference that is a mapping", "references: [{a: b}]", "DT6213 {a: b}", ""},
	{"licenses", "license: (MIT OR Apache-2.0) AND DRL-1.1", "", ""},
	{"a sentence for a license", "license: all rights reserved", "DT6212 all rights reserved", ""},
	{"a red team", "falsepositives: [Red Team]", "DT6215 Red Team", ""},
	{"unknown in small letters", "falsepositives: [unknown]", "DT6215 unknown", "falsepositives: [Unknown]"},

	{"tags of every namespace", "tags: [attack.execution, attack.t1059, attack.s0002, attack.g0016, attack.ds0015, car.2016-04-005, cve.2021-44228, d3fend.d3-am, d3fend.d3f-WindowsNtOpenFile, d3fend.detect, detection.dfir, stp.4, stp.3k, tlp.amber-strict]", "", ""},
	{"ICS and Mobile", "tags: [attack.impair-process-control, attack.t0836, attack.network-effects]", "DT6227 attack.network-effects", ""},
	{"a tag without a namespace", "tags: [attack.execution, t1059]", "DT6220 t1059", "attack.t1059"},
	{"a tactic with an underscore", "tags: [attack.privilege_escalation, attack.t1055]", "DT6220 attack.privilege_escalation", "attack.privilege-escalation"},
	{"a tactic by its id", "tags: [attack.ta0002, attack.t1059]", "DT6220 attack.ta0002", "attack.execution"},
	{"a tactic mistyped", "tags: [attack.executon, attack.t1059]", "DT6223 attack.executon; DT6226 attack.t1059", "attack.execution"},
	{"defense evasion on a phone", "tags: [attack.defense-evasion, attack.t1628]", "", ""},
	{"defense evasion alone", "tags: [attack.defense-evasion]", "DT6225 attack.defense-evasion", ""},
	{"defense_evasion", "tags: [attack.defense_evasion, attack.t1027]", "DT6220 attack.defense_evasion; DT6225 attack.defense_evasion", "attack.defense-evasion"},
	{"a group of five digits", "tags: [attack.execution, attack.g00160]", "DT6223 attack.g00160", ""},
	{"white", "tags: [tlp.white]", "DT6222 tlp.white", "tlp.clear"},
	{"a CVE with its name", "tags: [cve.cve-2021-44228]", "DT6222 cve.cve-2021-44228", "[cve.2021-44228]"},
	{"an analytic with its name", "tags: [car.car-2016-04-005]", "DT6222 car.car-2016-04-005", "[car.2016-04-005]"},
	{"a score of none", "tags: [stp.9]", "DT6222 stp.9", ""},
	{"a namespace of one's own", "tags: [ours.finance]", "DT6221 ours.finance", ""},

	{"no log source", "logsource:", "DT6230 base", ""},
	{"a service with spaces", "logsource: {product: windows, service: Windows Defender}", "DT6231 Windows Defender", "service: windows_defender"},
	{"keys of one's own", "logsource: {product: windows, tenant: a}", "", ""},

	{"a private selection", "detection: {selection: {Image: 'a'}, _spare: {Image: 'b'}, condition: selection}", "", ""},
	{"used by a pattern", "detection: {a_x: {Image: 'a'}, a_y: {User: 'b'}, condition: 1 of a_*}", "", ""},
	{"them doesn't use a private one", "detection: {a_x: {Image: 'a'}, a_y: {User: 'b'}, _z: {User: 'c'}, condition: 1 of them}", "", ""},
	{"a pattern of one filter", "detection: {selection: {Image: 'a'}, filter_main_x: {User: 'b'}, condition: selection and not 1 of filter_main_*}", "", ""},
	{"a filter among them", "detection: {selection: {Image: 'a'}, other: {Image: 'c'}, filter: {User: 'b'}, condition: 1 of them and not filter}", "DT6242 1 of them", ""},
	{"a pattern and one of it that is negated", "detection: {a_x: {Image: 'a'}, a_y: {User: 'b'}, a_z: {User: 'c'}, condition: 1 of a_* and not a_z}", "DT6242 1 of a_*", ""},
	{"alternatives with or", "detection: {sel: {Image: 'a'}, sel_y: {User: 'b'}, condition: sel or 1 of sel*}", "", ""},
	{"all of them without a common beginning", "detection: {image: {Image: 'a'}, user: {User: 'b'}, condition: all of them}", "DT6243 all of them", ""},
	{"any of", "detection: {a_x: {Image: 'a'}, a_y: {User: 'b'}, condition: any of a_*}", "DT6244 any", "condition: 1 of a_*"},
	{"a selection called AND", "detection: {a: {Image: 'a'}, condition: (a Or a)}", "DT6244 Or", "(a or a)"},
	{"two values of one field", "detection: {a: {EventID: 1}, b: {EventID: 2}, condition: a and b}", "DT6245 b", ""},
	{"two values of one field that are one", "detection: {a: {User: 'x'}, b: {User: 'X'}, condition: a and b}", "", ""},
	{"two ends", `detection: {a: {Image|endswith: '\a.exe'}, b: {Image|endswith: ['\b.exe', '\c.exe']}, condition: a and b}`, "DT6245 b", ""},
	{"two parts", "detection: {a: {CommandLine|contains: '-x'}, b: {CommandLine|contains: '-y'}, condition: a and b}", "", ""},
	{"a filter that repeats the selection", "detection: {a: {User: ['x', 'y']}, b: {User: ['y', 'x', 'z']}, condition: a and not b}", "DT6245 b", ""},
	{"a filter that takes some", "detection: {a: {User: ['x', 'y']}, b: {User: ['y', 'z']}, condition: a and not b}", "", ""},
	{"one of two filters is idle", "detection: {a: {User: 'x'}, filter_one: {User: 'y'}, filter_two: {Image: 'z'}, condition: a and not 1 of filter_*}", "DT6246 filter_one", ""},
	{"a filter of the missing field", "detection: {a: {User: 'x'}, filter: {User: null}, condition: a and not filter}", "DT6246 filter", ""},
	{"not null alone", "detection: {filter: {User: null}, condition: not filter}", "", ""},
	{"nots alone, in one of two ways", "detection: {a: {User: 'x'}, b: {User: 'y'}, condition: a or not b}", "DT6247 a or not b", ""},

	{"keywords that all must stand", "detection: {k: {'|all': ['x1', 'y1']}, condition: k}", "", ""},
	{"all on a list of one", "detection: {s: {CommandLine|contains|all: ['xyz']}, condition: s}", "DT6250 |all", "CommandLine|contains: ['xyz']"},
	{"all in the middle", "detection: {s: {CommandLine|all|contains: 'xyz'}, condition: s}", "DT6250 |all", "CommandLine|contains: 'xyz'"},
	{"null alone", "detection: {s: {Image: 'a', CommandLine: null}, condition: s}", "", ""},
	{"numbers in quotes alone", "detection: {s: {EventID: ['1', '2']}, condition: s}", "", ""},
	{"a number with a nought", "detection: {s: {EventID: ['01', 2]}, condition: s}", "", ""},
	{"a number in quotes among numbers", "detection: {s: {EventID: ['1', 2]}, condition: s}", "DT6252 '1'", "EventID: [1, 2]"},
	{"stars around", "detection: {s: {CommandLine: ['*a b*', '*c*']}, condition: s}", "DT6253 '*a b*'", "CommandLine|contains: ['a b', 'c']"},
	{"a star behind an escaped backslash", `detection: {s: {Image: 'C:\x\\*'}, condition: s}`, `DT6253 'C:\x\\*'`, `Image|startswith: 'C:\x\\'`},
	{"stars of two kinds", "detection: {s: {CommandLine: ['*ab', 'c*']}, condition: s}", "DT6253 '*ab'", ""},
	{"a star alone", "detection: {s: {CommandLine: '*'}, condition: s}", "", ""},
	{"a star inside", "detection: {s: {CommandLine: 'a*b'}, condition: s}", "", ""},
	{"an escaped star at the end", `detection: {s: {CommandLine: 'a\*'}, condition: s}`, "", ""},
	{"with all", "detection: {s: {CommandLine|all: ['*ab*', '*cd*']}, condition: s}", "DT6253 '*ab*'", "CommandLine|contains|all: ['ab', 'cd']"},
	{"without quotes", "detection: {s: {CommandLine: ab*}, condition: s}", "DT6253 ab*", ""},
	{"a star before endswith", `detection: {s: {Image|endswith: ['*\a.exe', '\b.exe']}, condition: s}`, `DT6254 '*\a.exe'`, `['\a.exe', '\b.exe']`},
	{"a star behind endswith", `detection: {s: {Image|endswith: '\a*'}, condition: s}`, "", ""},
	{"an expression with a class", "detection: {s: {CommandLine|re: 'ab[cd]'}, condition: s}", "", ""},
	{"an expression with alternatives at its ends", "detection: {s: {CommandLine|re: '.*ab|cd.*'}, condition: s}", "", ""},
	{"an escaped dot before a star", `detection: {s: {CommandLine|re: 'a[bc]\.*'}, condition: s}`, "", ""},
	{"a dash", "detection: {s: {CommandLine|contains: '-'}, condition: s}", "", ""},
	{"three times", "detection: {s: {User: ['x', 'X', 'x']}, condition: s}", "DT6259 'X'; DT6259 'x'", "User: ['x']"},
	{"case that counts", "detection: {s: {User|cased: ['x', 'X']}, condition: s}", "", ""},
	{"in a long list", "detection: {s: {User: ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'h1', 'i1', 'j1', 'k1', 'l1', 'm1', 'A1']}, condition: s}", "DT6259 'A1'", "'m1']"},
	{"letters outside ASCII", "detection: {s: {User: ['ä', 'Ä']}, condition: s}", "", ""},
	{"with all the shorter is idle", "detection: {s: {CommandLine|contains|all: ['ab', 'abc', 'xyz']}, condition: s}", "DT6260 'ab'", "!['abc', 'xyz']"},
	{"with all one stays", "detection: {s: {CommandLine|contains|all: ['ab', 'abc']}, condition: s}", "DT6260 'ab'", "!CommandLine|contains: ['abc']"},
	{"beginnings", "detection: {s: {CommandLine|startswith: ['ab', 'xab']}, condition: s}", "", ""},
	{"ends", "detection: {s: {CommandLine|endswith: ['ab', 'xab']}, condition: s}", "DT6260 'xab'", "!['ab']"},
	{"lines of their own", "detection:\n  s:\n    CommandLine|contains:\n      - 'abc'\n      - 'ab'\n      - 'x y'\n  condition: s", "DT6260 'abc'", "!contains:\n      - 'ab'\n      - 'x y'"},
	{"a line with a comment", "detection:\n  s:\n    CommandLine|contains:\n      - 'abc' # why\n      - 'ab'\n  condition: s", "DT6260 'abc'", ""},
	{"windash with a slash", "detection: {s: {CommandLine|contains|windash: ['/x', 'yz']}, condition: s}", "", ""},
	{"windash first", "detection: {s: {CommandLine|windash|contains: 'xy'}, condition: s}", "DT6261 |windash", "CommandLine|contains: 'xy'"},
	{"base64 of a beginning", "detection: {s: {CommandLine|base64|startswith: 'xy'}, condition: s}", "", ""},
	{"base64offset alone", "detection: {s: {CommandLine|base64offset: 'xy'}, condition: s}", "DT6262 |base64offset", ""},
	{"networks", "detection: {s: {DestinationIp|cidr: ['10.0.0.0/8', '::1/128', 'fe80::1/10']}, condition: s}", "DT6263 'fe80::1/10'", "'fe80::/10'"},
	{"a star in a command", `detection: {s: {CommandLine|contains: 'del C:\x\*'}, condition: s}`, "", ""},
	{"both escaped", `detection: {s: {Image|endswith: '\x\\\*'}, condition: s}`, "", ""},
	{"a wildcard behind a backslash", `detection: {s: {Image|endswith: '\x\\*\y'}, condition: s}`, "", ""},
	{"a folder as a beginning", `detection: {s: {Image|startswith: 'C:\x\'}, condition: s}`, "", ""},
	{"a folder", `detection: {s: {CurrentDirectory: 'C:\x\'}, condition: s}`, "", ""},
	{"a space inside of contains", "detection: {s: {Image|contains: ' x '}, condition: s}", "", ""},
	{"a space behind startswith", "detection: {s: {Image|startswith: 'x '}, condition: s}", "", ""},
	{"a field with a space and a modifier", "detection: {s: {'Image |endswith': 'x'}, condition: s}", "DT6267 'Image |endswith'", "'Image|endswith'"},
	{"one clause beside another of another field", "detection: {s: {Image|endswith: 'ab', ParentImage|contains: 'ab'}, condition: s}", "", ""},
	{"an end that has the part", "detection: {s: {Image|endswith: ['xab', 'yab'], Image|contains: 'ab'}, condition: s}", "DT6248 Image|contains", ""},
	{"an end of which one has the part", "detection: {s: {Image|endswith: ['xab', 'y'], Image|contains: 'ab'}, condition: s}", "", ""},
	{"an end that has all parts", "detection: {s: {Image|endswith: 'xaby', Image|contains|all: ['xa', 'by']}, condition: s}", "DT6248 Image|contains|all", ""},
}

func TestFinds(t *testing.T) {
	c := catalog(t)
	for _, k := range looksOf {
		text := merged(base, k.keys)
		l := checked(t, text, c)
		var got []string
		for _, d := range l {
			place := d.Span.Text()
			if len(place) > 600 || strings.HasPrefix(place, "title: A shell") || place == "A shell of an office program" {
				place = "base"
			}
			if d.Code == diag.SigmaKeyMissing {
				continue
			}
			got = append(got, string(d.Code)+" "+place)
		}
		if s := strings.Join(got, "; "); s != k.finds {
			if k.name != "no title" || !strings.HasPrefix(s, "DT6200") || len(got) != 1 {
				t.Errorf("%s\n  finds %q\n    not %q", k.name, s, k.finds)
			}
		}
		after, want := "", strings.TrimPrefix(k.fixed, "!")
		if edits := diag.Fixes(l, want != k.fixed)["rule.yml"]; len(edits) > 0 {
			after, _ = diag.Apply(text, edits)
		}
		if want != k.fixed && len(diag.Fixes(l, false)) > 0 {
			t.Errorf("%s has a safe fix", k.name)
		}
		if k.fixed == "" && after != "" || !strings.Contains(after, want) {
			t.Errorf("%s\n  is fixed to %s\n  without %s", k.name, after, k.fixed)
		}
		if after == "" {
			continue
		}
		// A safe fix keeps the meaning; those of the head don't touch it at all.
		was, is := read(t, text), read(t, after)
		if len(was) != 1 || len(is) != 1 || is[0].Where == nil || strings.HasPrefix(k.finds, string(diag.SigmaFieldSpace)) {
			if len(is) != 1 || is[0].Where == nil {
				t.Errorf("%s: what is mended doesn't read:\n%s", k.name, after)
			}
			continue
		}
		if !alike(t, was[0].Where, is[0].Where) {
			t.Errorf("%s: the fix changed the meaning:\n%s", k.name, after)
		}
	}
}

// What is no Sigma document, and what is hostile, is looked at without harm.
func TestHostile(t *testing.T) {
	c := catalog(t)
	big := strings.Builder{}
	for i := range 4432 {
		big.WriteString("\n      - 'value " + strings.Repeat("x", i%50) + "'")
	}
	for _, text := range []string{"", "[]", "x", "title: [", "detection: x", "detection: {condition: [a, b]}", "tags: {a: b}", "related: {a: b}",
		"title: {}\nid: []\ndate: {a: b}\nlogsource: x\ndetection: {a: [[1], {}], condition: not}",
		"detection: {a: &x {b|contains|all: *x}, condition: a}",
		merged(base, "detection:\n  s:\n    CommandLine|contains:"+big.String()+"\n  condition: s"),
		merged(base, "detection: {s: {Image: 'a'}, condition: '"+strings.Repeat("not (", 150)+"s"+strings.Repeat(")", 150)+"'}")} {
		checked(t, text, c)
		checked(t, text, nil)
	}
}

func FuzzCheck(f *testing.F) {
	c := catalog(f)
	f.Add(base)
	for _, k := range looksOf {
		f.Add(merged(base, k.keys))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 20_000 {
			return
		}
		l := checked(t, text, c)
		file := source.NewFile("rule.yml", text)
		for _, d := range l {
			if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End {
				t.Fatalf("%s stands at %d to %d of %d", d.Code, d.Span.Start, d.Span.End, len(text))
			}
		}
		if after, skipped := diag.Apply(file.Text, diag.Fixes(l, true)["rule.yml"]); skipped > 0 {
			t.Fatalf("%d edits overlap:\n%s", skipped, after)
		}
	})
}

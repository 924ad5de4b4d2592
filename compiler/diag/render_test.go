package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/source"
)

// at is the span of what stands between «» in a text, which loses them.
func at(text string) source.Span {
	start := strings.Index(text, "«")
	end := strings.Index(text, "»") - len("«")
	return source.Span{File: source.NewFile("rules/ta0104/mode-change.yaml", strings.NewReplacer("«", "", "»", "").Replace(text)), Start: start, End: end}
}

func render(t *testing.T, d *Diagnostic, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, List{d}, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What a finding looks like. Each is what a person sees, to the cell.
func TestRenderText(t *testing.T) {
	const lets = "name: x\n\n\n\n\n\n\n\n\n\n\n\nlet:\n  opens_the_program: «new_mod» in [\"program\"]\n"
	for _, tc := range []struct {
		name string
		d    func() *Diagnostic
		want string
	}{
		{"a safe fix, and help beside the carets", func() *Diagnostic {
			var l List
			s := at(lets)
			return l.Add(UnknownKey, s, `unknown field "new_mod" in telemetry ot.mode_change`).WithGuess(s, "new_mod", []string{"new_mode", "old_mode"})
		}, `
error[DT1001]: unknown field "new_mod" in telemetry ot.mode_change
  --> rules/ta0104/mode-change.yaml:14:22
   |
14 |   opens_the_program: new_mod in ["program"]
   |                      ^^^^^^^ did you mean "new_mode"?
   = fix: detc check --fix       = more: detc explain DT1001
`},
		{"only an unsafe fix", func() *Diagnostic {
			var l List
			s := at("a: «b»\n")
			return l.Add(BadValue, s, "b is no c").As(Warning).WithUnsafeFix("make it c", s, "c")
		}, `
warning[DT1005]: b is no c
 --> rules/ta0104/mode-change.yaml:1:4
  |
1 | a: b
  |    ^
  = fix: detc check --fix --unsafe       = more: detc explain DT1005
`},
		{"notes with a place and without", func() *Diagnostic {
			var l List
			s := at("level: high\n\n\n\n\n\n\n\n\n«level»: low\n")
			first := source.Span{File: s.File, Start: 0, End: 5}
			return l.Add(DuplicateKey, s, `the key "level" stands twice`).
				WithNote(first, "here first").WithNote(source.Span{}, "YAML readers disagree\non which counts")
		}, `
error[DT1002]: the key "level" stands twice
  --> rules/ta0104/mode-change.yaml:10:1
   |
10 | level: low
   | ^^^^^
note: here first
  --> rules/ta0104/mode-change.yaml:1:1
   |
 1 | level: high
   | -----
   = note: YAML readers disagree
           on which counts
   = more: detc explain DT1002
`},
		{"nowhere", func() *Diagnostic {
			var l List
			return l.Add(MissingKey, source.Span{}, "no stubs found").WithHelp("name a folder that has some")
		}, `
error[DT1003]: no stubs found
  = help: name a folder that has some
  = more: detc explain DT1003
`},
		{"a file without text", func() *Diagnostic {
			var l List
			return l.Add(NoDocument, source.Span{File: source.NewFile("rules/a.yaml", "")}, "the file holds nothing")
		}, `
error[DT0003]: the file holds nothing
 --> rules/a.yaml
  = more: detc explain DT0003
`},
		{"several lines are marked to the end of the first", func() *Diagnostic {
			var l List
			return l.Add(WrongType, at("a: «[b,\n  c]»\n"), "a takes text")
		}, `
error[DT1004]: a takes text
 --> rules/ta0104/mode-change.yaml:1:4
  |
1 | a: [b,
  |    ^^^
  = more: detc explain DT1004
`},
		{"an empty span, at the end of a line", func() *Diagnostic {
			var l List
			return l.Add(MissingKey, at("a:«»\nb: c"), "a has no value").WithHelp("give it one")
		}, `
error[DT1003]: a has no value
 --> rules/ta0104/mode-change.yaml:1:3
  |
1 | a:
  |   ^ give it one
  = more: detc explain DT1003
`},
		{"tabs", func() *Diagnostic {
			var l List
			return l.Add(BadValue, at("a:\tb\t«c\td»e"), "x")
		}, `
error[DT1005]: x
 --> rules/ta0104/mode-change.yaml:1:6
  |
1 | a:  b   c   de
  |         ^^^^^
  = more: detc explain DT1005
`},
		{"wide, joined and combining characters", func() *Diagnostic {
			var l List
			return l.Add(BadValue, at("日本: 👩‍🚒 e\u0301 «😀é» x"), "x")
		}, `
error[DT1005]: x
 --> rules/ta0104/mode-change.yaml:1:12
  |
1 | 日本: 👩‍🚒 e` + "\u0301" + ` 😀é x
  |            ^^^
  = more: detc explain DT1005
`},
		{"hostile text is shown, not obeyed", func() *Diagnostic {
			var l List
			return l.Add(BadValue, at("a: \x1b[2J\u202e «b\u2066»\u009b"), "a can't be \"\x1b]0;x\a\u202e\"\nerror: other")
		}, `
error[DT1005]: a can't be "\x1b]0;x\x07\u202e"\nerror: other
 --> rules/ta0104/mode-change.yaml:1:10
  |
1 | a: \x1b[2J\u202e b\u2066\x9b
  |                  ^^^^^^^
  = more: detc explain DT1005
`},
		{"a long line is cut around the place", func() *Diagnostic {
			var l List
			return l.Add(BadValue, at(strings.Repeat("0123456789", 50)+"«word»"+strings.Repeat("0123456789", 50)), "x")
		}, `
error[DT1005]: x
 --> rules/ta0104/mode-change.yaml:1:501
  |
1 | …0123456789012345678901234567890123456789word012345678901234567890123456789012345678901234567890123456789012345678901234…
  |                                          ^^^^
  = more: detc explain DT1005
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := render(t, tc.d(), Options{}); got != tc.want[1:] {
				t.Errorf("got\n%s\nwant%s", got, tc.want)
			}
		})
	}
}

func TestRenderShort(t *testing.T) {
	var l List
	l.Add(BadValue, at("a: b\nc: «d»"), "d is no\ne")
	l.Add(MissingKey, source.Span{}, "nothing there").As(Note)
	var b bytes.Buffer
	if err := Render(&b, l, Options{Format: FormatShort}); err != nil {
		t.Fatal(err)
	}
	const want = `rules/ta0104/mode-change.yaml:2:4: error: d is no\ne [DT1005]
note: nothing there [DT1003]
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	if err := Render(&b, l, Options{Format: "xml"}); err == nil {
		t.Error("an unknown format was taken")
	}
}

func TestRenderColor(t *testing.T) {
	var l List
	s := at("a: «\x1b[31mb»")
	d := l.Add(BadValue, s, "\x1b[31mb").WithFix("t", s, "c")
	if got := render(t, d, Options{}); strings.ContainsRune(got, '\x1b') {
		t.Errorf("colour that nobody asked for: %q", got)
	}
	got := render(t, d, Options{Color: true})
	if !strings.HasPrefix(got, "\x1b[1;31merror[DT1005]\x1b[0m\x1b[1m: \\x1b[31mb\x1b[0m\n") {
		t.Errorf("%q", got)
	}
}

func TestJSON(t *testing.T) {
	var l List
	s := at("é: «hihg»\n")
	l.Add(BadValue, s, "level can't be <hihg>").WithGuess(s, "hihg", []string{"high"}).WithNote(source.Span{}, "a note")
	got, err := JSON(l)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "code": "DT1005",
    "slug": "bad-value",
    "severity": "error",
    "message": "level can't be <hihg>",
    "help": "did you mean \"high\"?",
    "file": "rules/ta0104/mode-change.yaml",
    "line": 1,
    "column": 4,
    "end_line": 1,
    "end_column": 8,
    "notes": [
      {
        "message": "a note"
      }
    ],
    "fixes": [
      {
        "title": "replace \"hihg\" by \"high\"",
        "safe": true,
        "edits": [
          {
            "file": "rules/ta0104/mode-change.yaml",
            "line": 1,
            "column": 4,
            "end_line": 1,
            "end_column": 8,
            "start": 4,
            "end": 8,
            "new": "high"
          }
        ]
      }
    ]
  }
]
`
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
	if empty, _ := JSON(nil); string(empty) != "[]\n" {
		t.Errorf("of none: %s", empty)
	}
}

func TestSummary(t *testing.T) {
	var l List
	if got := Summary(l); got != "no findings" {
		t.Error(got)
	}
	l.Add(BadValue, source.Span{}, "")
	l.Add(BadValue, source.Span{}, "")
	l.Add(BadValue, source.Span{}, "").As(Warning)
	if got := Summary(l); got != "2 errors, 1 warning" {
		t.Error(got)
	}
	if got := Summary(l[2:]); got != "1 warning" {
		t.Error(got)
	}
}

// Law: whatever the text and the span, no control character but the line ends reaches the terminal, no line is longer
// than what is shown, and the carets are within it.
func TestRenderIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.Rune(), 0, 400, -1).Draw(t, "text")
		text += rapid.StringOf(rapid.SampledFrom([]rune("a \t\n\r\x1b\u202e日😀\u200d\u0301\uFEFF"))).Draw(t, "more")
		start := rapid.IntRange(-1, len(text)+1).Draw(t, "start")
		end := rapid.IntRange(start, len(text)+2).Draw(t, "end")
		var l List
		l.Add(BadValue, source.Span{File: source.NewFile(text, text), Start: start, End: end}, "%s", text).WithNote(source.Span{}, "%s", text)
		for _, f := range []Format{FormatText, FormatShort} {
			var b bytes.Buffer
			if err := Render(&b, l, Options{Format: f}); err != nil {
				t.Fatal(err)
			}
			for _, r := range b.String() {
				if r != '\n' && hidden(r) {
					t.Fatalf("%U in %q", r, b.String())
				}
			}
		}
		if data, err := JSON(l); err != nil || !json.Valid(data) {
			t.Fatalf("%v %s", err, data)
		}
		line, indent, width := snippet(l[0].Span)
		if cells(line) > lineMax+4 || indent+width > cells(line)+1 {
			t.Fatalf("%d cells, marked from %d on for %d", cells(line), indent, width)
		}
	})
}

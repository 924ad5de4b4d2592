package eval_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

var places = map[string][2][]string{
	`s contains "Top"`:       {{`{"s":"STOP"}`, `{"s":["a","atopb"]}`}, {`{"s":"to p"}`, `{}`, `{"s":[]}`, `{"s":{}}`}},
	`s contains {"a", "b"}`:  {{`{"s":"xBx"}`}, {`{"s":"x"}`}},
	`s contains ""`:          {{`{"s":""}`, `{"s":"a"}`}, {`{}`, `{"s":null}`, `{"s":[]}`}},
	`s contains "k"`:         {{`{"s":"aKb"}`}, {`{"s":"a\u212ab"}`}},
	`s contains "é"`:         {{`{"s":"CAFÉ"}`}, {`{"s":"cafe"}`}},
	`s contains "02"`:        {{`{"s":502}`}, {`{"s":5}`}},
	`p contains "Top" cased`: {{`{"p":"aTop"}`}, {`{"p":"atop"}`, `{}`}},
	`s startswith "St"`:      {{`{"s":"stop"}`}, {`{"s":"a stop"}`, `{"s":"s"}`, `{}`}},
	`s endswith "OP"`:        {{`{"s":"stop"}`}, {`{"s":"stop "}`, `{"s":"p"}`, `{}`}},
	`s endswith "\\cmd.exe"`: {{`{"s":"C:\\Windows\\CMD.EXE"}`}, {`{"s":"cmd.exe"}`}},
	`s like "a*b?c"`:         {{`{"s":"A123bXc"}`, `{"s":"abxc"}`, `{"s":"ab日c"}`}, {`{"s":"abc"}`, `{"s":"xabxc"}`, `{"s":"abxcx"}`, `{}`}},
	`s like ""`:              {{`{"s":""}`}, {`{"s":"a"}`, `{}`}},
	`s like "*"`:             {{`{"s":""}`, `{"s":"a\nb"}`}, {`{}`, `{"s":[]}`}},
	`s like "?"`:             {{`{"s":"日"}`, `{"s":"\n"}`}, {`{"s":""}`, `{"s":"ab"}`}},
	`s like "*a*a*"`:         {{`{"s":"xaya"}`, `{"s":"AA"}`}, {`{"s":"a"}`}},
	`s like "a\\*b"`:         {{`{"s":"a*b"}`}, {`{"s":"axb"}`, `{"s":"a\\*b"}`}},
	`s like "a\\?b"`:         {{`{"s":"A?B"}`}, {`{"s":"axb"}`}},
	`s like "c:\\\\*"`:       {{`{"s":"c:\\x"}`, `{"s":"c:\\"}`}, {`{"s":"c:*"}`, `{"s":"c:x"}`}}, // \\ is a backslash, and the * behind it a wildcard
	`s like "c:\\x\\"`:       {{`{"s":"C:\\X\\"}`}, {`{"s":"c:x"}`}},                              // one before another character, or at the end, is itself
	`s like "s*"`:            {{`{"s":"S"}`}, {`{"s":"ſ"}`}},
	`s like "s*É"`:           {{`{"s":"ſxé"}`}, nil}, // the whole literal chooses the fold
	`p like "A*" cased`:      {{`{"p":"Ab"}`}, {`{"p":"ab"}`}},
	`s ~ "st.p"`:             {{`{"s":"a stop b"}`}, {`{"s":"STOP"}`, `{}`, `{"s":"st\np"}`}}, // unanchored, with case
	`s ~ "(?i)st.p"`:         {{`{"s":"STOP"}`}, {`{"s":"sp"}`}},
	`s ~ "(?i)k"`:            {{`{"s":"\u212a"}`}, nil}, // RE2's own fold
	`s ~ "(?s)a.b"`:          {{`{"s":"a\nb"}`}, {`{"s":"ab"}`}},
	`s ~ "(?m)^b$"`:          {{`{"s":"a\nb"}`}, {`{"s":"ab"}`}},
	`s ~ {"^a$", "b"}`:       {{`{"s":"a"}`, `{"s":"xb"}`}, {`{"s":"aa"}`}},
	`p ~ "a"`:                {{`{"p":"xa"}`}, {`{"p":"A"}`}},
	`l contains "a"`:         {{`{"l":["x","bAb"]}`}, {`{"l":[]}`, `{"l":[null,{}]}`}},
}

// What windash, base64 and base64offset ask for is as the Sigma specification (2.1) has it and pySigma does it.
var encodings = map[string][2][]string{
	// A dash or slash at the head of a word is any of the five; no other is.
	`s contains windash " -enc"`: {
		{`{"s":"p -enc"}`, `{"s":"p /ENC x"}`, `{"s":"p –enc"}`, `{"s":"p —enc"}`, `{"s":"p ―enc"}`},
		{`{"s":"p enc"}`, `{"s":"p--enc"}`, `{"s":"p ‐enc"}`, `{}`, `{"s":[]}`},
	},
	`s contains windash "/c"`:                        {{`{"s":"-C"}`}, {`{"s":"c"}`}},
	`s contains windash "-param-name"`:               {{`{"s":"/param-name"}`}, {`{"s":"/param/name"}`}}, // not the one inside a word
	`s contains windash "a -x /y"`:                   {{`{"s":"a /x –y"}`}, nil},
	`s contains windash "--enc"`:                     {{`{"s":"--enc"}`, `{"s":"-/enc"}`}, {`{"s":"//enc"}`, `{"s":"/-enc"}`}},
	`s contains windash "- x"`:                       {{`{"s":"- x"}`}, {`{"s":"/ x"}`}}, // no word begins behind it
	`s contains windash "-"`:                         {{`{"s":"a-b"}`}, {`{"s":"a/b"}`}},
	`s contains windash "–enc"`:                      {{`{"s":"–enc"}`}, {`{"s":"-enc"}`}}, // the value's own long dash is a text
	`s contains windash "-é"`:                        {{`{"s":"/É"}`}, nil},
	`s contains windash "-k"`:                        {{`{"s":"/K"}`}, {`{"s":"/\u212a"}`}}, // folds as its letters say
	`s contains windash ""`:                          {{`{"s":""}`, `{"s":"a"}`}, {`{}`}},
	`s startswith windash "-c "`:                     {{`{"s":"/C x"}`}, {`{"s":" -c x"}`}},
	`s endswith windash " -x"`:                       {{`{"s":"–x /x"}`}, {`{"s":" -x "}`}},
	`s like windash "*-x*y"`:                         {{`{"s":"a /x by"}`, `{"s":"-xy"}`}, {`{"s":"-x"}`}},
	`p contains windash "-Enc" cased`:                {{`{"p":"/Enc"}`}, {`{"p":"/enc"}`}},
	`s contains base64 "foo"`:                        {{`{"s":"xZm9v"}`, `{"s":"ZM9V"}`}, {`{"s":"foo"}`, `{}`}}, // Sigma's contains has no case
	`p contains base64 "foo" cased`:                  {{`{"p":"Zm9v"}`}, {`{"p":"zm9v"}`}},
	`p contains base64offset "foo" cased`:            {{`{"p":"Zm9v"}`, `{"p":"IGZvbw=="}`, `{"p":"ICBmb28="}`}, {`{"p":"foo"}`, `{}`}},
	`p contains base64offset {"x", "/bin/sh"} cased`: {{`{"p":"IC9iaW4vc2g="}`}, {`{"p":""}`}},
	`s contains utf16le base64 "cmd"`:                {{`{"s":"YwBtAGQA"}`}, {`{"s":"Y21k"}`}},
	`s contains utf16be base64 "cmd"`:                {{`{"s":"AGMAbQBk"}`}, {`{"s":"YwBtAGQA"}`}},
	`s contains utf16 base64 "cmd"`:                  {{`{"s":"//5jAG0AZAA="}`}, {`{"s":"YwBtAGQA"}`}},
	`s contains utf16le base64offset "cmd"`:          {{`{"s":"IGMAbQBkACA="}`}, {`{"s":"IGNtZA=="}`}},
	`s contains utf16le "cmd"`:                       {{`{"s":"xc\u0000m\u0000d\u0000"}`, `{"s":"C\u0000M\u0000D\u0000"}`}, {`{"s":"cmd"}`}},
	`s contains utf16 "c"`:                           {nil, {`{"s":"c"}`, `{"s":"\ufeffc"}`}}, // no text has the mark's bytes
	`p contains base64offset "" cased`:               {nil, {`{"p":""}`, `{"p":"Zm9v"}`}},
}

// The three texts of known values, as pySigma gives them.
func TestBase64Offsets(t *testing.T) {
	for value, want := range map[string][]string{
		"foobar":    {"Zm9vYmFy", "Zvb2Jhc", "mb29iYX"},
		"/bin/bash": {"L2Jpbi9iYXNo", "9iaW4vYmFza", "vYmluL2Jhc2"},
		"http://":   {"aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"},
		"é":         {"w6", "Op", "Dq"}, // by bytes, not by characters
		"a":         {"Y", "h"},
		"":          nil,
	} {
		if got := eval.Base64Offsets(value); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

// Wherever a value stands in what is encoded, one of the three is found in the result; that is what they are for.
func TestBase64OffsetsFindTheValueAnywhere(t *testing.T) {
	for _, value := range []string{"foo", "ab", "password", "é日", "\x00\xff\x00"} {
		e := &ir.Match{Field: fields["p"], Values: []string{value}, Encoding: ir.Encoding{Base64: ir.Base64Offset}}
		for before := range 7 {
			for after := range 7 {
				text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xa5", before) + value + strings.Repeat("\x5a", after)))
				if !eval.Match(e, event(t, fmt.Sprintf(`{"p":%q}`, text)), nil) {
					t.Errorf("%q behind %d and before %d bytes: not in %s", value, before, after, text)
				}
			}
		}
	}
}

// A pattern of many stars on a text that nearly matches takes as many steps as both lengths multiplied, not as many as
// there are ways to share the text out.
func TestGlobIsBounded(t *testing.T) {
	e := &ir.Match{Field: fields["s"], Op: ir.Glob, Values: []string{strings.Repeat("*a", 500) + "*b"}}
	r := event(t, `{"s":"`+strings.Repeat("a", 20_000)+`"}`)
	start := time.Now()
	if eval.Match(e, r, nil) {
		t.Error("matches")
	}
	if d := time.Since(start); d > 20*time.Second { // it takes a moment; without the bound, longer than anybody waits
		t.Errorf("%v", d)
	}
}

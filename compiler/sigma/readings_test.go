package sigma

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// readAll reads a text of Sigma documents whose names are all strings.
func readAll(text string) ([]*Document, diag.List) {
	var l diag.List
	return ReadAll(source.NewFile("r.yml", text), nil, &l), l
}

// The readings of the specification, one by one: what a detection means, as ir writes it. `s` is the one selection.
var readings = [][3]string{
	{"neq is the negation, also of a missing field", "{f|neq: v}", `!(f = "v")`},
	{"neq with a list: none of them", "{f|neq: [v, w]}", `!(f in {"v", "w"})`},
	{"neq of a number", "{f|neq: 5}", `!(f = 5)`},
	{"neq with another modifier negates what that asks", "{f|contains|neq: [v, w]}", `!(f contains {"v", "w"})`},
	{"neq and all: not all of them", "{f|contains|all|neq: [v, w]}", `!(f contains "v" & f contains "w")`},
	{"neq null is that it is there", "{f|neq: null}", `exists(f)`},
	{"neq and fieldref", "{f|fieldref|neq: g}", `!(f = g)`},
	{"exists", "{f|exists: true}", `exists(f)`},
	{"exists false, in YAML's other spelling", "{f|exists: FALSE}", `!exists(f)`},
	{"null is a missing field", "{f: null}", `!exists(f)`},
	{"an empty value is null", "{f: }", `!exists(f)`},
	{"the empty text is not", "{f: ''}", `f = ""`},
	{"null in a list joins by or", "{f: [null, v]}", `!exists(f) | f = "v"`},
	{"all with one value is that value", "{f|contains|all: [v]}", `f contains "v"`},
	{"all joins by and", "{f|all: [v, w]}", `f = "v" & f = "w"`},
	{"a bare number stays one", "{f: 4624}", `f = 4624`},
	{"a number in quotes is text", "{f: '4624'}", `f = "4624"`},
	{"a number whose own text differs is text", "{f: [007, 1_000, 0x10, 1.50, 1e3, 5.0]}", `f in {"007", "0x10", "1.50", "1_000", "1e3", "5.0"}`},
	{"a fraction", "{f: 0.5}", `f = 0.5`},
	{"True is true where case folds", "{f: True}", `f = true`},
	{"and a text where it doesn't", "{f|cased: True}", `f = "True" cased`},
	{"a number to look for is text", "{f|contains: 12}", `f contains "12"`},
	{"case counts where it says so", "{f|contains|cased: V}", `f contains "V" cased`},
	{"windash: the encoding, not its spellings", "{f|contains|windash: ' -x'}", `f contains windash " -x"`},
	{"windash of a whole value", "{f|windash: '-x'}", `f like windash "-x"`},
	{"utf16 in base64", "{f|utf16le|base64offset|contains: x}", `f contains utf16le base64offset "x"`},
	{"wide is utf16le", "{f|wide|base64offset|contains: x}", `f contains utf16le base64offset "x"`},
	{"utf16be, utf16", "{f|utf16be|base64|contains: x, g|utf16|base64|contains: y}", `f contains utf16be base64 "x" & g contains utf16 base64 "y"`},
	{"re", "{f|re: '^a.*b$'}", `f ~ "^a.*b$"`},
	{"the flags of re", "{f|re|i|m|s: a}", `f ~ "(?ims)a"`},
	{"orders read numbers", "{f|lt: 1, g|lte: 2, h|gt: 3, i|gte: 4.5}", `f < 1.0 & g <= 2.0 & h > 3.0 & i >= 4.5`},
	{"networks, and one address as a network", "{f|cidr: [10.0.0.0/8, 10.1.1.1, '2001:db8::/32']}", `f in net {10.0.0.0/8, 10.1.1.1/32, 2001:db8::/32}`},
	{"parts of a time", "{f|hour: [3, 4], g|minute: 1, h|day: 2, i|week: 3, j|month: 4, k|year: 2026}",
		`hour(f) in {3, 4} & minute(g) = 1 & day(h) = 2 & week(i) = 3 & month(j) = 4 & year(k) = 2026`},
	{"a field of any type is read as each needs it", "{f: x, f|gt: 5, f|cidr: 10.0.0.0/8}", `f = "x" & f > 5.0 & f in net 10.0.0.0/8`},
	{"fieldref", "{f|fieldref: g.h}", `f = g.h`},
	{"expand", "{f|expand: '%admins%'}", `f in context admins/0`},
	{"% is a sign like any other without expand", "{f: '%admins%'}", `f = "%admins%"`},
	{"keywords", "[a, 5, 'b*c', 'd\\*']", `keyword {"5", "a", "d*"} | keyword like "b*c"`},
	{"all keywords", "{'|all': [a, b]}", `keyword "a" & keyword "b"`},
	{"contains says nothing more of keywords", "{'|contains': [a, b]}", `keyword {"a", "b"}`},
	{"maps and keywords in one list", "[{f: 1}, {g: 2, h: 3}, a]", `f = 1 | g = 2 & h = 3 | keyword "a"`},
	{"a name of more than letters", "{cs-uri-query: a, '@timestamp': b, a.b-c: c}", "`cs-uri-query` = \"a\" & @timestamp = \"b\" & `a.b-c` = \"c\""},
}

func parsed(t *testing.T, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("want", text), func(name string) (ir.Field, bool) { return ir.Field{Name: name}, true })
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

func TestReadings(t *testing.T) {
	for _, test := range readings {
		docs, l := readAll("title: t\ndetection: {s: " + test[1] + ", condition: s}\n")
		if len(l) > 0 || len(docs) != 1 {
			t.Errorf("%s: %s", test[0], shown(l))
			continue
		}
		if got := ir.Text(ir.Normalize(docs[0].Where.(*ir.Named).Arg)); got != ir.Text(ir.Normalize(parsed(t, test[2]))) {
			t.Errorf("%s: %s\n got %s\nwant %s", test[0], test[1], got, test[2])
		}
		roundTrip(t, docs[0])
	}
}

// Escapes and wildcards (Sigma specification 2.1, "Escaping"); the value stands in single quotes.
func TestEscapes(t *testing.T) {
	for value, want := range map[string]string{
		`a`:     `f = "a"`,
		`\`:     `f = "\\"`,
		`\\`:    `f = "\\"`,
		`\\\`:   `f = "\\\\"`,
		`\\\\`:  `f = "\\\\"`,
		`a\b`:   `f = "a\\b"`,
		`a\\b`:  `f = "a\\b"`,
		`a\`:    `f = "a\\"`,
		`\*`:    `f = "*"`,
		`\?`:    `f = "?"`,
		`\\\*`:  `f = "\\*"`,
		`\\\?`:  `f = "\\?"`,
		`*`:     `f like "*"`,
		`a?b`:   `f like "a?b"`,
		`\\*`:   `f startswith "\\"`,
		`\*a*`:  `f startswith "*a"`,
		`*a*`:   `f contains "a"`,
		`**a`:   `f endswith "a"`,
		`a\%b`:  `f = "a\\%b"`,
		`\\\\*`: `f startswith "\\\\"`,
	} {
		docs, l := readAll("detection: {s: {f: '" + value + "'}, condition: s}\n")
		if len(l) > 0 {
			t.Errorf("%s: %s", value, shown(l))
			continue
		}
		if got := ir.Text(docs[0].Where.(*ir.Named).Arg); got != want {
			t.Errorf("%s: %s, not %s", value, got, want)
		}
		roundTrip(t, docs[0])
	}
	// What ends with a backslash and is looked for inside: the * that contains adds is no escaped one.
	docs, _ := readAll(`detection: {s: {f|contains: 'a?\'}, condition: s}`)
	if got := ir.Text(docs[0].Where.(*ir.Named).Arg); got != `f like "*a?\\\\*"` {
		t.Error(got)
	}
}

// What a condition names (Sigma specification 2.1, "Condition").
func TestConditions(t *testing.T) {
	const selections = "a_x: {f: x}, a_y: {f: y}, b: {g: z}, _p: {h: w}, _p2: {h: v}, "
	for condition, want := range map[string]string{
		"a_x and a_y or b":      `f = "x" & f = "y" | g = "z"`,
		"b or a_x and a_y":      `g = "z" | f = "x" & f = "y"`,
		"not a_x and b":         `!(f = "x") & g = "z"`,
		"not (a_x and b)":       `!(f = "x" & g = "z")`,
		"NOT a_x AND B or b":    ``,
		"Not a_x And b":         `!(f = "x") & g = "z"`,
		"1 of a_*":              `f = "x" | f = "y"`,
		"any of a_*":            `f = "x" | f = "y"`,
		"ALL OF a_*":            `f = "x" & f = "y"`,
		"1 of *_x":              `f = "x"`,
		"1 of a*y":              `f = "y"`,
		"all of b":              `g = "z"`,
		"1 of them":             `f = "x" | f = "y" | g = "z"`,
		"all of Them":           `f = "x" & f = "y" & g = "z"`,
		"1 of *":                `f = "x" | f = "y" | g = "z"`,
		"all of _p*":            `h = "w" & h = "v"`,
		"_p":                    `h = "w"`,
		"not 1 of a_* and _p":   `!(f = "x" | f = "y") & h = "w"`,
		"[1 of a_*, b and _p2]": `f = "x" | f = "y" | g = "z" & h = "v"`,
		"1 of b*x":              ``,
		"2 of them":             ``,
		"a_*":                   ``,
		"a_x b":                 ``,
	} {
		docs, l := readAll("detection: {" + selections + "condition: " + condition + "}\n")
		if want == "" {
			if !l.HasErrors() || docs[0].Where != nil {
				t.Errorf("%s was read", condition)
			}
			continue
		}
		if len(l) > 0 || !ir.Equal(docs[0].Where, parsed(t, want)) {
			t.Errorf("%s: %s\n%s", condition, ir.Text(docs[0].Where), shown(l))
		}
	}
	docs, _ := readAll("detection: {" + selections + "condition: 1 of a_* or _p}\n")
	used := ""
	for _, s := range docs[0].Selections {
		if s.Used {
			used += s.Name.Value + " "
		}
	}
	if used != "a_x a_y _p " {
		t.Errorf("used are %s", used)
	}
}

// What is refused is refused by its place, with what to do: the modifier within the key, the word within the condition.
func TestRefused(t *testing.T) {
	for _, test := range [][3]string{ // what is wrong stands between « and »
		{"s: {f|contains|«base64»: x}, condition: s", "DT6109", "must stand before"},
		{"s: {f|base64|«wide»: x}, condition: s", "DT6109", "must stand before"},
		{"s: {f|windash|«base64»|contains: x}, condition: s", "DT6110", "windash"},
		{"s: {f|wide|«windash»: x}, condition: s", "DT6110", "windash"},
		{"s: {f|«i»|re: x}, condition: s", "DT6109", "behind"},
		{"s: {f|re|i|«i»: x}, condition: s", "DT6109", "twice"},
		{"s: {f|re|«contains»: x}, condition: s", "DT6109", "doesn't go"},
		{"s: {f|re|«cased»: x}, condition: s", "DT6109", "cased"},
		{"s: {f|fieldref|«endswith»: g}, condition: s", "DT6110", "whole values"},
		{"s: {f|contains|«expand»: '%a%'}, condition: s", "DT6110", "whole values"},
		{"s: {f|expand: «'a%b%'»}, condition: s", "DT6113", "no text around"},
		{`s: {f|expand: «'\%b%'»}, condition: s`, "DT6113", "no text around"},
		{"s: {f|expand: «'%a%%b%'»}, condition: s", "DT6113", "no text around"},
		{"s: {f|«endwith»: x}, condition: s", "DT6108", "no modifier"},
		{"s: {f|«»: x}, condition: s", "DT6108", "no modifier"},
		{"s: {«'|re'»: x}, condition: s", "DT6110", "anywhere"},
		{"s: {«''»: x}, condition: s", "DT6103", "no name"},
		{"s: {f|re: «'(?<=a)b'»}, condition: s", "DT6112", "RE2"},
		{"s: {f|gt: «x»}, condition: s", "DT6111", "double"},
		{"s: {f|hour: «noon»}, condition: s", "DT6111", "no hour"},
		{"s: {f|base64: «'a*'»}, condition: s", "DT6111", "wildcards"},
		{"s: {f|contains: «null»}, condition: s", "DT6111", "missing"},
		{"s: {f|exists: «'true'»}, condition: s", "DT6111", "true or false"},
		{"s: [«[a]»], condition: s", "DT6103", "list in a list"},
		{"s: [«null»], condition: s", "DT6103", "nothing"},
		{"s: {f: x, «f»: y}, condition: s", "DT6102", "twice"},
		{"s: {f: x}, condition: s and («t»)", "DT6105", "no selection"},
		{"s: {f: x}, condition: 1 of «t*»", "DT6105", "like"},
		{"s: {f: x}, condition: s «| near t»", "DT6106", "aggregation"},
		{"s: {f: x}, condition: 's «&» t'", "DT6104", "no meaning"},
	} {
		before, rest, _ := strings.Cut("detection: {"+test[0]+"}\n", "«")
		wrong, after, _ := strings.Cut(rest, "»")
		docs, l := readAll(before + wrong + after)
		if len(l) != 1 || string(l[0].Code) != test[1] || l[0].Span.Text() != wrong || !strings.Contains(l[0].Message, test[2]) || l[0].Help == "" {
			t.Errorf("%s\n%s", test[0], shown(l))
		}
		if len(docs) != 1 || docs[0].Where != nil || docs[0].Node == nil {
			t.Errorf("%s has a meaning", test[0])
		}
	}
}

package diag

import (
	"strings"
	"testing"

	"detc/compiler/source"
)

// found makes a finding where a text stands in a file, for the first time or the n-th.
func found(f *source.File, code Code, text string, n int) *Diagnostic {
	o := -1
	for ; n >= 0; n-- {
		i := strings.Index(f.Text[o+1:], text)
		if i < 0 {
			panic("no " + text)
		}
		o += 1 + i
	}
	var l List
	return l.Add(code, source.Span{File: f, Start: o, End: o + len(text)}, "found")
}

func codes(l List) string {
	var out []string
	for _, d := range l {
		out = append(out, string(d.Code))
	}
	return strings.Join(out, " ")
}

func TestSuppress(t *testing.T) {
	const today = "2026-11-22"
	const ok = `# detc:ignore DT9001 reason="as agreed"`
	for name, c := range map[string]struct {
		text  string
		where string // the text that a DT9001 stands at
		nth   int
		want  string
	}{
		"above a key":                   {ok + "\ncondition: here", "here", 0, ""},
		"by its slug":                   {"# detc:ignore negated-without-presence reason=\"so\"\ncondition: here", "here", 0, ""},
		"above a mapping":               {ok + "\nlet:\n  a: x\n  b: here", "here", 0, ""},
		"not beyond its node":           {ok + "\nlevel: high\ncondition: here", "here", 0, "DT9001 DT9105"},
		"comments and blanks between":   {ok + "\n\n# why\n\ncondition: here", "here", 0, ""},
		"at the end of the line":        {"condition: here " + ok, "here", 0, ""},
		"of the line's own node":        {"level: high " + ok + "\ncondition: here", "here", 0, "DT9001 DT9105"},
		"above an item":                 {"cases:\n  " + ok + "\n  - name: a\n    want: here\n  - name: b", "here", 0, ""},
		"beside an item":                {"cases:\n  - {name: a}\n  - {name: here} " + ok, "here", 0, ""},
		"beside a key with its mapping": {"let: " + ok + "\n  a: here", "here", 0, ""},
		"where a list goes on":          {"cases: [\n  a, b,\n  here ] " + ok, "here", 0, ""},
		"where a list closes":           {"cases: [\n  here\n] " + ok, "here", 0, ""},
		"above the end of a list":       {"cases: [\n  here\n  " + ok + "\n]\nlevel: high", "here", 0, "DT9001 DT9101"},
		"above nothing":                 {"condition: here\n" + ok, "here", 0, "DT9001 DT9101"},
		"in a block scalar":             {"description: |-\n  x\n  " + ok + "\ncondition: here", "here", 0, "DT9001"},
		"after a block scalar":          {"description: |-\n  x\n" + ok + "\ncondition: here", "here", 0, ""},
		"behind a block's sign":         {"condition: |- " + ok + "\n  here", "here", 0, ""},
		"in quotes":                     {`condition: "here ` + `# detc:ignore DT9001 reason=x"`, "here", 0, "DT9001"},
		"in quotes of two lines":        {"condition: 'here\n  # detc:ignore DT9001 reason=x'", "here", 0, "DT9001"},
		"glued to a value":              {"condition: here#detc:ignore", "here", 0, "DT9001"},
		"two codes":                     {"# detc:ignore DT9002 reason=x\n" + ok + "\ncondition: here", "here", 0, "DT9105"},
		"another code":                  {"# detc:ignore DT9002 reason=x\ncondition: here", "here", 0, "DT9001 DT9105"},
		"no reason":                     {"# detc:ignore DT9001\ncondition: here", "here", 0, "DT9001 DT9102"},
		"an empty reason":               {"# detc:ignore DT9001 reason=\" \"\ncondition: here", "here", 0, "DT9001 DT9102"},
		"its last day":                  {ok + " until=2026-11-22\ncondition: here", "here", 0, ""},
		"the day after":                 {ok + " until=2026-11-21\ncondition: here", "here", 0, "DT9001 DT9103"},
		"no date":                       {ok + " until=soon\ncondition: here", "here", 0, "DT9001 DT9101"},
		"no code":                       {"# detc:ignore reason=x\ncondition: here", "here", 0, "DT9001 DT9101"},
		"nothing at all":                {"# detc:ignore\ncondition: here", "here", 0, "DT9001 DT9101"},
		"an unknown code":               {"# detc:ignore DT9999 reason=x\ncondition: here", "here", 0, "DT9001 DT9104"},
		"an unknown word":               {"# detc:ignore DT9001 because=x\ncondition: here", "here", 0, "DT9001 DT9101"},
		"an open quote":                 {"# detc:ignore DT9001 reason=\"x\ncondition: here", "here", 0, "DT9001 DT9101"},
		"another marker":                {"# detc:ignored DT9001 reason=x\ncondition: here", "here", 0, "DT9001 DT9101"},
		"a quote in the reason":         {`# detc:ignore DT9001 reason="the \"old\" list"` + "\ncondition: here", "here", 0, ""},
		"an aliased value":              {ok + "\na: &x here\nb: *x", "here", 0, ""},
		"beside an alias":               {"a: &x here\nb: *x " + ok, "here", 0, "DT9001 DT9105"},
		"a byte order mark":             {"\ufeff" + ok + "\ncondition: here", "here", 0, ""},
		"lines that end in CR LF":       {ok + "\r\ncondition: here\r\n", "here", 0, ""},
		"no YAML":                       {ok + "\ncondition: [here", "here", 0, "DT9001"},
	} {
		t.Run(name, func(t *testing.T) {
			f := source.NewFile("a.yaml", c.text)
			got := Suppress(List{found(f, NegatedOptional, c.where, c.nth)}, []*source.File{f}, today, true)
			if codes(got) != c.want {
				t.Errorf("left %q, not %q", codes(got), c.want)
			}
		})
	}
}

func TestErrorsAreNotSuppressed(t *testing.T) {
	f := source.NewFile("a.yaml", "# detc:ignore DT2003 reason=later\ncondition: here")
	got := Suppress(List{found(f, UnknownField, "here", 0)}, []*source.File{f}, "", true)
	if codes(got) != "DT2003 DT9106" {
		t.Error(codes(got))
	}
}

// While a file has errors, or not all that finds something has run, nobody can know that a comment is unused.
func TestUnusedIsSaidOnlyWhereItIsKnown(t *testing.T) {
	f := source.NewFile("a.yaml", "# detc:ignore DT9001 reason=x\ncondition: here\nlevel: hihg")
	if got := Suppress(List{found(f, BadValue, "hihg", 0)}, []*source.File{f}, "", true); codes(got) != "DT1005" {
		t.Error(codes(got))
	}
	if got := Suppress(nil, []*source.File{f}, "", false); codes(got) != "" {
		t.Error(codes(got))
	}
	if got := Suppress(nil, []*source.File{f, f}, "", true); codes(got) != "DT9105" {
		t.Error(codes(got))
	}
}

func TestUnusedSuppressionIsTakenOut(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n  # detc:ignore DT9001 reason=x\nb: 2\n":   "a: 1\nb: 2\n",
		"a: 1   # detc:ignore DT9001 reason=x\nb: 2\n":    "a: 1\nb: 2\n",
		"# detc:ignore DT9001 reason=x\r\na: 1\r\nb: 2\n": "a: 1\r\nb: 2\n",
	} {
		f := source.NewFile("a.yaml", text)
		l := Suppress(nil, []*source.File{f}, "", true)
		if got, _ := Apply(text, Fixes(l, false)["a.yaml"]); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// FuzzSuppress holds that no text makes it fail, and that what it adds stands in the file.
func FuzzSuppress(f *testing.F) {
	f.Add("# detc:ignore DT9001 reason=\"x\" until=2026-01-01\na: [1, {b: |-\n  # detc:ignore\n}]")
	f.Add("a: &x {b: c} # detc:ignore DT9001\nd: *x # detc:ignore \"")
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("a.yaml", text)
		for _, d := range Suppress(nil, []*source.File{file}, "2026-11-22", true) {
			if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End {
				t.Fatalf("%v stands at %d to %d of %d", d.Code, d.Span.Start, d.Span.End, len(text))
			}
		}
	})
}

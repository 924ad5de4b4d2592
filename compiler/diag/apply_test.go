package diag

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/source"
)

func TestApply(t *testing.T) {
	f := source.NewFile("f", "abcdef")
	edit := func(start, end int, s string) Edit { return Edit{source.Span{File: f, Start: start, End: end}, s} }
	for _, tc := range []struct {
		name    string
		edits   []Edit
		want    string
		skipped int
	}{
		{"none", nil, "abcdef", 0},
		{"in any order", []Edit{edit(4, 5, "Y"), edit(0, 1, "X")}, "XbcdYf", 0},
		{"side by side", []Edit{edit(0, 2, "X"), edit(2, 4, "Y")}, "XYef", 0},
		{"overlapping: the first place wins", []Edit{edit(1, 3, "Y"), edit(0, 2, "X")}, "Xcdef", 1},
		{"same place, other text: the first in the list wins", []Edit{edit(0, 1, "X"), edit(0, 1, "Y")}, "Xbcdef", 1},
		{"the same twice", []Edit{edit(0, 1, "X"), edit(2, 3, "Z"), edit(0, 1, "X")}, "XbZdef", 0},
		{"insertions", []Edit{edit(3, 3, "X"), edit(3, 3, "Y"), edit(6, 6, "Z")}, "abcXYdefZ", 0},
		{"an insertion before a replacement", []Edit{edit(3, 4, "Y"), edit(3, 3, "X")}, "abcXYef", 0},
		{"an insertion inside a replacement", []Edit{edit(1, 5, "X"), edit(3, 3, "Y")}, "aXf", 1},
		{"outside", []Edit{edit(-1, 2, "X"), edit(5, 9, "Y"), edit(4, 3, "Z")}, "abcdef", 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, skipped := Apply(f.Text, tc.edits); got != tc.want || skipped != tc.skipped {
				t.Errorf("%q, %d skipped; want %q, %d", got, skipped, tc.want, tc.skipped)
			}
		})
	}
}

func TestFixes(t *testing.T) {
	a, b := source.NewFile("a", "abcdef"), source.NewFile("b", "abcdef")
	span := func(f *source.File, start, end int) source.Span { return source.Span{File: f, Start: start, End: end} }
	var l List
	l.Add(BadValue, span(a, 0, 1), "one of two safe ways").WithFix("X", span(a, 0, 1), "X").WithFix("Y", span(a, 0, 1), "Y")
	l.Add(BadValue, span(a, 0, 1), "the same, read at an alias").WithFix("X", span(a, 0, 1), "X")
	l.Add(BadValue, span(b, 0, 1), "only unsafe").WithUnsafeFix("Z", span(b, 2, 3), "Z")
	l.Add(BadValue, span(a, 0, 1), "in the way, and so not done in part").Fixes = []Fix{{
		Title: "both", Safe: true, Edits: []Edit{{span(a, 4, 5), "W"}, {span(a, 0, 2), "V"}}}}
	l.Add(BadValue, span(a, 0, 1), "at two places").Fixes = []Fix{{
		Title: "both", Safe: true, Edits: []Edit{{span(a, 5, 6), "F"}, {span(a, 2, 2), "C"}}}}
	l.Add(BadValue, source.Span{}, "none")

	safe := Fixes(l, false)
	if got, skipped := Apply(a.Text, safe["a"]); got != "XbCcdeF" || skipped != 0 || len(safe["b"]) != 0 {
		t.Errorf("safe: %q, %v", got, safe)
	}
	all := Fixes(l, true)
	if got, _ := Apply(b.Text, all["b"]); got != "abZdef" {
		t.Errorf("unsafe: %q", got)
	}
}

// Law: what Fixes chooses never overlaps, so Apply skips nothing; without overlaps the order of edits is no matter.
func TestFixesNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := source.NewFile("f", "0123456789abcdef")
		var l List
		for range rapid.IntRange(0, 12).Draw(t, "fixes") {
			var x Fix
			x.Safe, x.Title = true, "t"
			for range rapid.IntRange(1, 2).Draw(t, "edits") {
				start := rapid.IntRange(0, 16).Draw(t, "start")
				end := min(16, start+rapid.IntRange(0, 4).Draw(t, "length"))
				if n := len(x.Edits); n > 0 && start < x.Edits[n-1].Span.End+1 {
					continue // a fix doesn't overlap itself
				}
				x.Edits = append(x.Edits, Edit{source.Span{File: f, Start: start, End: end}, rapid.SampledFrom([]string{"", "X", "Y"}).Draw(t, "new")})
			}
			l.Add(BadValue, source.Span{}, "").Fixes = []Fix{x}
		}
		edits := Fixes(l, false)["f"]
		got, skipped := Apply(f.Text, edits)
		if skipped != 0 {
			t.Fatalf("%d of %v skipped", skipped, edits)
		}
		shuffled := rapid.Permutation(edits).Draw(t, "shuffled")
		insertions := map[int]int{}
		for _, e := range edits {
			if e.Span.Start == e.Span.End {
				insertions[e.Span.Start]++
			}
		}
		for _, n := range insertions {
			if n > 1 {
				return // their order is the list's
			}
		}
		if again, _ := Apply(f.Text, shuffled); again != got {
			t.Fatalf("%q, shuffled %q", got, again)
		}
	})
}

func TestNearest(t *testing.T) {
	known := []string{"new_mode", "old_mode", "src_ip", "dst_ip", "user", "no match", "match"}
	for name, want := range map[string]string{
		"new_mod": "new_mode", "new_mdoe": "new_mode", "NEW_MODE": "new_mode", "srcip": "src_ip", "usr": "user", "uesr": "user",
		"no mach": "no match", "device": "", "xyz": "", "": "", "u": "", "src_ip": "",
		strings.Repeat("a", 100): "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestListKeepsOrderAndFindsDoubles(t *testing.T) {
	f, g := source.NewFile("b", "xx"), source.NewFile("a", "xx")
	var l List
	l.Add(BadValue, source.Span{File: f, Start: 1, End: 2}, "3")
	l.Add(BadValue, source.Span{File: f, Start: 0, End: 2}, "2")
	l.Add(BadValue, source.Span{File: g, Start: 0, End: 2}, "1")
	l.Add(BadValue, source.Span{File: g, Start: 0, End: 2}, "1")
	l.Add(BadValue, source.Span{}, "0").As(Note)
	l.Sort()
	l = l.Unique()
	var order string
	for _, d := range l {
		order += d.Message
	}
	if order != "0123" || l.Count(Error) != 3 || l.Count(Note) != 1 || !l.HasErrors() {
		t.Errorf("%s: %s", order, Summary(l))
	}
}

func TestParseSeverity(t *testing.T) {
	for s := Note; s <= Error; s++ {
		if got, ok := ParseSeverity(s.String()); !ok || got != s {
			t.Errorf("%v: %v", s, got)
		}
	}
	if _, ok := ParseSeverity("fatal"); ok {
		t.Error("fatal is no severity")
	}
}

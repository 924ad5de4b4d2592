package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
)

func someFindings(code diag.Code, n int) (l diag.List) {
	for i := range n {
		f := source.NewFile(fmt.Sprintf("%s/%04d.yml", code, i/2), "title: a\n") // two a file
		l.Add(code, source.Span{File: f, Start: 0, End: 5}, "finding %d", i)
	}
	for i := 1; i < len(l); i += 2 {
		l[i].Span.File = l[i-1].Span.File
	}
	return l
}

// Few findings are all shown; of many some of each code, in their order, and a table that counts them all.
func TestFold(t *testing.T) {
	write := func(most int, lists ...diag.List) string {
		f := Fold{Most: most}
		for _, l := range lists {
			var g Fold
			g.Most = most
			g.Add(l)
			f.Join(&g)
		}
		var b bytes.Buffer
		if err := f.Write(&b, false); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	warnings, errors := someFindings(diag.UnknownSigmaField, 900), someFindings(diag.ImportRefused, 4)
	if got := write(1000, warnings, errors); strings.Count(got, "finding ") != 904 || strings.Contains(got, "of which") {
		t.Errorf("not all of 904 are shown")
	}
	if got := write(0, warnings, errors); strings.Count(got, "finding ") != 904 {
		t.Errorf("0 is not all")
	}
	got := write(200, warnings, errors)
	if strings.Count(got, "]: finding ") != 6 || strings.Index(got, "finding 0") > strings.Index(got, "finding 2") {
		t.Errorf("%d are shown", strings.Count(got, "]: finding "))
	}
	tail := got[strings.Index(got, "\n904 findings"):]
	want := "\n904 findings, of which 6 are shown above\n" +
		"  code     findings   files  what it finds\n" +
		"  DT6320          4       2  error: A Sigma rule says what a stub can't say.\n" +
		"  DT6300        900     450  warning: A Sigma rule names a field that its log source is not known to have.\n"
	if tail != want {
		t.Errorf("got\n%s\nnot\n%s", tail, want)
	}
}

// What is left out is let go.
func TestFoldKeepsFew(t *testing.T) {
	f := Fold{Most: 10}
	for range 100 {
		f.Add(someFindings(diag.UnknownSigmaField, 100))
	}
	if len(f.kept) > 10 {
		t.Errorf("%d findings are kept", len(f.kept))
	}
	if none := (Fold{Most: 10}); none.Write(&bytes.Buffer{}, false) != nil {
		t.Error("none can't be written")
	}
}

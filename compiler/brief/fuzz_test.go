package brief_test

import (
	"os"
	"strings"
	"testing"

	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// No input makes the reader panic; its spans lie within the file; line ends don't matter; a page accepted has no drift.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"exfiltration.txt", "exfiltration.md", "exfiltration.html"} {
		text, err := os.ReadFile(samples + "/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, string(text))
	}
	f.Add("p.txt", good)
	f.Add("p.md", "# TA0104: Execution\n- \n  - [ ] x\n===\n**Likely telemetry**\n* `\\*` *a*\n")
	f.Add("p.html", "<h1>TA0104: Execution<h2>Likely telemetry</h2><li>a<ul><li>b</ul><tr><td>19.1")
	cat := catalog(f)
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(text) > 1<<16 {
			t.Skip()
		}
		text = strings.ReplaceAll(text, "\r", "")
		var l, l2 diag.List
		b := brief.Read(source.NewFile(name, text), cat, &l)
		for _, i := range b.Items {
			if i.Span.Start < 0 || i.Span.End > len(text) || i.Span.Start > i.Span.End || i.Line < 1 {
				t.Fatalf("%s stands at [%d,%d) of %d", i.ID, i.Span.Start, i.Span.End, len(text))
			}
		}
		for _, d := range l {
			_ = d.Span.Position()
		}
		crlf := brief.Read(source.NewFile(name, strings.ReplaceAll(text, "\n", "\r\n")), cat, &l2)
		if meaning(b) != meaning(crlf) {
			t.Fatalf("LF:\n%s\nCRLF:\n%s", meaning(b), meaning(crlf))
		}
		if b.Tactic.ID == "" {
			return
		}
		var l3 diag.List
		lock := brief.LoadItems(source.NewFile("items.yaml", string(brief.Accept(b, nil))), &l3)
		if len(l3) > 0 || len(b.Items) > 0 && brief.Match(b, lock).Drift() {
			t.Fatalf("%s\n%s", brief.Accept(b, nil), findings(l3))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	cat := catalog(b)
	for _, name := range []string{"exfiltration.txt", "exfiltration.md", "exfiltration.html"} {
		f := file(b, samples, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var l diag.List
				brief.Read(source.NewFile(f.Name, f.Text), cat, &l)
			}
		})
	}
	own, lock := file(b, rules+"/ta0104", "brief.txt"), file(b, rules+"/ta0104", "items.yaml")
	b.Run("ta0104 with its lock", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var l diag.List
			r := brief.Read(source.NewFile(own.Name, own.Text), cat, &l)
			brief.Match(r, brief.LoadItems(source.NewFile(lock.Name, lock.Text), &l))
		}
	})
}

package brief_test

import (
	"fmt"
	"html"
	"os"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/source"
)

const (
	mappings = "../../mappings"
	rules    = "../../rules"
	pages    = "../../../shared/briefs"
	samples  = "../../testdata/briefs"
)

func catalog(t testing.TB) *attack.Catalog {
	t.Helper()
	c, err := attack.Load(os.DirFS(mappings))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func file(t testing.TB, dir, name string) *source.File {
	t.Helper()
	f, err := source.Read(os.DirFS(dir), name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t testing.TB, name, text string) (*brief.Brief, diag.List) {
	t.Helper()
	var l diag.List
	b := brief.Read(source.NewFile(name, text), catalog(t), &l)
	return b, l
}

// meaning is what must not depend on the form of a page.
func meaning(b *brief.Brief) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%v %s %s %s\n%s\n", b.Tactic, b.Release, b.ObjectVersion, b.RawHash, b.Description)
	for _, i := range b.Items {
		fmt.Fprintf(&s, "%s %s %s\n", i.ID, i.Hash, i.Text)
	}
	for _, l := range b.Limits {
		fmt.Fprintf(&s, "limit: %s\n", l)
	}
	return s.String()
}

func findings(l diag.List) string {
	l.Sort()
	var s strings.Builder
	for _, d := range l {
		fmt.Fprintf(&s, "%s %s: %s", d.Code, d.Span.Position(), d.Message)
		if d.Help != "" {
			fmt.Fprintf(&s, " | %s", d.Help)
		}
		s.WriteString("\n")
	}
	return s.String()
}

// One page as text, as Markdown and as HTML, its sections in three orders, says the same. The hashes were computed
// outside of this program.
func TestThreeForms(t *testing.T) {
	const want = `{TA0010 Exfiltration enterprise-attack} 19.1 2.2 0123456789ab
Data leaves by the adversary’s hand.

What was gathered is carried out of the network: packed, perhaps encrypted, and sent where nobody looks.
TA0010/T1 95fa98269b7f181e Proxy & firewall records with bytes sent, <1 MB and more
TA0010/T2 f40fbc27a70b1463 Uploads to cloud storage (` + "`rclone`" + `, browsers) with the account’s name
TA0010/T3 226eb5b8ad077426 DNS queries of unusual length, per client and hour: long labels and rare record types
TA0010/T4 a5cc6b026e1c2c78 Removable media: what was written to D:\*, by whom
TA0010/D1 4f02e207f1c53d0a Compare a host’s outbound volume with its own past, not with a fixed limit.
TA0010/D2 b4767b45ac22f99f Separate backups from theft: the same tools serve both.
TA0010/M1 f949e8e9741e49d2 Close the doors nobody needs.
limit: This page is made up for tests and says nothing of any real network.
limit: Volume alone proves nothing; small secrets weigh little.
`
	for _, name := range []string{"exfiltration.txt", "exfiltration.md", "exfiltration.html"} {
		f := file(t, samples, name)
		for form, text := range map[string]string{
			"LF":         f.Text,
			"CRLF":       strings.ReplaceAll(f.Text, "\n", "\r\n"),
			"CR":         strings.ReplaceAll(f.Text, "\n", "\r"),
			"BOM":        "\uFEFF" + f.Text,
			"twice":      f.Text + "\n\n" + f.Text,
			"no suffix":  f.Text,
			"blank ends": "\n\n" + f.Text + "\n\n",
		} {
			as := name
			if form == "no suffix" {
				as = "page"
			}
			b, l := read(t, as, text)
			if got := meaning(b); got != want {
				t.Errorf("%s, %s:\n%s\nwant:\n%s", name, form, got, want)
			}
			if len(l) > 0 {
				t.Errorf("%s, %s: %s", name, form, findings(l))
			}
			for _, i := range b.Items {
				if form != "CR" && i.Line != i.Span.Position().Line || !strings.HasPrefix(brief.Normalize(html.UnescapeString(i.Span.Text())), brief.Normalize(i.Text)[:5]) {
					t.Errorf("%s, %s: %s stands at %s: %q", name, form, i.ID, i.Span, i.Span.Text())
				}
			}
		}
	}
}

// The published pages give fifteen items each, and items.yaml knows their texts as well as the project's own.
func TestLibrary(t *testing.T) {
	domains := map[string]string{"TA0104": "ics-attack", "TA0041": "mobile-attack"}
	for id, domain := range domains {
		folder := rules + "/" + strings.ToLower(id)
		t.Run(id+" own words", func(t *testing.T) { noDrift(t, id, domain, file(t, folder, "brief.txt")) })
		t.Run(id+" published", func(t *testing.T) {
			if _, err := os.Stat(pages); err != nil {
				t.Skip("../shared/briefs is not here")
			}
			f := file(t, pages, strings.ToLower(id)+"-page.txt")
			noDrift(t, id, domain, f)
			for name, text := range map[string]string{"page.html": asHTML(f.Text), "page.md": asMarkdown(f.Text), "crlf.txt": strings.ReplaceAll(f.Text, "\n", "\r\n")} {
				noDrift(t, id, domain, source.NewFile(name, text))
			}
		})
	}
}

func noDrift(t *testing.T, id, domain string, f *source.File) {
	t.Helper()
	var l diag.List
	items := brief.LoadItems(file(t, rules+"/"+strings.ToLower(id), "items.yaml"), &l)
	b := brief.Read(f, catalog(t), &l)
	m := brief.Match(b, items)
	m.Report(&l)
	if len(l) > 0 || m.Drift() || !m.Locked {
		t.Errorf("%s: %s", f.Name, findings(l))
	}
	if len(b.Items) != 15 || len(m.Of(brief.Reviewed)) != 15 || len(items.Items) != 15 {
		t.Errorf("%s: %d items, %d reviewed, %d locked", f.Name, len(b.Items), len(m.Of(brief.Reviewed)), len(items.Items))
	}
	if b.Tactic != (brief.Tactic{ID: id, Name: "Execution", Domain: domain}) || b.Release != "19.1" || b.ObjectVersion != "1.0" || len(b.RawHash) != 12 || len(b.Limits) != 2 || len(b.Sections) != 14 {
		t.Errorf("%s: %v %q %q %q, %d limits, %d sections", f.Name, b.Tactic, b.Release, b.ObjectVersion, b.RawHash, len(b.Limits), len(b.Sections))
	}
	for n, i := range b.Items {
		if want := fmt.Sprintf("%s/%s%d", id, "TDM"[n/5:n/5+1], n%5+1); i.ID != want {
			t.Errorf("%s: item %d is %s", f.Name, n, i.ID)
		}
	}
}

// The forms of a page that a browser or a converter makes of the plain one.
func asHTML(text string) string {
	var s strings.Builder
	s.WriteString("<html><body>\n")
	for _, line := range strings.Split(text, "\n") {
		item, bullet := strings.CutPrefix(line, "- ")
		switch {
		case bullet:
			fmt.Fprintf(&s, "<ul><li>\n<span>%s</span>\n</li></ul>\n", html.EscapeString(item))
		case heads(line):
			fmt.Fprintf(&s, "<h2>%s</h2>\n", html.EscapeString(line))
		case strings.HasPrefix(line, "|"):
			fmt.Fprintf(&s, "<table><tr><td>%s</td></tr></table>\n", strings.ReplaceAll(strings.Trim(line, "|"), "|", "</td><td>"))
		default:
			fmt.Fprintf(&s, "<div>%s</div>\n", html.EscapeString(line))
		}
	}
	return s.String()
}

func asMarkdown(text string) string {
	var s strings.Builder
	for _, line := range strings.Split(text, "\n") {
		switch {
		case heads(line):
			s.WriteString("\n## " + line + "\n\n")
		case strings.HasPrefix(line, "- "):
			s.WriteString(wrap(line, 60, "  ") + "\n")
		default:
			s.WriteString(line + "\n\n")
		}
	}
	return s.String()
}

func heads(line string) bool {
	return strings.HasPrefix(line, "TA0") || line != "" && len(line) < 60 && !strings.ContainsAny(line, ".|-[") && !strings.Contains(line, "URL")
}

func wrap(s string, width int, indent string) string {
	var out, line string
	for _, w := range strings.Fields(s) {
		if line != "" && len(line)+len(w) > width {
			out, line = out+line+"\n", indent+w
			continue
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return out + line
}

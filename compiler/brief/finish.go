package brief

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// finish makes the brief of what was gathered, and says what is wrong with it.
func (p *page) finish(b *Brief, l *diag.List) {
	if p.full {
		l.Add(diag.PageTooLong, source.Span{File: p.file}, "more than %d headings, paragraphs, bullets and rows: this is no tactic page", maxBlocks).
			WithHelp("give the page of one tactic")
	}
	p.tactic(b, l)
	for _, s := range p.sections {
		b.Sections = append(b.Sections, s.Section)
		if s.tactic && b.Description == "" {
			b.Description = strings.Join(texts(s.Paragraphs), "\n\n")
		}
		if s.Title == limitsTitle {
			b.Limits = texts(s.Paragraphs)
		}
	}
	for _, k := range Kinds() {
		p.items(b, k, l)
	}
	for _, s := range p.implied {
		l.Add(diag.UnknownSection, s.Span, "%q reads like the head of another section: bullets after it are no items", s.Title).
			WithHelp("part it from the bullets by an empty line and mark it as a heading (## %s), or indent it if it goes on with the bullet above", s.Title)
	}
	p.snapshot(b)
	if p.cat != nil && b.Release != "" && b.Release != p.cat.Release {
		l.Add(diag.PageRelease, source.Span{File: p.file}, "the page is of ATT&CK %s; ids are checked against %s", b.Release, p.cat.Release)
	}
}

func texts(ps []Paragraph) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.Text
	}
	return out
}

// tactic finds the page's tactic: in its title, else in the references at its foot, else in the title of the window.
func (p *page) tactic(b *Brief, l *diag.List) {
	said := p.titles
	for _, t := range p.titles {
		if t.heading { // a marked heading is a title for sure; a plain line may be a link to a neighbour
			said = nil
			for _, t := range p.titles {
				if t.heading {
					said = append(said, t)
				}
			}
			break
		}
	}
	said = append(said[:len(said):len(said)], p.refs...)
	if len(said) == 0 {
		said = p.windows
	}
	if len(said) == 0 {
		d := l.Add(diag.PageNoTactic, source.Span{File: p.file}, "the page doesn't say which tactic it is of").
			WithHelp("begin it with the tactic's id and name, such as \"TA0104: Execution\"")
		if id := anyTactic().FindString(p.file.Text); id != "" {
			d.WithNote(source.Span{}, "%s is mentioned, but neither as the title nor in the references", id)
		}
		return
	}
	first := said[0]
	for _, other := range said[1:] {
		if other.id != first.id {
			l.Add(diag.PageTactics, other.span, "the page is of %s, and here of %s", first.id, other.id).
				WithNote(first.span, "%s here", first.id).WithHelp("give each tactic's page a file of its own")
			break
		}
	}
	b.Tactic = Tactic{ID: first.id, Name: pageName(first.name)}
	if p.cat == nil {
		return
	}
	t, ok := p.cat.CheckTactic(source.Text{Value: first.id, Whole: first.span}, l)
	if !ok {
		return
	}
	if name := b.Tactic.Name; name != "" && !strings.EqualFold(name, t.Name) {
		l.Add(diag.PageTacticName, first.span, "the page calls %s %q; in ATT&CK %s it is %s", t.ID, clip(name), p.cat.Release, t.Name).
			WithHelp("check the id: it is what counts")
	}
	b.Tactic = Tactic{t.ID, t.Name, t.Domain}
}

// pageName is a title's name without what sites add to it.
func pageName(s string) string {
	for _, sep := range []string{"|", " - ", " – ", " — ", ","} {
		s, _, _ = strings.Cut(s, sep)
	}
	return strings.TrimSpace(s)
}

// items numbers the bullets of a kind. A page that was saved twice repeats them: each text counts once.
func (p *page) items(b *Brief, k Kind, l *diag.List) {
	s := p.sectionOf(k)
	if s == nil {
		if k != Mitigation {
			p.missing(k, l)
		}
		return
	}
	if len(s.items) == 0 {
		l.Add(diag.EmptySection, s.Span, "%q has no bullets", s.Title).
			WithHelp("begin each item with a hyphen (or keep the page's list when you save it)")
		return
	}
	seen := map[string]rawItem{}
	disagree := false
	for _, raw := range s.items {
		if first, twice := seen[raw.hash]; twice {
			if first.run == raw.run {
				l.Add(diag.RepeatedItem, raw.span, "this bullet stands twice in %q", s.Title).WithNote(first.span, "here first")
			}
			continue
		}
		if raw.run > s.items[0].run && !disagree {
			disagree = true
			l.Add(diag.SectionsDisagree, raw.span, "%q stands more than once, and this bullet not in the first one", s.Title).
				WithNote(s.Span, "the first one").WithHelp("keep one of them; until then the bullets of all are counted")
		}
		seen[raw.hash] = raw
		if len(seen) > maxItems {
			l.Add(diag.PageTooLong, raw.span, "%q has more than %d bullets; the rest is not read", s.Title, maxItems)
			return
		}
		item := Item{Kind: k, Text: raw.text, Hash: raw.hash, Line: raw.span.Position().Line, Span: raw.span}
		item.number(b.Tactic.ID, len(seen))
		b.Items = append(b.Items, item)
	}
}

func (p *page) sectionOf(k Kind) *section {
	for _, s := range p.sections {
		if s.kind == k {
			return s
		}
	}
	return nil
}

// missing says that a section is not there, and which head may have been meant for it.
func (p *page) missing(k Kind, l *diag.List) {
	want := map[Kind]string{Telemetry: "Likely telemetry", Direction: "Detection direction"}[k]
	heads := make([]string, len(p.unknown))
	for i, s := range p.unknown {
		heads[i] = s.Title
	}
	best := diag.Nearest(want, heads)
	for _, s := range p.unknown {
		if best != "" && s.Title == best {
			l.Add(diag.MissingSection, s.Span, "the page has no section %q; is it this one?", want).
				WithHelp("write %q", want).WithUnsafeFix("write "+want, s.Span, want)
			return
		}
	}
	l.Add(diag.MissingSection, source.Span{File: p.file}, "the page has no section %q", want).
		WithHelp("add a line %q with the items as bullets under it; or the page was saved before all of it had loaded", want)
}

var (
	versionShape = lazy(`^v?(\d{1,3}\.\d{1,3})$`)
	hashShape    = lazy(`^([0-9a-f]{6,64})(…|\.\.\.)$|^([0-9a-f]{12,64})$`)
)

// snapshot finds the release, the object's version and its hash in the page's table of snapshots. The table has more
// headings than cells, so a cell is known by its shape; of two version-shaped ones the heads say which comes first.
func (p *page) snapshot(b *Brief) {
	objectFirst, headed, best := false, false, 0
	for _, row := range p.rows {
		release, object := -1, -1
		var versions []string
		hash, current := "", false
		for i, cell := range row {
			lower := strings.ToLower(cell)
			switch {
			case lower == "release":
				release = i
			case lower == "object version":
				object = i
			case versionShape().MatchString(cell):
				versions = append(versions, strings.TrimPrefix(cell, "v"))
			case hashShape().MatchString(lower):
				hash = strings.TrimRight(lower, "….")
			}
			current = current || strings.Contains(lower, "current")
		}
		if release >= 0 || object >= 0 {
			headed, objectFirst = true, object >= 0 && object < release
			continue
		}
		rank := 0
		if len(versions) > 0 && (headed || hash != "") {
			if rank = 1; current {
				rank = 2
			}
		}
		if rank <= best {
			continue
		}
		best = rank
		b.Release, b.ObjectVersion, b.RawHash = versions[0], "", hash
		if len(versions) > 1 {
			b.ObjectVersion = versions[1]
			if objectFirst {
				b.Release, b.ObjectVersion = versions[1], versions[0]
			}
		}
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

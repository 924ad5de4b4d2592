package brief

import (
	"strings"

	"detc/compiler/attack"
	"detc/compiler/source"
)

// Both readers turn a page into blocks; page gathers blocks into sections, so that all forms of a page mean the same.
type blockKind uint8

const (
	paraBlock blockKind = iota + 1
	headingBlock
	bulletBlock
	rowBlock      // of a table
	titleBlock    // HTML's <title>
	boundaryBlock // the page's frame begins: what follows is in no section
)

type block struct {
	kind  blockKind
	level int // of a heading: the smaller the higher
	text  string
	cells []string // of a row, empty ones left out
	span  source.Span
}

// Headings without # or <h2> rank below those with.
const (
	strongLevel = 7 // a line that is all bold
	plainLevel  = 8 // a plain line that is a known title
)

// Bounds on a page. The published ones have sixty blocks and five bullets a section.
const (
	maxBlocks = 20_000
	maxItems  = 99 // an id has two digits
)

// The sections of a published page. Those with a kind list items.
var titles = map[string]struct {
	title string
	kind  Kind
}{
	"likely telemetry":      {"Likely telemetry", Telemetry},
	"detection direction":   {"Detection direction", Direction},
	"detection directions":  {"Detection direction", Direction},
	"mitigation priorities": {"Mitigation priorities", Mitigation},
	"mitigation priority":   {"Mitigation priorities", Mitigation},

	"analyst context for executives and security teams": {"Analyst context for executives and security teams", ""},
	"executive priority":                        {"Executive priority", ""},
	"technical view":                            {"Technical view", ""},
	"analyst notes and limits":                  {limitsTitle, ""},
	"how security teams should use this page":   {"How security teams should use this page", ""},
	"all related att&ck context":                {"All related ATT&CK context", ""},
	"object version and sync metadata":          {"Object version and sync metadata", ""},
	"imported snapshots across att&ck releases": {"Imported snapshots across ATT&CK releases", ""},
	"mirrored att&ck source object":             {"Mirrored ATT&CK source object", ""},
	"external references and citations":         {"External references and citations", ""},
}

const limitsTitle = "Analyst notes and limits"

type section struct {
	Section
	kind   Kind
	level  int
	run    int // how often its head has stood on the page
	items  []rawItem
	seen   map[string]bool // hashes of its paragraphs
	tactic bool            // the description, under the page's title or the tactic's name
}

type rawItem struct {
	text, hash string
	span       source.Span
	run        int
}

// named is a place where the page says a tactic's id.
type named struct {
	id, name string
	span     source.Span
	heading  bool
}

type page struct {
	file *source.File
	cat  *attack.Catalog
	full bool // more than a page can hold: reading stops

	blocks   int
	names    map[string]bool // the tactics' names, which head the description
	sections []*section
	byKey    map[string]*section
	cur      *section // nil outside every section
	titles   []named
	refs     []named
	windows  []named    // of <title>
	rows     [][]string //
	unknown  []Section  // heads that are none of the known: one may be misspelt
	implied  []*Section // those that only look like heads
}

func newPage(f *source.File, cat *attack.Catalog) *page {
	p := &page{file: f, cat: cat, names: map[string]bool{}, byKey: map[string]*section{}}
	if cat != nil {
		for _, t := range cat.Tactics() {
			p.names[t.Name] = true
		}
	}
	return p
}

// read runs the reader of a form over the page and gives the page back as true, for use in a condition.
func (p *page) read(html bool) bool {
	text := strings.TrimPrefix(p.file.Text, bom)
	if html {
		readHTML(p, p.file, text)
	} else {
		readLines(p, p.file, text)
	}
	return true
}

func (p *page) hasItems() bool {
	for _, s := range p.sections {
		if len(s.items) > 0 {
			return true
		}
	}
	return false
}

var (
	numbering = lazy(`^\d{1,2}[.)]\s+`)
	counted   = lazy(`\s*\(\d+\)$`)
	titleLine = lazy(`^(TA\d{4})(?:\s*([:|–—-]|\s)\s*(\S.*))?$`)
	reference = lazy(`(?i:mitre-attack)\W{1,4}(TA\d{4})|^ID:\s*(TA\d{4})$`)
	anyTactic = lazy(`\bTA\d{4}\b`)
)

// plainTitle says that a line without a mark reads as a page's title: TA0104: Execution.
func plainTitle(line string) bool {
	m := titleLine().FindStringSubmatch(line)
	return m != nil && m[2] == ":" && len(line) <= 120
}

// known says which section a head is of: its title as the published pages write it, and what its bullets are.
func (p *page) known(head string) (title string, kind Kind, ok bool) {
	if len(head) > 100 {
		return "", "", false
	}
	h := strings.TrimSuffix(collapse(typography.Replace(head)), ":")
	if p.names[h] {
		return h, "", true
	}
	h = counted().ReplaceAllString(numbering().ReplaceAllString(strings.ToLower(h), ""), "")
	t, ok := titles[h]
	return t.title, t.kind, ok
}

// add takes in the next block.
func (p *page) add(b block) {
	if p.blocks++; p.blocks > maxBlocks {
		p.full = true
		return
	}
	p.mentions(b)
	switch b.kind {
	case headingBlock, paraBlock:
		if !p.head(b) && b.text != "" {
			p.prose(b)
		}
	case bulletBlock:
		if p.cur != nil && p.cur.kind != "" {
			p.cur.items = append(p.cur.items, rawItem{b.text, Hash(b.text), b.span, p.cur.run})
		} else {
			p.prose(b)
		}
	case rowBlock:
		if len(p.rows) < 1000 {
			p.rows = append(p.rows, b.cells)
		}
	case boundaryBlock:
		p.cur = nil
	}
}

// mentions notes where the page says what tactic it is of, besides its title.
func (p *page) mentions(b block) {
	if b.kind == titleBlock {
		if id := anyTactic().FindString(b.text); id != "" {
			p.windows = append(p.windows, named{id: id, span: b.span})
		}
		return
	}
	text := b.text
	if b.kind == rowBlock {
		text = strings.Join(b.cells, " ")
	}
	if len(text) > 2000 || !strings.Contains(text, "TA") {
		return
	}
	if m := reference().FindStringSubmatch(text); m != nil {
		id := m[1] + m[2]
		span := b.span
		if i := strings.Index(span.Text(), id); i >= 0 {
			span = source.Span{File: span.File, Start: span.Start + i, End: span.Start + i + len(id)}
		}
		p.refs = append(p.refs, named{id: id, span: span})
	}
}

// head opens the section that a block heads, if it heads one.
func (p *page) head(b block) bool {
	heading := b.kind == headingBlock
	if m := titleLine().FindStringSubmatch(b.text); m != nil && (heading && len(b.text) <= 120 || plainTitle(b.text)) {
		span := b.span
		span.End = min(span.End, span.Start+len(m[1]))
		p.titles = append(p.titles, named{m[1], m[3], span, heading})
		p.open("", b.text, b)
		p.cur.tactic = true
		return true
	}
	if title, kind, ok := p.known(b.text); ok {
		key := title
		if p.names[title] {
			key = "" // the description once more
		}
		p.open(key, title, b)
		p.cur.kind, p.cur.tactic = kind, key == ""
		return true
	}
	if heading {
		if p.cur != nil && p.cur.kind != "" && b.level > p.cur.level {
			return true // a heading within the section: its bullets are the section's
		}
		p.stranger(b)
		return true
	}
	if p.cur != nil && len(p.cur.items) > 0 && p.cur.level >= plainLevel && headingLike(b.text) {
		p.stranger(b)
		p.implied = append(p.implied, &p.cur.Section)
		return true
	}
	if headingLike(b.text) && len(p.unknown) < 200 {
		p.unknown = append(p.unknown, Section{Title: b.text, Span: b.span})
	}
	return false
}

// stranger opens a section that is none of the known ones.
func (p *page) stranger(b block) {
	if len(p.unknown) < 200 {
		p.unknown = append(p.unknown, Section{Title: b.text, Span: b.span})
	}
	p.open("other:"+strings.ToLower(b.text), b.text, b)
}

func (p *page) open(key, title string, b block) {
	s := p.byKey[key]
	if s == nil {
		s = &section{Section: Section{Title: title, Span: b.span}, seen: map[string]bool{}}
		p.byKey[key] = s
		p.sections = append(p.sections, s)
	}
	s.run++
	s.level = b.level
	if b.kind == paraBlock {
		s.level = plainLevel
	}
	p.cur = s
}

// prose keeps a paragraph of the section, once: pages say some of them twice.
func (p *page) prose(b block) {
	if p.cur == nil {
		return
	}
	if h := Hash(b.text); !p.cur.seen[h] {
		p.cur.seen[h] = true
		p.cur.Paragraphs = append(p.cur.Paragraphs, Paragraph{b.text, b.span})
	}
}

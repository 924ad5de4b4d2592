// Package brief reads an ATT&CK tactic page with its analyst guidance, as people have it: the text copied from the
// browser, the page saved as HTML, or Markdown. Every bullet of its telemetry, direction and mitigation sections is an
// item, with an id and the hash of its words; items.yaml says which words were reviewed and how each item is answered.
package brief

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// Kind is what a bullet asks for.
type Kind string

const (
	Telemetry  Kind = "telemetry"  // what must be logged: TA0104/T1
	Direction  Kind = "direction"  // how to detect: TA0104/D1
	Mitigation Kind = "mitigation" // what to do beforehand: TA0104/M1
)

// Kinds lists the kinds in the order in which items are shown.
func Kinds() []Kind { return []Kind{Telemetry, Direction, Mitigation} }

// Letter is the kind's letter in an item's id.
func (k Kind) Letter() string { return strings.ToUpper(string(k[:1])) }

// A Tactic is the tactic that a page is of. Domain is "" where the catalog doesn't know the id.
type Tactic struct{ ID, Name, Domain string }

// A Brief is one tactic page, read.
type Brief struct {
	Tactic        Tactic
	Description   string // what the tactic is; paragraphs are parted by an empty line
	Release       string // the ATT&CK release that the page is of, "" where it doesn't say: 19.1
	ObjectVersion string // the version of the tactic's object in it: 1.0
	RawHash       string // the first digits of the object's hash, as far as the page shows them
	Sections      []Section
	Items         []Item   // telemetry, direction, mitigation; each in the order of the page
	Limits        []string // what the page says about its own limits, a paragraph each
	File          *source.File
}

// A Section is a headed part of the page. A part that stands twice is one Section.
type Section struct {
	Title      string      // without markup; a known one is written as the published pages write it
	Span       source.Span // its head
	Paragraphs []Paragraph // its prose; bullets of the item sections are Items instead
}

// A Paragraph is a stretch of prose, with white space collapsed.
type Paragraph struct {
	Text string
	Span source.Span
}

// An Item is one bullet.
type Item struct {
	ID      string // TA0104/T1
	Kind    Kind
	Ordinal int         // the number in the id: its place among its kind, until Match gives it the lock's
	Text    string      // as it stands on the page, without markup, white space collapsed
	Hash    string      // of the normalised text, see Hash
	Line    int         // where it begins, from 1
	Span    source.Span // from its first to its last character, without the bullet
}

func (i *Item) number(tactic string, n int) {
	i.Ordinal, i.ID = n, ItemID(tactic, i.Kind, n)
}

// ItemID writes an item's id: TA0104/T1.
func ItemID(tactic string, k Kind, n int) string {
	return fmt.Sprintf("%s/%s%d", tactic, k.Letter(), n)
}

// Item finds an item by its id.
func (b *Brief) Item(id string) (Item, bool) {
	for _, i := range b.Items {
		if i.ID == id {
			return i, true
		}
	}
	return Item{}, false
}

// Section finds a section by its title, without regard to case.
func (b *Brief) Section(title string) (Section, bool) {
	for _, s := range b.Sections {
		if strings.EqualFold(s.Title, title) {
			return s, true
		}
	}
	return Section{}, false
}

// Read reads a page. What is wrong with it goes to the list; what could be read is returned all the same, never nil.
// Its cost grows with the length of the file alone, whatever the nesting.
func Read(f *source.File, cat *attack.Catalog, l *diag.List) *Brief {
	b := &Brief{File: f}
	whole := source.Span{File: f}
	text := strings.TrimPrefix(f.Text, bom)
	if i := strings.IndexByte(text, 0); i >= 0 || !utf8.ValidString(text) {
		l.Add(diag.Unreadable, whole, "the page is binary or not UTF-8").WithHelp("save it as UTF-8 text")
		return b
	}
	if strings.TrimSpace(text) == "" {
		l.Add(diag.EmptyPage, whole, "the page holds no text").
			WithHelp("copy the tactic page's text into it, or save the page as HTML or Markdown")
		return b
	}
	p := newPage(f, cat)
	html := looksLikeHTML(f.Name, text)
	p.read(html)
	if html && !p.hasItems() { // Markdown that begins with a tag, or text in a <pre>
		if again := newPage(f, cat); again.read(false) && again.hasItems() {
			p = again
		}
	}
	p.finish(b, l)
	return b
}

const bom = "\uFEFF"

package brief

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"detc/compiler/source"
)

var firstTag = lazy(`(?i)^\s*(?:<!--(?s:.*?)-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|meta|main|article|section|header|div|h[1-6]|ul|ol|li|p|pre|table|title|nav)[\s>/]`)

// looksLikeHTML goes by the first tag of the text; a name in .html is enough too.
func looksLikeHTML(name, text string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm") || firstTag().MatchString(text)
}

// htmlReader turns tags into blocks. It works on tokens, not on a tree: a page nested ten thousand deep costs no stack,
// an unclosed tag loses nothing, and every token's place in the file is known.
type htmlReader struct {
	page *page
	file *source.File
	cur  block           // the block being gathered
	text strings.Builder // its text so far
	list int             // how many lists are open
	item int             // while a bullet is gathered: how many were open at its <li>
	row  bool            // while a table row is gathered
}

func readHTML(p *page, f *source.File, text string) {
	r := &htmlReader{page: p, file: f}
	pos := len(f.Text) - len(text)
	z := html.NewTokenizer(strings.NewReader(text))
	for !p.full {
		kind := z.Next()
		start := pos
		pos += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			r.flush()
			return
		case html.TextToken:
			r.words(string(z.Text()), start, pos)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); kind == html.StartTagToken && skipped(a) {
				pos += skip(z, name)
			} else {
				r.open(a, start)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			r.close(atom.Lookup(name))
		}
	}
}

// skipped are elements whose text is none of the page's. The tokenizer takes each one's content as raw text.
func skipped(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Noscript, atom.Textarea:
		return true
	}
	return false
}

// skip reads up to the end tag, and says how many bytes that were.
func skip(z *html.Tokenizer, name []byte) (n int) {
	end := string(name)
	for {
		kind := z.Next()
		n += len(z.Raw())
		if kind == html.ErrorToken {
			return n
		}
		if name, _ := z.TagName(); kind == html.EndTagToken && string(name) == end {
			return n
		}
	}
}

// words takes in a text token, which stands at [start,end) of the file.
func (r *htmlReader) words(s string, start, end int) {
	r.text.WriteString(s)
	const space = " \t\r\n\f"
	raw := strings.TrimRight(r.file.Text[start:end], space)
	lead := len(raw) - len(strings.TrimLeft(raw, space))
	if lead == len(raw) {
		return
	}
	if r.cur.span.IsZero() {
		r.cur.span = source.Span{File: r.file, Start: start + lead}
	}
	r.cur.span.End = start + len(raw)
}

func (r *htmlReader) flush() {
	text := collapse(r.text.String())
	r.text.Reset()
	if r.row {
		r.cell(text)
		r.cur.kind = rowBlock
	} else {
		r.cur.text = text
	}
	if r.cur.kind == 0 {
		r.plain()
	}
	if text != "" || len(r.cur.cells) > 0 {
		r.page.add(r.cur)
	}
	r.cur, r.row, r.item = block{}, false, 0
}

// plain takes a paragraph for what it was before its list or table lost the tags: a bullet, a row.
func (r *htmlReader) plain() {
	text := r.cur.text
	r.cur.kind = paraBlock
	if m := bulletLine().FindStringSubmatch(text); m != nil {
		r.cur.kind, r.cur.text = bulletBlock, m[1]
		if i := strings.Index(r.cur.span.Text(), strings.Fields(m[1])[0]); i > 0 {
			r.cur.span.Start += i
		}
	} else if strings.HasPrefix(text, "|") && strings.Count(text, "|") > 2 {
		r.cur.kind = rowBlock
		for _, c := range strings.Split(text, "|") {
			r.cell(strings.TrimSpace(c))
		}
	}
}

func (r *htmlReader) cell(text string) {
	if text != "" {
		r.cur.cells = append(r.cur.cells, text)
	}
}

func (r *htmlReader) open(a atom.Atom, at int) {
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.flush()
		r.cur.kind, r.cur.level = headingBlock, int(a.String()[1]-'0')
	case atom.Title:
		r.flush()
		r.cur.kind = titleBlock
	case atom.Ul, atom.Ol, atom.Menu:
		if !r.inItem() {
			r.flush()
		}
		r.space()
		r.list++
	case atom.Li:
		if r.inItem() && r.list > r.item { // a list within a bullet is part of it
			r.space()
			return
		}
		r.flush()
		r.cur.kind, r.item = bulletBlock, r.list
	case atom.Tr:
		r.flush()
		r.row = true
	case atom.Td, atom.Th:
		if r.row {
			r.cell(collapse(r.text.String()))
			r.text.Reset()
		}
	case atom.Nav, atom.Footer, atom.Aside, atom.Form:
		r.flush()
		r.list = 0
		r.page.add(block{kind: boundaryBlock})
	default:
		r.edge(a)
	}
}

func (r *htmlReader) close(a atom.Atom) {
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Title, atom.Tr, atom.Table:
		r.flush()
	case atom.Ul, atom.Ol, atom.Menu:
		r.list = max(r.list-1, 0)
		if r.inItem() && r.list < r.item {
			r.flush()
		}
		r.space()
	case atom.Li:
		if r.inItem() && r.list <= r.item {
			r.flush()
		}
		r.space()
	case atom.Article, atom.Main:
		r.flush()
		r.page.add(block{kind: boundaryBlock})
	case atom.Td, atom.Th:
		r.space()
	default:
		r.edge(a)
	}
}

// edge is where a block element begins or ends: within a bullet, a heading or a row that parts words, elsewhere
// paragraphs.
func (r *htmlReader) edge(a atom.Atom) {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Blockquote, atom.Pre, atom.Figure,
		atom.Dl, atom.Dt, atom.Dd, atom.Body, atom.Html, atom.Head, atom.Table, atom.Tbody, atom.Thead, atom.Details, atom.Summary, atom.Hr:
		if r.inItem() || r.row || r.cur.kind == headingBlock {
			r.space()
			return
		}
		r.flush()
	case atom.Br:
		r.space()
	}
}

func (r *htmlReader) inItem() bool { return r.cur.kind == bulletBlock }

func (r *htmlReader) space() { r.text.WriteByte(' ') }

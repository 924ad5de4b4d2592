package brief

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/source"
)

var (
	bulletLine = lazy(`^(?:[-*+·–—][ \t\x{A0}]+|[•‣◦▪▫●○⁃][ \t\x{A0}]*|\(?\d{1,3}[.)][ \t\x{A0}]+|[a-z]\)[ \t\x{A0}]+)(\S.*)$`)
	bareBullet = lazy(`^[-*+•‣◦▪▫●○⁃·–]$`)
	checkbox   = lazy(`^\[[ xX]\][ \t]+`)
	breakLine  = lazy(`^(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$`)
	hashLine   = lazy(`^(#{1,6})[ \t]+(.*?)[ \t]*#*$`)
	strongLine = lazy(`^(?:\*\*([^*]+)\*\*|__([^_]+)__):?$`)
)

// A text is wrapped where its longest line is between these, in characters; else a line is a paragraph.
const narrowest, widest = 40, 120

// lineReader turns lines into blocks, of plain text and of Markdown.
type lineReader struct {
	page     *page
	file     *source.File
	markdown bool
	escaped  bool // the text stands in HTML: entities stand for characters
	headed   bool // Markdown with marked headings: nothing else is one, but the known ones
	gaps     bool // empty lines part the paragraphs
	width    int  // of the text, where it is wrapped; else 0

	cur    block
	parts  []string // the lines of cur
	indent int      // of a bullet
	last   int      // the length of the line before, in characters
	blank  bool     // there was an empty line since
}

func readLines(p *page, f *source.File, text string) {
	r := &lineReader{page: p, file: f, markdown: looksLikeMarkdown(f.Name, text)}
	r.escaped = !r.markdown && looksLikeHTML(f.Name, text)
	r.headed = r.markdown && marksHeadings(text)
	r.measure(text)
	base := len(f.Text) - len(text)
	eachLine(text, func(line string, at int) bool {
		r.line(line, base+at)
		return !p.full
	})
	r.flush()
}

// eachLine ends lines at LF, CRLF or a lone CR.
func eachLine(text string, yield func(line string, at int) bool) {
	for at := 0; at < len(text); {
		n := strings.IndexAny(text[at:], "\r\n")
		if n < 0 {
			yield(text[at:], at)
			return
		}
		if !yield(text[at:at+n], at) {
			return
		}
		at += n + 1
		if text[at-1] == '\r' && strings.HasPrefix(text[at:], "\n") {
			at++
		}
	}
}

// measure finds out whether the text is wrapped, and how wide: no line is long, and some begin in mid-sentence.
func (r *lineReader) measure(text string) {
	written, gaps, midway, empty, long := 0, 0, 0, false, false
	eachLine(text, func(line string, _ int) bool {
		line = strings.TrimSpace(line)
		if line == "" {
			empty = written > 0
			return true
		}
		if empty {
			gaps++
		}
		written++
		empty = false
		if startsLower(line) {
			midway++
		}
		switch n := utf8.RuneCountInString(line); {
		case strings.HasPrefix(line, "|"):
		case n <= widest:
			r.width = max(r.width, n)
		default:
			long = long || strings.Count(line, " ") > 12 // not a lone address
		}
		return true
	})
	r.gaps = gaps*10 >= written // one or two are an accident of copying
	if long || r.width < narrowest || midway < 2 || midway*20 < written {
		r.width = 0
	}
}

func (r *lineReader) line(raw string, at int) {
	line := strings.TrimSpace(raw)
	lead := len(raw) - len(strings.TrimLeftFunc(raw, unicode.IsSpace))
	switch {
	case line == "":
		r.blank = true
		if r.cur.kind == paraBlock {
			r.flush()
		}
		return
	case r.markdown && (strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")):
		r.flush()
	case breakLine().MatchString(line):
		r.rule(line)
	case r.table(line, at+lead):
	case r.heading(line, at+lead):
	default:
		r.content(line, columns(raw[:lead]), at+lead)
	}
	r.last, r.blank = utf8.RuneCountInString(strings.TrimRightFunc(raw, unicode.IsSpace)), false
}

// rule is a line of dashes: under a line of its own it makes that a heading, in Markdown.
func (r *lineReader) rule(line string) {
	if r.markdown && !r.blank && r.cur.kind == paraBlock && len(r.parts) == 1 && (line[0] == '=' || line[0] == '-') {
		r.cur.kind, r.cur.level = headingBlock, 2
		if line[0] == '=' {
			r.cur.level = 1
		}
	}
	r.flush()
}

func (r *lineReader) table(line string, at int) bool {
	sep := "|"
	if strings.Count(line, "\t") >= 2 {
		sep = "\t"
	} else if line[0] != '|' && strings.Count(line, " | ") < 2 || strings.Count(line, "|") < 2 {
		return false
	}
	r.flush()
	b := block{kind: rowBlock, span: source.Span{File: r.file, Start: at, End: at + len(line)}}
	for _, c := range strings.Split(line, sep) {
		if c = strings.TrimSpace(c); c != "" {
			b.cells = append(b.cells, r.words(c))
		}
	}
	r.page.add(b)
	return true
}

func (r *lineReader) heading(line string, at int) bool {
	text, level := line, plainLevel
	if m := hashLine().FindStringSubmatchIndex(line); r.markdown && m != nil {
		text, level = line[m[4]:m[5]], m[3]-m[2]
		at += m[4]
	} else if m := strongLine().FindStringSubmatch(line); r.markdown && m != nil && len(line) <= 2*widest {
		level = strongLevel
	} else if _, _, ok := r.page.known(line); !ok {
		if !plainTitle(line) {
			return false
		}
		// Not a marked heading: pages link to other tactics so.
		r.flush()
		r.start(paraBlock, line, at+len(line))
		r.flush()
		return true
	}
	r.flush()
	r.page.add(block{kind: headingBlock, level: level, text: collapse(r.words(text)),
		span: source.Span{File: r.file, Start: at, End: at + len(text)}})
	return true
}

func (r *lineReader) content(line string, indent, at int) {
	end := at + len(line)
	if bareBullet().MatchString(line) {
		if !r.nested(indent) {
			r.flush()
			r.cur = block{kind: bulletBlock, span: source.Span{File: r.file, Start: end, End: end}}
			r.indent = indent
		}
		return
	}
	if m := bulletLine().FindStringSubmatchIndex(line); m != nil {
		text := line[m[2]:]
		if r.markdown {
			text = checkbox().ReplaceAllString(text, "")
		}
		if r.nested(indent) {
			r.more(text, end)
			return
		}
		r.flush()
		r.start(bulletBlock, text, end)
		r.indent = indent
		return
	}
	switch {
	case r.cur.kind == bulletBlock && len(r.parts) == 0: // the bullet stood on a line of its own
		r.start(bulletBlock, line, end)
	case r.cur.kind == bulletBlock && (indent > r.indent || !r.blank && r.continues(line)):
		r.more(line, end)
	case r.cur.kind == paraBlock && (r.gaps && r.last <= widest || r.wrapped(line)):
		r.more(line, end)
	default:
		r.flush()
		r.start(paraBlock, line, end)
	}
}

// nested says that a bullet stands within the one before it, and so is part of it.
func (r *lineReader) nested(indent int) bool {
	return r.cur.kind == bulletBlock && indent > r.indent+1 && len(r.parts) > 0
}

// continues says that a line at the margin goes on with the bullet above it. Markdown says it always does.
func (r *lineReader) continues(line string) bool { return r.headed || r.wrapped(line) }

// wrapped says that a line goes on with the one before: it begins in the middle of a sentence, or its first word had no
// room there.
func (r *lineReader) wrapped(line string) bool {
	if startsLower(line) {
		return true
	}
	word, _, _ := strings.Cut(line, " ")
	return r.width > 0 && r.last+1+utf8.RuneCountInString(word) > r.width
}

func startsLower(line string) bool {
	first, _ := utf8.DecodeRuneInString(line)
	return unicode.IsLower(first)
}

func (r *lineReader) start(kind blockKind, text string, end int) {
	r.cur = block{kind: kind, span: source.Span{File: r.file, Start: end - len(text), End: end}}
	r.parts = append(r.parts[:0], text)
}

func (r *lineReader) more(text string, end int) {
	r.parts = append(r.parts, text)
	r.cur.span.End = end
}

func (r *lineReader) flush() {
	if len(r.parts) > 0 {
		r.cur.text = collapse(r.words(strings.Join(r.parts, " ")))
		r.page.add(r.cur)
	}
	r.cur, r.parts = block{}, r.parts[:0]
}

func (r *lineReader) words(s string) string {
	switch {
	case r.escaped:
		return html.UnescapeString(s)
	case r.markdown:
		return inline(s)
	}
	return s
}

// columns counts white space as an editor shows it, a tab as four.
func columns(space string) int {
	n := 0
	for _, c := range space {
		if n++; c == '\t' {
			n += 3
		}
	}
	return n
}

// headingLike says that a line without markup reads as a heading: short, capitalised, with no stop at its end.
func headingLike(line string) bool {
	first, _ := utf8.DecodeRuneInString(line)
	return unicode.IsUpper(first) && len(line) <= 80 && strings.Count(line, " ") < 8 && !strings.ContainsAny(line[len(line)-1:], ".,;:!?)")
}

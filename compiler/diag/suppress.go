package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/source"
)

// Suppress leaves out the findings that a comment in their file silences, and adds those about the comments
// themselves:
//
//	# detc:ignore DT9001 reason="an absent state counts as open" until=2027-01-31
//	condition: severe && !closed
//
// Above a key or a list's item the comment speaks of it and of all below it; at the end of a line, of what begins on
// that line. It names one code; several comments may stand above each other. A comment holds through its last day:
// today is that of the caller, as YYYY-MM-DD, and empty where no date is due. An error is never silenced.
//
// With complete, a comment that silenced nothing is a finding too, unless an error in its file may have kept the
// finding away; say so only where everything that finds something was run.
func Suppress(l List, files []*source.File, today string, complete bool) List {
	var all []*suppression
	by := map[*source.File][]*suppression{}
	seen := map[*source.File]bool{}
	for _, f := range files {
		if f == nil || seen[f] || !strings.Contains(f.Text, marker) {
			continue
		}
		seen[f] = true
		by[f] = suppressions(f)
		all = append(all, by[f]...)
	}
	if len(all) == 0 {
		return l
	}
	out := make(List, 0, len(l))
	broken := map[*source.File]bool{}
	for _, d := range l {
		silent := false
		for _, s := range by[d.Span.File] {
			if s.covers(d) {
				silent = s.take(d, today) || silent
			}
		}
		broken[d.Span.File] = broken[d.Span.File] || d.Severity == Error
		if !silent {
			out = append(out, d)
		}
	}
	for _, s := range all {
		s.report(today, complete && !broken[s.at.File], &out)
	}
	return out
}

const marker = "detc:ignore"

// A suppression is one comment.
type suppression struct {
	at     source.Span // from the # to the end of the line
	target source.Span // what it speaks of; zero where nothing does
	code   Code
	name   string // the code as it is written
	known  bool
	reason string
	until  string // YYYY-MM-DD, or none
	bad    string // why it can't be read

	used  bool
	fault *Diagnostic // an error that it stands above
}

func (s *suppression) covers(d *Diagnostic) bool {
	return s.bad == "" && s.known && s.code == d.Code && !s.target.IsZero() &&
		s.target.Start <= d.Span.Start && max(d.Span.Start, d.Span.End) <= s.target.End
}

// take says whether the finding is silenced.
func (s *suppression) take(d *Diagnostic, today string) bool {
	s.used = true
	if d.Severity == Error {
		s.fault = d
		return false
	}
	return s.reason != "" && !s.expired(today)
}

func (s *suppression) expired(today string) bool { return s.until != "" && today > s.until }

// report adds what is wrong with the comment: the first of it, since one change often mends the rest.
func (s *suppression) report(today string, complete bool, l *List) {
	switch {
	case s.bad != "":
		l.Add(BadSuppression, s.at, "this %s comment %s", marker, s.bad).
			WithHelp(`write # detc:ignore CODE reason="…" until=YYYY-MM-DD; the date may be left out`)
	case !s.known:
		d := l.Add(SuppressionCode, s.at, "there is no finding %q to ignore", s.name)
		var codes []string
		for _, i := range Codes() {
			codes = append(codes, string(i.Code), i.Slug)
		}
		if best := Nearest(s.name, codes); best != "" {
			d.WithHelp("did you mean %q?", best)
		} else {
			d.WithHelp("detc list checks names them")
		}
	case s.target.IsZero():
		l.Add(BadSuppression, s.at, "this %s comment stands above nothing", marker).WithHelp("put it above the key that the finding is at, or at the end of its line")
	case s.reason == "":
		l.Add(SuppressionReason, s.at, "%s is ignored without a reason, so it is not", s.code).WithHelp(`add reason="…"`)
	case s.fault != nil:
		l.Add(SuppressionOfError, s.at, "%s is an error here, and an error can't be ignored", s.code).WithNote(s.fault.Span, "the error")
	case s.expired(today):
		l.Add(SuppressionExpired, s.at, "%s was to be ignored until %s", s.code, s.until).WithHelp("mend what it silences, or give it a later date")
	case !s.used && complete:
		l.Add(SuppressionUnused, s.at, "there is no %s here to ignore", s.code).WithFix("take the comment out", s.line(), "")
	}
}

// line is the comment with the blanks before it; with its whole line where it stands alone.
func (s *suppression) line() source.Span {
	text, lo, hi := s.at.File.Text, s.at.Start, s.at.End
	for lo > 0 && (text[lo-1] == ' ' || text[lo-1] == '\t') {
		lo--
	}
	if lo == 0 || text[lo-1] == '\n' || text[lo-1] == '\r' {
		if strings.HasPrefix(text[hi:], "\r\n") {
			hi += 2
		} else if hi < len(text) {
			hi++
		}
	}
	return source.Span{File: s.at.File, Start: lo, End: hi}
}

// suppressions reads the comments of a file. A file that is no YAML has none: nothing in it can be built anyway.
func suppressions(f *source.File) []*suppression {
	docs, err := source.ParseYAML(f)
	if err != nil {
		return nil
	}
	var p places
	for _, d := range docs {
		p.walk(d)
	}
	slices.SortFunc(p.scalars, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	slices.SortStableFunc(p.entries, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	var out []*suppression
	for n := 1; n <= f.Lines(); n++ {
		line, start := f.Line(n)
		at := p.comment(line, start)
		if at < 0 {
			continue
		}
		rest := strings.TrimLeft(line[at+1:], "# \t")
		if !strings.HasPrefix(rest, marker) {
			continue
		}
		s := &suppression{at: source.Span{File: f, Start: start + at, End: start + len(line)}}
		s.read(strings.TrimPrefix(rest, marker))
		if strings.TrimSpace(line[:at]) == "" {
			s.target = p.below(f.Text, s.at.End)
		} else {
			s.target = p.beside(start, s.at.Start)
		}
		out = append(out, s)
	}
	return out
}

// places are what stands where in a file.
type places struct {
	scalars []source.Span // keys and values: a # in them is no comment
	entries []source.Span // a key with its value, an item of a list; what holds others before them
}

func (p *places) walk(n *source.Node) {
	if !n.Alias.IsZero() {
		return // it stands at its anchor
	}
	switch n.Kind {
	case source.Scalar:
		p.scalars = append(p.scalars, n.Span)
	case source.Mapping:
		for _, pair := range n.Pairs {
			p.entries = append(p.entries, source.Span{File: pair.Key.Span.File, Start: head(pair.Key).Start, End: max(head(pair.Key).End, head(pair.Value).End)})
			p.walk(pair.Key)
			p.walk(pair.Value)
		}
	case source.Sequence:
		for _, item := range n.Items {
			p.entries = append(p.entries, head(item))
			p.walk(item)
		}
	}
}

// head is where a node stands: of an alias, not where what it names stands.
func head(n *source.Node) source.Span {
	if n.Alias.IsZero() {
		return n.Span
	}
	return n.Alias
}

// comment finds the # that begins a line's comment (YAML 1.2, section 6.6): at the line's head or after white space,
// and in no scalar but behind the sign that opens a block. It is -1 where there is none.
func (p *places) comment(line string, start int) int {
	for i := 0; i < len(line); i++ {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') && !p.inScalar(line, start, start+i) {
			return i
		}
	}
	return -1
}

func (p *places) inScalar(line string, start, at int) bool {
	i, _ := slices.BinarySearchFunc(p.scalars, at+1, func(s source.Span, o int) int { return cmp.Compare(s.Start, o) })
	if i == 0 {
		return false
	}
	s := p.scalars[i-1]
	if at >= s.End {
		return false
	}
	opens := s.Start >= start && (line[s.Start-start] == '|' || line[s.Start-start] == '>')
	return !opens
}

// below is the first entry after a comment; nothing where the collection around the comment ends before it.
func (p *places) below(text string, after int) source.Span {
	i, _ := slices.BinarySearchFunc(p.entries, after, func(s source.Span, o int) int { return cmp.Compare(s.Start, o) })
	if i == len(p.entries) {
		return source.Span{}
	}
	for line := range strings.Lines(text[after:p.entries[i].Start]) {
		code, _, _ := strings.Cut(line, "#")
		if strings.ContainsAny(code, "]}") {
			return source.Span{}
		}
	}
	return p.entries[i]
}

// beside is the outermost entry that begins on the line before the comment, or the innermost that goes on there.
func (p *places) beside(line, comment int) source.Span {
	within := source.Span{}
	for _, e := range p.entries {
		switch {
		case e.Start >= comment:
			return within
		case e.Start >= line:
			return e
		case e.End > line:
			within = e
		}
	}
	return within
}

// read takes the comment's text apart, after its marker.
func (s *suppression) read(text string) {
	if text != "" && text[0] != ' ' && text[0] != '\t' {
		s.bad = "has something other than a space after its name"
		return
	}
	words, err := split(text)
	switch {
	case err != nil:
		s.bad = err.Error()
		return
	case len(words) == 0 || strings.Contains(words[0], "="):
		s.bad = "names no code"
		return
	}
	s.name = words[0]
	info, ok := Lookup(s.name)
	s.code, s.known = info.Code, ok
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "reason":
			s.reason = strings.TrimSpace(value)
		case "until":
			if !date(value) {
				s.bad = fmt.Sprintf("has the date %q, which is no YYYY-MM-DD", value)
				return
			}
			s.until = value
		default:
			s.bad = fmt.Sprintf("has %q, where only reason and until may stand", w)
			return
		}
	}
}

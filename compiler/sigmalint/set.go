package sigmalint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// A Set holds documents against each other: ids, names, titles and meanings that two share, and references that lead
// nowhere. Of each document it keeps some 200 bytes and no text; only what refers to others is kept with its file.
// The zero Set is empty and ready. Documents that stand twice in one place are the caller's to leave out.
type Set struct {
	files []string // names, each kept once for all documents of a file
	last  *source.File
	docs  []entry

	ids      map[[16]byte]int32
	names    map[string]int32
	titles   map[[8]byte]int32
	meanings map[[16]byte]int32
	fields   map[string][]string

	refs          []reference
	correlationOf map[int32]*ir.Correlation
}

// An entry is what is kept of a document: where it stands and, of a rule, the fields that it compares.
type entry struct {
	file, line int32
	kind       sigma.Kind
	fields     []string // shared between documents that have the same
}

// A reference is a rule that a document names.
type reference struct {
	doc    int32
	name   string
	span   source.Span
	filter bool
}

// Add takes a document into the set, and reports what it shares with one before it.
func (s *Set) Add(d *sigma.Document, l *diag.List) {
	if d == nil || d.Node == nil {
		return
	}
	if s.ids == nil {
		s.ids, s.names, s.titles = map[[16]byte]int32{}, map[string]int32{}, map[[8]byte]int32{}
		s.meanings, s.correlationOf = map[[16]byte]int32{}, map[int32]*ir.Correlation{}
		s.fields = map[string][]string{}
	}
	me := int32(len(s.docs))
	s.docs = append(s.docs, s.entry(d))
	if id, ok := parseUUID(d.ID.Value); ok {
		if first, taken := s.ids[id]; taken {
			l.Add(diag.SigmaSameID, d.ID.Whole, "another document has this id").WithNote(source.Span{}, "the other one: %s", s.where(first)).
				WithHelp("give one of the two a random UUID of its own")
		} else {
			s.ids[id] = me
		}
	}
	if d.Name.Value != "" {
		if first, taken := s.names[d.Name.Value]; taken {
			l.Add(diag.SigmaSameName, d.Name.Whole, "another document has the name %q", clip(d.Name.Value)).
				WithNote(source.Span{}, "the other one: %s", s.where(first)).WithHelp("give one of the two another name")
		} else {
			s.names[strings.Clone(d.Name.Value)] = me
		}
	}
	if title := strings.TrimSpace(d.Title.Value); title != "" {
		sum := sha256.Sum256([]byte(strings.ToLower(title)))
		key := [8]byte(sum[:8])
		if first, taken := s.titles[key]; taken {
			l.Add(diag.SigmaSameTitle, d.Title.Whole, "another document has this title").WithNote(source.Span{}, "the other one: %s", s.where(first)).
				WithHelp("say in the title what differs")
		} else {
			s.titles[key] = me
		}
	}
	s.meaning(d, me, l)
	s.docs[me].fields = s.fieldsOf(d.Where)
	s.refer(d, me)
}

// fieldsOf lists the fields that an expression compares. Most rules of a log compare the same ones, so lists are shared.
func (s *Set) fieldsOf(e ir.Expr) []string {
	if e == nil {
		return nil
	}
	var names []string
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if !slices.Contains(names, f.Name) && len(names) < maxClauses {
				names = append(names, f.Name)
			}
		}
	})
	slices.Sort(names)
	key := strings.Join(names, "\x00")
	shared, ok := s.fields[key]
	if !ok {
		for i, n := range names {
			names[i] = strings.Clone(n)
		}
		shared = names
		s.fields[key] = shared
	}
	return shared
}

func (s *Set) entry(d *sigma.Document) entry {
	f := d.Node.Span.File
	if f != s.last {
		s.last = f
		name := ""
		if f != nil {
			name = strings.Clone(f.Name)
		}
		s.files = append(s.files, name)
	}
	at := d.Span
	if at.IsZero() {
		at = d.Node.Span
	}
	return entry{file: int32(len(s.files) - 1), line: int32(at.Position().Line), kind: d.Kind}
}

func (s *Set) where(doc int32) string {
	e := s.docs[doc]
	return fmt.Sprintf("%s:%d", s.files[e.file], e.line)
}

// meaning finds two rules of one log source that are equal. Deprecated rules may well be equal to what replaced them.
func (s *Set) meaning(d *sigma.Document, me int32, l *diag.List) {
	if d.Kind != sigma.RuleDocument || d.Where == nil || d.Status.Value == "deprecated" || d.Status.Value == "unsupported" {
		return
	}
	digest := ir.Digest(d.Where)
	sum := sha256.Sum256([]byte(d.Logsource.Category + "\x00" + d.Logsource.Product + "\x00" + d.Logsource.Service + "\x00" + string(digest[:])))
	key := [16]byte(sum[:16])
	first, taken := s.meanings[key]
	if !taken {
		s.meanings[key] = me
		return
	}
	at := d.Title.Whole
	if at.IsZero() {
		at = d.Span
	}
	l.Add(diag.SigmaSameRule, at, "another rule means the same on the same log source").WithNote(source.Span{}, "the other one: %s", s.where(first)).
		WithHelp("take one of the two out; `related` says which one it was merged into")
}

// refer notes the rules that a document names.
func (s *Set) refer(d *sigma.Document, me int32) {
	for _, f := range d.Filters {
		if !strings.EqualFold(f.Value, "any") {
			s.refs = append(s.refs, reference{me, f.Value, f.Whole, true})
		}
	}
	if d.Correlation == nil {
		return
	}
	s.correlationOf[me] = d.Correlation
	for _, r := range d.Correlation.Rules {
		s.refs = append(s.refs, reference{me, r.Name, r.Span, false})
	}
}

// Done reports references to what is not in the set, and correlations that need themselves.
func (s *Set) Done(l *diag.List) {
	var names []string // sorted, made when one is missing
	for _, r := range s.refs {
		if _, ok := s.find(r.name); ok {
			continue
		}
		code, help := diag.SigmaNoRule, "give that rule's file, too, or mend the name"
		if r.filter {
			code = diag.SigmaNoFilter
		}
		d := l.Add(code, r.span, "there is no rule %q", clip(r.name)).WithHelp("%s", help)
		if isUUID(r.name) {
			continue
		}
		if names == nil {
			for n := range s.names {
				names = append(names, n)
			}
			slices.Sort(names)
		}
		if best := diag.Nearest(r.name, names); best != "" {
			d.WithHelp("did you mean %q?", best)
		}
	}
	s.circles(l)
	for doc := range int32(len(s.docs)) {
		if c := s.correlationOf[doc]; c != nil {
			s.groups(c, l)
		}
	}
}

// groups reports fields of a group that none of the rules compares, and that differ from one they do by a slip. A field
// need not stand in a rule to stand in its events, so others are left alone.
func (s *Set) groups(c *ir.Correlation, l *diag.List) {
	var known []string
	for _, r := range c.Rules {
		doc, ok := s.find(r.Name)
		if !ok || s.docs[doc].kind != sigma.RuleDocument {
			return
		}
		known = append(known, s.docs[doc].fields...)
	}
	for _, g := range c.GroupBy {
		if slices.Contains(known, g) || slices.ContainsFunc(c.Aliases, func(a ir.Alias) bool { return a.Name == g }) {
			continue
		}
		if best := diag.Nearest(g, known); best != "" && len(best) > 5 && slip(g, best) {
			l.Add(diag.SigmaGroupGuess, c.Span, "no rule of the correlation has the field %q that it groups by", clip(g)).WithHelp("did you mean %q?", best)
		}
	}
}

// slip says that two names differ by their case, or by a letter or two at most: SourceIp and SourcePort are two fields.
func slip(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	n, i, j := 0, 0, 0
	for i < len(x) && j < len(y) {
		switch {
		case x[i] == y[j]:
			i, j = i+1, j+1
		case x[i] < y[j]:
			n, i = n+1, i+1
		default:
			n, j = n+1, j+1
		}
	}
	return n+len(x)-i+len(y)-j <= 2
}

// find is the document with a name or an id.
func (s *Set) find(name string) (int32, bool) {
	if doc, ok := s.names[name]; ok {
		return doc, true
	}
	if id, ok := parseUUID(name); ok {
		doc, ok := s.ids[id]
		return doc, ok
	}
	return 0, false
}

// circles reports each correlation that leads back to itself by way of others, once for each circle.
func (s *Set) circles(l *diag.List) {
	const open, done = 1, 2
	state := make(map[int32]uint8, len(s.correlationOf))
	var walk func(doc int32, depth int)
	walk = func(doc int32, depth int) {
		state[doc] = open
		c := s.correlationOf[doc]
		for _, r := range c.Rules {
			next, ok := s.find(r.Name)
			if !ok || s.correlationOf[next] == nil || next == doc {
				continue
			}
			switch state[next] {
			case open:
				l.Add(diag.SigmaCircle, r.Span, "the correlation %q needs this one in turn", clip(r.Name)).
					WithNote(source.Span{}, "it stands at %s", s.where(next)).WithHelp("break the circle: name the rules that the events come from")
			case 0:
				if depth < maxChain {
					walk(next, depth+1)
				}
			}
		}
		state[doc] = done
	}
	for doc := range int32(len(s.docs)) {
		if s.correlationOf[doc] != nil && state[doc] == 0 {
			walk(doc, 0)
		}
	}
}

// maxChain bounds how deep correlations that name each other are followed.
const maxChain = 1000

// parseUUID is the 16 bytes of a UUID.
func parseUUID(s string) (id [16]byte, ok bool) {
	if !isUUID(s) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(strings.ReplaceAll(s, "-", "")))
	return id, err == nil
}

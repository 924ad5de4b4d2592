package source

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Kind says what a Node is.
type Kind uint8

const (
	Scalar Kind = iota
	Mapping
	Sequence
)

func (k Kind) String() string { return [...]string{"a value", "a mapping", "a list"}[k] }

// ScalarType is the YAML type of a scalar as its text and style make it (YAML 1.2 core schema, section 10.3, as
// yaml.v3 resolves it).
type ScalarType uint8

const (
	String ScalarType = iota
	Int
	Float
	Bool
	Null
)

func (t ScalarType) String() string {
	return [...]string{"text", "a whole number", "a number", "true or false", "nothing"}[t]
}

// A Node is a YAML value and where it stands.
type Node struct {
	Kind   Kind
	Type   ScalarType // of a Scalar
	Tagged bool       // of a Scalar: an explicit tag (!!str) made its type
	Text   Text       // of a Scalar
	Pairs  []Pair     // of a Mapping, in the order of the file; keys may repeat
	Items  []*Node    // of a Sequence
	Span   Span       // a Scalar's whole; of the others from the first child or bracket to the last
	Alias  Span       // where an alias brought the node in; what is below it is shared with the anchor's node
}

// A Pair is one entry of a mapping.
type Pair struct{ Key, Value *Node }

// Get is the value of the first entry with that key, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Text.Value == key {
			return p.Value
		}
	}
	return nil
}

// IsNull says that the node is absent or YAML's null.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Scalar && n.Type == Null }

// What describes the node in a message: "a list", "text", "a whole number".
func (n *Node) What() string {
	if n == nil {
		return Null.String()
	}
	if n.Kind == Scalar {
		return n.Type.String()
	}
	return n.Kind.String()
}

// Limits on a YAML document, against hostile input. A rule of the public corpus has at most 9,000 nodes, six deep.
const (
	MaxDepth = 64      // nesting
	MaxNodes = 400_000 // nodes, each alias counted with all that it stands for

	// maxMarks bounds what yaml.v3 is let make, before the nodes can be counted: each mark (a comma, a colon, a
	// bracket, a line) can open a node or two, of some 200 bytes each.
	maxMarks = 2 * MaxNodes
	// maxDirectives bounds %TAG lines, each of which yaml.v3 compares with all before it.
	maxDirectives = 64
)

// ParseYAML reads all documents of a file. A syntax error, a document too deep or one that aliases blow up yields
// an *Error with the place; documents before it are returned.
func ParseYAML(f *File) ([]*Node, error) {
	docs, _, err := parse(f)
	return docs, err
}

func parse(f *File) (docs []*Node, c *converter, err error) {
	c = newConverter(f)
	if err := c.guard(); err != nil {
		return nil, c, err
	}
	dec := yaml.NewDecoder(strings.NewReader(f.Text[f.bom():]))
	for {
		doc, err := next(dec)
		if errors.Is(err, io.EOF) {
			return docs, c, nil
		}
		if err != nil {
			return docs, c, c.syntaxError(err)
		}
		if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
			continue
		}
		c.reserve(doc.Content[0])
		n, err := c.convert(doc.Content[0], 0)
		if err != nil {
			return docs, c, err
		}
		docs = append(docs, n)
	}
}

// next reads a document. yaml.v3 panics on some texts that are no YAML; to the reader of a file that is a syntax error.
func next(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("yaml: this can't be read as YAML")
		}
	}()
	doc = new(yaml.Node)
	return doc, dec.Decode(doc)
}

// guard refuses what would cost yaml.v3 time or memory out of proportion, and the characters that it refuses without
// saying where they stand.
func (c *converter) guard() error {
	if i := invalid(c.text); i >= 0 {
		return unreadable(c.span(i, i), fmt.Sprintf("byte 0x%02x is not UTF-8; save the file as UTF-8", c.text[i]))
	}
	marks := 0
	for i, r := range c.text {
		switch r {
		case ',', ':', '[', '{', '?', '\n', '\r', '\u0085', '\u2028', '\u2029':
			if marks++; marks > maxMarks {
				return &Error{Span: c.span(i, i), Message: fmt.Sprintf("more than %d lines, commas and brackets in one file; split it", maxMarks)}
			}
		case '\t':
		default:
			if r < ' ' || r >= 0x7F && r < 0xA0 || r == 0xFFFE || r == 0xFFFF {
				return &Error{Span: c.span(i, i+utf8.RuneLen(r)), Message: fmt.Sprintf("the control character %U can't stand in YAML; write it as an escape in double quotes", r)}
			}
		}
	}
	if strings.Count(c.text, "%TAG") > maxDirectives {
		i := strings.Index(c.text, "%TAG")
		return &Error{Span: c.span(i, i+4), Message: fmt.Sprintf("more than %d %%TAG directives", maxDirectives)}
	}
	return nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parserErrors are the messages of yaml.v3's parser. It counts their lines from 0, those of its scanner from 1, and
// names no line 0 of either.
var parserErrors = regexp.MustCompile(`^(did not find expected (key|node content|',' or '[]}]'|'-' indicator|<document start>|<stream-start>)|` +
	`found (duplicate %|incompatible YAML|undefined tag handle))`)

var unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)

// syntaxError makes a message with a place of yaml.v3's text.
func (c *converter) syntaxError(err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		m = []string{"", "", strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	line, _ := strconv.Atoi(m[1])
	if m[1] == "" {
		line = 1
	} else if parserErrors.MatchString(m[2]) {
		line++
	}
	o := c.offset(line, 1)
	for o < len(c.text) && isBlank(c.text[o]) {
		o++
	}
	end := o
	for end < len(c.text) && breakAt(c.text, end) == 0 {
		end++
	}
	e := &Error{Span: c.span(o, end), Message: m[2]}
	if a := unknownAnchor.FindStringSubmatch(m[2]); a != nil {
		e.Message = fmt.Sprintf("the alias *%s names no anchor before it", a[1])
		if i := strings.Index(c.text, "*"+a[1]); i >= 0 {
			e.Span = c.span(i, i+1+len(a[1]))
		}
	}
	for part, hint := range hints {
		if strings.Contains(m[2], part) {
			e.Message += " (" + hint + ")"
		}
	}
	return e
}

// hints say more where yaml.v3's words help only those who know its grammar.
var hints = map[string]string{
	"cannot start any token":                         "YAML is indented with spaces, not tabs; a value that begins with this character needs quotes",
	"mapping values are not allowed in this context": "a value that holds a colon and a space needs quotes; a key must be indented as its neighbours are",
	"could not find expected ':'":                    "a line here is neither a key with a colon nor part of the value before it",
	"did not find expected ',' or":                   "a bracket is not closed, or a comma is missing",
	"did not find expected key":                      "the indentation differs from the lines before, or text follows a quoted value",
	"found unknown escape character":                 "in double quotes a backslash is written twice; single quotes keep it as it is",
	"found unexpected end of stream":                 "a quote is not closed",
}

package visibility

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/diag"
)

// MaxAssets is how many rows of a table of assets are read.
const MaxAssets = 5_000_000

// AssetOptions say how a table of assets is read.
type AssetOptions struct {
	Name    string            // of the file, for findings
	AsOf    string            // YYYY-MM-DD, the day of the counts: a device that was heard of in the seven days before it reports
	Senses  map[string]string // what the site calls a class, a population or a platform, by its own name for it
	Comma   rune              // between cells; 0 is found out from the head
	Columns map[string]string // what a column is, by its head, where its name doesn't say: id, class, …
	// Each is told of every device with the scope that it is in, "" for none; nil is nobody.
	Each func(names []string, scope string)
}

// Assets are what a table of assets held.
type Assets struct {
	Rows    int               // devices, each once
	Columns map[string]string // what was read, and in which column: id → "Asset ID"
	Unread  []string          // columns that say nothing that is asked for
	Scopes  []Scope
	Digest  string // sha256 of the bytes read
}

// ReadAssets reads a table of assets as CSV with a head, in one go and with memory for no more than a number for each
// device. What is amiss is a finding for each kind of problem, at the first place, with the number of the others. The
// error is the stream's.
func ReadAssets(in io.Reader, o AssetOptions, l *diag.List) (*Assets, error) {
	t := &table{AssetOptions: o, sum: sha256.New(), seen: map[uint64]int32{}, scopes: map[string]*Scope{}, folds: map[string]string{}}
	t.problems = newProblems(o.Name, func() string { return t.lines.text() })
	t.classes, t.populations, t.platforms = newLexicon(classWords, t.own(classes)), newLexicon(populationWords, t.own(populations)), newLexicon(platformWords, t.own(platforms))
	day, err := time.Parse(time.DateOnly, o.AsOf)
	if err != nil {
		return nil, fmt.Errorf("the day of the counts is YYYY-MM-DD, not %q", o.AsOf)
	}
	t.day = day
	err = t.read(in)
	t.problems.report(l)
	if err != nil {
		return nil, err
	}
	return t.result(), nil
}

type table struct {
	AssetOptions
	sum                             hash.Hash
	lines                           *lineReader
	csv                             *csv.Reader
	columns                         columns
	head                            []string
	seen                            map[uint64]int32 // lines of devices, by a hash of their name
	rows                            int
	scopes                          map[string]*Scope
	problems                        *problems
	classes, populations, platforms lexicon
	day                             time.Time
	names                           []string
	folds                           map[string]string // of cells that were folded before
	wide                            int               // cells of the row that is being read
}

// own are the site's own names for some senses.
func (t *table) own(senses []string) map[string]string {
	out := map[string]string{}
	for name, sense := range t.Senses {
		if slices.Contains(senses, sense) {
			out[name] = sense
		}
	}
	return out
}

func (t *table) read(in io.Reader) error {
	t.lines = newLineReader(io.TeeReader(in, t.sum))
	first, err := t.lines.peek()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	t.csv = csv.NewReader(t.lines)
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	if t.csv.Comma = t.Comma; t.Comma == 0 {
		t.csv.Comma = commaOf(first)
	}
	if !t.readHead() {
		_, err := io.Copy(io.Discard, t.lines.in) // so that the digest is of all of it
		return err
	}
	for t.rows < MaxAssets {
		t.lines.next()
		cells, err := t.csv.Read()
		if err == io.EOF {
			return nil
		}
		goOn, left := t.broken(err)
		if !goOn {
			return left
		}
		if left == nil {
			t.row(cells)
		}
	}
	t.problems.add(diag.AssetTable, t.at(0), "more than 5,000,000 rows", "")
	return nil
}

// broken says whether reading goes on after an error; the error that is left is the machine's, or one that spoils the
// row alone.
func (t *table) broken(err error) (goOn bool, left error) {
	var p *csv.ParseError
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, errTooLong):
		t.problems.add(diag.AssetTable, place{t.lines.start, 1}, "a row of more than a mebibyte: a quote that is never closed?", "")
		return false, nil
	case errors.As(err, &p):
		t.problems.add(diag.AssetTable, place{p.StartLine, 1}, "a quote within a cell, or one that is not closed", "")
		return true, err
	}
	return false, err
}

// commaOf is what stands between the cells of a head: of comma, semicolon and tab the one that is there most.
func commaOf(head []byte) rune {
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		if n := strings.Count(string(head), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// at is the place of a cell of the record just read.
func (t *table) at(cell int) place {
	line, column := t.csv.FieldPos(cell)
	return place{line, column}
}

func (t *table) row(cells []string) {
	if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
		return
	}
	if len(cells) != len(t.head) {
		t.problems.add(diag.AssetUnread, t.at(0), fmt.Sprintf("a row of %d cells below a head of %d", len(cells), len(t.head)), "")
	}
	t.wide = len(cells)
	cell := func(of int) string {
		if of < 0 || of >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[of])
	}
	id := cell(t.columns.id)
	if id == "" {
		t.problems.add(diag.AssetUnread, t.at(0), "a row without a name", "")
		return
	}
	for i, c := range cells {
		if !utf8.ValidString(c) {
			t.problems.add(diag.AssetUnread, t.at(i), "bytes that are no UTF-8", "")
			break
		}
	}
	key := nameHash(id)
	if line, twice := t.seen[key]; twice {
		t.problems.twice(t.at(t.columns.id), id, int(line))
		return
	}
	line, _ := t.csv.FieldPos(0)
	t.seen[key] = int32(line)
	t.rows++
	scope := t.scope(cell)
	t.tell(cell, id, scope)
	if scope == "" {
		return
	}
	s := t.scopes[scope]
	if s == nil {
		s = newScope(scope)
		t.scopes[scope] = s
	}
	s.Known++
	t.funnel(s, cell)
}

func newScope(id string) *Scope {
	s := &Scope{ID: id, Domain: DomainOf(id)}
	if s.Domain == ICS {
		s.Class = id
	} else {
		s.Population, s.Platform, _ = strings.Cut(id, "/")
	}
	return s
}

// fold is fold, remembered for cells that come again and again.
func (t *table) fold(cell string) string {
	if f, ok := t.folds[cell]; ok {
		return f
	}
	f := fold(cell)
	if len(t.folds) < 10_000 {
		t.folds[strings.Clone(cell)] = f
	}
	return f
}

// tell hands the device on, with its addresses and other names.
func (t *table) tell(cell func(int) string, id, scope string) {
	if t.Each == nil {
		return
	}
	t.names = append(t.names[:0], id)
	for _, c := range t.columns.names {
		t.names = append(t.names, strings.FieldsFunc(cell(c), func(r rune) bool { return r == ';' || r == ',' || r == ' ' || r == '|' })...)
	}
	t.Each(t.names, scope)
}

// nameHash is FNV-1a over 64 bits, of the name without regard to case: two of five million names share one with a chance
// of one in a million.
func nameHash(name string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

func (t *table) result() *Assets {
	out := &Assets{Rows: t.rows, Columns: t.columns.read, Unread: t.columns.unread, Digest: hex.EncodeToString(t.sum.Sum(nil))}
	for _, s := range t.scopes {
		out.Scopes = append(out.Scopes, *s)
	}
	slices.SortFunc(out.Scopes, func(a, b Scope) int { return scopeOrder(a.ID) - scopeOrder(b.ID) })
	return out
}

package logql

import (
	"regexp"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Bounds of a filter of lines: what is longer costs more than it saves.
const (
	leastPiece = 3
	mostPieces = 64
)

// prefilter is a filter of lines that leaves every line which the stages after it would: Loki looks at the bytes of a line
// much faster than it reads JSON. In JSON a letter may be written as \u0063: a line with such an escape of ASCII passes too.
// What JSON is read for is in the line: a name that the selector doesn't have is a member of it.
func (e *emitter) prefilter(where ir.Expr) []string {
	pieces := e.needed(where)
	if len(pieces) == 0 || len(pieces) > mostPieces {
		return nil
	}
	for i, p := range pieces {
		pieces[i] = regexp.QuoteMeta(p)
	}
	return []string{"|~ " + quoted(`(?i)(?:`+strings.Join(pieces, "|")+`)|\\u00`)}
}

// needed are texts, in lower case, one of which is in every line that an expression is true of; none where nothing is known.
func (e *emitter) needed(where ir.Expr) []string {
	switch x := where.(type) {
	case *ir.Named:
		return e.needed(x.Arg)
	case *ir.And:
		var best []string
		for _, a := range x.Args {
			if ps := e.needed(a); ps != nil && (best == nil || rank(ps) > rank(best)) {
				best = ps
			}
		}
		return best
	case *ir.Or:
		var all []string
		for _, a := range x.Args {
			ps := e.needed(a)
			if ps == nil {
				return nil
			}
			all = append(all, ps...)
		}
		slices.Sort(all)
		return slices.Compact(all)
	case *ir.Eq:
		if x.Field.Type != ir.String || e.ofStream(x.Field) {
			return nil
		}
		var ps []backend.Pattern
		for _, v := range x.Values {
			ps = append(ps, backend.Equals(x.Field, v))
		}
		return pieces(ps)
	case *ir.Match:
		if e.ofStream(x.Field) {
			return nil
		}
		return pieces(backend.Patterns(x))
	case *ir.Keyword:
		return pieces(backend.KeywordPatterns(x))
	}
	return nil
}

// ofStream says that a field may be a label of the stream, which is in no line.
func (e *emitter) ofStream(f ir.Field) bool {
	c, ok := e.r.Fields[f.Name]
	return !ok || e.stream[sanitized(c.Name)]
}

// rank says how much a choice of texts leaves out: by its shortest, then by their number.
func rank(ps []string) int {
	least := len(ps[0])
	for _, p := range ps {
		least = min(least, len(p))
	}
	return 1000*min(least, 12) - len(ps)
}

func pieces(ps []backend.Pattern) []string {
	var out []string
	for _, p := range ps {
		best := ""
		for _, part := range p.Parts {
			for _, run := range strings.FieldsFunc(part.Text, unsafe) {
				if len(run) > len(best) {
					best = run
				}
			}
		}
		if len(best) < leastPiece {
			return nil
		}
		out = append(out, strings.ToLower(best))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unsafe says of a character that JSON may write it in other ways than as itself or as \u00XX.
func unsafe(r rune) bool { return r <= ' ' || r >= 0x7F || r == '"' || r == '\\' || r == '/' }

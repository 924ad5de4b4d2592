package sql

import (
	"detc/compiler/backend"
	"detc/compiler/ir"
	"net/netip"
)

// A dialect is how an engine says what the core needs. Expressions go in and come out as text; each can stand as an
// operand. NULL in gives NULL out, but where it says otherwise.
type dialect interface {
	name() string
	info() backend.Info
	longest() int // bytes of a query that the engine takes by default

	table(name string) (string, error)
	ident(name string) (string, error)
	text(s string) (string, error) // a literal; an error for what no text of the engine holds

	tableForm() string // the columns of a context table: value, folded, valid_until

	// Texts.
	plain(v string) string // with case, by bytes, whatever the column's collation
	fold(v string) string  // A to Z in lower case, and nothing else
	find(op ir.MatchOp, v, literal string, runes int) string
	pattern(v string, p backend.Pattern) (string, error)
	regex(v, pattern string) (string, error)
	ofNumber(v string) string  // an integer's digits
	ofAddress(v string) string // of the engine's type for addresses
	ofBool(v string) string    // true or false

	// Texts read as another type; NULL of what isn't one.
	integer(v string) string
	double(v string) string
	moment(v string) string // nanoseconds since 1970
	ip(v string) string     // comparable to ipLiteral
	ipLiteral(a netip.Addr) string
	net(v string, n netip.Prefix) (string, error)
	ipLoss(v6 bool) string // what ip and net don't read; empty where they read all

	// Moments.
	stored(v string) string              // of the engine's type, as nanoseconds
	precise() int64                      // the nanoseconds that the engine's type counts in
	scaled(v string, unit int64) string  // of a number of units, as nanoseconds
	rounded(v string, unit int64) string // of a double of units, as nanoseconds
	part(ns string, unit ir.TimeUnit) string
	partLoss(unit ir.TimeUnit) string // what part has no answer for; empty where it has all
	isBool(v string) string           // of a column of booleans, as an expression

	// Several values; of is made of the variable's text.
	anyOf(list, name string, of func(v string) string) string
	// member is true if of is of a scalar below the path, as text; or there is any, where of is nil.
	member(column string, path []string, name string, of func(v string) string) (string, error)
	// every is member over all scalars of a document.
	every(column, name string, of func(v string) string) (string, error)

	// Lists of texts, for the groups and values of correlations.
	items(column string, path []string) (list string, text func(v string) string, err error) // of JSON: what stands at the path, and its text
	mapped(list, name string, of func(v string) string) string                               // a list of texts of a list's raw values
	single(v string) string                                                                  // a list of one text
	scalar(column string, path []string) (string, error)                                     // of JSON: the text of the scalar at the path
	spread(list, name string) (from, v string)                                               // what goes behind a FROM so that v is each text

	// Correlations.
	moment64(ns string) string             // of nanoseconds that 64 bits hold and that are there
	now() string                           // in nanoseconds since 1970
	ranges() bool                          // whether a window may be a range of 64 bits
	real(v string) string                  // of a number: a double
	wide(v string) (whole string, ok bool) // of a double that is whole: of a type whose sums are not rounded; ok is false where there is none
}

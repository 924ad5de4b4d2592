package sql_test

import (
	"os"
	"strconv"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/sql"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// TestEnginesAgree holds each engine against eval on generated rules and events, in each way to store them.
func TestEnginesAgree(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			var sum tally
			fields := irtest.Fields()
			for i := range count(t, "DETC_RULES", 100) {
				atoms := irtest.Atom(fields).Example(i)
				for _, e := range []ir.Expr{atoms, &ir.Not{Arg: atoms}, irtest.Expr(fields).Example(i)} {
					l := []layout{flat(backend.Time), flat(backend.TimeText), flat(backend.TimeNumber), document}[i%4]
					hold(t, eng, sql.New(name, sql.Options{Regexp: true}), l, ir.Normalize(e), 60, &sum)
				}
				if t.Failed() {
					break
				}
			}
			sum.log(t, name)
		})
	}
}

func (s tally) log(t *testing.T, name string) {
	t.Helper()
	t.Logf("%s: %d rules: %d exact, %d approximate, %d refused; %d events held, %d disagreements excused by a loss",
		name, s.rules, s.exact, s.approximate, s.refused, s.pairs, s.excused)
	if s.pairs == 0 {
		t.Error("nothing was held")
	}
}

// count is a number that the environment may say otherwise.
func count(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

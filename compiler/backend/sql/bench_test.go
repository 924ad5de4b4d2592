package sql_test

import (
	"os"
	"testing"

	"detc/compiler/backend/sql"
)

// BenchmarkPublicRules emits all public rules in one dialect.
func BenchmarkPublicRules(b *testing.B) {
	if _, err := os.Stat(public); err != nil {
		b.Skipf("no %s", public)
	}
	rules := publicRules()
	target := sql.New("duckdb", sql.Options{})
	for b.Loop() {
		for _, e := range rules {
			r, _ := texts.rule(e, fieldsOf(e))
			target.Emit(r)
		}
	}
}

package bundle_test

import (
	"strings"
	"testing"
	"time"

	"detc/compiler/bundle"
)

// Texts of a megabyte take time in proportion to their length.
func TestHostileIsBounded(t *testing.T) {
	for _, summary := range []string{strings.Repeat("{a}", 30_000), strings.Repeat("{", 100_000), strings.Repeat("{a", 50_000)} {
		for _, target := range targets {
			in := input(target)
			in.Rules = in.Rules[1:2]
			in.Rules[0].Query, in.Rules[0].Title = strings.Repeat("\\\n", 50_000), strings.Repeat("{", 100_000)
			in.Rules[0].Summary = summary
			start := time.Now()
			bundle.Make(in)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: %v", target, took)
			}
		}
	}
}

package backendtest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// NeedEngine skips a test unless DETC_ENGINES names the engine, or says all: engines are installed by their package's
// name and take more than a moment.
func NeedEngine(t testing.TB, name string) {
	t.Helper()
	wanted := strings.Split(os.Getenv("DETC_ENGINES"), ",")
	if !slices.Contains(wanted, name) && !slices.Contains(wanted, "all") {
		t.Skipf("DETC_ENGINES doesn't name %s; make engines runs all", name)
	}
}

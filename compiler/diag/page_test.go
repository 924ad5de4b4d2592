package diag

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write CODES.md")

// CODES.md is written out of the table; this says when it is not current.
func TestPagesAreCurrent(t *testing.T) {
	const name = "CODES.md"
	if *update {
		if err := os.WriteFile(name, []byte(Pages()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != Pages() {
		t.Errorf("%s is not what the table of codes says; go test ./compiler/diag -update writes it", name)
	}
}

func TestEveryCodeHasAPage(t *testing.T) {
	pages := Pages()
	for _, i := range Codes() {
		if strings.Count(pages, "\n### "+string(i.Code)+" ") != 1 {
			t.Errorf("%s stands in no group, or in two", i.Code)
		}
	}
}

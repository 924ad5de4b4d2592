package main

import (
	"os"
	"path/filepath"
	"testing"
)

const exampleFilters = "../../testdata/filters"

// A filter fits the schema that is published of its form, and what a build writes of it the Sigma project's own.
func TestFiltersFitTheirSchemas(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1796083200") // 2026-12-01, before their last days
	files, err := filepath.Glob(exampleFilters + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no filters", err)
	}
	own := compiled(t, stdout(t, "schema", "filter"))
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := own.Validate(values(t, name, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	name := filepath.Join(shared, "sigma-schema", "sigma-filters-schema.json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("no %s: Sigma's schema is not part of this repository", name)
	}
	sigma := compiled(t, text)
	dir := t.TempDir()
	stdout(t, "build", "--add-rules", exampleFilters, "-o", dir)
	written, err := filepath.Glob(filepath.Join(dir, "sigma", "filters", "*.yml"))
	if err != nil || len(written) < 3 {
		t.Fatalf("%d filters were written, %v", len(written), err)
	}
	for _, name := range written {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := sigma.Validate(values(t, name, text)); err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
}

package corpus_test

import (
	"os"
	"testing"
	"testing/fstest"

	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/telemetry"
	"detc/mappings"
)

// public is where the public Sigma rules are; a test without the folder is skipped.
const public = "../../../shared/sigmahq/rules"

// TestPublicRulesConvert is the law of a conversion: every public rule that is read comes back with its meaning, and what
// was converted is converted to itself.
func TestPublicRulesConvert(t *testing.T) {
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	names := corpus.NewNames(telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}}))
	o := corpus.Options{Fields: names.Fields, Check: corpus.Converter{Fields: names.Fields, Verify: true}.Convert}
	once := fstest.MapFS{}
	var tally corpus.Tally
	corpus.Run([]corpus.Root{{FS: os.DirFS(public)}}, o, func(f *corpus.File) bool {
		tally.Add(f)
		for _, d := range f.Findings {
			if d.Severity == diag.Error {
				t.Errorf("%s: %s: %s", d.Span, d.Code, d.Message)
			}
		}
		for _, text := range f.Converted {
			once[f.Path] = &fstest.MapFile{Data: text} // each public file holds one rule
		}
		return true
	})
	t.Log(tally)
	if all := tally.Read() + tally.Refused; tally.Refused*100 > all*2 {
		t.Errorf("%d of %d are refused", tally.Refused, all)
	}
	corpus.Run([]corpus.Root{{FS: once}}, o, func(f *corpus.File) bool {
		if want := string(once[f.Path].Data); len(f.Converted) != 1 || string(f.Converted[0]) != want {
			t.Errorf("%s: converted again, it is\n%s\nnot\n%s", f.Path, f.Converted, want)
		}
		return true
	})
}

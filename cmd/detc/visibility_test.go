package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/visibility"
)

const testSite = "../../testdata/site"

// The site of the tests fits what is published about its files, and nothing is wrong with it.
func TestSiteFitsItsSchemas(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1795305600")
	for _, name := range []string{"inventory", "visibility"} {
		text, err := os.ReadFile(filepath.Join(testSite, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		schema := compiled(t, stdout(t, "schema", name))
		if err := schema.Validate(values(t, name, text)); err != nil {
			t.Error(err)
		}
		bad := values(t, name, bytes.Replace(text, []byte("owner:"), []byte("ownr:"), 1))
		if schema.Validate(bad) == nil {
			t.Errorf("the schema of %s takes an unknown key", name)
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"visibility", "show", "--site", testSite, "--fail-on", "warning"}, &out, &errs); code != exitClean || errs.Len() > 0 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

// The three kinds of what is not there are counted apart, and the counts add up to all that anybody says.
func TestSiteGapsAddUp(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1795305600")
	var v visibility.View
	if err := json.Unmarshal(stdout(t, "visibility", "show", "--site", testSite, "--format", "json"), &v); err != nil {
		t.Fatal(err)
	}
	said, counted := 0, 0
	for _, s := range v.Scopes {
		said += len(s.Sources)
	}
	got := map[visibility.Gap]int{}
	for _, g := range v.Gaps {
		counted += g.Count
		got[g.Gap] = g.Count
	}
	if said != counted || len(v.Scopes) != 15 || got[visibility.NotLogged] != 2 || got[visibility.NotForwarded] != 4 || got[visibility.NotParsed] != 1 || got[visibility.NoGap] != 4 {
		t.Errorf("%d of %d: %v in %d scopes", counted, said, got, len(v.Scopes))
	}
}

// BenchmarkUnlock is a site of 10,000 devices' scopes with the library's rules: loading, reading, ranking.
func BenchmarkUnlock(b *testing.B) {
	for b.Loop() {
		var out, errs bytes.Buffer
		if code := run([]string{"visibility", "unlock", "--site", testSite}, &out, &errs); code != exitClean {
			b.Fatal(errs.String())
		}
	}
}

// BenchmarkObserve is a log of 100,000 devices, looked up in a register of them: the whole command.
func BenchmarkObserve(b *testing.B) {
	dir := b.TempDir()
	var log, assets strings.Builder
	assets.WriteString("id,class,ip\n")
	for i := range 100_000 {
		ip := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
		fmt.Fprintf(&assets, "PLC-%d,plc,%s\n", i, ip)
		for k := range 3 {
			fmt.Fprintf(&log, `{"_path":"s7comm","ts":%d.5,"uid":"C%d","is_orig":true,"function_name":"PLC Stop","id.orig_h":"10.20.9.%d","id.resp_h":"%s"}`+"\n", 1763805600+i, i, k, ip)
		}
	}
	for name, text := range map[string]string{"a.csv": assets.String(), "a.ndjson": log.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(log.Len()))
	for b.Loop() {
		var out, errs bytes.Buffer
		if code := run([]string{"visibility", "observe", "--site", testSite, "--assets", filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.ndjson")}, &out, &errs); code != exitClean ||
			!strings.Contains(out.String(), "100,003") {
			b.Fatal(out.String(), errs.String())
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/backend/backendtest"
)

// rulers builds the library for a target at the site that is an example, and gives the file of rules among its bundles.
func rulers(t *testing.T, target string) (file string, text []byte) {
	t.Helper()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	if code := run([]string{"build", "--target", target, "--site", "../../sites/example", "-o", dir}, &out, &errs); code != exitClean {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	file = filepath.Join(dir, "bundles", target, "rules.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, text
}

// engine builds one by the script in its folder.
func engine(t *testing.T, name, program string) string {
	t.Helper()
	backendtest.NeedEngine(t, name)
	dir := t.TempDir()
	if out, err := exec.Command("../../testdata/engines/"+name+"/run.sh", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, program)
}

// TestVmalertTakesTheLibrary has vmalert read the rules of the whole library: its templates, its schedule and every query.
func TestVmalertTakesTheLibrary(t *testing.T) {
	program := engine(t, "vmalert", "vmalert")
	file, text := rulers(t, "logsql")
	if out, err := exec.Command(program, "-rule="+file, "-dryRun").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	n := strings.Count(string(text), "alert: ")
	if n < 50 {
		t.Errorf("the file has %d rules", n)
	}
	t.Logf("vmalert took %d rules", n)
	spoilt := bytes.Replace(text, []byte("expr: "), []byte("expr: '| no such pipe' #"), 1)
	if err := os.WriteFile(file, spoilt, 0o644); err != nil {
		t.Fatal(err)
	}
	if exec.Command(program, "-rule="+file, "-dryRun").Run() == nil {
		t.Error("vmalert takes a spoilt query")
	}
}

// TestLokiTakesTheLibrary has Loki read the rules of the whole library as its ruler does.
func TestLokiTakesTheLibrary(t *testing.T) {
	program := engine(t, "loki", "loki-pipeline")
	_, text := rulers(t, "logql")
	spoilt := bytes.Replace(text, []byte("expr: "), []byte("expr: '{a=}' #"), 1)
	var in bytes.Buffer
	for _, rules := range [][]byte{text, spoilt} {
		if err := json.NewEncoder(&in).Encode(map[string]string{"rules": string(rules)}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program)
	cmd.Stdin = &in
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(said))
	for i := 0; ; i++ {
		var a struct{ Error string }
		if err := dec.Decode(&a); err == io.EOF {
			if i != 2 {
				t.Errorf("%d answers", i)
			}
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if (a.Error != "") != (i == 1) {
			t.Errorf("file %d: %s", i, a.Error)
		}
	}
	n := strings.Count(string(text), "alert: ")
	if n < 50 {
		t.Errorf("the file has %d rules", n)
	}
	t.Logf("Loki took %d rules", n)
}

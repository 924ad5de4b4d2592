package bundle_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/bundle"
)

// files are the bundle of the fixture and those of all hostile texts.
func files(target, name string) [][]byte {
	out := [][]byte{bundle.Make(input(target)).Files[name]}
	for _, text := range hostile {
		in, _ := spoilt(target, text)
		out = append(out, bundle.Make(in).Files[name])
	}
	return out
}

// command builds an engine by the script in its folder.
func command(t *testing.T, engine, program string) string {
	t.Helper()
	backendtest.NeedEngine(t, engine)
	dir := t.TempDir()
	if out, err := exec.Command("../../testdata/engines/"+engine+"/run.sh", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, program)
}

// vmalert reads every file of rules, with its templates and its queries, and says no to one that is spoilt.
func TestVmalertTakesTheFiles(t *testing.T) {
	vmalert := command(t, "vmalert", "vmalert")
	dir := t.TempDir()
	dry := func(name string, data []byte) ([]byte, error) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return exec.Command(vmalert, "-rule="+file, "-dryRun").CombinedOutput()
	}
	all := files("logsql", "rules.yaml")
	for i, data := range all {
		if out, err := dry(fmt.Sprintf("%d.yaml", i), data); err != nil {
			t.Errorf("%v\n%s\n%s", err, out, data)
		}
	}
	if _, err := dry("spoilt.yaml", bytes.ReplaceAll(all[0], []byte("stats by"), []byte("stats of"))); err == nil {
		t.Error("vmalert takes a spoilt query")
	}
	t.Logf("vmalert took %d files", len(all))
}

func TestLokiTakesTheFiles(t *testing.T) {
	all := append(files("logql", "rules.yaml"), []byte("groups: [{name: a, rules: [{alert: b, expr: '{app=\"x\"}'}]}]"))
	errors := ask(t, exec.Command(command(t, "loki", "loki-pipeline")), func(i int) any { return map[string]string{"rules": string(all[i])} }, len(all))
	for i, e := range errors {
		if spoilt := i == len(all)-1; (e != "") != spoilt {
			t.Errorf("%s\n%s", e, all[i])
		}
	}
	t.Logf("Loki took %d files", len(all)-1)
}

// ask gives a line to an engine for each of n requests, and has what each answer says is wrong.
func ask(t *testing.T, cmd *exec.Cmd, request func(i int) any, n int) []string {
	t.Helper()
	var in bytes.Buffer
	for i := range n {
		b, err := json.Marshal(request(i))
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(b, '\n'))
	}
	cmd.Stdin = &in
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	scan := bufio.NewScanner(bytes.NewReader(text))
	scan.Buffer(nil, 64<<20)
	for scan.Scan() {
		var a struct {
			Error string     `json:"error"`
			Rows  [][]string `json:"rows"`
		}
		if err := json.Unmarshal(scan.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Rows {
			a.Error += strings.Join(r, " ") + "\n"
		}
		out = append(out, a.Error)
	}
	if len(out) != n {
		t.Fatalf("%d answers to %d requests", len(out), n)
	}
	return out
}

// SQLite runs the script twice, and that of a second bundle over it: the views are those of the rules that are on.
func TestSQLiteRunsTheScripts(t *testing.T) {
	backendtest.NeedEngine(t, "sqlite")
	program := filepath.Join(t.TempDir(), "engine")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = "../../testdata/engines/sqlite"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const views = "SELECT name FROM sqlite_master WHERE type IN ('view', 'table') ORDER BY name"
	make := func(text string) bundle.Input {
		in, _ := spoilt("sqlite", text)
		for i := range in.Rules {
			in.Rules[i].Query = "SELECT * FROM \"modes\" WHERE lower(new_mode) = 'stop' AND new_mode <> '" + strings.NewReplacer("'", "''", "\x00", "").Replace(text) + "'"
		}
		in.Tables[0].Object, in.Tables[0].Content = "context_hosts_v1", []byte("DROP TABLE IF EXISTS context_hosts_v1;\nCREATE TABLE context_hosts_v1 (value TEXT);\n")
		return in
	}
	for _, text := range hostile {
		in := make(text)
		first := bundle.Make(in)
		next := make(text)
		next.Previous, next.Tables = &first.State, nil
		next.Rules = slices.DeleteFunc(next.Rules, func(r bundle.Rule) bool { return r.ID[35] == '2' || first.Findings.HasErrors() })
		for i := range next.Rules {
			if next.Rules[i].ID[35] == '1' {
				next.Rules[i].State = bundle.Shadow
			}
		}
		second := bundle.Make(next)
		if first.Findings.HasErrors() { // a character that the script can't hold
			continue
		}
		requests := []string{"CREATE TABLE modes (new_mode TEXT)", string(first.Files["install.sql"]), string(first.Files["install.sql"]), views,
			string(second.Files["install.sql"]), string(second.Files["install.sql"]), views}
		got := ask(t, exec.Command(program), func(i int) any { return map[string]any{"sql": requests[i], "all": true} }, len(requests))
		want := []string{"", "", "", "context_hosts_v1\ndetc_ot_many_stopped_zeek_s7comm_mode\ndetc_ot_stop_zeek_s7comm_mode\ndetc_shadow_ot_trial_zeek_s7comm_mode\nmodes\n",
			"", "", "detc_shadow_ot_stop_zeek_s7comm_mode\ndetc_shadow_ot_trial_zeek_s7comm_mode\nmodes\n"}
		if !slices.Equal(got, want) {
			t.Errorf("%.100q: %q\nwant %q", text, got, want)
		}
	}
}

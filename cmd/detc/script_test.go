package main

import (
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"detc/compiler/output"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

// shared holds what can't be part of this repository: published tactic pages, records of real logs, Sigma's schema.
const shared = "../../../shared"

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"detc": main}) }

// Each script is a story of someone at a terminal: what they type, what they see, which files are there after it.
// Beside testscript's own commands there are:
//
//	exits CODE command...     run it; it must exit with that code
//	edit FILE OLD NEW         replace a text in a file, wherever it stands; \n, \r and \uFEFF are those
//	repeat FILE N TEXT        add a text to a file, N times
//	bytes FILE HEX            write bytes
//	sparse FILE SIZE          make a file of so many zero bytes that take no room
//	same DIR DIR              both hold the same files with the same bytes
//	digests DIR [INPUT...]    manifest.json lists all that is in the folder, and the inputs, with their SHA-256
//	site DIR                  a copy of testdata/site, whose day is the 22 November 2026
//	valid json|xml FILE       it is well-formed; FILE may be stdout
//
// and the condition [shared:NAME], that a folder of shared data is there, which $SHARED names.
func TestScripts(t *testing.T) {
	folder, err := filepath.Abs(shared)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script", UpdateScripts: *update, RequireUniqueNames: true, RequireExplicitExec: false,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHARED", folder)
			env.Setenv("NO_COLOR", "")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			name, ok := strings.CutPrefix(cond, "shared:")
			if !ok {
				return false, fmt.Errorf("no condition %q", cond)
			}
			_, err := os.Stat(filepath.Join(folder, name))
			return err == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "edit": edit, "repeat": repeat, "bytes": writeBytes, "sparse": sparse,
			"same": same, "digests": digests, "valid": valid, "site": copySite,
		},
	})
}

func copySite(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "site DIR")
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(testSite)))
}

// want stops a script that gives a command too little, or a ! that it doesn't take.
func want(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "exits CODE command...")
	code := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "edit FILE OLD NEW")
	text, lines := ts.ReadFile(args[0]), strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\uFEFF`, "\uFEFF")
	before, after := lines.Replace(args[1]), lines.Replace(args[2])
	if !strings.Contains(text, before) {
		ts.Fatalf("%s holds no %q", args[0], before)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, before, after)), 0o666))
}

func repeat(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "repeat FILE N TEXT")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	ts.Check(err)
	_, err = f.WriteString(strings.Repeat(args[2], n))
	ts.Check(errors.Join(err, f.Close()))
}

func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "bytes FILE HEX")
	data, err := hex.DecodeString(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}

func sparse(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "sparse FILE SIZE")
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(f.Truncate(size), f.Close()))
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "same DIR DIR")
	a, b := tree(ts, args[0]), tree(ts, args[1])
	for name := range a {
		if _, there := b[name]; !there {
			ts.Fatalf("%s has no %s", args[1], name)
		}
		if a[name] != b[name] {
			ts.Fatalf("%s differs", name)
		}
	}
	for name := range b {
		if _, there := a[name]; !there {
			ts.Fatalf("%s has no %s", args[0], name)
		}
	}
	if len(a) == 0 {
		ts.Fatalf("both are empty")
	}
}

func digests(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "digests DIR [INPUT...]")
	var manifest struct{ Files, Inputs map[string]string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0]+"/"+output.Manifest)), &manifest))
	files := tree(ts, args[0])
	delete(files, output.Manifest)
	for name, text := range files {
		if manifest.Files[name] != output.Digest([]byte(text)) {
			ts.Fatalf("%s: the manifest has %q", name, manifest.Files[name])
		}
	}
	if len(files) != len(manifest.Files) {
		ts.Fatalf("%d files, and the manifest lists %d", len(files), len(manifest.Files))
	}
	for _, name := range args[1:] {
		if manifest.Inputs[name] != output.Digest([]byte(ts.ReadFile(name))) {
			ts.Fatalf("%s: the manifest has %q", name, manifest.Inputs[name])
		}
	}
}

// tree is what a folder holds: texts by path.
func tree(ts *testscript.TestScript, dir string) map[string]string {
	out := map[string]string{}
	root := os.DirFS(ts.MkAbs(dir))
	ts.Check(fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		out[name] = string(data)
		return err
	}))
	return out
}

func valid(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "valid json|xml FILE")
	text := ts.ReadFile(args[1])
	switch args[0] {
	case "json":
		if !json.Valid([]byte(text)) {
			ts.Fatalf("%s is no JSON", args[1])
		}
	case "xml":
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				ts.Fatalf("%s: %v", args[1], err)
			}
		}
	}
}

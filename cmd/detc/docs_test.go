package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The documents whose examples are run. A ```console block holds commands, after "$ ", each with what it prints; "…"
// stands for any text, and alone on a line for any lines.
var documents = []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "rules/README.md", "compiler/condition/README.md", "mappings/taxonomy/README.md", "mappings/stores/README.md"}

var consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```")

func TestDocuments(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// Commands run in a folder that looks like the checkout, so that what they write is not written into it.
	// Beside it stands the shared data, if it stands beside the checkout.
	dir := filepath.Join(t.TempDir(), "checkout")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rules", "mappings", "sites", "testdata", "../shared"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("SOURCE_DATE_EPOCH", "1795305600") // 2026-11-22: what has a last day, or an age, is shown as on that day
	for _, name := range documents {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		blocks := consoleBlock.FindAllStringSubmatch(string(text), -1)
		for _, b := range blocks {
			for _, example := range strings.Split("\n"+b[1], "\n$ ")[1:] {
				command, want, _ := strings.Cut(example, "\n")
				t.Run(name+"/"+command, func(t *testing.T) { runExample(t, root, command, want) })
			}
		}
	}
}

func runExample(t *testing.T, root, command, want string) {
	if _, err := os.Stat("../shared"); err != nil && strings.Contains(command, "../shared/") {
		t.Skipf("%s needs the shared data, which is not there", command)
	}
	args := expand(strings.Fields(strings.Replace(command, "go run ./cmd/detc", "detc", 1)))
	switch args[0] {
	case "detc":
	case "make": // would run this test again; that the target is there is what can be held
		makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
		if err != nil || !regexp.MustCompile(`(?m)^`+args[1]+`:`).Match(makefile) {
			t.Errorf("the Makefile has no target %s", args[1])
		}
		return
	default:
		t.Fatalf("a document's example runs detc or make, not %s", args[0])
	}
	var out, errs bytes.Buffer
	run(args[1:], &out, &errs)
	got := strings.TrimRight(out.String(), "\n")
	if !expected(want).MatchString(got) {
		t.Errorf("$ %s\nprints\n%s\nnot\n%s\nstderr:\n%s", command, got, want, errs.String())
	}
}

// expand does with the stars in file names what a shell does.
func expand(words []string) (out []string) {
	for _, w := range words {
		if files, err := filepath.Glob(w); err == nil && len(files) > 0 && strings.Contains(w, "*") {
			out = append(out, files...)
			continue
		}
		out = append(out, w)
	}
	return out
}

// expected is a document's example of output as a pattern.
func expected(want string) *regexp.Regexp {
	var re strings.Builder
	re.WriteString(`(?s)\A`)
	lines := strings.Split(strings.TrimRight(want, "\n"), "\n")
	for i, line := range lines {
		if line == "…" {
			re.WriteString(`(?:.*)`)
			continue
		}
		re.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", `[^\n]*`))
		if i < len(lines)-1 {
			re.WriteString(`\n?`)
		}
	}
	re.WriteString(`\z`)
	return regexp.MustCompile(re.String())
}

var languageRow = regexp.MustCompile("(?m)^\\| `([^`]+)`[^|]*(?:\\\\\\|[^|]*)*\\|[^|]*\\| `(.*)` \\|$")

// TestLanguageTable compiles each row of the language's table against ot.mode_change and holds its IR against the row.
func TestLanguageTable(t *testing.T) {
	text, err := os.ReadFile("../../compiler/condition/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := languageRow.FindAllStringSubmatch(strings.ReplaceAll(string(text), `\|`, "¦"), -1)
	if len(rows) < 15 {
		t.Fatalf("only %d rows were found", len(rows))
	}
	for _, row := range rows {
		condition, ir := strings.ReplaceAll(row[1], "¦", "|"), strings.ReplaceAll(row[2], "¦", "|")
		t.Run(condition, func(t *testing.T) {
			dir := t.TempDir()
			stub := "name: row\ntitle: A row of the table\nid: 0c9f3f0e-6d0c-4a8e-9a35-0f6f5a9d1e12\ntags: [TA0104]\nlevel: low\n" +
				"telemetry: ot.mode_change\ndescription: a row\ncondition: |-\n  " + condition + "\n"
			if err := os.WriteFile(filepath.Join(dir, "row.yaml"), []byte(stub), 0o644); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			run([]string{"build", "--dump=ir", "row", "--rules", dir}, &out, &errs)
			_, got, ok := strings.Cut(out.String(), "rule row on ot.mode_change\n")
			if got = strings.TrimSpace(got); !ok || got != ir {
				t.Errorf("%s\ncompiles to %s\nnot to      %s\n%s", condition, got, ir, out.String())
			}
		})
	}
}

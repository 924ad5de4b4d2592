package sql_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/backend/backendtest"
)

// An engine is a process that runs SQL: testdata/engines.
type engine struct {
	name string
	in   *json.Encoder
	out  *bufio.Reader
}

// open starts an engine.
func open(t *testing.T, name string) *engine {
	t.Helper()
	backendtest.NeedEngine(t, name)
	command := build(t, name)
	cmd := exec.Command(command[0], command[1:]...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	enc := json.NewEncoder(stdin)
	enc.SetEscapeHTML(false)
	return &engine{name, enc, bufio.NewReaderSize(stdout, 1<<20)}
}

// build makes what runs an engine, in the user's cache, and gives the command.
func build(t *testing.T, name string) []string {
	t.Helper()
	from, err := filepath.Abs("../../../testdata/engines/" + name)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(cache, "detc-engines", name)
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(from, "go.mod")); err == nil {
		program := filepath.Join(to, "engine")
		run(t, from, []string{"CGO_ENABLED=" + map[bool]string{true: "1", false: "0"}[name == "duckdb"]}, "go", "build", "-o", program, ".")
		return []string{program}
	}
	files, _ := filepath.Glob(from + "/*.*")
	main := ""
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(f)), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(filepath.Base(f), "main.") {
			main = filepath.Join(to, filepath.Base(f))
		}
	}
	if _, err := os.Stat(filepath.Join(to, "node_modules")); err != nil {
		run(t, to, nil, "npm", "install", "--no-audit", "--no-fund", "--silent")
	}
	return []string{"node", main}
}

func run(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// do runs one statement and gives the first column of what it selects.
func (e *engine) do(sql string, arg *string) ([]int, error) {
	a, err := e.ask(map[string]any{"sql": sql, "arg": arg})
	return a.IDs, err
}

// rows are what a query selects, as texts: it must cast them itself.
func (e *engine) rows(sql string) ([][]string, error) {
	a, err := e.ask(map[string]any{"sql": sql, "all": true})
	return a.Rows, err
}

type answer struct {
	IDs   []int
	Rows  [][]string
	Error string
}

func (e *engine) ask(request map[string]any) (a answer, err error) {
	if err := e.in.Encode(request); err != nil {
		return a, err
	}
	line, err := e.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("%s went away: %w", e.name, err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s", a.Error)
	}
	return a, nil
}

// A shape is what a test stores a field as.
type shape struct {
	name string // of the column
	kind string // text, int, double, bool, time, json
	list bool
}

var kinds = map[string]map[string]string{
	"sqlite":     {"text": "TEXT", "int": "INTEGER", "double": "REAL", "bool": "INTEGER", "time": "INTEGER", "json": "TEXT", "ip": "TEXT"},
	"duckdb":     {"text": "VARCHAR", "int": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "time": "TIMESTAMP", "json": "JSON", "ip": "VARCHAR"},
	"postgresql": {"text": "text", "int": "bigint", "double": "double precision", "bool": "boolean", "time": "timestamptz", "json": "jsonb", "ip": "inet"},
	"clickhouse": {"text": "Nullable(String)", "int": "Nullable(Int64)", "double": "Nullable(Float64)", "bool": "Nullable(Bool)", "time": "Nullable(DateTime64(9, 'UTC'))", "json": "String", "ip": "Nullable(IPv6)"},
}

func (e *engine) column(s shape) string {
	kind := kinds[e.name][s.kind]
	if s.list {
		switch e.name {
		case "sqlite":
			return "TEXT"
		case "clickhouse":
			return "Array(" + kind + ")"
		}
		return kind + "[]"
	}
	return kind
}

// fill makes a table of rows; the column id counts them. A cell is as JSON has it.
func (e *engine) fill(table string, ident func(string) string, shapes []shape, rows [][]any) error {
	if _, err := e.do("DROP TABLE IF EXISTS "+table, nil); err != nil {
		return err
	}
	columns := []string{"id INTEGER"}
	for _, s := range shapes {
		columns = append(columns, ident(s.name)+" "+e.column(s))
	}
	create := "CREATE TABLE " + table + " (" + strings.Join(columns, ", ") + ")"
	if e.name == "clickhouse" {
		create += " ENGINE = Memory"
	}
	if _, err := e.do(create, nil); err != nil {
		return fmt.Errorf("%s: %w", create, err)
	}
	if len(rows) == 0 {
		return nil // ClickHouse takes no insert of nothing
	}
	for i := range rows {
		rows[i] = append([]any{i}, rows[i]...)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(rows); err != nil {
		return err
	}
	text := b.String()
	insert := e.insert(table, shapes)
	if e.name == "clickhouse" {
		b.Reset()
		for _, r := range rows {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		_, err := e.do(insert+b.String(), nil)
		return err
	}
	_, err := e.do(insert, &text)
	return err
}

func (e *engine) insert(table string, shapes []shape) string {
	all := append([]shape{{"id", "int", false}}, shapes...)
	var cells []string
	switch e.name {
	case "clickhouse":
		return "INSERT INTO " + table + " FORMAT JSONCompactEachRow\n"
	case "sqlite":
		for i := range all {
			cells = append(cells, fmt.Sprintf("json_extract(value, '$[%d]')", i))
		}
		return "INSERT INTO " + table + " SELECT " + strings.Join(cells, ", ") + " FROM json_each(?)"
	case "duckdb":
		for i, s := range all {
			kind := e.column(s)
			cells = append(cells, fmt.Sprintf("CAST(j->%d AS %s)", i, kind))
			if !s.list && s.kind != "json" {
				cells[i] = fmt.Sprintf("CAST(j->>%d AS %s)", i, kind)
			}
		}
		return "INSERT INTO " + table + " SELECT " + strings.Join(cells, ", ") + " FROM (SELECT unnest(CAST(?::JSON AS JSON[])) AS j)"
	}
	for i, s := range all {
		switch {
		case s.list:
			cells = append(cells, fmt.Sprintf("CASE WHEN jsonb_typeof(j->%d) = 'array' THEN ARRAY(SELECT CAST(x AS %s) FROM jsonb_array_elements_text(j->%d) AS x) END", i, kinds[e.name][s.kind], i))
		case s.kind == "json":
			cells = append(cells, fmt.Sprintf("j->%d", i))
		default:
			cells = append(cells, fmt.Sprintf("CAST(j->>%d AS %s)", i, e.column(s)))
		}
	}
	return "INSERT INTO " + table + " SELECT " + strings.Join(cells, ", ") + " FROM jsonb_array_elements($1::text::jsonb) AS j"
}

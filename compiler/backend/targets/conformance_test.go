package targets_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/targets"
	"detc/compiler/ir"
)

var update = flag.Bool("update", false, "write CONFORMANCE.md and testdata anew")

// A cell is what a target makes of a variant.
type cell struct {
	fidelity backend.Fidelity
	query    string
	reasons  []string
}

func emit(t backend.Target, r *backend.Rule) cell {
	q, l := t.Emit(r)
	if l.HasErrors() {
		return cell{backend.Refused, "", []string{general(l[0].Message, r.Where)}}
	}
	c := cell{q.Fidelity(), q.Text, nil}
	for _, loss := range q.Losses {
		if reason := loss.Effect.String() + ": " + general(loss.Reason, r.Where); !slices.Contains(c.reasons, reason) {
			c.reasons = append(c.reasons, reason)
		}
	}
	return c
}

// general is a reason without what it is of: the target, the clause, the field.
func general(reason string, of ir.Expr) string {
	clauses := []ir.Expr{of}
	for len(clauses) > 0 {
		if _, why, found := strings.Cut(reason, "can't say "+ir.Text(clauses[0])+": "); found {
			reason = why
			break
		}
		clauses = append(clauses[1:], ir.Children(clauses[0])...)
	}
	ir.Atoms(of, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			reason = regexp.MustCompile(`(^|[ "(])`+regexp.QuoteMeta(f.Name)+`([ ,"):]|$)`).ReplaceAllString(reason, "${1}it$2")
		}
	})
	return reason
}

// golden is the cell in words. A query of more than longest bytes is cut, and held by its digest.
func (c cell) golden() string {
	const longest = 1000
	out := c.fidelity.String() + "\n"
	for _, r := range c.reasons {
		out += "# " + r + "\n"
	}
	if text := strings.TrimSuffix(c.query, "\n"); len(text) > longest {
		out += fmt.Sprintf("%s… (%d bytes, SHA-256 %x)\n", strings.ToValidUTF8(text[:longest/4], ""), len(text), sha256.Sum256([]byte(text)))
	} else if text != "" {
		out += text + "\n"
	}
	return out
}

// notes number the reasons, each once.
type notes struct {
	number map[string]int
	list   []string
}

func (n *notes) of(reason string) int {
	if n.number[reason] == 0 {
		n.list = append(n.list, reason)
		n.number[reason] = len(n.list)
	}
	return n.number[reason]
}

// mark is a cell in the table: = exact, ~ approximate, - refused, with the numbers of the reasons.
func (n *notes) mark(c cell) string {
	var at []string
	for _, r := range c.reasons {
		at = append(at, fmt.Sprint(n.of(r)))
	}
	return [...]string{"=", "~", "-"}[c.fidelity] + strings.Join(at, ",")
}

var sets = []struct {
	name  string
	typed bool
}{{"typed", true}, {"text", false}}

const intro = `# What each target makes of each node

A row a form of a node, a column a target. ` + "`=`" + ` exact: the rows on which eval says true, and no others. ` + "`~`" + ` approximate and ` + "`-`" + `
refused, with the numbers of the reasons below. Where two stand in a cell, the first is of columns of the engine's own types, the
second of a store that keeps text alone. The queries are in [targets/testdata](targets/testdata), a file a target. Written by
` + "`go test ./compiler/backend/targets -update`" + `; a form that ir gains and that has no row, or a target without a column, fails the tests.

`

// Every form of every node has a golden query or a declared gap, for every target.
func TestConformance(t *testing.T) {
	all, variants := targets.All(), backendtest.Variants()
	n := &notes{number: map[string]int{}}
	var table strings.Builder
	table.WriteString(intro)
	for _, target := range all {
		verified := target.Describe().Verified
		if verified == "" {
			verified = "not engine-verified"
		}
		fmt.Fprintf(&table, "* **%s**: %s, %s\n", target.Name(), target.Describe().Title, verified)
	}
	table.WriteString("\n| node | form |")
	for _, target := range all {
		table.WriteString(" " + target.Name() + " |")
	}
	table.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	golden := make([]strings.Builder, len(all))
	for _, v := range variants {
		fmt.Fprintf(&table, "| %s | %s |", v.Kind, code(ir.Text(v.Expr)))
		for i, target := range all {
			table.WriteString(" " + row(target, v, n, &golden[i]) + " |")
		}
		table.WriteString("\n")
	}
	correlations(t, all, n, &table)
	table.WriteString("\n## Reasons\n\n")
	for i, r := range n.list {
		fmt.Fprintf(&table, "%d. %s\n", i+1, strings.ReplaceAll(r, "\n", " "))
	}
	hold(t, "../CONFORMANCE.md", table.String())
	for i, target := range all {
		hold(t, filepath.Join("testdata", target.Name()+".txt"), golden[i].String())
	}
}

// correlations is the table of the correlations: each kind has a row. What a target makes of them is in its own testdata.
func correlations(t *testing.T, all []backend.Target, n *notes, table *strings.Builder) {
	t.Helper()
	rows := backendtest.Correlations(backendtest.Columns(), backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.Time})
	table.WriteString("\n## Correlations\n\n| correlation |")
	for _, target := range all {
		table.WriteString(" " + target.Name() + " |")
	}
	table.WriteString("\n|---|" + strings.Repeat("---|", len(all)) + "\n")
	seen := map[ir.CorrelationKind]bool{}
	for _, c := range rows {
		seen[c.Kind] = true
		fmt.Fprintf(table, "| %s |", code(clause(c)))
		for _, target := range all {
			table.WriteString(" " + n.mark(correlate(target, c)) + " |")
		}
		table.WriteString("\n")
	}
	for kind := ir.EventCount; kind <= ir.FirstSeen; kind++ {
		if !seen[kind] {
			t.Errorf("no row shows %s", kind)
		}
	}
}

// clause tells a row from others.
func clause(c *backend.Correlation) string {
	text := c.Clause()
	if len(c.Rules) > 1 {
		text += fmt.Sprintf(" of %d rules", len(c.Rules))
	}
	if len(c.Fields) > 0 {
		text += " of " + strings.Join(c.Fields, ", ")
	}
	if len(c.GroupBy) > 0 {
		text += " by " + strings.Join(c.GroupBy, ", ")
	}
	return text
}

func correlate(target backend.Target, c *backend.Correlation) cell {
	can, ok := target.(backend.Correlator)
	if !ok {
		return cell{backend.Refused, "", []string{"it has no words for correlations"}}
	}
	q, l := can.Correlate(c)
	if l.HasErrors() {
		_, why, _ := strings.Cut(l[0].Message, c.Clause()+": ")
		if why == "" {
			why = l[0].Message
		}
		return cell{backend.Refused, "", []string{why}}
	}
	made := cell{fidelity: q.Fidelity()}
	for _, loss := range q.Losses {
		if reason := loss.Effect.String() + ": " + loss.Reason; !slices.Contains(made.reasons, reason) {
			made.reasons = append(made.reasons, reason)
		}
	}
	return made
}

// row writes a variant's cell of a target, and its golden.
func row(target backend.Target, v backendtest.Variant, n *notes, golden *strings.Builder) string {
	fmt.Fprintf(golden, "== %s: %s\n", v.Kind, ir.Text(v.Expr))
	last, marks := "", []string{}
	for _, set := range sets {
		c := emit(target, backendtest.VariantRule(v.Expr, backendtest.VariantColumns(set.typed)))
		said := c.golden()
		if said != last {
			fmt.Fprintf(golden, "-- %s: %s", set.name, said)
			last = said
		}
		if mark := n.mark(c); len(marks) == 0 || marks[len(marks)-1] != mark {
			marks = append(marks, mark)
		}
	}
	return strings.Join(marks, " ")
}

// code is a text as code in a table's cell.
func code(s string) string {
	s = strings.ReplaceAll(s, "|", `\|`)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

func hold(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Errorf("%s is other than what is emitted, from line %d on; if it should be, run with -update\nhave %q\nfile %q", file, i+1, at(a, i), at(b, i))
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// A folder of goldens has those of the targets, and no other.
func TestGoldensAreTheTargets(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := targets.Get(strings.TrimSuffix(filepath.Base(f), ".txt")); !ok {
			t.Errorf("%s is of no target", f)
		}
	}
	if len(files) != len(targets.All()) {
		t.Errorf("%d files for %d targets", len(files), len(targets.All()))
	}
}

// Each target's name is its own, and says what it has by default.
func TestRegistry(t *testing.T) {
	seen, last := map[string]bool{}, ""
	for _, target := range targets.All() {
		name := target.Name()
		if name <= last || seen[name] {
			t.Errorf("%s stands after %s", name, last)
		}
		last, seen[name] = name, true
		if got, ok := targets.Get(name); !ok || got.Name() != name {
			t.Errorf("Get doesn't find %s", name)
		}
		if d := targets.Of(name); d.Extension == "" || len(d.Stores) == 0 && d.Model == "" {
			t.Errorf("%s has no defaults", name)
		}
		if i := target.Describe(); i.Title == "" || i.Language == "" {
			t.Errorf("%s doesn't say what it is", name)
		}
	}
	if _, ok := targets.Get("nothing"); ok {
		t.Error("there is no target nothing")
	}
}

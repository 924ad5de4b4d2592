package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	led "detc/compiler/ledger"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/source"
	"detc/compiler/workspace"
)

func (a *app) ledger() *cobra.Command {
	c := &cobra.Command{
		Use:   "ledger",
		Short: "the blind spots: what is not shown, who accepted it, and until when",
	}
	c.AddCommand(a.ledgerList(), a.ledgerAnnotate(), a.ledgerCheck())
	return group(c)
}

// ledgerFlags are those that all ledger commands have.
type ledgerFlags struct {
	siteFiles
	file string
}

func (s *ledgerFlags) flags(c *cobra.Command) {
	s.siteFiles.flags(c)
	c.Flags().StringVar(&s.file, "ledger", "", "a ledger in place of the site's ledger.yaml")
}

// openLedger opens a workspace with a site's files.
func (a *app) openLedger(s ledgerFlags, instead *source.File) (*workspace.Workspace, diag.List, error) {
	var early diag.List
	files := []*source.File{nil, nil, nil}
	for k, name := range []string{s.inventory, s.visibility, s.file} {
		if k == 2 && instead != nil {
			files[k] = instead
			continue
		}
		f, err := optional(name, &early)
		if err != nil {
			return nil, nil, err
		}
		files[k] = f
	}
	w, err := a.openWith("", func(o *workspace.Options) { o.Inventory, o.Visibility, o.Ledger = files[0], files[1], files[2] })
	if err != nil {
		return nil, nil, err
	}
	return w, append(early, w.Findings...), nil
}

// rowFilter chooses rows.
type rowFilter struct {
	item, scope, gate, gap string
	states                 []string
	worst                  int
}

func (f *rowFilter) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.scope, "scope", "", "only rows of this scope")
	c.Flags().StringVar(&f.gate, "gate", "", "only rows of this gate")
	c.Flags().StringVar(&f.gap, "gap", "", "only rows of this kind of gap")
}

func (f rowFilter) choose(rows []led.Row) []led.Row {
	out := slices.DeleteFunc(slices.Clone(rows), func(r led.Row) bool {
		return f.item != "" && r.Item != f.item && !strings.HasPrefix(r.Item, f.item+"/") || f.scope != "" && r.Scope != f.scope || f.gate != "" && r.Gate != f.gate ||
			f.gap != "" && r.Gap != f.gap || len(f.states) > 0 && !slices.Contains(f.states, r.State)
	})
	if f.worst > 0 {
		out = led.WorstFirst(out)
		out = out[:min(f.worst, len(out))]
	}
	return out
}

// known says which of the names to choose by is no name: no row would be found, as if there were no gap.
func (f rowFilter) known(w *workspace.Workspace) error {
	var items, scopes, gates, gaps []string
	for _, t := range w.Coverage.Tactics {
		items = append(items, t.ID)
		for _, i := range t.Items {
			items = append(items, i.ID)
			for _, o := range i.Obligations {
				scopes = append(scopes, o.Scope)
			}
		}
	}
	slices.Sort(scopes)
	for _, g := range coverage.AllGates() {
		gates = append(gates, g.String())
		gaps = append(gaps, g.Gaps()...)
	}
	for _, x := range []struct {
		what, name string
		all        []string
	}{{"item", f.item, items}, {"scope", f.scope, slices.Compact(scopes)}, {"gate", f.gate, gates}, {"kind of gap", f.gap, gaps}} {
		if x.name != "" && !slices.Contains(x.all, x.name) {
			return unknown(x.what, x.name, x.all)
		}
	}
	return nil
}

func (a *app) ledgerList() *cobra.Command {
	var files ledgerFlags
	var f rowFilter
	c := &cobra.Command{
		Use:   "list [ITEM | TACTIC]",
		Short: "list the rows: every gap of every item in every scope, with what people said of it",
		Long: `List prints the ledger's rows. They are generated: a row for each gate that an item has not passed in a scope, failed or
not known. "Not logged", "logged but not forwarded" and "forwarded but not parsed" are different rows. What people say of a row
stands in ledger.yaml of the site's folder: detc ledger annotate writes it.

A row is open, waived, expired (its last day is over) or void (it is annotated, and counts for nothing, which it says).`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, s := range f.states {
				if all := []string{led.Open, led.Waived, led.Expired, led.Void}; !slices.Contains(all, s) {
					return unknown("state of a row", s, all)
				}
			}
			if len(args) > 0 {
				f.item = args[0]
			}
			w, _, err := a.openLedger(files, nil)
			if err != nil {
				return err
			}
			if err := f.known(w); err != nil {
				return err
			}
			rows, err := a.rows(w)
			if err != nil {
				return err
			}
			return a.writeRows(a.out, f.choose(rows))
		},
	}
	files.flags(c)
	f.flags(c)
	c.Flags().StringSliceVar(&f.states, "state", nil, "only rows in this state: open, waived, expired, void; several by commas")
	c.Flags().IntVar(&f.worst, "worst", 0, "only so many, the worst first: high consequence, then what is least shown")
	return a.content(a.formats(c, "text", "json", "csv"))
}

func (a *app) rows(w *workspace.Workspace) ([]led.Row, error) {
	day, err := today()
	if err != nil {
		return nil, err
	}
	return w.Ledger.Rows(w.Coverage, day), nil
}

func (a *app) writeRows(w io.Writer, rows []led.Row) error {
	switch a.format {
	case "json":
		return a.json(map[string]any{"schema_version": 1, "totals": led.Count(rows), "rows": rows})
	case "csv":
		return report.LedgerCSV(w, rows)
	}
	return report.LedgerText(w, rows, report.Options{Width: width(w), Color: a.colored(w)})
}

func (a *app) ledgerCheck() *cobra.Command {
	var files ledgerFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "hold the ledger against what is found: exit 1 where a waiver has ended, or is not in order",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w, findings, err := a.openLedger(files, nil)
			if err != nil {
				return err
			}
			mine := a.ledgerFindings(files, w, findings)
			if w.Ledger == nil && !mine.HasErrors() {
				return errors.New("there is no ledger: --site NAME with a ledger.yaml in its folder, or --ledger FILE")
			}
			if err := a.findings(a.err, mine, "text"); err != nil || w.Ledger == nil {
				return err
			}
			rows, err := a.rows(w)
			if err != nil {
				return err
			}
			if a.format != "text" {
				return a.writeRows(a.out, rows)
			}
			t := led.Count(rows)
			fmt.Fprintf(a.out, "%s: %s, %d waived, %d expired, %d void; %s\n", w.Ledger.File.Name, count(t.Rows, "row"), t.Waived, t.Expired, t.Void, count(len(mine), "finding"))
			return nil
		},
	}
	files.flags(c)
	return a.content(a.formats(c, "text", "json", "csv"))
}

func (a *app) ledgerAnnotate() *cobra.Command {
	var files ledgerFlags
	var f rowFilter
	var note led.Annotation
	c := &cobra.Command{
		Use:   "annotate ITEM --owner ROLE --approver ROLE --reason REASON --control TEXT --until DATE",
		Short: "write into ledger.yaml who answers for a row, and until when it is accepted",
		Long: `Annotate writes what people say of one row into ledger.yaml, in one go: what else stands there stays, comments too. A row
that is there is changed in place; where it is approved anew, the day of the approval before goes to renewed.

Owner and approver are two. A waiver holds for at most 180 days from its approval, for 90 where the scope's consequence is
high, and through its last day. Reasons: ` + strings.Join(led.Reasons(), ", ") + `.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f.item = args[0]
			return a.annotate(files, f, note)
		},
	}
	files.flags(c)
	f.flags(c)
	s := c.Flags()
	s.StringVar(&note.Owner, "owner", "", "who answers for the gap")
	s.StringVar(&note.Approver, "approver", "", "who else approved it")
	s.StringVar(&note.Reason, "reason", "", "why the gap is there")
	s.StringVar(&note.Note, "note", "", "the same in the words of the site")
	s.StringVar(&note.Control, "control", "", "what is done instead")
	s.StringVar(&note.Until, "until", "", "the last day it holds")
	s.StringVar(&note.Approved, "approved", "", "the day of the approval; today if it is left out")
	return a.content(c)
}

// annotate writes an annotation of the one row that is chosen, if the ledger is in order with it.
func (a *app) annotate(files ledgerFlags, f rowFilter, note led.Annotation) error {
	name, err := a.ledgerFile(files)
	if err != nil {
		return err
	}
	w, _, err := a.openLedger(files, nil)
	if err != nil {
		return err
	}
	rows, err := a.rows(w)
	if err != nil {
		return err
	}
	if err := f.known(w); err != nil {
		return err
	}
	chosen := f.choose(rows)
	if len(chosen) != 1 {
		return errors.New(chooseOne(f.item, chosen))
	}
	row := chosen[0]
	if note.Key, note.Hash = row.Key(), row.Hash; note.Approved == "" {
		if note.Approved, err = today(); err != nil {
			return err
		}
	}
	before, err := a.ledgerText(w, name)
	if err != nil {
		return err
	}
	text, err := led.Annotate(before, note)
	if err != nil {
		return err
	}
	after, findings, err := a.openLedger(files, source.NewFile(before.Name, text))
	if err != nil {
		return err
	}
	if rows, err = a.rows(after); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Key() != note.Key || r.State == led.Waived {
			continue
		}
		mine := slices.DeleteFunc(findings, func(d *diag.Diagnostic) bool {
			return after.Ledger == nil || d.Span.File != after.Ledger.File || d.Severity < diag.Warning
		})
		if err := a.findings(a.err, mine, "text"); err != nil {
			return err
		}
		return fmt.Errorf("nothing is written: the row would be %s", r.State)
	}
	if err := output.File(name, []byte(text)); err != nil {
		return unwritten(name, err)
	}
	fmt.Fprintf(a.out, "%s: %s is accepted by %s until %s\n", name, note.Key, note.Owner, note.Until)
	return nil
}

// ledgerText is the ledger as it stands, also where nothing can be made of it: what can't be read is not written over.
func (a *app) ledgerText(w *workspace.Workspace, name string) (*source.File, error) {
	if w.Ledger != nil {
		return w.Ledger.File, nil
	}
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, machineError{err}
	}
	return source.NewFile(filepath.ToSlash(name), string(data)), nil
}

// ledgerFindings are those of the ledger, also of one that nothing can be made of.
func (a *app) ledgerFindings(s ledgerFlags, w *workspace.Workspace, all diag.List) diag.List {
	name := ""
	if w.Ledger != nil {
		name = w.Ledger.File.Name
	} else if file, err := a.ledgerFile(s); err == nil {
		name = filepath.ToSlash(file)
	}
	return slices.DeleteFunc(slices.Clone(all), func(d *diag.Diagnostic) bool { return d.Span.File == nil || d.Span.File.Name != name })
}

// chooseOne says which rows there are to choose from.
func chooseOne(item string, rows []led.Row) string {
	if len(rows) == 0 {
		return "there is no such row; detc ledger list " + item + " shows those that there are"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "there are %d such rows; choose one by --scope, --gate and --gap:", len(rows))
	for _, r := range rows[:min(len(rows), 12)] {
		b.WriteString("\n  " + r.Key().String())
	}
	return b.String()
}

// ledgerFile is where a site's ledger stands, or is to stand.
func (a *app) ledgerFile(s ledgerFlags) (string, error) {
	if s.file != "" {
		return s.file, nil
	}
	if a.site == "" {
		return "", errors.New("whose ledger? --site NAME, or --ledger FILE")
	}
	dir := a.site
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Join("sites", a.site)
	}
	return filepath.Join(dir, led.File), nil
}

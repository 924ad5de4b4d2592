package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/attack"
	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/mappings"
)

func (a *app) brief() *cobra.Command {
	c := &cobra.Command{
		Use:   "brief",
		Short: "read, compare and accept ATT&CK tactic pages",
	}
	show := &cobra.Command{
		Use:   "show FILE",
		Short: "print a page's items as the compiler reads them",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			b, l, err := a.page(args[0])
			if err != nil {
				return err
			}
			if err := a.findings(a.err, l, "text"); err != nil {
				return err
			}
			if a.format == "json" {
				return a.json(pageJSON(b))
			}
			a.printPage(b)
			return nil
		},
	}
	compare := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "say which items were added, removed, reworded and moved, and which rules rest on them",
		Long: `Diff compares two pages of one tactic item by item. Of an item that was reworded or removed it lists the links to
review: the rules that cover it, the telemetry that serves it and the rules on that, each with its file and line. Which
item is which is what the items.yaml of the rules says; where that has reviewed no such page as OLD there are no links.`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			before, l1, err := a.page(args[0])
			if err != nil {
				return err
			}
			after, l2, err := a.page(args[1])
			if err != nil {
				return err
			}
			if err := a.findings(a.err, append(l1, l2...), "text"); err != nil {
				return err
			}
			if before.Tactic.ID != after.Tactic.ID {
				return fmt.Errorf("%s is of %s, %s of %s: two pages of one tactic can be compared", args[0], before.Tactic.ID, args[1], after.Tactic.ID)
			}
			return a.printChanges(before, brief.Diff(before, after))
		},
	}
	f := compare.Flags()
	f.StringVar(&a.rules, "rules", "", "a folder of stubs, with their items.yaml, in place of the library's")
	f.StringVar(&a.addRules, "add-rules", "", "a folder of stubs beside the library's")
	accept := a.accept()
	for _, sub := range []*cobra.Command{show, compare, accept} {
		sub.Flags().StringVar(&a.mappings, "mappings", "", "a folder of telemetry and ATT&CK's ids; what has a known id replaces it")
	}
	c.AddCommand(a.formats(show, "text", "json"), a.formats(compare, "text", "json"), accept)
	return group(c)
}

func (a *app) accept() *cobra.Command {
	var items, known string
	c := &cobra.Command{
		Use:   "accept FILE --items items.yaml",
		Short: "write items.yaml: the page's items as reviewed",
		Long: `Accept takes a page's items as reviewed. Into an items.yaml that exists it adds the page's hashes beside those that
are there, so that several publications of a tactic can be accepted; ids are kept and never reused.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			b, l, err := a.page(args[0])
			if err != nil {
				return err
			}
			var lock *brief.Items
			if _, err := os.Stat(items); err == nil {
				f, err := readFile(items, &l)
				if err != nil {
					return err
				}
				if f != nil {
					lock = brief.LoadItems(f, &l)
				}
			}
			var texts []*brief.Brief
			if known == "" {
				known = filepath.Join(filepath.Dir(items), "brief.txt")
			}
			if _, err := os.Stat(known); err == nil {
				k, _, err := a.page(known)
				if err != nil {
					return err
				}
				texts = append(texts, k)
			}
			if err := a.findings(a.err, l, "text"); err != nil {
				return err
			}
			if l.HasErrors() {
				return nil // the page or the lock is broken: nothing is written over a good file
			}
			if lock != nil && lock.Tactic != b.Tactic.ID {
				return fmt.Errorf("%s is of %s, the page of %s", items, lock.Tactic, b.Tactic.ID)
			}
			if err := output.File(items, brief.Accept(b, lock, texts...)); err != nil {
				return unwritten(items, err)
			}
			fmt.Fprintf(a.out, "%s: %s of %s accepted\n", items, count(len(b.Items), "item"), b.Tactic.ID)
			return nil
		},
	}
	c.Flags().StringVar(&items, "items", "", "the items.yaml to write")
	c.Flags().StringVar(&known, "known", "", "a page reviewed before, to tell reworded items by; brief.txt beside the items unless said")
	if err := c.MarkFlagRequired("items"); err != nil {
		panic(err)
	}
	return c
}

// catalog is ATT&CK's ids: those in the folder of --mappings, where it has some, or the library's.
func (a *app) catalog() (*attack.Catalog, error) {
	if a.mappings != "" {
		root, err := rootOf(a.mappings)
		if err != nil {
			return nil, err
		}
		c, err := attack.Load(root.FS)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, machineError{fmt.Errorf("ATT&CK's facts in %s can't be read: %w", root.Name, err)}
		}
	}
	c, err := attack.Load(mappings.Files)
	if err != nil {
		return nil, machineError{err}
	}
	return c, nil
}

// page reads one tactic page.
func (a *app) page(name string) (*brief.Brief, diag.List, error) {
	var l diag.List
	catalog, err := a.catalog()
	if err != nil {
		return nil, nil, err
	}
	f, err := readFile(name, &l)
	if err != nil {
		return nil, nil, err
	}
	if f == nil {
		return &brief.Brief{}, l, nil
	}
	return brief.Read(f, catalog, &l), l, nil
}

type pageOut struct {
	Tactic struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Domain string `json:"domain"`
	} `json:"tactic"`
	Release       string    `json:"release"`
	ObjectVersion string    `json:"object_version"`
	Description   string    `json:"description"`
	Sections      []string  `json:"sections"`
	Items         []itemOut `json:"items"`
	Limits        []string  `json:"limits"`
}

type itemOut struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	Hash string `json:"hash"`
	Line int    `json:"line"`
}

func outOf(i brief.Item) itemOut { return itemOut{i.ID, string(i.Kind), i.Text, i.Hash, i.Line} }

func pageJSON(b *brief.Brief) pageOut {
	out := pageOut{Release: b.Release, ObjectVersion: b.ObjectVersion, Description: b.Description,
		Sections: []string{}, Items: []itemOut{}, Limits: append([]string{}, b.Limits...)}
	out.Tactic.ID, out.Tactic.Name, out.Tactic.Domain = b.Tactic.ID, b.Tactic.Name, b.Tactic.Domain
	for _, s := range b.Sections {
		out.Sections = append(out.Sections, s.Title)
	}
	for _, i := range b.Items {
		out.Items = append(out.Items, outOf(i))
	}
	return out
}

func (a *app) printPage(b *brief.Brief) {
	if b.Tactic.ID == "" {
		return
	}
	fmt.Fprintf(a.out, "%s %s (%s)", b.Tactic.ID, b.Tactic.Name, b.Tactic.Domain)
	if b.Release != "" {
		fmt.Fprintf(a.out, ", ATT&CK %s, object version %s", b.Release, b.ObjectVersion)
	}
	fmt.Fprintln(a.out)
	last := brief.Kind("")
	for _, i := range b.Items {
		if i.Kind != last {
			fmt.Fprintf(a.out, "\n%s\n", i.Kind)
			last = i.Kind
		}
		fmt.Fprintf(a.out, "  %-10s %s  %s\n", i.ID, i.Hash, i.Text)
	}
	if len(b.Limits) > 0 {
		fmt.Fprintf(a.out, "\nlimits\n  %s\n", strings.Join(b.Limits, "\n  "))
	}
}

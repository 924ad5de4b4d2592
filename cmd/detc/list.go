package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

// A listing is one thing that can be listed: its columns, and its rows from a workspace.
type listing struct {
	short   string
	until   string // the last pass that it needs; "-" for no workspace
	columns []string
	rows    func(w *workspace.Workspace, filter string) ([][]string, error)
}

var listings = map[string]listing{
	"rules":     {"the rules, with the items they answer", "emit", []string{"name", "level", "telemetry", "sources", "items", "title"}, listRules},
	"telemetry": {"the telemetry schemas", "telemetry", []string{"id", "fields", "sources", "serves", "title"}, listTelemetry},
	"sources":   {"the log sources", "filters", []string{"id", "telemetry", "logsource", "kind", "names", "title"}, listSources},
	"fields":    {"the fields of a telemetry schema: detc list fields ot.mode_change", "filters", []string{"field", "type", "values", "sources", "doc"}, listFields},
	"items":     {"the items of the briefs", "briefs", []string{"id", "kind", "answered_by", "text"}, listItems},
	"checks":    {"every kind of finding; detc explain CODE says more", "-", []string{"code", "name", "severity", "summary"}, listChecks},
	"mutants":   {"the faults that detc test --mutants puts into rules", "-", []string{"operator", "fault"}, listMutants},
	"formats":   {"the output formats of each command", "-", []string{"command", "formats"}, listFormats},
	"targets":   {"what rules are compiled to", "-", []string{"target", "fidelity", "writes"}, listTargets},
	"context":   {"the context tables that conditions may ask for", "context", []string{"name", "type", "version", "owner", "title"}, listContext},
}

func (a *app) list() *cobra.Command {
	names := slices.Sorted(maps.Keys(listings))
	var help strings.Builder
	for _, n := range names {
		fmt.Fprintf(&help, "  %-10s %s\n", n, listings[n].short)
	}
	c := &cobra.Command{
		Use:       "list WHAT [NAME]",
		Short:     "look things up: " + strings.Join(names, ", "),
		Long:      "List prints one of:\n\n" + strings.TrimRight(help.String(), "\n"),
		Args:      cobra.RangeArgs(1, 2),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			l, ok := listings[args[0]]
			if !ok {
				return unknown("list of", args[0], names)
			}
			var w *workspace.Workspace
			if l.until != "-" {
				var err error
				if w, err = a.open(l.until); err != nil {
					return err
				}
			}
			filter := ""
			if len(args) > 1 {
				filter = args[1]
			}
			rows, err := l.rows(w, filter)
			if err != nil {
				return err
			}
			return a.table(l.columns, rows)
		},
	}
	return a.content(a.formats(c, "text", "json"))
}

// table prints rows under their columns, or as a list of JSON objects.
func (a *app) table(columns []string, rows [][]string) error {
	if a.format == "json" {
		out := []map[string]string{}
		for _, r := range rows {
			o := map[string]string{}
			for i, c := range columns {
				o[c] = r[i]
			}
			out = append(out, o)
		}
		return a.json(out)
	}
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = strings.ToUpper(c)
	}
	return report.Table(a.out, header, rows, terminalWidth(a.out))
}

func listRules(w *workspace.Workspace, _ string) (rows [][]string, err error) {
	for _, r := range w.Rules {
		var sources []string
		for _, e := range r.Emitted {
			if e.Bound != nil {
				sources = append(sources, e.Source.ID)
			}
		}
		var items []string
		if r.IR != nil {
			items = r.IR.Meta.Items
		}
		rows = append(rows, []string{r.Name.Value, r.Level.Value, r.Telemetry.Value, fmt.Sprint(len(sources)), strings.Join(items, " "), r.Title.Value})
	}
	return rows, nil
}

func listTelemetry(w *workspace.Workspace, _ string) (rows [][]string, err error) {
	for _, s := range w.Schemas {
		var serves []string
		for _, i := range s.Serves {
			serves = append(serves, i.Value)
		}
		rows = append(rows, []string{s.ID, fmt.Sprint(len(s.Fields)), fmt.Sprint(len(s.Sources)), strings.Join(serves, " "), s.Title})
	}
	return rows, nil
}

func listSources(w *workspace.Workspace, filter string) (rows [][]string, err error) {
	for _, s := range w.Sources {
		if filter == "" || s.Schema.ID == filter {
			rows = append(rows, []string{s.ID, s.Schema.ID, s.Logsource.String(), string(s.Kind), s.Verified, s.Title})
		}
	}
	return rows, nil
}

func listFields(w *workspace.Workspace, schema string) (rows [][]string, err error) {
	var ids []string
	for _, s := range w.Schemas {
		ids = append(ids, s.ID)
	}
	s := w.Schema(schema)
	if s == nil {
		return nil, fmt.Errorf("list fields takes one of the schemas: %s", strings.Join(ids, ", "))
	}
	for _, f := range s.Fields {
		carried := 0
		for _, src := range s.Sources {
			if !src.Binding(f.Name).Absent() {
				carried++
			}
		}
		kind := f.Type.String()
		if f.List {
			kind = "list(" + kind + ")"
		}
		if f.Cased {
			kind += " cased"
		}
		rows = append(rows, []string{f.Name, kind, strings.Join(f.Enum, " "), fmt.Sprintf("%d/%d", carried, len(s.Sources)), f.Doc})
	}
	return rows, nil
}

func listItems(w *workspace.Workspace, tactic string) (rows [][]string, err error) {
	for _, t := range w.Tactics {
		if tactic != "" && t.ID != tactic {
			continue
		}
		for _, k := range t.Matching.Links {
			if k.Item == nil {
				continue
			}
			by := "-"
			if k.Lock != nil {
				by = k.Lock.AnsweredBy.Value
			}
			rows = append(rows, []string{k.Item.ID, string(k.Item.Kind), by, k.Item.Text})
		}
	}
	return rows, nil
}

func listChecks(*workspace.Workspace, string) (rows [][]string, err error) {
	for _, c := range diag.Codes() {
		rows = append(rows, []string{string(c.Code), c.Slug, c.Severity.String(), c.Summary})
	}
	return rows, nil
}

func listMutants(*workspace.Workspace, string) (rows [][]string, err error) {
	for _, o := range evidence.Operators {
		rows = append(rows, []string{o.Name, o.Doc})
	}
	return rows, nil
}

func listFormats(*workspace.Workspace, string) ([][]string, error) {
	return [][]string{
		{"check", "text short json sarif github junit"},
		{"coverage", "text markdown json"},
		{"test", "text junit json"},
		{"brief show, brief diff, list, source try", "text json"},
	}, nil
}

func listTargets(*workspace.Workspace, string) ([][]string, error) {
	return [][]string{{"sigma", "exact", "sigma/<tactic>/<rule>.<source>.yml"}}, nil
}

func listContext(w *workspace.Workspace, _ string) (rows [][]string, err error) {
	for _, t := range w.Tables {
		rows = append(rows, []string{t.Name, "list(" + t.Type.String() + ")", fmt.Sprint(t.Version), t.Owner, t.Title})
	}
	return rows, nil
}

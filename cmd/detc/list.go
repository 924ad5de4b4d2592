package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/backend/targets"
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
	"rules":      {"the rules, with the items they answer", "emit", []string{"name", "level", "telemetry", "sources", "items", "title"}, listRules},
	"telemetry":  {"the telemetry schemas; with --taxonomy Sigma's log sources", "telemetry", []string{"id", "fields", "sources", "serves", "title"}, listTelemetry},
	"sources":    {"the log sources", "filters", []string{"id", "telemetry", "logsource", "kind", "names", "title"}, listSources},
	"fields":     {"the fields of a telemetry schema: detc list fields ot.mode_change", "filters", []string{"field", "type", "values", "sources", "doc"}, listFields},
	"items":      {"the items of the briefs", "briefs", []string{"id", "kind", "answered_by", "text"}, listItems},
	"checks":     {"every kind of finding; detc explain CODE says more", "-", []string{"code", "name", "severity", "summary"}, listChecks},
	"mutants":    {"the faults that detc test --mutants puts into rules", "-", []string{"operator", "fault"}, listMutants},
	"formats":    {"the output formats of each command", "-", []string{"command", "formats"}, listFormats},
	"targets":    {"what rules are compiled to", "-", []string{"target", "language", "held by", "stores", "title"}, listTargets},
	"filters":    {"what the site leaves out of its rules, and for how long", "exclusions", []string{"name", "until", "state", "rules", "takes", "owner", "ticket", "title"}, listFilters},
	"stores":     {"the stores, or those of one SIEM, with how much of the library each has a place for", "filters", []string{"id", "siem", "sources", "fields", "logsources", "names", "title"}, nil},
	"models":     {"the models, with how much of the library each has a name for", "filters", []string{"id", "version", "schemas", "fields", "logsources", "names", "title"}, nil},
	"dimensions": {"what each rule looks at beside the act: detc list dimensions TA0104", "properties", append([]string{"rule"}, dimensionNames()...), listDimensions},
	"context":    {"the context tables that conditions may ask for", "context", []string{"name", "type", "version", "columns", "owner", "title"}, listContext},
}

func (a *app) list() *cobra.Command {
	names := slices.Sorted(maps.Keys(listings))
	var help strings.Builder
	for _, n := range names {
		fmt.Fprintf(&help, "  %-10s %s\n", n, listings[n].short)
	}
	taxonomy, inStore, inModel := false, "", ""
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
			if taxonomy {
				if args[0] != "telemetry" {
					return fmt.Errorf("--taxonomy goes with detc list telemetry")
				}
				l.columns, l.rows = []string{"id", "fields", "logsource", "names", "title"}, listTaxonomy
			}
			if inStore != "" || inModel != "" {
				if args[0] != "fields" || inStore != "" && inModel != "" {
					return fmt.Errorf("--store or --model goes with detc list fields")
				}
			}
			switch args[0] {
			case "stores":
				l.rows = a.listStores
			case "models":
				l.rows = a.listModels
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
			switch {
			case inStore != "":
				l.columns, l.rows = []string{"field", "source", "raw", "stored", "type", "state"}, a.stored(inStore)
			case inModel != "":
				l.columns, l.rows = []string{"field", "stored", "type", "state"}, a.modelled(inModel)
			case args[0] == "fields":
				if s := w.Schema(filter); s != nil && s.Taxonomy {
					l.columns, l.rows = []string{"field", "type", "sigma", "doc"}, listNames
				}
			}
			rows, err := l.rows(w, filter)
			if err != nil {
				return err
			}
			return a.table(l.columns, rows)
		},
	}
	c.Flags().StringVar(&inStore, "store", "", "list where each field of each source lies in this store")
	c.Flags().StringVar(&inModel, "model", "", "list what each field is called in this model")
	c.Flags().BoolVar(&taxonomy, "taxonomy", false, "list Sigma's log sources, whose own names are the fields")
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
		var items []string
		if m := r.Meta(); m != nil {
			items = m.Items
		}
		rows = append(rows, []string{r.Name.Value, r.Level.Value, r.On(), fmt.Sprint(len(r.EmittedOn())), strings.Join(items, " "), r.Title.Value})
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

// listTaxonomy lists Sigma's log sources; it reads them all, or the one product's that is named.
func listTaxonomy(w *workspace.Workspace, product string) (rows [][]string, err error) {
	t := w.Taxonomy()
	for _, id := range t.IDs() {
		if product != "" && !strings.HasPrefix(id, product+".") {
			continue
		}
		if s, ok := t.ByID(id); ok {
			rows = append(rows, []string{id, fmt.Sprint(len(s.Fields)), s.Logsource.String(), s.Sources[0].Verified, s.Title})
		}
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
	s, err := schemaOf(w, schema)
	if err != nil {
		return nil, err
	}
	for _, f := range s.Fields {
		carried := 0
		for _, src := range s.Sources {
			if !src.Binding(f.Name).Absent() {
				carried++
			}
		}
		kind := f.TypeName()
		if f.Cased {
			kind += " cased"
		}
		rows = append(rows, []string{f.Name, kind, strings.Join(f.Enum, " "), fmt.Sprintf("%d/%d", carried, len(s.Sources)), f.Doc})
	}
	return rows, nil
}

// listNames lists the fields of one of Sigma's log sources, under the names that conditions and Sigma have for them.
func listNames(w *workspace.Workspace, schema string) (rows [][]string, err error) {
	s := w.Schema(schema)
	for i := range s.Fields {
		f := &s.Fields[i]
		rows = append(rows, []string{f.Name, f.TypeName(), f.Sigma, f.Doc})
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
	for _, o := range evidence.CorrelationOperators {
		rows = append(rows, []string{o.Name, o.Doc})
	}
	return rows, nil
}

func listFormats(*workspace.Workspace, string) ([][]string, error) {
	return [][]string{
		{"check", "text short json sarif github junit"},
		{"coverage", strings.Join(coverageFormats(), " ")},
		{"coverage diff", "text markdown json"},
		{"ledger list, ledger check", "text json csv"},
		{"test", "text junit json"},
		{"brief show, brief diff, list, source try", "text json"},
	}, nil
}

func listTargets(*workspace.Workspace, string) ([][]string, error) {
	rows := [][]string{{sigmaTarget, "Sigma", "read back at every build", "-", "Sigma rules, correlations and filters"}}
	for _, t := range targets.All() {
		d, of := t.Describe(), targets.Of(t.Name())
		held := d.Verified
		if held == "" {
			held = "not engine-verified"
		}
		where := strings.Join(of.Stores, " ")
		if of.Model != "" {
			where = "model " + of.Model
		}
		rows = append(rows, []string{t.Name(), d.Language, held, where, d.Title})
	}
	return rows, nil
}

func listContext(w *workspace.Workspace, _ string) (rows [][]string, err error) {
	for _, t := range w.Tables {
		var columns []string
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
		rows = append(rows, []string{t.Name, t.TypeName(), fmt.Sprint(t.Version), strings.Join(columns, " "), t.Owner, t.Title})
	}
	return rows, nil
}

package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/backtest"
	"detc/compiler/change"
	"detc/compiler/config"
	"detc/compiler/coverage"
	"detc/compiler/form"
	"detc/compiler/workspace"
)

func (a *app) schema() *cobra.Command {
	forms := workspace.Forms()
	forms["config"] = form.Type[config.Form]()
	reports := map[string]func() []byte{"backtest": backtest.Schema, "coverage": coverage.Schema, "diff": change.Schema}
	names := append(slices.Collect(maps.Keys(forms)), slices.Collect(maps.Keys(reports))...)
	slices.Sort(names)
	return &cobra.Command{
		Use:       "schema NAME",
		Short:     "print the JSON Schema of a format: " + strings.Join(names, ", "),
		Args:      cobra.ExactArgs(1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			if schema := reports[args[0]]; schema != nil {
				_, err := a.out.Write(schema())
				return err
			}
			t, ok := forms[args[0]]
			if !ok {
				return unknown("schema", args[0], names)
			}
			return a.json(form.Schema(t, "detc:schema/"+args[0], "detc "+args[0]))
		},
	}
}

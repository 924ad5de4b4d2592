package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

func (a *app) explain() *cobra.Command {
	var event asked
	c := &cobra.Command{
		Use:   "explain CODE|RULE|ITEM",
		Short: "say what a finding means, what a rule compiles to or says of an event, or what answers an item",
		Long: `Explain says what a finding's code means, what a rule compiles to and on which logs, or what answers an item.

With --event FILE it says what the rule makes of an event, clause by clause: a raw record (a JSON object or a CEF line)
of a log that the rule is for, or a mapping of the telemetry's own fields.

Of an item it is the page for an auditor: in each scope of the site (--site) its state, the rule that carries it with its
line, who answers for it, with what evidence, since when, and what is open and accepted by whom.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			info, isCode := diag.Lookup(args[0])
			if isCode && a.format == "text" {
				a.explainCode(info)
				return nil
			}
			w, err := a.open("")
			if err != nil {
				return err
			}
			if found, err := a.explainItem(w, args[0]); found || err != nil {
				return err
			}
			if a.format != "text" && (isCode || w.Rule(args[0]) != nil || w.Filter(args[0]) != nil) {
				return fmt.Errorf("--format %s is of items only, as TA0104/D5: %s is none", a.format, args[0])
			}
			if r := w.Rule(args[0]); r != nil {
				if event.file != "" {
					return a.explainEvent(w, r, event)
				}
				a.explainRule(w, r)
				return nil
			}
			if f := w.Filter(args[0]); f != nil {
				a.explainFilter(f)
				return nil
			}
			var known []string
			for _, r := range w.Rules {
				known = append(known, r.Name.Value)
			}
			for _, f := range w.Filters {
				known = append(known, f.Name.Value)
			}
			for _, c := range diag.Codes() {
				known = append(known, string(c.Code), c.Slug)
			}
			guess := "; detc list checks, rules and items have them all"
			if g := diag.Nearest(args[0], known); g != "" {
				guess = fmt.Sprintf("; did you mean %q?", g)
			}
			return fmt.Errorf("%q is no finding's code, no rule and no item%s", args[0], guess)
		},
	}
	c.Flags().StringVar(&event.file, "event", "", "a file with one event, on which to judge the rule clause by clause")
	c.Flags().StringVar(&event.source, "source", "", "the source that the event is a record of; told by its marks unless said")
	c.Flags().StringArrayVar(&event.tables, "context", nil, "what a context table holds: NAME=VALUE,VALUE; may be repeated")
	return a.content(a.formats(c, "text", "json"))
}

// asked is an event that a rule is to be judged on.
type asked struct {
	file, source string
	tables       []string
}

func (a *app) explainEvent(w *workspace.Workspace, r *workspace.Rule, on asked) error {
	tables := map[string][]string{}
	for _, t := range on.tables {
		name, values, ok := strings.Cut(t, "=")
		if !ok {
			return fmt.Errorf("--context is NAME=VALUE,VALUE, not %q", t)
		}
		tables[name] = append(tables[name], strings.FieldsFunc(values, func(r rune) bool { return r == ',' })...)
	}
	var l diag.List
	f, err := readFile(on.file, &l)
	if err != nil {
		return err
	}
	if f == nil {
		return a.findings(a.err, l, "text")
	}
	judgements, err := w.Judge(r, f, on.source, tables)
	if err != nil {
		return err
	}
	for _, j := range judgements {
		if err := a.printJudgement(r, j); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printJudgement(r *workspace.Rule, j workspace.Judgement) error {
	what := "an event of " + r.Schema.ID
	if j.Source != "" {
		what = "a record of " + j.Source
	}
	fmt.Fprintf(a.out, "%s on %s\n", r.Name.Value, what)
	for _, t := range j.Missing {
		fmt.Fprintf(a.out, "context.%s was not given and is taken as empty: --context %s=…\n", t, t)
	}
	for _, t := range j.Unknown {
		fmt.Fprintf(a.out, "context.%s is looked up, and nobody keeps it: its fields are missing; --site SITE\n", t)
	}
	if j.Note != "" {
		fmt.Fprintln(a.out, j.Note)
	}
	if len(r.Levels) > 0 && j.Logical != nil && j.Logical.Value {
		fmt.Fprintf(a.out, "its alert is of level %s\n", j.Level)
	}
	a.printWithheld(j)
	options := report.Options{Color: a.colored(a.out)}
	if j.Logical != nil {
		fmt.Fprintf(a.out, "%s\n\nthe rule, on the telemetry's fields\n", j.Logical.Why())
		if err := report.Trace(a.out, *j.Logical, options); err != nil {
			return err
		}
	}
	if j.Bound != nil {
		fmt.Fprintf(a.out, "\nbound to %s, on the record's own names\n", j.Source)
		if err := report.Trace(a.out, *j.Bound, options); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.out)
	return nil
}

func (a *app) explainCode(i diag.Info) {
	fmt.Fprintf(a.out, "%s %s (%s)\n%s\n\nWhy: %s\n", i.Code, i.Slug, i.Severity, i.Summary, i.Why)
	if i.Bad != "" {
		fmt.Fprintf(a.out, "\nNot%s:\n%s\n", i.In.Words(), indent(i.Bad))
	}
	if i.Good != "" {
		fmt.Fprintf(a.out, "\nBut%s:\n%s\n", i.In.Words(), indent(i.Good))
	}
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ")
}

func (a *app) explainRule(w *workspace.Workspace, r *workspace.Rule) {
	fmt.Fprintf(a.out, "%s  %s\n%s\n", r.Name.Value, r.Level.Value, r.Title.Value)
	if r.Meta() == nil {
		fmt.Fprintf(a.out, "\nnot compiled: detc check %s\n", r.File.Name)
		return
	}
	if r.Correlation != nil {
		a.explainCorrelation(r)
		a.listFiltersOn(w, r)
		a.explainCases(r.Results)
		return
	}
	fmt.Fprintf(a.out, "answers %s\n\n%s\n", strings.Join(r.IR.Meta.Items, ", "), ir.RuleText(r.IR))
	a.explainContext(r)
	for _, e := range r.Emitted {
		if e.Bound == nil {
			fmt.Fprintf(a.out, "  - %-28s %s\n", e.Source.ID, e.Reason)
			continue
		}
		fmt.Fprintf(a.out, "  + %-28s %s\n", e.Source.ID, e.Path(r))
		for _, d := range e.Bound.Degraded {
			fmt.Fprintf(a.out, "      %s: %s\n", d.Effect, d.Reason)
		}
	}
	a.listFiltersOn(w, r)
	a.explainCases(r.Results)
}

func (a *app) explainCases(res *evidence.Results) {
	fmt.Fprintf(a.out, "\ncases: %d match, %d silent, %d of them near misses", res.Positive, res.Negative, res.NearMisses)
	if reason := res.Lacks(); reason != "" {
		fmt.Fprintf(a.out, "; not tested: %s", reason)
	}
	fmt.Fprintln(a.out)
	for _, u := range res.Unseen {
		fmt.Fprintf(a.out, "  no case sees %s\n", u)
	}
}

// dump prints a rule after every stage, or after one.
func (a *app) dump(w *workspace.Workspace, name, what string) error {
	r := w.Rule(name)
	if r == nil {
		var known []string
		for _, r := range w.Rules {
			known = append(known, r.Name.Value)
		}
		if g := diag.Nearest(name, known); g != "" {
			return fmt.Errorf("there is no rule %q; did you mean %q?", name, g)
		}
		return fmt.Errorf("there is no rule %q; detc list rules names them", name)
	}
	stage := func(s string) bool { return what == "all" || what == s }
	switch what {
	case "all", "stub", "ir", "cel", "bound", "sigma", "query":
	default:
		return fmt.Errorf("--dump is all, stub, ir, cel, bound, sigma or query, not %q", what)
	}
	if stage("stub") {
		fmt.Fprintf(a.out, "# stub: %s\n%s\n", r.File.Name, strings.TrimRight(r.File.Text, "\n"))
	}
	if r.Meta() == nil {
		return a.findings(a.out, r.Findings, "text")
	}
	if r.Correlation != nil {
		a.dumpCorrelation(r, stage)
		a.dumpQueries(r, stage)
		return nil
	}
	if stage("ir") {
		fmt.Fprintf(a.out, "\n# ir\n%s", ir.RuleText(r.IR))
	}
	if stage("cel") {
		p, err := r.CEL()
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "\n# cel, as it is judged by cel-go\n%s\n", p)
	}
	for _, e := range r.Emitted {
		if e.Bound == nil {
			if stage("bound") {
				fmt.Fprintf(a.out, "\n# %s: none, %s\n", e.Source.ID, e.Reason)
			}
			continue
		}
		if stage("bound") {
			fmt.Fprintf(a.out, "\n# bound to %s\n%s\n", e.Source.ID, ir.Indented(e.Bound.Where, "  "))
		}
		if stage("sigma") {
			fmt.Fprintf(a.out, "\n# %s\n%s", e.Path(r), e.YAML)
		}
	}
	a.dumpQueries(r, stage)
	return nil
}

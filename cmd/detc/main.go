// Command detc compiles SIEM detection content: tactic pages and rule stubs in, Sigma rules and coverage reports out.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"detc/compiler/coverage"
	"detc/compiler/diag"
)

// Exit codes. `detc --help` prints the table.
const (
	exitClean    = 0 // nothing at or above --fail-on
	exitFindings = 1 // findings at or above --fail-on
	exitUsage    = 2 // a flag, an argument or a path that is wrong
	exitMachine  = 3 // what the machine could not do
)

func main() {
	if os.Getenv("GOGC") == "" {
		// A run is short and ends with all its memory: collecting half as often saves a sixth of the time on 1,000
		// stubs, for half as much memory again.
		debug.SetGCPercent(200)
	}
	floor := make([]byte, heapFloor)
	code := run(os.Args[1:], os.Stdout, os.Stderr)
	runtime.KeepAlive(floor)
	os.Exit(code)
}

// heapFloor is memory that is asked for and never touched, so that the system gives none. The collector counts it: it
// doesn't go over a heap of a few megabytes every time that this has doubled. On 3,000 Sigma files, of which few are held
// at any time, that saves a third of the work.
const heapFloor = 24 << 20

// run is main with its streams as arguments, so that tests can call it.
func run(args []string, stdout, stderr io.Writer) int {
	out := &sink{to: stdout}
	a := &app{out: out, err: stderr, told: map[string]bool{}}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	if out.err != nil {
		err = unwritten("standard output", out.err)
	}
	if err == nil {
		return a.code
	}
	fmt.Fprintf(stderr, "detc: %s\n", err)
	var machine machineError
	if errors.As(err, &machine) {
		return exitMachine
	}
	fmt.Fprintf(stderr, "see: %s --help\n", cmd.CommandPath())
	return exitUsage
}

// A machineError is trouble of the machine, not of the content or the command line.
type machineError struct{ error }

func (e machineError) Unwrap() error { return e.error }

// app is what the subcommands share: streams, the common flags and the exit code.
type app struct {
	out, err io.Writer
	code     int

	color, failOn, format string
	jobs                  int
	rules, addRules       string
	mappings, site        string
	briefs                []string
	samples               string
	notes                 bool
	config                configuration
	sinceName             string
	since                 *coverage.Report // of an earlier run, for the page that shows what changed; nil for none
	maxFindings           int
	told                  map[string]bool // lines of trouble: content that is mended is read again
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "detc",
		Short: "compile detection content: tactic pages and rule stubs to Sigma rules and coverage",
		Long: `detc reads ATT&CK tactic pages and rule stubs, type-checks the stubs' conditions, compiles them to
Sigma rules, tests them on events, and reports what is covered and what is blind.

Exit codes:
  0  clean
  1  findings at or above --fail-on
  2  usage: a flag, an argument or a path is wrong
  3  the machine: a file could not be read or written`,
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := a.configure(c); err != nil {
				return err
			}
			return a.checkFlags()
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&a.color, "color", "auto", "colour: auto, always or never (NO_COLOR is heeded)")
	f.StringVar(&a.failOn, "fail-on", "error", "exit 1 at findings of this severity or above: error, warning or note")
	f.IntVarP(&a.jobs, "jobs", "j", 0, "how many run at once; 0 is one a processor")
	f.StringVar(&a.config.path, "config", "", "the configuration; without it detc.yaml in this folder or one above it, with none no file")
	f.BoolVar(&a.notes, "notes", false, "show notes as well as errors and warnings")
	root.AddCommand(a.build(), a.check(), a.test(), a.coverage(), a.brief(), a.list(), a.explain(), a.schema(), a.source(), a.backtest(), a.diff(), a.context(), a.visibility(), a.attack(), a.ledger(), a.convert(), a.importing(), a.configCommand(), a.version())
	root.SetFlagErrorFunc(unknownFlag)
	return root
}

// content adds the flags that say which rules and mappings a command works on.
func (a *app) content(c *cobra.Command) *cobra.Command {
	f := c.Flags()
	f.StringVar(&a.rules, "rules", "", "a folder of stubs in place of the library's")
	f.StringVar(&a.addRules, "add-rules", "", "a folder of stubs beside the library's")
	f.StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context; what has a known id replaces it")
	f.StringVar(&a.site, "site", "", "a site: a folder with site.yaml, or the name of one in sites/")
	f.StringArrayVar(&a.briefs, "brief", nil, "a tactic page (text, Markdown or HTML) in place of the library's; may be repeated")
	f.StringVar(&a.samples, "samples", "", "the folder of sample records that test cases name")
	return c
}

func (a *app) checkFlags() error {
	if _, ok := diag.ParseSeverity(a.failOn); !ok {
		return fmt.Errorf("--fail-on is error, warning or note, not %q", a.failOn)
	}
	switch a.color {
	case "auto", "always", "never":
	default:
		return fmt.Errorf("--color is auto, always or never, not %q", a.color)
	}
	if a.jobs < 0 {
		return fmt.Errorf("--jobs is 0 or more, not %d", a.jobs)
	}
	if a.rules != "" && a.addRules != "" {
		return errors.New("--rules stands in for the library and --add-rules beside it: give one of them")
	}
	return nil
}

// formats adds --format with its choices; the first is the default.
func (a *app) formats(c *cobra.Command, choices ...string) *cobra.Command {
	c.Flags().StringVar(&a.format, "format", choices[0], "output format: "+strings.Join(choices, ", "))
	before := c.PreRunE
	c.PreRunE = func(cmd *cobra.Command, args []string) error {
		for _, f := range choices {
			if a.format == f {
				if before != nil {
					return before(cmd, args)
				}
				return nil
			}
		}
		return fmt.Errorf("--format is one of %s, not %q", strings.Join(choices, ", "), a.format)
	}
	return c
}

// colored says whether to colour what goes to w.
func (a *app) colored(w io.Writer) bool {
	if a.color != "auto" {
		return a.color == "always"
	}
	f, ok := fileOf(w)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// judge sets the exit code after findings.
func (a *app) judge(findings diag.List) {
	floor, _ := diag.ParseSeverity(a.failOn)
	for _, d := range findings {
		if d.Severity >= floor && a.code == exitClean {
			a.code = exitFindings
		}
	}
}

// trouble prints what the machine could not do; the work went on without it.
func (a *app) trouble(errs []error) {
	for _, err := range errs {
		if line := fmt.Sprintf("detc: %s\n", err); !a.told[line] {
			a.told[line] = true
			io.WriteString(a.err, line)
		}
		a.code = exitMachine
	}
}

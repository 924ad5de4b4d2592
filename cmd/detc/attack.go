package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/stub"
	"detc/compiler/workspace"
)

// drifted is what `detc attack` was asked for.
type drifted struct {
	tactics []string
	release string
	failOn  []string
	limit   int

	to          string
	alone       bool
	fix, unsafe bool
}

// driftFailures are what --fail-on of attack diff may name.
var driftFailures = []string{"touched", "changed"}

func (a *app) attack() *cobra.Command {
	var v drifted
	diff := &cobra.Command{
		Use:   "diff BUNDLE.json...",
		Short: "what a release of ATT&CK changes of the tactics, and which stubs that touches",
		Long: `Diff holds STIX bundles of ATT&CK (2.0 or 2.1, one a domain, as MITRE publishes them) against the ids in use: which
techniques of the tactics that the briefs and the rules are about were added, renamed, revoked, deprecated, or moved
into or out of a tactic, and at which line which stub names them. Nothing is written.

Exit codes: 0, whatever changed; 1 where a bundle can't be read, or with --fail-on where any of what it names happened:
  touched   a stub names what was revoked, deprecated, moved away or taken out
  changed   anything differs at all`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.attackDiff(args, v) },
	}
	f := diff.Flags()
	f.StringSliceVar(&v.failOn, "fail-on", nil, "exit 1 where a stub or a technique is: "+strings.Join(driftFailures, ", "))
	f.IntVar(&v.limit, "limit", report.CommentLimit, "the most characters of --format markdown; 0 is no limit")
	a.driftFlags(diff, &v)
	update := &cobra.Command{
		Use:   "update BUNDLE.json... (-o FILE | --mappings DIR)",
		Short: "write the ids of a release of ATT&CK as the catalog that rules are checked against",
		Long: `Update writes the facts of STIX bundles of ATT&CK as the catalog that every command takes with --mappings DIR:
ids, names, tactics and revocations, no prose. With --mappings it writes DIR/attack/techniques.json. The file is replaced
in one step, and only where the bundles could be read whole; same bundles, same bytes.

ATT&CK releases its domains together, so the bundles of all of them are asked for, unless those of the release in use
are only completed; --alone writes the domains of the bundles and no others. With --fix the stubs that name a revoked
technique are mended in the folder of --rules, with --unsafe tags that have lost their meaning are taken away too.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.attackUpdate(args, v) },
	}
	f = update.Flags()
	f.StringVarP(&v.to, "output", "o", "", "the file to write")
	f.BoolVar(&v.alone, "alone", false, "write the domains of the bundles only")
	f.BoolVar(&v.fix, "fix", false, "replace revoked techniques in the stubs of --rules by what stands for them")
	f.BoolVar(&v.unsafe, "unsafe", false, "with --fix: also take away tags that a person should look at")
	a.driftFlags(update, &v)
	c := &cobra.Command{Use: "attack", Short: "compare and take over releases of ATT&CK"}
	c.AddCommand(a.formats(diff, "text", "json", "markdown"), update)
	return group(c)
}

func (a *app) driftFlags(c *cobra.Command, v *drifted) {
	f := c.Flags()
	f.StringVar(&a.rules, "rules", "", "a folder of stubs in place of the library's")
	f.StringVar(&a.addRules, "add-rules", "", "a folder of stubs beside the library's")
	f.StringVar(&a.mappings, "mappings", "", "a folder of telemetry, context and ATT&CK's ids; what has a known id replaces it")
	f.StringSliceVar(&v.tactics, "tactic", nil, "only these tactics, by id; those of the briefs and the rules unless said")
	f.StringVar(&v.release, "release", "", "the release that the bundles are of, where they don't say: 19.1")
}

func (v *drifted) check() error {
	for _, f := range v.failOn {
		if !slices.Contains(driftFailures, f) {
			return unknown("drift to fail on", f, driftFailures)
		}
	}
	for _, t := range v.tactics {
		if !regexp.MustCompile(`^TA\d{4}$`).MatchString(t) {
			return fmt.Errorf("--tactic takes ids such as TA0104, not %q", t)
		}
	}
	if v.release != "" && !regexp.MustCompile(`^\d{1,4}(\.\d{1,4})?$`).MatchString(v.release) {
		return fmt.Errorf("--release is a number such as 19.1, not %q", v.release)
	}
	if v.limit < 0 {
		return fmt.Errorf("--limit is 0 or more, not %d", v.limit)
	}
	return nil
}

func (a *app) attackDiff(args []string, v drifted) error {
	if err := v.check(); err != nil {
		return err
	}
	w, err := a.openDrift()
	if err != nil {
		return err
	}
	next, err := a.coming(args, w, v)
	if err != nil || next == nil {
		return err
	}
	r, _, err := held(w, next, v)
	if err != nil {
		return err
	}
	if slices.Contains(v.failOn, "touched") && r.Touched > 0 || slices.Contains(v.failOn, "changed") && len(r.Changes) > 0 {
		a.judged(exitFindings)
	}
	switch a.format {
	case "json":
		return report.DriftJSON(a.out, r)
	case "markdown":
		return report.DriftMarkdown(a.out, r, v.limit)
	}
	return report.DriftText(a.out, r, report.Options{Width: width(a.out), Color: a.colored(a.out)})
}

// openDrift reads the stubs and the catalog in use. A stub that can't be read is said: its tags are not looked at.
func (a *app) openDrift() (*workspace.Workspace, error) {
	w, err := a.open("stubs")
	if err != nil {
		return nil, err
	}
	var errs diag.List
	for _, d := range w.Findings {
		if d.Severity == diag.Error {
			errs = append(errs, d)
		}
	}
	return w, a.findings(a.err, errs, "text")
}

// judged sets the exit code, unless the machine had trouble.
func (a *app) judged(code int) {
	if a.code == exitClean {
		a.code = code
	}
}

// coming reads the bundles. The catalog is nil where they can't be used, which was said.
func (a *app) coming(args []string, w *workspace.Workspace, v drifted) (*attack.Catalog, error) {
	var l diag.List
	var bundles []*drift.Bundle
	for _, name := range args {
		b, err := attackBundle(name, &l)
		if err != nil {
			return nil, err
		}
		if b != nil {
			bundles = append(bundles, b)
		}
	}
	var next *attack.Catalog
	if len(bundles) == len(args) {
		next = drift.Merge(bundles, w.Attack, v.release, &l)
	}
	if l.HasErrors() {
		next = nil
	}
	return next, a.findings(a.err, l, "text")
}

func attackBundle(name string, l *diag.List) (*drift.Bundle, error) {
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s", name)
	}
	if err != nil {
		return nil, machineError{err}
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, not a bundle", name)
	}
	b, err := drift.Read(path.Clean(filepath.ToSlash(name)), in, l)
	if err != nil {
		return nil, machineError{err}
	}
	return b, nil
}

// held is what the coming catalog changes of the tactics, with the findings at the stubs.
func held(w *workspace.Workspace, next *attack.Catalog, v drifted) (*drift.Report, diag.List, error) {
	tactics := v.tactics
	for _, id := range tactics {
		_, before := w.Attack.Tactic(id)
		if _, after := next.Tactic(id); !before && !after {
			return nil, nil, fmt.Errorf("neither ATT&CK %s nor the bundle has a tactic %s", w.Attack.Release, id)
		}
	}
	var stubs []*stub.Stub
	for _, r := range w.Rules {
		stubs = append(stubs, r.Stub)
	}
	if len(tactics) == 0 {
		for _, t := range w.Tactics {
			tactics = append(tactics, t.ID)
		}
		tactics = append(tactics, drift.TacticsOf(w.Attack, stubs)...)
	}
	r := drift.Compare(w.Attack, next, tactics)
	return r, drift.Touch(r, stubs), nil
}

func (a *app) attackUpdate(args []string, v drifted) error {
	if err := v.check(); err != nil {
		return err
	}
	switch {
	case v.to == "" && a.mappings == "":
		return errors.New("say where to write: -o FILE or --mappings DIR")
	case v.unsafe && !v.fix:
		return errors.New("--unsafe goes with --fix")
	case v.fix && a.rules == "" && a.addRules == "":
		return errors.New("--fix needs --rules DIR: the library inside the binary can't be changed")
	}
	if v.to == "" {
		v.to = filepath.Join(a.mappings, filepath.FromSlash(attack.File))
	}
	folder := a.mappings != ""
	if _, err := os.Stat(a.mappings); folder && errors.Is(err, fs.ErrNotExist) {
		a.mappings = "" // there is nothing in it to read yet
	}
	w, err := a.openDrift()
	if err != nil {
		return err
	}
	next, err := a.coming(args, w, v)
	if err != nil || next == nil {
		return err
	}
	r, findings, err := held(w, next, v)
	if err != nil {
		return err
	}
	var l diag.List
	whole := drift.Whole(next, w.Attack, v.alone, args[0], &l)
	if err := a.findings(a.err, l, "text"); err != nil || whole == nil {
		return err
	}
	if err := writeFacts(v.to, whole.Facts(), folder); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: ATT&CK %s, %s; %s, %d of %s touched\n", filepath.ToSlash(v.to), whole.Release, strings.Join(whole.Domains(), ", "),
		count(len(r.Changes), "change"), r.Touched, count(r.Stubs, "stub"))
	if v.fix {
		return a.mendDrift(w, findings, v.unsafe)
	}
	return nil
}

// writeFacts replaces a file in one step, in a folder that is made where it may be.
func writeFacts(name string, data []byte, folder bool) error {
	if folder {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return unwritten(name, err)
		}
	}
	if err := output.File(name, data); err != nil {
		return unwritten(name, err)
	}
	return nil
}

// mendDrift applies the fixes of the drift, and no others.
func (a *app) mendDrift(w *workspace.Workspace, findings diag.List, unsafe bool) error {
	w.Findings = findings
	changed, edits := w.Mended(unsafe), 0
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if err := output.File(name, []byte(changed[name].After)); err != nil {
			return unwritten(name, err)
		}
		edits += changed[name].Edits
	}
	fmt.Fprintf(a.out, "%s in %s\n", count(edits, "change"), count(len(changed), "file"))
	return nil
}

package main

import (
	"errors"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/report"
	"detc/compiler/source"
	"detc/compiler/visibility"
	"detc/compiler/workspace"
)

func (a *app) visibility() *cobra.Command {
	c := &cobra.Command{Use: "visibility", Short: "what a site has, and which of its logs arrive"}
	c.AddCommand(a.visibilityShow(), a.visibilityUnlock(), a.visibilityImport(), a.visibilityObserve())
	return group(c)
}

// siteFiles are the flags that name a site's files.
type siteFiles struct{ inventory, visibility string }

func (s *siteFiles) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.inventory, "inventory", "", "an inventory in place of the site's inventory.yaml")
	c.Flags().StringVar(&s.visibility, "visibility", "", "statements in place of the site's visibility.yaml")
}

// openSite opens a workspace with a site's files, and prints the findings.
func (a *app) openSite(s siteFiles, until string) (*workspace.Workspace, error) {
	if a.site == "" && s.inventory == "" && s.visibility == "" {
		return nil, errors.New("whose visibility? --site NAME, or --inventory FILE and --visibility FILE")
	}
	var early diag.List
	inventory, err := optional(s.inventory, &early)
	if err != nil {
		return nil, err
	}
	visible, err := optional(s.visibility, &early)
	if err != nil {
		return nil, err
	}
	w, err := a.openWith(until, func(o *workspace.Options) { o.Inventory, o.Visibility = inventory, visible })
	if err != nil {
		return nil, err
	}
	early.Append(w.Findings)
	return w, a.findings(a.err, early, "text")
}

// optional is a file that may not be named.
func optional(name string, l *diag.List) (*source.File, error) {
	if name == "" {
		return nil, nil
	}
	return readFile(name, l)
}

func (a *app) visibilityShow() *cobra.Command {
	var files siteFiles
	c := &cobra.Command{
		Use:   "show",
		Short: "show each scope's devices, and what is in the way of each source",
		Long: `Show prints the site's scopes: asset classes, and populations of mobile devices on a platform. Of each it shows how
many devices are known, enrolled, reporting and attributable, and of each source what is in its way: it is not logged, logged
but not forwarded, forwarded but not parsed, not known, of too few devices, without fields that rules need, or shown by
evidence of more than seven days ago. What nobody says is unknown.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w, err := a.openSite(files, "emit")
			if err != nil {
				return err
			}
			day, err := today()
			if err != nil {
				return err
			}
			view := w.Seen().View(w.Needs(), day)
			if a.format == "json" {
				return a.json(view)
			}
			return report.VisibilityText(a.out, view, report.Options{Width: width(a.out), Color: a.colored(a.out)})
		},
	}
	files.flags(c)
	return a.content(a.formats(c, "text", "json"))
}

func (a *app) visibilityUnlock() *cobra.Command {
	var files siteFiles
	var unsaid bool
	c := &cobra.Command{
		Use:   "unlock",
		Short: "rank which next source would unlock the most obligations",
		Long: `Unlock asks what would be gained if a source were there: logged, forwarded and parsed, of enough devices, with the fields
that rules need. An obligation is an item of a brief that rules answer, in one of the site's scopes; it is reached where one
rule has one source that is there. The sources stand in the order in which each adds most after those before it. A source
counts in the scopes that visibility.yaml says anything of it in; with --all in every scope of its domain.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w, err := a.openSite(files, "emit")
			if err != nil {
				return err
			}
			day, err := today()
			if err != nil {
				return err
			}
			u := w.Seen().Unlock(w.Needs(), day, unsaid)
			if a.format == "json" {
				return a.json(struct {
					SchemaVersion int `json:"schema_version"`
					visibility.Unlocking
				}{visibility.ViewVersion, u})
			}
			return report.UnlockText(a.out, u, report.Options{Width: width(a.out), Color: a.colored(a.out)})
		},
	}
	c.Flags().BoolVar(&unsaid, "all", false, "sources of which nobody says anything, too")
	files.flags(c)
	return a.content(a.formats(c, "text", "json"))
}

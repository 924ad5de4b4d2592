package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/visibility"
)

func (a *app) visibilityImport() *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "make an inventory of a register of assets, or statements of DeTT&CT's administration"}
	c.AddCommand(a.importAssets(), a.importDettect())
	return group(c)
}

func (a *app) importAssets() *cobra.Command {
	var out, asOf, title, owner string
	var senses, columns []string
	c := &cobra.Command{
		Use:   "assets FILE.csv",
		Short: "count the devices of a register into an inventory.yaml",
		Long: `Assets reads a register or an export of a device management as CSV with a head (comma, semicolon, tab or bar; UTF-8; of
any size) and counts its devices into scopes: by asset class, or by population and platform. Columns are found by their heads,
and classes by the names that registers use; --column and --sense say what those don't. Each device counts once. One with a
class that nobody knows is in no scope, and one with a date that can't be read, or lies in the future, doesn't report: each
such problem is a finding.

With -o the inventory is written there. Of an inventory that is there already the title, the owner, what is not applicable and
the consequences are kept, and the counts replaced.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o := visibility.AssetOptions{Name: path.Clean(filepath.ToSlash(args[0]))}
			var err error
			if o.Senses, err = pairs("--sense", senses); err != nil {
				return err
			}
			if o.Columns, err = pairs("--column", columns); err != nil {
				return err
			}
			if o.AsOf, err = dayOr(asOf); err != nil {
				return err
			}
			return a.countAssets(args[0], out, title, owner, o)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the inventory to write; else it is printed")
	c.Flags().StringVar(&asOf, "as-of", "", "the day of the register, YYYY-MM-DD; else today")
	c.Flags().StringVar(&title, "title", "", "the inventory's title")
	c.Flags().StringVar(&owner, "owner", "", "the role that keeps it")
	c.Flags().StringArrayVar(&senses, "sense", nil, "what a class, population or platform of the register is here: 'Steuerung=controller'; may be repeated")
	c.Flags().StringArrayVar(&columns, "column", nil, "which column is the id, class, population, ownership, platform, enrolled, last seen or attributable: 'id=Kennung'; may be repeated")
	return c
}

// pairs reads NAME=VALUE.
func pairs(flag string, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range list {
		i := strings.LastIndexByte(p, '=')
		if i <= 0 || i == len(p)-1 {
			return nil, fmt.Errorf("%s is NAME=VALUE, not %q", flag, p)
		}
		out[p[:i]] = p[i+1:]
	}
	return out, nil
}

// several reads NAME=VALUE,VALUE, each as often as one likes.
func several(flag string, list, known []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, p := range list {
		one, err := pairs(flag, []string{p})
		if err != nil {
			return nil, err
		}
		for name, values := range one {
			for v := range strings.SplitSeq(values, ",") {
				if !slices.Contains(known, v) {
					return nil, unknown("value of "+flag, v, known)
				}
				out[name] = append(out[name], v)
			}
		}
	}
	return out, nil
}

// dayOr is a day that was given, or today.
func dayOr(day string) (string, error) {
	if day == "" {
		return today()
	}
	if _, err := timeOfDay(day); err != nil {
		return "", fmt.Errorf("a day is YYYY-MM-DD, not %q", day)
	}
	return day, nil
}

func (a *app) countAssets(name, out, title, owner string, o visibility.AssetOptions) error {
	in, err := opened(name)
	if err != nil {
		return err
	}
	defer in.Close()
	var l diag.List
	assets, err := visibility.ReadAssets(in, o, &l)
	if err != nil {
		return machineError{fmt.Errorf("%s: %w", name, err)}
	}
	inv := &visibility.Inventory{Title: "What the site has", Owner: "not named", Source: o.Name, AsOf: o.AsOf, Scopes: assets.Scopes}
	if err := a.keepInventory(out, inv, &l); err != nil {
		return err
	}
	if title != "" {
		inv.Title = title
	}
	if owner != "" {
		inv.Owner = owner
	}
	if err := a.findings(a.err, l, "text"); err != nil {
		return err
	}
	if l.HasErrors() && assets.Rows == 0 {
		return nil
	}
	text := inv.YAML(assets.Digest)
	if out == "" {
		_, err := a.out.Write(text)
		return err
	}
	if err := output.File(out, text); err != nil {
		return unwritten(out, err)
	}
	inScopes := 0
	for _, s := range inv.Scopes {
		inScopes += s.Known
	}
	fmt.Fprintf(a.out, "%s: %s, %d in %s\n", out, count(assets.Rows, "device"), inScopes, count(len(inv.Scopes), "scope"))
	for _, s := range inv.Scopes {
		fmt.Fprintf(a.out, "  %-32s %d\n", s.ID, s.Known)
	}
	if len(assets.Unread) > 0 {
		fmt.Fprintf(a.out, "  not read: %s\n", strings.Join(assets.Unread, ", "))
	}
	return nil
}

// keepInventory takes over what people wrote into an inventory that is there already. A scope of it that the register
// doesn't have any more stays, with no device: that it shrank is for people to see.
func (a *app) keepInventory(name string, inv *visibility.Inventory, l *diag.List) error {
	if name == "" {
		return nil
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	f, err := readFile(name, l)
	if err != nil || f == nil {
		return err
	}
	var own diag.List
	old := visibility.ReadInventory(f, "", &own)
	if old == nil || own.HasErrors() {
		l.Append(own)
		return fmt.Errorf("%s is there, and can't be read as an inventory: mend it, or write to another file", name)
	}
	inv.Keep(old)
	return nil
}

// opened opens a file of the user's; - is standard input.
func opened(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s", name)
	}
	if err != nil {
		return nil, machineError{err}
	}
	if info, err := in.Stat(); err == nil && info.IsDir() {
		in.Close()
		return nil, fmt.Errorf("%s is a folder, not a file", name)
	}
	return in, nil
}

func (a *app) importDettect() *cobra.Command {
	var out, asOf, by string
	var scopes, maps []string
	c := &cobra.Command{
		Use:   "dettect FILE.yaml",
		Short: "make a visibility.yaml of DeTT&CT's data-source administration",
		Long: `Dettect takes over a data-source administration of DeTT&CT: what is connected is logged and forwarded, what is available
for data analytics is parsed, and of a score the lower end of its range counts. Data components are held against telemetry,
products against its sources by their names, and systems against scopes. What can't be mapped is a finding and stays unknown;
--map and --scope say what is meant. DeTT&CT doesn't say when its statements were last true: --as-of does, and --by who says so.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o := visibility.DettectOptions{By: by}
			var err error
			if asOf == "" || by == "" {
				return errors.New("when was the administration last true, and who says so? --as-of YYYY-MM-DD --by ROLE")
			}
			if o.AsOf, err = dayOr(asOf); err != nil {
				return err
			}
			if o.Today, err = today(); err != nil {
				return err
			}
			if o.Scopes, err = several("--scope", scopes, visibility.ScopeIDs()); err != nil {
				return err
			}
			w, err := a.open("enrich")
			if err != nil {
				return err
			}
			known := w.KnownSources()
			if o.Sources, err = several("--map", maps, known.Names()); err != nil {
				return err
			}
			var l diag.List
			f, err := readFile(args[0], &l)
			if err != nil {
				return err
			}
			var v *visibility.Visible
			if f != nil {
				v = visibility.ReadDettect(f, known, o, &l)
			}
			l.Sort()
			if err := a.findings(a.err, l, "text"); err != nil || v == nil {
				return err
			}
			return a.writeNew(out, v.YAML(), fmt.Sprintf("%s of sources", count(len(v.Rows), "statement")))
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write, which must not be there yet; else it is printed")
	c.Flags().StringVar(&asOf, "as-of", "", "the day on which the administration was last true, YYYY-MM-DD")
	c.Flags().StringVar(&by, "by", "", "the role that keeps it")
	c.Flags().StringArrayVar(&scopes, "scope", nil, "what a system (applicable_to) is here: 'Windows workstations=engineering_station,hmi'; may be repeated")
	c.Flags().StringArrayVar(&maps, "map", nil, "which sources a product is: 'Acme Sensor=zeek.s7comm.mode'; may be repeated")
	c.Flags().StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context; what has a known id replaces it")
	return c
}

// writeNew writes a file that people will go on with, so never over one.
func (a *app) writeNew(name string, text []byte, what string) error {
	if name == "" {
		_, err := a.out.Write(text)
		return err
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: what people wrote into it would be lost", name)
	}
	if err := output.File(name, text); err != nil {
		return unwritten(name, err)
	}
	fmt.Fprintf(a.out, "%s: %s\n", name, what)
	return nil
}

package visibility

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// DettectOptions say how a data-source administration of DeTT&CT is taken over.
type DettectOptions struct {
	AsOf    string              // YYYY-MM-DD, the day on which the administration was last true; DeTT&CT doesn't keep one
	By      string              // the role that kept it
	Scopes  map[string][]string // what a system (applicable_to) is here
	Sources map[string][]string // what a product is here
	Today   string
}

// ReadDettect takes over a data-source administration (file_type data-source-administration, versions 1.0 and 1.1, as the
// sample files sample-data/data-sources-ics.yaml and data-sources-mobile.yaml of rabobank-cdc/DeTTECT have it) as
// statements. What has no counterpart is a finding, and stays unknown.
//
// A data source that is connected reaches the data lake: it is logged and forwarded. One that is available for data
// analytics can be queried there: it is parsed. One that is registered, and nothing else, is none of these. Scores of
// quality are ranges, of which the lower end counts.
func ReadDettect(f *source.File, known Known, o DettectOptions, l *diag.List) *Visible {
	root := form.Document(f, l)
	if root == nil {
		return nil
	}
	if kind := root.Get("file_type"); kind.IsNull() || kind.Text.Value != "data-source-administration" {
		at := root.Span
		if kind != nil {
			at = kind.Span
		}
		l.Add(diag.DettectForm, at, "this is no data-source administration of DeTT&CT").WithHelp("file_type: data-source-administration")
		return nil
	}
	d := dettect{DettectOptions: o, known: known, list: l, domain: ICS, rows: map[[2]string]*Row{}, systems: map[string][]string{}, systemOf: map[string][]string{}}
	if n := root.Get("domain"); !n.IsNull() {
		d.domain = n.Text.Value
	}
	if d.domain != ICS && d.domain != Mobile {
		l.Add(diag.DettectForm, root.Get("domain").Span, "the domain %s has no briefs here", d.domain).WithHelp("ics-attack and mobile-attack are taken over")
		return nil
	}
	d.readSystems(root.Get("systems"))
	sources := root.Get("data_sources")
	if sources == nil || sources.Kind != source.Sequence {
		l.Add(diag.DettectForm, root.Span, "it has no list of data_sources")
		return nil
	}
	for _, n := range sources.Items {
		d.dataSource(n)
	}
	out := &Visible{Title: "Taken over from DeTT&CT", Owner: o.By, File: f}
	if n := root.Get("name"); !n.IsNull() {
		out.Title = "Taken over from DeTT&CT: " + n.Text.Value
	}
	for _, key := range d.order {
		out.Rows = append(out.Rows, *d.rows[key])
	}
	slices.SortStableFunc(out.Rows, func(a, b Row) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return scopeOrder(a.Scope) - scopeOrder(b.Scope)
	})
	return out
}

type dettect struct {
	DettectOptions
	known    Known
	list     *diag.List
	domain   string
	systems  map[string][]string // scopes by applicable_to, folded
	systemOf map[string][]string // platforms by applicable_to, folded and small
	rows     map[[2]string]*Row
	order    [][2]string
}

// readSystems maps what a system is called to scopes: by --scope, else by its name, else by its name and its platforms.
func (d *dettect) readSystems(n *source.Node) {
	if n == nil || n.Kind != source.Sequence {
		return
	}
	for _, s := range n.Items {
		name := s.Get("applicable_to")
		if name.IsNull() {
			continue
		}
		for _, p := range texts(s.Get("platform")) {
			d.systemOf[fold(name.Text.Value)] = append(d.systemOf[fold(name.Text.Value)], fold(p))
		}
		d.systems[fold(name.Text.Value)] = d.scopesOf(name.Text.Value, texts(s.Get("platform")))
	}
}

func (d *dettect) scopesOf(name string, platforms []string) []string {
	if scopes := own(d.Scopes, name); len(scopes) > 0 {
		return scopes
	}
	if d.domain == ICS {
		if s := newLexicon(classWords, nil).sense(name); s != "" {
			return []string{s}
		}
		return nil
	}
	p := newLexicon(populationWords, nil).sense(name)
	var out []string
	for _, os := range platforms {
		if o := newLexicon(platformWords, nil).sense(os); o != "" && p != "" {
			out = append(out, p+"/"+o)
		}
	}
	return out
}

// texts are those of a list, or the one text.
func texts(n *source.Node) (out []string) {
	switch {
	case n.IsNull():
	case n.Kind == source.Sequence:
		for _, i := range n.Items {
			if i.Kind == source.Scalar && !i.IsNull() {
				out = append(out, i.Text.Value)
			}
		}
	case n.Kind == source.Scalar:
		out = append(out, n.Text.Value)
	}
	return out
}

// dataSource takes over one data source: in version 1.1 a list of details for some systems each, in 1.0 the details
// themselves.
func (d *dettect) dataSource(n *source.Node) {
	name := n.Get("data_source_name")
	if name.IsNull() {
		d.list.Add(diag.DettectForm, n.Span, "a data source without data_source_name")
		return
	}
	schemas := components[fold(name.Text.Value)]
	if len(schemas) == 0 {
		d.list.Add(diag.DettectUnmapped, name.Span, "no telemetry here is of the data component %q", name.Text.Value)
		return
	}
	details := []*source.Node{n}
	if list := n.Get("data_source"); list != nil && list.Kind == source.Sequence {
		details = list.Items
	}
	for _, det := range details {
		d.detail(name, det, schemas)
	}
}

func (d *dettect) detail(name *source.Node, n *source.Node, schemas []string) {
	targets := d.applicable(n)
	if len(targets) == 0 {
		return
	}
	row := Row{Span: name.Span}
	day := func(key string) string { return d.date(n.Get(key)) }
	registered, connected := day("date_registered"), day("date_connected")
	if connected == "" {
		d.list.Add(diag.DettectUnmapped, name.Span, "%s is %s: whether anything writes it is not said", name.Text.Value,
			map[bool]string{true: "registered and not connected", false: "not connected"}[registered != ""]).As(diag.Note)
	} else {
		row.Logged, row.Forwarded, row.Since = Yes, Yes, connected
		if a := n.Get("available_for_data_analytics"); !a.IsNull() && a.Type == source.Bool {
			row.Parsed = No
			if strings.EqualFold(a.Text.Value, "true") {
				row.Parsed = Yes
			}
		}
	}
	row.Devices, row.Complete = d.quality(n.Get("data_quality"))
	row.Evidence = []Evidence{{What: fmt.Sprintf("DeTT&CT data-source administration, %s", name.Text.Value), Date: d.AsOf, By: d.By}}
	products := n.Get("products")
	if products == nil || len(texts(products)) == 0 {
		d.list.Add(diag.DettectUnmapped, name.Span, "%s names no product", name.Text.Value)
		return
	}
	for _, p := range texts(products) {
		found := slices.DeleteFunc(d.sourcesOf(p, schemas), func(src string) bool {
			return !slices.ContainsFunc(targets, func(t target) bool { return t.takes(src) })
		})
		if len(found) == 0 {
			d.list.Add(diag.DettectUnmapped, products.Span, "no source of %s is of the product %q", strings.Join(schemas, ", "), p).
				WithHelp("--map '%s=SOURCE' says which it is", strings.ReplaceAll(p, "'", ""))
		}
		for _, src := range found {
			for _, t := range targets {
				if t.takes(src) && connected != "" {
					d.put(src, t.scope, row)
				}
			}
		}
	}
}

// quality reads the scores of which there is something here: of devices and of fields. The others are checked alone.
func (d *dettect) quality(n *source.Node) (devices, fields Ratio) {
	for _, key := range []string{"timeliness", "consistency", "retention"} {
		d.score(n.Get(key))
	}
	return d.score(n.Get("device_completeness")), d.score(n.Get("data_field_completeness"))
}

// takes says whether a source of an operating system can be in the scope.
func (t target) takes(src string) bool {
	os, _, _ := strings.Cut(src, ".")
	return t.any || os != "windows" && os != "linux" && os != "android" || slices.Contains(t.platforms, os)
}

// put adds a statement; where another data source says something of the same source in the same scope, the worse counts.
func (d *dettect) put(src, scope string, row Row) {
	row.Source, row.Scope = src, scope
	key := [2]string{src, scope}
	before := d.rows[key]
	if before == nil {
		d.rows[key] = &row
		d.order = append(d.order, key)
		return
	}
	before.Logged, before.Forwarded, before.Parsed = worst(before.Logged, row.Logged), worst(before.Forwarded, row.Forwarded), worst(before.Parsed, row.Parsed)
	before.Devices, before.Complete = lower(before.Devices, row.Devices), lower(before.Complete, row.Complete)
	before.Since = max(before.Since, row.Since)
	before.Evidence = append(before.Evidence, row.Evidence...)
}

// A target is a scope that a detail is of, with the platforms of its systems; none is any.
type target struct {
	scope     string
	platforms []string
	any       bool
}

func (d *dettect) applicable(n *source.Node) (out []target) {
	to := n.Get("applicable_to")
	names := texts(to)
	if len(names) == 0 {
		names = []string{"all"}
	}
	for _, name := range names {
		if fold(name) == "all" && d.Scopes["all"] == nil {
			for system, scopes := range d.systems {
				out = d.add(out, scopes, system)
			}
			continue
		}
		scopes, ok := d.systems[fold(name)]
		if !ok {
			scopes = d.scopesOf(name, nil)
		}
		out = d.add(out, scopes, fold(name))
		if len(scopes) == 0 {
			at := n.Span
			if to != nil {
				at = to.Span
			}
			d.list.Add(diag.DettectUnmapped, at, "the system %q is no scope here", name).WithHelp("--scope '%s=SCOPE' says which it is", strings.ReplaceAll(name, "'", ""))
		}
	}
	slices.SortFunc(out, func(a, b target) int { return scopeOrder(a.scope) - scopeOrder(b.scope) })
	return out
}

// add adds a system's scopes; where several systems are one scope, it has the platforms of all.
func (d *dettect) add(out []target, scopes []string, system string) []target {
	of := d.systemOf[system]
	for _, s := range scopes {
		if DomainOf(s) != d.domain {
			continue
		}
		i := slices.IndexFunc(out, func(t target) bool { return t.scope == s })
		if i < 0 {
			i = len(out)
			out = append(out, target{scope: s})
		}
		out[i].platforms = append(out[i].platforms, of...)
		out[i].any = out[i].any || len(of) == 0
	}
	return out
}

// sourcesOf are the sources of some schemas that a product is: by --map, or all whose id or title has its words.
func (d *dettect) sourcesOf(product string, schemas []string) (out []string) {
	if sources := own(d.Sources, product); len(sources) > 0 {
		return sources
	}
	words := strings.Fields(fold(product))
	for id, k := range d.known {
		if !slices.Contains(schemas, k.Schema) {
			continue
		}
		have := strings.Fields(fold(id + " " + k.Title))
		if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(have, w) }) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// own is what the site says of a name, however it is written.
func own(of map[string][]string, name string) (out []string) {
	for _, k := range slices.Sorted(maps.Keys(of)) {
		if fold(k) == fold(name) {
			out = append(out, of[k]...)
		}
	}
	return out
}

// lowest are the lower ends of DeTT&CT's scores 1 to 5, in thousandths: 1-25 %, 26-50 %, 51-75 %, 76-99 %, 100 %. That
// scores go from 0 to 5 was read in its health.py; the ranges are those of its scoring table, which was not at hand:
// unverified. 0 is that nobody knows.
var lowest = []int{0, 10, 260, 510, 760, 1000}

func (d *dettect) score(n *source.Node) Ratio {
	if n.IsNull() {
		return Ratio{}
	}
	t := n.Text.Value
	if n.Type != source.Int || len(t) != 1 || t[0] < '0' || t[0] > '5' {
		d.list.Add(diag.DettectScore, n.Span, "a score is a whole number from 0 to 5")
		return Ratio{}
	}
	if t == "0" {
		return Ratio{}
	}
	return Ratio{lowest[t[0]-'0'], shareOf}
}

// date reads a day, as DeTT&CT writes it (2023-05-09T00:00:00.000Z) or by itself.
func (d *dettect) date(n *source.Node) string {
	if n.IsNull() || n.Text.Value == "" {
		return ""
	}
	t := n.Text.Value
	if len(t) >= 10 {
		if day, err := time.Parse(time.DateOnly, t[:10]); err == nil {
			if s := day.Format(time.DateOnly); d.Today == "" || s <= d.Today {
				return s
			}
			d.list.Add(diag.VisibleFuture, n.Span, "the day lies in the future: today is %s", d.Today)
			return ""
		}
	}
	d.list.Add(diag.DettectScore, n.Span, "%q is no day", t)
	return ""
}

// components are the data components of ATT&CK, as DeTT&CT names them, with the telemetry that is of each. One that no
// telemetry here is of is left out on purpose: those of Application Vetting judge an app before it is installed, and a
// flow says nothing of what was asked of a controller.
var components = map[string][]string{
	"process creation":          {"ot.process_creation"},
	"command execution":         {"ot.script_block", "ot.process_creation"},
	"script execution":          {"ot.script_block"},
	"module load":               {"ot.image_load"},
	"file creation":             {"ot.file_event"},
	"file modification":         {"ot.file_event"},
	"file access":               {"ot.file_event"},
	"drive creation":            {"ot.disk_image"},
	"logon session creation":    {"ot.remote_session"},
	"logon session metadata":    {"ot.remote_session"},
	"application log content":   {"ot.engineering_audit", "ot.mode_change", "ot.program_transfer", "ot.command_refused", "ot.opcua_audit", "mobile.admin_audit"},
	"network traffic content":   {"ot.ics_command", "ot.mode_change", "ot.program_transfer", "ot.command_refused", "ot.file_event", "mobile.network"},
	"network traffic flow":      {"mobile.network"},
	"device alarm":              {"ot.sensor_alert"},
	"process event alarm":       {"ot.sensor_alert"},
	"host status":               {"mobile.device_state", "mobile.os_event"},
	"system settings":           {"mobile.device_state"},
	"device configuration data": {"mobile.device_state"},
}

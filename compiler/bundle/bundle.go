// Package bundle makes out of the queries of one target what its SIEM imports: an app, a template, a file of rules. The
// same input gives the same bytes, and importing a bundle twice changes nothing: each rule has one id and one name in the
// target for ever, whatever becomes of its source or its title.
//
// A bundle knows the one before it by its State, which stands in it as bundle.json. A rule whose digest is the same keeps
// its version and its date; another digest says which part changed; a rule that is gone stays as a tombstone, which the
// target reads as: switched off.
package bundle

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// Kinds are the names of the bundles, in the order in which they are listed.
func Kinds() []string {
	return []string{"kibana", "loki", "secops", "sentinel", "splunk", "sql", "vmalert"}
}

// KindOf is the bundle that a target's queries go into; empty for a target that has none.
func KindOf(target string) string {
	switch target {
	case "splunk", "sentinel":
		return target
	case "eql", "esql", "lucene", "lucene-lowercase":
		return "kibana"
	case "logql":
		return "loki"
	case "logsql":
		return "vmalert"
	case "yaral":
		return "secops"
	case "clickhouse", "duckdb", "postgresql", "sqlite":
		return "sql"
	}
	return ""
}

// An Input is what a bundle is made of: the rules of one target for one site.
type Input struct {
	Target   string // as --target names it: splunk
	Site     string // empty for none
	Rules    []Rule // those that the site has disabled too, so that the target has them switched off
	Tables   []Table
	Previous *State // of the bundle before; nil for the first
}

// States of a rule at a site.
const (
	Enabled  = "enabled"
	Shadow   = "shadow"   // runs, and alerts nobody
	Disabled = "disabled" // switched off in the target
	Removed  = "removed"  // of a tombstone: no rule of the build any more
)

// A Rule is one rule over one source, or one correlation, ready for a target. Stored names are those of the rows that the
// query gives: of a correlation, what it groups by and counts.
type Rule struct {
	ID     string   // a UUID, which stays
	Former []string // ids it had before: a bundle that knows it by one of them goes on with that one
	Name   string   // ot-mode-change-unlisted.zeek.s7comm.mode

	Title, Description string
	Level              string   // informational, low, medium, high or critical
	LevelWhen          []string // what raises the level, a sentence each
	Tactic             Attack
	Domain             string // ics-attack
	Techniques         []Attack
	References         []string
	FalsePositives     []string
	Date, Modified     string // YYYY-MM-DD, as the stub says them

	Query         string
	Fidelity      string        // exact or approximate
	Losses        []string      // a sentence each
	Index         []string      // where Elasticsearch looks; of no meaning elsewhere
	Window        time.Duration // how far a correlation looks back by itself; 0 of a rule on single records
	ArrivesWithin time.Duration // how late a record may come
	Suppress      Suppress
	Summary       string // {name} stands for a field, in stored names
	Entities      []Entity
	Fields        []string          // stored names of what an analyst wants to see
	Exprs         map[string]string // how the query's language says a stored name that is no column by itself: ["raw"].src
	State         string            // Enabled, Shadow or Disabled; empty is Enabled
	Sources       []string
	NeedsTables   []string // objects of Tables that the query asks for
	Span          source.Span
}

// An Attack is a tactic or a technique of ATT&CK.
type Attack struct {
	ID   string // TA0104, T0858, T1059.001
	Name string // Execution; empty where it isn't known
}

// Suppress mutes what is repeated: one alert stands for the values of By for a time.
type Suppress struct {
	By  []string // stored names
	For time.Duration
}

// An Entity is a field that names a thing.
type Entity struct {
	Role  string // actor or target
	Kind  string // ip, host, user, device, process, file, app, network
	Field string // the stored name
}

// A Table is a context table as its target has it.
type Table struct {
	Name       string // engineering_hosts
	Version    int
	Object     string // what queries call it: detc_engineering_hosts_v1
	File       string // the artifact's name, without a folder
	Content    []byte
	ValidUntil string
}

// An Output is a bundle.
type Output struct {
	Files    map[string][]byte // by path, with forward slashes; StateFile and ChangesFile among them
	State    State
	Findings diag.List
}

// Files that every bundle has.
const (
	StateFile   = "bundle.json"
	ChangesFile = "CHANGES.md"
)

// Make makes the bundle of the input's target. A rule that the target can't hold is left out with a finding that is an
// error; where the bundle before had it, it is switched off.
func Make(in Input) Output {
	b := &builder{in: in, kind: KindOf(in.Target), files: map[string][]byte{}}
	if b.kind == "" {
		b.findings.Add(diag.BundleForNone, source.Span{}, "there is no bundle for %s", in.Target).WithHelp("deploy its queries by themselves")
		return Output{Files: b.files, Findings: b.findings}
	}
	b.takeTables()
	b.plan()
	writers[b.kind](b)
	b.files[StateFile] = encode(b.state)
	b.files[ChangesFile] = []byte(b.changes())
	b.findings.Sort()
	return Output{Files: b.files, State: b.state, Findings: b.findings}
}

// takeTables sorts the tables. Their names stand in files of all kinds, so they are plain.
func (b *builder) takeTables() {
	for _, t := range b.in.Tables {
		if !plainName.MatchString(t.Object) || !plainFile.MatchString(t.File) {
			b.findings.Add(diag.BundleUnwritable, source.Span{}, "the table %s is not in the bundle: %q or %q is no plain name", t.Name, t.Object, t.File)
			continue
		}
		b.tables = append(b.tables, t)
	}
	slices.SortFunc(b.tables, func(a, c Table) int { return cmp.Or(cmp.Compare(a.Name, c.Name), cmp.Compare(a.Version, c.Version)) })
}

var (
	plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	plainFile = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
)

// A builder holds a bundle while it is made.
type builder struct {
	in       Input
	kind     string
	rules    []*planned // sorted by id, tombstones among them
	tables   []Table    // sorted by name and version
	gone     []TableState
	state    State
	files    map[string][]byte
	findings diag.List
	said     []string // what CHANGES.md says of the tables
}

// A planned is a rule with its place in the state. Of a tombstone Rule is nil.
type planned struct {
	*Rule
	entry  *Entry
	change string // added, changed, enabled …; empty for none
}

var writers = map[string]func(*builder){
	"kibana": (*builder).kibana, "loki": (*builder).loki, "secops": (*builder).secops, "sentinel": (*builder).sentinel,
	"splunk": (*builder).splunk, "sql": (*builder).sql, "vmalert": (*builder).vmalert,
}

// off says that the rule has to be switched off in the target.
func (p *planned) off() bool { return p.entry.State == Disabled || p.entry.State == Removed }

// say adds a note that the target has no word for something of a rule.
func (b *builder) say(r *planned, format string, args ...any) {
	b.findings.Add(diag.BundleSaidOtherwise, r.Span, format, args...)
}

package bundle

import (
	"strings"
)

// sql writes one script: it drops what it makes, fills the tables, and makes a view a rule. Views go first and come last,
// since PostgreSQL drops no table that a view asks. Each statement stands alone, outside of any transaction: a site has
// tables for some of the logs only, and a view that can't be made must not take the others along.
func (b *builder) sql() {
	var out strings.Builder
	out.WriteString("-- Written by detc. Run all of it, going on after errors; running it again changes nothing.\n")
	out.WriteString("\n-- What there was, under either name that a rule can have.\n")
	for _, p := range b.rules {
		for _, prefix := range []string{"detc_", "detc_shadow_"} {
			out.WriteString("DROP VIEW IF EXISTS " + identifier(prefix+p.entry.Key) + ";\n")
		}
	}
	for _, t := range b.gone {
		out.WriteString("DROP TABLE IF EXISTS " + identifier(t.Object) + ";\n")
	}
	for _, t := range b.tables {
		out.WriteString("\n-- " + oneLine(t.Name+until(t.ValidUntil)) + "\n" + strings.TrimRight(string(t.Content), "\n") + "\n")
	}
	for _, p := range b.rules {
		if p.off() {
			continue
		}
		out.WriteString("\n-- " + oneLine(p.Title) + "\n-- " + oneLine(p.entry.ID+", "+level(p.Level)+", "+list(p.attack())) + "\n")
		out.WriteString("CREATE VIEW " + identifier(view(p)) + " AS\n" + strings.TrimRight(p.Query, " \n;") + ";\n")
	}
	b.files["install.sql"] = []byte(out.String())
	b.files["views.json"] = encode(b.views())
	b.files["README.md"] = []byte(sqlReadme)
}

// view is the name of a rule's view: one on trial is in nobody's way who asks those of the others.
func view(p *planned) string {
	if p.entry.State == Shadow {
		return "detc_shadow_" + p.entry.Key
	}
	return "detc_" + p.entry.Key
}

// identifier is a name in double quotes, as all four engines take it.
func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// A sqlView is what a scheduler has to know of a view.
type sqlView struct {
	View     string            `json:"view"`
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Level    string            `json:"level"`
	State    string            `json:"state"`
	Every    string            `json:"every"`
	LookBack string            `json:"look_back"`
	Suppress map[string]any    `json:"suppress,omitempty"`
	Summary  string            `json:"summary,omitempty"`
	Entities map[string]string `json:"entities,omitempty"`
	Exprs    map[string]string `json:"expressions,omitempty"` // of fields that are no columns by themselves
	Attack   []string          `json:"attack"`
}

func (b *builder) views() []sqlView {
	out := []sqlView{}
	for _, p := range b.rules {
		if p.off() {
			continue
		}
		v := sqlView{View: view(p), ID: p.entry.ID, Title: oneLine(p.Title), Level: level(p.Level), State: p.entry.State,
			Every: p.entry.Every, LookBack: p.entry.LookBack, Summary: oneLine(p.Summary), Attack: p.attack()}
		if len(p.Suppress.By) > 0 && p.muted() > 0 {
			v.Suppress = map[string]any{"by": p.Suppress.By, "for": short(p.muted(), true)}
		} else if p.Window > 0 {
			b.repeats(p)
		}
		for _, f := range shownFields(p.Rule) {
			if x := p.Exprs[f]; x != "" {
				if v.Exprs == nil {
					v.Exprs = map[string]string{}
				}
				v.Exprs[f] = x
			}
		}
		for _, e := range p.Entities {
			if v.Entities == nil {
				v.Entities = map[string]string{}
			}
			v.Entities[e.Field] = strings.Trim(e.Role+" "+e.Kind, " ")
		}
		out = append(out, v)
	}
	return out
}

const sqlReadme = `# Detections as SQL views

Run install.sql, as often as you like: it makes a view a rule, and the tables that the rules ask. Let the client go on after
errors (psql and sqlite3 do, clickhouse-client with --ignore-error): a view of a log for which the database has no table
can't be made, and the others can.

* A view has all rows, whenever they happened. views.json says how often to ask it, and how far to look back: what a run
  finds that the one before has found is to be dropped by the row, or by suppress: one alert for the values of by, for a time.
* A rule on trial (shadow) is the view detc_shadow_…; ask it and alert nobody. Of one that is off or gone the view is dropped.
`

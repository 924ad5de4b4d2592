package bundle

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sentinel writes each rule as Azure-Sentinel's repository has them (github.com/Azure/Azure-Sentinel, wiki "Query Style
// Guide") and all of them as ARM templates: Microsoft.SecurityInsights/alertRules 2024-09-01, kind Scheduled
// (learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules).
func (b *builder) sentinel() {
	var resources []armResource
	for _, t := range b.tables {
		resources = append(resources, b.watchlist(t))
	}
	for _, p := range b.rules {
		s := b.sentinelRule(p)
		b.files["rules/"+p.entry.Key+".yaml"] = []byte(s.yaml(p))
		resources = append(resources, s.arm(p))
	}
	for i, group := range armGroups(resources) {
		name := "azuredeploy.json"
		if i > 0 {
			name = fmt.Sprintf("azuredeploy-%d.json", i+1)
		}
		b.files[name] = encode(armTemplate(group))
	}
	for _, t := range b.tables {
		b.files["watchlists/"+t.File] = t.Content
	}
	b.files["README.md"] = []byte(sentinelReadme)
}

// A sentinelRule is what both forms say.
type sentinelRule struct {
	title, description, severity, query string
	every, lookBack                     time.Duration
	tactics, techniques                 []string
	entities                            []sentinelEntity
	details                             [][2]string // customDetails: key, column
	groupBy                             []string    // keys of details
	grouped                             time.Duration
	name                                string // alertDisplayNameFormat
	enabled, incidents                  bool
}

type sentinelEntity struct{ kind, identifier, column string }

// sentinelTactics are the values of AttackTactic in the API (Microsoft.SecurityInsights, 2024-09-01).
var sentinelTactics = []string{
	"Collection", "CommandAndControl", "CredentialAccess", "DefenseEvasion", "Discovery", "Execution", "Exfiltration", "Impact",
	"ImpairProcessControl", "InhibitResponseFunction", "InitialAccess", "LateralMovement", "Persistence", "PreAttack",
	"PrivilegeEscalation", "Reconnaissance", "ResourceDevelopment",
}

var sentinelLevel = map[string]string{"informational": "Informational", "low": "Low", "medium": "Medium", "high": "High", "critical": "High"}

func (b *builder) sentinelRule(p *planned) sentinelRule {
	if p.Rule == nil {
		// A query of no table: Kusto's binder takes it whatever the workspace still has. That Sentinel does is unverified.
		return sentinelRule{
			title: oneLine(p.entry.Title), description: b.description(p), severity: "Informational",
			query: "datatable(TimeGenerated:datetime, removed:string)[]", every: 24 * time.Hour, lookBack: 24 * time.Hour,
		}
	}
	s := p.schedule()
	out := sentinelRule{
		title: cut(oneLine(p.Title), 256), description: cut(b.description(p), 5000), severity: sentinelLevel[level(p.Level)],
		query: sentinelText(p.Rule), every: s.Every, lookBack: s.LookBack, enabled: !p.off(), incidents: p.entry.State == Enabled,
	}
	if s.LookBack >= 48*time.Hour {
		out.every = max(out.every, time.Hour) // as Sentinel wants it of queries over two days
	}
	if p.Level == "critical" {
		b.say(p, "%s is critical, which is High in Sentinel", p.Name)
	}
	columns := sentinelColumns(p.Rule)
	for _, f := range shownFields(p.Rule) {
		if columns[f] == "" {
			b.say(p, "%s: Sentinel's alerts show columns, and %s is none", p.Name, f)
		}
	}
	b.sentinelAttack(p, &out)
	b.sentinelEntities(p, columns, &out)
	b.sentinelDetails(p, columns, &out)
	out.name = b.sentinelName(p, columns)
	return out
}

// plainTable is a first line that is the name of a table.
var plainTable = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9_]*|\["[^"\\]+"\])$`)

// sentinelText is the query with what keeps two runs from finding one record: only what came in since the run before,
// as learn.microsoft.com/azure/sentinel/ingestion-delay has it. Where a function stands in the table's place there may be
// no ingestion time; then everything in the look-back counts, and alerts twice fall into one incident.
//
// A field that is no column by itself is made one at the end, since alerts take columns only.
func sentinelText(r *Rule) string {
	out := r.Query
	first, rest, more := strings.Cut(out, "\n")
	if r.Window == 0 && plainTable.MatchString(first) {
		out = first + "\n| where coalesce(ingestion_time(), now()) > ago(" + short(r.schedule().Every, true) + ")"
		if more {
			out += "\n" + rest
		}
	}
	columns := sentinelColumns(r)
	for _, f := range shownFields(r) {
		if c := columns[f]; c != "" && c != f {
			out += "\n| extend " + c + " = tostring(" + r.Exprs[f] + ")"
		}
	}
	return out
}

// shownFields are all that an alert shows: what mutes it, its summary, its fields, its entities.
func shownFields(r *Rule) []string {
	var entities []string
	for _, e := range r.Entities {
		entities = append(entities, e.Field)
	}
	return once(slices.Concat(r.Suppress.By, fieldsOf(r.Summary), r.Fields, entities))
}

// sentinelColumns are the columns of the fields that have one or can be given one.
func sentinelColumns(r *Rule) map[string]string {
	out, taken := map[string]string{}, map[string]bool{}
	for _, f := range shownFields(r) {
		switch {
		case r.Exprs[f] != "":
			name := "detc_" + asLabel(f)
			for n := 2; taken[name]; n++ {
				name = "detc_" + asLabel(f) + "_" + strconv.Itoa(n)
			}
			out[f], taken[name] = name, true
		case column.MatchString(f):
			out[f] = f
		}
	}
	return out
}

// sentinelAttack leaves to the description what the API has no word for. Techniques of ICS are ATT&CK's own ids, as
// Microsoft's rules for Defender for IoT have them; Sentinel has no matrix of Mobile, and a sub-technique stands under
// its technique.
func (b *builder) sentinelAttack(p *planned, out *sentinelRule) {
	name := strings.ReplaceAll(p.Tactic.Name, " ", "")
	switch name {
	case "Stealth", "DefenseImpairment": // what Defense Evasion was divided into in ATT&CK 19
		name = "DefenseEvasion"
	}
	if i := slices.IndexFunc(sentinelTactics, func(t string) bool { return strings.EqualFold(t, name) }); i >= 0 {
		out.tactics = []string{sentinelTactics[i]}
	} else if p.Tactic.ID != "" {
		b.say(p, "%s: Sentinel has no tactic %s %s; it stands in the description", p.Name, p.Tactic.ID, p.Tactic.Name)
	}
	if p.Domain == "mobile-attack" {
		if len(p.Techniques) > 0 {
			b.say(p, "%s: Sentinel has no techniques of Mobile; they stand in the description", p.Name)
		}
		return
	}
	for _, t := range p.Techniques {
		parent, _, _ := strings.Cut(t.ID, ".")
		out.techniques = append(out.techniques, parent)
	}
	out.techniques = once(out.techniques)
	if len(out.tactics) == 0 {
		out.techniques = nil // the API refuses techniques without a tactic
	}
}

// sentinelKinds are the entities that a kind of ours is, with the identifier that a name fills
// (learn.microsoft.com/azure/sentinel/entities-reference).
var sentinelKinds = map[string][2]string{
	"ip": {"IP", "Address"}, "host": {"Host", "HostName"}, "user": {"Account", "FullName"}, "device": {"Host", "HostName"},
	"process": {"Process", "CommandLine"}, "file": {"File", "Name"}, "app": {"CloudApplication", "Name"}, "network": {"IP", "Address"},
}

// sentinelEntities maps at most ten, which is what a rule may have.
func (b *builder) sentinelEntities(p *planned, columns map[string]string, out *sentinelRule) {
	for _, e := range p.Entities {
		k, ok := sentinelKinds[e.Kind]
		if !ok || columns[e.Field] == "" {
			continue
		}
		s := sentinelEntity{k[0], k[1], columns[e.Field]}
		if slices.Contains(out.entities, s) {
			continue
		}
		if len(out.entities) == 10 {
			b.say(p, "%s: Sentinel maps ten entities; %s is left out", p.Name, e.Field)
			continue
		}
		out.entities = append(out.entities, s)
	}
}

const sentinelMostDetails = 20 // learn.microsoft.com/azure/sentinel/surface-custom-details-in-alerts

// sentinelDetails shows the rule's fields, those of its key first, and groups alerts of one key into one incident.
// suppressionDuration would mute the whole rule, whoever the next alert is about, so it is not used.
func (b *builder) sentinelDetails(p *planned, columns map[string]string, out *sentinelRule) {
	keys := map[string]bool{}
	for _, f := range once(slices.Concat(p.Suppress.By, fieldsOf(p.Summary), p.Fields)) {
		if columns[f] == "" {
			continue
		}
		if len(out.details) == sentinelMostDetails {
			b.say(p, "%s: Sentinel shows %d fields; %s and those behind it are left out", p.Name, sentinelMostDetails, f)
			break
		}
		key := detailKey(f, keys)
		keys[strings.ToLower(key)] = true
		out.details = append(out.details, [2]string{key, columns[f]})
		if slices.Contains(p.Suppress.By, f) {
			out.groupBy = append(out.groupBy, key)
		}
	}
	switch by := once(p.Suppress.By); {
	case len(by) == 0 && p.Window > 0:
		b.repeats(p)
		return
	case len(by) == 0:
		return
	case len(out.groupBy) < len(by): // by fewer fields it would group what the rule keeps apart
		b.say(p, "%s: its alerts are grouped by nothing, since not all of %s are columns", p.Name, list(by))
		out.groupBy = nil
		return
	}
	// Sentinel groups by five minutes to seven days.
	out.grouped = min(max(p.muted(), s5m), 7*24*time.Hour)
	b.say(p, "%s: alerts of one %s fall into one incident for %s; Sentinel can't mute by key", p.Name, list(p.Suppress.By), short(out.grouped, true))
}

const s5m = 5 * time.Minute

// detailKey is a key of customDetails: letters, digits and underscores, at most 20 of them (that length is unverified), each key once.
func detailKey(field string, taken map[string]bool) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, field)
	key = strings.Trim(key, "_")
	if key == "" || key[0] >= '0' && key[0] <= '9' {
		key = "f_" + key
	}
	full := key[:min(len(key), 20)]
	for n := 2; taken[strings.ToLower(full)]; n++ {
		tail := "_" + strconv.Itoa(n)
		full = key[:min(len(key), 20-len(tail))] + tail
	}
	return full
}

// sentinelName is the summary as alertDisplayNameFormat, which takes three columns and 256 characters
// (learn.microsoft.com/azure/sentinel/customize-alert-details). A field beyond that, or one that is no column, is a word.
// Braces of the text become parentheses, so that they name no column.
func (b *builder) sentinelName(p *planned, columns map[string]string) string {
	var out strings.Builder
	used := []string{}
	for _, x := range pieces(oneLine(p.Summary)) {
		switch {
		case !x.field:
			out.WriteString(strings.NewReplacer("{", "(", "}", ")").Replace(x.text))
		case columns[x.text] == "" || !slices.Contains(used, x.text) && len(used) == 3:
			out.WriteString("(" + strings.NewReplacer("{", "(", "}", ")").Replace(x.text) + ")")
			b.say(p, "%s: Sentinel's alert name takes three columns; %s stands as a word", p.Name, x.text)
		default:
			used = once(append(used, x.text))
			out.WriteString("{{" + columns[x.text] + "}}")
		}
	}
	if name := out.String(); len([]rune(name)) <= 256 {
		return name
	}
	b.say(p, "%s: its summary has more than 256 characters; alerts bear the title in Sentinel", p.Name)
	return ""
}

var column = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

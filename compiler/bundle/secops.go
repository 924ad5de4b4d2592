package bundle

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// secops writes a file a rule, in YARA-L 2.0, and how each is to be deployed: the fields of RuleDeployment
// (docs.cloud.google.com/chronicle/docs/reference/rest/v1/RuleDeployment).
func (b *builder) secops() {
	out := secopsDeployment{Rules: []secopsRule{}}
	for _, p := range b.rules {
		r := secopsRule{ID: p.entry.ID, Rule: p.entry.Key, Version: p.entry.Version, Enabled: !p.off(), Alerting: p.entry.State == Enabled,
			Archived: p.entry.State == Removed, Frequency: "LIVE"}
		if p.Rule != nil {
			r.File = "rules/" + p.entry.Key + ".yaral"
			b.files[r.File] = []byte(b.yaral(p))
			if p.Window > 0 {
				r.Frequency = "HOURLY"
			}
		}
		out.Rules = append(out.Rules, r)
	}
	for _, t := range b.tables {
		b.files["tables/"+t.File] = t.Content
		out.Tables = append(out.Tables, secopsTable{t.Object, "tables/" + t.File, t.ValidUntil})
	}
	b.files["deployment.json"] = encode(out)
	b.files["README.md"] = []byte(secopsReadme)
}

type secopsDeployment struct {
	Rules  []secopsRule  `json:"rules"`
	Tables []secopsTable `json:"data_tables,omitempty"`
}

type secopsRule struct {
	ID        string `json:"id"`
	Rule      string `json:"rule"`
	File      string `json:"file,omitempty"`
	Version   int    `json:"version"`
	Enabled   bool   `json:"enabled"`
	Alerting  bool   `json:"alerting"`
	Archived  bool   `json:"archived"`
	Frequency string `json:"runFrequency"`
}

type secopsTable struct {
	Name       string `json:"name"`
	File       string `json:"file"`
	ValidUntil string `json:"valid_until,omitempty"`
}

var (
	yaralRule    = regexp.MustCompile(`(?s)^\s*rule\s+\S+\s*\{\n?(.*)\}\s*$`)
	yaralSection = regexp.MustCompile(`^\s*(events|match|outcome|condition|options)\s*:`)
	yaralMeta    = regexp.MustCompile(`^\s*meta\s*:`)
	yaralEvent   = regexp.MustCompile(`\$([a-zA-Z_][a-zA-Z0-9_]*)\.`)
	yaralField   = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*|\["[^"\\\n]+"\])*$`)
)

// yaral is the rule with its name in the target, and with a meta section of ours in the place of any other.
func (b *builder) yaral(p *planned) string {
	body := p.Query
	if m := yaralRule.FindStringSubmatch(body); m != nil {
		body = m[1]
	}
	var lines []string
	inMeta := false
	for l := range strings.Lines(strings.TrimRight(body, " \n") + "\n") {
		if yaralMeta.MatchString(l) {
			inMeta = true
		} else if yaralSection.MatchString(l) {
			inMeta = false
		}
		if !inMeta {
			lines = append(lines, l)
		}
	}
	lines = b.yaralSuppress(p, lines)
	var out strings.Builder
	out.WriteString("rule " + p.entry.Key + " {\n  meta:\n")
	for _, m := range b.yaralMeta(p) {
		fmt.Fprintf(&out, "    %s = %s\n", m.key, yaralText(m.value.(string)))
	}
	out.WriteString("\n" + strings.Join(lines, "") + "}\n")
	return out.String()
}

func (b *builder) yaralMeta(p *planned) doc {
	out := doc{
		{"id", p.entry.ID}, {"title", oneLine(p.Title)}, {"description", b.description(p)}, {"severity", yaralLevel[level(p.Level)]},
		{"version", strconv.Itoa(p.entry.Version)}, {"modified", p.entry.Modified}, {"state", p.entry.State},
		{"mitre_attack_tactic", p.Tactic.ID}, {"mitre_attack_technique", list(p.techniques())}, {"reference", oneLine(list(p.References))},
	}
	var kept doc
	for _, m := range out {
		if m.value != "" {
			kept = append(kept, m)
		}
	}
	return kept
}

// yaralLevel are the severities that detections show (docs.cloud.google.com/chronicle, "Meta section syntax").
var yaralLevel = map[string]string{"informational": "Informational", "low": "Low", "medium": "Medium", "high": "High", "critical": "Critical"}

// yaralText is a text in double quotes: a backslash before what would end it.
func yaralText(s string) string {
	return `"` + yaralEscapes.Replace(prose(s)) + `"`
}

var yaralEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

// yaralSuppress adds the option suppression_window, and of a rule on single events the outcome suppression_key
// (docs.cloud.google.com/chronicle/docs/yara-l/options-syntax). A rule with a match section is muted by its variables, for
// longer than its window. That a repeated field of UDM may be the key is unverified.
func (b *builder) yaralSuppress(p *planned, lines []string) []string {
	text := strings.Join(lines, "")
	if strings.Contains(text, "suppression_window") || p.muted() <= 0 {
		return lines
	}
	window := short(p.muted(), true)
	if p.Window == 0 {
		event := yaralEvent.FindStringSubmatch(text)
		by := once(p.Suppress.By)
		for _, f := range by {
			if !yaralField.MatchString(f) || event == nil {
				b.say(p, "%s is suppressed by %s, which is no field of UDM: it is not suppressed in SecOps", p.Name, f)
				return lines
			}
		}
		if len(by) == 0 {
			return lines
		}
		for i, f := range by {
			by[i] = "$" + event[1] + "." + f
		}
		key := by[0]
		if len(by) > 1 {
			key = "strings.concat(" + strings.Join(by, `, "|", `) + ")"
		}
		lines = intoSection(lines, "outcome", "condition", "    $suppression_key = "+key+"\n")
	}
	return intoSection(lines, "options", "", "    suppression_window = "+window+"\n")
}

// intoSection puts a line into a section, or makes the section before another one, or at the end.
func intoSection(lines []string, section, before, line string) []string {
	at := len(lines)
	for i, l := range lines {
		m := yaralSection.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if m[1] == section {
			return append(lines[:i+1:i+1], append([]string{line}, lines[i+1:]...)...)
		}
		if m[1] == before {
			at = i
		}
	}
	added := []string{"  " + section + ":\n", line}
	if at < len(lines) {
		added = append(added, "\n")
	} else {
		added = append([]string{"\n"}, added...)
	}
	return append(lines[:at:at], append(added, lines[at:]...)...)
}

const secopsReadme = `# Detections as rules of Google SecOps

Create or update each file of rules/ by its rule's name (meta id stays too), then give each the deployment that
deployment.json says. Doing it again changes what CHANGES.md lists and nothing else.

* SecOps runs rules as events come in and again for late ones, so there is no look-back to set.
* Suppression is suppression_window, by suppression_key of rules on single events and by the match section of others. Its
  windows are of fixed size and don't overlap, so two alerts can be nearer to each other than the rule says.
* A rule on trial (shadow) is enabled and not alerting. One that is off is disabled; one that is gone is archived too.
`

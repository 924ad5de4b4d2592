package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// kibana writes the file that POST /api/detection_engine/rules/_import?overwrite=true takes, a rule a line and the summary
// of the export last (elastic.co/docs/api/doc/kibana, "Import detection rules"; fields after Kibana's rule_schema).
func (b *builder) kibana() {
	var out bytes.Buffer
	for _, p := range b.rules {
		line(&out, b.kibanaRule(p))
	}
	line(&out, kibanaSummary{Count: len(b.rules), Rules: len(b.rules), MissingRules: []string{}, MissingLists: []string{}})
	b.files["rules.ndjson"] = out.Bytes()
	for _, t := range b.tables {
		b.files["tables/"+t.File] = t.Content
	}
	b.files["README.md"] = []byte(kibanaReadme)
}

func line(out *bytes.Buffer, v any) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // of types that JSON has, into a buffer
}

type kibanaSummary struct {
	Count          int      `json:"exported_count"`
	Rules          int      `json:"exported_rules_count"`
	MissingRules   []string `json:"missing_rules"`
	MissingCount   int      `json:"missing_rules_count"`
	Lists          int      `json:"exported_exception_list_count"`
	Items          int      `json:"exported_exception_list_item_count"`
	MissingLists   []string `json:"missing_exception_lists"`
	MissingListsN  int      `json:"missing_exception_lists_count"`
	Connectors     int      `json:"exported_action_connector_count"`
	MissingConnect int      `json:"missing_action_connection_count"`
}

type kibanaRule struct {
	ID             string             `json:"rule_id"`
	Name           string             `json:"name"`
	Description    string             `json:"description"`
	Version        int                `json:"version"`
	Enabled        bool               `json:"enabled"`
	Type           string             `json:"type"`
	Language       string             `json:"language"`
	Query          string             `json:"query"`
	Index          []string           `json:"index,omitempty"`
	From           string             `json:"from"`
	To             string             `json:"to"`
	Interval       string             `json:"interval"`
	Severity       string             `json:"severity"`
	RiskScore      int                `json:"risk_score"`
	Tags           []string           `json:"tags"`
	Threat         []kibanaThreat     `json:"threat"`
	References     []string           `json:"references"`
	FalsePositives []string           `json:"false_positives"`
	Author         []string           `json:"author"`
	License        string             `json:"license"`
	Note           string             `json:"note,omitempty"`
	MaxSignals     int                `json:"max_signals"`
	Building       string             `json:"building_block_type,omitempty"`
	Suppression    *kibanaSuppression `json:"alert_suppression,omitempty"`
	Investigate    *kibanaFields      `json:"investigation_fields,omitempty"`
	Actions        []string           `json:"actions"`
	Exceptions     []string           `json:"exceptions_list"`
}

type kibanaThreat struct {
	Framework  string            `json:"framework"`
	Tactic     kibanaTactic      `json:"tactic"`
	Techniques []kibanaTechnique `json:"technique,omitempty"`
}

type kibanaTactic struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Reference string `json:"reference"`
}

type kibanaTechnique struct {
	kibanaTactic
	Sub []kibanaTactic `json:"subtechnique,omitempty"`
}

type kibanaSuppression struct {
	By       []string       `json:"group_by"`
	Duration kibanaDuration `json:"duration"`
	Missing  string         `json:"missing_fields_strategy"`
}

type kibanaDuration struct {
	Value int    `json:"value"`
	Unit  string `json:"unit"`
}

type kibanaFields struct {
	Names []string `json:"field_names"`
}

// kibanaForm is the type and the language of a rule's queries, and a query of that language that finds nothing.
func kibanaForm(target string) (kind, language, nothing string) {
	switch target {
	case "eql":
		return "eql", "eql", "any where false"
	case "esql":
		return "esql", "esql", "FROM logs-* METADATA _id, _index, _version | WHERE false"
	}
	return "query", "lucene", "NOT *:*"
}

// kibanaRisk is the score that Elastic's own rules have at a severity.
var kibanaRisk = map[string]int{"low": 21, "medium": 47, "high": 73, "critical": 99}

func (b *builder) kibanaRule(p *planned) kibanaRule {
	kind, language, nothing := kibanaForm(p.entry.Form)
	k := kibanaRule{
		ID: p.entry.ID, Name: orElse(oneLine(p.entry.Title), p.entry.Key), Description: b.description(p), Version: p.entry.Version, Enabled: !p.off(),
		Type: kind, Language: language, Query: nothing, From: "now-1d", To: "now", Interval: "1d", Severity: "low", RiskScore: kibanaRisk["low"],
		Tags: []string{"detc", "detc: " + p.entry.Key, "detc: " + p.entry.State}, Threat: []kibanaThreat{}, References: []string{}, FalsePositives: []string{},
		Author: []string{}, MaxSignals: 100, Actions: []string{}, Exceptions: []string{},
	}
	if kind != "esql" {
		k.Index = []string{"logs-*"}
	}
	if p.Rule == nil {
		return k
	}
	s := p.schedule()
	k.Query, k.Interval, k.From = p.Query, short(s.Every, false), "now-"+short(s.LookBack, false)
	if kind == "esql" && p.Window == 0 {
		k.Query = withMetadata(p.Query)
	}
	if kind != "esql" {
		k.Index = nil
		for _, i := range p.Index {
			k.Index = append(k.Index, strings.Split(i, ",")...)
		}
		if len(p.Index) == 0 {
			k.Index = []string{"*"}
			b.say(p, "%s looks in all indices, since nothing says in which its records are", p.Name)
		}
	}
	if l := level(p.Level); l != "informational" {
		k.Severity, k.RiskScore = l, kibanaRisk[l]
	}
	if b.in.Site != "" {
		k.Tags = append(k.Tags, "detc site: "+oneLine(b.in.Site))
	}
	k.Tags = append(k.Tags, p.attack()...)
	k.Threat = threat(p.Rule)
	for _, r := range p.References {
		k.References = append(k.References, oneLine(r))
	}
	for _, f := range p.FalsePositives {
		k.FalsePositives = append(k.FalsePositives, prose(f))
	}
	if p.Summary != "" {
		// !{…} would be a button of an investigation guide.
		k.Note = "Alert: " + strings.ReplaceAll(oneLine(p.Summary), "!{", "! {")
	}
	if f := once(append(append([]string{}, p.Fields...), fieldsOf(p.Summary)...)); len(f) > 0 {
		k.Investigate = &kibanaFields{f}
	}
	if p.entry.State == Shadow {
		k.Building = "default" // not among the alerts that are shown and acted on
	} else {
		k.Suppression = b.kibanaSuppression(p)
	}
	return k
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// kibanaSuppression mutes by one to three fields. By the first three of four it would mute what the rule doesn't.
func (b *builder) kibanaSuppression(p *planned) *kibanaSuppression {
	by := once(p.Suppress.By)
	switch {
	case len(by) == 0 && p.Window > 0:
		b.repeats(p)
	case len(by) > 3:
		b.say(p, "%s is suppressed by %d fields, and Kibana takes three: it is not suppressed", p.Name, len(by))
	case len(by) > 0 && p.muted() > 0:
		d := roundUp(p.muted(), time.Minute)
		return &kibanaSuppression{by, kibanaDuration{int(d / time.Minute), "m"}, "doNotSuppress"}
	}
	return nil
}

// withMetadata has ES|QL say which record a row is, by which Kibana knows one that it has alerted on already
// (elastic.co/docs, "Create an ES|QL rule": deduplication).
func withMetadata(query string) string {
	end := len(query)
	if i := unquoted(query, '|', "\"`"); i >= 0 {
		end = i
	}
	head := query[:end]
	if !strings.HasPrefix(head, "FROM ") || unquotedWord(head, "METADATA") {
		return query
	}
	trimmed := strings.TrimRight(head, " \n")
	return trimmed + " METADATA _id, _index, _version" + head[len(trimmed):] + query[end:]
}

// unquoted is where a character first stands outside of quotes, or -1. A backslash takes the next character in all quotes
// but `.
func unquoted(s string, c byte, quotes string) int {
	var open byte
	for i := 0; i < len(s); i++ {
		switch {
		case open != 0 && s[i] == '\\' && open != '`':
			i++
		case open != 0:
			if s[i] == open {
				open = 0
			}
		case strings.IndexByte(quotes, s[i]) >= 0:
			open = s[i]
		case s[i] == c:
			return i
		}
	}
	return -1
}

func unquotedWord(s, word string) bool {
	for {
		i := unquoted(s, word[0], "\"`")
		if i < 0 {
			return false
		}
		if strings.HasPrefix(s[i:], word) {
			return true
		}
		s = s[i+1:]
	}
}

func threat(r *Rule) []kibanaThreat {
	if r.Tactic.ID == "" {
		return []kibanaThreat{}
	}
	t := kibanaThreat{Framework: "MITRE ATT&CK", Tactic: attackLink(r.Tactic, "tactics")}
	at := map[string]int{}
	for _, x := range r.Techniques {
		parent, sub, isSub := strings.Cut(x.ID, ".")
		i, ok := at[parent]
		if !ok {
			i = len(t.Techniques)
			at[parent] = i
			t.Techniques = append(t.Techniques, kibanaTechnique{kibanaTactic: attackLink(Attack{ID: parent}, "techniques")})
		}
		if !isSub {
			t.Techniques[i].kibanaTactic = attackLink(x, "techniques")
			continue
		}
		link := attackLink(x, "techniques")
		link.Reference = fmt.Sprintf("https://attack.mitre.org/techniques/%s/%s/", parent, sub)
		t.Techniques[i].Sub = append(t.Techniques[i].Sub, link)
	}
	return []kibanaThreat{t}
}

func attackLink(a Attack, folder string) kibanaTactic {
	return kibanaTactic{a.ID, orElse(a.Name, a.ID), "https://attack.mitre.org/" + folder + "/" + a.ID + "/"}
}

const kibanaReadme = `# Detections as rules of Elastic Security

	curl -X POST "$KIBANA/api/detection_engine/rules/_import?overwrite=true" -H 'kbn-xsrf: true' --form file=@rules.ndjson

Importing again changes what CHANGES.md lists and nothing else, since rule_id stays. overwrite=true is needed from the second
time on; it keeps neither exceptions nor actions that were added by hand.

* from is the interval and the longest delay of the source. Kibana knows by its id a record that it has alerted on, so the
  overlap alerts nobody twice; ES|QL has METADATA _id for it. A correlation is muted for as long as it looks back.
* Suppression (alert_suppression) needs a Platinum licence; without one Kibana imports the rule and doesn't suppress.
* A rule on trial (shadow) makes building block alerts, which the alerts page and actions leave out. One that is off or gone
  is there with enabled: false.
`

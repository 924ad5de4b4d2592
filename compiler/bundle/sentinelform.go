package bundle

import (
	"fmt"
	"strings"
)

// yaml is the rule in the form of Azure-Sentinel's repository. Its state stands in its tags.
func (s sentinelRule) yaml(p *planned) string {
	var entities []doc
	for _, e := range s.entities {
		entities = append(entities, doc{{"entityType", e.kind}, {"fieldMappings", []doc{{{"identifier", e.identifier}, {"columnName", e.column}}}}})
	}
	var details doc
	for _, d := range s.details {
		details = append(details, pair{d[0], d[1]})
	}
	var override doc
	if s.name != "" {
		override = doc{{"alertDisplayNameFormat", s.name}}
	}
	var off any // the form has no key for it; converters to ARM take this one
	if !s.enabled {
		off = false
	}
	return yamlText(doc{
		{"id", p.entry.ID}, {"name", s.title}, {"description", s.description}, {"severity", s.severity}, {"kind", "Scheduled"},
		{"version", fmt.Sprintf("1.0.%d", p.entry.Version)}, {"enabled", off}, {"tags", []string{"detc." + p.entry.State, "detc." + p.entry.Key}},
		{"queryFrequency", short(s.every, true)}, {"queryPeriod", short(s.lookBack, true)},
		{"triggerOperator", "gt"}, {"triggerThreshold", 0},
		{"tactics", s.tactics}, {"relevantTechniques", s.techniques},
		{"query", s.query}, {"entityMappings", entities}, {"customDetails", details}, {"alertDetailsOverride", override},
		{"eventGroupingSettings", doc{{"aggregationKind", "AlertPerResult"}}},
		{"incidentConfiguration", s.incident().yaml()},
	})
}

// An armIncident says which alerts become which incidents.
type armIncident struct {
	CreateIncident bool        `json:"createIncident"`
	Grouping       armGrouping `json:"groupingConfiguration"`
}

type armGrouping struct {
	Enabled  bool     `json:"enabled"`
	Reopen   bool     `json:"reopenClosedIncident"`
	LookBack string   `json:"lookbackDuration"`
	Method   string   `json:"matchingMethod"`
	Entities []string `json:"groupByEntities"`
	Alert    []string `json:"groupByAlertDetails"`
	Details  []string `json:"groupByCustomDetails"`
}

func (s sentinelRule) incident() armIncident {
	g := armGrouping{LookBack: "PT5H", Method: "AllEntities", Entities: []string{}, Alert: []string{}, Details: []string{}}
	if s.grouped > 0 {
		g = armGrouping{Enabled: true, LookBack: iso(s.grouped), Method: "Selected", Entities: []string{}, Alert: []string{}, Details: s.groupBy}
	}
	return armIncident{s.incidents, g}
}

func (i armIncident) yaml() doc {
	g := i.Grouping
	out := doc{{"createIncident", i.CreateIncident}, {"groupingConfiguration", doc{
		{"enabled", g.Enabled}, {"reopenClosedIncident", g.Reopen}, {"lookbackDuration", g.LookBack}, {"matchingMethod", g.Method},
		{"groupByCustomDetails", g.Details},
	}}}
	return out
}

type armResource struct {
	Type       string `json:"type"`
	APIVersion string `json:"apiVersion"`
	Name       string `json:"name"`
	Kind       string `json:"kind,omitempty"`
	Properties any    `json:"properties"`
}

type armRule struct {
	Name                string            `json:"displayName"`
	Description         string            `json:"description"`
	Severity            string            `json:"severity"`
	Enabled             bool              `json:"enabled"`
	Query               string            `json:"query"`
	Frequency           string            `json:"queryFrequency"`
	Period              string            `json:"queryPeriod"`
	Operator            string            `json:"triggerOperator"`
	Threshold           int               `json:"triggerThreshold"`
	SuppressionDuration string            `json:"suppressionDuration"`
	SuppressionEnabled  bool              `json:"suppressionEnabled"`
	Tactics             []string          `json:"tactics"`
	Techniques          []string          `json:"techniques"`
	Entities            []armEntity       `json:"entityMappings,omitempty"`
	Details             map[string]string `json:"customDetails,omitempty"`
	Override            map[string]string `json:"alertDetailsOverride,omitempty"`
	Grouping            map[string]string `json:"eventGroupingSettings"`
	Incident            armIncident       `json:"incidentConfiguration"`
}

type armEntity struct {
	Type   string              `json:"entityType"`
	Fields []map[string]string `json:"fieldMappings"`
}

// armWorkspaces is the type under which the resources of Sentinel stand in a template of a workspace.
const armWorkspaces = "Microsoft.OperationalInsights/workspaces/providers/"

func armName(id string) string {
	return "[concat(parameters('workspace'), '/Microsoft.SecurityInsights/', '" + strings.ReplaceAll(id, "'", "''") + "')]"
}

// literal is a text as a template has it: between brackets it would be an expression, and a second bracket says that it
// isn't. Text that only begins with one stays as it is (learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions).
func literal(s string) string {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return "[" + s
	}
	return s
}

func (s sentinelRule) arm(p *planned) armResource {
	r := armRule{
		Name: literal(s.title), Description: literal(s.description), Severity: s.severity, Enabled: s.enabled, Query: literal(s.query),
		Frequency: iso(s.every), Period: iso(s.lookBack), Operator: "GreaterThan", SuppressionDuration: "PT5H",
		Tactics: append([]string{}, s.tactics...), Techniques: append([]string{}, s.techniques...),
		Grouping: map[string]string{"aggregationKind": "AlertPerResult"}, Incident: s.incident(),
	}
	for _, e := range s.entities {
		r.Entities = append(r.Entities, armEntity{e.kind, []map[string]string{{"identifier": e.identifier, "columnName": literal(e.column)}}})
	}
	if len(s.details) > 0 {
		r.Details = map[string]string{}
		for _, d := range s.details {
			r.Details[d[0]] = literal(d[1])
		}
	}
	if s.name != "" {
		r.Override = map[string]string{"alertDisplayNameFormat": literal(s.name)}
	}
	return armResource{armWorkspaces + "alertRules", "2024-09-01", armName(p.entry.ID), "Scheduled", r}
}

// watchlist is a context table (learn.microsoft.com/azure/templates/microsoft.securityinsights/watchlists).
func (b *builder) watchlist(t Table) armResource {
	return armResource{armWorkspaces + "Watchlists", "2024-09-01", armName(t.Object), "", map[string]any{
		"displayName": literal(t.Object), "source": "Local file", "sourceType": "Local", "provider": "detc", "itemsSearchKey": "SearchKey",
		"contentType": "text/csv", "numberOfLinesToSkip": 0, "rawContent": literal(string(t.Content)),
		"description": literal(oneLine(fmt.Sprintf("%s version %d", t.Name, t.Version) + until(t.ValidUntil))),
	}}
}

func until(day string) string {
	if day == "" {
		return ""
	}
	return ", valid until " + day
}

// Limits of a template: 800 resources and 4 MB (learn.microsoft.com/azure/azure-resource-manager/templates/best-practices).
const (
	armResources = 800
	armBytes     = 3_500_000
)

// armGroups parts resources into templates that are small enough, in their order.
func armGroups(resources []armResource) [][]armResource {
	out := [][]armResource{{}}
	size := 0
	for _, r := range resources {
		n := len(encode(r)) * 5 / 4 // it is indented further in the template
		last := &out[len(out)-1]
		if len(*last) > 0 && (len(*last) == armResources || size+n > armBytes) {
			out = append(out, nil)
			last, size = &out[len(out)-1], 0
		}
		*last, size = append(*last, r), size+n
	}
	return out
}

func armTemplate(resources []armResource) any {
	return struct {
		Schema     string         `json:"$schema"`
		Version    string         `json:"contentVersion"`
		Parameters map[string]any `json:"parameters"`
		Resources  []armResource  `json:"resources"`
	}{
		"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "1.0.0.0",
		map[string]any{"workspace": map[string]any{"type": "string", "metadata": map[string]string{"description": "the Log Analytics workspace of Sentinel"}}},
		resources,
	}
}

const sentinelReadme = `# Detections as analytics rules of Microsoft Sentinel

	az deployment group create -g GROUP --template-file azuredeploy.json --parameters workspace=NAME

Deploy every azuredeploy*.json; deploying again changes what CHANGES.md lists and nothing else, since each rule's name is
its id. rules/ has the same in the form of the Azure-Sentinel repository.

* queryPeriod is the interval and the longest delay of the source; the query itself takes what came in since the run before
  (ingestion_time), so no record alerts twice. A correlation has to see its window again; its alerts fall into one incident.
* Sentinel's suppression would mute a whole rule, so it is off. Alerts of one key fall into one incident: groupByCustomDetails.
* A rule on trial (shadow) runs and makes alerts, and no incidents. One that is off or gone is there with enabled: false.
* Tactics and techniques are those that the API takes; all of them stand in the description.
* Watchlists are written whole at each deployment.
`

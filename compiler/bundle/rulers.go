package bundle

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// loki writes a file of rules for Loki's ruler (grafana.com/docs/loki/latest/alert), whose form is Prometheus's.
func (b *builder) loki() {
	b.ruler(ruler{metric: true, expr: b.lokiExpr, label: func(f string) (string, bool) { return f, labelName.MatchString(f) }})
	b.files["README.md"] = []byte(rulerReadme("Loki's ruler", "lokitool rules sync rules.yaml"))
}

// vmalert writes a file of rules for vmalert over VictoriaLogs (docs.victoriametrics.com/victorialogs/vmalert).
func (b *builder) vmalert() {
	b.ruler(ruler{kind: "vlogs", expr: b.vlogsExpr, label: func(f string) (string, bool) { return asLabel(f), f != "" }})
	b.files["README.md"] = []byte(rulerReadme("vmalert over VictoriaLogs", "vmalert -rule=rules.yaml -datasource.url=… -notifier.url=…"))
}

// A ruler is what Loki and vmalert differ in.
type ruler struct {
	kind   string // type: of a group
	metric bool   // a correlation's query is a metric already
	expr   func(p *planned, labels []keyed) string
	label  func(field string) (label string, ok bool)
}

// A keyed is a field that alerts are kept apart by, with the label that has its value.
type keyed struct{ field, label string }

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// asLabel is a field's name of the characters of a label.
func asLabel(field string) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, field)
	if out != "" && out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// ruler writes rules.yaml. A file of rules is the whole truth for who reads it: a rule that is off or gone isn't in it.
func (b *builder) ruler(r ruler) {
	groups := map[string][]doc{}
	every := map[string]time.Duration{}
	for _, p := range b.rules {
		if p.off() {
			continue
		}
		s := p.schedule()
		name := "detc-" + asLabel(p.Tactic.ID) + "-" + short(s.Every, false)
		if p.entry.State == Shadow {
			name += "-shadow"
		}
		every[name] = s.Every
		groups[name] = append(groups[name], b.rulerRule(r, p))
	}
	names := make([]string, 0, len(groups))
	for n := range groups {
		names = append(names, n)
	}
	slices.Sort(names)
	var out []doc
	for _, n := range names {
		d := doc{{"name", n}, {"interval", short(every[n], false)}}
		if r.kind != "" {
			d = append(d, pair{"type", r.kind})
		}
		out = append(out, append(d, pair{"rules", groups[n]}))
	}
	text := "groups: []\n"
	if len(out) > 0 {
		text = yamlText(doc{{"groups", out}})
	}
	b.files["rules.yaml"] = []byte("# Written by detc. Rules that are off or gone stand in " + StateFile + ".\n" + text)
}

// rulerRule is one alert. Its labels make it what it is to Alertmanager, so they hold nothing that changes with prose.
func (b *builder) rulerRule(r ruler, p *planned) doc {
	keys := b.rulerKeys(r, p)
	annotations := doc{
		{"summary", annotation(oneLine(summaryOr(p.Rule)), keys)}, {"title", braces(oneLine(p.Title))}, {"description", braces(b.description(p))},
		{"fields", braces(list(p.Fields))}, {"detc_version", strconv.Itoa(p.entry.Version)},
	}
	if len(p.References) > 0 {
		annotations = append(annotations, pair{"reference", braces(oneLine(p.References[0]))})
	}
	out := doc{{"alert", p.entry.Key}, {"expr", r.expr(p, keys)}}
	// The alert stands as long as its records are looked back on; what the rule mutes for longer, it keeps.
	if keep := p.muted() - p.schedule().LookBack; keep > 0 {
		out = append(out, pair{"keep_firing_for", short(roundUp(keep, time.Minute), false)})
	}
	labels := doc{{"severity", level(p.Level)}, {"detc_id", p.entry.ID}, {"detc_state", p.entry.State}}
	if b.in.Site != "" {
		labels = append(labels, pair{"detc_site", braces(oneLine(b.in.Site))})
	}
	for i, id := range p.attack() {
		name := "mitre_tactic"
		if i > 0 || p.Tactic.ID == "" {
			name = "mitre_technique"
		}
		if j := slices.IndexFunc(labels, func(x pair) bool { return x.key == name }); j >= 0 {
			labels[j].value = labels[j].value.(string) + "," + braces(oneLine(id))
		} else {
			labels = append(labels, pair{name, braces(oneLine(id))})
		}
	}
	return append(out, pair{"labels", labels}, pair{"annotations", annotations})
}

// rulerKeys are the fields by which alerts are kept apart: those of suppression, or else those of the summary.
func (b *builder) rulerKeys(r ruler, p *planned) []keyed {
	fields := once(p.Suppress.By)
	if p.Window > 0 && r.metric { // its groups are its own, and have the names of their fields
		var out []keyed
		for _, f := range fields {
			if labelName.MatchString(f) {
				out = append(out, keyed{f, f})
			}
		}
		return out
	}
	if len(fields) == 0 {
		fields = fieldsOf(p.Summary)
	}
	var out []keyed
	for _, f := range fields {
		label, ok := r.label(f)
		if !ok {
			b.say(p, "%s: %s is no name of a label; alerts are not kept apart by it", p.Name, f)
			continue
		}
		for n := 2; slices.ContainsFunc(out, func(k keyed) bool { return k.label == label }); n++ {
			label = asLabel(f) + "_" + strconv.Itoa(n)
		}
		out = append(out, keyed{f, label})
	}
	return out
}

// braces is text in which nothing is a template: each brace that opens is said by one.
func braces(s string) string { return strings.ReplaceAll(s, "{", `{{ "{" }}`) }

// annotation is a summary whose fields are the labels of the alert; a field that is none of them is a word.
func annotation(summary string, keys []keyed) string {
	var b strings.Builder
	for _, p := range pieces(summary) {
		i := slices.IndexFunc(keys, func(k keyed) bool { return k.field == p.text })
		switch {
		case !p.field:
			b.WriteString(braces(p.text))
		case i < 0:
			b.WriteString("(" + braces(p.text) + ")")
		default:
			b.WriteString("{{ $labels." + keys[i].label + " }}")
		}
	}
	return b.String()
}

// lokiExpr counts the lines that the rule finds in its look-back. Lines that can't be parsed would fail the whole count,
// so their mark is dropped, unless the query itself has said what becomes of them.
func (b *builder) lokiExpr(p *planned, keys []keyed) string {
	if p.Window > 0 {
		return p.Query
	}
	var by []string
	for _, k := range keys {
		by = append(by, k.label)
	}
	query := strings.TrimSpace(p.Query)
	if !strings.Contains(query, "__error__") {
		query += " | drop __error__, __error_details__"
	}
	return fmt.Sprintf("sum by (%s) (count_over_time(%s [%s])) > 0", list(by), query, short(p.schedule().LookBack, false))
}

// vlogsExpr counts the rows that the rule finds in its look-back: _time says from when, in place of the group's interval. The
// last stats pipe is what vmalert makes metrics and labels of, so a correlation's firings are counted by one too.
func (b *builder) vlogsExpr(p *planned, keys []keyed) string {
	filter, pipes := strings.TrimSpace(p.Query), ""
	if i := unquoted(filter, '|', "\"'`"); i >= 0 {
		filter, pipes = strings.TrimSpace(filter[:i]), " "+filter[i:]
	}
	out := "_time:" + short(p.schedule().LookBack, false) + " (" + filter + ")" + pipes
	var by []string
	for _, k := range keys {
		if k.field != k.label {
			out += " | copy " + strconv.Quote(k.field) + " as " + k.label
		}
		by = append(by, k.label)
	}
	stats := " | stats by (" + list(by) + ") count() as hits"
	if len(by) == 0 {
		stats = " | stats count() as hits"
	}
	return out + stats + " | filter hits:>0"
}

func rulerReadme(who, how string) string {
	return "# Detections as rules of " + who + "\n\n\t" + how + `

rules.yaml is the whole of it: reading it again changes nothing, and a rule that is off or gone isn't in it.

* A rule looks back by its interval and by the longest delay of its source. An alert stands while its records are looked back
  on, so the overlap alerts nobody twice: Alertmanager knows an alert by its labels.
* Alerts are kept apart by the fields of the rule's suppression; keep_firing_for holds one that long.
* A rule on trial (shadow) is in a group of its own and bears detc_state: shadow. Route it to nobody:

	route:
	  routes:
	    - matchers: [detc_state="shadow"]
	      receiver: nobody
`
}

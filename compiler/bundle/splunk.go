package bundle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/diag"
)

// splunk writes an app: https://dev.splunk.com, "Anatomy of a Splunk app"; keys after savedsearches.conf.spec,
// transforms.conf.spec, app.conf.spec and default.meta.conf.spec. The keys action.correlationsearch.* and action.notable.*
// are Enterprise Security's (ansible's splunk.es and Splunk's own security_content write the same); without it they do
// nothing, and alert.track lists the alert.
func (b *builder) splunk() {
	b.files["default/app.conf"] = b.appConf()
	b.files["default/savedsearches.conf"] = b.savedSearches()
	if len(b.tables) > 0 {
		b.files["default/transforms.conf"] = b.transforms()
	}
	for _, t := range b.tables {
		b.files["lookups/"+t.File] = t.Content
	}
	b.files["metadata/default.meta"] = []byte("[]\naccess = read : [ * ], write : [ admin, sc_admin ]\nexport = system\n")
	b.files["README.md"] = []byte(splunkReadme)
}

// appConf names the app. Its version is one that only grows: the sum of the versions of all that it holds.
func (b *builder) appConf() []byte {
	n := 0
	for _, p := range b.rules {
		n += p.entry.Version
	}
	var c conf
	c.comment("Written by detc. What is changed by hand belongs in local/.")
	c.stanza("install")
	c.set("is_configured", "1")
	c.set("build", strconv.Itoa(n))
	c.stanza("package")
	c.set("id", "detc_rules")
	c.set("check_for_updates", "0")
	c.stanza("ui")
	c.set("is_visible", "0")
	c.set("label", oneLine("Detections "+b.in.Site))
	c.stanza("launcher")
	c.set("author", "detc")
	c.set("description", "Detections as alerts, written by detc.")
	c.set("version", "1.0."+strconv.Itoa(n))
	return c.bytes()
}

func (b *builder) savedSearches() []byte {
	var c conf
	c.comment("Written by detc. A stanza keeps its name for ever; disabled = 1 stands for a rule that is off or gone.")
	for _, p := range b.rules {
		c.stanza("detc - " + p.entry.Key)
		if p.Rule == nil {
			b.splunkTombstone(&c, p)
			continue
		}
		b.splunkSearch(&c, p)
	}
	return c.bytes()
}

func (b *builder) splunkTombstone(c *conf, p *planned) {
	c.set("disabled", "1")
	c.set("enableSched", "0")
	c.set("description", "detc "+p.entry.ID+": "+b.description(p))
	c.set("search", "| makeresults | where false()")
	c.set("action.correlationsearch.enabled", "0")
	c.set("action.notable", "0")
	c.set("alert.track", "0")
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// splunkSeverity is alert.severity, from 2 (informational) to 6 (fatal, which Splunk Web calls critical).
var splunkSeverity = map[string]string{"informational": "2", "low": "3", "medium": "4", "high": "5", "critical": "6"}

func (b *builder) splunkSearch(c *conf, p *planned) {
	s := p.schedule()
	c.set("disabled", flag(p.off()))
	c.set("description", "detc "+p.entry.ID+" version "+strconv.Itoa(p.entry.Version)+": "+oneLine(p.Title)+"\n"+b.description(p))
	c.set("search", p.Query)
	c.set("enableSched", flag(!p.off()))
	c.set("cron_schedule", cron(s.Every, p.entry.ID))
	// Each run is counted from the minute for which it was planned, so that late runs neither skip nor repeat.
	c.set("realtime_schedule", "0")
	c.set("dispatch.earliest_time", fmt.Sprintf("-%dm@m", int(s.LookBack.Minutes())))
	if p.Window == 0 {
		// What came in since the run before, whenever it happened: no record twice, none too late.
		c.set("dispatch.latest_time", "+1h@m")
		c.set("dispatch.index_earliest", fmt.Sprintf("-%dm@m", int(s.Every.Minutes())))
		c.set("dispatch.index_latest", "@m")
	} else {
		c.set("dispatch.latest_time", "@m")
	}
	c.set("counttype", "number of events")
	c.set("relation", "greater than")
	c.set("quantity", "0")
	c.set("alert.digest_mode", "0") // an alert a result, which suppression by field needs
	c.set("alert.severity", splunkSeverity[level(p.Level)])
	c.set("alert.track", flag(p.entry.State == Enabled))
	b.splunkSuppress(c, p)
	b.splunkActions(c, p)
}

func (b *builder) splunkSuppress(c *conf, p *planned) {
	by := p.Suppress.By
	if i := slices.IndexFunc(by, func(f string) bool { return strings.ContainsAny(f, ",\n") }); i >= 0 {
		b.say(p, "%s is suppressed by %q, a name that alert.suppress.fields can't list: it is not suppressed in Splunk", p.Name, by[i])
		by = nil
	}
	if p.Window > 0 && len(by) == 0 {
		b.repeats(p)
	}
	if p.muted() <= 0 || len(by) == 0 || p.entry.State == Shadow {
		c.set("alert.suppress", "0")
		return
	}
	c.set("alert.suppress", "1")
	c.set("alert.suppress.period", short(p.muted(), true))
	c.set("alert.suppress.fields", strings.Join(by, ","))
}

// repeats finds a correlation that nothing keeps from firing again for what it has found.
func (b *builder) repeats(p *planned) {
	b.findings.Add(diag.BundleRepeats, p.Span, "%s looks back %s every %s, and nothing mutes what it finds twice", p.Name, p.entry.LookBack, p.entry.Every).
		WithHelp("write alert: {suppress: {by: […], for: %s}}", p.entry.LookBack)
}

func (b *builder) splunkActions(c *conf, p *planned) {
	on := p.entry.State == Enabled
	if p.entry.State == Shadow {
		// On trial its results go to the index summary, where they can be counted, and to nobody.
		c.set("action.summary_index", "1")
		c.set("action.summary_index._name", "summary")
		c.set("action.summary_index.detc_rule", p.entry.ID)
		c.set("action.summary_index.detc_state", Shadow)
	} else {
		c.set("action.summary_index", "0")
	}
	c.set("action.correlationsearch.enabled", flag(on))
	c.set("action.correlationsearch.label", oneLine(p.Title))
	annotations, _ := json.Marshal(map[string][]string{"mitre_attack": p.attack(), "detc": {p.entry.ID}})
	c.set("action.correlationsearch.annotations", string(annotations))
	c.set("action.notable", flag(on))
	c.set("action.notable.param.rule_title", cut(tokens(oneLine(summaryOr(p.Rule))), 1000))
	c.set("action.notable.param.rule_description", token(b.description(p)))
	c.set("action.notable.param.severity", level(p.Level))
	c.set("action.notable.param.security_domain", domainOf(p.Rule))
	c.set("action.notable.param.asset_extraction", jsonText(p.named("ip", "host", "device", "network")))
	c.set("action.notable.param.identity_extraction", jsonText(p.named("user")))
	recommended := once(append(slices.Clone(p.Fields), fieldsOf(p.Summary)...))
	c.set("display.events.fields", jsonText(recommended))
}

// summaryOr is the summary of a rule, or its title.
func summaryOr(r *Rule) string {
	if r.Summary != "" {
		return r.Summary
	}
	return strings.NewReplacer("{", "(", "}", ")").Replace(r.Title)
}

// level is a level that every target has; what is no level is medium.
func level(l string) string {
	if _, ok := splunkSeverity[l]; ok {
		return l
	}
	return "medium"
}

// named are the fields that name a thing of one of the kinds.
func (r *Rule) named(kinds ...string) []string {
	var out []string
	for _, e := range r.Entities {
		if slices.Contains(kinds, e.Kind) {
			out = append(out, e.Field)
		}
	}
	return once(out)
}

// domainOf is one of Enterprise Security's domains, by what the rule's entities are.
func domainOf(r *Rule) string {
	kinds := map[string]bool{}
	for _, e := range r.Entities {
		kinds[e.Kind] = true
	}
	switch {
	case kinds["ip"] || kinds["network"]:
		return "network"
	case kinds["host"] || kinds["device"] || kinds["process"] || kinds["file"] || kinds["app"]:
		return "endpoint"
	case kinds["user"]:
		return "identity"
	}
	return "threat"
}

func jsonText(texts []string) string {
	if texts == nil {
		texts = []string{}
	}
	out, _ := json.Marshal(texts)
	return string(out)
}

// transforms has two definitions for each table: the queries ask the one that folds case, or the one that doesn't.
func (b *builder) transforms() []byte {
	var c conf
	c.comment("Written by detc.")
	for _, t := range b.tables {
		for _, cased := range []bool{false, true} {
			name := t.Object
			if cased {
				name += "_cased"
			}
			c.stanza(name)
			c.set("filename", t.File)
			c.set("case_sensitive_match", strconv.FormatBool(cased))
			c.set("max_matches", "1")
		}
	}
	return c.bytes()
}

const splunkReadme = `# Detections as a Splunk app

Copy the folder to $SPLUNK_HOME/etc/apps/detc_rules, or pack it and install it; installing it again over an older one
changes what CHANGES.md lists and nothing else. Keep your own changes in local/.

* A rule is a saved search that keeps its name for ever. disabled = 1 stands for one that is off, or that is gone.
* A run takes the records that were indexed since the run before, however late: dispatch.index_earliest. dispatch.earliest_time
  is the interval and the longest delay of the source. Clocks of sources may be an hour fast. A correlation has to see its
  whole window again, so its firings are muted for at least as long.
* Suppression is by the values of the rule's own fields: alert.suppress.fields.
* A rule on trial (shadow) runs, writes to the index summary with detc_state=shadow, and alerts nobody.
* With Enterprise Security each alert is a notable event whose title is the rule's summary, with ATT&CK in its annotations.
  Without it the alerts stand among the triggered alerts; set an action of your own in local/savedsearches.conf.
`

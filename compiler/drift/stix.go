package drift

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// object is what is read of a STIX object of ATT&CK's bundles. The names of the properties are those of ATT&CK's data
// model, for STIX 2.1 (https://github.com/mitre-attack/attack-stix-data/blob/master/USAGE.md) and 2.0
// (https://github.com/mitre/cti/blob/master/USAGE.md). Bundles of 2.0 have no x-mitre-collection, and so no release;
// before ATT&CK 11 they have no x_mitre_domains either (https://mitre-attack.github.io/attack-data-model/schemas).
type object struct {
	Type       string `json:"type"`
	Spec       string `json:"spec_version"`
	ID         string `json:"id"`
	Name       string `json:"name"`
	Shortname  string `json:"x_mitre_shortname"`
	Version    string `json:"x_mitre_version"`
	Revoked    bool   `json:"revoked"`
	Deprecated bool   `json:"x_mitre_deprecated"`
	References []struct {
		Source string `json:"source_name"`
		ID     string `json:"external_id"`
	} `json:"external_references"`
	Phases       []phase  `json:"kill_chain_phases"`
	Domains      []string `json:"x_mitre_domains"`
	Relationship string   `json:"relationship_type"`
	SourceRef    string   `json:"source_ref"`
	TargetRef    string   `json:"target_ref"`
}

// phase is a tactic by its shortname. Which domain's it is stands in the name of the chain.
type phase struct {
	Chain string `json:"kill_chain_name"`
	Phase string `json:"phase_name"`
}

// chains are the domains by the names of their kill chains, which are also the names of the sources of external ids.
var chains = map[string]string{
	"mitre-attack":        "enterprise-attack",
	"mitre-mobile-attack": "mobile-attack",
	"mitre-ics-attack":    "ics-attack",
}

// attackID is the object's id in ATT&CK, with the name of its source. Older mobile and ICS objects name their source
// after the domain, the others are of mitre-attack whatever their domain is.
func (o *object) attackID() (id, source string) {
	for _, r := range o.References {
		if chains[r.Source] != "" {
			return r.ID, r.Source
		}
	}
	return "", ""
}

// domains are the object's own, as far as it tells: by x_mitre_domains, by the kill chains, by the source of its id.
func (o *object) domains() []string {
	if len(o.Domains) > 0 {
		return o.Domains
	}
	var out []string
	for _, p := range o.Phases {
		if d := chains[p.Chain]; d != "" {
			out = append(out, d)
		}
	}
	if _, source := o.attackID(); len(out) == 0 && source != "mitre-attack" && source != "" {
		out = append(out, chains[source])
	}
	return out
}

// isDomain says that a name is one of ATT&CK's domains.
func isDomain(name string) bool {
	for _, d := range chains {
		if d == name {
			return true
		}
	}
	return false
}

// maxName is the most characters of a name. ATT&CK's longest has 60.
const maxName = 200

// readable says why a name can't be shown as it is; "" where it can.
func readable(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "it has no name"
	case utf8.RuneCountInString(name) > maxName:
		return "its name is too long"
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }):
		return "its name holds characters that don't show"
	}
	return ""
}

// unquoted is the text of a JSON string; "" where it is none.
func unquoted(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return ""
	}
	return s
}

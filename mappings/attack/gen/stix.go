package main

import (
	"encoding/json"
	"fmt"
)

// object is what is read of a STIX object of ATT&CK's bundles; the property names are those of the ATT&CK data model
// (https://github.com/mitre-attack/attack-stix-data/blob/master/USAGE.md).
type object struct {
	Type       string `json:"type"`
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
	Phases []struct {
		Chain string `json:"kill_chain_name"`
		Phase string `json:"phase_name"`
	} `json:"kill_chain_phases"`
	Domains      []string `json:"x_mitre_domains"`
	Relationship string   `json:"relationship_type"`
	SourceRef    string   `json:"source_ref"`
	TargetRef    string   `json:"target_ref"`
}

// attackID is the object's id in ATT&CK. Older mobile and ICS objects name their source after the domain.
func (o object) attackID() string {
	for _, r := range o.References {
		switch r.Source {
		case "mitre-attack", "mitre-mobile-attack", "mitre-ics-attack":
			return r.ID
		}
	}
	return ""
}

// readSTIX reads one domain's bundle. Which technique is of which tactic stands in kill_chain_phases.
func readSTIX(data []byte) (Release, error) {
	var bundle struct{ Objects []object }
	if err := json.Unmarshal(data, &bundle); err != nil {
		return Release{}, err
	}
	var release, domain string
	var d Domain
	ids, tactics, replaced := map[string]string{}, map[string]string{}, map[string]string{}
	for _, o := range bundle.Objects {
		switch {
		case o.Type == "x-mitre-collection":
			release = o.Version
		case o.Type == "x-mitre-tactic" && !o.Revoked && !o.Deprecated:
			if len(o.Domains) == 0 {
				return Release{}, fmt.Errorf("tactic %s names no domain", o.attackID())
			}
			domain = o.Domains[0]
			tactics[o.Shortname] = o.attackID()
			d.Tactics = append(d.Tactics, Tactic{o.attackID(), o.Name, o.Shortname})
		case o.Type == "attack-pattern":
			ids[o.ID] = o.attackID()
		case o.Relationship == "revoked-by":
			replaced[o.SourceRef] = o.TargetRef
		}
	}
	if release == "" || domain == "" {
		return Release{}, fmt.Errorf("no x-mitre-collection with a version, or no tactic: is this a bundle of one ATT&CK domain?")
	}
	for _, o := range bundle.Objects {
		if o.Type != "attack-pattern" || o.attackID() == "" {
			continue
		}
		t := Technique{ID: o.attackID(), Name: o.Name, Revoked: o.Revoked, Deprecated: o.Deprecated, ReplacedBy: ids[replaced[o.ID]]}
		for _, p := range o.Phases {
			if id := tactics[p.Phase]; id != "" {
				t.Tactics = append(t.Tactics, id)
			}
		}
		d.Techniques = append(d.Techniques, t)
	}
	return Release{Release: release, Domains: map[string]Domain{domain: d}}, nil
}

// Command gen makes techniques.json of an ATT&CK release: ids, names, tactics, revocations; no prose. It reads either a
// file of facts (as the first release was carried in) or the STIX 2.1 bundles that MITRE publishes, one a domain
// (https://github.com/mitre-attack/attack-stix-data). Same input, same bytes.
//
//	go run ./mappings/attack/gen -o mappings/attack/techniques.json enterprise-attack-20.0.json ics-attack-20.0.json mobile-attack-20.0.json
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Tactic, Technique and Domain are what is kept of ATT&CK's objects.
type (
	Tactic struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Shortname string `json:"shortname"`
	}
	Technique struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Tactics    []string `json:"tactics"`
		Revoked    bool     `json:"revoked,omitempty"`
		Deprecated bool     `json:"deprecated,omitempty"`
		ReplacedBy string   `json:"replaced_by,omitempty"`
	}
	Domain struct {
		Tactics    []Tactic    `json:"tactics"`
		Techniques []Technique `json:"techniques"`
	}
	// Release is all domains of one release of ATT&CK, by the domain's name.
	Release struct {
		Release string            `json:"release"`
		Domains map[string]Domain `json:"domains"`
	}
)

const (
	what   = "every tactic and technique of the ATT&CK domains: id, name, tactics by id, revoked or deprecated, replacement; no prose"
	notice = "© 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation. MITRE ATT&CK and ATT&CK are registered trademarks of The MITRE Corporation."
)

func main() {
	out := flag.String("o", "techniques.json", "the file to write")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("name a file of facts, or the STIX bundles of the domains")
	}
	all := Release{Domains: map[string]Domain{}}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		r, err := read(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if all.Release != "" && all.Release != r.Release {
			return fmt.Errorf("%s is of release %s, the file before it of %s", name, r.Release, all.Release)
		}
		all.Release = r.Release
		for id, d := range r.Domains {
			all.Domains[id] = d
		}
	}
	text, err := write(all)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

// read tells the two kinds of input apart.
func read(data []byte) (Release, error) {
	var kind struct{ Type string }
	if err := json.Unmarshal(data, &kind); err != nil {
		return Release{}, err
	}
	if kind.Type == "bundle" {
		return readSTIX(data)
	}
	var r Release
	err := json.Unmarshal(data, &r)
	if err == nil && (r.Release == "" || len(r.Domains) == 0) {
		err = fmt.Errorf("neither a STIX bundle nor a file of facts with release and domains")
	}
	return r, err
}

// write lays the facts out with one object a line, so that the next release is a readable diff.
func write(r Release) ([]byte, error) {
	var b bytes.Buffer
	line := func(format string, values ...any) error {
		for i, v := range values {
			var e bytes.Buffer
			enc := json.NewEncoder(&e)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return err
			}
			values[i] = strings.TrimSuffix(e.String(), "\n")
		}
		fmt.Fprintf(&b, format, values...)
		return nil
	}
	if err := line("{\"what\":%s,\n\"notice\":%s,\n\"release\":%s,\n\"domains\":[", what, notice, r.Release); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(r.Domains))
	for id := range r.Domains {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		d := r.Domains[id]
		slices.SortFunc(d.Tactics, func(a, b Tactic) int { return strings.Compare(a.ID, b.ID) })
		slices.SortFunc(d.Techniques, func(a, b Technique) int { return strings.Compare(a.ID, b.ID) })
		if err := line(comma(i)+"\n{\"id\":%s,\"tactics\":[", id); err != nil {
			return nil, err
		}
		for i, t := range d.Tactics {
			if err := line(comma(i)+"\n%s", t); err != nil {
				return nil, err
			}
		}
		b.WriteString("],\n\"techniques\":[")
		for i, t := range d.Techniques {
			if t.Tactics == nil {
				t.Tactics = []string{}
			}
			slices.Sort(t.Tactics)
			if err := line(comma(i)+"\n%s", t); err != nil {
				return nil, err
			}
		}
		b.WriteString("]}")
	}
	b.WriteString("]}\n")
	return b.Bytes(), nil
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// Command gen makes techniques.json of an ATT&CK release: ids, names, tactics, revocations; no prose. It reads either a
// file of facts (as the first release was carried in) or the STIX 2.1 bundles that MITRE publishes, one a domain
// (https://github.com/mitre-attack/attack-stix-data). Same input, same bytes.
//
//	go run ./mappings/attack/gen -o mappings/attack/techniques.json enterprise-attack-20.0.json ics-attack-20.0.json mobile-attack-20.0.json
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
)

// facts is the form of the file that the first release was carried in as.
type facts struct {
	Release string `json:"release"`
	Domains map[string]struct {
		Tactics []struct {
			ID        string `json:"id"`
			Name      string `json:"name"`
			Shortname string `json:"shortname"`
		} `json:"tactics"`
		Techniques []struct {
			ID         string   `json:"id"`
			Name       string   `json:"name"`
			Tactics    []string `json:"tactics"`
			Revoked    bool     `json:"revoked"`
			Deprecated bool     `json:"deprecated"`
			ReplacedBy string   `json:"replaced_by"`
		} `json:"techniques"`
	} `json:"domains"`
}

const notice = "© 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation. MITRE ATT&CK and ATT&CK are registered trademarks of The MITRE Corporation."

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
		return errors.New("name a file of facts, or the STIX bundles of the domains")
	}
	var inputs []input
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		inputs = append(inputs, input{name, data})
	}
	text, err := made(inputs)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

type input struct {
	name string
	data []byte
}

// made is the file that the inputs give. Any finding about a bundle but a warning stops it.
func made(inputs []input) ([]byte, error) {
	inUse := attack.New("", notice, nil, nil)
	var l diag.List
	var bundles []*drift.Bundle
	for _, in := range inputs {
		var kind struct{ Type string }
		if json.Unmarshal(in.data, &kind) == nil && kind.Type != "bundle" && len(inputs) == 1 {
			return read(in)
		}
		b, err := drift.Read(in.name, bytes.NewReader(in.data), &l)
		if err != nil {
			return nil, err
		}
		if b != nil {
			bundles = append(bundles, b)
		}
	}
	if l.HasErrors() {
		return nil, told(l)
	}
	next := drift.Merge(bundles, inUse, "", &l)
	if next != nil && next.Release == "" {
		return nil, errors.New("the bundles don't say which release they are of: take those of STIX 2.1")
	}
	if next == nil || l.HasErrors() {
		return nil, told(l)
	}
	return next.Facts(), nil
}

func told(l diag.List) error {
	var b strings.Builder
	_ = diag.Render(&b, l, diag.Options{Format: diag.FormatShort})
	return errors.New(b.String())
}

// read makes the file of one of facts.
func read(in input) ([]byte, error) {
	var f facts
	if err := json.Unmarshal(in.data, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	if f.Release == "" || len(f.Domains) == 0 {
		return nil, fmt.Errorf("%s: neither a STIX bundle nor a file of facts with release and domains", in.name)
	}
	var tactics []attack.Tactic
	var techniques []attack.Technique
	for id, d := range f.Domains {
		for _, t := range d.Tactics {
			tactics = append(tactics, attack.Tactic{ID: t.ID, Name: t.Name, Shortname: t.Shortname, Domain: id})
		}
		for _, t := range d.Techniques {
			techniques = append(techniques, attack.Technique{ID: t.ID, Name: t.Name, Domain: id, Tactics: t.Tactics,
				Revoked: t.Revoked, Deprecated: t.Deprecated, ReplacedBy: t.ReplacedBy})
		}
	}
	return attack.New(f.Release, notice, tactics, techniques).Facts(), nil
}

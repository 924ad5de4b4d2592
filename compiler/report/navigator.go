package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/coverage"
)

// A layer of the ATT&CK Navigator, format 4.5 (mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md), as much of it as
// is written.
type (
	layer struct {
		Name        string           `json:"name"`
		Versions    layerVersions    `json:"versions"`
		Domain      string           `json:"domain"`
		Description string           `json:"description"`
		Sorting     int              `json:"sorting"`
		Layout      layerLayout      `json:"layout"`
		Techniques  []layerTechnique `json:"techniques"`
		Gradient    layerGradient    `json:"gradient"`
		Legend      []layerLegend    `json:"legendItems"`
		Across      bool             `json:"selectTechniquesAcrossTactics"`
		Metadata    []layerMetadata  `json:"metadata"`
	}
	layerVersions struct {
		Attack    string `json:"attack,omitempty"`
		Navigator string `json:"navigator"`
		Layer     string `json:"layer"`
	}
	layerLayout struct {
		Layout   string `json:"layout"`
		ShowID   bool   `json:"showID"`
		ShowName bool   `json:"showName"`
		Expanded string `json:"expandedSubtechniques"`
	}
	layerTechnique struct {
		ID       string          `json:"techniqueID"`
		Tactic   string          `json:"tactic"`
		Score    *int            `json:"score,omitempty"`
		Comment  string          `json:"comment"`
		Enabled  bool            `json:"enabled"`
		Metadata []layerMetadata `json:"metadata,omitempty"`
	}
	layerGradient struct {
		Colors []string `json:"colors"`
		Min    int      `json:"minValue"`
		Max    int      `json:"maxValue"`
	}
	layerLegend struct {
		Label string `json:"label"`
		Color string `json:"color"`
	}
	layerMetadata struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// The colours of the stages, from none to live: one hue that darkens, so that they are told apart without seeing colours.
var stageColors = []string{"#f2f0f7", "#cbc9e2", "#9e9ac8", "#54278f"}

// Layer writes a domain's layer for the ATT&CK Navigator: every live technique of the domain's tactics, under that tactic
// alone. Its score is the stage that one rule by itself has come to (0 none, 1 written, 2 proven, 3 live); a technique that no
// rule names has none. There is no filter: the Navigator knows the platforms.
func Layer(w io.Writer, r *coverage.Report, c *attack.Catalog, domain string) error {
	return indented(w, layerOf(r, c, domain))
}

// Layers writes the layers of all domains: one by itself, several as the list that the Navigator opens as tabs.
func Layers(w io.Writer, r *coverage.Report, c *attack.Catalog) error {
	all := []layer{}
	for _, d := range domains(r) {
		all = append(all, layerOf(r, c, d))
	}
	if len(all) == 1 {
		return indented(w, all[0])
	}
	return indented(w, all)
}

// Domains lists the ATT&CK domains of which a report has a tactic.
func Domains(r *coverage.Report) []string { return domains(r) }

func layerOf(r *coverage.Report, c *attack.Catalog, domain string) layer {
	major, _, _ := strings.Cut(c.Release, ".") // all that the Navigator reads of it
	out := layer{Name: "Detection coverage: " + clean(domain), Domain: domain, Versions: layerVersions{major, "4.9.0", "4.5"},
		Layout: layerLayout{"side", true, true, "annotated"}, Gradient: layerGradient{stageColors, 0, int(coverage.Live)}, Techniques: []layerTechnique{}}
	figures := domainFigures(r, domain)
	out.Description = strings.Join(append([]string{"A score is how far one rule by itself has come. Techniques are a second view, not from the document: what the page asks for is counted in items.",
		stagesMean}, append(figures, c.Notice)...), "\n")
	for s := coverage.None; s <= coverage.Live; s++ {
		label := fmt.Sprintf("%d %s", s, s)
		if s == coverage.None {
			label = "0 named by a rule that is not written through"
		}
		out.Legend = append(out.Legend, layerLegend{label, stageColors[s]})
	}
	out.Legend = append(out.Legend, layerLegend{"no score: no rule names it", "#ffffff"})
	for _, p := range techniques(r, c, domain) {
		out.Techniques = append(out.Techniques, layerTechniqueOf(p))
	}
	out.Metadata = []layerMetadata{{"ATT&CK release", clean(c.Release)}, {"input", r.Digest}}
	for _, t := range r.Tactics {
		if t.Domain != domain {
			continue
		}
		for _, p := range parts(t) {
			for _, f := range figuresOf(p.Count) {
				out.Metadata = append(out.Metadata, layerMetadata{clean(t.ID) + " " + p.name + " " + f.State, fmt.Sprintf("%d/%d", f.Items, p.Items)})
			}
		}
	}
	return out
}

func layerTechniqueOf(p painted) layerTechnique {
	const source = "Not from the document: ATT&CK's kill-chain phases put it under "
	out := layerTechnique{ID: p.ID, Tactic: p.tactic.Shortname, Enabled: true, Comment: source + p.tactic.ID + ". "}
	stage, ok := p.stage()
	if !ok {
		out.Comment += "Untouched: no rule's tags name it."
		return out
	}
	score, best := int(stage), p.rules[0]
	out.Score = &score
	out.Comment += fmt.Sprintf("%s; the furthest by itself, %s, is %s.", p.named(), clip(best.Name, 100), stageWord(stage))
	out.Metadata = []layerMetadata{{"stage", stage.String()}, {"rules", p.names()}, {"number of rules", strconv.Itoa(len(p.rules))}}
	return out
}

// stageWord is a stage in a sentence.
func stageWord(s coverage.Stage) string {
	if s == coverage.None {
		return "not written through"
	}
	return s.String()
}

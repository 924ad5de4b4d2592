package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// FidelityVersion is the version of the form of Fidelity's JSON.
const FidelityVersion = 1

// Fidelity says of every rule how far its query for every target means what the rule means.
type Fidelity struct {
	SchemaVersion int              `json:"schema_version"`
	Targets       []FidelityTarget `json:"targets"` // in the order of the names
	Queries       []FidelityQuery  `json:"queries"` // by rule, then by name, then by target
}

// A FidelityTarget is a target and how many of its queries are what.
type FidelityTarget struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Language string `json:"language"`
	Verified string `json:"verified"` // by what; empty: not engine-verified

	Exact       int `json:"exact"`
	Approximate int `json:"approximate"`
	Refused     int `json:"refused"`
}

// A FidelityQuery is a rule on a log for a target.
type FidelityQuery struct {
	Rule     string         `json:"rule"` // the stub
	Name     string         `json:"name"` // stub.source
	Target   string         `json:"target"`
	Store    string         `json:"store,omitempty"`
	File     string         `json:"file,omitempty"`    // of the query, below the output folder
	Fidelity string         `json:"fidelity"`          // exact, approximate or refused
	Inlined  []string       `json:"inlined,omitempty"` // context tables whose values stand in the query: it is made again when they change
	Losses   []FidelityLoss `json:"losses,omitempty"`
	Refusals []string       `json:"refusals,omitempty"`
}

// A FidelityLoss is a clause that a query says otherwise than its rule.
type FidelityLoss struct {
	Clause string `json:"clause"`
	Reason string `json:"reason"`
	Effect string `json:"effect"` // narrower, wider, or narrower or wider
	Line   string `json:"line,omitempty"`
}

// Count fills in how many queries of each target are what.
func (f *Fidelity) Count() {
	at := map[string]*FidelityTarget{}
	for i := range f.Targets {
		at[f.Targets[i].Name] = &f.Targets[i]
	}
	for _, q := range f.Queries {
		switch t := at[q.Target]; q.Fidelity {
		case "exact":
			t.Exact++
		case "approximate":
			t.Approximate++
		default:
			t.Refused++
		}
	}
}

// FidelityJSON writes it whole.
func FidelityJSON(w io.Writer, f *Fidelity) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(f)
}

// FidelityMarkdown writes it for people: the targets, the stubs by target, and why a query is not exact.
func FidelityMarkdown(w io.Writer, f *Fidelity) error {
	p := &page{}
	p.line("# What the queries keep of their rules\n")
	p.line("A query is *exact* where it finds the records that its rule means and no others, *approximate* where a clause is said")
	p.line("otherwise, and *refused* where a clause can't be said, or the store has no place for it. The whole is in fidelity.json.\n")
	p.line("| target | language | exact | approximate | refused | held by |")
	p.line("|---|---|---:|---:|---:|---|")
	for _, t := range f.Targets {
		held := t.Verified
		if held == "" {
			held = "**not engine-verified**"
		} else {
			held = escape(held)
		}
		p.line("| %s: %s | %s | %d | %d | %d | %s |", escape(t.Name), escape(t.Title), escape(t.Language), t.Exact, t.Approximate, t.Refused, held)
	}
	p.fidelityMatrix(f)
	p.fidelityReasons(f)
	_, err := io.WriteString(w, p.String())
	return err
}

// fidelityMatrix is a row a stub: of its queries for a target, how many are exact (=), approximate (~) and refused (x).
func (p *page) fidelityMatrix(f *Fidelity) {
	counts := map[[2]string][3]int{}
	var rules []string
	for _, q := range f.Queries {
		if len(rules) == 0 || rules[len(rules)-1] != q.Rule {
			rules = append(rules, q.Rule)
		}
		c := counts[[2]string{q.Rule, q.Target}]
		c[slices.Index(fidelities, q.Fidelity)]++
		counts[[2]string{q.Rule, q.Target}] = c
	}
	p.line("\n## By stub\n")
	p.line("Of the queries on its logs: `=` exact, `~` approximate, `x` refused.\n")
	head, rule := "| stub |", "|---|"
	for _, t := range f.Targets {
		head += " " + escape(t.Name) + " |"
		rule += "---|"
	}
	p.line("%s\n%s", head, rule)
	for _, r := range rules {
		line := "| " + escape(r) + " |"
		for _, t := range f.Targets {
			line += " " + fidelityCell(counts[[2]string{r, t.Name}]) + " |"
		}
		p.line("%s", line)
	}
}

var fidelities = []string{"exact", "approximate", "refused"}

func fidelityCell(c [3]int) string {
	var parts []string
	for i, sign := range []string{"=", "~", "x"} {
		if c[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", c[i], sign))
		}
	}
	return strings.Join(parts, " ")
}

// mostReasons is how many reasons the page gives a target.
const mostReasons = 12

// fidelityReasons says for each target what keeps queries from being exact, the most frequent first.
func (p *page) fidelityReasons(f *Fidelity) {
	p.line("\n## Why\n")
	for _, t := range f.Targets {
		counts := map[string]int{}
		for _, q := range f.Queries {
			if q.Target != t.Name {
				continue
			}
			seen := map[string]bool{}
			for _, l := range q.Losses {
				seen["~ "+l.Effect+": "+l.Reason] = true
			}
			for _, r := range q.Refusals {
				seen["x "+r] = true
			}
			for why := range seen {
				counts[why]++
			}
		}
		if len(counts) == 0 {
			continue
		}
		var reasons []string
		for why := range counts {
			reasons = append(reasons, why)
		}
		slices.SortFunc(reasons, func(a, b string) int {
			if counts[a] != counts[b] {
				return counts[b] - counts[a]
			}
			return strings.Compare(a, b)
		})
		p.line("**%s**\n", escape(t.Name))
		for i, why := range reasons {
			if i == mostReasons {
				p.line("* %s more", plural(len(reasons)-i, "reason"))
				break
			}
			p.line("* %d: %s", counts[why], escape(why))
		}
		p.line("")
	}
}

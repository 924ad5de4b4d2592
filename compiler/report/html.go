package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"detc/compiler/coverage"
	"detc/compiler/ledger"
	"detc/compiler/visibility"
)

// An HTMLInput is what the HTML report shows. Only Coverage is needed; what is left out is left out of the page, which
// says so where a reader would miss it.
type HTMLInput struct {
	Coverage *coverage.Report
	Since    *coverage.Diff   // what changed since a revision; nil where none was given
	Ledger   []ledger.Row     // nil: the rows as coverage finds them, annotated by nobody
	View     *visibility.View // the site's devices, and which sources would unlock most; nil where nobody says

	Details    map[string]RuleDetail  // by the rule's name
	Briefs     map[string][]Block     // the pages' text, by tactic
	Techniques map[string][]Technique // those in use, by tactic
	Notice     string                 // what whoever shows ATT&CK's ids must print

	// Most is how many bytes of queries and Sigma are shown; 0 is DefaultHTMLText. What is left out is named, with the file
	// that a build writes it to.
	Most int
}

// DefaultHTMLText is how many bytes of queries and Sigma a page shows unless told: all of the library's Sigma, in a page
// that a mail takes.
const DefaultHTMLText = 1_200_000

// A Block is a stretch of a brief as it stands on the page.
type Block struct {
	Kind string // BlockHeading, BlockText, BlockItem
	Text string
	Item string // of a BlockItem: its id
	Line int    // where it begins, from 1; 0 is unknown
}

// The kinds of blocks.
const (
	BlockHeading = "heading"
	BlockText    = "text"
	BlockItem    = "item"
)

// A Technique is a technique of a tactic. It comes from ATT&CK, never from the brief.
type Technique struct{ ID, Name string }

// A RuleDetail is what there is to see of a rule beyond its standing.
type RuleDetail struct {
	Kind        string // rule, building block, correlation
	Telemetry   string // the schema, "" of a correlation
	Description string
	Lets        []NamedText // names for parts of the condition
	Condition   string      // as its author wrote it; of a correlation, what it asks of its parts
	Rests       []string    // the rules that a correlation rests on
	Atoms       []Atom
	Cases       []CaseDetail
	Mutants     *MutantScore // nil where nobody asked
	Sigma       []SigmaText
	Without     []NamedText // the sources on which none is emitted, with the reason
	Queries     []Query
	FalsePos    []string
	Runbook     string
	Techniques  []string
}

// A NamedText is a text with a name.
type NamedText struct{ Name, Text string }

// An Atom is a clause of a condition with how often the cases saw it true and false.
type Atom struct {
	Text        string
	True, False int
}

// A CaseDetail is a case of a rule's tests.
type CaseDetail struct {
	Name    string
	Want    string // match, no match; of a correlation, what must fire
	Verdict Verdict
	Message string // why it failed or was skipped
	Line    int
}

// A SigmaText is a Sigma rule as it is emitted for a source.
type SigmaText struct {
	Source, Path string
	YAML         []byte
	ReadBack     string // why it is another when it is read back; "" where it is the same
}

// A Query is a rule in a target's language.
type Query struct {
	Target, Source string
	Fidelity       string   // coverage.Exact, …
	Losses         []string // what is lost, where it isn't exact
	Path           string   // below the output folder
	Text           string
}

//go:embed html
var htmlFiles embed.FS

// htmlParts are the page's templates, and what goes into it as it is.
type htmlParts struct {
	page                 *template.Template
	early, script, style template.HTML
	policy               string
}

var htmlOf = sync.OnceValues(func() (*htmlParts, error) {
	page, err := template.New("page").Funcs(htmlFuncs).ParseFS(htmlFiles, "html/*.tmpl")
	if err != nil {
		return nil, err
	}
	p := &htmlParts{page: page}
	var hashes [3]string
	for k, part := range []struct {
		file, tag string
		to        *template.HTML
	}{{"early.js", "script", &p.early}, {"script.js", "script", &p.script}, {"style.css", "style", &p.style}} {
		text, err := htmlFiles.ReadFile("html/" + part.file)
		if err != nil {
			return nil, err
		}
		text = bytes.TrimSpace(text)
		sum := sha256.Sum256(text)
		hashes[k] = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		*part.to = template.HTML("<" + part.tag + ">" + string(text) + "</" + part.tag + ">") // our own files, no input
	}
	// Nothing is loaded from anywhere; the one style and the two scripts are told by what they are.
	p.policy = "default-src 'none'; script-src " + hashes[0] + " " + hashes[1] + "; style-src " + hashes[2] + "; base-uri 'none'; form-action 'none'"
	return p, nil
})

// HTML writes coverage as one page that needs nothing but itself: no network, no other file. It opens from disk, reads
// without scripts, prints, and has an address for every item (#TA0104/D5) and rule (#rule/ot-mode-change-unlisted). The
// same input gives the same bytes.
func HTML(w io.Writer, in HTMLInput) error {
	parts, err := htmlOf()
	if err != nil {
		return err
	}
	p := newHTMLPage(in)
	p.Policy, p.Early, p.Script, p.Style = parts.policy, parts.early, parts.script, parts.style
	var b bytes.Buffer
	b.Grow(1 << 20)
	if err := parts.page.ExecuteTemplate(&b, "page.tmpl", p); err != nil {
		return err
	}
	_, err = w.Write(inert(b.Bytes()))
	return err
}

// htmlFuncs are what the templates call.
var htmlFuncs = template.FuncMap{
	"clean":    clean,
	"short":    shortDigest,
	"plural":   plural,
	"gates":    gateCells,
	"link":     func(prefix, name string) template.URL { return template.URL("#" + htmlAnchor(prefix, name)) },
	"anchor":   htmlAnchor,
	"pre":      preformatted,
	"clip":     htmlClip,
	"lower":    strings.ToLower,
	"join":     strings.Join,
	"number":   number,
	"badge":    htmlBadge,
	"gateTh":   gateHeads,
	"count":    thousands,
	"states":   coverage.ItemStates,
	"name":     breakable,
	"allgates": coverage.AllGates,
	"stages":   func() []string { return []string{"written", "proven", "live"} },
	"less":     func(a, b int) int { return a - b },
	"tactic":   func(item string) string { id, _, _ := strings.Cut(item, "/"); return id },
	"state":    stateMark,
	"yaml":     func(b []byte) template.HTML { return preformatted(string(b)) },
	"fidmark": func(f string) string {
		return map[string]string{"gp": "✓", "gs": "≈", "gf": "×", "gu": "?"}[fidelityClass(f)]
	},
	"caserows": caseRows,
	"percent":  func(share float64) string { return fmt.Sprintf("%.4g %%", 100*share) },
	"reasons": func(r coverage.Reasons) []NamedText {
		var out []NamedText
		for _, g := range coverage.AllGates() {
			if r[g] != "" {
				out = append(out, NamedText{g.String(), r[g]})
			}
		}
		return out
	},
}

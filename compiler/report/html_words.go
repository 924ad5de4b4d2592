package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// htmlAnswer is an item in plain words.
type htmlAnswer struct {
	ID, Kind, Text string
	Short, Words   string
	State          string
	Class, Mark    string
	Missing        string // in the scope in which it is worst
	Accepted       string // by whom some of that was accepted, where, and until when
}

// missingOf is what is not shown of an item in the scope in which it is worst: in that whose gates the report gives it.
func missingOf(i coverage.ItemReport) string {
	for _, o := range i.Obligations {
		if o.State != coverage.ItemNotNeeded && o.Gates == i.Gates && o.Stage == i.Stage {
			return inWords(o, i.Detection())
		}
	}
	return ""
}

// acceptedOf says by whom gaps of an item were accepted, in how many of its scopes, and when the first of that ends.
func acceptedOf(i coverage.ItemReport) string {
	var owners []string
	until, scopes := "", 0
	for _, o := range i.Obligations {
		if o.Until == "" || o.State == coverage.ItemNotNeeded {
			continue
		}
		if scopes++; until == "" || o.Until < until {
			until = o.Until
		}
		if !slices.Contains(owners, o.Owner) {
			owners = append(owners, o.Owner)
		}
	}
	switch {
	case scopes == 0:
		return ""
	case len(i.Obligations) == 1:
		return fmt.Sprintf("Accepted by %s until %s.", owners[0], until)
	}
	return fmt.Sprintf("Accepted in %d of %d scopes by %s, until %s.", scopes, len(i.Obligations), strings.Join(owners, ", "), until)
}

// The answers to a brief's questions.
const (
	answerYes      = "Yes"
	answerTests    = "In tests only"
	answerPaper    = "On paper only"
	answerAccepted = "Accepted gap"
	answerPart     = "In part"
	answerNo       = "No"
	answerNot      = "Not asked here"
)

var answerWords = []string{answerYes, answerTests, answerPaper, answerPart, answerAccepted, answerNo, answerNot}

func htmlAnswerOf(i coverage.ItemReport) htmlAnswer {
	out := htmlAnswer{ID: i.ID, Kind: i.Kind, Text: i.Text, State: i.State}
	out.Class, out.Mark = stateLook(i.State)
	out.Missing, out.Accepted = missingOf(i), acceptedOf(i)
	switch {
	case i.State == coverage.Effective:
		out.Short, out.Words = answerYes, "It was shown to work where it runs."
		if s := liveSince(i); s != "" {
			out.Words = "It was shown to work where it runs, since " + s + "."
		}
	case i.State == coverage.ItemWaived:
		out.Short, out.Words = answerAccepted, "It is not covered; somebody accepted that for a time."
	case i.State == coverage.ItemNotNeeded:
		out.Short, out.Words = answerNot, "It was declared not to apply."
	case i.State == coverage.Blind && i.Detection():
		out.Short, out.Words = answerNo, "Nothing answers it."
	case !i.Detection() && i.State == coverage.Partial:
		out.Short, out.Words = answerPart, "Some of it was shown to be done."
	case !i.Detection():
		out.Short, out.Words = answerNo, "Nobody has shown yet that it is done."
	case i.Stage >= coverage.Proven:
		out.Short, out.Words = answerTests, "It works on test cases; that it works where it runs is not shown."
	case i.State == coverage.Blind:
		out.Short, out.Words = answerNo, "In at least one scope nothing answers it."
	default:
		out.Short, out.Words = answerPaper, "Something is written for it, and not shown to work."
	}
	return out
}

// htmlWorst is an item that lacks much, in the scopes in which it lacks the same.
type htmlWorst struct {
	ID, Text, Missing string
	Scopes            []string
	Where, Names      string // the scopes in words: how many of how many, and which
	State             string
	Owner, Until      string
	High              bool
	open              int // gates
	mitigation        bool
	stage             coverage.Stage
}

const worstShown = 5

// htmlWorstOf are the items that lack most: where the consequence is high first, detection before mitigation, then by how
// little is shown.
func htmlWorstOf(t coverage.TacticReport, high map[string]bool) ([]htmlWorst, string) {
	var all []htmlWorst
	any := false
	for _, i := range t.Items {
		for _, o := range i.Obligations {
			any = any || high[o.Scope]
			if o.State != coverage.Effective && o.State != coverage.ItemNotNeeded {
				all = append(all, htmlWorst{ID: i.ID, Text: i.Text, Missing: inWords(o, i.Detection()), Scopes: []string{o.Scope}, State: o.State, Owner: o.Owner,
					Until: o.Until, High: high[o.Scope], open: len(o.Open), mitigation: !i.Detection(), stage: o.Stage})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b htmlWorst) int {
		return cmp.Or(-htmlCompare(a.High, b.High), htmlCompare(a.mitigation, b.mitigation), htmlCompare(a.State == coverage.ItemWaived, b.State == coverage.ItemWaived),
			cmp.Compare(a.stage, b.stage), -cmp.Compare(a.open, b.open))
	})
	all = together(all)
	of := "those of high consequence first"
	if !any {
		of = "of all, as no scope of this tactic is marked as of high consequence"
	}
	all = all[:min(len(all), worstShown)]
	for k := range all {
		all[k].Where, all[k].Names = whereOf(all[k].Scopes, t)
	}
	return all, of
}

// whereOf says in which of a tactic's scopes something is so.
func whereOf(scopes []string, t coverage.TacticReport) (where, names string) {
	asked := 0
	for _, i := range t.Items {
		asked = max(asked, len(i.Obligations))
	}
	switch {
	case len(scopes) == 1:
		return htmlClip(scopes[0]), ""
	case len(scopes) == asked:
		return fmt.Sprintf("all %d scopes", asked), ""
	}
	names = strings.Join(scopes[:min(len(scopes), 3)], ", ")
	if more := len(scopes) - 3; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%d of %d scopes", len(scopes), asked), names
}

// htmlCompare puts what is not so before what is.
func htmlCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// together makes one of what lacks in several scopes and one person answers for; what it lacks is said of the first, in
// which it is worst.
func together(all []htmlWorst) []htmlWorst {
	var out []htmlWorst
	for _, h := range all {
		k := slices.IndexFunc(out, func(o htmlWorst) bool {
			return o.ID == h.ID && o.High == h.High && o.Owner == h.Owner && o.Until == h.Until
		})
		if k < 0 {
			out = append(out, h)
			continue
		}
		out[k].Scopes = append(out[k].Scopes, h.Scopes...)
	}
	return out
}

// gapWords say of a gate that is not passed what a reader misses who doesn't know the gates.
var gapWords = map[coverage.Gate]string{
	coverage.Mapped:     "a rule for it",
	coverage.Compiled:   "a rule that compiles",
	coverage.Tested:     "tests",
	coverage.Equivalent: "that the written rule means the same",
	coverage.Exportable: "a query for the SIEM",
	coverage.Onboarded:  "its logs",
	coverage.Deployed:   "that it runs",
	coverage.Measured:   "how often it alerts",
}

// logWords say what is the matter with the logs.
var logWords = map[string]string{
	coverage.NotLogged:    "its logs (nothing is written)",
	coverage.NotForwarded: "its logs (written, and not forwarded)",
	coverage.NotParsed:    "its logs (forwarded, and not readable)",
	coverage.Incomplete:   "enough of its logs",
}

// inWords names what is not shown of an obligation.
func inWords(o coverage.Obligation, detection bool) string {
	var out []string
	for _, gap := range o.Open {
		g, _ := coverage.GateOf(gap.Gate)
		word := cmp.Or(logWords[gap.Kind], gapWords[g])
		switch {
		case !detection && g == coverage.Mapped:
			word = "who answers for it, and dated evidence"
		case !detection && g == coverage.Tested:
			word = "evidence"
		case !detection && g == coverage.Measured:
			word = "who verified it"
		case gap.Kind == coverage.Approximated:
			word = "a query that says exactly the same"
		case gap.Kind == coverage.Unsayable:
			word = "a query: the SIEM can't say it"
		}
		if gap.Waived {
			word += " (accepted)"
		}
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "Not shown: " + strings.Join(out, ", ") + "."
}

package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// A Link is a stub's tag that a change is about. Those with one thing to do stand together.
type Link struct {
	Rule string `json:"rule"`
	File string `json:"file"`
	Line int    `json:"line"`
	Do   string `json:"do"`            // what is to be done there, in a sentence without its stop
	Fix  string `json:"fix,omitempty"` // safe or unsafe; "" where a person must write it
}

// Touch finds the stubs that each change is about, writes them into the report, and gives the findings at their tags
// with the fixes: a revoked technique is replaced where what stands for it is of the stub's tactic, and that is safe; a
// tag that has lost its meaning is taken away where the user asks for unsafe fixes. An addition asks nothing of a stub.
func Touch(r *Report, stubs []*stub.Stub) diag.List {
	var l diag.List
	r.Stubs = len(stubs)
	touched := map[*stub.Stub]bool{}
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.What == Added || c.What == Restored || c.What == MovedIn {
			continue
		}
		for _, s := range stubs {
			for _, tag := range s.Tags {
				if tag.Value != c.ID || !about(c, s) {
					continue
				}
				d := c.finding(s, tag, r.To, &l)
				if d.Severity > diag.Note {
					touched[s] = true
				}
				c.Links = append(c.Links, link(s, tag, d))
			}
		}
		slices.SortStableFunc(c.Links, func(a, b Link) int {
			return cmp.Or(strings.Compare(b.Fix, a.Fix), strings.Compare(a.Do, b.Do), strings.Compare(a.File, b.File))
		})
	}
	r.Touched = len(touched)
	l.Sort()
	return l
}

// about says whether a change concerns a stub that names its id: a move out of a tactic that is not the stub's does not.
func about(c *Change, s *stub.Stub) bool {
	if c.What != MovedOut {
		return true
	}
	return slices.ContainsFunc(s.Tags, func(t source.Text) bool { return slices.Contains(c.Tactics, t.Value) })
}

func link(s *stub.Stub, tag source.Text, d *diag.Diagnostic) Link {
	out := Link{Rule: s.Name.Value, File: s.File.Name, Line: s.File.Position(tag.Whole.Start).Line, Do: d.Help}
	for _, f := range d.Fixes {
		out.Fix = "unsafe"
		if f.Safe {
			out.Fix = "safe"
			break
		}
	}
	return out
}

func (c *Change) finding(s *stub.Stub, tag source.Text, release string, l *diag.List) *diag.Diagnostic {
	release = "ATT&CK " + or(release, "of the bundle")
	named := c.ID + " " + c.Name
	if tacticID.MatchString(c.ID) {
		d := l.Add(diag.DriftTactic, tag.Whole, "%s has no %s", release, named)
		if c.What == Renamed {
			d.Message = fmt.Sprintf("%s %s is called %s in %s", c.ID, c.Was, c.Name, release)
			return d.As(diag.Note).WithHelp("the id stands: read the tactic's new page")
		}
		return d.WithHelp("find the tactic whose brief the rule answers now")
	}
	switch c.What {
	case Revoked:
		return c.revoked(s, tag, release, l)
	case Deprecated:
		d := l.Add(diag.DriftDeprecated, tag.Whole, "%s is deprecated in %s", named, release)
		return drop(d, s, tag, "nothing stands for it")
	case MovedOut:
		d := l.Add(diag.DriftMoved, tag.Whole, "%s is no longer of %s in %s", named, strings.Join(c.Tactics, ", "), release)
		return drop(d, s, tag, "it is of "+or(strings.Join(c.Now, ", "), "no tactic")+" now")
	case Gone:
		d := l.Add(diag.DriftGone, tag.Whole, "%s has no %s", release, named)
		return d.WithHelp("ATT&CK takes no id away: look at the bundle first")
	}
	return l.Add(diag.DriftRenamed, tag.Whole, "%s %s is called %s in %s", c.ID, c.Was, c.Name, release).
		WithHelp("the id stands: read the technique's new page")
}

func (c *Change) revoked(s *stub.Stub, tag source.Text, release string, l *diag.List) *diag.Diagnostic {
	named := c.ID + " " + c.Name
	if c.By == nil {
		d := l.Add(diag.DriftRevoked, tag.Whole, "%s is revoked in %s", named, release)
		return drop(d, s, tag, "nothing stands for it")
	}
	d := l.Add(diag.DriftRevoked, tag.Whole, "%s is revoked in %s: %s %s stands for it", named, release, c.By.ID, c.By.Name)
	tactics := tacticsOf(s)
	fits := slices.ContainsFunc(tactics, func(t string) bool { return slices.Contains(c.By.Tactics, t) })
	switch {
	case c.By.Deprecated:
		return drop(d, s, tag, c.By.ID+" is deprecated too")
	case len(tactics) > 0 && !fits:
		return drop(d, s, tag, c.By.ID+" is of "+or(strings.Join(c.By.Tactics, ", "), "no tactic")+", not of "+strings.Join(tactics, ", "))
	case names(s, c.By.ID):
		d.WithHelp("take the tag away: %s stands there already", c.By.ID)
		if e, ok := removal(tag); ok {
			d.Fixes = append(d.Fixes, diag.Fix{Title: "take " + c.ID + " away", Safe: true, Edits: []diag.Edit{e}})
		}
		return d
	}
	d.WithHelp("replace %s by %s", c.ID, c.By.ID)
	d.WithFix("replace "+c.ID+" by "+c.By.ID, tag.Whole, c.By.ID)
	fix := &d.Fixes[len(d.Fixes)-1]
	fix.Edits = append(fix.Edits, links(s, c.ID, c.By.ID)...)
	return d
}

// drop offers to take a tag away, and says why. It is for a person to agree: another technique may be what is meant.
func drop(d *diag.Diagnostic, s *stub.Stub, tag source.Text, why string) *diag.Diagnostic {
	d.WithHelp("%s; take the tag away, or name a technique that fits: a tactic alone is a good tag", why)
	if e, ok := removal(tag); ok && len(tacticsOf(s)) > 0 {
		d.Fixes = append(d.Fixes, diag.Fix{Title: "take " + tag.Value + " away", Edits: []diag.Edit{e}})
	}
	return d
}

func tacticsOf(s *stub.Stub) []string {
	var out []string
	for _, t := range s.Tags {
		if tacticID.MatchString(t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

func names(s *stub.Stub, id string) bool {
	return slices.ContainsFunc(s.Tags, func(t source.Text) bool { return t.Value == id })
}

// links are the changes of a stub's references to a technique's page, so that they lead to the page of the other one.
func links(s *stub.Stub, from, to string) []diag.Edit {
	const site = "attack.mitre.org/techniques/"
	page := strings.ReplaceAll(from, ".", "/")
	var out []diag.Edit
	for _, ref := range s.References {
		at := strings.Index(ref.Value, site+page)
		if at < 0 || !ref.Alias.IsZero() {
			continue
		}
		start := at + len(site)
		end := start + len(page)
		if rest := ref.Value[end:]; rest == "" || rest == "/" || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "/#") {
			out = append(out, diag.Edit{Span: ref.Span(start, end), New: strings.ReplaceAll(to, ".", "/")})
		}
	}
	return out
}

// removal is the change of text that takes an entry out of a list: with its comma in [a, b], with its line in a list of
// lines. It says false where the entry is written in a way that a machine should leave alone.
func removal(tag source.Text) (diag.Edit, bool) {
	f, start, end := tag.Whole.File, tag.Whole.Start, tag.Whole.End
	if f == nil || !tag.Alias.IsZero() {
		return diag.Edit{}, false
	}
	text := f.Text
	before := strings.TrimRight(text[:start], " \t")
	after := len(text) - len(strings.TrimLeft(text[end:], " \t"))
	line := strings.LastIndexByte(before, '\n') + 1
	switch {
	case strings.HasSuffix(before, ","):
		return diag.Edit{Span: source.Span{File: f, Start: len(before) - 1, End: end}}, true
	case strings.HasSuffix(before, "[") && strings.HasPrefix(text[after:], ","):
		rest := len(text) - len(strings.TrimLeft(text[after+1:], " \t"))
		return diag.Edit{Span: source.Span{File: f, Start: start, End: rest}}, true
	case strings.TrimSpace(before[line:]) == "-" && (after == len(text) || text[after] == '\n' || strings.HasPrefix(text[after:], "\r\n")):
		if i := strings.IndexByte(text[after:], '\n'); i >= 0 {
			after += i + 1
		}
		return diag.Edit{Span: source.Span{File: f, Start: line, End: after}}, true
	}
	return diag.Edit{}, false
}

// TacticsOf lists the tactics that stubs are tagged with, as far as the catalog knows them.
func TacticsOf(inUse *attack.Catalog, stubs []*stub.Stub) []string {
	var out []string
	for _, s := range stubs {
		for _, id := range tacticsOf(s) {
			if _, ok := inUse.Tactic(id); ok {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

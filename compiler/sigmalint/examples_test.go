package sigmalint

import (
	"slices"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// codes are those of findings, each once.
func codes(l diag.List) string {
	var out []string
	for _, d := range l {
		if !slices.Contains(out, string(d.Code)) {
			out = append(out, string(d.Code))
		}
	}
	return strings.Join(out, " ")
}

func TestBaseIsClean(t *testing.T) {
	if l := checked(t, base, catalog(t)); len(l) > 0 {
		t.Error(said(l))
	}
}

// Every page's bad example has the finding and no other but notes, and the good one has none.
func TestExamples(t *testing.T) {
	c := catalog(t)
	for _, i := range diag.Codes() {
		if !strings.HasPrefix(string(i.Code), "DT62") || i.In != diag.InSigma {
			continue
		}
		t.Run(string(i.Code), func(t *testing.T) {
			bad := checked(t, merged(base, i.Bad), c)
			bad = slices.DeleteFunc(bad, func(d *diag.Diagnostic) bool { return d.Severity == diag.Note && d.Code != i.Code })
			if got := codes(bad); got != string(i.Code) {
				t.Errorf("the bad example yields %q:\n%s", got, said(bad))
			}
			for _, d := range bad {
				if d.Help == "" || d.Message == "" || d.Span.IsZero() {
					t.Errorf("%s has no place, no message or no help: %+v", d.Code, d)
				}
			}
			if good := checked(t, merged(base, i.Good), c); len(good) > 0 {
				t.Errorf("the good example yields\n%s", said(good))
			}
		})
	}
}

// Each check names the codes it finds, each code stands in one check and has a page; what only a set has is left out.
func TestEveryCodeHasItsCheck(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, c := range checks {
		for _, code := range c.codes {
			if seen[code] {
				t.Errorf("%s stands twice", code)
			}
			seen[code] = true
			if _, ok := diag.Lookup(string(code)); !ok {
				t.Errorf("%s has no page", code)
			}
		}
	}
	for _, i := range diag.Codes() {
		if strings.HasPrefix(string(i.Code), "DT62") && i.Code < diag.SigmaSameID && !seen[i.Code] {
			t.Errorf("%s has a page and no check", i.Code)
		}
	}
}

// What a safe fix makes of an example no longer has the finding, and the rule means what it did, except where the
// finding is about the meaning.
func TestFixesMend(t *testing.T) {
	changes := map[diag.Code]bool{diag.SigmaFieldSpace: true}
	c := catalog(t)
	fixed := 0
	for _, i := range diag.Codes() {
		if !strings.HasPrefix(string(i.Code), "DT62") || i.In != diag.InSigma {
			continue
		}
		for _, unsafe := range []bool{false, true} {
			text := merged(base, i.Bad)
			l := slices.DeleteFunc(checked(t, text, c), func(d *diag.Diagnostic) bool { return d.Code != i.Code })
			edits := diag.Fixes(l, unsafe)["rule.yml"]
			if len(edits) == 0 {
				continue
			}
			fixed++
			after, skipped := diag.Apply(text, edits)
			if skipped > 0 {
				t.Errorf("%s: %d edits skipped", i.Code, skipped)
			}
			if again := checked(t, after, c); strings.Contains(codes(again), string(i.Code)) {
				t.Errorf("%s is still there:\n%s\n%s", i.Code, after, said(again))
			}
			was, is := read(t, text), read(t, after)
			if len(is) != 1 || is[0].Where == nil {
				t.Errorf("%s: what is mended doesn't read:\n%s", i.Code, after)
				continue
			}
			if !unsafe && !changes[i.Code] && !alike(t, was[0].Where, is[0].Where) {
				t.Errorf("%s changed the meaning:\n%s\n%s", i.Code, ir.Text(was[0].Where), ir.Text(is[0].Where))
			}
		}
	}
	if fixed < 20 {
		t.Errorf("only %d examples have a fix", fixed)
	}
}

// alike says that two expressions are equal, or agree on events made of all their own values and what stands near them.
func alike(t *testing.T, a, b ir.Expr) bool {
	t.Helper()
	if ir.Equal(a, b) {
		return true
	}
	texts := map[string][]string{}
	note := func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			for _, v := range valuesOf(atom) {
				v = strings.NewReplacer("*", "", `\\`, `\`).Replace(v)
				texts[f.Name] = append(texts[f.Name], v, "x"+v, v+"x", "x"+v+"x", "X "+strings.ToUpper(v)+" X", strings.TrimLeft(v, "-/"))
			}
		}
	}
	ir.Atoms(a, note)
	ir.Atoms(b, note)
	ok, tried := true, 0
	var try func(names []string, ev event)
	try = func(names []string, ev event) {
		if tried > 2000 || !ok {
			return
		}
		if len(names) == 0 {
			tried++
			if eval.Match(a, ev, nil) != eval.Match(b, ev, nil) {
				ok = false
				t.Logf("they differ on %v", ev)
			}
			return
		}
		for _, v := range append(texts[names[0]], "", "other") {
			ev[names[0]] = v
			try(names[1:], ev)
		}
		delete(ev, names[0])
		try(names[1:], ev)
	}
	var names []string
	for n := range texts {
		names = append(names, n)
	}
	slices.Sort(names)
	try(names, event{})
	return ok
}

func valuesOf(atom ir.Expr) (out []string) {
	switch a := atom.(type) {
	case *ir.Eq:
		for _, v := range a.Values {
			out = append(out, v.Text())
		}
	case *ir.Match:
		out = a.Values
	case *ir.Cidr:
		for _, n := range a.Nets {
			out = append(out, n.Addr().String())
		}
	}
	return out
}

// An event is a record of texts.
type event map[string]string

func (e event) Get(f ir.Field) ([]ir.Value, bool) {
	v, ok := e[f.Name]
	if !ok {
		return nil, false
	}
	if value, ok := ir.ParseValue(f, v, true); ok {
		return []ir.Value{value}, true
	}
	return nil, true
}

func (e event) Texts(f func(string) bool) bool {
	for _, v := range e {
		if f(v) {
			return true
		}
	}
	return false
}

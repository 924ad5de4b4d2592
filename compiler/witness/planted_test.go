package witness_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
)

const stubID = "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01"

// A planted bug alters one stage of the pipeline as a compiler's author might have got it wrong.
type planted struct {
	name  string
	plant func(p *pipeline)
}

// Every bug planted on purpose is noticed: by an opinion on some event, not only because the emitted rule reads back as
// another. That of a mistake in emission is switched off here, and is looked at by itself below.
func TestPlantedBugsAreNoticed(t *testing.T) {
	for _, b := range slices.Concat(inEmission(), inBinding(), inEval()) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			p := straight()
			b.plant(p)
			d, tally := firstNoticed(p, plantedIn())
			if d == nil {
				t.Fatalf("not noticed in %d pairs of %d rules", tally.pairs, tally.rules)
			}
			t.Logf("noticed by %s after %d pairs of %d rules", d.who, tally.pairs, tally.rules)
		})
	}
}

// Each mistake in emission is noticed by reading back too, without an event.
func TestPlantedBugsReadBackAsAnotherRule(t *testing.T) {
	for _, b := range inEmission() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			p := straight()
			b.plant(p)
			for _, s := range plantedIn() {
				rule := &ir.Rule{Name: "r", ID: stubID, Where: s.rule, Meta: ir.Meta{Title: "T"}}
				out := p.specialise(rule, s.world.source)
				if out.Bound == nil {
					continue
				}
				if text, _ := p.emit(out.Bound); text != nil && sigma.Verify(out.Bound, text) != nil {
					return
				}
			}
			t.Fatal("it always reads back as the same rule")
		})
	}
}

// firstNoticed is the first disagreement over the subjects, and what it took.
func firstNoticed(p *pipeline, of []*subject) (*disagreement, *tally) {
	tally := newTally()
	for n, s := range of {
		if d := p.hold(s, uint64(n), tally, false); d != nil {
			return d, tally
		}
	}
	return nil, tally
}

// plantedIn are the subjects on which planted bugs are looked for: so many rules.
var plantedIn = sync.OnceValue(func() (out []*subject) {
	const most = 1500
	subjects(7, func(_ uint64, s *subject) bool {
		out = append(out, s)
		return len(out) < most
	})
	return out
})

// emitted plants an edit of what is emitted.
func emitted(name string, edit func(*sigma.Rule)) planted {
	return planted{name, func(p *pipeline) {
		p.emit = func(b *bind.Bound) ([]byte, diag.List) {
			r, l := sigma.Emit(b)
			if r == nil {
				return nil, l
			}
			edit(r)
			return r.YAML(), l
		}
	}}
}

// entries plants an edit of every entry of every map.
func entries(name string, edit func(e *sigma.Entry)) planted {
	return emitted(name, func(r *sigma.Rule) {
		for _, s := range r.Detection.Selections {
			for _, m := range s.Maps {
				for i := range m {
					edit(&m[i])
				}
			}
		}
	})
}

// keys plants other modifiers in the place of one; none is "".
func keys(name, from string, to ...string) planted {
	return entries(name, func(e *sigma.Entry) {
		parts := strings.Split(e.Key, "|")
		if i := slices.Index(parts[1:], from); i >= 0 {
			e.Key = strings.Join(slices.Concat(parts[:i+1], to, parts[i+2:]), "|")
		}
	})
}

// values plants another writing of texts, but of those that stand as they are in Sigma: expressions and placeholders.
func values(name string, edit func(string) string) planted {
	return entries(name, func(e *sigma.Entry) {
		_, mods, _ := strings.Cut(e.Key, "|")
		if strings.Contains(mods, "re") || strings.Contains(mods, "expand") {
			return
		}
		for i := range e.Values {
			if !e.Values[i].Bare {
				e.Values[i].Text = edit(e.Values[i].Text)
			}
		}
	})
}

func ofCondition(name string, edit func(string) string) planted {
	return emitted(name, func(r *sigma.Rule) { r.Detection.Condition = edit(r.Detection.Condition) })
}

func swapped(from, to string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, from, to) }
}

func inEmission() []planted {
	return []planted{
		values("the escape of a star is dropped", swapped(`\*`, `*`)),
		values("the escape of a question mark is dropped", swapped(`\?`, `?`)),
		values("a backslash before a star is not doubled", swapped(`\\*`, `\*`)),
		values("every backslash is doubled", swapped(`\`, `\\\\`)),
		values("texts are put into lower case", strings.ToLower),
		keys("all is lost", "all"),
		entries("all is said of alternatives", func(e *sigma.Entry) {
			if strings.HasSuffix(e.Key, "|contains") && len(e.Values) > 1 {
				e.Key += "|all"
			}
		}),
		keys("cased is lost", "cased"),
		keys("windash is lost", "windash"),
		keys("base64offset becomes base64", "base64offset", "base64"),
		keys("contains becomes startswith", "contains", "startswith"),
		keys("endswith becomes contains", "endswith", "contains"),
		keys("lte becomes lt", "lte", "lt"),
		keys("gt becomes gte", "gt", "gte"),
		keys("fieldref is lost", "fieldref"),
		keys("the flag i of an expression is lost", "i"),
		keys("an hour becomes a minute", "hour", "minute"),
		entries("exists is turned", func(e *sigma.Entry) {
			if strings.HasSuffix(e.Key, "|exists") {
				e.Values[0].Text = map[string]string{"true": "false", "false": "true"}[e.Values[0].Text]
			}
		}),
		entries("the last value of a list is dropped", func(e *sigma.Entry) {
			if n := len(e.Values); n > 1 {
				e.Values = e.Values[:n-1]
			}
		}),
		entries("a number is one too large", func(e *sigma.Entry) {
			if n, err := strconv.Atoi(e.Values[0].Text); err == nil && strings.Contains(e.Key, "|lt") {
				e.Values[0].Text = strconv.Itoa(n + 1)
			}
		}),
		entries("a month is counted from 0", func(e *sigma.Entry) {
			if strings.HasSuffix(e.Key, "|month") {
				for i := range e.Values {
					n, _ := strconv.Atoi(e.Values[i].Text)
					e.Values[i].Text = strconv.Itoa(n - 1)
				}
			}
		}),
		entries("a network is a bit too wide", networkBits(-1)),
		entries("a network is a bit too narrow", networkBits(1)),
		emitted("the last alternative of a selection is dropped", func(r *sigma.Rule) {
			for i := range r.Detection.Selections {
				if s := &r.Detection.Selections[i]; len(s.Maps) > 1 {
					s.Maps = s.Maps[:len(s.Maps)-1]
				}
			}
		}),
		emitted("a keyword is lost", func(r *sigma.Rule) {
			for i := range r.Detection.Selections {
				if s := &r.Detection.Selections[i]; len(s.Keywords) > 1 {
					s.Keywords = s.Keywords[1:]
				}
			}
		}),
		ofCondition("parentheses are lost", func(s string) string { return strings.NewReplacer("(", "", ")", "").Replace(s) }),
		ofCondition("the first not is lost", func(s string) string { return strings.Replace(s, "not ", "", 1) }),
		ofCondition("and becomes or", swapped(" and ", " or ")),
		ofCondition("1 of becomes all of", swapped("1 of ", "all of ")),
		ofCondition("all of becomes 1 of", swapped("all of ", "1 of ")),
	}
}

func networkBits(by int) func(*sigma.Entry) {
	return func(e *sigma.Entry) {
		if !strings.HasSuffix(e.Key, "|cidr") {
			return
		}
		for i := range e.Values {
			address, bits, _ := strings.Cut(e.Values[i].Text, "/")
			n, _ := strconv.Atoi(bits)
			most := 32
			if strings.Contains(address, ":") {
				most = 128
			}
			e.Values[i].Text = address + "/" + strconv.Itoa(min(max(n+by, 0), most))
		}
	}
}

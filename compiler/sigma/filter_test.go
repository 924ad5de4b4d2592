package sigma

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
)

var lease = Lease{Owner: "OT engineering", Ticket: "CHG-4711", Until: "2027-01-31"}

// leftOut is what a filter leaves out, bound to a log.
func leftOut(e ir.Expr) *bind.Bound {
	b := boundTo(e)
	b.Rule.Name = "site-scanner"
	b.Rule.Meta = ir.Meta{Title: "The scanner", Description: "It changes nothing.", Date: "2026-11-22"}
	return b
}

// One selection wherever a map or a list of maps says all; never a pattern, which could mean the rule's own selections
// once the two stand side by side.
func TestFilterDetection(t *testing.T) {
	for _, c := range []struct{ exclude, want string }{
		{`a = "x"`, "selection:\n    a: 'x'\ncondition: not selection"},
		{`scanner: a = "x" & b = "y"`, "selection:\n    a: 'x'\n    b: 'y'\ncondition: not selection"},
		{`first: (a = "x" & b = "y") | second: c = "z"`, "selection:\n    - a: 'x'\n      b: 'y'\n    - c: 'z'\ncondition: not selection"},
		{`a = "x" & !(b = "y")`, "selection:\n    a: 'x'\npartb:\n    b: 'y'\ncondition: not (selection and not partb)"},
		{`!(a = "x")`, "selection:\n    a: 'x'\ncondition: selection"},
		{`!(a = "x") & !(b = "y")`, "selection:\n    a: 'x'\npartb:\n    b: 'y'\ncondition: (selection or partb)"},
		{`(a = "x" | b = "y") & (c = "x" | d = "y")`, "selection:\n    - a: 'x'\n    - b: 'y'\npartb:\n    - c: 'x'\n    - d: 'y'\ncondition: not (selection and partb)"},
		{`keyword "x"`, "selection:\n    - 'x'\ncondition: not selection"},
	} {
		e, err := ir.Parse(source.NewFile("exclude.ir", c.exclude), goldenField)
		if err != nil {
			t.Fatal(c.exclude, err)
		}
		f, diags := EmitFilter(leftOut(ir.Normalize(e)), lease, []string{"ot-stop.zeek.s7comm"})
		if f == nil {
			t.Fatal(c.exclude, messages(diags))
		}
		_, got, _ := strings.Cut(string(f.YAML()), "        - ot-stop.zeek.s7comm\n")
		got, _, _ = strings.Cut(got, "detc:")
		got = strings.TrimSpace(strings.ReplaceAll("\n"+got, "\n    ", "\n"))
		if got != c.want {
			t.Errorf("%s\nis written\n%s\nnot\n%s", c.exclude, got, c.want)
		}
	}
}

const wholeFilter = `title: The scanner (Zeek s7comm.log)
id: 560fdbd9-d974-516f-a0d9-e5cdde803ef8
description: |-
    It changes nothing.

    Owner: OT engineering. Ticket: CHG-4711. Holds until 2027-01-31.
date: 2026-11-22
logsource:
    product: zeek
    service: s7comm
filter:
    rules:
        - ot-stop.zeek.s7comm
        - ot-run.zeek.s7comm
    selection:
        id.orig_h|expand: '%scanners%'
    condition: not selection
detc:
    filter: site-scanner
    source: zeek.s7comm
    owner: OT engineering
    ticket: CHG-4711
    until: 2027-01-31
    context: {scanners: 2}
`

func TestFilterText(t *testing.T) {
	e, err := ir.Parse(source.NewFile("exclude.ir", "id.orig_h in context scanners/2"), goldenField)
	if err != nil {
		t.Fatal(err)
	}
	f, diags := EmitFilter(leftOut(e), lease, []string{"ot-stop.zeek.s7comm", "ot-run.zeek.s7comm", "ot-stop.zeek.s7comm"})
	if f == nil {
		t.Fatal(messages(diags))
	}
	if got := string(f.YAML()); got != wholeFilter {
		t.Errorf("%s", got)
	}
	if f, diags := EmitFilter(leftOut(e), lease, nil); f != nil || !diags.HasErrors() {
		t.Error("a filter of no rule was written")
	}
}

// filterSchema is the Sigma project's; nil where it is not at hand.
func filterSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(shared), "sigma-filters-schema.json"))
	if err != nil {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("filter.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("filter.json")
}

// The emitted rule and the emitted filter, asked each by itself, say together what rule and exclusion mean. The filter
// reads back equal, fits Sigma's schema, and nothing in its condition can mean another selection than its own.
func TestRuleAndFilterAgree(t *testing.T) {
	fields := sayableFields()
	gen := irtest.Expr(fields)
	texts := map[string][]string{"engineering_hosts": {"10.0.0.1", "a", "É"}, "approved_apps": {"2001:db8::1", "stop", "k"}}
	valid := filterSchema(t)
	if valid == nil {
		t.Logf("no %s: nothing is held against Sigma's schema of filters", filepath.Dir(shared))
	}
	agreed, matched, taken, single, several := 0, 0, 0, 0, 0
	check(t, 5_000, func(t *rapid.T) {
		rule := ir.Normalize(wholeSeconds(gen.Draw(t, "rule")))
		exclude := ir.Normalize(wholeSeconds(gen.Draw(t, "exclude")))
		both := &ir.And{Args: []ir.Expr{rule, exclude}}
		if !sayable(rule) || !sayable(exclude) || !sayable(both) {
			t.Skip("Sigma has no form for it")
		}
		r, _ := Emit(boundTo(rule))
		b := leftOut(exclude)
		f, diags := EmitFilter(b, lease, []string{r.Name})
		if f == nil {
			t.Fatalf("%s\n%v", ir.Text(exclude), messages(diags))
		}
		if err := VerifyFilter(b, f.Rules, f.YAML()); err != nil {
			t.Fatalf("%s\n%s\n%v", ir.Text(exclude), f.YAML(), err)
		}
		if len(f.Detection.Selections) == 1 {
			single++
		} else {
			several++
		}
		apart(t, f.Detection)
		if valid != nil {
			if err := valid.Validate(jsonOf(t, f.YAML())); err != nil {
				t.Fatalf("Sigma's schema of filters: %v\n%s", err, f.YAML())
			}
		}
		ofRule, err := NewOracle(r.YAML(), texts, Fields(rule))
		if err != nil {
			t.Fatal(err)
		}
		ofFilter, err := NewOracle(f.AsRule().YAML(), texts, Fields(exclude))
		if err != nil {
			t.Fatalf("%s\n%v", f.AsRule().YAML(), err)
		}
		for range 4 {
			event := record(t, fields, both)
			alone, out := evalMatch(rule, event, texts), evalMatch(exclude, event, texts)
			matches, err := ofRule.Matches(event)
			lets, err2 := ofFilter.Matches(event)
			if err != nil || err2 != nil || (matches && lets) != (alone && !out) {
				t.Fatalf("%s\nwithout %s\n%s\n%v\nours %t, sigma-go's %t and %t, %v %v", ir.Text(rule), ir.Text(exclude), f.YAML(), event, alone && !out, matches, lets, err, err2)
			}
			agreed++
			if alone && !out {
				matched++
			} else if alone {
				taken++
			}
		}
	})
	t.Logf("%d events: %d still match, %d are taken away; %d filters of one selection, %d of several", agreed, matched, taken, single, several)
	if matched == 0 || taken == 0 || single == 0 || several == 0 {
		t.Error("the test shows one side only")
	}
}

// apart holds a filter's condition to naming its selections whole, none of them a part of another.
func apart(t fataler, d Detection) {
	if strings.ContainsAny(d.Condition, "*") || strings.Contains(d.Condition, " of ") || d.Selections[0].Name != "selection" {
		t.Fatalf("a pattern, or no `selection`: %s", d.Condition)
	}
	for i, a := range d.Selections {
		for j, b := range d.Selections {
			if i != j && strings.Contains(a.Name, b.Name) {
				t.Fatalf("%s is a part of %s", b.Name, a.Name)
			}
		}
	}
}

// eval must be asked of what the filter says, not only of its text: that the opposite was written shows on an event.
func TestFilterIsTheOpposite(t *testing.T) {
	e, err := ir.Parse(source.NewFile("exclude.ir", `a = "x"`), goldenField)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := EmitFilter(leftOut(e), lease, []string{"r"})
	d, err := Read(source.NewFile("f.yml", string(f.AsRule().YAML())), Fields(e))
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{"x": false, "y": true} {
		if got := eval.Match(d.Where, bind.NewRecord(map[string]any{"a": value}), nil); got != want {
			t.Errorf("a: %s is let through: %t", value, got)
		}
	}
	for what, old := range map[string][2]string{
		"says the opposite":  {"condition: not selection", "condition: selection"},
		"is for other rules": {"- r\n", "- s\n"},
		"is of another log":  {"product: zeek", "product: suricata"},
		"asks for more":      {"a: 'x'", "a: 'x'\n        b: 'y'"},
		"can't be read":      {"condition: not selection", "condition: not selections"},
	} {
		text := strings.Replace(string(f.YAML()), old[0], old[1], 1)
		if text == string(f.YAML()) || VerifyFilter(leftOut(e), f.Rules, []byte(text)) == nil {
			t.Errorf("a filter that %s reads back as equal", what)
		}
	}
	if err := VerifyFilter(leftOut(e), f.Rules, f.YAML()); err != nil {
		t.Error(err)
	}
}

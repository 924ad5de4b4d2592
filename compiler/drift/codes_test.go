package drift_test

import (
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
	"detc/compiler/stub"
)

// Each code of the drift is found in something, and in what is right none of them is.
func TestEveryCode(t *testing.T) {
	found := map[diag.Code]bool{}
	take := func(l diag.List) {
		for _, d := range l {
			found[d.Code] = true
			if d.Severity != d.Code.Info().Severity && d.Code != diag.DriftTactic {
				t.Errorf("%s is a %s here", d.Code, d.Severity)
			}
		}
	}
	for _, text := range []string{
		`{"type": "bundle", "objects": [{"type": "attack-pattern", "na`, // the examples of the table
		`{"type": "bundle", "objects": []}`,
		small(pattern + `"name": "N", "external_references": [{"source_name": "mitre-attack", "external_id": "T99"}]}`),
		small(pattern + `"name": "N", "external_references": [{"source_name": "our-team", "external_id": "X-1"}]}`),
		small(pattern + `"name": "N", "kill_chain_phases": [{"kill_chain_name": "mitre-ics-attack", "phase_name": "a tactic that is not there"}], "external_references": [{"source_name": "mitre-attack", "external_id": "T0001"}]}`),
	} {
		_, l := read(t, text)
		take(l)
	}
	before := catalog("19.1", "T0001 A TA0104", "T0002 B TA0104", "T0003 C TA0104", "T0004 D TA0104", "T0005 E TA0104")
	after := attack.New("9.0", "", tactics[1:2], []attack.Technique{technique("T0001 A TA0104 revoked"), technique("T0002 B TA0104 deprecated"),
		technique("T0003 C TA0103"), technique("T0005 New TA0104")})
	var l diag.List
	b, _ := read(t, bundle(after, "ics-attack", "2.1"))
	next := drift.Merge([]*drift.Bundle{b}, before, "", &l)
	drift.Merge([]*drift.Bundle{b, b}, before, "", &l)
	drift.Whole(attack.New("", "", tactics, nil), before, false, "b.json", &l)
	take(l)
	if next == nil {
		t.Fatal(listed(l))
	}
	take(drift.Touch(drift.Compare(before, after, []string{"TA0104"}), []*stub.Stub{stubOf(t, "r.yaml", "tags: [TA0104, T0001, T0002, T0003, T0004, T0005]\n")}))
	for _, i := range diag.Codes() {
		if strings.HasPrefix(string(i.Code), "DT84") && !found[i.Code] {
			t.Errorf("%s %s is found in none of these", i.Code, i.Slug)
		}
	}
	if _, l := read(t, small("")); len(l) > 0 {
		t.Error(listed(l))
	}
}

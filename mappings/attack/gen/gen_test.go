package main

import (
	"bytes"
	"os"
	"testing"
)

// The file in the tree is what the generator makes of the facts, byte for byte.
func TestCarriedFile(t *testing.T) {
	const facts = "../../../../shared/attack/techniques-19.1.json"
	data, err := os.ReadFile(facts)
	if err != nil {
		t.Skip("../shared/attack is not here")
	}
	got, err := made([]input{{facts, data}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../techniques.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("mappings/attack/techniques.json is not what gen makes of " + facts)
	}
}

// A STIX bundle, made up after ATT&CK's data model, gives the same form.
func TestSTIX(t *testing.T) {
	const bundle = `{"type": "bundle", "objects": [
	{"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": "20.0"},
	{"type": "x-mitre-tactic", "id": "x-mitre-tactic--1", "name": "Execution", "x_mitre_shortname": "execution", "x_mitre_domains": ["ics-attack"],
	 "external_references": [{"source_name": "mitre-attack", "external_id": "TA0104"}]},
	{"type": "attack-pattern", "id": "attack-pattern--2", "name": "New & better",
	 "kill_chain_phases": [{"kill_chain_name": "mitre-ics-attack", "phase_name": "execution"}],
	 "external_references": [{"source_name": "someone", "external_id": "X"}, {"source_name": "mitre-attack", "external_id": "T1692"}]},
	{"type": "attack-pattern", "id": "attack-pattern--1", "name": "Old", "revoked": true,
	 "external_references": [{"source_name": "mitre-attack", "external_id": "T0855"}]},
	{"type": "relationship", "id": "relationship--1", "relationship_type": "revoked-by", "source_ref": "attack-pattern--1", "target_ref": "attack-pattern--2"}]}`
	got, err := made([]input{{"ics.json", []byte(bundle)}})
	if err != nil {
		t.Fatal(err)
	}
	want := `"release":"20.0",
"domains":[
{"id":"ics-attack","tactics":[
{"id":"TA0104","name":"Execution","shortname":"execution"}],
"techniques":[
{"id":"T0855","name":"Old","tactics":[],"revoked":true,"replaced_by":"T1692"},
{"id":"T1692","name":"New & better","tactics":["TA0104"]}]}]}
`
	if !bytes.HasSuffix(got, []byte(want)) {
		t.Errorf("%s", got)
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"detc/compiler/workspace"
)

// realRecords are third-party records, which are not part of this repository.
const realRecords = "../../../shared/samples"

func needRecords(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(realRecords); err != nil {
		t.Skip("no shared/samples beside the checkout: the records are not part of this repository")
	}
}

// regenerate writes both kinds of evidence anew.
const regenerate = "go run ./cmd/detc test --rules rules --samples ../shared/samples --evidence rules/evidence.json --evidence-page rules/EVIDENCE.md"

// rules/EVIDENCE.md is what a run writes, byte for byte, however many work at it.
func TestEvidencePageIsWhatARunWrites(t *testing.T) {
	needRecords(t)
	kept, err := os.ReadFile("../../rules/EVIDENCE.md")
	if err != nil {
		t.Fatalf("%v: %s", err, regenerate)
	}
	for _, jobs := range []string{"1", "4"} {
		file := filepath.Join(t.TempDir(), "page.md")
		var errs bytes.Buffer
		if code := run([]string{"test", "-j", jobs, "--rules", "../../rules", "--samples", realRecords, "--evidence-page", file}, io.Discard, &errs); code != exitClean {
			t.Fatalf("exits %d: %s", code, errs.String())
		}
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(page, kept) {
			t.Errorf("with %s jobs rules/EVIDENCE.md would be another: %s", jobs, regenerate)
		}
	}
}

// recordsRead opens the library and holds it against the records, with all rows of all rules.
func recordsRead(t *testing.T) (*workspace.Workspace, *app) {
	t.Helper()
	needRecords(t)
	a := &app{err: io.Discard, told: map[string]bool{}}
	w, err := a.open("emit")
	if err != nil {
		t.Fatal(err)
	}
	return w, a
}

// No rule of level high or above fires on more than one in a hundred records of a long log, with no host listed.
func TestHighRulesAreQuietOnLongLogs(t *testing.T) {
	w, a := recordsRead(t)
	p, err := a.evidencePage(w, realRecords, 1)
	if err != nil {
		t.Fatal(err)
	}
	rates := p.Rates()
	if len(rates) == 0 {
		t.Error("no rule fires on any long log: nothing was measured")
	}
	for _, r := range rates {
		if r.TooOften() {
			t.Errorf("%s fires on %d of the %d records of %s", r.Rule, r.Fires, r.Records, r.File)
		}
	}
}

// directions are the names by which logs tell a command from its answer, with the values of a command, as the samples
// have them (cisagov/icsnpp-*: is_orig is "True if the packet is sent from the originator").
var directions = map[string][]string{
	"is_orig":          {"true"},
	"icf_data_type":    {"Command (0)"},
	"direction":        {"request"},
	"packet_type":      {"Request"},
	"request_response": {"REQUEST"},
	"opcode_name":      {"Request"},
	"pdu_type":         {"CONFIRMED_REQUEST", "UNCONFIRMED_REQUEST"},
	"rosctr_name":      {"Job-Request", "User-Data"},
}

// answers are the sources of which a row is an answer or a report, and none is taken for a command.
var answers = []string{"zeek.bacnet.refused", "zeek.cip.refused", "zeek.omron_fins.refused", "zeek.opcua_binary_status", "zeek.s7comm.refused", "zeek.s7comm.transition"}

// undirected are the sources whose records say nothing of a direction, and why none of their rows is an answer.
var undirected = map[string]string{
	"claroty.ctd":          "an alert of a sensor, of what it saw a host do",
	"zeek.modbus_detailed": "a record is a request with its answer, and names who asked",
	"zeek.opcua_binary":    "req_identifier_str is that of a request; an answer has another name",
}

// No answer counts as a command, in any record of the samples that a rule for controllers may fire on.
func TestNoAnswerCountsAsACommand(t *testing.T) {
	w, a := recordsRead(t)
	p, err := a.evidencePage(w, realRecords, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	rows, seen := 0, map[string]bool{}
	for _, r := range p.Trial.Rules {
		src := w.Source(r.Source)
		if !strings.HasPrefix(src.Schema.ID, "ot.") || len(r.Sightings) == 0 {
			continue
		}
		if len(r.Sightings) != r.Fires+r.Waits {
			t.Fatalf("%s on %s: %d of %d rows", r.Rule, r.Source, len(r.Sightings), r.Fires+r.Waits)
		}
		seen[r.Source] = true
		for _, s := range r.Sightings {
			if lines[s.File] == nil {
				lines[s.File] = linesOf(t, s.File)
			}
			said, command := direction(t, lines[s.File][s.Line-1])
			isAnswer := slices.Contains(answers, r.Source)
			switch _, none := undirected[r.Source]; {
			case said == "" && !none:
				t.Errorf("%s:%d says nothing of a direction, and %s is not among those that don't", s.File, s.Line, r.Source)
			case said != "" && none:
				t.Errorf("%s:%d says %s, and %s is among those that say nothing", s.File, s.Line, said, r.Source)
			case said != "" && command == isAnswer:
				t.Errorf("%s fires on %s:%d of %s, where %s", r.Rule, s.File, s.Line, r.Source, said)
			}
			rows++
		}
	}
	var silent []string
	for _, id := range slices.Sorted(maps.Keys(undirected)) {
		if seen[id] {
			silent = append(silent, id)
		}
	}
	if rows < 500 || len(seen) < 20 {
		t.Errorf("only %d rows of %d sources were looked at", rows, len(seen))
	}
	t.Logf("%d rows of %d sources; without a direction: %s", rows, len(seen), strings.Join(silent, ", "))
}

// direction is what a record says of its direction, and whether all that it says is of a command.
func direction(t *testing.T, line string) (said string, command bool) {
	t.Helper()
	if !strings.HasPrefix(line, "{") {
		return "", false
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(line), &values); err != nil {
		t.Fatal(err)
	}
	command = true
	for _, name := range slices.Sorted(maps.Keys(directions)) {
		v, ok := values[name]
		if !ok || v == nil {
			continue
		}
		text, isText := v.(string)
		if b, ok := v.(bool); ok && !isText {
			text = map[bool]string{true: "true", false: "false"}[b]
		}
		said += name + " is " + text + " "
		command = command && slices.Contains(directions[name], text)
	}
	return strings.TrimSpace(said), command
}

func linesOf(t *testing.T, file string) (out []string) {
	t.Helper()
	in, err := os.Open(filepath.Join(realRecords, file))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		out = append(out, s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

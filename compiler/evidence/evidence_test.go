package evidence_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

const schema = `id: ot.mode_change
title: t
serves: [TA0104/T5]
logsource: {category: mode_change}
time: ts
fields:
  ts: {type: timestamp, doc: d}
  new_mode: {type: string, enum: [run, stop], doc: d}
  src_ip: {type: ip, doc: d}
  user: {type: string, doc: d}
sources:
  - id: zeek.s7comm
    title: Zeek s7comm.log
    logsource: {product: zeek, service: s7comm}
    record: {_path: s7comm}
    fields: {new_mode: fn, src_ip: id.orig_h, user: user}
    values: {new_mode: {run: [Start], stop: [PLC Stop]}}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: d}
`

const rule = `new_mode = "stop" & exists(src_ip) & !(src_ip in context hosts/1)`

const cases = `  given: {new_mode: stop, src_ip: 10.0.0.9}
  context: {hosts: [10.0.0.1]}
  cases:
    - {name: a stop, want: match}
    - {name: a run, but: {new_mode: run}, want: no match}
    - {name: a listed host, but: {src_ip: 10.0.0.1}, want: no match}
    - {name: no address, but: {src_ip: null}, want: no match}
    - {name: raw, source: zeek.s7comm, raw: {_path: s7comm, fn: PLC Stop, id.orig_h: 10.0.0.9}, want: match}
`

// subject compiles a rule with its cases as the tool does.
func subject(t *testing.T, where, cases string) *evidence.Subject {
	t.Helper()
	var l diag.List
	st := stub.Read(source.NewFile("s.yaml", "name: r\ntitle: t\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01\ntags: [TA0104]\nlevel: high\ntelemetry: ot.mode_change\n"+
		"description: d\ncondition: x\ntests:\n"+cases), nil, &l)
	s := telemetry.Read(source.NewFile("t.yaml", schema), &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	e, err := ir.Parse(source.NewFile("rule", where), func(n string) (ir.Field, bool) { f, ok := s.Field(n); return f.Field, ok })
	if err != nil {
		t.Fatal(err)
	}
	src := &bind.Source{Source: s.Sources[0]}
	e, err = filtered(src, e)
	if err != nil {
		t.Fatal(err)
	}
	r := &ir.Rule{Name: "r", ID: st.ID.Value, Telemetry: s.ID, Where: ir.Normalize(e), Meta: ir.Meta{Title: "t", Level: "high", Status: "test"}}
	out := bind.Rule(r, src, false, &l)
	if out.Bound == nil {
		t.Fatal(out.Reason)
	}
	emitted, l := sigma.Emit(out.Bound)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	return &evidence.Subject{Stub: st, Rule: r, Schema: s, Tables: map[string]*context.Table{"hosts": {Name: "hosts", Type: ir.IP}},
		Sources: map[string]*bind.Source{src.ID: src}, Emitted: []evidence.Emitted{{Bound: out.Bound, YAML: emitted.YAML()}}}
}

// filtered gives the source a row filter.
func filtered(src *bind.Source, e ir.Expr) (ir.Expr, error) {
	f, err := ir.Parse(source.NewFile("where", `!(rosctr = "Ack")`), func(n string) (ir.Field, bool) { return src.RawField(n), true })
	src.Filter = f
	return e, err
}

func run(s *evidence.Subject, samples *evidence.Samples) *evidence.Results {
	var l diag.List
	return evidence.Run(s, evidence.Options{Samples: samples, Opinions: true}, &l)
}

// verdicts are the cases in short.
func verdicts(r *evidence.Results) string {
	var lines []string
	for _, c := range r.Cases {
		line := c.Name + ": " + string(c.Verdict)
		if c.Message != "" {
			line += ", " + c.Message
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// A right rule passes, and every opinion that judged a case is named by it and counted.
func TestRun(t *testing.T) {
	r := run(subject(t, rule, cases), nil)
	if got := r.Lacks(); got != "" || len(r.Failed()) > 0 {
		t.Errorf("%s\n%s", got, verdicts(r))
	}
	if r.Positive != 2 || r.Negative != 3 || r.NearMisses != 3 || len(r.Unseen) != 0 {
		t.Errorf("%+v", r)
	}
	if got := strings.Join(r.Cases[0].Rests, ", "); got != "ir, bound zeek.s7comm, sigma-go zeek.s7comm" {
		t.Error(got)
	}
	consistent(t, r)
}

// consistent holds the counts against the opinions that the cases name.
func consistent(t *testing.T, r *evidence.Results) {
	t.Helper()
	counts := map[string]int{}
	for _, c := range r.Cases {
		for _, opinion := range c.Rests {
			word, _, _ := strings.Cut(opinion, " ")
			counts[word]++
		}
	}
	p := r.Pairs
	if fmt.Sprint(counts) != fmt.Sprint(nonZero(map[string]int{"ir": p.IR, "bound": p.Bound, "sigma-go": p.Adapted, "sigma-go-unmodified": p.Plain})) {
		t.Errorf("the cases name %v, the pairs are %+v", counts, p)
	}
}

func nonZero(m map[string]int) map[string]int {
	for k, n := range m {
		if n == 0 {
			delete(m, k)
		}
	}
	return m
}

// Where sigma-go as it is can be believed it is asked too: of every field there, in ASCII.
func TestUnmodifiedSigmaGoIsAsked(t *testing.T) {
	raw := "    - {name: %s, source: zeek.s7comm, raw: {_path: s7comm, rosctr: Job, user: %s}, want: %s}\n"
	r := run(subject(t, `user = "op"`, "  cases:\n"+fmt.Sprintf(raw, "a", "OP", "match")+fmt.Sprintf(raw, "b", "other", "no match")+fmt.Sprintf(raw, "c", "ö", "no match")), nil)
	if r.Pairs.Plain != 2 || len(r.Failed()) > 0 {
		t.Errorf("%+v\n%s", r.Pairs, verdicts(r))
	}
	consistent(t, r)
}

// A compiler that binds, or emits, something else than the rule says is found out by the cases.
func TestAWrongCompilerIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(*evidence.Subject)
		want  string
	}{
		{"an atom flipped", func(s *evidence.Subject) {
			first := true
			b := *s.Emitted[0].Bound
			b.Where = ir.Map(b.Where, func(a ir.Expr) ir.Expr {
				if _, ok := a.(*ir.InSet); ok && first {
					first = false
					return &ir.Not{Arg: a}
				}
				return a
			})
			s.Emitted[0].Bound = &b
		}, "the rule bound to zeek.s7comm says no match, the rule says match"},
		{"a value altered", func(s *evidence.Subject) { alter(s, "PLC Stop", "PLC Stopp") }, "the Sigma rule for zeek.s7comm says no match, the rule says match"},
		{"an exclusion lost", func(s *evidence.Subject) { alter(s, "%hosts%", "%nobody%") }, "the Sigma rule for zeek.s7comm says match, the rule says no match"},
		{"no rule at all", func(s *evidence.Subject) { s.Emitted[0].YAML = []byte("title: [") }, "sigma-go on zeek.s7comm"},
		{"a row filter lost", func(s *evidence.Subject) { alter(s, "Ack", "Nack") }, "the Sigma rule for zeek.s7comm says match, the rule says no match"},
	} {
		s := subject(t, rule, cases+"    - {name: an answer, source: zeek.s7comm, raw: {_path: s7comm, fn: PLC Stop, id.orig_h: 10.0.0.9, rosctr: Ack}, want: no match}\n")
		c.plant(s)
		r := run(s, nil)
		if !strings.Contains(verdicts(r), c.want) || r.Pairs.Disagreed == 0 || r.Lacks() == "" {
			t.Errorf("%s is not noticed, of %+v:\n%s", c.name, r.Pairs, verdicts(r))
		}
		consistent(t, r)
	}
}

func alter(s *evidence.Subject, old, new string) {
	if !strings.Contains(string(s.Emitted[0].YAML), old) {
		panic("the rule doesn't say " + old)
	}
	s.Emitted[0].YAML = []byte(strings.ReplaceAll(string(s.Emitted[0].YAML), old, new))
}

// What a case may lack, and what is then said.
func TestCases(t *testing.T) {
	raw := "    - {name: x, source: zeek.s7comm, raw: %s, want: %s}\n"
	for _, c := range []struct{ cases, want string }{
		{"  cases:\n    - {name: x, given: {new_mode: stop}, want: match}\n", "x: fail, the rule asks for context.hosts, and the tests don't supply it"},
		{"  context: {host: [10.0.0.1]}\n  cases:\n    - {name: x, given: {new_mode: stop}, want: match}\n", "x: fail, the rule asks for context.hosts, and the tests don't supply it"},
		{"  context: {hosts: [x]}\n  cases:\n    - {name: x, given: {new_mode: stop}, want: no match}\n", "x: fail, the case has errors"},
		{"  context: {hosts: []}\n  cases:\n    - {name: x, given: {new_mode: sto}, want: no match}\n", "x: fail, the case has errors"},
		{"  context: {hosts: []}\n  cases:\n    - {name: x, given: {new_mode: stop}, want: match}\n", "x: fail, does not match: exists(src_ip) is false (src_ip is missing)"},
		{"  context: {hosts: []}\n  cases:\n" + fmt.Sprintf(raw, "{_path: dnp3, fn: PLC Stop}", "no match"), "x: fail, the record is none of zeek.s7comm: it lacks _path: s7comm"},
		{"  context: {hosts: []}\n  cases:\n" + fmt.Sprintf(raw, "{_path: s7comm, rosctr: ack}", "match"), "x: fail, the row filter of zeek.s7comm leaves the record out"},
		{"  context: {hosts: []}\n  cases:\n" + fmt.Sprintf(raw, "'{\"_path\":'", "match"), "x: fail, not a JSON object: unexpected EOF"},
		{"  context: {hosts: []}\n  cases:\n" + fmt.Sprintf(strings.Replace(raw, "zeek.s7comm", "zeek.other", 1), "{}", "match"), `x: fail, telemetry ot.mode_change has no source "zeek.other"`},
	} {
		r := run(subject(t, rule, c.cases), nil)
		if got := verdicts(r); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.cases, got, c.want)
		}
		consistent(t, r)
	}
}

// The gate asks for a match, two silences one of which is a near miss, and every clause seen both ways.
func TestTested(t *testing.T) {
	given := "  given: {new_mode: stop, src_ip: 10.0.0.9}\n  context: {hosts: [10.0.0.1]}\n  cases:\n    - {name: a, want: match}\n"
	for cases, want := range map[string]string{
		given: "fewer than two cases show silence",
		given + "    - {name: b, but: {new_mode: run, src_ip: null}, want: no match}\n    - {name: c, but: {new_mode: run, src_ip: 10.0.0.1}, want: no match}\n": "no negative case is a near miss, where a single clause decides",
		given + "    - {name: b, but: {new_mode: run}, want: no match}\n    - {name: c, but: {src_ip: 10.0.0.1}, want: no match}\n":                              "no case sees exists(src_ip) false",
		given + "    - {name: b, but: {new_mode: run}, want: match}\n":                                                                                           `case "b" fails`,
		strings.Replace(given, "want: match", "want: no match, but: {new_mode: run}", 1):                                                                         "no case shows a match",
	} {
		if got := run(subject(t, rule, cases), nil).Lacks(); got != want {
			t.Errorf("%s\n got %s\nwant %s", cases, got, want)
		}
	}
}

// An atom that stands twice in a rule is one: turned round it is so in both places, and it is missed once.
func TestAnAtomThatStandsTwice(t *testing.T) {
	r := run(subject(t, `new_mode = "stop" & user = "a" | src_ip = ip(10.0.0.1) & new_mode = "stop"`,
		"  cases:\n    - {name: a, given: {new_mode: run, user: a, src_ip: 10.0.0.1}, want: no match}\n"), nil)
	if r.NearMisses != 1 || strings.Join(r.Unseen, "; ") != `new_mode = "stop" true; user = "a" false; src_ip = ip(10.0.0.1) false` {
		t.Errorf("%d near misses, unseen: %s", r.NearMisses, strings.Join(r.Unseen, "; "))
	}
}

// Records of others are read where they are, held against their digest, and skipped by name where they are not there.
func TestSamples(t *testing.T) {
	line := `{"_path":"s7comm","fn":"PLC Stop","id.orig_h":"10.0.0.9"}`
	sum := sha256.Sum256([]byte(line))
	digest := hex.EncodeToString(sum[:])
	folder := fstest.MapFS{"zeek/s7comm.ndjson": {Data: []byte("{}\n" + line + "\n")}}
	for _, c := range []struct {
		samples *evidence.Samples
		sample  string
		want    string
	}{
		{evidence.NewSamples(folder), "file: zeek/s7comm.ndjson, line: 2, sha256: " + digest, "x: pass"},
		{evidence.NewSamples(folder), "file: zeek/s7comm.ndjson, line: 1, sha256: " + digest, "x: fail, line 1 of zeek/s7comm.ndjson is another than the case was written on"},
		{evidence.NewSamples(folder), "file: zeek/s7comm.ndjson, line: 3, sha256: " + digest, "x: fail, zeek/s7comm.ndjson has 2 lines, not 3"},
		{evidence.NewSamples(folder), "file: zeek/s7comm.ndjson, line: 0, sha256: " + digest, "x: fail, zeek/s7comm.ndjson has 2 lines, not 0"},
		{evidence.NewSamples(folder), "file: zeek/other.ndjson, line: 2, sha256: " + digest, "x: skip, the samples folder has no zeek/other.ndjson"},
		{evidence.NewSamples(folder), "file: ../secret, line: 2, sha256: " + digest, `x: fail, "../secret" is no path below the samples folder`},
		{evidence.NewSamples(folder), "file: zeek, line: 2, sha256: " + digest, "x: fail, read zeek: invalid argument"},
		{evidence.NewSamples(nil), "file: zeek/s7comm.ndjson, line: 2, sha256: " + digest, "x: skip, "},
		{nil, "file: zeek/s7comm.ndjson, line: 2, sha256: " + digest, "x: skip, "},
	} {
		s := subject(t, rule, "  context: {hosts: []}\n  cases:\n    - {name: x, source: zeek.s7comm, sample: {"+c.sample+"}, want: match}\n")
		r := run(s, c.samples)
		if got := verdicts(r); !strings.HasPrefix(got, c.want) || c.want == "x: pass" && got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sample, got, c.want)
		}
		consistent(t, r)
	}
}

package witness_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/witness"
)

// The opinions of a public rule that are held against eval's on its import.
const (
	asRecord   = "the raw record" // eval on the event as a log has it, against eval on the event that was asked for
	ofReimport = "re-import"
	ofStub     = "stub"
	adapted    = "sigma-go"
	unmodified = "unmodified"
)

// An explanation is why an opinion differs on a rule though nobody is mistaken.
type explanation struct {
	opinion, file string
	event         *regexp.Regexp // what every such event holds, as JSON
	reason        string
}

const presence = "a pattern of stars alone is has() in a stub, which is true of an object as well; as a pattern it asks for a text"

// anObject is what events have where no text can be read.
var anObject = regexp.MustCompile(`:\{"(not":"readable|a":"b)"\}`)

// explained are all explanations; with no opinion, of why no event is found that matches. One that nothing needs any
// more fails the test.
var explained = []explanation{
	{"", "windows/process_creation/proc_creation_win_xwizard_runwizard_com_object_exec.yml", nil,
		"it contradicts itself: the command line must be RunWizard and, with no |contains beside it, hold a GUID as well"},
	{adapted, "windows/registry/registry_set/registry_set_susp_keyboard_layout_load.yml", regexp.MustCompile("429"),
		"00000429 stands without quotes: sigma-go's reader of YAML makes 429 of it"},
	{ofStub, "application/kubernetes/audit/kubernetes_audit_hostpath_mount.yml", anObject, presence},
	{ofStub, "application/kubernetes/audit/kubernetes_audit_privileged_pod_creation.yml", anObject, presence},
	{ofStub, "cloud/aws/cloudtrail/aws_ec2_vm_export_failure.yml", anObject, presence},
	{ofStub, "cloud/aws/cloudtrail/aws_new_lambda_layer_attached.yml", anObject, presence},
	{ofStub, "cloud/aws/cloudtrail/aws_rds_change_master_password.yml", anObject, presence},
	{ofStub, "windows/builtin/security/win_security_petitpotam_susp_tgt_request.yml", anObject, presence},
	{ofStub, "windows/builtin/security/win_security_susp_ldap_dataexchange.yml", anObject, presence},
	{ofStub, "windows/powershell/powershell_module/posh_pm_alternate_powershell_hosts.yml", anObject, presence},
}

// A differential is what came of holding opinions against each other.
type differential struct {
	sync.Mutex
	rules, events, matched int
	pairs                  map[string]int            // by opinion: events that it was asked about
	able                   map[string]int            // by opinion: rules that it judged at least once
	unable                 map[string]map[string]int // by opinion and reason: rules that it can't judge
	differs                map[string][]string       // by opinion: what differs, the first of each rule
	explained              map[[2]string]int         // by opinion and file: what differs as is explained
	unmatched              map[string]string         // files with no event that matches, and why
	unreached              int                       // atoms of which no event shows that they matter
	written                int                       // rules whose published text sigma-go can't read, but what they are written as
}

func newDifferential() *differential {
	return &differential{pairs: map[string]int{}, able: map[string]int{}, unable: map[string]map[string]int{},
		differs: map[string][]string{}, explained: map[[2]string]int{}, unmatched: map[string]string{}}
}

// reads are how a differential reads and judges: a planted bug replaces one.
type reads struct {
	eval   func(ir.Expr, eval.Event, eval.Tables) bool                  // of the import
	oracle func(*publicRule) (o *sigma.Oracle, written bool, err error) // written: not of the published text, which it can't read
}

func straightReads() reads {
	return reads{eval.Match, func(r *publicRule) (*sigma.Oracle, bool, error) {
		o, err := sigma.NewOracle([]byte(r.text), nil, r.fields)
		if err == nil || r.written == nil {
			return o, false, err
		}
		o, again := sigma.NewOracle(r.written, nil, r.fields)
		if again != nil {
			return nil, false, errors.Join(err, again)
		}
		return o, true, nil
	}}
}

// A local is the differential of one rule.
type local struct {
	*publicRule
	asked, explained map[string]int
	differs          map[string]string
}

func (l *local) hold(who string, got, want bool, err error, rec bind.Record, what string) {
	l.asked[who]++
	if err == nil && got == want {
		return
	}
	text, _ := json.Marshal(rec.Values())
	for _, e := range explained {
		if err == nil && e.opinion == who && e.file == l.file && e.event.Match(text) {
			l.explained[who]++
			return
		}
	}
	if l.differs[who] == "" {
		l.differs[who] = fmt.Sprintf("%s, %s: %t (%v), the import says %t\nof %s: %s\n%s", l.file, who, got, err, want, what, text, ir.Text(l.doc.Where))
	}
}

// rule holds the opinions of one rule against each other on about so many events.
func (d *differential) rule(r *publicRule, most int, by reads) {
	atoms := 0
	ir.Atoms(r.doc.Where, func(ir.Expr, bool) { atoms++ })
	ws, unreached := witness.Generate(r.doc.Where, witness.Options{Max: max(most, 2+2*atoms)}) // a near miss of each atom, at the least
	oracle, written, unable := by.oracle(r)
	l := &local{r, map[string]int{}, map[string]int{}, map[string]string{}}
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.file))
	c := chance{rand.New(rand.NewPCG(h.Sum64(), 4))}
	events, matched := 0, 0
	judge := func(rec bind.Record, what string) {
		want := by.eval(r.doc.Where, rec, nil)
		events++
		if want {
			matched++
		}
		if r.again != nil {
			l.hold(ofReimport, eval.Match(r.again, rec, nil), want, nil, rec, what)
		}
		if r.stub != nil {
			l.hold(ofStub, eval.Match(r.stub, rec, nil), want, nil, rec, what)
		}
		if unable != nil {
			return
		}
		got, err := oracle.Matches(rec.Values())
		l.hold(adapted, got, want, err, rec, what)
		if oracle.Plain(rec.Values()) {
			got, err := oracle.Unmodified(rec.Values())
			l.hold(unmodified, got, want, err, rec, what)
		}
	}
	for i := range ws {
		w := &ws[i]
		rec := recordOf(r.doc.Where, w)
		l.hold(asRecord, by.eval(r.doc.Where, rec, nil), w.Want, nil, rec, w.What)
		judge(rec, w.What)
		if c.in(2) {
			judge(respell(renumbered(rec, c), c, c.in(2)), w.What+", by another writer")
		}
	}
	d.Lock()
	defer d.Unlock()
	d.rules++
	d.events += events
	d.matched += matched
	if written {
		d.written++
	}
	d.note(r, l, oracle, unable, unreached)
}

func (d *differential) note(r *publicRule, l *local, oracle *sigma.Oracle, unable error, unreached []witness.Unreached) {
	for who, n := range l.asked {
		d.pairs[who] += n
		d.able[who]++
	}
	for who, text := range l.differs {
		d.differs[who] = append(d.differs[who], text)
	}
	for who, n := range l.explained {
		d.explained[[2]string{who, r.file}] += n
	}
	switch {
	case unable != nil:
		d.cannot(adapted, unable)
		d.cannot(unmodified, unable)
	case oracle.Unfit() != nil:
		d.cannot(unmodified, oracle.Unfit())
	case l.asked[unmodified] == 0:
		d.cannot(unmodified, fmt.Errorf("no event was plain"))
	}
	for _, u := range unreached {
		d.unreached++
		if u.Atom == r.doc.Where {
			d.unmatched[r.file] = u.Reason
		}
	}
}

// cannot counts a rule that an opinion can't judge under its reason, without what is of this rule alone.
func (d *differential) cannot(who string, why error) {
	if d.unable[who] == nil {
		d.unable[who] = map[string]int{}
	}
	reason, _, _ := strings.Cut(why.Error(), ": ")
	d.unable[who][reason]++
}

// renumbered has numbers where the record has texts of digits.
func renumbered(r bind.Record, c chance) bind.Record {
	out := maps.Clone(r.Values())
	for _, name := range slices.Sorted(maps.Keys(out)) {
		if text, ok := out[name].(string); ok && c.in(2) {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
				out[name] = json.Number(text)
			}
		}
	}
	return bind.NewRecord(out)
}

const defaultEvents = 30

// eventsWanted are the events made for each rule: DETC_EVENTS, else as many as a build can wait for.
func eventsWanted(t *testing.T) int {
	if text := os.Getenv("DETC_EVENTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("DETC_EVENTS is no number: %q", text)
		}
		return n
	}
	if testing.Short() {
		return 8
	}
	return defaultEvents
}

// jobs is on how many processors the rules are judged.
const jobs = 2

// TestPublicRulesDifferential holds opinions of every public rule against each other, on events made for the rule: one
// that matches, near misses of each atom, values where a mistake would show, absent fields, lists, numbers as text. The
// opinions are eval's on the import, on the import of what the import is written as, and on the rule's stub on its log;
// and sigma-go's of the text as it is published.
func TestPublicRulesDifferential(t *testing.T) {
	rules := publicOrSkip(t)
	stubs(t, rules)
	for _, r := range rules {
		r.reimport(t)
	}
	d, most := newDifferential(), eventsWanted(t)
	work := make(chan *publicRule)
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			for r := range work {
				d.rule(r, most, straightReads())
			}
		})
	}
	for _, r := range rules {
		work <- r
	}
	close(work)
	wait.Wait()
	t.Log(d)
	d.judged(t, most >= defaultEvents)
}

// judged fails the test on what isn't explained, and, where there were events enough, on explanations that nothing needs.
func (d *differential) judged(t *testing.T, enough bool) {
	for _, who := range slices.Sorted(maps.Keys(d.differs)) {
		slices.Sort(d.differs[who])
		for _, text := range d.differs[who] {
			t.Error(text)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(d.unmatched)) {
		if !slices.ContainsFunc(explained, func(e explanation) bool { return e.opinion == "" && e.file == file }) {
			t.Errorf("%s: %s", file, d.unmatched[file])
		}
	}
	for _, e := range explained {
		if _, unmatched := d.unmatched[e.file]; enough && d.explained[[2]string{e.opinion, e.file}] == 0 && !(e.opinion == "" && unmatched) {
			t.Errorf("%s, %s: nothing is left to explain", e.file, e.opinion)
		}
	}
	if d.matched*20 < d.events {
		t.Errorf("only %d of %d events match", d.matched, d.events)
	}
}

func (d *differential) String() string {
	var b strings.Builder
	of := func(who string) string { return fmt.Sprintf("%s %d", who, len(d.differs[who])) }
	fmt.Fprintf(&b, "%d rules, %d events (%d match): %s, %s, %s, %s (%d rules able, %d of them as written here), %s (%d able); no match found: %d rules; atoms unreached: %d",
		d.rules, d.events, d.matched, of(asRecord), of(ofReimport), of(ofStub), of(adapted), d.able[adapted], d.written, of(unmodified), d.able[unmodified], len(d.unmatched), d.unreached)
	for _, who := range slices.Sorted(maps.Keys(d.pairs)) {
		fmt.Fprintf(&b, "\n%s: %d pairs", who, d.pairs[who])
		for _, reason := range slices.Sorted(maps.Keys(d.unable[who])) {
			fmt.Fprintf(&b, "\n    can't judge %d: %s", d.unable[who][reason], reason)
		}
	}
	for _, e := range explained {
		fmt.Fprintf(&b, "\nexplained: %s, %s (%d pairs): %s", e.file, e.opinion, d.explained[[2]string{e.opinion, e.file}], e.reason)
	}
	return b.String()
}

package ledger_test

import (
	"strings"
	"testing"

	"detc/compiler/ledger"
	"detc/compiler/source"
)

var annotation = ledger.Annotation{Key: theRow, Hash: hash, Reason: "not forwarded", Note: `the serial gateways: "no route" #12`, Owner: "OT engineering",
	Approver: "plant manager", Control: "none", Approved: "2026-11-22", Until: "2027-02-01"}

func annotate(t *testing.T, text string, a ledger.Annotation) string {
	t.Helper()
	out, err := ledger.Annotate(source.NewFile("ledger.yaml", text), a)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

const fresh = `  - item: TA0104/T3
    scope: plc
    gate: onboarded
    gap: not-forwarded
    hash: '0cef4e8c6070ec4f'
    reason: not forwarded
    note: 'the serial gateways: "no route" #12'
    owner: OT engineering
    approver: plant manager
    control: none
    approved: '2026-11-22'
    until: '2027-02-01'
`

func TestANewRow(t *testing.T) {
	other := strings.Replace(waiver("scope: hmi"), "scope: hmi", "scope: hmi     # the panels", 1)
	for name, c := range map[string]struct{ before, after string }{
		"no file":              {"", "waivers:\n" + fresh},
		"no waivers":           {"title: A plant   # ours\n", "title: A plant   # ours\nwaivers:\n" + fresh},
		"no line end":          {"title: A plant", "title: A plant\nwaivers:\n" + fresh},
		"an empty list":        {"waivers: []\ntitle: A plant\n", "waivers: \n" + fresh + "title: A plant\n"},
		"after another":        {"# head\nwaivers:\n" + other + "# foot\nowners: []\n", "# head\nwaivers:\n" + other + fresh + "# foot\nowners: []\n"},
		"after another, outer": {"waivers:\n" + strings.ReplaceAll(strings.ReplaceAll(other, "\n    ", "\n  "), "  - ", "- "), "waivers:\n" + strings.ReplaceAll(strings.ReplaceAll(other, "\n    ", "\n  "), "  - ", "- ") + strings.ReplaceAll(strings.ReplaceAll(fresh, "\n    ", "\n  "), "  - ", "- ")},
	} {
		if got := annotate(t, c.before, annotation); got != c.after {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", name, got, c.after)
		}
	}
}

func TestARowIsChangedInPlace(t *testing.T) {
	before := "waivers:\n  # the gateways\n" + strings.Replace(waiver(), "owner: OT engineering", "owner: OT engineering   # since the reorganisation", 1) + "title: x # y\n"
	a := ledger.Annotation{Key: theRow, Owner: "network team", Approved: "2026-11-22", Until: "2027-02-19"}
	want := strings.NewReplacer("owner: OT engineering ", "owner: network team ", "approved: 2026-11-01", "approved: '2026-11-22'",
		"until: 2027-01-15\n", "until: '2027-02-19'\n    renewed: [2026-11-01]\n").Replace(before)
	got := annotate(t, before, a)
	if got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	again := annotate(t, got, ledger.Annotation{Key: theRow, Approved: "2027-02-01"})
	if !strings.Contains(again, "renewed: [2026-11-01, 2026-11-22]") {
		t.Error(again)
	}
	if got := annotate(t, before, ledger.Annotation{Key: theRow, Owner: "OT engineering"}); got != before {
		t.Errorf("nothing changed, and the text did:\n%s", got)
	}
}

func TestAFlowRowIsChangedInPlace(t *testing.T) {
	before := "waivers: [{item: TA0104/T3, scope: plc, gate: onboarded, gap: not-forwarded, hash: 0cef4e8c6070ec4f, reason: not forwarded, owner: a, approver: b, control: c, approved: 2026-11-01, until: 2026-12-01}] # kept\n"
	got := annotate(t, before, ledger.Annotation{Key: theRow, Owner: "d, e", Note: "x", Approved: "2026-11-22", Until: "2026-12-31"})
	for _, want := range []string{"owner: 'd, e'", "note: x", "renewed: [2026-11-01]", "until: '2026-12-31'", "# kept"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	other := annotation
	other.Scope = "hmi"
	if got := annotate(t, before, other); strings.Count(got, "item:") != 2 || !strings.HasSuffix(got, "}] # kept\n") {
		t.Error(got)
	}
}

func TestWhatCanNotBeWrittenIsNot(t *testing.T) {
	for _, text := range []string{"waivers: [\n", "waivers: {}\n", "- a\n"} {
		if out, err := ledger.Annotate(source.NewFile("ledger.yaml", text), annotation); err == nil {
			t.Errorf("%q became %q", text, out)
		}
	}
	bad := annotation
	bad.Reason = "too hard"
	if out, err := ledger.Annotate(source.NewFile("ledger.yaml", ""), bad); err == nil {
		t.Errorf("a reason that is none was written: %s", out)
	}
}

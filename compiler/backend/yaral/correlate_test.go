package yaral_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/yaral"
	"detc/compiler/ir"
)

func member(name, value string, key, of backend.Column) backend.Member {
	f := ir.Field{Name: "metadata.product_event_type", Cased: true}
	return backend.Member{
		Rule: &backend.Rule{Name: name, Where: &ir.And{Args: []ir.Expr{
			&ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(value)}}, &ir.Not{Arg: &ir.Eq{Field: ir.Field{Name: "principal.hostname"}, Values: []ir.Value{ir.StringValue("a")}}},
		}}, Time: backend.Column{Name: "metadata.event_timestamp", Type: ir.Timestamp, Stored: backend.TimeText}, Losses: []backend.Loss{{Reason: "of " + name}}},
		Keys: []backend.Column{key}, Values: []backend.Column{of},
	}
}

func correlations() (out []*backend.Correlation) {
	source, user := backend.Column{Name: "principal.ip", Type: ir.IP}, backend.Column{Name: "target.user.userid"}
	size := backend.Column{Name: "target.file.size", Type: ir.Int, Stored: backend.Number}
	add := func(kind ir.CorrelationKind, within time.Duration, having []ir.Bound, members ...backend.Member) *backend.Correlation {
		c := &backend.Correlation{Correlation: &ir.Correlation{Name: "c-" + kind.String(), ID: "1", Kind: kind, GroupBy: []string{"src"}, Within: within, Having: having}, Members: members}
		if kind.OfValues() {
			c.Fields = []string{"user"}
		}
		out = append(out, c)
		return c
	}
	a, b := member("a", "A", source, user), member("b", "B", source, user)
	add(ir.EventCount, 30*time.Minute, []ir.Bound{{Op: ir.BoundGte, Value: 10}}, a)
	add(ir.EventCount, 90*time.Second, []ir.Bound{{Op: ir.BoundGt, Value: 4.5}, {Op: ir.BoundLte, Value: 9}}, a, b)
	add(ir.EventCount, time.Hour, []ir.Bound{{Op: ir.BoundEq, Value: 3}}, a)
	add(ir.ValueCount, 24*time.Hour, []ir.Bound{{Op: ir.BoundGt, Value: 5}}, a)
	add(ir.ValueSum, time.Hour, []ir.Bound{{Op: ir.BoundGte, Value: 1e6}}, member("a", "A", source, size))
	add(ir.ValueAvg, time.Hour, []ir.Bound{{Op: ir.BoundLt, Value: 2.5}}, member("a", "A", source, size))
	add(ir.Temporal, 5*time.Minute, nil, a, member("b", "B", user, user))
	add(ir.Temporal, 5*time.Minute, []ir.Bound{{Op: ir.BoundGte, Value: 1}}, a, b)
	add(ir.TemporalOrdered, 5*time.Minute, nil, a, b, a)
	add(ir.Absence, time.Hour, nil, a, b)
	add(ir.Absence, time.Hour, nil, a)
	add(ir.FirstSeen, time.Hour, nil, a)
	add(ir.ValuePercentile, time.Hour, []ir.Bound{{Op: ir.BoundGt, Value: 5}}, member("a", "A", source, size))
	add(ir.EventCount, 72*time.Hour, []ir.Bound{{Op: ir.BoundGte, Value: 10}}, a)
	add(ir.EventCount, time.Hour, []ir.Bound{{Op: ir.BoundEq, Value: 2.5}}, a)
	add(ir.EventCount, time.Hour, []ir.Bound{{Op: ir.BoundNeq, Value: 2}}, a)
	add(ir.ValueSum, time.Hour, []ir.Bound{{Op: ir.BoundGte, Value: 1}}, a)
	add(ir.EventCount, time.Hour, []ir.Bound{{Op: ir.BoundGte, Value: 2}}, a, member("b", "B", user, user))
	add(ir.EventCount, time.Hour, []ir.Bound{{Op: ir.BoundGte, Value: 2}}, member("b", "B", backend.Column{Name: "a b"}, user))
	add(ir.EventCount, time.Hour, nil, a).GroupBy = nil
	return out
}

// Each kind of correlation has a rule that is written down and is of the grammar, or says why there is none.
func TestCorrelations(t *testing.T) {
	var b strings.Builder
	said := 0
	for _, c := range correlations() {
		fmt.Fprintf(&b, "== %s of %d by %q\n", c.Clause(), len(c.Members), c.GroupBy)
		q, l := yaral.Target{}.Correlate(c)
		if l.HasErrors() {
			fmt.Fprintf(&b, "refused: %s\n", l[0].Message)
			continue
		}
		said++
		if len(q.Losses) < 2 {
			t.Errorf("%s loses nothing", c.Clause())
		}
		for _, loss := range q.Losses {
			fmt.Fprintf(&b, "# %s: %s: %s\n", loss.Effect, loss.Clause, loss.Reason)
		}
		b.WriteString(q.Text + "\n")
		r, err := read(q.Text)
		if err != nil {
			t.Error(err)
			continue
		}
		joined(t, r)
	}
	if said < 9 {
		t.Errorf("only %d are said", said)
	}
	hold(t, "testdata/correlations.txt", b.String())
}

// The correlations that every target is held to.
func TestCommonCorrelations(t *testing.T) {
	at := backend.Column{Name: "metadata.event_timestamp", Type: ir.Timestamp, Stored: backend.Time}
	hold(t, "testdata/commoncorrelations.txt", backendtest.ShowCorrelations(yaral.Target{}, backendtest.Columns(), at))
}

// joined holds what SecOps asks of event variables: each is there in the condition, and each is bound to every match variable.
func joined(t *testing.T, r *rule) {
	t.Helper()
	events, bound := map[string]bool{}, map[string]bool{}
	for _, e := range r.events {
		e.paths(func(n *node) { events[n.event] = true })
		if len(e.args) == 2 && e.args[0].kind == "key" {
			bound[e.args[1].event] = true
		}
	}
	for name := range events {
		if !bound[name] {
			t.Errorf("%s of %s isn't joined", name, r.name)
		}
		if !strings.Contains(r.sections["condition"][0], name[1:]) {
			t.Errorf("%s of %s isn't in the condition", name, r.name)
		}
	}
}

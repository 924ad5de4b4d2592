package backendtest

import (
	"fmt"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Correlations are one or more of every kind, over rules on the fields of Fields: what a target's golden queries show. All
// rules are on the table logs but the one called proxy, which is on the table of that name.
func Correlations(columns map[string]backend.Column, at backend.Column) []*backend.Correlation {
	least := func(n float64) []ir.Bound { return []ir.Bound{{Op: ir.BoundGte, Value: n}} }
	var out []*backend.Correlation
	add := func(c ir.Correlation, keys ...[]string) {
		made := &backend.Correlation{Correlation: &c}
		for i, ref := range c.Rules {
			m := backend.Member{Rule: correlated(ref.Name, columns, at)}
			for _, name := range keys[min(i, len(keys)-1)] {
				m.Keys = append(m.Keys, columns[name])
				if len(c.GroupBy) < len(m.Keys) {
					c.GroupBy = append(c.GroupBy, name)
				}
			}
			for _, name := range c.Fields {
				m.Values = append(m.Values, columns[name])
			}
			made.Members = append(made.Members, m)
		}
		out = append(out, made)
	}
	rules := func(names ...string) (out []ir.RuleRef) {
		for _, n := range names {
			out = append(out, ir.RuleRef{Name: n})
		}
		return out
	}
	user, host := []string{"user"}, []string{"host"}
	half := 30 * time.Minute
	add(ir.Correlation{Kind: ir.EventCount, Rules: rules("failed"), Within: half, Having: least(10)}, user)
	add(ir.Correlation{Kind: ir.EventCount, Rules: rules("failed", "locked"), Within: half, Having: []ir.Bound{{Op: ir.BoundGt, Value: 3}, {Op: ir.BoundLte, Value: 20}}}, []string{"user", "host"})
	add(ir.Correlation{Kind: ir.EventCount, Rules: rules("failed"), Within: half, Having: least(2)}, nil)
	add(ir.Correlation{Kind: ir.EventCount, Rules: rules("failed"), Within: half, Having: least(2)}, []string{"tags"})
	add(ir.Correlation{Kind: ir.ValueCount, Rules: rules("failed"), Within: half, Having: least(5), Fields: user}, host)
	add(ir.Correlation{Kind: ir.ValueCount, Rules: rules("failed"), Within: half, Having: least(5), Fields: []string{"user", "path"}}, host)
	add(ir.Correlation{Kind: ir.ValueSum, Rules: rules("proxy"), Within: 24 * time.Hour, Having: []ir.Bound{{Op: ir.BoundGt, Value: 1e9}}, Fields: []string{"port"}}, user)
	add(ir.Correlation{Kind: ir.ValueAvg, Rules: rules("proxy"), Within: time.Hour, Having: []ir.Bound{{Op: ir.BoundLt, Value: 0.5}}, Fields: []string{"ratio"}}, user)
	add(ir.Correlation{Kind: ir.ValuePercentile, Rules: rules("proxy"), Within: time.Hour, Having: least(100), Fields: []string{"port"}, Percentile: 95}, user)
	add(ir.Correlation{Kind: ir.Temporal, Rules: rules("failed", "proxy"), Within: half}, user)
	add(ir.Correlation{Kind: ir.Temporal, Rules: rules("failed", "locked", "proxy"), Within: half, Having: least(2)}, user)
	add(ir.Correlation{Kind: ir.TemporalOrdered, Rules: rules("failed", "locked", "opened"), Within: 5 * time.Minute}, host)
	add(ir.Correlation{Kind: ir.TemporalOrdered, Rules: rules("failed", "opened"), Within: 90 * time.Second}, user, host)
	add(ir.Correlation{Kind: ir.Absence, Rules: rules("opened", "locked"), Within: time.Hour}, host)
	add(ir.Correlation{Kind: ir.Absence, Rules: rules("opened"), Within: time.Hour}, host)
	add(ir.Correlation{Kind: ir.FirstSeen, Rules: rules("opened"), Within: 30 * 24 * time.Hour}, []string{"user", "host"})
	return out
}

func correlated(name string, columns map[string]backend.Column, at backend.Column) *backend.Rule {
	table := "logs"
	if name == "proxy" {
		table = name
	}
	where := &ir.Match{Field: ir.Field{Name: "path", Cased: true}, Op: ir.Suffix, Values: []string{"/" + name}}
	return &backend.Rule{Name: name, Table: table, Where: where, Fields: columns, Time: at}
}

// ShowCorrelations writes what a target makes of each of Correlations: the query with its losses, or why there is none.
func ShowCorrelations(t backend.Correlator, columns map[string]backend.Column, at backend.Column) string {
	var b strings.Builder
	for _, c := range Correlations(columns, at) {
		var names []string
		for _, r := range c.Rules {
			names = append(names, r.Name)
		}
		fmt.Fprintf(&b, "== %s: %s\n", c.Clause(), strings.Join(names, ", "))
		q, l := t.Correlate(c)
		for _, d := range l {
			fmt.Fprintf(&b, "! %s\n", d.Message)
		}
		if l.HasErrors() {
			b.WriteString("-- refused\n")
			continue
		}
		fmt.Fprintf(&b, "-- %s\n", q.Fidelity())
		for _, loss := range q.Losses {
			fmt.Fprintf(&b, "# %s: %s: %s\n", loss.Effect, loss.Clause, loss.Reason)
		}
		b.WriteString(q.Text + "\n")
	}
	return b.String()
}

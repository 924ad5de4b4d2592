package evidence

import (
	"maps"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/sigma"
)

// An oracle is sigma-go's opinion of one emitted rule with one content of the tables, and the counts it adds to.
type oracle struct {
	*sigma.Oracle
	err   error // why sigma-go can't read the rule
	pairs *Pairs
}

// oracle gives the opinion on an emitted rule, made once for each content of the tables that the cases use.
func (run *runner) oracle(e Emitted, tables eval.Tables) *oracle {
	texts := map[string][]string{}
	key := e.Bound.Source.ID
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, v := range tables[name] {
			texts[name] = append(texts[name], v.Text())
		}
		key += "\x00" + name + "\x01" + strings.Join(texts[name], "\x02")
	}
	o := run.oracles[key]
	if o == nil {
		o = &oracle{pairs: &run.results.Pairs}
		o.Oracle, o.err = sigma.NewOracle(e.YAML, texts, sigma.Fields(e.Bound.Where))
		run.oracles[key] = o
	}
	return o
}

// adapted is sigma-go with its known gaps filled; it is asked of every record.
func (o *oracle) adapted(r bind.Record) (got, asked bool, err error) {
	if o.err != nil {
		return false, true, o.err
	}
	o.pairs.Adapted++
	got, err = o.Matches(r.Values())
	return got, true, err
}

// plain is sigma-go as it is; it is asked where it is known to be right.
func (o *oracle) plain(r bind.Record) (got, asked bool, err error) {
	if o.err != nil || !o.Plain(r.Values()) {
		return false, false, nil
	}
	o.pairs.Plain++
	got, err = o.Unmodified(r.Values())
	return got, true, err
}

package evidence

import (
	"maps"
	"slices"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/sigma"
)

// An oracle is sigma-go's opinion of one emitted rule with one content of the tables. Matches is sigma-go with its known
// gaps filled, asked of every record; Unmodified is sigma-go as it is, asked where Plain says that it is known to be right.
type oracle struct {
	*sigma.Oracle
	err error // why sigma-go can't read the rule
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
		o = &oracle{}
		o.Oracle, o.err = sigma.NewOracle(e.YAML, texts, sigma.Fields(e.Bound.Where))
		run.oracles[key] = o
	}
	return o
}

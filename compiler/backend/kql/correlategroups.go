package kql

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// rows are the rows of all rules, a row a group that an event is in. Rules on one table are asked of its rows together, so
// that a row of several rules is one row; tables are then put together.
func (w *correlator) rows() string {
	type shared struct {
		from, prepare string
		members       []int
	}
	var parts []*shared
	for i, m := range w.c.Members {
		w.rule = m.Rule
		from := w.from()
		var found *shared
		for _, p := range parts {
			if p.from == from && p.prepare == m.Rule.Prepare {
				found = p
			}
		}
		if found == nil {
			found = &shared{from: from, prepare: m.Rule.Prepare}
			parts = append(parts, found)
		}
		found.members = append(found.members, i)
	}
	var out []string
	for i, p := range parts {
		for _, q := range parts[:i] {
			if p.from == q.from || strings.HasPrefix(p.from, "union ") || strings.HasPrefix(q.from, "union ") {
				w.LoseOf(w.c, backend.Both, "a row that two rules find by different stages, or in two lists of tables, is two events")
			}
		}
		lines := []string{p.from}
		if p.prepare != "" {
			lines = append(lines, "| "+p.prepare)
		}
		out = append(out, strings.Join(append(lines, w.part(p.members)...), "\n"))
	}
	if len(out) == 1 {
		return out[0]
	}
	return "union (" + strings.Join(out, "),\n(") + ")"
}

// part is what comes after the table of some of the rules.
func (w *correlator) part(members []int) (out []string) {
	add := func(stage string) { out = append(out, "| "+stage) }
	w.lists, w.flags = nil, 0
	flag := "m"
	if !w.alikeKeys(members) {
		flag = "m_is"
	}
	tests := make([]string, len(w.c.Members))
	for i := range tests {
		tests[i] = "false"
	}
	var any []string
	for _, i := range members {
		w.rule = w.c.Members[i].Rule
		test := ir.Visit[string](w.rule.Where, &w.emitter)
		if !slices.Contains(any, test) {
			any = append(any, test)
		}
		tests[i] = "coalesce(" + test + ", false)"
	}
	out = append(out, w.applied()...)
	add("where " + strings.Join(any, " or "))
	if len(any) == 1 {
		for _, i := range members {
			tests[i] = "true"
		}
	}
	var sets []string
	for i, t := range tests {
		sets = append(sets, numbered(flag, i)+" = "+t)
	}
	add("extend " + strings.Join(sets, ", "))
	if w.flags > 0 {
		add("project-away " + w.flagNames())
	}
	add("extend detc_t = " + w.choice(members, flag, "datetime(null)", w.time))
	add("where isnotnull(detc_t)")
	if flag == "m_is" {
		return append(out, w.slotted(members))
	}
	out = append(out, w.keys(members[0])...)
	if w.c.Kind.OfValues() {
		add("extend detc_m_v = " + w.choice(members, flag, noValues, w.values))
		add("where array_length(detc_m_v) > 0")
	}
	return out
}

// choice is what the first rule of a row gives that gives something.
func (w *correlator) choice(members []int, flag, none string, of func(i int) string) string {
	var parts []string
	for _, i := range members {
		parts = append(parts, of(i))
	}
	same := true
	for _, p := range parts {
		same = same && p == parts[0]
	}
	if same {
		return parts[0]
	}
	for k, i := range members {
		parts[k] = "iff(" + numbered(flag, i) + ", " + parts[k] + ", " + none + ")"
	}
	return "coalesce(" + strings.Join(parts, ", ") + ")"
}

func (w *correlator) time(i int) string {
	m := w.c.Members[i]
	if m.Rule.Time.Name == "" {
		w.refuse("nothing says which column of %s has the time", m.Rule.Name)
		return "datetime(null)"
	}
	at, _ := w.moment(m.Rule.Where, m.Rule.Time)
	return at
}

// alikeKeys says that some rules have the group in the same columns.
func (w *correlator) alikeKeys(members []int) bool {
	first := w.c.Members[members[0]].Keys
	for _, i := range members {
		for k, c := range w.c.Members[i].Keys {
			if member(c.Name, c.Path) != member(first[k].Name, first[k].Path) || c.List != first[k].List {
				return false
			}
		}
	}
	return true
}

// keys are the stages that make the group of the rows of one rule.
func (w *correlator) keys(rule int) (out []string) {
	for k, c := range w.c.Members[rule].Keys {
		n := numbered("k", k)
		if c.List {
			w.noEmpty()
			out = append(out, "| mv-expand "+n+" = "+w.elements(c)+" to typeof(string)", "| where isnotempty("+n+")")
			continue
		}
		if isText(c) {
			w.noEmpty()
		}
		out = append(out, "| where "+present(c), "| extend "+n+" = "+text(c))
	}
	return out
}

func (w *correlator) noEmpty() {
	w.LoseOf(w.c, backend.Narrower, "an empty text as the group's key can't be told from a missing one, and is no group")
}

// elements are the distinct elements of a list; of nothing there are none.
func (w *correlator) elements(c backend.Column) string {
	at := member(c.Name, c.Path)
	if c.Stored != backend.JSON {
		at = "parse_json(" + text(c) + ")"
	}
	return "set_union(case(array_length(" + at + ") >= 0, " + at + ", isnull(" + at + "), dynamic([]), pack_array(" + at + ")), dynamic([]))"
}

// slotted makes the groups of each row where its rules call the key otherwise: what the row is by each rule, and then a row
// for each group, with the rules by which it is in it.
func (w *correlator) slotted(members []int) string {
	var inner, slots, flags []string
	when := func(of func(i int) string, none string) string {
		var parts []string
		for _, i := range members {
			parts = append(parts, "detc_m_slot == "+strconv.Itoa(i+1), of(i))
		}
		return "case(" + strings.Join(append(parts, none), ", ") + ")"
	}
	for _, i := range members {
		slots = append(slots, strconv.Itoa(i+1))
	}
	inner = append(inner, "where "+when(func(i int) string { return numbered("m_is", i) }, "false"))
	for k := range w.c.GroupBy {
		n, list := numbered("k", k), false
		key := when(func(i int) string {
			c := w.c.Members[i].Keys[k]
			if c.List || isText(c) {
				w.noEmpty()
			}
			if list = list || c.List; c.List {
				return w.elements(c)
			}
			return "iff(" + present(c) + ", pack_array(" + text(c) + "), dynamic([]))"
		}, "dynamic([])")
		inner = append(inner, "mv-expand "+n+" = "+key+" to typeof(string)")
		if list { // an element that is null is an empty text then
			inner = append(inner, "where isnotempty("+n+")")
			w.noEmpty()
		}
	}
	if w.c.Kind.OfValues() {
		inner = append(inner, "extend detc_m_v = "+when(w.values, noValues), "where array_length(detc_m_v) > 0")
		flags = append(flags, "arg_min(detc_m_slot, detc_m_v)")
	}
	for i := range w.c.Members {
		flags = append(flags, numbered("m", i)+" = countif(detc_m_slot == "+strconv.Itoa(i+1)+") > 0")
	}
	inner = append(inner, "summarize "+strings.Join(flags, ", ")+" by "+strings.Join(w.keyNames(), ", "))
	return "| mv-apply detc_m_slot = dynamic([" + strings.Join(slots, ", ") + "]) to typeof(long) on (" + strings.Join(inner, " | ") + ")"
}

// decimal is what is read as a number in a text.
const decimal = `\A[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\z`

// values are what the kinds of values look at in a row of a rule, as a list, or null; several fields are one value of all.
func (w *correlator) values(rule int) string {
	list := w.c.Members[rule].Values
	if len(list) == 0 {
		w.refuse("it is of no field")
		return noValues
	}
	if w.c.Kind != ir.ValueCount {
		return w.measure(list[0])
	}
	var there, texts []string
	for _, c := range list {
		if isText(c) || c.List {
			w.LoseOf(w.c, backend.Both, "an empty text as a value can't be told from a missing one, and is none")
		}
		if c.List && len(list) > 1 {
			w.refuse("%s has several values, and one is made of several fields", c.Name)
		}
		there, texts = append(there, present(c)), append(texts, text(c))
	}
	switch {
	case len(list) == 1 && list[0].List:
		all := w.elements(list[0])
		return "iff(array_length(" + all + ") > 0, " + all + ", " + noValues + ")"
	case len(list) == 1:
		return "iff(" + there[0] + ", pack_array(" + texts[0] + "), " + noValues + ")"
	}
	return "iff(" + strings.Join(there, " and ") + ", pack_array(tostring(pack_array(" + strings.Join(texts, ", ") + "))), " + noValues + ")"
}

const noValues = "dynamic(null)"

// measure is the number of a column, as a list.
func (w *correlator) measure(c backend.Column) string {
	switch {
	case c.List:
		w.refuse("%s has several values", c.Name)
		return noValues
	case c.Stored == backend.Number:
		at := member(c.Name, c.Path)
		return "iff(isnotnull(" + at + "), pack_array(todouble(" + at + ")), " + noValues + ")"
	}
	return "iff(" + text(c) + " matches regex " + quote(decimal) + ", pack_array(todouble(" + text(c) + ")), " + noValues + ")"
}

// measured reckons a number of the rows of the group in the timespan before each row, and the row itself.
func (w *correlator) measured() {
	w.unordered()
	of, number := "count_distinct(detc_m_x)", "detc_n"
	value := "mv-expand detc_m_x = detc_m_v to typeof(real)"
	if w.c.Kind == ir.ValueCount {
		value = "mv-expand detc_m_x = detc_m_v to typeof(string)"
		if len(w.c.Fields) == 1 { // of several it is a list's text
			value += " | where isnotempty(detc_m_x)"
		}
	}
	last := ""
	switch w.c.Kind {
	case ir.ValueSum:
		of = "sum(detc_m_x)"
		w.LoseOf(w.c, backend.Both, "a sum is of doubles, rounded at each step")
	case ir.ValueAvg:
		of = "avg(detc_m_x)"
		w.LoseOf(w.c, backend.Both, "a mean is of doubles, rounded at each step")
	case ir.ValuePercentile:
		of, number = "make_list(detc_m_x)", "detc_m_list"
		last = " | extend detc_m_list = array_sort_asc(detc_m_list) | extend detc_n = todouble(detc_m_list[" + rank(w.c.Percentile) + "])"
	}
	on := strings.Join(append(w.keyNames(), "detc_m_bucket"), ", ")
	span := w.within()
	keys := ""
	for _, k := range w.keyNames() {
		keys += k + ", "
	}
	w.add("join kind=inner (detc | project " + keys + "detc_t, detc_m_row = detc_m_e, detc_m_bucket = bin(detc_t, " + span + ")")
	w.lines = append(w.lines,
		"  | join kind=inner (detc | "+value+" | project "+keys+"detc_m_x, detc_m_before = detc_t, detc_m_which = detc_m_e, detc_m_bucket = pack_array(bin(detc_t, "+span+"), bin(detc_t, "+span+") + "+span+") | mv-expand detc_m_bucket to typeof(datetime)) on "+on,
		"  | where detc_m_which <= detc_m_row and detc_t - detc_m_before <= "+span,
		"  | summarize "+number+" = "+of+", detc_m_own = countif(detc_m_which == detc_m_row) by detc_m_row"+last+") on $left.detc_m_e == $right.detc_m_row")
	w.add("where detc_m_own > 0")
	if len(w.c.Having) > 0 {
		w.add("where " + w.holds("detc_n"))
	}
}

// rank is the place of the nearest rank in a sorted list, from 0, reckoned with whole numbers: 0.95 of 20 is 19.
func rank(percentile float64) string {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(percentile, 'f', -1, 64))
	of := new(big.Int).Mul(r.Denom(), big.NewInt(100))
	past := new(big.Int).Sub(of, big.NewInt(1))
	return "(" + r.Num().String() + " * array_length(detc_m_list) + " + past.String() + ") / " + of.String() + " - 1"
}

package evidence

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
	"detc/compiler/witness"
)

// fields are the values of an event; a field that is there with none can't be read as its type.
type fields = map[string][]ir.Value

// killer writes the case that would tell a mutant from the rule: as few fields as will do, changed against what the
// tests are given. "" where no event was found.
func (run *runner) killer(m *Mutant) string {
	differ := &ir.Or{Args: []ir.Expr{
		&ir.And{Args: []ir.Expr{run.Rule.Where, &ir.Not{Arg: m.Where}}},
		&ir.And{Args: []ir.Expr{m.Where, &ir.Not{Arg: run.Rule.Where}}},
	}}
	k := &killer{runner: run, mutant: m, values: map[string][][]ir.Value{}, seen: map[string]bool{}}
	ws, _ := witness.Generate(differ, witness.Options{Max: maxWitnesses, Fields: run.enums()})
	for _, w := range ws {
		for _, f := range slices.Sorted(maps.Keys(w.Values)) {
			k.offer(f, w.Values[f])
		}
	}
	k.aroundTables()
	bases := run.bases()
	for _, b := range bases {
		if change := k.spelled(b); change != nil {
			return k.text(b, change)
		}
	}
	for _, most := range []int{1, 2} {
		for _, b := range bases {
			if change := k.near(b, most); change != nil {
				return k.text(b, change)
			}
		}
	}
	for _, w := range ws {
		if w.Want && run.sayable(w.Values) {
			ev := w.Event()
			if len(run.shots[0].rows) > 0 {
				ev = ev.Enrich(run.Schema, run.shots[0].rows, func(field string) bool { _, said := w.Values[field]; return said }, nil)
				if eval.Match(run.Rule.Where, ev, w.Tables) == eval.Match(m.Where, ev, w.Tables) {
					continue // what the tests' own tables say of it undoes the difference
				}
			}
			return run.caseText(m, "given", w.Values, tablesText(w.Tables), eval.Match(run.Rule.Where, ev, w.Tables))
		}
	}
	return ""
}

// maxWitnesses bounds the events that are asked for per survivor, maxTried those that are judged around the cases'.
const (
	maxWitnesses = 120
	maxTried     = 60_000
)

// A killer looks for an event near those of the cases.
type killer struct {
	*runner
	mutant *Mutant
	values map[string][][]ir.Value // to be tried, by field; nil is to leave it out
	seen   map[string]bool
	tried  int
}

func (k *killer) offer(field string, v []ir.Value) {
	key := field + "\x00" + fmt.Sprint(v != nil)
	for _, x := range v {
		key += "\x00" + x.Text()
	}
	if k.seen[key] || v != nil && !k.sayable(fields{field: v}) {
		return
	}
	if len(k.values[field]) == 0 {
		k.values[field] = append(k.values[field], nil)
	}
	k.seen[key] = true
	k.values[field] = append(k.values[field], v)
}

// aroundTables offers what the tests' own tables hold, as it is and in the other case.
func (k *killer) aroundTables() {
	ir.Atoms(k.Rule.Where, func(atom ir.Expr, _ bool) {
		a, ok := atom.(*ir.InSet)
		if !ok {
			return
		}
		for _, s := range k.shots {
			for _, v := range s.Tables[a.Table] {
				k.offer(a.Field.Name, []ir.Value{v})
				if v.Type == ir.String {
					v.Str = swapped(v.Str)
					k.offer(a.Field.Name, []ir.Value{v})
				}
			}
		}
	})
}

// spelled changes the spelling of a text that an author gave, in a field of the faulty clause: something before it or
// after it, or what the clause looks for in the other case. nil is no change that tells the two apart.
func (k *killer) spelled(b base) fields {
	for _, f := range ir.Fields(k.mutant.atom) {
		values, _ := b.with(nil).Get(f)
		if len(values) != 1 || f.Type != ir.String || k.enum(f.Name) != nil {
			continue
		}
		text := values[0].Str
		tries := []string{text + "x", "x" + text, swapped(text)}
		n, _ := atomValues(k.mutant.atom)
		for i := range n {
			want := valueOf(k.mutant.atom, i)
			if at := strings.Index(strings.ToLower(text), strings.ToLower(want)); at >= 0 && at+len(want) <= len(text) {
				tries = append(tries, text[:at]+swapped(text[at:at+len(want)])+text[at+len(want):])
			}
		}
		for _, try := range tries {
			change := fields{f.Name: {ir.StringValue(try)}}
			if k.tells(b, change) {
				return change
			}
		}
	}
	return nil
}

// tells says that on the changed event the mutant says something else than the rule.
func (k *killer) tells(b base, change fields) bool {
	ev := b.with(change)
	return eval.Match(k.Rule.Where, ev, b.Tables) != eval.Match(k.mutant.Where, ev, b.Tables)
}

// swapped is a text in capitals, or in small letters where it is in capitals.
func swapped(s string) string {
	if up := strings.ToUpper(s); up != s {
		return up
	}
	return strings.ToLower(s)
}

// near changes so many fields of an event, and gives the change that tells the mutant from the rule; nil is none.
func (k *killer) near(b base, most int) fields {
	names := slices.Sorted(maps.Keys(k.values))
	var try func(at int, change fields) fields
	try = func(at int, change fields) fields {
		if len(change) == most {
			if k.tried++; k.tried > maxTried {
				return nil
			}
			if k.tells(b, change) {
				return maps.Clone(change)
			}
			return nil
		}
		for i := at; i < len(names); i++ {
			for _, v := range k.values[names[i]] {
				change[names[i]] = v
				if found := try(i+1, change); found != nil {
					return found
				}
				delete(change, names[i])
			}
		}
		return nil
	}
	return try(0, fields{})
}

// A base is an event that an author wrote, to begin from.
type base struct {
	of    *stub.CaseForm // nil for what the tests give all cases
	given fields
	but   fields
	world
	said   spoken
	schema *telemetry.Schema
}

// bases are what the tests give, then the events of the logical cases.
func (run *runner) bases() []base {
	var out []base
	var said diag.List // when the cases were run
	for _, s := range run.shots {
		if s.of.Raw != nil || s.of.Sample != nil {
			continue
		}
		b := base{of: s.of, given: present(bind.EventOf(run.Stub.Tests.Given, run.Schema, &said)), world: s.world, said: s.said, schema: run.Schema}
		if s.of.Given != nil {
			b.given = present(bind.EventOf(s.of.Given, run.Schema, &said))
		}
		if s.of.But == nil && s.of.Given == nil && s.of.Context == nil {
			out = slices.Insert(out, 0, b)
			continue
		}
		b.but = bind.EventOf(s.of.But, run.Schema, &said)
		out = append(out, b)
	}
	return out
}

func (b base) with(change fields) bind.Event {
	said := func(field string) bool { _, changed := change[field]; return changed || b.said[field] }
	return bind.NewEvent(b.given).With(b.but).With(change).Enrich(b.schema, b.rows, said, nil)
}

// text is the case with a change on top of what it began from.
func (k *killer) text(b base, change fields) string {
	all := maps.Clone(b.but)
	if all == nil {
		all = fields{}
	}
	maps.Copy(all, change)
	var entries []string
	for _, e := range b.of.Context {
		entries = append(entries, e.Key.Value+": "+nodeText(e.Value))
	}
	tables, want := strings.Join(entries, ", "), eval.Match(k.Rule.Where, b.with(change), b.Tables)
	if b.of.Given != nil {
		event := maps.Clone(b.given)
		maps.Copy(event, all)
		return k.caseText(k.mutant, "given", k.sayableEvent(event), tables, want)
	}
	for name, v := range all { // what it is given anyway
		if g, ok := b.given[name]; ok == (v != nil) && slices.Equal(g, v) && (v != nil || !k.lookedUp(name)) {
			delete(all, name)
		}
	}
	return k.caseText(k.mutant, "but", all, tables, want)
}

// lookedUp says that a field is filled in where an event doesn't say that there is none of it.
func (run *runner) lookedUp(field string) bool {
	f, ok := run.Schema.Field(field)
	return ok && f.Lookup != nil
}

// sayableEvent leaves out what an event lacks, unless it would be looked up then.
func (run *runner) sayableEvent(event fields) fields {
	maps.DeleteFunc(event, func(name string, v []ir.Value) bool { return v == nil && !run.lookedUp(name) })
	return event
}

// sayable says that a stub can give an event: no value that can't be read, none outside a closed vocabulary.
func (run *runner) sayable(values fields) bool {
	for name, list := range values {
		f, ok := run.Schema.Field(name)
		if !ok || len(list) == 0 || len(list) > 1 && !f.List {
			return false
		}
		for _, v := range list {
			if f.Enum != nil && !slices.Contains(f.Enum, v.Text()) {
				return false
			}
		}
	}
	return true
}

func (run *runner) enums() map[string][]string {
	out := map[string][]string{}
	for _, f := range run.Schema.Fields {
		if f.Enum != nil {
			out[f.Name] = f.Enum
		}
	}
	return out
}

// caseText is a case as it stands in a stub. Its name says which clause it is about, for the author to better.
func (run *runner) caseText(m *Mutant, key string, event fields, tables string, want bool) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(event)) {
		pairs = append(pairs, name+": "+valuesText(event[name]))
	}
	text := "- {name: " + scalarText(run.caseName(m))
	if len(pairs) > 0 {
		text += ", " + key + ": {" + strings.Join(pairs, ", ") + "}"
	}
	if tables != "" {
		text += ", context: {" + tables + "}"
	}
	return text + ", want: " + verdict(want) + "}"
}

// tablesText is what lists hold, as a case's context.
func tablesText(tables eval.Tables) string {
	var entries []string
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		list := make([]string, len(tables[name]))
		for i, v := range tables[name] {
			list[i] = valueText(v)
		}
		entries = append(entries, name+": ["+strings.Join(list, ", ")+"]")
	}
	return strings.Join(entries, ", ")
}

// shows says in a case's name what it is about, by the operator of the fault that it would notice.
var shows = map[string]string{"case": "in the other case", "operator": "nearly", "bound": "at the edge", "presence": "missing", "value-dropped": "by another value"}

// caseName is a name that no case of the rule has.
func (run *runner) caseName(m *Mutant) string {
	about := m.Let
	if not, ok := m.atom.(*ir.Not); ok && about == "" {
		if n, ok := not.Arg.(*ir.Named); ok {
			about = n.Name
		}
	}
	if about = strings.ReplaceAll(about, "_", " "); about == "" {
		about = m.Clause
	}
	if how := shows[m.Operator]; how != "" {
		about += " " + how
	} else {
		about += " decides"
	}
	if run.names == nil {
		run.names = map[string]bool{}
		for _, c := range run.Stub.Tests.Cases {
			run.names[c.Name.Value] = true
		}
	}
	name := about
	for n := 2; run.names[name]; n++ {
		name = fmt.Sprintf("%s, %d", about, n)
	}
	run.names[name] = true
	return name
}

func valuesText(values []ir.Value) string {
	switch len(values) {
	case 0:
		return "null"
	case 1:
		return valueText(values[0])
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = valueText(v)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func valueText(v ir.Value) string {
	if v.Type == ir.String || v.Type == ir.IP || v.Type == ir.Timestamp {
		return scalarText(v.Text())
	}
	return v.Text()
}

// bareText is what YAML takes for this very text without quotes, wherever it stands.
var bareText = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./ -]*[A-Za-z0-9_./]$|^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`)

// otherwise are the words that YAML takes for something else than text, in any case.
var otherwise = []string{"true", "false", "null", "yes", "no", "on", "off"}

// scalarText is a text as a YAML scalar: bare where that is safe, else in double quotes.
func scalarText(s string) string {
	if bareText.MatchString(s) && !slices.Contains(otherwise, strings.ToLower(s)) {
		return s
	}
	if strings.Contains(s, "'") || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return "'" + s + "'"
}

package workspace

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
)

// A CorrelationEmission is a Sigma correlation that was made of a stub: over the rules emitted for its parts, one of them
// a place where the order or the company of events counts, all of them where they are counted.
type CorrelationEmission struct {
	IR       *ir.Correlation // in the emitted rules' names and the logs' fields
	Sources  []string        // of the rules that it names, each once, in their order
	Sigma    *sigma.Correlation
	YAML     []byte
	ReadBack error // why the emitted correlation, read back, is another; nil where it is not

	places []place
	fields map[string]string // what the stub's fields are called in it: those of group_by, and others as they are asked for
	lacks  map[string]string // why others have no name
}

// Path is where an emission is written, below the output folder. The file bears the name by which others refer to it.
func (e CorrelationEmission) Path(r *Rule) string {
	return r.folder() + e.IR.Name + ".yml"
}

// maxProducts is how many Sigma correlations one stub may become.
const maxProducts = 16

// A place is an emitted rule, or correlation, that can stand for a part.
type place struct {
	name    string // by which Sigma refers to it
	first   string // its first name, which stays when a source is renamed
	part    *Rule
	sources []string
	raw     func(field string) (name, lacks string) // what the field of the part is called in it; or why it can't be named
}

// emitCorrelations writes the correlations, each after those that it rests on.
func (w *Workspace) emitCorrelations() {
	done := map[*Rule]bool{}
	var visit func(*Rule)
	visit = func(r *Rule) {
		if r.Correlation == nil || r.Correlation.IR == nil || done[r] {
			return
		}
		done[r] = true
		for _, p := range r.Correlation.Parts {
			visit(p)
		}
		(&correlationEmitter{Rule: r, c: r.Correlation.IR, said: map[string]bool{}}).emit()
	}
	for _, r := range w.Rules {
		visit(r)
	}
}

type correlationEmitter struct {
	*Rule
	c    *ir.Correlation
	said map[string]bool // what drops out, once each
}

func (e *correlationEmitter) emit() {
	form := e.Stub.Correlation
	if !e.c.Kind.InSigma() {
		e.Correlation.None = "Sigma has no form for " + e.c.Kind.String()
		e.Findings.Add(diag.NoSigmaKind, form.Type.Whole, "%s: nothing is written for this correlation", e.Correlation.None).
			WithHelp("its tests run all the same, and targets that have the words for it get queries")
		if e.off() == nil {
			e.place()
		}
		return
	}
	if off := e.off(); off != nil {
		e.Correlation.None = off.Name.Value + " is disabled at the site"
		if off != e.Rule && e.State != Disabled {
			e.Findings.Add(diag.DisabledPart, form.Type.Whole, "%s, so this correlation is not written", e.Correlation.None)
		}
	}
	if e.Correlation.None != "" {
		return // a part is not built, which was said
	}
	for _, p := range e.Correlation.Parts {
		if p.Correlation != nil && p.Correlation.None != "" {
			e.Correlation.None = p.Correlation.None
			e.Findings.Add(diag.NoSigmaKind, form.Type.Whole, "%s rests on %s: %s, so nothing is written for this one either", e.Name.Value, p.Name.Value, e.Correlation.None).
				WithHelp("its tests run all the same")
			return
		}
	}
	for _, out := range e.placed() {
		if e.write(&out) {
			e.Correlation.Emitted = append(e.Correlation.Emitted, out)
		}
	}
}

// place holds a correlation that Sigma has no form for to its logs, for the targets that have one.
func (e *correlationEmitter) place() {
	if !slices.ContainsFunc(e.Correlation.Parts, func(p *Rule) bool { return p.Correlation != nil }) {
		e.Correlation.Placed = e.placed()
	}
}

// apart says that what has to stay away may show in any of several logs: held to one log of each part, a query would miss
// it in the others, and find too much.
func (e *correlationEmitter) apart(slots [][]place) bool {
	return e.c.Kind == ir.Absence && slices.ContainsFunc(slots, func(s []place) bool { return len(s) > 1 })
}

// placed are the ways in which the correlation stands over the logs of its parts.
func (e *correlationEmitter) placed() []CorrelationEmission {
	slots := make([][]place, len(e.Correlation.Parts))
	for i, p := range e.Correlation.Parts {
		slots[i] = e.fitting(p)
		if len(slots[i]) == 0 {
			e.Findings.Add(diag.SlotWithoutLog, e.Stub.Correlation.Rules[i].Whole, "no log is left for %s, so the correlation is not written", p.Name.Value).
				WithHelp("group by fields that a log of it has; --notes says why each drops out")
			return nil
		}
	}
	if e.apart(slots) {
		e.Correlation.Apart = true
		return nil
	}
	var out []CorrelationEmission
	ways := e.ways(slots)
	for i, places := range ways {
		name := e.Name.Value
		if len(ways) > 1 {
			name = fmt.Sprintf("%s.%d", name, i+1)
		}
		out = append(out, e.over(name, places))
	}
	return out
}

// ways are the correlations to be written, each as its places.
func (e *correlationEmitter) ways(slots [][]place) [][]place {
	if e.c.Kind < ir.Temporal || e.c.Kind == ir.FirstSeen {
		return e.counted(slices.Concat(slots...))
	}
	n := 1
	for _, s := range slots {
		if n *= len(s); n > 1<<20 {
			break
		}
	}
	if n > maxProducts {
		var sizes []string
		for i, s := range slots {
			sizes = append(sizes, fmt.Sprintf("%s on %d", e.Correlation.Parts[i].Name.Value, len(s)))
		}
		e.Findings.Add(diag.ManyProducts, e.Stub.Correlation.Span, "the logs can be combined in %d ways (%s); at most %d are written",
			n, strings.Join(sizes, ", "), maxProducts).WithHelp("say which logs are meant: sources: {%s: [%s]}", e.Correlation.Parts[0].Name.Value, slots[0][0].sources[0])
		return nil
	}
	out := [][]place{nil}
	for _, s := range slots {
		var next [][]place
		for _, way := range out {
			for _, p := range s {
				next = append(next, append(slices.Clone(way), p))
			}
		}
		out = next
	}
	return out
}

// counted puts together the places in which the values to be looked at have one name.
func (e *correlationEmitter) counted(all []place) [][]place {
	var keys []string
	by := map[string][]place{}
	for _, p := range all {
		var names []string
		for _, f := range e.c.Fields {
			name, _ := p.raw(e.fieldIn(p.part, f))
			names = append(names, name)
		}
		key := strings.Join(names, ", ")
		if by[key] == nil {
			keys = append(keys, key)
		}
		by[key] = append(by[key], p)
	}
	var out [][]place
	for _, k := range keys {
		out = append(out, by[k])
	}
	if len(keys) > 1 {
		e.Findings.Add(diag.CountedByLog, e.Stub.Correlation.Condition.Field[0].Whole, "the logs call it %s, so each is counted by itself", strings.Join(keys, "; ")).
			WithHelp("hold it to one log where that is what is meant: sources: …")
	}
	return out
}

// fitting are the places that can stand for a part: in which every field that is asked for has a name.
func (e *correlationEmitter) fitting(part *Rule) []place {
	var out []place
	for _, p := range e.places(part) {
		fits := true
		for i, name := range slices.Concat(e.c.GroupBy, e.c.Fields) {
			field := e.fieldIn(part, name)
			if _, lacks := p.raw(field); lacks != "" {
				fits = false
				if msg := p.name + lacks; !e.said[msg] {
					e.said[msg] = true
					at := e.Stub.Correlation.Type.Whole
					if i < len(e.Stub.Correlation.GroupBy) {
						at = e.Stub.Correlation.GroupBy[i].Whole
					}
					e.Findings.Add(diag.SourceDropsOut, at, "%s drops out: %s", p.name, lacks)
				}
				break
			}
		}
		if fits {
			out = append(out, p)
		}
	}
	return out
}

// places are the emitted rules, or correlations, of a part.
func (e *correlationEmitter) places(part *Rule) []place {
	if part.Correlation != nil {
		return part.chained()
	}
	only, held := e.Stub.Correlation.Sources.Get(part.Name.Value)
	var out []place
	for i := range part.Emitted {
		on := &part.Emitted[i]
		if on.Bound == nil || on.ReadBack != nil || held && !slices.ContainsFunc(only, func(t text) bool { return t.Value == on.Source.ID }) {
			continue
		}
		p := place{name: on.Sigma.Name, first: on.Sigma.Name, part: part, sources: []string{on.Source.ID}}
		if was := on.Source.Formerly; len(was) > 0 {
			p.first = part.Name.Value + "." + was[0]
		}
		p.raw = func(field string) (name, lacks string) {
			switch b := on.Source.Binding(field); {
			case b.Absent():
				return "", fmt.Sprintf("%s has no %s", on.Source.ID, field)
			case b.Const != nil:
				return "", fmt.Sprintf("%s is one and the same throughout %s, so all its events would be one group", field, on.Source.ID)
			case b.Values != nil:
				return "", fmt.Sprintf("%s has %s in words of its own, which no other log shares", on.Source.ID, field)
			case len(b.Paths) > 1:
				return "", fmt.Sprintf("%s has %s under several names, and Sigma groups by one", on.Source.ID, field)
			default:
				return b.Paths[0].Name, ""
			}
		}
		out = append(out, p)
	}
	return out
}

// chained are the emissions of a correlation, for one that rests on it.
func (r *Rule) chained() []place {
	var out []place
	for i := range r.Correlation.Emitted {
		on := &r.Correlation.Emitted[i]
		if on.ReadBack != nil {
			continue
		}
		out = append(out, place{name: on.IR.Name, first: on.IR.ID, part: r, sources: on.Sources, raw: func(field string) (name, lacks string) {
			if _, known := on.fields[field]; !known {
				on.fields[field], on.lacks[field] = on.shared(r, field)
			}
			return on.fields[field], on.lacks[field]
		}})
	}
	return out
}

// shared is what a field is called in all places of an emission.
func (on *CorrelationEmission) shared(r *Rule, field string) (name, lacks string) {
	for i, p := range on.places {
		raw, lacks := p.raw(r.fieldIn(p.part, field))
		switch {
		case lacks != "":
			return "", lacks
		case i > 0 && raw != name:
			return "", fmt.Sprintf("%s has %s under several names", on.IR.Name, field)
		}
		name = raw
	}
	return name, ""
}

// over is the correlation over some places.
func (e *correlationEmitter) over(name string, places []place) CorrelationEmission {
	c := *e.c
	out := CorrelationEmission{IR: &c, places: places, fields: map[string]string{}, lacks: map[string]string{}}
	c.Name, c.Rules, c.GroupBy, c.Aliases, c.Fields = name, nil, nil, nil, nil
	var firsts []string
	for _, p := range places {
		c.Rules = append(c.Rules, ir.RuleRef{Name: p.name})
		firsts = append(firsts, p.first)
		for _, id := range p.sources {
			if !slices.Contains(out.Sources, id) {
				out.Sources = append(out.Sources, id)
			}
		}
	}
	if name != e.Name.Value { // one of several: told apart as the rules are, by the log
		c.Meta.Title += " (" + strings.Join(out.Sources, ", ") + ")"
	}
	c.ID = sigma.DerivedID(e.ID.Value, c.Kind.String()+" "+strings.Join(firsts, ","))
	for _, g := range e.c.GroupBy {
		raw, alias := e.named(g, places)
		if alias != nil {
			c.Aliases = append(c.Aliases, *alias)
		}
		c.GroupBy, out.fields[g] = append(c.GroupBy, raw), raw
	}
	for _, f := range e.c.Fields {
		raw, _ := places[0].raw(e.fieldIn(places[0].part, f)) // one name in all places: see counted
		c.Fields = append(c.Fields, raw)
	}
	return out
}

// write makes the Sigma correlation.
func (e *correlationEmitter) write(out *CorrelationEmission) bool {
	rule, findings := sigma.EmitCorrelation(out.IR)
	e.Findings.Append(findings)
	if rule == nil {
		return false
	}
	rule.DerivedFrom, rule.Origin.Sources, rule.Origin.Enriched = e.ID.Value, out.Sources, e.enriched(out.places)
	if e.brought != nil {
		own := ""
		if out.IR.Name == e.Name.Value {
			own = e.ID.Value
		}
		rule.Keep(own, e.brought)
	}
	if e.State == Shadow {
		rule.Origin.State = string(Shadow)
	}
	out.Sigma, out.YAML = rule, rule.YAML()
	if out.ReadBack = sigma.VerifyCorrelation(out.IR, out.YAML); out.ReadBack != nil {
		e.Findings.Add(diag.ReadsBackOther, e.Stub.Correlation.Span, "the Sigma correlation %s, read back, is another: %v", out.IR.Name, out.ReadBack)
	}
	return true
}

// named is what a field to group by is called in all places: its raw name where they have the same, else an alias.
func (e *correlationEmitter) named(field string, places []place) (string, *ir.Alias) {
	alias := ir.Alias{Name: field}
	same := true
	for _, p := range places {
		raw, _ := p.raw(e.fieldIn(p.part, field))
		alias.Fields = append(alias.Fields, ir.AliasField{Rule: p.name, Field: raw})
		same = same && raw == alias.Fields[0].Field
	}
	if same {
		return alias.Fields[0].Field, nil
	}
	return field, &alias
}

package store

import (
	"path"
	"slices"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// A Place is all that a store says of one log: where its records lie, what tells them apart, and under which names.
type Place struct {
	*Log
	ID      string   // of the log source, or of the schema in a model
	In      []Equal  // where the records lie, in the SIEM's own words and the order of the file
	Where   []Equal  // what tells them from others that lie there, in stored names; all of it holds
	Lost    []string // raw names that would tell them apart, and that the store doesn't have: a query without them is wider
	Time    string   // the stored name that says when
	Engine  bool     // Time is of the SIEM's own type for moments: the store names it, and not the log
	Prepare string   // a stage in the SIEM's language that comes first; empty for none

	logName, product string // what {log} and {product} stand for
}

// Find finds where a log source lies: what names it comes before a pattern, a longer pattern before a shorter one.
func (s *Store) Find(ls telemetry.Logsource) (*Place, bool) {
	product := ls.Product
	if product == "" {
		product = "any"
	}
	return s.find(telemetry.TaxonomyID(ls), product, logName(ls))
}

// FindSchema finds where a model has the fields of a schema.
func (s *Store) FindSchema(id string) (*Place, bool) {
	product, log, _ := strings.Cut(id, ".")
	return s.find(id, product, log)
}

func (s *Store) find(id, product, log string) (*Place, bool) {
	l := s.log(id)
	if l == nil {
		return nil, false
	}
	p := &Place{Log: l, ID: id, Time: l.time, Engine: l.time != "" && s.SIEM != "any", Prepare: l.prepare, logName: log, product: product}
	p.In, p.Where = p.filled(l.place), p.filled(l.where)
	if s.rows != nil {
		p.rows(s.rows, product, log)
	}
	return p, true
}

// rows takes over what tells the records of the log apart from a store that has it in raw names.
func (p *Place) rows(base *Store, product, log string) {
	b, ok := base.find(p.ID, product, log)
	if !ok {
		return
	}
	if p.Time == "" {
		p.Time = p.Column(b.Time).Name
	}
	if p.Where != nil {
		return
	}
	for _, e := range b.Where {
		c := p.Column(e.Name)
		if c.Standing != Stored {
			p.Lost = append(p.Lost, e.Name)
			continue
		}
		p.Where = append(p.Where, Equal{c.Name, e.Values, c.Type})
	}
}

func (s *Store) log(id string) *Log {
	if l, ok := s.found.Load(id); ok {
		return l.(*Log)
	}
	l := s.fitting(id)
	s.found.Store(id, l)
	return l
}

// fitting is the log that stands by an id, else the one whose pattern fits and is the longest.
func (s *Store) fitting(id string) *Log {
	var best *Log
	length := -1
	for _, l := range s.Logs {
		for _, of := range l.Of {
			if of.Value == id {
				return l
			}
			if fits, _ := path.Match(of.Value, id); fits && len(of.Value) > length {
				best, length = l, len(of.Value)
			}
		}
	}
	return best
}

// logName is what {log} stands for: the service of a log source, or its category.
func logName(ls telemetry.Logsource) string {
	for _, part := range []string{ls.Service, ls.Category, ls.Product} {
		if part != "" {
			return part
		}
	}
	return ""
}

func (p *Place) filled(list []Equal) []Equal {
	out := slices.Clone(list)
	for i, e := range out {
		out[i].Values = slices.Clone(e.Values)
		for j, v := range e.Values {
			if v.Type == ir.String {
				out[i].Values[j] = ir.StringValue(p.words(v.Text()))
			}
		}
	}
	return out
}

// words fills in what {log} and {product} stand for.
func (p *Place) words(s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "{log}", p.logName), "{product}", p.product)
}

// Column says where a raw name of the log stands; of a model, where a field of the schema does.
func (p *Place) Column(name string) Column {
	l := p.Log
	c := Column{Standing: Stored, Type: l.typed, While: l.while[name].Value, Values: l.values[name]}
	if l.typed == JSON {
		c.Type = AsWritten // of the names that are listed; those below it are the rule's
	}
	if t, ok := l.types[name]; ok {
		c.Type = t
	}
	for _, n := range []*naming{&l.own, l.common} {
		if stored, ok := n.fields[name]; ok {
			c.Name = p.words(stored.Value)
			return c
		}
		if _, ok := n.missing[name]; ok {
			return Column{Standing: Missing}
		}
	}
	if l.typed == JSON && c.Type == AsWritten {
		c.Type = JSON
	}
	switch l.rule {
	case same:
		c.Name = p.words(l.prefix) + name
	case underscores:
		c.Name = p.words(l.prefix) + underscored(name)
	default:
		return Column{Standing: Unknown}
	}
	return c
}

// underscored is a name as stores write it that allow letters, digits and underscores only: each other character becomes
// an underscore, and one comes before a digit at the head (Grafana Loki's parser of JSON does both).
func underscored(name string) string {
	out := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	if out != "" && out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

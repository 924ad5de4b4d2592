package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// RuleDigest names all of a rule that its evidence rests on: what it means, what it means on each source, and how the
// sources read the fields that it asks for. Titles, texts and the layout of files are no part of it; nor is the emitted
// Sigma, which at every build is read back and held against the bound rule.
func RuleDigest(s *Subject) string {
	d := digester{sha256.New()}
	d.number(KeptVersion)
	d.sum(ir.Digest(s.Rule.Where))
	d.text(s.Schema.ID)
	var names []string
	ir.Atoms(s.Rule.Where, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			names = append(names, f.Name)
		}
	})
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		d.text(name)
		if f, ok := s.Schema.Field(name); ok {
			d.texts(f.Enum)
		}
	}
	for _, f := range bind.Lookups(s.Schema, s.Rule.Where) {
		d.text(f.Name + " " + f.Lookup.Text(func(name string) string { return name }))
	}
	for _, e := range s.Levels {
		d.text(e.Name)
		d.expr(e.Where)
	}
	bound := map[string]ir.Expr{}
	for _, e := range s.Emitted {
		bound[e.Bound.Source.ID] = e.Bound.Where
	}
	for _, id := range slices.Sorted(maps.Keys(s.Sources)) {
		src := s.Sources[id]
		d.text(id)
		d.number(int(src.Format))
		d.number(len(src.Record))
		for _, m := range src.Record {
			d.texts([]string{m.Name, m.Text})
		}
		d.expr(src.Filter)
		d.expr(bound[id])
		for _, name := range names {
			b := src.Binding(name)
			d.number(len(b.Paths))
			for _, p := range b.Paths {
				d.text(p.Name)
				d.number(int(p.Type))
				d.number(int(p.Unit))
			}
			d.values(b.Const)
			d.number(len(b.Values))
			for _, v := range b.Values {
				d.texts([]string{v.Logical, v.Raw})
			}
		}
	}
	return d.String()
}

// TestsDigest names what a stub's cases say, their order included: their names, comments and layout are no part of it.
func TestsDigest(s *stub.Stub) string {
	d := digester{sha256.New()}
	d.node(s.Tests.Given)
	d.tables(s.Tests.Context)
	d.number(len(s.Tests.Cases))
	for i := range s.Tests.Cases {
		c := &s.Tests.Cases[i]
		d.text(c.Want.Value)
		if !c.Level.IsZero() {
			d.text(c.Level.Value)
		}
		d.node(c.Given)
		d.node(c.But)
		d.tables(c.Context)
		d.text(c.Source.Value)
		d.node(c.Raw)
		if c.Sample == nil {
			d.number(0)
			continue
		}
		d.number(1)
		d.texts([]string{c.Sample.File.Value, c.Sample.SHA256.Value})
		d.number(int(c.Sample.Line.V))
	}
	if s.IsCorrelation() {
		d.timelines(s.Tests.Cases)
	}
	return d.String()
}

func (d digester) timelines(cases []stub.CaseForm) {
	for _, c := range cases {
		d.number(len(c.Timeline))
		for _, e := range c.Timeline {
			d.texts([]string{e.At.Value, e.Rule.Value, e.Telemetry.Value, e.Source.Value})
			for _, n := range []*source.Node{e.Given, e.But, e.Raw} {
				d.node(n)
			}
		}
		d.number(len(c.Firings))
		for _, f := range c.Firings {
			d.text(f.At.Value)
			d.node(f.Group)
		}
		d.text(c.Until.Value)
		if !c.Start.IsZero() {
			d.text(c.Start.Value)
		}
	}
}

// A digester writes so that no two things are written alike: before each there is its length.
type digester struct{ hash.Hash }

func (d digester) String() string { return "sha256:" + hex.EncodeToString(d.Sum(nil)) }

func (d digester) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.Write(b[:])
}

func (d digester) text(s string) {
	d.number(len(s))
	d.Write([]byte(s))
}

func (d digester) texts(list []string) {
	d.number(len(list))
	for _, s := range list {
		d.text(s)
	}
}

func (d digester) sum(s [32]byte) { d.Write(s[:]) }

func (d digester) expr(e ir.Expr) {
	if e == nil {
		d.number(0)
		return
	}
	d.number(1)
	d.sum(ir.Digest(e))
}

func (d digester) values(list []ir.Value) {
	d.number(len(list))
	for _, v := range list {
		d.number(int(v.Type))
		d.text(v.Text())
	}
}

func (d digester) tables(list []tableEntry) {
	d.number(len(list))
	for _, e := range list {
		d.text(e.Key.Value)
		if e.Value == nil || slices.ContainsFunc(e.Value.Items, func(n *source.Node) bool { return n.Kind != source.Scalar }) {
			d.number(-1) // rows, and no list of values
			d.node(e.Value)
			continue
		}
		d.number(len(e.Value.Items))
		for _, t := range e.Value.Items {
			d.text(t.Text.Value)
		}
	}
}

// node writes a YAML value as it is meant, however it is spelled.
func (d digester) node(n *source.Node) {
	if n == nil {
		d.number(-1)
		return
	}
	d.number(int(n.Kind))
	d.number(int(n.Type))
	d.text(n.Text.Value)
	d.number(len(n.Items))
	for _, item := range n.Items {
		d.node(item)
	}
	d.number(len(n.Pairs))
	for _, p := range n.Pairs {
		d.node(p.Key)
		d.node(p.Value)
	}
}

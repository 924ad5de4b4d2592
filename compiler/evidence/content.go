package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

type tableEntry = form.Entry[*source.Node]

// A world is what the context tables hold during a case.
type world struct {
	eval.Tables               // the lists
	rows        bind.Contents // those that are looked up
}

// contents reads what context tables hold; later ones replace earlier ones.
func contents(known map[string]*context.Table, l *diag.List, given ...[]tableEntry) world {
	out := world{eval.Tables{}, bind.Contents{}}
	for _, entries := range given {
		for _, e := range entries {
			t, ok := known[e.Key.Value]
			switch {
			case !ok:
				l.Add(diag.UnknownRef, e.Key.Whole, "there is no context table %q", e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, slices.Sorted(maps.Keys(known)))
			case e.Value == nil:
			case t.Shape != context.List:
				out.rows[t.Name] = context.ReadNode(t, e.Value, l)
			default:
				out.Tables[t.Name] = entriesOf(t, e.Value, l)
			}
		}
	}
	return out
}

// entriesOf reads the values of a list, written bare or in quotes.
func entriesOf(t *context.Table, n *source.Node, l *diag.List) []ir.Value {
	values := []ir.Value{}
	if n.Kind != source.Sequence {
		if !n.IsNull() {
			l.Add(diag.WrongType, n.Span, "the content of %s is a list, not %s", t.Name, n.What())
		}
		return values
	}
	for _, item := range n.Items {
		if item.Kind != source.Scalar || item.IsNull() {
			l.Add(diag.WrongType, item.Span, "an entry of %s is %s, not %s", t.Name, t.Type, item.What())
		} else if v, ok := ir.ParseValue(t.Field(), item.Text.Value, true); ok {
			values = append(values, v)
		} else {
			l.Add(diag.WrongType, item.Span, "an entry of %s is %s, not %q", t.Name, t.Type, item.Text.Value)
		}
	}
	return values
}

// A spoken set are the fields of which a case speaks itself, also where it says that there is none.
type spoken map[string]bool

func (s spoken) says(field string) bool { return s[field] }

// speaks are the fields that events of YAML give.
func speaks(nodes ...*source.Node) spoken {
	out := spoken{}
	for _, n := range nodes {
		if n != nil {
			for _, p := range n.Pairs {
				out[p.Key.Text.Value] = true
			}
		}
	}
	return out
}

// unsupplied names what keeps expressions from being judged of an event: a table that is looked up and nobody supplied,
// or no time at which it could be. The event is not enriched yet.
func (w world) unsupplied(s *telemetry.Schema, ev bind.Event, said spoken, at *int64, exprs ...ir.Expr) string {
	if t := ev.Unsupplied(s, w.rows, said.says, exprs...); len(t) > 0 {
		return fmt.Sprintf("fields that are looked up in context.%s, and the tests don't supply it", t[0])
	}
	rich := ev.Enrich(s, w.rows, said.says, at)
	for _, f := range bind.Lookups(s, exprs...) {
		if _, there := rich.Get(f.Field); there || f.Lookup.At == "" || said[f.Name] || at != nil && f.Lookup.At == s.Time {
			continue
		}
		by, _ := s.Field(f.Lookup.By)
		when, _ := s.Field(f.Lookup.At)
		_, key := rich.Get(by.Field)
		if _, time := rich.Get(when.Field); key && !time && len(w.rows[f.Lookup.Table].Rows) > 0 {
			return fmt.Sprintf("%s, which is looked up at a time, and the event has no %s", f.Name, when.Name)
		}
	}
	return ""
}

// nodeText is a YAML value on one line.
func nodeText(n *source.Node) string {
	switch n.Kind {
	case source.Sequence:
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = nodeText(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case source.Mapping:
		pairs := make([]string, len(n.Pairs))
		for i, p := range n.Pairs {
			pairs[i] = nodeText(p.Key) + ": " + nodeText(p.Value)
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	if n.IsNull() {
		return "null"
	}
	if n.Type == source.String {
		return scalarText(n.Text.Value)
	}
	return n.Text.Value
}

// recordOf reads a raw record of a test: a mapping for JSON, or a line of text.
func recordOf(n *source.Node, src *bind.Source) (bind.Record, error) {
	if n.Kind == source.Mapping {
		return bind.RecordOf(n), nil
	}
	return bind.ParseRecord(src.Format, []byte(n.Text.Value))
}

package sql

import (
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

func (e *emitter) Cidr(a *ir.Cidr) string {
	return e.of(a, a.Field, func(v string) string {
		var parts []string
		for _, n := range a.Nets {
			n = backend.PlainNet(n)
			switch why := e.ipLoss(n.Addr().Is6()); {
			case why == "":
			case n.Addr().Is6():
				e.notes.Lose(a, backend.Both, "%s; a text that begins as one of the network and is no address counts as one", why)
			default:
				e.notes.Lose(a, backend.Narrower, "%s", why)
			}
			out, err := e.net(v, n)
			if err != nil {
				out = e.refuse(a, "%v", err)
			}
			parts = append(parts, out)
		}
		return join(parts, " OR ", no)
	})
}

func (e *emitter) Compare(a *ir.Compare) string {
	if a.Field.Type == ir.Timestamp {
		e.precision(a, a.Field, a.Op, a.Value.Int)
	}
	return e.of(a, a.Field, func(v string) string { return e.scalar(a, v, a.Op.String(), a.Value) })
}

// precision says what is lost where the engine's moments are coarser than a nanosecond: what is finer was cut off when
// the row was stored.
func (e *emitter) precision(a ir.Expr, f ir.Field, op ir.CompareOp, ns int64) {
	step := e.precise()
	if c, ok := e.rule.Fields[f.Name]; !ok || c.Stored != backend.Time || step == 1 {
		return
	}
	const why = "the engine's moments are cut to %d ns"
	switch aligned := ns%step == 0; {
	case !aligned:
		e.notes.Lose(a, backend.Both, why, step)
	case op == ir.Gt:
		e.notes.Lose(a, backend.Narrower, why, step)
	case op == ir.Le:
		e.notes.Lose(a, backend.Wider, why, step)
	}
}

func (e *emitter) FieldEq(a *ir.FieldEq) string {
	switch {
	case a.Field.Type == ir.String && !(a.Field.Cased && a.Other.Cased):
		e.notes.Lose(a, backend.Narrower, "letters outside ASCII are compared with case")
	case a.Field.Type == ir.IP:
		if why := e.ipLoss(true); why != "" {
			e.notes.Lose(a, backend.Narrower, "%s", why)
		}
	case a.Field.Type == ir.Timestamp:
		e.precision(a, a.Field, ir.Gt, 1)
		e.precision(a, a.Other, ir.Gt, 1)
	}
	return e.of(a, a.Field, func(v string) string {
		return e.of(a, a.Other, func(w string) string {
			switch a.Field.Type {
			case ir.String:
				mode := ir.FoldASCII
				if a.Field.Cased && a.Other.Cased {
					mode = ir.FoldNone
				}
				v, _ := e.folded(v, mode)
				w, _ := e.folded(w, mode)
				return "(" + v + " = " + w + ")"
			case ir.IP:
				return "(" + e.ip(v) + " = " + e.ip(w) + ")"
			}
			return "(" + v + " = " + w + ")"
		})
	})
}

func (e *emitter) TimePart(a *ir.TimePart) string {
	if why := e.partLoss(a.Part); why != "" {
		e.notes.Lose(a, backend.Narrower, "%s", why)
	}
	return e.of(a, a.Field, func(v string) string {
		var values []string
		for _, n := range a.Values {
			values = append(values, strconv.Itoa(n))
		}
		if len(values) == 0 {
			return no
		}
		return "(" + e.part(v, a.Part) + " IN (" + strings.Join(values, ", ") + "))"
	})
}

func (e *emitter) InSet(a *ir.InSet) string {
	t := ir.Table{Name: a.Table, Version: a.Version}
	e.notes.Need(t)
	table, err := e.ident(TableName(t))
	if err != nil {
		return e.refuse(a, "the table's name: %v", err)
	}
	return e.of(a, a.Field, func(v string) string {
		column := "folded"
		switch {
		case a.Field.Type == ir.IP:
			if why := e.ipLoss(true); why != "" {
				e.notes.Lose(a, backend.Narrower, "%s", why)
			}
			return "(" + e.ip(v) + " IN (SELECT " + e.ip("c.value") + " FROM " + table + " AS c WHERE " + e.ip("c.value") + " IS NOT NULL))"
		case a.Field.Type != ir.String:
			return e.refuse(a, "a context table is asked for texts and addresses")
		case a.Field.Cased:
			column, v = "value", e.plain(v)
		default:
			v = e.fold(v)
		}
		return "(" + v + " IN (SELECT c." + column + " FROM " + table + " AS c))"
	})
}

// TableName is the name of the SQL table that holds a context table.
func TableName(t ir.Table) string { return "context_" + t.Name + "_v" + strconv.Itoa(t.Version) }

package visibility

import (
	"math"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// statement is a row for each scope of a statement.
func (r *reader) statement(in *StatementForm) (rows []Row) {
	if !r.source(in.Source) {
		return nil
	}
	row := Row{Source: in.Source.Value, Span: in.Source.Whole}
	r.answers(in, &row)
	r.counts(in, &row)
	r.dates(in, &row)
	if len(in.Scope) > 1 && in.Devices != nil && (in.Devices.Seen.Set || in.Devices.Of.Set) {
		r.list.Add(diag.VisibleShared, in.Devices.Span, "one count of devices for %d scopes", len(in.Scope)).WithHelp("make a statement of each scope")
		in.Devices = nil
	}
	for _, t := range in.Scope {
		if !r.scope(t, row.Source) {
			continue
		}
		key := [2]string{row.Source, t.Value}
		if at, twice := r.first[key]; twice {
			r.list.Add(diag.VisibleTwice, t.Whole, "%s in %s is said twice", row.Source, t.Value).WithNote(at, "here first")
			continue
		}
		r.first[key] = t.Whole
		row := row
		row.Scope = t.Value
		row.Devices = r.devices(in.Devices, t.Value)
		rows = append(rows, row)
	}
	return rows
}

func answer(v form.Value[bool]) Answer {
	switch {
	case !v.Set:
		return Unknown
	case v.V:
		return Yes
	}
	return No
}

// answers reads the chain. What comes behind a broken link is broken with it; a yes that nothing shows is unknown.
func (r *reader) answers(in *StatementForm, row *Row) {
	row.Logged, row.Forwarded, row.Parsed = answer(in.Logged), answer(in.Forwarded), answer(in.Parsed)
	switch {
	case row.Logged == No && row.Forwarded == Yes:
		r.list.Add(diag.VisibleOrder, in.Forwarded.Span, "%s is forwarded, and not logged", row.Source)
	case (row.Logged == No || row.Forwarded == No) && row.Parsed == Yes:
		r.list.Add(diag.VisibleOrder, in.Parsed.Span, "%s is parsed, and not %s", row.Source, map[bool]string{true: "logged", false: "forwarded"}[row.Logged == No])
	}
	for _, e := range in.Evidence {
		if e.What.IsZero() || e.Date.IsZero() || e.By.IsZero() || future(e.Date, "the evidence", r.today, r.list) {
			continue // which was said
		}
		row.Evidence = append(row.Evidence, Evidence{e.What.Value, e.Date.Value, e.By.Value})
	}
	if len(row.Evidence) == 0 && (row.Logged == Yes || row.Forwarded == Yes || row.Parsed == Yes) {
		if len(in.Evidence) == 0 {
			r.list.Add(diag.VisibleUnshown, row.Span, "nothing shows what is said of %s", row.Source).
				WithHelp("evidence: [{what: …, date: …, by: …}]")
		}
		unless := func(a Answer) Answer {
			if a == Yes {
				return Unknown
			}
			return a
		}
		row.Logged, row.Forwarded, row.Parsed = unless(row.Logged), unless(row.Forwarded), unless(row.Parsed)
	}
}

// shareOf is the denominator of a share that nobody counted.
const shareOf = 1000

// share reads one as a ratio, rounded down.
func (r *reader) share(v form.Value[float64]) Ratio {
	if !v.Set {
		return Ratio{}
	}
	if !(v.V >= 0 && v.V <= 1) {
		r.list.Add(diag.VisibleCount, v.Span, "a share is from 0 to 1, not %v", v.V)
		return Ratio{}
	}
	return Ratio{int(math.Floor(v.V*shareOf + 1e-9)), shareOf}
}

// part reads a count of a whole.
func (r *reader) part(v form.Value[int64], of Count, what string) Ratio {
	n := count(v, what, r.list)
	if !n.Ok || !of.Ok {
		return Ratio{}
	}
	if n.N > of.N {
		r.list.Add(diag.VisibleCount, v.Span, "%s: %d of %d", what, n.N, of.N)
		return Ratio{}
	}
	return Ratio{n.N, of.N}
}

// devices is how many of a scope's devices are seen. The larger denominator counts: what the statement says there are,
// or the inventory.
func (r *reader) devices(in *DevicesForm, scope string) Ratio {
	if in == nil {
		return Ratio{}
	}
	of := count(in.Of, "of", r.list)
	if s := r.inv.Scope(scope); s != nil && (!of.Ok || s.Known > of.N) {
		of = Count{s.Known, true}
	}
	if in.Seen.Set || !in.AtLeast.Set {
		return r.part(in.Seen, of, "devices")
	}
	s := r.share(in.AtLeast)
	if of.Ok && s.Of > 0 {
		return Ratio{s.N * of.N / s.Of, of.N}
	}
	return s
}

func (r *reader) counts(in *StatementForm, row *Row) {
	of := count(in.Records, "records", r.list)
	row.Complete = r.part(in.Complete, of, "complete")
	if row.Complete.Of == 0 {
		row.Complete = r.share(in.Completeness)
	}
	row.Fields = r.ratios(row.Source, in.Fields, of)
}

func (r *reader) ratios(src string, in form.Map[form.Value[int64]], of Count) map[string]Ratio {
	out := map[string]Ratio{}
	for _, e := range in {
		if x := r.part(e.Value, of, e.Key.Value); r.field(src, e.Key) && x.Of > 0 {
			out[e.Key.Value] = x
		}
	}
	return out
}

// dates reads the days. A day counts as seen only as far as somebody looked: the newest evidence bounds it.
func (r *reader) dates(in *StatementForm, row *Row) {
	day := func(t source.Text, what string) string {
		if future(t, what, r.today, r.list) {
			return ""
		}
		return t.Value
	}
	row.Since = day(in.Since, "since")
	row.LastSeen = day(in.LastSeen, "last_seen")
	if row.Since != "" && row.LastSeen != "" && row.Since > row.LastSeen {
		r.list.Add(diag.VisibleFuture, in.Since.Whole, "the first day, %s, lies after the last, %s", row.Since, row.LastSeen)
		row.Since = ""
	}
	newest := ""
	for _, e := range row.Evidence {
		newest = max(newest, e.Date)
	}
	if in.LastSeen.IsZero() || row.LastSeen > newest {
		row.LastSeen = newest
	}
}

package visibility

import (
	"fmt"
	"maps"
	"slices"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// Observed is what logs showed of a site's sources.
type Observed struct {
	Digest        string // sha256 of the digests of the logs
	Logs, Records int
	Sources       []Sighting // by source
	Span          source.Span
}

// A Sighting is what logs showed of one source.
type Sighting struct {
	Source   string         `json:"source"`
	Records  int            `json:"records"`
	Dated    int            `json:"dated"` // of them, with a time that can be read
	From     string         `json:"from"`  // YYYY-MM-DD by the records' own time, "" where none is dated
	To       string         `json:"to"`
	Devices  int            `json:"devices"` // distinct
	More     bool           `json:"more"`    // there were more than are told apart
	Scopes   map[string]int `json:"scopes"`  // devices of each scope
	Fields   map[string]int `json:"fields"`  // records with each field
	Span     source.Span    `json:"-"`
	FromSpan source.Span    `json:"-"`
}

func (r *reader) observed(in *ObservedForm) *Observed {
	out := &Observed{Digest: in.Digest.Value, Logs: count(in.Logs, "logs", r.list).N, Records: count(in.Records, "records", r.list).N, Span: in.Digest.Whole}
	first := map[string]source.Span{}
	for i := range in.Sources {
		s := &in.Sources[i]
		if !r.source(s.Source) {
			continue
		}
		if at, twice := first[s.Source.Value]; twice {
			r.list.Add(diag.VisibleTwice, s.Source.Whole, "%s is observed twice", s.Source.Value).WithNote(at, "here first").WithHelp("detc visibility observe writes the section anew")
			continue
		}
		first[s.Source.Value] = s.Source.Whole
		out.Sources = append(out.Sources, r.sighting(s))
	}
	return out
}

func (r *reader) sighting(s *ObservedSource) Sighting {
	of := count(s.Records, "records", r.list)
	devices := count(s.Devices, "devices", r.list)
	out := Sighting{Source: s.Source.Value, Records: of.N, Dated: r.part(s.Dated, of, "dated").N, From: s.From.Value, To: s.To.Value,
		Devices: devices.N, More: s.More.V, Scopes: map[string]int{}, Fields: map[string]int{}, Span: s.Source.Whole}
	if future(s.To, "to", r.today, r.list) {
		out.To = ""
	}
	for _, e := range s.Scopes {
		if r.scope(e.Key, out.Source) {
			out.Scopes[e.Key.Value] = r.part(e.Value, devices, e.Key.Value).N
		}
	}
	for name, x := range r.ratios(out.Source, s.Fields, of) {
		out.Fields[name] = x.N
	}
	return out
}

// rows are what an observation says of each scope: what was read was logged, forwarded and parsed.
func (o *Observed) rows(inv *Inventory) (rows []Row) {
	for i := range o.Sources {
		s := &o.Sources[i]
		for _, id := range slices.Sorted(maps.Keys(s.Scopes)) {
			row := Row{Source: s.Source, Scope: id, Logged: Yes, Forwarded: Yes, Parsed: Yes, Fields: map[string]Ratio{}, Since: s.From,
				LastSeen: s.To, Observed: true, Span: s.Span}
			if scope := inv.Scope(id); scope != nil {
				row.Devices = Ratio{min(s.Scopes[id], scope.Known), scope.Known}
			}
			for f, n := range s.Fields {
				row.Fields[f] = Ratio{n, s.Records}
			}
			row.Evidence = []Evidence{{What: fmt.Sprintf("%d records in logs, sha256 %.12s…", s.Records, o.Digest), Date: s.To, By: "detc visibility observe"}}
			rows = append(rows, row)
		}
	}
	return rows
}

// sighting finds what was seen of a source.
func (o *Observed) sighting(src string) *Sighting {
	for i := range o.Sources {
		if o.Sources[i].Source == src {
			return &o.Sources[i]
		}
	}
	return nil
}

// disagree says where statements and logs differ.
func (v *Visible) disagree(l *diag.List) {
	if v.Observed == nil {
		return
	}
	for i := range v.Rows {
		stated := &v.Rows[i]
		if stated.Observed {
			continue
		}
		seen := v.Observed.sighting(stated.Source)
		if seen == nil {
			if stated.Chain() == NoGap {
				l.Add(diag.VisibleDisagrees, stated.Span, "%s is said to be parsed in %s, and the logs that were read have no record of it", stated.Source, stated.Scope).
					As(diag.Note).WithHelp("observe a log of it as well")
			}
			continue
		}
		for k := range v.Rows {
			if o := &v.Rows[k]; o.Observed && o.Source == stated.Source && o.Scope == stated.Scope {
				differ(stated, o, seen, l)
			}
		}
	}
}

func differ(stated, seen *Row, s *Sighting, l *diag.List) {
	say := func(format string, args ...any) {
		l.Add(diag.VisibleDisagrees, stated.Span, "%s in %s: %s", stated.Source, stated.Scope, fmt.Sprintf(format, args...)).
			WithNote(seen.Span, "observed here").WithHelp("bring the statement up to date, or find out why the logs differ")
	}
	if g := stated.Chain(); g != NoGap && g != Unstated && seen.Devices.N > 0 {
		say("said to be %s, and %d of its devices have records", g, seen.Devices.N)
		return
	}
	if stated.Devices.AtLeast(Usual.Devices) && !seen.Devices.AtLeast(Usual.Devices) && !s.More {
		say("said of %s devices, and the logs have %s", stated.Devices, seen.Devices)
	}
	for _, f := range slices.Sorted(maps.Keys(stated.Fields)) {
		if stated.Fields[f].AtLeast(Usual.Fields) && !seen.Fields[f].AtLeast(Usual.Fields) {
			say("%s is said to be in %s records, and is in %s", f, stated.Fields[f], Ratio{seen.Fields[f].N, s.Records})
		}
	}
	if stated.Since != "" && s.From != "" && s.From < stated.Since {
		say("said to be there since %s, and there are records of %s", stated.Since, s.From)
	}
}

// Merged is one row of all that is known of a source in a scope: a no outweighs a yes, of two ratios the lower counts,
// and the newest day. It is false where nobody said or saw anything.
func (v *Visible) Merged(src, scope string) (Row, bool) {
	rows := v.Of(src, scope)
	if len(rows) == 0 {
		return Row{}, false
	}
	out := *rows[0]
	out.asks = v.Asks
	for _, r := range rows[1:] {
		out.Logged, out.Forwarded, out.Parsed = worst(out.Logged, r.Logged), worst(out.Forwarded, r.Forwarded), worst(out.Parsed, r.Parsed)
		out.Devices, out.Complete = lower(out.Devices, r.Devices), lower(out.Complete, r.Complete)
		fields := maps.Clone(out.Fields)
		if fields == nil {
			fields = map[string]Ratio{}
		}
		for f, x := range r.Fields {
			fields[f] = lower(fields[f], x)
		}
		out.Fields, out.Evidence = fields, append(slices.Clone(out.Evidence), r.Evidence...)
		out.Since, out.LastSeen = earlier(out.Since, r.Since), max(out.LastSeen, r.LastSeen)
		out.Observed = out.Observed && r.Observed
	}
	return out, true
}

func earlier(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// worst is no where either says so; what one doesn't say the other may.
func worst(a, b Answer) Answer { return max(a, b) }

// lower is the lower of two ratios that are known.
func lower(a, b Ratio) Ratio {
	switch {
	case a.Of == 0:
		return b
	case b.Of == 0 || a.N*b.Of <= b.N*a.Of:
		return a
	}
	return b
}

// sortedCounts are a map's pairs by name, for what writes them.
func sortedCounts(m map[string]int) form.Map[int] {
	var out form.Map[int]
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, form.Entry[int]{Key: source.Text{Value: k}, Value: m[k]})
	}
	return out
}

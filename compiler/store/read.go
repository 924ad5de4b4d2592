package store

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// Read reads a store's file. What is wrong becomes findings; a store that can't be used at all is nil.
func Read(f *source.File, l *diag.List) *Store {
	var in Form
	if !form.File(f, &in, "a store", l) || in.ID.IsZero() || in.SIEM.IsZero() {
		return nil
	}
	s := &Store{ID: in.ID.Value, Title: in.Title.Value, SIEM: in.SIEM.Value, Verified: in.Names.Verified.Value, Doc: in.Names.Doc.Value, Span: in.ID.Whole, base: in.Base}
	s.common = readNaming(in.Fields, in.Missing, l)
	s.readLogs(in.Logs, LogForm{Time: in.Time, Rule: in.Rule}, in.Typed.Value, l)
	return s
}

// ReadModel reads a model's file, as Read does a store's.
func ReadModel(f *source.File, l *diag.List) *Store {
	var in ModelForm
	if !form.File(f, &in, "a model", l) || in.ID.IsZero() {
		return nil
	}
	s := &Store{ID: in.ID.Value, Title: in.Title.Value, Version: in.Version.Value, Verified: in.Names.Verified.Value, Doc: in.Names.Doc.Value, Span: in.ID.Whole}
	s.common = readNaming(in.Fields, in.Missing, l)
	s.readLogs(in.Schemas, LogForm{Time: in.Time}, in.Typed.Value, l)
	return s
}

// places are the words that each SIEM has for where records lie; nil where a site chooses its own (labels).
var places = map[string][]string{
	"splunk": {"index", "source", "sourcetype", "eventtype"}, "sentinel": {"table"}, "defender": {"table"}, "elastic": {"index"}, "opensearch": {"index"},
	"loki": nil, "victorialogs": nil, "secops": {"log_type", "event_type"}, "clickhouse": {"table"}, "duckdb": {"table"}, "postgresql": {"table"},
	"sqlite": {"table"}, "any": {"index", "table"}, "": {"index", "table", "datamodel", "class", "event_type"},
}

func (s *Store) readLogs(logs []LogForm, common LogForm, typed string, l *diag.List) {
	first := map[string]source.Text{}
	for _, in := range logs {
		if in.Time.IsZero() {
			in.Time = common.Time
		}
		if in.Rule.IsZero() {
			in.Rule = common.Rule
		}
		for _, of := range in.Of {
			if before, twice := first[of.Value]; twice {
				l.Add(diag.StoredTwice, of.Whole, "%s lies in two places here", of.Value).WithNote(before.Whole, "here first").
					WithHelp("a log has one place in a store: what keeps it in another is another store")
				continue
			}
			first[of.Value] = of
		}
		s.Logs = append(s.Logs, s.readLog(in, typed, l))
	}
}

func (s *Store) readLog(in LogForm, typed string, l *diag.List) *Log {
	out := &Log{
		Of: in.Of, prepare: in.Prepare.Value, time: in.Time.Value, Span: in.Span, Verified: s.Verified, Doc: s.Doc,
		rule: rule(in.Rule.Value), prefix: in.Prefix.Value, types: map[string]Type{}, values: map[string][]telemetry.ValuePair{},
		own: readNaming(in.Fields, in.Missing, l), common: &s.common,
		typeSpans: map[string]source.Span{}, valueSpans: map[string]source.Span{},
	}
	if in.Names.Verified.Value != "" {
		out.Verified, out.Doc = in.Names.Verified.Value, in.Names.Doc.Value
	}
	if typed != "source" {
		out.typed = Type(typed)
	}
	out.while = map[string]source.Text{}
	for _, e := range in.While {
		out.while[e.Key.Value] = source.Text{Value: e.Value.Value, Whole: e.Key.Whole}
	}
	if out.prefix != "" && out.rule != same && out.rule != underscores {
		l.Add(diag.StorePrefix, in.Prefix.Whole, "a prefix without a rule that makes names").
			WithHelp("say rule: same or rule: underscores, or leave the prefix out and write it before the names under fields:")
	}
	for _, of := range in.Of {
		if _, err := path.Match(of.Value, ""); err != nil || !ofForm.MatchString(of.Value) {
			l.Add(diag.BadStoredLog, of.Whole, "%q can't be the id of a log source", of.Value).
				WithHelp("a product and its service or category, joined by a dot: zeek.s7comm; a star stands for any text: zeek.*")
		}
	}
	out.readPlace(in, s.SIEM, l)
	for _, e := range in.Where {
		if eq, ok := equal(e.Key.Value, e.Value, l); ok {
			out.where = append(out.where, eq)
		}
	}
	for _, e := range in.Types {
		out.types[e.Key.Value], out.typeSpans[e.Key.Value] = Type(e.Value.Value), e.Key.Whole
	}
	out.readValues(in, l)
	return out
}

var ofForm = regexp.MustCompile(`^[a-z*][a-z0-9_*]*(\.[a-z0-9_*]+)+$`)

func (out *Log) readPlace(in LogForm, siem string, l *diag.List) {
	words := places[siem]
	for _, e := range in.In {
		if words != nil && !slices.Contains(words, e.Key.Value) {
			l.Add(diag.BadPlace, e.Key.Whole, "%s has no %q that records lie in", siemName(siem), e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, words)
		}
		eq := Equal{Name: e.Key.Value}
		for _, t := range e.Value {
			eq.Values = append(eq.Values, ir.StringValue(t.Value))
		}
		if len(eq.Values) > 0 {
			out.place = append(out.place, eq)
		}
	}
}

func siemName(siem string) string {
	if siem == "" {
		return "a model"
	}
	return siem
}

// equal reads a value, or a list of several.
func equal(name string, n *source.Node, l *diag.List) (Equal, bool) {
	items := []*source.Node{n}
	if n.Kind == source.Sequence {
		items = n.Items
	}
	out := Equal{Name: name}
	for _, item := range items {
		v, ok := telemetry.AnyLiteral(item)
		if !ok {
			l.Add(diag.WrongType, item.Span, "where.%s takes a text, a number, true or false, not %s", name, item.What())
			continue
		}
		out.Values = append(out.Values, v)
	}
	return out, len(out.Values) > 0
}

func (out *Log) readValues(in LogForm, l *diag.List) {
	for _, e := range in.Values {
		seen := map[string]source.Text{}
		out.valueSpans[e.Key.Value] = e.Key.Whole
		for _, pair := range e.Value {
			for _, raw := range pair.Value {
				if before, twice := seen[raw.Value]; twice {
					l.Add(diag.StoredValueTwice, raw.Whole, "%q is stored as two values", raw.Value).WithNote(before.Whole, "here first").
						WithHelp("a value of the log stands under one stored value")
					continue
				}
				seen[raw.Value] = raw
				out.values[e.Key.Value] = append(out.values[e.Key.Value], telemetry.ValuePair{Logical: pair.Key.Value, Raw: raw.Value})
			}
		}
	}
}

func readNaming(fields form.Map[source.Text], missing []source.Text, l *diag.List) naming {
	n := naming{map[string]source.Text{}, map[string]source.Text{}}
	for _, e := range fields {
		name := e.Value.Value
		if strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
			l.Add(diag.BadStoredName, e.Value.Whole, "%q can't be the name of a field", name).WithHelp("one line, with no blanks around it")
			continue
		}
		if name != "" {
			n.fields[e.Key.Value] = source.Text{Value: name, Whole: e.Key.Whole}
		}
	}
	for _, m := range missing {
		if _, both := n.fields[m.Value]; both {
			l.Add(diag.StoredAndMissing, m.Whole, "%q stands under both fields and missing", m.Value).WithHelp("leave one of them out")
			continue
		}
		n.missing[m.Value] = m
	}
	return n
}

package store

import (
	"maps"
	"path"
	"slices"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// A World is what stores speak of: the log sources and schemas that there are, and their names.
type World struct {
	Logs     func() []string              // the ids of all log sources
	Names    func(log string) []string    // the raw names of a log source
	Schemas  func() []string              // the ids of all schemas, Sigma's log sources among them
	SchemaOf func(schema string) []string // the fields of a schema; of one of Sigma's log sources, Sigma's names
}

// check holds what a store names against what there is.
func (s *Store) check(w World, l *diag.List) {
	ids, names, what := w.Logs, w.Names, "log source"
	if s.IsModel() {
		ids, names, what = w.Schemas, w.SchemaOf, "schema"
	}
	if ids == nil {
		return
	}
	known := ids()
	everywhere := map[string]bool{}
	everything := false
	for _, log := range s.Logs {
		has := map[string]bool{}
		for _, of := range log.Of {
			matched := matching(of.Value, known)
			if len(matched) == 0 && ofForm.MatchString(of.Value) {
				l.Add(diag.BadStoredLog, of.Whole, "there is no %s %q", what, of.Value).WithGuess(of.Whole, of.Value, known)
			}
			if log.says() || s.common.says() {
				for _, id := range matched {
					for _, n := range names(id) {
						has[n], everywhere[n] = true, true
					}
				}
			}
			everything = everything || len(matched) == 0
		}
		if len(has) > 0 {
			log.checkNames(has, l)
		}
	}
	if !everything {
		s.common.check(everywhere, "no "+what+" of this file", l)
	}
}

func matching(pattern string, known []string) (out []string) {
	for _, id := range known {
		if fits, _ := path.Match(pattern, id); fits || id == pattern {
			out = append(out, id)
		}
	}
	return out
}

func (n *naming) says() bool { return len(n.fields)+len(n.missing) > 0 }

func (log *Log) says() bool {
	return log.own.says() || len(log.types)+len(log.values)+len(log.while) > 0
}

func (log *Log) checkNames(has map[string]bool, l *diag.List) {
	log.own.check(has, log.Of[0].Value, l)
	for _, name := range slices.Sorted(maps.Keys(log.while)) {
		refer(name, log.while[name].Whole, has, log.Of[0].Value, l)
		refer(log.while[name].Value, log.while[name].Whole, has, log.Of[0].Value, l)
	}
	for _, name := range slices.Sorted(maps.Keys(log.types)) {
		refer(name, log.typeSpans[name], has, log.Of[0].Value, l)
	}
	for _, name := range slices.Sorted(maps.Keys(log.values)) {
		refer(name, log.valueSpans[name], has, log.Of[0].Value, l)
	}
}

func (n *naming) check(has map[string]bool, whose string, l *diag.List) {
	for _, list := range []map[string]source.Text{n.fields, n.missing} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			refer(name, list[name].Whole, has, whose, l)
		}
	}
}

// refer says that a name is none of the log's.
func refer(name string, span source.Span, has map[string]bool, whose string, l *diag.List) {
	if !has[name] {
		l.Add(diag.UnknownStoredName, span, "%s has no %q", whose, name).WithGuess(span, name, slices.Sorted(maps.Keys(has)))
	}
}

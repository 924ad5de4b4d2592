// Package targets knows every target: the one list that commands and reports go by.
package targets

import (
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/backend/eql"
	"detc/compiler/backend/esql"
	"detc/compiler/backend/kql"
	"detc/compiler/backend/logql"
	"detc/compiler/backend/logsql"
	"detc/compiler/backend/lucene"
	"detc/compiler/backend/splunk"
	"detc/compiler/backend/sql"
	"detc/compiler/backend/yaral"
)

// All are the targets in the order of their names. An engine that a site has extended (sql.Options) is not among them:
// what knows the site makes it.
func All() []backend.Target {
	out := []backend.Target{eql.Target{}, esql.Target{}, logql.Target{}, logsql.Target{}, yaral.Target{}}
	for _, t := range kql.Targets() {
		out = append(out, t)
	}
	for _, t := range lucene.Dialects() {
		out = append(out, t)
	}
	for _, t := range splunk.Targets() {
		out = append(out, t)
	}
	for _, name := range sql.Names() {
		out = append(out, sql.New(name, sql.Options{}))
	}
	slices.SortFunc(out, func(a, b backend.Target) int { return strings.Compare(a.Name(), b.Name()) })
	return out
}

// Get is the target that --target names; ok is false where there is none of the name.
func Get(name string) (t backend.Target, ok bool) {
	for _, t := range All() {
		if t.Name() == name {
			return t, true
		}
	}
	return nil, false
}

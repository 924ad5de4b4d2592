package store

import (
	"sync"

	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Store is a store or a model, as read.
type Store struct {
	ID, Title string
	SIEM      string // splunk, sentinel, …; empty for a model
	Version   string // of a model
	Verified  string // sample, documentation or unverified
	Doc       string
	Logs      []*Log
	Span      source.Span // its id

	base   source.Text // the store that tells the records of a log apart, by id
	rows   *Store      // the same, read
	common naming
	found  sync.Map // *Log by the id that was asked for; nil for none
}

// IsModel says that it speaks of schemas and their fields, not of logs and their raw names.
func (s *Store) IsModel() bool { return s.SIEM == "" }

// A Log is some logs of a store that lie in one way, or some schemas of a model.
type Log struct {
	Of            []source.Text // ids, or patterns with a star
	Verified, Doc string
	Span          source.Span

	time, prepare string
	place         []Equal
	where         []Equal
	rule          rule
	prefix        string
	typed         Type
	own           naming
	types         map[string]Type
	values        map[string][]telemetry.ValuePair
	common        *naming

	while                 map[string]source.Text
	typeSpans, valueSpans map[string]source.Span
}

// naming is what is said of single names.
type naming struct {
	fields  map[string]source.Text
	missing map[string]source.Text
}

// An Equal is a name with the values that it may have: one of them is there.
type Equal struct {
	Name   string
	Values []ir.Value
	Type   Type // what the name is stored as, where a name of the log's was looked up for it
}

type rule string

const (
	listed      rule = "listed"
	same        rule = "same"
	underscores rule = "underscores"
)

// Type is what a store keeps a field as.
type Type string

const (
	AsWritten Type = ""       // as the log writes it
	Text      Type = "text"   // text, whatever the log writes
	Number    Type = "number" // a number, where the log writes text
	Bool      Type = "bool"   // true or false
	Address   Type = "ip"     // a type of its own for addresses
	Time      Type = "time"   // a type of its own for times
	JSON      Type = "json"   // a column whose members are asked for by path: KQL's dynamic, SQL's JSON
)

// Standing is what a store says of a name.
type Standing string

const (
	Stored  Standing = "stored"
	Missing Standing = "missing" // the store says that it lacks it
	Unknown Standing = "unknown" // the store says nothing: a query on it would be a guess
)

// A Column is where a name of a log stands in a store.
type Column struct {
	Name     string // empty unless stored
	Standing Standing
	Type     Type
	While    string                // a raw name: only in records where it is true is the column what it says; empty for all
	Values   []telemetry.ValuePair // Logical is the stored value, Raw the log's; nil where they are the same
}

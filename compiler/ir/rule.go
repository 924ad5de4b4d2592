package ir

// A Rule is the compiled meaning of one authored rule over the fields of its telemetry.
type Rule struct {
	Name      string // unique among the rules of a build
	ID        string // UUID
	Telemetry string // the schema its fields are of
	Where     Expr   // normalised
	Meta      Meta
}

// Meta is what a rule says about itself. It has no bearing on what matches.
type Meta struct {
	Title, Description    string
	Status, Level, Author string
	Date, Modified        string // YYYY-MM-DD
	References            []string
	FalsePositives        []string
	Fields                []string // logical fields that an analyst wants to see
	Tactic, Domain        string   // TA0104, ics-attack
	Techniques            []string // T0858
	Items                 []string // TA0104/T5, TA0104/D1: what it answers

	Levels []LevelWhen // what raises the level of an alert, the highest first

	Imported *Imported // of a rule that was imported; nil of one that was written here
}

// LevelWhen is a level that an alert is raised to where an expression over the telemetry's fields holds.
type LevelWhen struct {
	Level string
	Text  string // the expression as its author wrote it
	Where Expr
}

// Imported is what a rule brought along from where it was imported, and keeps on its way back.
type Imported struct {
	Tags     []string // as Sigma has them
	Related  []Relation
	License  string // as SPDX names it
	Scope    []string
	Requires string // what the log source must be made to hold
}

// A Relation says what another rule, by its id, is to this one.
type Relation struct{ ID, Type string }

// A Table is site knowledge that a rule asks for.
type Table struct {
	Name    string
	Version int
}

// Tables are the context tables that an expression asks for, each once, in the order of the text.
func Tables(e Expr) []Table {
	var out []Table
	seen := map[Table]bool{}
	Atoms(e, func(atom Expr, _ bool) {
		if s, ok := atom.(*InSet); ok {
			if t := (Table{s.Table, s.Version}); !seen[t] {
				seen[t] = true
				out = append(out, t)
			}
		}
	})
	return out
}

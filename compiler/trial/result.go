package trial

// A Result is what a trial showed.
type Result struct {
	Records int   `json:"records"` // of all files, those that could be read
	Bound   int   `json:"bound"`   // rows of at least one source
	Aside   int   `json:"aside"`   // of a known log, but no row filter lets them through
	Unbound int   `json:"unbound"` // of no known log
	Failed  int   `json:"failed"`  // lines that are no record
	Bytes   int64 `json:"bytes"`   // read, after unpacking

	Files []File `json:"files"`
	Logs  []Log  `json:"logs"`
	Rules []Rule `json:"rules"`
	Looks []Look `json:"unbound_logs"`
	Other int    `json:"unbound_other"` // records of further looks, that were not counted apart

	Seen []Observation `json:"-"` // by source, where Options ask for it
}

// A Place is a line of a file. It is less than another if it was read before.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
	nth  int    // the file's number
}

func (p Place) before(o Place) bool { return p.nth < o.nth || p.nth == o.nth && p.Line < o.Line }

// A File is one log that was given.
type File struct {
	Name    string         `json:"name"`
	Bytes   int64          `json:"bytes"`
	Lines   int            `json:"lines"`
	Blank   int            `json:"blank"`
	Records int            `json:"records"`
	Bound   int            `json:"bound"`
	Aside   int            `json:"aside"`
	Unbound int            `json:"unbound"`
	Failed  []Failure      `json:"failed"`
	Odd     []Failure      `json:"odd"` // records that were read, with something amiss
	Sources map[string]int `json:"sources"`
	Error   string         `json:"error,omitempty"` // why it was not read to its end
	Hint    string         `json:"hint,omitempty"`
	SHA256  string         `json:"sha256,omitempty"` // of its bytes as they are stored, where Options ask for it
}

// A Failure says how many lines have something wrong with them, and the first of them.
type Failure struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	First  int    `json:"first_line"`
}

// A Log is the records that are of the same sources.
type Log struct {
	Sources []Source `json:"sources"`
	Records int      `json:"records"`
	Files   []string `json:"files"`
	Unused  []Name   `json:"unused"` // raw names that none of the sources, nor a rule on them, reads
	More    bool     `json:"unused_more,omitempty"`
}

// A Source is what one source makes of a log.
type Source struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Telemetry string    `json:"telemetry"`
	Names     string    `json:"names"`    // sample, documentation or unverified: where its raw names come from
	Bound     int       `json:"bound"`    // rows that its row filter lets through
	Filtered  int       `json:"filtered"` // rows that it doesn't
	Filter    string    `json:"filter,omitempty"`
	Fields    []Field   `json:"fields"`
	Never     []string  `json:"never_seen"` // raw names that no record of the log has
	Problems  []Problem `json:"problems"`
	Rules     int       `json:"rules"` // emitted on it
}

// A Field says how many rows of a source have a logical field.
type Field struct {
	Name string   `json:"name"`
	Raw  []string `json:"raw"`
	Seen int      `json:"seen"`
}

// What is wrong with values.
const (
	Unmapped    = "in no value map" // equals none of the field's values
	OutsideEnum = "not in the enum" // none of those that the schema lists
	Unreadable  = "not of the type" // present, and matches nothing
)

// A Problem is values of one field that rules can't do anything with.
type Problem struct {
	Field  string  `json:"field"`
	Raw    string  `json:"raw"`
	Type   string  `json:"type"`
	What   string  `json:"what"`
	Count  int     `json:"count"`
	Values []Value `json:"values"` // the most frequent first
	More   bool    `json:"more,omitempty"`
}

// A Value is a text with how often it was met.
type Value struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
	First Place  `json:"first"`
}

// A Name is a raw name with how many records have it, and its first value as it is written there.
type Name struct {
	Name    string `json:"name"`
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// What became of a rule on a source's rows.
const (
	Fires  = "fires"
	Waits  = "context" // matches but for context that nobody supplied
	Silent = "silent"  // could have fired and did not
	Lacks  = "lacks"   // needs raw names that no row has
)

// A Rule is a rule on one source that had rows.
type Rule struct {
	Rule    string   `json:"rule"`
	Title   string   `json:"title"`
	Level   string   `json:"level"`
	Source  string   `json:"source"`
	State   string   `json:"state"`
	Rows    int      `json:"rows"`
	Fires   int      `json:"fires"` // whatever the context says
	Waits   int      `json:"waits"` // more rows, that match if the context says so
	Empty   int      `json:"empty"` // rows that match where the context says nothing: those that fire, and some that wait
	First   []Place  `json:"first"` // up to three of the rows that fire, or else wait
	Context []string `json:"context,omitempty"`
	Lacks   []string `json:"lacks,omitempty"`

	Files     []InFile   `json:"-"` // where it fires or waits
	Sightings []Sighting `json:"-"` // the first of the rows that fire or wait, where Options ask why
}

// InFile is how many rows of one file a rule fires on: whatever the context says, where it says nothing, and at most.
type InFile struct {
	File               string
	Fires, Empty, Most int
}

// A Look is records that bind to no source and look alike.
type Look struct {
	Name    string   `json:"name"` // `_path: conn`, or the keys they have
	Records int      `json:"records"`
	Files   []string `json:"files"`
	First   Place    `json:"first"`
	Names   []Name   `json:"names"` // the raw names, the most frequent first
	Nearest *Nearest `json:"nearest,omitempty"`
}

// Nearest is the source whose raw names a look has most of. A name that many sources have weighs little.
type Nearest struct {
	Source    string   `json:"source"`
	Telemetry string   `json:"telemetry"`
	Has       []string `json:"has"`
	Lacks     []string `json:"lacks"`
}

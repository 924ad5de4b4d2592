package backtest

// SchemaVersion is the version of the report's JSON shape. It rises when a reader of the old shape would err.
const SchemaVersion = 1

// A Report is what a back-test measured. It holds no clock: what it says of time it took from the records.
type Report struct {
	SchemaVersion int    `json:"schema_version"`
	Digest        string `json:"digest"` // of all else in the report
	Site          string `json:"site,omitempty"`
	Complete      bool   `json:"complete"` // every input was read to its end

	From      string  `json:"from,omitempty"` // of the first and the last record with a time that is of a known log
	To        string  `json:"to,omitempty"`
	Days      float64 `json:"days"`       // from the first to the last, less those of gaps; or as given
	DaysGiven bool    `json:"days_given"` // by --days
	DaysWith  int     `json:"days_with_records"`
	GapDays   int64   `json:"gap_days"` // days in UTC between the first and the last without any record
	GapCount  int     `json:"gap_count"`
	Gaps      []Gap   `json:"gaps"` // the longest

	Records  int64 `json:"records"`  // that could be read
	Bound    int64 `json:"bound"`    // rows of at least one source
	Aside    int64 `json:"aside"`    // of a known log, but no row filter lets them through
	Unbound  int64 `json:"unbound"`  // of no known log
	Timeless int64 `json:"timeless"` // of a known log, without a time that can be read
	Failed   int64 `json:"failed"`   // lines that are no record
	Blank    int64 `json:"blank"`

	Inputs  []InputReport  `json:"inputs"`
	Context []TableReport  `json:"context"`
	Labels  *LabelsReport  `json:"labels,omitempty"`
	Sources []SourceReport `json:"sources"`
	Rules   []RuleReport   `json:"rules"`
}

// A Gap is days in a row without any record, both its ends within.
type Gap struct {
	From string `json:"from"`
	To   string `json:"to"`
	Days int64  `json:"days"`
}

// An InputReport is one log that was given.
type InputReport struct {
	Name     string    `json:"name"`
	SHA256   string    `json:"sha256,omitempty"` // of its bytes as they are stored; none where it was not read to its end
	Bytes    int64     `json:"bytes"`
	Unpacked int64     `json:"unpacked"` // bytes
	Lines    int64     `json:"lines"`
	Records  int64     `json:"records"`
	Failed   []Failure `json:"failed"`
	Odd      []Failure `json:"odd"` // records that were read, with something amiss
	Error    string    `json:"error,omitempty"`
}

// A Failure says how many lines have something wrong with them, and the first of them.
type Failure struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
	First  int    `json:"first_line"`
}

// A TableReport is a context table that the site supplied.
type TableReport struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// A LabelsReport is the file that said which hits are true.
type LabelsReport struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Labels int    `json:"labels"`
	Unused int    `json:"unused"` // that no hit of their rule fits
}

// A SourceReport is what there was of one source; those without a record are left out.
type SourceReport struct {
	ID        string `json:"id"`
	Telemetry string `json:"telemetry"`
	Records   int64  `json:"records"` // of its log
	Rows      int64  `json:"rows"`    // that its row filter lets through
	Timeless  int64  `json:"timeless"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
	DaysWith  int    `json:"days_with_records"`
}

// The verdicts on a rule's budget.
const (
	Within  = "within"
	Over    = "over"
	Unknown = "unknown"
)

// A RuleReport is what was measured of one rule.
type RuleReport struct {
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Level       string   `json:"level"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Digest      string   `json:"digest,omitempty"` // that evidence of the rule bears; none where it doesn't compile
	Block       bool     `json:"block,omitempty"`  // alerts nobody
	Shadow      bool     `json:"shadow,omitempty"`
	Correlation bool     `json:"correlation,omitempty"`
	Sources     []string `json:"sources"` // those of its sources that had records

	Rows     int64   `json:"rows"` // that were held against it; of a correlation the hits of its rules
	From     string  `json:"from,omitempty"`
	To       string  `json:"to,omitempty"`
	Days     float64 `json:"days"` // the denominator of all that is said a day
	DaysWith int     `json:"days_with_records"`

	Hits      int64         `json:"hits"`                   // for certain
	Waits     int64         `json:"hits_if_context_says"`   // more, if tables say so that nobody supplied
	Timeless  int64         `json:"hits_without_time"`      // of both; each counts as an alert
	Tables    []string      `json:"context,omitempty"`      // those tables
	Filtered  []FilterCount `json:"filtered"`               // more hits, that the site's filters leave out
	Raised    []LevelCount  `json:"raised"`                 // hits by the level that they are raised to
	RaisedIf  int64         `json:"raised_if_context_says"` // more of them, if tables say so that nobody supplied
	Suppress  *Suppress     `json:"suppress,omitempty"`
	Alerts    int64         `json:"alerts"`      // hits less the suppressed
	MaxAlerts int64         `json:"alerts_most"` // the same with all hits that the context may say

	HitsPerDay      float64 `json:"hits_per_day"` // 0 where days is 0: then nothing is known
	AlertsPerDay    float64 `json:"alerts_per_day"`
	MaxAlertsPerDay float64 `json:"alerts_per_day_most"`
	// Upper is, of a rule without any hit, the rate a day that it stays below with 95 % confidence.
	Upper   float64 `json:"upper_bound_per_day,omitempty"`
	Budget  *Budget `json:"budget,omitempty"`
	Verdict string  `json:"verdict"`
	Why     string  `json:"why"`
	// Against are the alerts that count against the budget, at most: those of hits that nobody called true positives.
	Against int64 `json:"alerts_against_budget"`

	Labelled    *Labelled `json:"labelled,omitempty"`
	Top         []Top     `json:"top"`
	Approximate []string  `json:"approximate"` // what is not exact, and why
}

// A FilterCount is how many hits a filter leaves out.
type FilterCount struct {
	Filter string `json:"filter"`
	Hits   int64  `json:"hits"`
}

// A LevelCount is how many hits are raised to a level.
type LevelCount struct {
	Level string `json:"level"`
	Hits  int64  `json:"hits"`
}

// Suppress says what one alert stands for.
type Suppress struct {
	By  []string `json:"by"`
	For string   `json:"for"`
}

// A Budget is how many alerts are bearable.
type Budget struct {
	Text   string  `json:"text"`
	PerDay float64 `json:"per_day"`
}

// Labelled are the hits that people looked at. Low and High are the 95 % Wilson score interval of the precision.
type Labelled struct {
	True      int64   `json:"true_positives"`
	False     int64   `json:"false_positives"`
	Precision float64 `json:"precision"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
}

// A Top is the most frequent values of one field among the hits, those that the context may say with them.
type Top struct {
	Field   string     `json:"field"`
	Values  []TopValue `json:"values"`
	More    bool       `json:"more"`        // there were others
	Missing int64      `json:"missing"`     // hits without a value
	Approx  bool       `json:"approximate"` // more values than are counted at a time
}

// A TopValue is a value with how many hits have it: at most so many, and at least Count less Error.
type TopValue struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
	Error int64  `json:"error"`
}

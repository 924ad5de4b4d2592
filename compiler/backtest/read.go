package backtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

//go:embed backtest.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the report as JSON.
func Schema() []byte { return slices.Clone(schema) }

// MaxReport is the largest report that is read, in bytes.
const MaxReport = 64 << 20

// JSON is the report as its schema has it, indented, with a newline at its end.
func (r *Report) JSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(r)
	return out.Bytes(), err
}

// Read reads a report, and holds it to what a back-test writes: the version, the digest over all else, and that its
// figures can be figures. The error says what is wrong with it.
func Read(data []byte) (*Report, error) {
	if len(data) > MaxReport {
		return nil, fmt.Errorf("it is longer than %d MiB", MaxReport>>20)
	}
	var head struct {
		Version *int `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("it is no report of a back-test: %w", err)
	}
	switch {
	case head.Version == nil:
		return nil, errors.New("it is no report of a back-test: it has no schema_version")
	case *head.Version != SchemaVersion:
		return nil, fmt.Errorf("it is of version %d, and %d is read: run detc backtest again", *head.Version, SchemaVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var r Report
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("it is no report of a back-test: %w", err)
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.Digest != r.digest() {
		return nil, errors.New("it was changed after it was written: its digest is of other figures")
	}
	return &r, nil
}

// check holds the figures to what they can be.
func (r *Report) check() error {
	seen := map[string]bool{}
	for _, t := range []string{r.From, r.To} {
		if t == "" {
			continue
		}
		if _, err := time.Parse(time.RFC3339Nano, t); err != nil {
			return fmt.Errorf("%q is no time", t)
		}
	}
	for i := range r.Rules {
		x := &r.Rules[i]
		switch {
		case x.Name == "" || seen[x.Name]:
			return fmt.Errorf("rules[%d]: the rule %q has no name, or stands there twice", i, x.Name)
		case !slices.Contains([]string{Within, Over, Unknown}, x.Verdict):
			return fmt.Errorf("rules[%d]: %q is no verdict", i, x.Verdict)
		case min(x.Rows, x.Hits, x.Waits, x.Alerts, x.MaxAlerts, x.Against) < 0 || x.Alerts > x.Hits || x.MaxAlerts > x.Hits+x.Waits || x.Against > x.MaxAlerts:
			return fmt.Errorf("rules[%d]: more alerts than hits, or less than none", i)
		case math.IsNaN(x.Days) || x.Days < 0:
			return fmt.Errorf("rules[%d]: %v is no number of days", i, x.Days)
		}
		seen[x.Name] = true
	}
	return nil
}

// Rule finds a rule by name; nil where it isn't in the report.
func (r *Report) Rule(name string) *RuleReport {
	for i := range r.Rules {
		if r.Rules[i].Name == name {
			return &r.Rules[i]
		}
	}
	return nil
}

// WholeDays is how many days a rule was measured for. Logs that fall short of a day by less than an hour are of that day.
func (r *RuleReport) WholeDays() int { return int(r.Days + short) }

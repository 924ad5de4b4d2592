package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// KeptFile is the name under which evidence is kept, beside the rules that it is of.
const KeptFile = "evidence.json"

// KeptVersion is the version of the file and of what its figures mean: the list of Operators, the opinions. Evidence of
// another version is none.
const KeptVersion = 1

// Kept is evidence as it is kept in a file: what a run of the tests showed of each rule, by the rule's name. It holds no
// time and no path, so the same run writes the same bytes.
type Kept struct {
	Version int               `json:"version"`
	Rules   map[string]Record `json:"rules"`
}

// A Record is what a run showed of one rule. It counts for a rule and tests with these digests and for no others.
type Record struct {
	Rule    string        `json:"rule"`  // RuleDigest
	Tests   string        `json:"tests"` // TestsDigest
	Cases   CaseCounts    `json:"cases"`
	Lacks   string        `json:"lacks,omitempty"` // Results.Lacks
	Pairs   PairCounts    `json:"pairs"`
	Mutants MutationCount `json:"mutants"`
}

// CaseCounts are the cases by verdict. Skipped ones are on sample records that were not at hand.
type CaseCounts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	Samples int `json:"samples"` // of those that ran, on sample records
}

// PairCounts are Pairs as they are kept.
type PairCounts struct {
	IR        int `json:"ir"`
	CEL       int `json:"cel"`
	Bound     int `json:"bound"`
	Plain     int `json:"sigma"`
	Adapted   int `json:"sigma_adapted"`
	Disagreed int `json:"disagreed"`
}

// Sum is how many pairs of an event and an opinion were judged.
func (p PairCounts) Sum() int { return p.IR + p.CEL + p.Bound + p.Plain + p.Adapted }

// MutationCount is a Mutation as it is kept: the survivors by clause and fault.
type MutationCount struct {
	All        int      `json:"all"`
	Killed     int      `json:"killed"`
	Equivalent int      `json:"equivalent"`
	Survived   []string `json:"survived"`
}

// Short says why the score is too low, with the first clause to be blamed; "" where it is high enough.
func (m MutationCount) Short() string {
	asked := m.All - m.Equivalent
	if m.Killed*100 >= MinimumScore*asked || len(m.Survived) == 0 {
		return ""
	}
	return fmt.Sprintf("the cases kill %d of %d mutants (at least %d %% are due): none notices when %s", m.Killed, asked, MinimumScore, m.Survived[0])
}

// Record is what a run showed, to be kept. The mutants must have been asked for.
func (r *Results) Record(rule, tests string) Record {
	out := Record{Rule: rule, Tests: tests, Lacks: r.Lacks(), Mutants: r.Mutation.Count(), Pairs: r.Pairs.Count()}
	for _, c := range r.Cases {
		switch c.Verdict {
		case Pass:
			out.Cases.Passed++
		case Skip:
			out.Cases.Skipped++
		default:
			out.Cases.Failed++
		}
		if c.Sample && c.Verdict != Skip {
			out.Cases.Samples++
		}
	}
	return out
}

// Count is the counts alone.
func (p Pairs) Count() PairCounts {
	return PairCounts{IR: p.IR, CEL: p.CEL, Bound: p.Bound, Plain: p.Plain, Adapted: p.Adapted, Disagreed: p.Disagreed}
}

// JSON is the file's bytes.
func (k *Kept) JSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // what is quoted are conditions, full of < and &
	err := enc.Encode(k)
	return out.Bytes(), err
}

// ReadKept reads a file of evidence. The error says what is wrong with it.
func ReadKept(data []byte) (*Kept, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var k Kept
	if err := dec.Decode(&k); err != nil {
		return nil, fmt.Errorf("not evidence as detc test writes it: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	if k.Version != KeptVersion {
		return nil, fmt.Errorf("evidence of version %d, and this detc reads version %d", k.Version, KeptVersion)
	}
	return &k, nil
}

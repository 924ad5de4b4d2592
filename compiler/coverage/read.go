package coverage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Read reads a report that was written as JSON. One of version 1 had items only: each is read as an obligation in the
// scope Library. A newer version than this one's is refused: what it counts may mean something else.
func Read(data []byte) (*Report, error) {
	var head struct {
		SchemaVersion *int `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("it is no JSON report of coverage: %w", err)
	}
	switch v := head.SchemaVersion; {
	case v == nil:
		return nil, errors.New("it is no JSON report of coverage: it has no schema_version")
	case *v > SchemaVersion:
		return nil, fmt.Errorf("it is of schema version %d, and this detc reads up to %d: use the newer detc for both reports", *v, SchemaVersion)
	case *v < 1:
		return nil, fmt.Errorf("it is of schema version %d, which there never was", *v)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	r := &Report{}
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("it is no JSON report of coverage: %w", err)
	}
	if r.SchemaVersion == 1 {
		r.upgrade()
	}
	return r, r.check()
}

// upgrade gives each item of version 1 its one obligation.
func (r *Report) upgrade() {
	for t := range r.Tactics {
		for k := range r.Tactics[t].Items {
			i := &r.Tactics[t].Items[k]
			o := Obligation{Scope: Library, State: i.State, Stage: i.Stage, Gates: i.Gates, Reason: i.Reason}
			if len(i.Rules) > 0 {
				o.Carrier, o.Reasons = i.Rules[0].Name, i.Rules[0].Reasons
			}
			i.Obligations = []Obligation{o}
		}
	}
}

// check holds a report against its own invariant, so that no report that was meddled with is compared.
func (r *Report) check() error {
	for _, t := range r.Tactics {
		for name, c := range map[string]Count{"detection": t.Totals.Detection, "mitigation": t.Totals.Mitigation} {
			n := 0
			for _, i := range t.Items {
				if i.Detection() == (name == "detection") {
					n++
				}
			}
			if c.StateCount.Sum() != c.Items || n != c.Items {
				return fmt.Errorf("it contradicts itself: of the %d %s items of %s it lists %d, and its states add up to %d", c.Items, name, t.ID, n, c.StateCount.Sum())
			}
		}
	}
	return nil
}

// UnmarshalJSON reads what MarshalJSON wrote. A gate that this version doesn't know is an error.
func (g *Gates) UnmarshalJSON(data []byte) error {
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		return err
	}
	*g = Gates{}
	for name, word := range words {
		gate, ok := GateOf(name)
		if !ok {
			return fmt.Errorf("there is no gate %q", name)
		}
		if g[gate], ok = StateOf(word); !ok {
			return fmt.Errorf("a gate is in no state %q", word)
		}
	}
	return nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Reasons) UnmarshalJSON(data []byte) error {
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		return err
	}
	*r = Reasons{}
	for name, why := range words {
		gate, ok := GateOf(name)
		if !ok {
			return fmt.Errorf("there is no gate %q", name)
		}
		(*r)[gate] = why
	}
	return nil
}

// UnmarshalText reads a stage's word.
func (s *Stage) UnmarshalText(text []byte) error {
	for stage := None; stage <= Live; stage++ {
		if stage.String() == string(text) {
			*s = stage
			return nil
		}
	}
	return fmt.Errorf("there is no stage %q", text)
}

// UnmarshalText reads a state's word.
func (s *State) UnmarshalText(text []byte) error {
	state, ok := StateOf(string(text))
	if !ok {
		return fmt.Errorf("a gate is in no state %q", text)
	}
	*s = state
	return nil
}

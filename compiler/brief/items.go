package brief

import (
	"strconv"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// ItemsFile is the form of rules/<tactic>/items.yaml, the lock of a brief's items.
type ItemsFile struct {
	Tactic source.Text `form:"tactic,required" is:"tactic" doc:"the tactic whose items these are"`
	Items  []ItemLock  `form:"items,required" doc:"one entry an item; an id is never given to another item"`
	Span   source.Span
}

// An ItemLock says which texts of an item were reviewed, and how the item is answered.
type ItemLock struct {
	ID         source.Text      `form:"id,required" is:"item" doc:"the item: TA0104/T1"`
	AnsweredBy source.Text      `form:"answered_by,required" enum:"rules|properties|measurement|visibility|mitigation" doc:"what answers the item: rules on that telemetry, a property of all rules, a measurement, visibility, or a mitigation outside the rules"`
	Check      source.Text      `form:"check" is:"name" doc:"a check that every rule of the tactic must pass: beside-the-act; what answers an item that is answered by properties"`
	Gone       form.Value[bool] `form:"gone" doc:"true for an item that its page no longer has; the id stays taken"`
	Hashes     []source.Text    `form:"hashes,required" is:"hash" doc:"hashes of the reviewed texts, one a publication: the first 16 hexadecimal digits of the SHA-256 of the normalised text"`
	Span       source.Span
}

// How an item is answered.
const (
	ByRules       = "rules"
	ByProperties  = "properties"
	ByMeasurement = "measurement"
	ByVisibility  = "visibility"
	ByMitigation  = "mitigation"
)

// Kind is the kind of item that the id names.
func (i *ItemLock) Kind() Kind {
	k, _ := i.parse()
	return k
}

// Ordinal is the number in the id.
func (i *ItemLock) Ordinal() int {
	_, n := i.parse()
	return n
}

func (i *ItemLock) parse() (Kind, int) {
	_, rest, _ := strings.Cut(i.ID.Value, "/")
	for _, k := range Kinds() {
		if number, ok := strings.CutPrefix(rest, k.Letter()); ok {
			n, _ := strconv.Atoi(number)
			return k, n
		}
	}
	return "", 0
}

func (i *ItemLock) accepts(hash string) bool {
	for _, h := range i.Hashes {
		if h.Value == hash {
			return true
		}
	}
	return false
}

// Items is a lock, read.
type Items struct {
	Tactic string
	Span   source.Span // where the tactic stands
	Items  []ItemLock  // in the order of the file
	File   *source.File
}

// Item finds an entry by its id.
func (s *Items) Item(id string) (*ItemLock, bool) {
	for i := range s.Items {
		if s.Items[i].ID.Value == id {
			return &s.Items[i], true
		}
	}
	return nil, false
}

// LoadItems reads a lock. An entry that is wrong is left out, with a finding; nil where nothing could be read.
func LoadItems(f *source.File, l *diag.List) *Items {
	var file ItemsFile
	if !form.File(f, &file, "items", l) {
		return nil
	}
	out := &Items{Tactic: file.Tactic.Value, Span: file.Tactic.Whole, File: f}
	ids := map[string]source.Span{}
	type text struct {
		kind Kind
		hash string
	}
	hashes := map[text]*ItemLock{}
	for n := range file.Items {
		i := &file.Items[n]
		if i.ID.IsZero() || i.AnsweredBy.IsZero() {
			continue // said by the form
		}
		if tactic, _, _ := strings.Cut(i.ID.Value, "/"); out.Tactic != "" && tactic != out.Tactic {
			l.Add(diag.ItemsTactic, i.ID.Whole, "%s is no item of %s", i.ID.Value, out.Tactic).WithNote(file.Tactic.Whole, "the file is of this tactic")
			continue
		}
		if first, twice := ids[i.ID.Value]; twice {
			l.Add(diag.ItemsRepeated, i.ID.Whole, "%s stands twice", i.ID.Value).WithNote(first, "here first")
			continue
		}
		ids[i.ID.Value] = i.ID.Whole
		for _, h := range i.Hashes {
			key := text{i.Kind(), h.Value}
			if other := hashes[key]; other != nil {
				l.Add(diag.ItemsHash, h.Whole, "the hash is %s's already", other.ID.Value).WithNote(other.ID.Whole, "here")
				continue
			}
			hashes[key] = i
		}
		out.Items = append(out.Items, *i)
	}
	return out
}

package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/diag"
)

// A keyForm is how names may look in a target.
type keyForm struct {
	most  int               // characters
	other string            // what may stand beside small letters and digits
	first func(c byte) bool // what may stand first; nil for anything
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' }

// keyForms are the names of the targets. They are narrower than what the targets allow, so that a key is the same text
// in a file's name, in a query of the SIEM's own and in a shell. The lengths: PostgreSQL cuts names at 63 bytes, of which
// the prefix detc_shadow_ takes 12; Splunk Web refuses names of more than 100 characters; the others are our own measure.
var keyForms = map[string]keyForm{
	"splunk":   {most: 90, other: "-_."},
	"sentinel": {most: 90, other: "-_."},
	"kibana":   {most: 90, other: "-_."},
	"loki":     {most: 90, other: "-_."},
	"vmalert":  {most: 90, other: "-_."},
	"secops":   {most: 90, other: "_", first: letter},
	"sql":      {most: 51, other: "_"},
}

// keys gives out names.
type keys struct {
	form  keyForm
	taken map[string]bool
}

// newKeys knows the names that rules have already, tombstones among them: no other rule gets one of theirs.
func newKeys(kind string, before []Entry) *keys {
	k := &keys{keyForms[kind], map[string]bool{}}
	for _, e := range before {
		k.taken[e.Key] = true
	}
	return k
}

// of is the name of a rule in the target: the one that it has, or a new one after its own name.
func (k *keys) of(b *builder, p *planned, old *Entry) string {
	if old != nil {
		return old.Key
	}
	key := k.fit(p.Name)
	sum := sha256.Sum256([]byte(p.ID))
	tail := "_" + hex.EncodeToString(sum[:4])
	if n := utf8.RuneCountInString(p.Name); n > k.form.most || k.taken[key] {
		key = key[:min(len(key), k.form.most-len(tail))] + tail
		b.findings.Add(diag.BundleNameCut, p.Span, "%s is called %s in %s", p.Name, key, b.in.Target).
			WithNote(p.Span, "names have at most %d characters there, and each stands once", k.form.most)
	}
	for n := 2; k.taken[key]; n++ {
		more := fmt.Sprintf("_%d", n)
		key = key[:min(len(key), k.form.most-len(more))] + more
	}
	k.taken[key] = true
	return key
}

// fit is a name of the characters that the target takes.
func (k *keys) fit(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r < utf8.RuneSelf && strings.ContainsRune(k.form.other, r):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	key := strings.Trim(strings.ReplaceAll(b.String(), "..", "__"), ".-")
	if key == "" || k.form.first != nil && (!k.form.first(key[0]) || !strings.Contains(key, "_")) { // a word by itself may be one of the language
		key = "rule_" + key
	}
	return key
}

// Limits of Sentinel: the query and both durations as learn.microsoft.com/azure/sentinel/sentinel-service-limits and
// …/scheduled-rules-overview have them.
const (
	sentinelQuery  = 10_000
	sentinelPeriod = 14 * 24 * time.Hour
)

// overLimit says which limit of the target a rule is over.
func (b *builder) overLimit(r *Rule) string {
	switch b.kind {
	case "sentinel":
		if n := utf8.RuneCountInString(sentinelText(r)); n > sentinelQuery {
			return fmt.Sprintf("its query has %d characters with what the schedule adds, and Sentinel takes %d", n, sentinelQuery)
		}
		if s := r.schedule(); s.LookBack > sentinelPeriod {
			return fmt.Sprintf("it looks back %s, and Sentinel looks back 14d at most", short(s.LookBack, true))
		}
	case "secops":
		if r.Window > 48*time.Hour {
			return fmt.Sprintf("its window is %s, and a match section takes 48h at most", short(r.Window, true))
		}
	}
	return ""
}

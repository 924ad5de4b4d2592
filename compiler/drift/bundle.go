// Package drift tells what a release of ATT&CK changes: it reads the STIX bundles that MITRE publishes, one a domain,
// holds their tactics and techniques against the catalog that is in use, and finds the stubs that each change touches.
// An id is the key of everything; three tactics are called Execution, so a name never is.
package drift

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// A Bundle is what was taken from one STIX bundle.
type Bundle struct {
	Name       string
	Spec       string // the version of STIX: 2.0 or 2.1
	Release    string // of ATT&CK: 19.1; "" where the bundle doesn't say, as those of STIX 2.0
	Objects    int
	Tactics    []attack.Tactic
	Techniques []attack.Technique
	File       *source.File // for findings: the name, without the text
}

// Domains lists the domains that the bundle has tactics of, sorted.
func (b *Bundle) Domains() []string {
	return attack.New("", "", b.Tactics, nil).Domains()
}

// Bounds of what a bundle may hold; ATT&CK's largest has 900 techniques. They keep a hostile one from filling memory.
const (
	maxKept     = 50_000
	maxFindings = 20
)

var (
	tacticID    = regexp.MustCompile(`^TA\d{4}$`)
	techniqueID = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	stixID      = regexp.MustCompile(`^[a-z0-9-]{1,250}$`)
	releaseForm = regexp.MustCompile(`^\d{1,4}(\.\d{1,4}){0,2}$`)
)

// Read takes the facts from a bundle, an object at a time: what it needs at most is MaxObject and the facts. What is
// wrong with the bundle goes to the list, with the byte where it stands; nil where nothing can be made of it. The error
// is the reader's.
func Read(name string, r io.Reader, l *diag.List) (*Bundle, error) {
	x := &reading{b: &Bundle{Name: name, File: source.NewFile(name, "")}, l: l, found: map[diag.Code]int{}, ids: map[string]string{}, replaced: map[string]string{}}
	x.span = source.Span{File: x.b.File}
	err := walk(r, x.text, x.object)
	var bad *broken
	switch {
	case errors.As(err, &bad):
		x.broken = bad
	case err != nil:
		return nil, err
	}
	if x.broken != nil {
		l.Add(diag.BundleBroken, x.span, "the bundle is no JSON at byte %d: %s", x.broken.at, x.broken.why).
			WithHelp("download it again; nothing was taken from it")
		return nil, nil
	}
	if !x.isAttack() {
		return nil, nil
	}
	x.resolve()
	for _, code := range []diag.Code{diag.BundleObject, diag.BundleForeign, diag.BundleUnresolved} {
		if n := x.found[code] - maxFindings; n > 0 {
			l.Add(code, x.span, "%d more objects like these", n)
		}
	}
	return x.b, nil
}

// reading is a bundle while it is read.
type reading struct {
	b      *Bundle
	l      *diag.List
	span   source.Span
	kind   string
	broken *broken
	found  map[diag.Code]int

	tactics, techniques []object
	ids                 map[string]string // techniques' ids of ATT&CK, by those of STIX
	replaced            map[string]string // by ids of STIX
}

func (x *reading) text(key, value string) {
	switch key {
	case "type":
		x.kind = value
	case "spec_version":
		x.b.Spec = value
	}
}

// wrong says that an object can't be used. Where there are very many, the first stand for all.
func (x *reading) wrong(code diag.Code, e element, format string, args ...any) {
	if x.found[code]++; x.found[code] <= maxFindings {
		x.l.Add(code, x.span, format, args...).WithNote(source.Span{}, "the object begins at byte %d", e.at)
	}
}

// needed are the kinds of objects that facts are taken from.
var needed = []string{"attack-pattern", "x-mitre-tactic", "x-mitre-collection", "relationship"}

func (x *reading) object(e element) {
	x.b.Objects++
	if x.broken != nil {
		return
	}
	if e.long {
		x.wrong(diag.BundleObject, e, "an object is longer than %d MB", MaxObject>>20)
		return
	}
	var o object
	err := json.Unmarshal(e.raw, &o)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		x.broken = &broken{e.at + max(syntax.Offset-1, 0), syntax.Error()}
		return
	case errors.As(err, &kind) && (o.Type == "" || slices.Contains(needed, o.Type)):
		x.wrong(diag.BundleObject, e, "%s: %s can't be a %s", clip(or(o.ID, "an object")), clip(kind.Field), kind.Value)
		return
	}
	if x.b.Spec == "" {
		x.b.Spec = o.Spec
	}
	switch o.Type {
	case "x-mitre-collection":
		x.collection(e, o)
	case "x-mitre-tactic":
		if x.usable(e, &o, tacticID) && !o.Revoked && !o.Deprecated {
			x.tactics = append(x.tactics, o)
		}
	case "attack-pattern":
		if x.usable(e, &o, techniqueID) {
			x.ids[o.ID], _ = o.attackID()
			x.techniques = append(x.techniques, o)
		}
	case "relationship":
		x.relationship(e, o)
	}
}

func (x *reading) collection(e element, o object) {
	switch {
	case o.Version == "":
	case !releaseForm.MatchString(o.Version):
		x.wrong(diag.BundleObject, e, "the release %q is no number", clip(o.Version))
	case x.b.Release != "" && x.b.Release != o.Version:
		x.wrong(diag.BundleObject, e, "the bundle is of release %s and of %s", x.b.Release, o.Version)
	default:
		x.b.Release = o.Version
	}
}

// usable says whether an object can be a fact. One without an id of ATT&CK is someone's own, and is left out.
func (x *reading) usable(e element, o *object, form *regexp.Regexp) bool {
	id, _ := o.attackID()
	label := clip(or(id, or(o.ID, "an object")))
	o.Name = strings.Join(strings.Fields(o.Name), " ")
	switch {
	case !stixID.MatchString(o.ID):
		x.wrong(diag.BundleObject, e, "%s: its STIX id is none", label)
	case id == "":
		x.wrong(diag.BundleForeign, e, "%s has no id of ATT&CK, and is left out", label)
	case !form.MatchString(id):
		x.wrong(diag.BundleObject, e, "%s is no id of a tactic or technique (%s)", label, o.Type)
	case readable(o.Name) != "":
		x.wrong(diag.BundleObject, e, "%s: %s", label, readable(o.Name))
	case len(x.tactics)+len(x.techniques) >= maxKept:
		x.wrong(diag.BundleObject, e, "%s: the bundle has more than %d tactics and techniques", label, maxKept)
	default:
		return true
	}
	return false
}

func (x *reading) relationship(e element, o object) {
	if o.Relationship != "revoked-by" || o.Revoked || o.Deprecated || !strings.HasPrefix(o.SourceRef, "attack-pattern--") {
		return
	}
	if len(x.replaced) >= maxKept || !stixID.MatchString(o.SourceRef) || !stixID.MatchString(o.TargetRef) {
		x.wrong(diag.BundleObject, e, "%s: a revocation that can't be followed", clip(or(o.ID, "an object")))
		return
	}
	x.replaced[o.SourceRef] = o.TargetRef
}

// isAttack says whether the JSON is a bundle of ATT&CK's at all.
func (x *reading) isAttack() bool {
	switch {
	case x.kind != "bundle":
		x.l.Add(diag.BundleOther, x.span, "the file is JSON and no STIX bundle").
			WithHelp("take ics-attack.json or its like from https://github.com/mitre-attack/attack-stix-data")
	case x.b.Spec != "2.0" && x.b.Spec != "2.1" && x.b.Spec != "":
		x.l.Add(diag.BundleOther, x.span, "the bundle is of STIX %s; 2.0 and 2.1 are read", clip(x.b.Spec))
	case len(x.tactics) == 0:
		x.l.Add(diag.BundleOther, x.span, "the bundle holds no tactic of ATT&CK (%d objects)", x.b.Objects).
			WithHelp("take a whole domain: enterprise-attack, ics-attack or mobile-attack")
	default:
		return true
	}
	return false
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

package sigma

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// An item is a field with its modifiers and the values of which one must hold: what becomes an Entry.
type item struct {
	key    string
	values []Scalar
}

// maxKey bounds the field with its modifiers: YAML allows a key 1,024 characters (section 7.4.2).
const maxKey = 1000

// lowerer is the AtomVisitor that writes atoms as items. An atom that takes several is their Or. What Sigma can't say
// becomes a finding and no item.
type lowerer struct{ diags *diag.List }

func (l lowerer) refuse(span source.Span, format string, args ...any) []item {
	l.diags.Add(diag.NoSigmaForm, span, format, args...).WithHelp("say it otherwise, or leave the source out")
	return nil
}

// one is the item of a field with modifiers.
func (l lowerer) one(f ir.Field, span source.Span, mods []string, values ...Scalar) []item {
	if !l.name(f.Name, span) {
		return nil
	}
	for _, v := range values {
		if !utf8.ValidString(v.Text) {
			return l.refuse(span, "a value of %q is no UTF-8, which YAML can't hold", f.Name)
		}
	}
	key := strings.Join(append([]string{f.Name}, mods...), "|")
	if len(key) > maxKey {
		l.diags.Add(diag.NoSigmaName, span, "the name %.40q… is longer than a YAML key may be", f.Name)
		return nil
	}
	return []item{{key, values}}
}

func (l lowerer) name(name string, span source.Span) bool {
	switch {
	case name == "":
		l.diags.Add(diag.NoSigmaName, span, "a field has no name")
	case strings.Contains(name, "|"):
		l.diags.Add(diag.NoSigmaName, span, "the field %q has a | in its name, which Sigma takes for a modifier", name)
	case !utf8.ValidString(name):
		l.diags.Add(diag.NoSigmaName, span, "the field %q is no UTF-8", name)
	default:
		return true
	}
	return false
}

// cased is the modifier of a field that compares with case.
func cased(f ir.Field, mods ...string) []string {
	if f.Cased && f.Type == ir.String {
		return append(mods, "cased")
	}
	return mods
}

func (l lowerer) Eq(a *ir.Eq) []item {
	values := make([]Scalar, len(a.Values))
	for i, v := range a.Values {
		var problem string
		if values[i], problem = scalar(a.Field, v); problem != "" {
			return l.refuse(a.Span, "%s: %s", a.Field.Name, problem)
		}
	}
	return l.one(a.Field, a.Span, cased(a.Field), values...)
}

// scalar is a literal as Sigma writes it, or what is wrong with it.
func scalar(f ir.Field, v ir.Value) (s Scalar, problem string) {
	if f.Type == ir.String {
		if v = spelledValue(v); v.Type != ir.String {
			return Scalar{v.Text(), true}, ""
		}
	}
	if v.Type != f.Type {
		return Scalar{}, fmt.Sprintf("is of type %s, its value of type %s", f.Type, v.Type)
	}
	switch v.Type {
	case ir.String:
		return Scalar{Text: escape(v.Str)}, ""
	case ir.IP:
		return Scalar{Text: v.IP.String()}, ""
	case ir.Double:
		return double(v.Float)
	case ir.Timestamp:
		return moment(f.Unit, v.Int)
	}
	return Scalar{v.Text(), true}, ""
}

// spelledValue is a literal beside a field of strings as Sigma has it: a number or a boolean that is written bare reads
// back as it was; any other literal is its text.
func spelledValue(v ir.Value) ir.Value {
	if v.Type != ir.String {
		if text := v.Text(); bareValue(text) != v {
			return ir.StringValue(text)
		}
	}
	return v
}

// bareValue is what a bare scalar beside a field of strings means: a number or a boolean where its own text is what is
// written, else that text. 007, 1_000, 0x10 and 1e+21 are texts.
func bareValue(text string) ir.Value {
	switch text {
	case "":
		return ir.StringValue(text)
	case "true", "false":
		return ir.BoolValue(text == "true")
	}
	if c := text[0]; c != '-' && (c < '0' || c > '9') {
		return ir.StringValue(text)
	}
	if strings.ContainsAny(text, "eE") { // which readers of YAML write otherwise, each in its way
		return ir.StringValue(text)
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		if v := ir.IntValue(i); v.Text() == text {
			return v
		}
	} else if d, err := strconv.ParseFloat(text, 64); err == nil {
		if v := ir.DoubleValue(d); v.Text() == text {
			return v
		}
	}
	return ir.StringValue(text)
}

// double is a number that YAML reads as a number that may have a fraction: with a point, and a sign on the exponent.
func double(d float64) (Scalar, string) {
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return Scalar{}, "Sigma has no number for " + strconv.FormatFloat(d, 'g', -1, 64)
	}
	form := byte('g')
	if a := math.Abs(d); a == 0 || 1e-4 <= a && a < 1e15 {
		form = 'f'
	}
	text := strconv.FormatFloat(d, form, -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if exponent != "" {
		mantissa += "e" + exponent
	}
	return Scalar{mantissa, true}, ""
}

// moment is a time as the number that the log writes: so many units since 1970, with a fraction where it has one.
func moment(unit time.Duration, ns int64) (Scalar, string) {
	if unit <= 0 {
		return Scalar{}, "the log writes time as text, and Sigma compares times as numbers only"
	}
	u := int64(unit)
	whole, rest := ns/u, ns%u
	if rest == 0 {
		return Scalar{strconv.FormatInt(whole, 10), true}, ""
	}
	sign := ""
	if ns < 0 {
		sign, whole, rest = "-", -whole, -rest
	}
	digits := len(strconv.FormatInt(u, 10)) - 1
	if pow10(digits) != u {
		return Scalar{}, "the log counts time in a unit that is no power of ten of nanoseconds"
	}
	return Scalar{fmt.Sprintf("%s%d.%s", sign, whole, strings.TrimRight(fmt.Sprintf("%0*d", digits, rest), "0")), true}, ""
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func (l lowerer) Match(a *ir.Match) []item {
	if a.Field.Type != ir.String {
		return l.refuse(a.Span, "%s is no text, in which %s could look", a.Field.Name, a.Op)
	}
	mods := a.Encoding.Words()
	if len(mods) > 1 && a.Encoding.Dash {
		return l.refuse(a.Span, "%s: windash goes with no other encoding", a.Field.Name)
	}
	values := make([]Scalar, len(a.Values))
	for i, v := range a.Values {
		values[i].Text = escape(v)
		if a.Op != ir.Glob {
			continue
		}
		values[i].Text = v
		if _, ok := literal(v); !ok && (a.Encoding.Wide != ir.UTF8 || a.Encoding.Base64 != ir.NoBase64) {
			return l.refuse(a.Span, "%s: wildcards can't stand in what is encoded", a.Field.Name)
		}
	}
	if a.Op != ir.Glob {
		mods = append(mods, a.Op.String())
	}
	return l.one(a.Field, a.Span, cased(a.Field, mods...), values...)
}

// leadingFlags are those of a regular expression that Sigma has modifiers for.
var leadingFlags = regexp.MustCompile(`^\(\?([ims]{1,3})\)`)

// Regex writes one item for each set of flags that the patterns begin with.
func (l lowerer) Regex(a *ir.Regex) []item {
	var items []item
	at := map[string]int{}
	for _, p := range a.Patterns {
		mods := []string{"re"}
		if m := leadingFlags.FindStringSubmatch(p); m != nil && !repeats(m[1]) {
			p = p[len(m[0]):]
			mods = append(mods, strings.Split(m[1], "")...)
		}
		got := l.one(a.Field, a.Span, mods, Scalar{Text: p})
		if got == nil {
			return nil
		}
		if i, ok := at[got[0].key]; ok {
			items[i].values = append(items[i].values, got[0].values...)
			continue
		}
		at[got[0].key] = len(items)
		items = append(items, got...)
	}
	return items
}

func repeats(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(s[i+1:], s[i]) >= 0 {
			return true
		}
	}
	return false
}

func (l lowerer) Cidr(a *ir.Cidr) []item {
	values := make([]Scalar, len(a.Nets))
	for i, n := range a.Nets {
		values[i].Text = n.String()
	}
	return l.one(a.Field, a.Span, []string{"cidr"}, values...)
}

func (l lowerer) Compare(a *ir.Compare) []item {
	if t := a.Field.Type; t != ir.Int && t != ir.Double && t != ir.Timestamp {
		return l.refuse(a.Span, "%s is no number, and Sigma puts only numbers in order", a.Field.Name)
	}
	v, problem := scalar(a.Field, a.Value)
	if problem != "" {
		return l.refuse(a.Span, "%s: %s", a.Field.Name, problem)
	}
	return l.one(a.Field, a.Span, []string{compareWords[a.Op]}, v)
}

var compareWords = [...]string{ir.Lt: "lt", ir.Le: "lte", ir.Gt: "gt", ir.Ge: "gte"}

func (l lowerer) FieldEq(a *ir.FieldEq) []item {
	f, g := a.Field, a.Other
	if f.Type != g.Type || f.Type == ir.String && f.Cased != g.Cased {
		return l.refuse(a.Span, "%s and %s are of two types, or only one of them minds case", f.Name, g.Name)
	}
	if !l.name(g.Name, a.Span) {
		return nil
	}
	return l.one(f, a.Span, append(cased(f), "fieldref"), Scalar{Text: g.Name})
}

func (l lowerer) Exists(a *ir.Exists) []item {
	return l.one(a.Field, a.Span, []string{"exists"}, Scalar{"true", true})
}

// absent is the item of a negated Exists.
func (l lowerer) absent(a *ir.Exists) []item {
	return l.one(a.Field, a.Span, []string{"exists"}, Scalar{"false", true})
}

// isTableName says that a name can stand between the % of a placeholder.
func isTableName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && c != '_' && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '-') {
			return false
		}
	}
	return s != ""
}

func (l lowerer) InSet(a *ir.InSet) []item {
	if !isTableName(a.Table) {
		l.diags.Add(diag.NoSigmaName, a.Span, "the table's name %q can't stand between the %% of a placeholder", a.Table)
		return nil
	}
	return l.one(a.Field, a.Span, append(cased(a.Field), "expand"), Scalar{Text: "%" + a.Table + "%"})
}

func (l lowerer) TimePart(a *ir.TimePart) []item {
	values := make([]Scalar, len(a.Values))
	for i, n := range a.Values {
		values[i] = Scalar{strconv.Itoa(n), true}
	}
	return l.one(a.Field, a.Span, []string{a.Part.String()}, values...)
}

// Keyword has no field: its item has no key.
func (l lowerer) Keyword(a *ir.Keyword) []item {
	values := make([]Scalar, len(a.Values))
	for i, v := range a.Values {
		if !utf8.ValidString(v) {
			return l.refuse(a.Span, "a keyword is no UTF-8, which YAML can't hold")
		}
		values[i].Text = escape(v)
		if a.Op == ir.Glob {
			values[i].Text = v
		}
	}
	return []item{{"", values}}
}

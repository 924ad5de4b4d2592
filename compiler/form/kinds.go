package form

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A kind is a form that several keys share: the `is` tag names it.
type kind struct {
	check func(string) bool
	want  string
	regex string // for the JSON Schema
}

func match(re string) func(string) bool { return regexp.MustCompile(re).MatchString }

const (
	nameRE     = `^[a-z0-9]+(-[a-z0-9]+)*$`
	fieldRE    = `^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`
	uuidRE     = `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`
	urlRE      = `^https?://\S+$`
	pathRE     = `^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`
	durationRE = `^[1-9][0-9]{0,5}(s|m|h|d)$`
	momentRE   = `^\+?([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|ms|s|m|h|d))+$`
	timeRE     = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$`
	budgetRE   = `^[0-9]{1,6}/(hour|day|week)$`
	itemRE     = `^TA[0-9]{4}/[TDM][1-9][0-9]?$`
	tacticRE   = `^TA[0-9]{4}$`
	letRE      = `^[a-z_][a-z_]*[0-9]*$`
	hashRE     = `^[0-9a-f]{16}$`
	sha256RE   = `^[0-9a-f]{64}$`
)

var kinds = map[string]kind{
	"name":     {match(nameRE), "small letters, digits and single hyphens: ot-plc-stop", nameRE},
	"field":    {match(fieldRE), "small letters, digits and underscores, parts joined by dots: asset.criticality", fieldRE},
	"path":     {match(pathRE), "a field's name: letters, digits and underscores, parts joined by dots", pathRE},
	"uuid":     {match(uuidRE), "a UUID in small letters: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", uuidRE},
	"date":     {isDate, "a date: 2026-11-22", `^\d{4}-\d{2}-\d{2}$`},
	"duration": {match(durationRE), "a number and s, m, h or d: 30m", durationRE},
	"moment":   {isMoment, "a time from the beginning, 90s or 1h30m, or from the event before, +3s", momentRE},
	"time":     {isTime, "a time with its offset: 2026-11-22T20:00Z", timeRE},
	"budget":   {match(budgetRE), "alerts per hour, day or week: 2/day", budgetRE},
	"item":     {match(itemRE), "an item of a brief: TA0104/D1", itemRE},
	"tactic":   {match(tacticRE), "a tactic: TA0104", tacticRE},
	"let":      {match(letRE), "small letters and underscores, digits only at the end", letRE},
	"hash":     {match(hashRE), "16 hexadecimal digits", hashRE},
	"sha256":   {match(sha256RE), "64 hexadecimal digits", sha256RE},
	"cel":      {match(`\S`), "a condition in CEL", `\S`},
	"url":      {IsURL, URLWanted, urlRE},
}

// URLWanted is what an address looks like, for messages.
const URLWanted = "an address: https://example.org/page"

var nameForm = regexp.MustCompile(nameRE)

// IsName says that a text has the form of a name: small letters, digits and single hyphens.
func IsName(s string) bool { return nameForm.MatchString(s) }

var urlForm = regexp.MustCompile(urlRE)

// IsURL says that a text is the address of a page.
func IsURL(s string) bool { return urlForm.MatchString(s) }

// kindOf is the kind that an `is` tag names.
func kindOf(is string) kind {
	k, ok := kinds[is]
	if !ok {
		panic("form: no kind " + strconv.Quote(is))
	}
	return k
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Time reads what the kind "time" allows.
func Time(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04Z07:00", s)
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
	}
	return t, err
}

var timeForm = regexp.MustCompile(timeRE)

func isTime(s string) bool {
	_, err := Time(s)
	return err == nil && timeForm.MatchString(s)
}

// Duration reads what the kind "duration" allows.
func Duration(s string) (time.Duration, error) {
	if !kinds["duration"].check(s) {
		return 0, fmt.Errorf("%q is not %s", s, kinds["duration"].want)
	}
	n, _ := strconv.Atoi(s[:len(s)-1])
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	return time.Duration(n) * unit[s[len(s)-1]], nil
}

var (
	momentForm = regexp.MustCompile(momentRE)
	days       = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)d`)
)

func isMoment(s string) bool {
	_, _, err := moment(s)
	return err == nil
}

// Moment reads what the kind "moment" allows; anything else is the beginning. It says whether the time is counted from
// the event before.
func Moment(s string) (at time.Duration, relative bool) {
	at, relative, _ = moment(s)
	return at, relative
}

func moment(s string) (at time.Duration, relative bool, err error) {
	if !momentForm.MatchString(s) {
		return 0, false, fmt.Errorf("%q is not %s", s, "a time")
	}
	s, relative = strings.CutPrefix(s, "+")
	for _, m := range days.FindAllStringSubmatch(s, -1) {
		n, _ := strconv.ParseFloat(m[1], 64)
		s = strings.Replace(s, m[0], strconv.FormatFloat(n*24, 'f', -1, 64)+"h", 1)
	}
	at, err = time.ParseDuration(s)
	return at, relative, err
}

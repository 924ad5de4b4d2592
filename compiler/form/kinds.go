package form

import (
	"fmt"
	"regexp"
	"strconv"
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
	uuidRE     = `^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`
	durationRE = `^[1-9][0-9]{0,5}(s|m|h|d)$`
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
	"uuid":     {match(uuidRE), "a UUID in small letters: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", uuidRE},
	"date":     {isDate, "a date: 2026-11-22", `^\d{4}-\d{2}-\d{2}$`},
	"duration": {match(durationRE), "a number and s, m, h or d: 30m", durationRE},
	"budget":   {match(budgetRE), "alerts per hour, day or week: 2/day", budgetRE},
	"item":     {match(itemRE), "an item of a brief: TA0104/D1", itemRE},
	"tactic":   {match(tacticRE), "a tactic: TA0104", tacticRE},
	"let":      {match(letRE), "small letters and underscores, digits only at the end", letRE},
	"hash":     {match(hashRE), "16 hexadecimal digits", hashRE},
	"sha256":   {match(sha256RE), "64 hexadecimal digits", sha256RE},
	"cel":      {match(`\S`), "a condition in CEL", `\S`},
	"url":      {match(`^https?://\S+$`), "an address: https://example.org/page", `^https?://\S+$`},
}

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

// Duration reads what the kind "duration" allows.
func Duration(s string) (time.Duration, error) {
	if !kinds["duration"].check(s) {
		return 0, fmt.Errorf("%q is not %s", s, kinds["duration"].want)
	}
	n, _ := strconv.Atoi(s[:len(s)-1])
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	return time.Duration(n) * unit[s[len(s)-1]], nil
}

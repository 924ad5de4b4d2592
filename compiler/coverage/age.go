package coverage

import (
	"fmt"
	"time"
)

const never = -1 << 30 // an age that is not known

// age is how many days before today a date lies: never where one of the two is missing or no date, below 0 in the future.
func age(date, today string) int {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return never
	}
	t, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return never
	}
	return int(t.Sub(d).Hours() / 24)
}

// fresh holds a date against the most days that it may lie back. What has no age is unknown, and so is the future.
func fresh(what, date, today string, most int) (State, string) {
	switch n := age(date, today); {
	case date == "":
		return Unknown, what + " has no date"
	case today == "":
		return Unknown, "no day was given to count the age of " + what + " by"
	case n == never:
		return Unknown, fmt.Sprintf("%s has no date: %q is none", what, date)
	case n < 0:
		return Unknown, fmt.Sprintf("%s is dated %s, in the future", what, date)
	case n > most:
		return Stale, fmt.Sprintf("%s is of %s, %s old; at most %d count", what, date, days(n), most)
	}
	return Pass, ""
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

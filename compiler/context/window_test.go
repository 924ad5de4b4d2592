package context_test

import (
	"testing"
	"time"

	"detc/compiler/context"
	"detc/compiler/ir"
)

func moment(t *testing.T, s string) int64 {
	t.Helper()
	ns, err := context.Moment(s)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

func TestWindows(t *testing.T) {
	tb := table(t, windows)
	const night = "from: 2026-10-17T22:00, to: 2026-10-18T04:00, zone: Europe/Berlin, every: week"
	for _, c := range []struct {
		what, row, at string
		open          bool
	}{
		{"the first moment", "from: 2026-11-22T20:00Z, to: 2026-11-22T21:00Z", "2026-11-22T20:00Z", true},
		{"the last moment", "from: 2026-11-22T20:00Z, to: 2026-11-22T21:00Z", "2026-11-22T20:59:59Z", true},
		{"the end is outside", "from: 2026-11-22T20:00Z, to: 2026-11-22T21:00Z", "2026-11-22T21:00Z", false},
		{"before", "from: 2026-11-22T20:00Z, to: 2026-11-22T21:00Z", "2026-11-22T19:59:59Z", false},
		{"an offset", "from: 2026-11-22T20:00+02:00, to: 2026-11-22T21:00+02:00", "2026-11-22T18:30Z", true},
		{"wall time in a zone", "from: 2026-07-01T08:00, to: 2026-07-01T09:00, zone: Europe/Berlin", "2026-07-01T06:30Z", true},
		{"a week later", night, "2026-10-24T20:30Z", true},
		{"a week later, over midnight", night, "2026-10-25T00:30Z", true},
		{"the night that the clocks go back is an hour longer", night, "2026-10-25T02:30Z", true},
		{"and ends by the new clock", night, "2026-10-25T03:00Z", false},
		{"winter begins an hour later in UTC", night, "2026-10-31T20:30Z", false},
		{"winter", night, "2026-10-31T21:00Z", true},
		{"the days between", night, "2026-10-28T23:00Z", false},
		{"before the first", night, "2026-10-10T23:00Z", false},
		{"past until", night + ", until: 2026-10-31", "2026-11-07T23:00Z", false},
		{"until is the last day on which one begins", night + ", until: 2026-10-31", "2026-11-01T02:00Z", true},
		{"the hour shown twice: a beginning is the first", "from: 2026-10-25T02:30, to: 2026-10-25T05:00, zone: Europe/Berlin", "2026-10-25T00:30Z", true},
		{"the hour shown twice: an end is the last", "from: 2026-10-25T00:00, to: 2026-10-25T02:30, zone: Europe/Berlin", "2026-10-25T01:29Z", true},
		{"the hour left out: a beginning is the earlier", "from: 2026-03-29T02:30, to: 2026-03-29T05:00, zone: Europe/Berlin", "2026-03-29T00:30Z", true},
		{"the hour left out: an end is the later", "from: 2026-03-29T00:00, to: 2026-03-29T02:30, zone: Europe/Berlin", "2026-03-29T01:29Z", true},
		{"every day", "from: 2026-01-01T06:00, to: 2026-01-01T14:00, every: day", "2026-05-17T13:59Z", true},
		{"every day, over midnight", "from: 2026-01-01T22:00, to: 2026-01-02T06:00, every: day", "2026-05-17T05:59Z", true},
		{"every day, in between", "from: 2026-01-01T22:00, to: 2026-01-02T06:00, every: day", "2026-05-17T06:00Z", false},
		{"every month", "from: 2026-01-31T06:00, to: 2026-01-31T14:00, every: month", "2026-03-31T07:00Z", true},
		{"a month without that day", "from: 2026-01-31T06:00, to: 2026-01-31T14:00, every: month", "2026-03-03T07:00Z", false},
	} {
		content, lines := content(t, tb, "[{key: a, ticket: C1, "+c.row+"}]")
		if len(lines) > 0 {
			t.Errorf("%s: %v", c.what, lines)
			continue
		}
		if got := len(content.Lookup(ir.StringValue("a"), moment(t, c.at), "ticket")) > 0; got != c.open {
			t.Errorf("%s: at %s it is open: %t", c.what, c.at, got)
		}
	}
}

func TestWindowsThatOverlapAllCount(t *testing.T) {
	c, lines := content(t, table(t, windows), `
- {key: a, ticket: C1, from: 2026-11-22T20:00Z, to: 2026-11-22T22:00Z}
- {key: a, ticket: C2, from: 2026-11-22T21:00Z, to: 2026-11-22T23:00Z}
- {key: a, ticket: C1, from: 2026-11-22T21:30Z, to: 2026-11-22T21:45Z}
`)
	if len(lines) > 0 {
		t.Fatal(lines)
	}
	for at, want := range map[string]int{"2026-11-22T20:30Z": 1, "2026-11-22T21:30Z": 2, "2026-11-22T22:30Z": 1, "2026-11-22T23:00Z": 0} {
		if got := c.Lookup(ir.StringValue("A"), moment(t, at), "ticket"); len(got) != want {
			t.Errorf("at %s the tickets are %v, want %d", at, got, want)
		}
	}
}

// What is exported for a horizon is open when the window is, to the second, around every change.
func TestOccurrencesAreTheWindow(t *testing.T) {
	tb := table(t, windows)
	for _, row := range []string{
		"from: 2026-01-03T22:00, to: 2026-01-04T04:00, zone: Europe/Berlin, every: week, until: 2026-12-01",
		"from: 2026-01-01T23:30, to: 2026-01-02T02:30, zone: America/New_York, every: day",
		"from: 2026-01-31T01:00, to: 2026-01-31T03:00, zone: Australia/Lord_Howe, every: month",
		"from: 2026-05-05T05:00Z, to: 2026-05-06T05:00Z",
	} {
		c, _ := content(t, tb, "[{key: a, ticket: C1, "+row+"}]")
		w := c.Rows[0].Window
		from, to := moment(t, "2026-02-10"), moment(t, "2026-12-20")
		all := w.Within(from, to)
		if len(all) == 0 {
			t.Errorf("%s: no occurrence", row)
		}
		open := func(at int64) bool {
			for _, i := range all {
				if i.From <= at && at < i.To {
					return true
				}
			}
			return false
		}
		for at := from; at < to; at += int64(7 * time.Minute) {
			if open(at) != w.Holds(at) {
				t.Fatalf("%s: at %s exported %t, open %t", row, context.TimeText(at), open(at), w.Holds(at))
			}
		}
		for _, i := range all {
			for _, at := range []int64{i.From - 1, i.From, i.To - 1, i.To} {
				if at >= from && at < to && open(at) != w.Holds(at) {
					t.Errorf("%s: at %s exported %t, open %t", row, context.TimeText(at), open(at), w.Holds(at))
				}
			}
		}
	}
}

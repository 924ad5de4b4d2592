package bundle

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// A Schedule says how often a rule runs and how far it looks back. It looks back by the interval between two runs and by
// how late a record may come, and, of a correlation, by its window: so no record comes too late to be seen. What two runs
// both see must not alert twice: where the target can ask when a record came in, each run takes those that came since the
// one before it; elsewhere the target knows records or alerts again, or suppression holds the second one back. The README
// says for each target which it is.
type Schedule struct {
	Every, LookBack time.Duration
}

// intervals are how often rules run. A rule runs so often that it reads a record about a dozen times at most.
var intervals = []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}

// NewSchedule is the schedule of a rule whose records come within a time, and which looks back by a window of its own.
func NewSchedule(arrivesWithin, window time.Duration) Schedule {
	late := max(arrivesWithin, 0) + max(window, 0)
	every := intervals[len(intervals)-1]
	for _, i := range intervals {
		if 12*i >= late {
			every = i
			break
		}
	}
	return Schedule{every, every + roundUp(late, time.Minute)}
}

func roundUp(d, to time.Duration) time.Duration { return (d + to - 1) / to * to }

// schedule is the rule's own.
func (r *Rule) schedule() Schedule { return NewSchedule(r.ArrivesWithin, r.Window) }

// muted is for how long an alert stands for its key: what the rule says, and never less than what two runs both see of a
// correlation, since that would fire again.
func (r *Rule) muted() time.Duration {
	if r.Window > 0 {
		return max(r.Suppress.For, r.schedule().LookBack)
	}
	return r.Suppress.For
}

// iso is a duration as ISO 8601 has it: PT5M, PT1H, P1D.
func iso(d time.Duration) string {
	d = roundUp(d, time.Minute)
	switch {
	case d%(24*time.Hour) == 0 && d > 0:
		return fmt.Sprintf("P%dD", d/(24*time.Hour))
	case d%time.Hour == 0 && d > 0:
		return fmt.Sprintf("PT%dH", d/time.Hour)
	}
	return fmt.Sprintf("PT%dM", d/time.Minute)
}

// short is a duration in its largest whole unit: 90s, 5m, 1h, 1d where days are allowed.
func short(d time.Duration, days bool) string {
	switch {
	case days && d > 0 && d%(24*time.Hour) == 0:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d > 0 && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(roundUp(d, time.Second)/time.Second)) + "s"
}

// cron is an interval as five fields of cron. Rules of one interval start at minutes that their ids tell apart, so that
// they don't all run at once.
func cron(every time.Duration, id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash takes all
	n := int(h.Sum32())
	switch minutes := int(every / time.Minute); {
	case minutes < 60:
		return fmt.Sprintf("%d-59/%d * * * *", n%minutes, minutes)
	case minutes == 60:
		return fmt.Sprintf("%d * * * *", n%60)
	case minutes < 24*60:
		hours := minutes / 60
		return fmt.Sprintf("%d %d-23/%d * * *", n%60, n/60%hours, hours)
	}
	return fmt.Sprintf("%d %d * * *", n%60, n/60%24)
}

// list joins texts as a sentence does.
func list(texts []string) string { return strings.Join(texts, ", ") }

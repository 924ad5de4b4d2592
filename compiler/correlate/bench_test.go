//go:build unix

package correlate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// A row is a record of the benchmark: a key and a value, as a reader of logs has them.
type row struct{ key, value []string }

func (r *row) Values(_, field string) []string {
	if field == "user" {
		return r.value
	}
	return r.key
}

const (
	benchGroups = 1_000_000
	benchEvents = 4_000_000
)

// keySize is the length of a key; all keys lie in one text, so that the benchmark measures the engine and not the memory
// in which its own million strings would lie.
const keySize = len("host-0000000")

// cpu is what the process has used so far, collection of garbage included: what else runs on the machine doesn't count.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Each benchmark gives four events to each of a million groups, in any order of groups, all within one window, so that
// all groups are there at the end. Memory is the heap after a collection, less what the benchmark itself has, and the most
// that the process has had of the system.
func BenchmarkMillionGroups(b *testing.B) {
	rules := func(names ...string) (out []ir.RuleRef) {
		for _, n := range names {
			out = append(out, ir.RuleRef{Name: n})
		}
		return out
	}
	gte := func(n float64) []ir.Bound { return []ir.Bound{{Op: ir.BoundGte, Value: n}} }
	for _, c := range []*ir.Correlation{
		{Kind: ir.EventCount, Rules: rules("a"), Having: gte(5)},
		{Kind: ir.ValueCount, Rules: rules("a"), Having: gte(5), Fields: []string{"user"}},
		{Kind: ir.TemporalOrdered, Rules: rules("a", "b", "c")},
	} {
		c.Name, c.GroupBy, c.Within = "bench", []string{"host"}, time.Hour
		b.Run(c.Kind.String(), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			var text strings.Builder
			for i := range benchGroups {
				fmt.Fprintf(&text, "host-%07d", i)
			}
			keys := text.String()
			values := make([][]string, 1000)
			for i := range values {
				values[i] = []string{fmt.Sprintf("user-%d", i)}
			}
			order := r.Perm(benchEvents)
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				fired := 0
				n, err := correlate.New([]*ir.Correlation{c}, correlate.Options{Lateness: -1}, func(correlate.Firing) { fired++ })
				if err != nil {
					b.Fatal(err)
				}
				which := make([][]int, len(c.Rules))
				for i := range which {
					which[i] = []int{i}
				}
				began, used := time.Now(), cpu()
				current := row{key: make([]string, 1)}
				for i, o := range order {
					k := o % benchGroups * keySize
					current.key[0], current.value = keys[k:k+keySize], values[(o+o/benchGroups*37)%len(values)]
					n.Add(correlate.Event{Time: int64(i), Rules: which[i%len(which)], Record: &current})
				}
				took, used := time.Since(began), cpu()-used
				var peak runtime.MemStats
				runtime.ReadMemStats(&peak)
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(benchEvents/took.Seconds(), "events/s")
				b.ReportMetric(benchEvents/used.Seconds(), "events/cpu-s")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
				b.ReportMetric(float64(peak.Sys)/1e6, "process-MB")
				b.ReportMetric(float64(n.Stats(0).Groups), "groups")
				b.ReportMetric(float64(fired), "firings")
			}
		})
	}
}

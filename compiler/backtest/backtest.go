// Package backtest runs rules over records of the past: how often each would have alerted, and whether that is within
// the rule's budget. It reads streams of any size in bounded memory, and what comes out doesn't depend on how many
// workers read: they judge records, one of us takes their hits in the order of the input.
package backtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

// A Rule is what is measured: a rule with what it became on its sources, or a correlation.
type Rule struct {
	Name, Title, Level string
	Digest             string // that evidence of it bears
	File               string // where it stands
	Line               int
	Block              bool // alerts nobody
	Shadow             bool // on trial at the site

	Schema  *telemetry.Schema // nil of a correlation
	On      []*bind.Bound
	Levels  []Level  // what raises the level of its alerts, the highest first
	Filters []Filter // of the site

	By     []string      // alert.suppress: one alert for each value of these,
	For    time.Duration // this long; 0 where nothing is suppressed
	Fields []string      // that an analyst is shown
	Budget string        // 2/day; "" for none

	Correlation *ir.Correlation
	Parts       []string // the names of the rules that it rests on, all the way down
}

// A Level is one that alerts are raised to where an expression over the telemetry's fields holds.
type Level struct {
	Name  string
	Where ir.Expr
}

// A Filter is what a site leaves out of a rule.
type Filter struct {
	Name string
	On   map[*bind.Source]ir.Expr // what is left out, over the source's raw names; a source without is not narrowed
}

// An Input is a log: a record a line, JSON or CEF, plain, gzip or zstd.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Options say how a back-test is run.
type Options struct {
	Site     string        // its name, for the report
	Context  []TableReport // the tables that the site supplied
	Tables   eval.Tables   // what the lists of the site hold; a list that isn't there was supplied by nobody
	Rows     bind.Contents // the same of tables that are looked up
	Days     float64       // how many days the records are of; 0 has it counted by their times
	Labels   *Labels       // which hits people looked at; nil for none
	Jobs     int           // how many pieces are judged at once; 0 is one
	Progress func(n int64) // is told, now and then, how many bytes more were read; nil is nobody
}

// piecesAhead is how many pieces a worker may be ahead of the one whose turn it is.
const piecesAhead = 4

type piece struct {
	ndjson.Piece
	file   int
	number int
}

// Run measures rules over logs. A file that can't be read to its end says so in the report, with what was read of it.
func Run(sources []*bind.Source, rules []Rule, inputs []Input, o Options) *Report {
	p := newPlan(sources, rules, o)
	in := make([]InputReport, len(inputs))
	jobs := max(o.Jobs, 1)
	// As many pieces are under way as there are tickets, so that one slow piece doesn't let the others' results pile up.
	tickets := make(chan struct{}, jobs*piecesAhead)
	pieces, done := make(chan piece), make(chan *batch, jobs)
	workers := make(chan *worker, jobs)
	for range jobs {
		go func() {
			w := newWorker(p)
			for x := range pieces {
				done <- w.piece(x)
			}
			workers <- w
		}()
	}
	go func() {
		n := 0
		for i := range inputs {
			in[i] = split(inputs[i], o, func(x ndjson.Piece) bool {
				tickets <- struct{}{}
				pieces <- piece{x, i, n}
				n++
				return true
			})
		}
		close(pieces)
	}()
	c := newCollector(p)
	c.inOrder(done, workers, jobs, func() { <-tickets })
	for i := range in {
		in[i].add(&c.files, i)
	}
	return c.report(in)
}

// inOrder takes batches in the order of their pieces until all workers are through.
func (c *collector) inOrder(done chan *batch, workers chan *worker, jobs int, free func()) {
	early, next := map[int]*batch{}, 0
	take := func(b *batch) {
		early[b.number] = b
		for {
			b, ok := early[next]
			if !ok {
				return
			}
			delete(early, next)
			next++
			c.take(b)
			free()
		}
	}
	for jobs > 0 {
		select {
		case b := <-done:
			take(b)
		case w := <-workers:
			jobs--
			c.merge(w)
		}
	}
	for len(done) > 0 {
		take(<-done)
	}
}

// split reads one log and hands its pieces out.
func split(in Input, o Options, emit func(ndjson.Piece) bool) InputReport {
	out := InputReport{Name: in.Name}
	r, err := in.Open()
	if err != nil {
		out.Error = err.Error()
		return out
	}
	defer r.Close()
	digest := sha256.New()
	stream := &counter{Reader: r, told: o.Progress, sum: digest}
	sum, err := ndjson.Split(stream, 0, emit)
	out.Lines, out.Bytes, out.Unpacked = int64(sum.Lines), stream.n, sum.Bytes
	if sum.TooLong > 0 {
		out.Failed = append(out.Failed, Failure{fmt.Sprintf("longer than %d MiB: skipped", ndjson.MaxLine>>20), int64(sum.TooLong), sum.First})
	}
	if err != nil {
		out.Error = fmt.Sprintf("read up to line %d: %v", sum.Lines, err)
		return out
	}
	if _, err := io.Copy(io.Discard, stream); err != nil { // what stands behind a packed stream's end
		out.Error = err.Error()
		return out
	}
	out.Bytes = stream.n
	out.SHA256 = "sha256:" + hex.EncodeToString(digest.Sum(nil))
	return out
}

// counter tells how much was read of a stream as it is stored, and digests it.
type counter struct {
	io.Reader
	told func(int64)
	sum  io.Writer
	n    int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	if c.told != nil {
		c.told(int64(n))
	}
	return n, err
}

// Package trial shows what a log is to the sources and rules: which records bind to which source, what is in their way,
// which names and values nobody knows, which rules fire. It reads streams of any size in bounded memory.
package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"detc/compiler/bind"
	"detc/compiler/ndjson"
)

// An Input is a log: a record a line, JSON or CEF, plain or gzip.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Options say how a trial is run.
type Options struct {
	Jobs     int           // how many pieces are looked at at once; 0 is one
	MaxLines int           // of each file; 0 is all
	Explain  int           // show so many rows of each rule with why it fires there, and digest the files; 0 is none
	Observe  int64         // also say which devices were seen and when, up to this time (nanoseconds since 1970), and digest the files; 0 is no
	Progress func(n int64) // is told, now and then, how many bytes more were read; nil is nobody
}

// Run tries logs. What comes out doesn't depend on Jobs. A file that can't be read to its end says so in the result,
// with what was read of it.
func Run(sources []*bind.Source, subjects []Subject, inputs []Input, o Options) *Result {
	machines := make([]*machine, max(o.Jobs, 1))
	pieces := make(chan piece, len(machines))
	var wait sync.WaitGroup
	for i := range machines {
		machines[i] = newMachine(sources, subjects, len(inputs))
		if o.Explain > 0 {
			machines[i].most, machines[i].explain = o.Explain, true
		}
		if o.Observe > 0 {
			machines[i].observe(o.Observe)
		}
		wait.Go(func() {
			for p := range pieces {
				machines[i].piece(p)
			}
		})
	}
	files := make([]File, len(inputs))
	for n, in := range inputs {
		files[n] = split(in, n, pieces, o)
	}
	close(pieces)
	wait.Wait()
	for _, m := range machines {
		m.forget()
	}
	for _, m := range machines[1:] {
		machines[0].merge(m)
	}
	return machines[0].result(files, subjects)
}

type piece struct {
	ndjson.Piece
	name string
	nth  int
}

func (m *machine) piece(p piece) {
	p.Lines(func(line []byte, number int) bool {
		m.line(line, Place{File: p.name, Line: number, nth: p.nth})
		return true
	})
	p.Free()
}

// split reads one log and hands its pieces out.
func split(in Input, n int, pieces chan<- piece, o Options) File {
	f := File{Name: in.Name}
	r, err := in.Open()
	if err != nil {
		f.Error = err.Error()
		return f
	}
	defer r.Close()
	stream, digest := counter{Reader: r, told: o.Progress}, sha256.New()
	if o.Explain > 0 || o.Observe > 0 {
		stream.sum = digest
	}
	sum, err := ndjson.Split(stream, o.MaxLines, func(p ndjson.Piece) bool {
		pieces <- piece{p, in.Name, n}
		return true
	})
	f.Bytes, f.Lines = sum.Bytes, sum.Lines
	if sum.TooLong > 0 {
		f.Failed = append(f.Failed, Failure{tooLong, sum.TooLong, sum.First})
	}
	if err != nil {
		f.Error = fmt.Sprintf("read up to line %d: %v", sum.Lines, err)
	}
	if stream.sum == nil || f.Error != "" {
		return f
	}
	if _, err := io.Copy(io.Discard, stream); err != nil { // what stands behind the last line that was asked for
		f.Error = err.Error()
		return f
	}
	f.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return f
}

// counter tells how much was read of a stream, packed or not, and digests it.
type counter struct {
	io.Reader
	told func(int64)
	sum  io.Writer // nil where nobody asks
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	if c.told != nil {
		c.told(int64(n))
	}
	return n, err
}

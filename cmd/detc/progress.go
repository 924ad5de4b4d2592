package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// A progress line on a terminal: how much of the input was read. On anything else it is nothing.
type progress struct {
	to          io.Writer // nil where nobody looks
	read, size  int64
	told, every int64
}

func (a *app) progress(size int64) *progress {
	p := &progress{size: size, every: 16 << 20}
	if f, ok := fileOf(a.err); ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd())) {
		p.to = a.err
	}
	return p
}

// add is told that n more bytes were read.
func (p *progress) add(n int64) {
	p.read += n
	if p.to == nil || p.read-p.told < p.every {
		return
	}
	p.told = p.read
	if p.size > 0 {
		fmt.Fprintf(p.to, "\r%3d %% of %.1f GB", min(100, 100*p.read/p.size), float64(p.size)/1e9)
		return
	}
	fmt.Fprintf(p.to, "\r%.1f GB", float64(p.read)/1e9)
}

// done takes the line away.
func (p *progress) done() {
	if p.told > 0 {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

package backtest

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"detc/compiler/bind"
	"detc/compiler/ndjson"
)

// A Hit is what the tests see of a hit.
type Hit struct {
	Rule, Source string
	Must         bool
	Texts        map[string][]string
}

// PerLine makes of a worker a function that tells the hits of one line.
func PerLine(p *Plan) func(line []byte) []Hit {
	w := newWorker(p)
	return func(line []byte) []Hit {
		b := w.piece(piece{ndjson.Piece{Data: line, Line: 1}, 0, 0})
		var out []Hit
		for _, h := range b.hits {
			x := Hit{h.rule.Name, w.on[h.source].ID, h.must, map[string][]string{}}
			for i, f := range h.rule.fields {
				x.Texts[f] = h.texts[i]
			}
			out = append(out, x)
		}
		return out
	}
}

// Worker is one whose hits go nowhere, for the benchmarks.
func Worker(p *Plan) func(data []byte) (records, hits int) {
	w := newWorker(p)
	return func(data []byte) (int, int) {
		b := w.piece(piece{ndjson.Piece{Data: data, Line: 1}, 0, 0})
		return int(b.records), len(b.hits)
	}
}

type Plan = plan

var NewPlan = newPlan

// Alerts counts alerts of hits given as key and seconds, with room for so many.
func Alerts(window time.Duration, room int, hits [][2]int64) (int64, bool) {
	a := newAlerts(window, 1)
	a.most = room
	for _, h := range hits {
		a.hit(uint64(h[0]), moment{h[1] * 1e9, true})
	}
	return a.count()
}

// TopOf counts texts.
func TopOf(texts []string, n int) ([]TopValue, bool) {
	t := newTop()
	for _, x := range texts {
		t.add([]string{x})
	}
	return t.most(n)
}

var (
	BudgetOf = budgetOf
	OfDay    = func(ns int64) int64 { return moment{ns, true}.day() }
)

// Sources are those of a plan.
func (p *plan) Sources() []*bind.Source { return p.sources }

// Sum is a record's digest.
func Sum(line string) string {
	sum := sha256.Sum256([]byte(line))
	return hex.EncodeToString(sum[:])
}

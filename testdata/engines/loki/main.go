// Command loki runs LogQL for the tests of the backends by Loki's own parser, pipeline and engine, without a server: a line
// of JSON in, a line out. {"query": …, "stream": {…}, "lines": [{"at": …, "line": …}]} gives {"rows": […]}, the numbers of the
// lines that a log query leaves; {"metric": …, "streams": [{"labels": …, "lines": …}], "times": […]} gives {"vectors": […]}, what
// a metric query has at each moment; {"rules": …} is a file of the ruler, which is read. {"error": …} says no.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/prometheus/prometheus/model/labels"
)

type line struct {
	At   int64  `json:"at"`
	Line string `json:"line"`
}

type request struct {
	Query   string            `json:"query"`
	Stream  map[string]string `json:"stream"`
	Lines   []line            `json:"lines"`
	Metric  string            `json:"metric"`
	Streams []stream          `json:"streams"`
	Times   []int64           `json:"times"`
	Rules   string            `json:"rules"`
}

type answer struct {
	Rows    []int      `json:"rows"`
	Vectors [][]sample `json:"vectors,omitempty"`
	Said    string     `json:"said,omitempty"` // the query as Loki prints it
	Error   string     `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		var r request
		var a answer
		err := json.Unmarshal(in.Bytes(), &r)
		if err == nil {
			a, err = r.answer()
		}
		if err != nil {
			a.Error = err.Error()
		}
		b, err := json.Marshal(a)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(b, '\n'))
		out.Flush()
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (r *request) answer() (answer, error) {
	switch {
	case r.Rules != "":
		return answer{}, checkRules(r.Rules)
	case r.Metric != "":
		return r.measure()
	}
	return r.run()
}

// run gives the lines to a log query's pipeline, where its selector takes the stream.
func (r *request) run() (answer, error) {
	e, err := syntax.ParseLogSelector(r.Query, true)
	if err != nil {
		return answer{}, err
	}
	a := answer{Rows: []int{}, Said: e.String()}
	stream := labels.FromMap(r.Stream)
	for _, m := range e.Matchers() {
		if !m.Matches(stream.Get(m.Name)) {
			return a, nil
		}
	}
	p, err := e.Pipeline()
	if err != nil {
		return answer{}, err
	}
	s := p.ForStream(stream)
	for i, l := range r.Lines {
		_, res, ok := s.ProcessString(l.At, l.Line, labels.EmptyLabels())
		if !ok {
			continue
		}
		if said := res.Labels().Get("__error__"); said != "" {
			return a, fmt.Errorf("line %d is left with the error %s", i, said)
		}
		a.Rows = append(a.Rows, i)
	}
	return a, nil
}

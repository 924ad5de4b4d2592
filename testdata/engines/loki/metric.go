package main

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/dskit/user"
	"github.com/grafana/loki/v3/pkg/logproto"
	"github.com/grafana/loki/v3/pkg/logql"
	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

type stream struct {
	Labels map[string]string `json:"labels"`
	Lines  []line            `json:"lines"`
}

type sample struct {
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

// measure reads a metric query, and runs it over the streams at each moment, as the ruler does.
func (r *request) measure() (answer, error) {
	e, err := syntax.ParseSampleExpr(r.Metric)
	if err != nil {
		return answer{}, err
	}
	if _, err := e.Extractors(); err != nil {
		return answer{}, err
	}
	a := answer{Said: e.String()}
	var streams []logproto.Stream
	for _, s := range r.Streams {
		out := logproto.Stream{Labels: labels.FromMap(s.Labels).String()}
		for _, l := range s.Lines {
			out.Entries = append(out.Entries, logproto.Entry{Timestamp: time.Unix(0, l.At), Line: l.Line})
		}
		streams = append(streams, out)
	}
	engine := logql.NewEngine(logql.EngineOpts{}, logql.NewMockQuerier(0, streams), logql.NoLimits, nil)
	for _, at := range r.Times {
		t := time.Unix(0, at)
		p, err := logql.NewLiteralParams(r.Metric, t, t, 0, 0, logproto.FORWARD, 0, nil, nil)
		if err != nil {
			return answer{}, err
		}
		res, err := engine.Query(p).Exec(user.InjectOrgID(context.Background(), "test"))
		if err != nil {
			return answer{}, err
		}
		v, ok := res.Data.(promql.Vector)
		if !ok {
			return answer{}, fmt.Errorf("a %T, not a vector", res.Data)
		}
		found := []sample{}
		for _, s := range v {
			found = append(found, sample{s.Metric.Map(), s.F})
		}
		a.Vectors = append(a.Vectors, found)
	}
	return a, nil
}

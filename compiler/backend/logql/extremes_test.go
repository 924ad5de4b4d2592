package logql_test

import (
	"testing"
	"time"

	"detc/compiler/backend/backendtest"
)

// TestLokiTakesNoOrders runs rules whose literals are syntax of LogQL, or have a NUL or a million bytes: each is refused, or
// finds what eval means.
func TestLokiTakesNoOrders(t *testing.T) {
	eng := start(t)
	began, n := time.Now(), &tally{}
	cases, events := backendtest.Extremes("logs")
	for i, c := range cases {
		n.hold(t, eng, c.Rule, events[i])
	}
	n.log(t, began)
	if n.pairs < 1000 {
		t.Error("too little was held")
	}
}

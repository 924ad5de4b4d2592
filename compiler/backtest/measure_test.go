package backtest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/backtest"
	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

const plain = "ot-mode-leaves-run" // hits on each stop, with no table to ask

func run(t testing.TB, o backtest.Options, with func(*backtest.Rule), inputs ...backtest.Input) *backtest.Report {
	t.Helper()
	w := library(t, "")
	var rules []backtest.Rule
	for _, r := range w.Measurable() {
		if r.Name == plain {
			r.Block = false
			if with != nil {
				with(&r)
			}
			rules = append(rules, r)
		}
	}
	r := backtest.Run(w.Sources, rules, inputs, o)
	if len(r.Rules) != 1 {
		t.Fatal("the library has no " + plain)
	}
	return r
}

func seconds(s int) string { return fmt.Sprintf("%d.5", 1760000000+s) }

func none(int) string { return "" }

func hourly(i int) string { return seconds(i * 3600) }

// The same hits, however they are split over files, in whatever order, packed or not.
func TestOrderAndPackingDontMatter(t *testing.T) {
	suppressed := func(r *backtest.Rule) { r.By, r.For, r.Budget = []string{"device_ip"}, 90*time.Minute, "20/day" }
	text := stops(24*20, hourly, none)
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	want := run(t, backtest.Options{}, suppressed, input("a", text)).Rules[0]
	if want.Hits != 480 || want.Alerts != 240 || want.Verdict != backtest.Within || math.Abs(want.Days-19.9583) > 0.001 {
		t.Fatalf("%d hits, %d alerts in %v days: %s, %s", want.Hits, want.Alerts, want.Days, want.Verdict, want.Why)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, strings.Join(lines[200:], ""))
	z.Close()
	got := run(t, backtest.Options{Jobs: 3}, suppressed, input("b", strings.Join(lines[:200], "")), input("c", packed.String())).Rules[0]
	if got.Hits != want.Hits || got.Alerts != want.Alerts || got.Days != want.Days || len(got.Approximate) > 0 {
		t.Errorf("%d hits, %d alerts in %v days, %q", got.Hits, got.Alerts, got.Days, got.Approximate)
	}
}

func TestVerdicts(t *testing.T) {
	budget := func(text string) func(*backtest.Rule) {
		return func(r *backtest.Rule) { r.Budget, r.By, r.For = text, nil, 0 }
	}
	quiet := strings.ReplaceAll(stops(24*20, hourly, none), "PLC Stop", "Setup communication")
	for _, c := range []struct {
		name, verdict, why string
		options            backtest.Options
		with               func(*backtest.Rule)
		input              backtest.Input
	}{
		{"over", backtest.Over, "24.1 a day, and its budget is 23/day", backtest.Options{}, budget("23/day"), input("a", stops(24*20, hourly, none))},
		{"within", backtest.Within, "24.1 a day, and its budget is 25/day", backtest.Options{}, budget("25/day"), input("a", stops(24*20, hourly, none))},
		{"silent", backtest.Within, "no hit: below 0.15 a day (95 %)", backtest.Options{}, budget("2/day"), input("a", quiet)},
		{"silent, and not for long enough", backtest.Within, "no hit, though 20 days show no more than that it stays below 0.15 a day (95 %)", backtest.Options{}, budget("1/week"), input("a", quiet)},
		{"days given", backtest.Over, "48 a day, and its budget is 30/day", backtest.Options{Days: 10}, budget("30/day"), input("a", stops(24*20, hourly, none))},
		{"no records", backtest.Unknown, "there is no record of zeek.s7comm.mode", backtest.Options{}, budget("1/day"), input("a", `{"a":1}`+"\n")},
		{"no times", backtest.Unknown, "no record of its logs has a time that can be read, and --days was not given", backtest.Options{}, budget("1/day"), input("a", stops(3, func(int) string { return `"x"` }, none))},
		{"less than a day", backtest.Unknown, "its logs are of less than a day", backtest.Options{}, budget("9/day"), input("a", stops(3, hourly, none))},
		{"less than its week", backtest.Unknown, "its budget is for a week, and its logs are of 3.96 days only", backtest.Options{}, budget("9/week"), input("a", stops(96, hourly, none))},
		{"no budget", backtest.Unknown, "the rule has no budget", backtest.Options{}, budget(""), input("a", stops(24*20, hourly, none))},
		{"a file that breaks off", backtest.Unknown, "not all logs could be read to their end", backtest.Options{}, budget("25/day"), broken("a", stops(24*20, hourly, none))},
		{"over, in what was read of it", backtest.Over, "24.1 a day, and its budget is 2/day", backtest.Options{}, budget("2/day"), broken("a", stops(24*20, hourly, none))},
	} {
		r := run(t, c.options, c.with, c.input).Rules[0]
		if r.Verdict != c.verdict || !strings.HasPrefix(r.Why, c.why) {
			t.Errorf("%s: %s, %q", c.name, r.Verdict, r.Why)
		}
		if (r.Upper > 0) != strings.HasPrefix(c.name, "silent") {
			t.Errorf("%s: an upper bound of %v", c.name, r.Upper)
		}
	}
}

func broken(name, text string) backtest.Input {
	return backtest.Input{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(text), failing{})), nil
	}}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// What a site's filter leaves out is no hit, and is counted.
func TestFilters(t *testing.T) {
	leaveOut := func(r *backtest.Rule) {
		f := backtest.Filter{Name: "all", On: map[*bind.Source]ir.Expr{}}
		for _, b := range r.On {
			f.On[b.Source] = b.Where
		}
		r.Filters, r.Budget = []backtest.Filter{{Name: "none"}, f}, "1/day"
	}
	r := run(t, backtest.Options{}, leaveOut, input("a", stops(24*20, hourly, none))).Rules[0]
	if r.Hits != 0 || len(r.Filtered) != 1 || r.Filtered[0] != (backtest.FilterCount{Filter: "all", Hits: 480}) || r.Verdict != backtest.Within || r.Upper == 0 {
		t.Errorf("%d hits, %+v, %s %s", r.Hits, r.Filtered, r.Verdict, r.Why)
	}
}

// Days without any record are no days on which a rule was silent.
func TestGapsDontCount(t *testing.T) {
	text := stops(48, hourly, none) + stops(48, func(i int) string { return seconds(i*3600 + 30*86400) }, none)
	r := run(t, backtest.Options{}, nil, input("a", text))
	if r.GapCount != 1 || r.DaysWith < 4 || r.DaysWith > 6 || r.Days > 5 || int64(r.DaysWith)+r.GapDays != 32 && int64(r.DaysWith)+r.GapDays != 33 {
		t.Errorf("%v days, with records %d, gaps %+v of %d days", r.Days, r.DaysWith, r.Gaps, r.GapDays)
	}
}

func TestDaysBeforeTheEpoch(t *testing.T) {
	for ns, want := range map[int64]int64{0: 0, -1: -1, 86399999999999: 0, 86400000000000: 1, -86400000000000: -1, -86400000000001: -2, math.MinInt64: -106752, math.MaxInt64: 106751} {
		if got := backtest.OfDay(ns); got != want {
			t.Errorf("%d is of day %d, not %d", ns, got, want)
		}
	}
}

// Alerts are those of the plain way: in order of time, one for each key and window.
func TestAlerts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var hits [][2]int64
		for range rng.IntN(200) {
			hits = append(hits, [2]int64{rng.Int64N(4), rng.Int64N(1000)})
		}
		window := time.Duration(1+rng.IntN(100)) * time.Second
		want := plainly(hits, window)
		if got, exact := backtest.Alerts(window, 1<<20, hits); got != want || !exact {
			t.Fatalf("%d alerts, exact %t, not %d, in %s of %v", got, exact, want, window, hits)
		}
		// In order of time it is exact in little room as well.
		slices.SortStableFunc(hits, func(a, b [2]int64) int { return int(a[1] - b[1]) })
		if got, exact := backtest.Alerts(window, 16, hits); got != want || !exact {
			t.Fatalf("%d alerts, exact %t, not %d, in little room: %s of %v", got, exact, want, window, hits)
		}
	}
	if n, exact := backtest.Alerts(time.Second, 4, [][2]int64{{1, 100}, {1, 200}, {1, 300}, {1, 400}, {1, 5}, {1, 6}}); exact {
		t.Errorf("%d, and said to be exact", n)
	}
}

func plainly(hits [][2]int64, window time.Duration) (n int64) {
	hits = slices.Clone(hits)
	slices.SortFunc(hits, func(a, b [2]int64) int { return int(a[1] - b[1]) })
	last := map[int64]int64{}
	for _, h := range hits {
		at, ok := last[h[0]]
		if !ok || (h[1]-at)*int64(time.Second) >= int64(window) {
			last[h[0]] = h[1]
			n++
		}
	}
	return n
}

// The counts of the most frequent are at most too high, by no more than what is said.
func TestTop(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, kinds := range []int{3, 250, 5000} {
		want := map[string]int64{}
		var texts []string
		for range 40000 {
			x := fmt.Sprint(int(math.Abs(rng.NormFloat64()) * float64(kinds) / 3))
			texts = append(texts, x)
			want[x]++
		}
		got, more := backtest.TopOf(texts, 5)
		if more != (len(want) > 5) {
			t.Errorf("%d kinds: more is %t", len(want), more)
		}
		for _, v := range got {
			if n := want[v.Value]; v.Count < n || v.Count-v.Error > n || len(want) <= 256 && v.Error > 0 {
				t.Errorf("%d kinds: %s is counted %d, off by at most %d, and there were %d", len(want), v.Value, v.Count, v.Error, n)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	// Wilson's interval: 0 of 10, 8 of 10 and 81 of 263, as Newcombe lists it (Statistics in Medicine 17, 1998, table I).
	for _, c := range []struct {
		yes, all  int64
		low, high float64
	}{{0, 0, 0, 1}, {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		low, high := backtest.Wilson(c.yes, c.all)
		if math.Abs(low-c.low) > 0.0001 || math.Abs(high-c.high) > 0.0001 {
			t.Errorf("%d of %d: %.4f to %.4f", c.yes, c.all, low, high)
		}
	}
	if backtest.UpperBound(30) != 0.1 || backtest.UpperBound(0) != 0 {
		t.Error(backtest.UpperBound(30), backtest.UpperBound(0))
	}
	for text, want := range map[string]float64{"2/day": 2, "1/week": 1.0 / 7, "3/hour": 72} {
		if b, _ := backtest.BudgetOf(text); b == nil || math.Abs(b.PerDay-want) > 1e-6 {
			t.Errorf("%s: %+v", text, b)
		}
	}
}

// What no log should hold is counted, said, and stops nothing.
func TestHostileLogs(t *testing.T) {
	good := stops(1, hourly, none)
	bomb := func() (io.ReadCloser, error) { // 120 MiB of nothing, in some 100 KiB
		r, w := io.Pipe()
		go func() {
			z := gzip.NewWriter(w)
			io.WriteString(z, good)
			for range 120 {
				z.Write(make([]byte, 1<<20))
			}
			io.WriteString(z, "\n"+good)
			z.Close()
			w.Close()
		}()
		return r, nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, strings.Repeat(good, 1000))
	z.Close()
	cut := packed.String()[:packed.Len()-20]
	r := run(t, backtest.Options{Jobs: 2}, nil,
		backtest.Input{Name: "bomb", Open: bomb},
		input("cut", cut),
		input("year", stops(1, func(int) string { return `"9999-12-31T23:59:59Z"` }, none)+stops(1, func(int) string { return "9e300" }, none)+stops(1, func(int) string { return "-1e9" }, none)),
		input("utf8", stops(1, hourly, func(int) string { return ",\"note\":\"\xff\xfe\"" })),
		input("zip", "PK\x03\x04rest"),
		input("junk", "not json\n{\"a\":\n[]\n\n"+strings.Repeat("[", 20000)+"\n"),
	)
	by := map[string]backtest.InputReport{}
	for _, in := range r.Inputs {
		by[in.Name] = in
	}
	if b := by["bomb"]; b.Records != 2 || len(b.Failed) != 1 || !strings.Contains(b.Failed[0].Reason, "50 MiB") || b.Error != "" {
		t.Errorf("bomb: %+v", b)
	}
	if c := by["cut"]; c.Error == "" || c.Records == 0 || c.SHA256 != "" {
		t.Errorf("cut: %+v", c)
	}
	if y := by["year"]; y.Records != 3 || r.Timeless != 2 {
		t.Errorf("year: %+v, %d without a time", y, r.Timeless)
	}
	if u := by["utf8"]; u.Records != 1 || len(u.Odd) != 1 {
		t.Errorf("utf8: %+v", u)
	}
	if z := by["zip"]; !strings.Contains(z.Error, "it is zip") {
		t.Errorf("zip: %+v", z)
	}
	if j := by["junk"]; j.Records != 0 || len(j.Failed) != 4 {
		t.Errorf("junk: %+v", j)
	}
	if r.Complete {
		t.Error("it is said to be complete")
	}
	var l diag.List
	r.Findings(func(string) source.Span { return source.Span{} }, &l)
	if !slices.ContainsFunc(l, func(d *diag.Diagnostic) bool { return d.Code == diag.TimesApart }) {
		t.Error("nothing is said of the record of 1938")
	}
}

func TestLabels(t *testing.T) {
	text := stops(24*20, hourly, none)
	rules := library(t, "").Measurable()
	labelled := func(yaml string) (*backtest.Report, diag.List) {
		var l diag.List
		labels := backtest.ReadLabels(source.NewFile("labels.yaml", yaml), rules, &l)
		r := run(t, backtest.Options{Labels: labels}, func(r *backtest.Rule) { r.Budget = "20/day" }, input("a", text))
		labels.Unused(&l)
		return r, l
	}
	r, l := labelled("labels:\n  - {rule: " + plain + ", where: {src_ip: 10.20.9.77}, is: true_positive}\n")
	if x := r.Rules[0]; len(l) > 0 || x.Labelled == nil || x.Labelled.True != 480 || x.Labelled.Precision != 1 || x.Against != 0 || x.Verdict != backtest.Within {
		t.Errorf("%v, %+v, %s %s", l, x.Labelled, x.Verdict, x.Why)
	}
	first := strings.SplitN(text, "\n", 2)[0]
	r, l = labelled("labels:\n  - {rule: " + plain + ", record: " + backtest.Sum(first) + ", is: true_positive}\n" +
		"  - {rule: " + plain + ", where: {src_ip: 10.20.9.77}, is: false_positive}\n" +
		"  - {rule: " + plain + ", where: {src_ip: 1.1.1.1}, is: false_positive}\n" +
		"  - {rule: " + plain + ", where: {src_ip: 10.20.9.77}, is: true_positive}\n" +
		"  - {rule: ot-mode-leaves-rum, where: {src_ip: 10.20.9.77}, is: true_positive}\n" +
		"  - {rule: " + plain + ", is: true_positive}\n" +
		"  - {rule: " + plain + ", where: {scr_ip: x}, is: true_positive}\n")
	if x := r.Rules[0]; x.Labelled == nil || x.Labelled.True != 1 || x.Labelled.False != 479 || x.Against != 479 {
		t.Errorf("%+v, %d against", x.Labelled, x.Against)
	}
	var codes []string
	for _, d := range l {
		codes = append(codes, string(d.Code))
	}
	if got := strings.Join(codes, " "); got != "DT8304 DT8302 DT8303 DT8303 DT8305" {
		t.Errorf("%s", got)
	}
}

// A report fits its schema, and what was changed in it is not read.
func TestReadRefuses(t *testing.T) {
	r := run(t, backtest.Options{Site: "x"}, nil, input("a", stops(24*20, hourly, none)))
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(backtest.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("s.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err := compiled.Validate(doc); err != nil {
		t.Error(err)
	}
	if _, err := backtest.Read(data); err != nil {
		t.Error(err)
	}
	for _, e := range []struct{ old, new, want string }{
		{`"schema_version": 1`, `"schema_version": 2`, "version 2"},
		{`"schema_version": 1,`, ``, "no schema_version"},
		{`"hits": 480`, `"hits": 481`, "digest"},
		{`"alerts": 480`, `"alerts": 481`, "more alerts than hits"},
		{`"site": "x"`, `"sites": "x"`, "unknown field"},
		{`"verdict": "`, `"verdict": "not `, "no verdict"},
		{"}\n", "} {}", "after top-level value"},
	} {
		text := string(data)
		if i := strings.LastIndex(text, e.old); i >= 0 {
			text = text[:i] + e.new + text[i+len(e.old):]
		} else {
			t.Errorf("the report has no %s", e.old)
		}
		if _, err := backtest.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), e.want) {
			t.Errorf("%s: %v", e.new, err)
		}
	}
}

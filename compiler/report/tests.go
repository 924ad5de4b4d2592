package report

// A TestSuite is what came of one rule's test cases.
type TestSuite struct {
	Name  string // the rule
	File  string // where its cases stand
	Cases []TestCase
	// Filter says that the name is a filter's.
	Filter bool
	// Mutants is nil where they were not asked for.
	Mutants *MutantScore
}

// A TestCase is what came of one case.
type TestCase struct {
	Name     string
	Line     int // in the suite's file, from 1; 0 where it is not known
	Verdict  Verdict
	Message  string   // why it failed or was skipped, in one line
	Detail   string   // what helps to see why: a trace, of many lines
	Opinions []string // who judged it, and of what: "ir", "bound zeek.s7comm", "sigma-go zeek.s7comm"
}

// Verdict is how a case ended. The zero Verdict is Fail: what nobody judged didn't pass.
type Verdict uint8

const (
	Fail Verdict = iota
	Pass
	Skip
)

func (v Verdict) String() string { return [...]string{"fail", "pass", "skip"}[v] }

// tally counts verdicts.
type tally struct{ cases, pass, fail, skip int }

func count(suites ...TestSuite) tally {
	var t tally
	for _, s := range suites {
		for _, c := range s.Cases {
			t.cases++
			switch c.Verdict {
			case Pass:
				t.pass++
			case Skip:
				t.skip++
			default:
				t.fail++
			}
		}
	}
	return t
}

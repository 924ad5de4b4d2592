package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Errors     int              `xml:"errors,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
	SystemOut  string           `xml:"system-out,omitempty"`
}

type junitProperties struct {
	Property []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Class     string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Failure   *junitFailure `xml:"failure"`
	Skipped   *junitSkipped `xml:"skipped"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Detail  string `xml:",cdata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// JUnit writes test results as JUnit XML, as CI systems read it: a suite a rule, the reason on every failure and skip,
// who judged a case as its output. It holds no time and no host, so that the same results give the same bytes.
func JUnit(w io.Writer, suites []TestSuite) error {
	suites = slices.Clone(suites)
	for i := range suites {
		suites[i] = withMutants(suites[i])
	}
	t := count(suites...)
	doc := junitSuites{Name: "detc test", Tests: t.cases, Failures: t.fail, Skipped: t.skip}
	for _, s := range suites {
		t := count(s)
		out := junitSuite{Name: s.Name, File: s.File, Tests: t.cases, Failures: t.fail, Skipped: t.skip}
		for _, c := range s.Cases {
			j := junitCase{Name: c.Name, Class: s.Name, File: s.File, Line: c.Line}
			switch c.Verdict {
			case Pass:
			case Skip:
				j.Skipped = &junitSkipped{c.Message}
			default:
				j.Failure = &junitFailure{c.Message, "mismatch", strings.Join(detailLines(c), "\n")}
			}
			if len(c.Opinions) > 0 {
				j.SystemOut = "judged by " + strings.Join(c.Opinions, ", ")
			}
			out.Cases = append(out.Cases, j)
		}
		doc.Suites = append(doc.Suites, out)
	}
	return doc.write(w)
}

func (doc junitSuites) write(w io.Writer) error {
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(b)+"\n")
	return err
}

// withMutants adds the score of a rule's mutants as a case more, for readers that know of nothing but cases.
func withMutants(s TestSuite) TestSuite {
	m := s.Mutants
	if m == nil {
		return s
	}
	c := TestCase{Name: "mutants", Verdict: Pass, Message: fmt.Sprintf("%d of %d mutants killed", m.Killed, m.All-m.Equivalent)}
	if !m.Enough {
		c.Verdict = Fail
	}
	for _, v := range m.Survivors {
		c.Detail += fmt.Sprintf("%s:%d: %s: %s\n  %s\n", s.File, v.Line, v.Clause, v.Fault, v.Case)
	}
	s.Cases = append(slices.Clone(s.Cases), c)
	return s
}

package diag

import (
	"slices"
	"strings"
)

// A Code names a kind of finding for ever: it is never reused for another. Its meaning stands in the table below.
type Code string

// Info is what there is to say about a code: `detc explain`, the generated pages and the tests read it.
type Info struct {
	Code     Code
	Slug     string   // the name people use: unknown-field
	Severity Severity // unless a finding says otherwise
	Summary  string   // one sentence: what it finds
	Why      string   // what goes wrong if it stays
	In       Place    // what Bad and Good are a part of; a test compiles both
	Bad      string   // what has it
	Good     string   // the same, mended
}

// A Place says what an example is a part of, and so how it is compiled.
type Place string

const (
	InNone        Place = ""            // told in words: nothing that a file alone could show
	InCondition   Place = "condition"   // a condition over ot.mode_change
	InStub        Place = "stub"        // keys of a stub; a key without a value takes it away
	InCorrelation Place = "correlation" // keys of a stub that correlates plc-program and plc-stop
	InTelemetry   Place = "telemetry"   // keys of a telemetry schema
	InSource      Place = "source"      // keys of a source of a schema
	InContext     Place = "context"     // keys of a context table
	InItems       Place = "items"       // keys of items.yaml
	InBrief       Place = "brief"       // a tactic page
	InFilter      Place = "filter"      // keys of a filter
	InSigma       Place = "sigma"       // keys of a Sigma rule
)

// Info is the code's entry in the table. An unknown code gets an entry of its own name, as an error.
func (c Code) Info() Info {
	if i, ok := index[c]; ok {
		return i
	}
	return Info{Code: c, Slug: string(c), Severity: Error}
}

// Lookup finds a code by its id or slug, without regard to case.
func Lookup(name string) (Info, bool) {
	for _, i := range Codes() {
		if strings.EqualFold(string(i.Code), name) || strings.EqualFold(i.Slug, name) {
			return i, true
		}
	}
	return Info{}, false
}

// Codes is the whole table, in the order of the ids.
func Codes() []Info { return table }

// The first digit says which part of the work finds it:
// 0 files, 1 forms, 2 conditions, 3 stubs and ATT&CK, 4 telemetry and binding, 5 briefs, 6 Sigma, 7 tests and queries, 8 coverage, 9 checks.
var table = slices.Concat(fileCodes, formCodes, conditionCodes, attackCodes, stubCodes, correlationCodes, filterCodes, telemetryCodes, taxonomyCodes, contextCodes, storeCodes, briefCodes, sigmaCodes, sigmareadCodes, sigmalintCodes, sigmavalueCodes, sigmasetCodes, convertCodes, evidenceCodes, backendCodes, bundleCodes, coverageCodes, ledgerCodes, configCodes, visibilityCodes, backtestCodes, driftCodes, lintCodes, propertyCodes)

var index = func() map[Code]Info {
	m := make(map[Code]Info, len(table))
	for _, i := range table {
		m[i.Code] = i
	}
	return m
}()

package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
)

func TestRead(t *testing.T) {
	for _, tc := range []struct{ text, settings, findings string }{
		{"{}", "", ""},
		{"rules: rules\nfail_on: warning", "rules[rules] fail-on[warning]", ""},
		{"target: splunk", "target[splunk]", ""},
		{"target: [splunk, sentinel]\nstore: [a]", "target[splunk sentinel] store[a]", ""},
		{"rule: rules", "", "unknown-key"},
		{"fail_on: never", "", "bad-value"},
		{"coverage: {devices: 90}", "", "bad-threshold devices is 90; it is over 0 and up to 1"},
		{"coverage: {evidence_days: 0}", "", "bad-threshold evidence_days is 0"},
		{"coverage: {devices: 0.5, backtest_days: 30}", "", ""},
		{"[1, 2]", "", "wrong-type"},
	} {
		var l diag.List
		f := Read(source.NewFile(File, tc.text), &l)
		var settings []string
		if f != nil {
			for _, s := range f.Settings() {
				var values []string
				for _, v := range s.Values {
					values = append(values, v.Value)
				}
				settings = append(settings, fmt.Sprintf("%s%v", s.Flag, values))
				if !slices.Contains(f.Names(), s.Flag) {
					t.Errorf("%s is not among the names", s.Flag)
				}
			}
		}
		var found []string
		for _, d := range l {
			found = append(found, d.Code.Info().Slug+" "+d.Message)
		}
		if got := strings.Join(settings, " "); got != tc.settings && tc.findings == "" {
			t.Errorf("%q: %s, want %s", tc.text, got, tc.settings)
		}
		if got := strings.Join(found, "\n"); !strings.HasPrefix(got, tc.findings) || tc.findings == "" && got != "" {
			t.Errorf("%q: %s, want %s", tc.text, got, tc.findings)
		}
	}
}

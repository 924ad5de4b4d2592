package visibility

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// An administration as DeTT&CT's sample files have it, in the words of this test.
const administration = `version: 1.1
file_type: data-source-administration
name: 'A plant: its sources'
domain: ics-attack
systems:
  - applicable_to: Stations
    platform: [Windows]
  - applicable_to: HMIs
    platform: [Windows, Linux]
data_sources:
  - data_source_name: Process Creation
    data_source:
      - applicable_to: [Stations, HMIs]
        date_registered: 2022-01-07T00:00:00.000Z
        date_connected: 2022-02-07T00:00:00.000Z
        products: [Sysmon, Acme EDR]
        available_for_data_analytics: true
        data_quality: {device_completeness: 4, data_field_completeness: 5, timeliness: 1, consistency: 1, retention: 9}
  - data_source_name: Network Traffic Content
    data_source:
      - applicable_to: [all]
        date_registered: 2022-01-07
        products: [Zeek]
        available_for_data_analytics: false
  - data_source_name: Drone Telemetry
`

func dettectRows(v *Visible) string {
	var out []string
	for _, r := range v.Rows {
		out = append(out, fmt.Sprintf("%s %s %s %s %s %s %s %s", r.Source, r.Scope, r.Logged, r.Forwarded, r.Parsed, r.Devices, r.Complete, r.Since))
	}
	return strings.Join(out, "\n")
}

func TestDettect(t *testing.T) {
	var l diag.List
	o := DettectOptions{AsOf: "2026-11-20", By: "security monitoring", Today: today, Scopes: map[string][]string{"stations": {"engineering_station"}}}
	v := ReadDettect(source.NewFile("d.yaml", administration), testKnown, o, &l)
	const want = `linux.sysmon hmi yes yes yes 760/1000 1000/1000 2022-02-07
windows.sysmon hmi yes yes yes 760/1000 1000/1000 2022-02-07
windows.sysmon engineering_station yes yes yes 760/1000 1000/1000 2022-02-07`
	if got := dettectRows(v); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	const found = `DT8222 "9" a score is a whole number from 0 to 5
DT8221 "[Sysmon, Acme EDR]" no source of ot.process_creation is of the product "Acme EDR"
DT8221 "Network Traffic Content" Network Traffic Content is registered and not connected: whether anything writes it is not said
DT8221 "Drone Telemetry" no telemetry here is of the data component "Drone Telemetry"`
	if told(l) != found {
		t.Errorf("got\n%s\nwant\n%s", told(l), found)
	}
	// What is written is read as visibility.yaml, and says no more than a range's lower end.
	l = nil
	again := Read(source.NewFile("v.yaml", string(v.YAML())), nil, testKnown, today, &l)
	if len(l) > 0 || dettectRows(again) != want {
		t.Errorf("%s\n%s\n%s", told(l), dettectRows(again), v.YAML())
	}
}

func TestDettectMapped(t *testing.T) {
	var l diag.List
	o := DettectOptions{AsOf: "2026-11-20", By: "b", Today: today, Sources: map[string][]string{"ACME edr": {"windows.sysmon"}},
		Scopes: map[string][]string{"Stations": {"hmi"}, "HMIs": {"hmi"}}}
	text := strings.Replace(strings.Replace(administration, "[Sysmon, Acme EDR]", "Acme EDR", 1), "retention: 9", "retention: 0", 1)
	text = text[:strings.Index(text, "  - data_source_name: Network")]
	v := ReadDettect(source.NewFile("d.yaml", text), testKnown, o, &l)
	if got := dettectRows(v); len(l) > 0 || got != "windows.sysmon hmi yes yes yes 760/1000 1000/1000 2022-02-07" {
		t.Errorf("%s\n%s", told(l), got)
	}
}

func TestDettectFindings(t *testing.T) {
	for text, want := range map[string]string{
		"file_type: technique-administration": `DT8220 "technique-administration" this is no data-source administration of DeTT&CT`,
		"a: b":                                `DT8220 "a: b" this is no data-source administration of DeTT&CT`,
		"[]":                                  `DT8220 "[]" this is no data-source administration of DeTT&CT`,
		"{file_type: data-source-administration, domain: enterprise-attack}":                                                                                                  `DT8220 "enterprise-attack" the domain enterprise-attack has no briefs here`,
		"{file_type: data-source-administration, domain: ics-attack}":                                                                                                         `DT8220 "{file_type: data-source-administration, domain: ics-attack}" it has no list of data_sources`,
		"{file_type: data-source-administration, data_sources: [x]}":                                                                                                          `DT8220 "x" a data source without data_source_name`,
		"{file_type: data-source-administration, data_sources: [{data_source_name: Process Creation, applicable_to: [Boats], products: [a]}]}":                                `DT8221 "[Boats]" the system "Boats" is no scope here`,
		"{file_type: data-source-administration, data_sources: [{data_source_name: Process Creation, applicable_to: [HMI], products: [], date_connected: 2026-01-01}]}":       `DT8221 "Process Creation" Process Creation names no product`,
		"{file_type: data-source-administration, data_sources: [{data_source_name: Process Creation, applicable_to: [HMI], products: [Sysmon], date_connected: soon}]}":       `DT8222 "soon" "soon" is no day` + "\n" + `DT8221 "Process Creation" Process Creation is not connected: whether anything writes it is not said`,
		"{file_type: data-source-administration, data_sources: [{data_source_name: Process Creation, applicable_to: [HMI], products: [Sysmon], date_connected: 2027-01-01}]}": `DT8205 "2027-01-01" the day lies in the future: today is 2026-11-22` + "\n" + `DT8221 "Process Creation" Process Creation is not connected: whether anything writes it is not said`,
	} {
		var l diag.List
		ReadDettect(source.NewFile("d", text), testKnown, DettectOptions{Today: today}, &l)
		if told(l) != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, told(l), want)
		}
	}
}

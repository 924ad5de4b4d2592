package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend/targets"
	"detc/compiler/bundle"
	"detc/compiler/source"
	"detc/compiler/workspace"
)

// siteDay is the day on which testdata/site is as its files say, as SOURCE_DATE_EPOCH: 22 November 2026.
const siteDay = "1795305600"

// arriving are the sources that arrive at the site and are read there, as its visibility.yaml says. Its back-test is of
// their records, and its target has the rules that need no others.
var arriving = []string{"zeek.s7comm.mode", "windows.sysmon", "intune.devices"}

// timeName is where a source's records say when.
var timeName = map[string]string{"zeek.s7comm.mode": "ts", "windows.sysmon": "TimeCreated", "intune.devices": "time"}

// firstDay and siteDays are the days of the site's logs.
var firstDay = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)

const siteDays = 21

// nightly is the rule that a script of the plant's own sets off every night, which nobody wrote down.
const nightly = "ot-engineering-script-from-command-line"

// everyday is what goes on in the plant day by day: a station starts programs, and starts and stops a controller; phones
// report.
var everyday = map[string][]map[string]any{
	"zeek.s7comm.mode": {
		{"_path": "s7comm", "uid": "C7", "id.orig_h": "10.20.9.10", "id.resp_h": "10.20.1.5", "is_orig": true, "function_name": "PLC Stop"},
		{"_path": "s7comm", "uid": "C8", "id.orig_h": "10.20.9.10", "id.resp_h": "10.20.1.5", "is_orig": true, "function_name": "PLC Control", "subfunction_name": "PLC Start / Stop"},
		{"_path": "s7comm", "uid": "C9", "id.orig_h": "10.20.9.11", "id.resp_h": "10.20.1.6", "is_orig": true, "function_name": "PLC Control", "subfunction_name": "PLC Start / Stop"},
	},
	"windows.sysmon": {
		{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Computer": "EWS-01", "User": `PLANT\maintenance`, "Image": `C:\Windows\explorer.exe`, "CommandLine": `C:\Windows\Explorer.EXE`, "ParentImage": `C:\Windows\System32\userinit.exe`},
		{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Computer": "EWS-02", "User": `PLANT\maintenance`, "Image": `C:\Windows\System32\svchost.exe`, "CommandLine": `svchost.exe -k netsvcs`, "ParentImage": `C:\Windows\System32\services.exe`},
	},
	"intune.devices": {
		{"category": "Devices", "operationName": "Devices", "properties": map[string]any{"DeviceId": "d-1002", "OS": "iOS", "CompliantState": "Compliant", "Ownership": "Corporate", "JailBroken": "False"}},
	},
}

// jsonOf is a node of a stub as the JSON that it stands for.
func jsonOf(n *source.Node) any {
	switch {
	case n.Kind == source.Mapping:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key.Text.Value] = jsonOf(p.Value)
		}
		return out
	case n.Kind == source.Sequence:
		out := []any{}
		for _, i := range n.Items {
			out = append(out, jsonOf(i))
		}
		return out
	case n.Type == source.String:
		return n.Text.Value
	}
	var v any
	if json.Unmarshal([]byte(n.Text.Value), &v) != nil {
		return n.Text.Value
	}
	return v
}

// siteLog is the site's log of a source: what goes on every day, each record of the library's cases that must not match
// on every day as well, and each of those that must on a single one; those of the nightly rule every day.
func siteLog(w *workspace.Workspace, src string) []byte {
	type entry struct {
		at  time.Time
		rec map[string]any
	}
	var all []entry
	daily := func(rec map[string]any, minute int) {
		for day := range siteDays {
			all = append(all, entry{firstDay.AddDate(0, 0, day).Add(time.Duration(minute) * time.Minute), rec})
		}
	}
	for k, rec := range everyday[src] {
		daily(rec, 7*k)
	}
	once, silent := 0, 0
	add := func(n *source.Node, rule string, match bool) {
		rec, ok := jsonOf(n).(map[string]any)
		if !ok {
			return
		}
		if !match || rule == nightly {
			silent++
			daily(rec, 60+7*silent)
			return
		}
		once++
		all = append(all, entry{firstDay.AddDate(0, 0, once*5%siteDays).Add(4*time.Hour + time.Duration(once)*time.Minute), rec})
	}
	for _, r := range w.Rules {
		for _, c := range r.Tests.Cases {
			if c.Source.Value == src && c.Raw != nil {
				add(c.Raw, r.Name.Value, c.Want.Value == "match")
			}
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.at.Compare(b.at) })
	var out bytes.Buffer
	for _, e := range all {
		rec := maps.Clone(e.rec)
		rec[timeName[src]] = e.at.Format(time.RFC3339)
		if src == "zeek.s7comm.mode" {
			rec["ts"] = e.at.Unix()
		}
		line, err := json.Marshal(rec)
		if err != nil {
			panic(err) // texts and numbers always encode
		}
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

// madeFiles are the files of testdata/site that are made: its back-test, and the bundle that runs on its target.
func madeFiles(t *testing.T) map[string][]byte {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", siteDay)
	site, err := filepath.Abs(testSite)
	if err != nil {
		t.Fatal(err)
	}
	target, ok := targets.Get("clickhouse")
	if !ok {
		t.Fatal("there is no target clickhouse")
	}
	exports := []workspace.Export{{Target: target, Stores: targets.Of("clickhouse").Stores}}
	a := &app{err: io.Discard, told: map[string]bool{}, site: site}
	w, err := a.openWith("", func(o *workspace.Options) { o.Exports = exports })
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"backtest.json":                   siteBacktest(t, w, site),
		"deployed/clickhouse/bundle.json": siteBundle(t, w, exports[0]),
	}
}

func siteBacktest(t *testing.T, w *workspace.Workspace, site string) []byte {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("logs", 0o777); err != nil {
		t.Fatal(err)
	}
	for _, src := range arriving {
		if err := os.WriteFile("logs/"+src+".ndjson", siteLog(w, src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"backtest", "--site", site, "--format", "json", "logs"}, &out, &errs); code == exitUsage || code == exitMachine {
		t.Fatalf("exits %d: %s", code, errs.String())
	}
	return out.Bytes()
}

// siteBundle is what a build writes, less the rules of logs that don't arrive: nobody imported those.
func siteBundle(t *testing.T, w *workspace.Workspace, x workspace.Export) []byte {
	t.Helper()
	imported := map[string]bool{}
	for _, r := range w.Rules {
		needs := slices.ContainsFunc(r.EmittedOn(), func(src string) bool { return slices.Contains(arriving, src) })
		for i := range r.Queries {
			imported[r.Queries[i].Name] = needs
		}
	}
	b := w.Bundle(x, nil)
	state, err := bundle.ReadState(b.Files[bundle.StateFile])
	if err != nil {
		t.Fatal(err)
	}
	state.Rules = slices.DeleteFunc(state.Rules, func(e bundle.Entry) bool { return !imported[e.Name] })
	if len(state.Rules) == 0 {
		t.Fatal("no rule is imported")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(state); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The site's files that are made are those that are made now: a rule that is changed is another one than runs at the
// site, and than was measured there, and that is to be seen.
func TestSiteFilesAreCurrent(t *testing.T) {
	root, err := filepath.Abs(testSite)
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for name, data := range madeFiles(t) {
		file := filepath.Join(root, filepath.FromSlash(name))
		if *update {
			if err := os.WriteFile(file, data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(kept, data) {
			t.Errorf("testdata/site/%s is not what is made now%s: go test ./cmd/detc -run TestSiteFilesAreCurrent -update", name, unread(err))
		}
		all += len(data)
	}
	if all > 400<<10 {
		t.Errorf("they are %d bytes together; at most 400 KiB", all)
	}
	t.Logf("%d bytes", all)
}

func unread(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf(" (%s)", strings.TrimSpace(err.Error()))
}

package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/property"
	"detc/compiler/workspace"
)

// held is the library with one stub more, and the findings of properties in it.
func held(t *testing.T, stub string) (*workspace.Workspace, string) {
	t.Helper()
	w := site(t, "2026-11-22", map[string]string{"s.yaml": stub}, nil)
	var out []string
	for _, d := range w.Findings {
		if d.Span.File == nil || d.Span.File.Name != "site/s.yaml" {
			continue
		}
		switch {
		case d.Code == diag.BareAct, d.Code == diag.BareEvent, d.Code == diag.SingleSignal:
			out = append(out, string(d.Code))
		case d.Severity == diag.Error && d.Code != diag.WiderOnSource:
			t.Errorf("%s %s", d.Code, d.Message)
		}
	}
	return w, strings.Join(out, " ")
}

func stubOf(tactic, telemetry, level, condition, alert string) string {
	return fmt.Sprintf("name: under-test\ntitle: Under test\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7aff\ntags: [%s]\nstatus: test\nlevel: %s\ntelemetry: %s\n"+
		"description: d\ncondition: |-\n  %s\nalert: %s\n", tactic, level, telemetry, condition, alert)
}

// What a mere install or launch satisfies is refused by its meaning, however it is written.
func TestNoBareEvent(t *testing.T) {
	const apps, events = "mobile.app_inventory", "mobile.os_event"
	for _, c := range []struct{ telemetry, condition, want string }{
		{apps, `action == "installed"`, "DT9302"},
		{apps, `action in ["installed", "updated"] && has(app_id)`, "DT9302"},
		{apps, `!(action != "installed") && (has(device_id) || ad_hoc)`, "DT9302"},
		{apps, `has(app_id)`, "DT9302"},
		{apps, `action == "installed" && !(installer in context.approved_installers)`, "DT9302"}, // a record without the field
		{apps, `action == "installed" && has(installer) && !(installer in context.approved_installers)`, ""},
		{apps, `action == "installed" && origin == "other"`, ""},
		{apps, `action == "installed" && app_id.startsWith("com.bad.")`, ""},
		{apps, `action == "flagged"`, ""},
		{events, `event == "app_process_start" && has(process)`, "DT9302"},
		{events, `event == "app_process_start" && seinfo.contains("shell")`, ""},
	} {
		if _, got := held(t, stubOf("TA0041", c.telemetry, "medium", c.condition, "{summary: s}")); got != c.want {
			t.Errorf("%s: %q, want %q", c.condition, got, c.want)
		}
	}
}

func TestSingleSignal(t *testing.T) {
	const odd = `action == "installed" && origin == "other"`
	for level, want := range map[string]string{"medium": "", "high": "DT9303", "critical": "DT9303"} {
		if _, got := held(t, stubOf("TA0041", "mobile.app_inventory", level, odd, "{summary: s}")); got != want {
			t.Errorf("%s: %q, want %q", level, got, want)
		}
	}
	correlation := "name: under-test\ntitle: Under test\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7aff\ntags: [TA0041]\nstatus: test\nlevel: high\ndescription: d\n" +
		"correlation: {type: %s, rules: [%s], group_by: [device_id], within: 5m, generate: true%s}\n"
	if _, got := held(t, fmt.Sprintf(correlation, "temporal", "mob-app-blocked, mob-app-odd-port", "")); got != "" {
		t.Errorf("two signals: %q", got)
	}
	if _, got := held(t, fmt.Sprintf(correlation, "event_count", "mob-app-blocked", ", condition: {gte: 3}")); got != "DT9303" {
		t.Errorf("one signal, often: %q", got)
	}
}

func TestBesideTheAct(t *testing.T) {
	uses := func(w *workspace.Workspace) string {
		for _, row := range w.Dimensions("TA0104") {
			if row.Rule == "under-test" {
				var out []string
				for i, u := range row.Uses {
					if u != property.Unused {
						out = append(out, property.Dimensions()[i].String()+":"+u.String())
					}
				}
				return strings.Join(out, " ")
			}
		}
		return "no row"
	}
	for _, c := range []struct{ condition, alert, uses, want string }{
		{`new_mode == "stop"`, "{summary: s}", "", "DT9301"},
		{`new_mode == "stop"`, `{summary: "by {src_ip}"}`, "source:shown", "DT9301"},
		{`new_mode == "stop" && has(src_ip)`, "{summary: s}", "", "DT9301"}, // that it is there is not to look at it
		{`new_mode == "stop"`, `{summary: "by {src_ip}", fields: [user]}`, "identity:shown source:shown", ""},
		{`new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`, "{summary: s}", "source:condition", ""},
		{`new_mode == "stop" && ts.getHours() == 3`, "{summary: s}", "timing:condition", ""},
		{`new_mode == "stop" && asset.criticality == "high"`, "{summary: s}", "criticality:condition", ""},
		{`new_mode == "stop" && !has(change.ticket)`, "{summary: s}", "change window:condition", ""},
		{`new_mode == "stop"`, "{summary: s, level_when: {critical: asset.safety}}", "criticality:level", ""},
	} {
		w, got := held(t, stubOf("TA0104", "ot.mode_change", "medium", c.condition, c.alert))
		if got != c.want || uses(w) != c.uses {
			t.Errorf("%s, %s: %q %q, want %q %q", c.condition, c.alert, got, uses(w), c.want, c.uses)
		}
	}
}

package bundle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"unicode/utf8"

	"detc/compiler/bundle"
	"detc/compiler/source"
)

// hostile are texts that end a value, start a line, a stanza or an expression somewhere.
var hostile = []string{
	"quote \" ' ` end", "line\n[stanza]\ndisabled = 1", "line\r\n[stanza]\r\nsearch = x", "back\\", "back\\\n[stanza]", "]", "}}", "{{ .X }}", "{{ $labels.x", "{{{{",
	"{", "{{- end -}}", "$src$ $token$", "%{HOME} %{", "\u202egnp.exe\u202c", "nul\x00nul", "[concat('a','b')]", "[[x]", "=cmd()|' /C calc'!A0", "#comment", "- item", "key: value",
	"a: b # c", "&anchor", "*alias", "!tag", "|", ">", "---\nx: y", "...", "yes", "~", "-- comment\nDROP TABLE x;", "*/", "'; DROP TABLE x; --", "\" }\nrule evil {", "\u2028line", "\u0085next",
	"<script>alert(1)</script>", "!{investigate{\"label\":\"x\"}}", "\ufeff", "\xff\xfe", " ", strings.Repeat("a", 20000), "{src_ip}{src_ip}", "{a{b}c}", "tab\there", "trailing \\ \\",
}

// A conf as Splunk reads it, by its own rules and none of ours: a backslash at the end of a line joins the next.
type read map[string]map[string]string

func readConf(t *testing.T, text string) read {
	t.Helper()
	out := read{}
	stanza := ""
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if s := strings.TrimSpace(line); s == "" || s[0] == '#' {
			continue
		} else if s[0] == '[' {
			stanza = strings.TrimSuffix(s[1:], "]")
			if out[stanza] != nil {
				t.Errorf("the stanza %q stands twice", stanza)
			}
			out[stanza] = map[string]string{}
			continue
		}
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = line[:len(line)-1] + "\n" + lines[i]
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok || out[stanza] == nil {
			t.Fatalf("line %d is no key: %q", i+1, line)
		}
		if _, twice := out[stanza][key]; twice {
			t.Errorf("%s: the key %q stands twice", stanza, key)
		}
		out[stanza][key] = strings.TrimSpace(value)
	}
	return out
}

// spoilt is an input whose prose is hostile throughout, and the same with plain words in its place.
func spoilt(target, text string) (hostile, plain bundle.Input) {
	fill := func(s string) bundle.Input {
		in := input(target)
		in.Site = s
		for i := range in.Rules {
			r := &in.Rules[i]
			r.Title, r.Description, r.Summary = s, s, s+"{src_ip}"+s
			r.LevelWhen, r.References, r.FalsePositives, r.Sources, r.Losses = []string{s}, []string{s}, []string{s}, []string{s}, []string{s}
			r.Tactic.Name, r.Tactic.ID, r.Techniques = s, "TA0104", []bundle.Attack{{ID: "T0858", Name: s}}
			r.Fidelity = "approximate"
		}
		return in
	}
	return fill(text), fill("plain")
}

func TestHostileProseInSplunk(t *testing.T) {
	for _, text := range hostile {
		in, other := spoilt("splunk", text)
		for _, file := range []string{"default/savedsearches.conf", "default/app.conf", "default/transforms.conf"} {
			got, want := readConf(t, string(bundle.Make(in).Files[file])), readConf(t, string(bundle.Make(other).Files[file]))
			if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
				t.Fatalf("%q makes stanzas %q", text, a)
			}
			for stanza := range want {
				for key, value := range want[stanza] {
					now, ok := got[stanza][key]
					switch {
					case !ok:
						t.Errorf("%q: %s lost the key %s", text, stanza, key)
					case key == "action.notable.param.rule_title" || key == "action.notable.param.rule_description":
						if n := strings.Count(now, "$"); key == "action.notable.param.rule_title" && n > 2*strings.Count(text+"{src_ip}"+text, "{") || strings.HasSuffix(key, "description") && n > 0 {
							t.Errorf("%q: tokens in %s = %q", text, key, now)
						}
					case key != "description" && key != "action.correlationsearch.label" && key != "label" && !strings.HasPrefix(key, "display.") && now != value:
						t.Errorf("%q: %s is %q, want %q", text, key, now, value)
					}
				}
				if len(got[stanza]) != len(want[stanza]) {
					t.Errorf("%q: %s has %d keys, want %d", text, stanza, len(got[stanza]), len(want[stanza]))
				}
			}
		}
	}
}

// What a query holds is read back to the letter, or the rule is refused.
func TestHostileQueryInSplunk(t *testing.T) {
	for _, text := range hostile {
		in := input("splunk")
		in.Rules = in.Rules[1:2]
		in.Rules[0].Query = "search x=\"" + text + "\"\n| where y=\"" + text + "\"" + text
		out := bundle.Make(in)
		search, ok := readConf(t, string(out.Files["default/savedsearches.conf"]))["detc - ot-stop.zeek.s7comm.mode"]["search"]
		if ok == out.Findings.HasErrors() {
			t.Errorf("%q: written %v\n%s", text, ok, findings(out.Findings))
		}
		if want := strings.TrimSpace(in.Rules[0].Query); ok && search != want {
			t.Errorf("%q is read as %q", want, search)
		}
	}
}

// jsonShape is a value with its keys and without its texts.
func jsonShape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, k+":"+jsonShape(v[k]))
		}
		return "{" + strings.Join(out, " ") + "}"
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, jsonShape(x))
		}
		return "[" + strings.Join(out, " ") + "]"
	}
	return fmt.Sprintf("%T", v)
}

func TestHostileProseInKibana(t *testing.T) {
	for _, text := range hostile {
		in, other := spoilt("lucene", text)
		in.Rules[1].Query = text + "x"
		out := bundle.Make(in)
		if strings.Contains(text, "\x00") || strings.Contains(text, "\xff") {
			if !out.Findings.HasErrors() {
				t.Errorf("%q: written", text)
			}
			in.Rules[1].Query = "x"
			out = bundle.Make(in)
		}
		got, want := bytes.Split(out.Files["rules.ndjson"], []byte("\n")), bytes.Split(bundle.Make(other).Files["rules.ndjson"], []byte("\n"))
		if len(got) != len(want) || len(got) != 6 {
			t.Fatalf("%q: %d lines, want %d", text, len(got), len(want))
		}
		for i := range got[:5] {
			var a, b map[string]any
			if err := json.Unmarshal(got[i], &a); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			_ = json.Unmarshal(want[i], &b)
			delete(a, "investigation_fields") // in which a brace of the summary may name one more
			delete(b, "investigation_fields")
			if jsonShape(a) != jsonShape(b) {
				t.Errorf("%q: %s\nwant %s", text, jsonShape(a), jsonShape(b))
			}
			if i == 0 && a["query"] != in.Rules[1].Query {
				t.Errorf("%q is read as %q", in.Rules[1].Query, a["query"])
			}
			if n, _ := a["note"].(string); strings.Contains(n, "!{") {
				t.Errorf("%q: a button in %q", text, n)
			}
		}
	}
}

// An expression of a template is a text between brackets that doesn't begin with two of them.
func expressions(v any, found *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			expressions(x, found)
		}
	case []any:
		for _, x := range v {
			expressions(x, found)
		}
	case string:
		if strings.HasPrefix(v, "[") && !strings.HasPrefix(v, "[[") && strings.HasSuffix(v, "]") {
			*found = append(*found, v)
		}
	}
}

var armNames = regexp.MustCompile(`^\[concat\(parameters\('workspace'\), '/Microsoft\.SecurityInsights/', '[0-9A-Za-z_-]+'\)\]$`)

func TestHostileProseInSentinel(t *testing.T) {
	for _, text := range hostile {
		in, other := spoilt("sentinel", text)
		in.Rules[1].Query = "T\n| where x == \"" + text + "\" // " + text
		refused := bundle.Make(in).Findings.HasErrors() // too long, or a NUL
		if refused != (len(text) > 10_000 || strings.ContainsAny(text, "\x00") || !utf8.ValidString(text)) {
			t.Errorf("%q: refused %v", text, refused)
		}
		if refused {
			in.Rules[1].Query = other.Rules[1].Query
		}
		in.Tables[0].Content = []byte(text)
		files := bundle.Make(in).Files
		var template any
		if err := json.Unmarshal(files["azuredeploy.json"], &template); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var found []string
		expressions(template, &found)
		if len(found) != 5 {
			t.Errorf("%q: %d expressions: %q", text, len(found), found)
		}
		for _, e := range found {
			if !armNames.MatchString(e) {
				t.Errorf("%q: the expression %s", text, e)
			}
		}
		got := readYAML(t, files["rules/ot-stop.zeek.s7comm.mode.yaml"])
		if want := readYAML(t, bundle.Make(other).Files["rules/ot-stop.zeek.s7comm.mode.yaml"]); got.keys() != want.keys() {
			t.Errorf("%q: the keys %s\nwant %s", text, got.keys(), want.keys())
		}
		want := "T\n| where coalesce(ingestion_time(), now()) > ago(5m)\n| where x == \"" + text + "\" // " + text + "\n| extend detc_device_ip = tostring(Raw.device.ip)"
		if q := got.at("query").Text.Value; !refused && q != want {
			t.Errorf("%q is read as %q", want, q)
		}
	}
}

type node struct{ *source.Node }

func readYAML(t *testing.T, text []byte) node {
	t.Helper()
	docs, err := source.ParseYAML(source.NewFile("x.yaml", string(text)))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%v: %d documents in\n%s", err, len(docs), text)
	}
	return node{docs[0]}
}

func (n node) at(key string) *source.Node {
	for _, p := range n.Pairs {
		if p.Key.Text.Value == key {
			return p.Value
		}
	}
	return &source.Node{}
}

// keys are the top keys, less those that prose decides on.
func (n node) keys() string {
	var out []string
	for _, p := range n.Pairs {
		if k := p.Key.Text.Value; k != "alertDetailsOverride" && k != "tactics" && k != "relevantTechniques" {
			out = append(out, k)
		}
	}
	return strings.Join(out, " ")
}

// Annotations and labels are templates to both rulers: what they render is what was written.
func TestHostileProseInRulers(t *testing.T) {
	for _, target := range []string{"logql", "logsql"} {
		for _, text := range hostile {
			in, _ := spoilt(target, text)
			rules := bundle.Make(in).Files["rules.yaml"]
			if bytes.Contains(rules, []byte("%{")) {
				t.Errorf("%s: %q leaves a placeholder of the environment", target, text)
			}
			root := readYAML(t, rules)
			n := 0
			for _, g := range root.at("groups").Items {
				for _, r := range (node{g}).at("rules").Items {
					n++
					for _, part := range []string{"labels", "annotations"} {
						for _, p := range (node{r}).at(part).Pairs {
							rendered(t, target+" "+p.Key.Text.Value, p.Value.Text.Value, text)
						}
					}
					got := (node{r}).at("annotations")
					if title := render(t, (node{got}).at("title").Text.Value); strings.ContainsAny(title, "\n\x00") || len(text) < 30 && utf8.ValidString(text) && !strings.ContainsAny(text, "\n\r\x00\u202e\u2028\u0085\ufeff\t") && title != strings.Join(strings.Fields(text), " ") {
						t.Errorf("%s: the title is %q, want %q", target, title, text)
					}
				}
			}
			if n != 3 {
				t.Errorf("%s: %q makes %d rules", target, text, n)
			}
		}
	}
}

func render(t *testing.T, text string) string {
	t.Helper()
	parsed, err := template.New("").Parse("{{ $labels := .Labels }}" + text)
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, map[string]any{"Labels": map[string]string{"src_ip": "10.0.0.1", "device_ip": "10.0.0.2"}}); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return out.String()
}

func rendered(t *testing.T, what, text, hostile string) {
	t.Helper()
	if got := render(t, text); strings.Contains(got, "<no value>") || strings.Contains(got, "<nil>") {
		t.Errorf("%s: %q renders as %q", what, hostile, got)
	}
}

var yaralLine = regexp.MustCompile(`^    [a-z_]+ = "(?:[^"\\\n]|\\[\\"nt])*"$`)

func TestHostileProseInSecOps(t *testing.T) {
	for _, text := range hostile {
		in, _ := spoilt("yaral", text)
		out := string(bundle.Make(in).Files["rules/ot_stop_zeek_s7comm_mode.yaral"])
		head, _, ok := strings.Cut(out, "\n\n")
		lines := strings.Split(head, "\n")
		if !ok || lines[0] != "rule ot_stop_zeek_s7comm_mode {" || lines[1] != "  meta:" || len(lines) != 12 && strings.TrimSpace(text) != "" {
			t.Fatalf("%q: %d lines:\n%s", text, len(lines), head)
		}
		for _, l := range lines[2:] {
			if !yaralLine.MatchString(l) {
				t.Errorf("%q: %s", text, l)
			}
		}
		if strings.Count(out, "\nrule ") != 0 || !strings.HasSuffix(out, "\n}\n") {
			t.Errorf("%q: another rule in\n%s", text, out)
		}
	}
}

func TestHostileProseInSQL(t *testing.T) {
	statement := regexp.MustCompile(`^(--.*|DROP VIEW IF EXISTS "[a-z0-9_]+";|CREATE VIEW "[a-z0-9_]+" AS|SELECT .*;|)$`)
	for _, text := range hostile {
		in, _ := spoilt("postgresql", text)
		in.Tables = nil
		for _, l := range strings.Split(string(bundle.Make(in).Files["install.sql"]), "\n") {
			if !statement.MatchString(l) || strings.ContainsAny(l, "\r\x00\u2028\u0085") {
				t.Errorf("%q: %q", text, l)
			}
		}
	}
}

func TestHostileNames(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z0-9_][a-z0-9_.-]*$`)
	for _, target := range targets {
		in := input(target)
		in.Tables = []bundle.Table{{Name: "x", Object: "x]\n[y", File: "../x.csv"}}
		in.Rules = nil
		for i, text := range append(slices.Clone(hostile), "../../etc/passwd", "Same Name", "same name", "same_name") {
			r := rules(target)[1]
			r.ID, r.Name = fmt.Sprintf("22222222-0000-5000-8000-%012d", i), text
			in.Rules = append(in.Rules, r)
		}
		out := bundle.Make(in)
		if len(out.State.Rules) != len(in.Rules) || len(out.State.Tables) != 0 {
			t.Errorf("%s: %d of %d rules", target, len(out.State.Rules), len(in.Rules))
		}
		seen := map[string]bool{}
		for _, e := range out.State.Rules {
			if !plain.MatchString(e.Key) || len(e.Key) > 90 || seen[e.Key] {
				t.Errorf("%s: the key %q", target, e.Key)
			}
			seen[e.Key] = true
		}
		for name := range out.Files {
			if strings.Contains(name, "..") || strings.Count(name, "/") > 1 || strings.HasPrefix(name, "/") {
				t.Errorf("%s: the file %q", target, name)
			}
		}
	}
}

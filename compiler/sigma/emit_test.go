package sigma

import (
	"strings"
	"testing"
	"unicode/utf8"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/source"
)

func stop() ir.Expr {
	return &ir.Eq{Field: ir.Field{Name: "action"}, Values: []ir.Value{ir.StringValue("stop")}}
}

// An emitted id is the stub's and the source's: the same from build to build, also after a source is renamed.
func TestRuleID(t *testing.T) {
	id := func(change func(*bind.Bound)) string {
		b := boundTo(stop())
		change(b)
		r, _ := Emit(b)
		if r == nil {
			return ""
		}
		return r.ID
	}
	first := id(func(*bind.Bound) {})
	if first != "560fdbd9-d974-516f-a0d9-e5cdde803ef8" {
		t.Errorf("the id changed: %s", first)
	}
	if got := id(func(b *bind.Bound) {
		b.Source.Formerly, b.Source.ID = []string{"zeek.s7comm", "zeek.s7"}, "corelight.s7comm"
	}); got != first {
		t.Errorf("a renamed source changes the id: %s", got)
	}
	if got := id(func(b *bind.Bound) { b.Source.ID = "zeek.dnp3" }); got == first {
		t.Error("two sources have one id")
	}
	if got := id(func(b *bind.Bound) { b.Rule.ID = "rule-1" }); got != "" {
		t.Errorf("an id was made of what is no UUID: %s", got)
	}
}

// What people write about a rule survives, whatever it is, and stays within the schema.
func TestHostileMeta(t *testing.T) {
	hostile := "a: b # c\n\u202e\x00'\"\\ %x% \U0001f600"
	b := boundTo(stop())
	m := &b.Rule.Meta
	m.Title, m.Description, m.Author, m.Status = hostile, hostile, hostile, "test"
	m.References = []string{hostile, hostile, "https://example.com/a?b=c#d"}
	m.FalsePositives = []string{hostile, "x", "-", "no", "No "}
	m.Techniques = []string{"T0858", "T1623.001", "T0858", "T1 x"}
	m.Items = []string{"TA0104/D1", "a, b]"}
	r, diags := Emit(b)
	if r == nil {
		t.Fatal(messages(diags))
	}
	if len(diags) != 3 {
		t.Errorf("findings: %q", messages(diags))
	}
	text := r.YAML()
	docs, err := source.ParseYAML(source.NewFile("t", string(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, key := range []string{"description", "author"} {
		if got := docs[0].Get(key).Text.Value; got != hostile {
			t.Errorf("%s: %q", key, got)
		}
	}
	if got := docs[0].Get("title").Text.Value; got != hostile+" (Zeek s7comm.log)" {
		t.Errorf("title: %q", got)
	}
	if got := docs[0].Get("tags"); len(got.Items) != 2 || got.Items[1].Text.Value != "attack.t1623.001" {
		t.Errorf("tags: %v", got.Items)
	}
	if err := schema(t).Validate(jsonOf(t, text)); err != nil {
		t.Error(err)
	}
}

// A title is cut before the source's, never in a character.
func TestTitle(t *testing.T) {
	for _, n := range []int{1, 236, 237, 238, 300, 1000} {
		b := boundTo(stop())
		b.Rule.Meta.Title = strings.Repeat("é", n)
		r, diags := Emit(b)
		if got := utf8.RuneCountInString(r.Title); got > 256 || !utf8.ValidString(r.Title) || !strings.HasSuffix(r.Title, " (Zeek s7comm.log)") {
			t.Errorf("%d: %d characters: %s", n, got, r.Title)
		}
		if cut := n+len(" (Zeek s7comm.log)") > 256; cut != (len(diags) == 1) {
			t.Errorf("%d: %q", n, messages(diags))
		}
	}
	b := boundTo(stop())
	b.Source.Title = strings.Repeat("x", 400)
	if r, _ := Emit(b); len(r.Title) > 256 {
		t.Errorf("%d characters", len(r.Title))
	}
}

// A selection's name is letters and underscores with digits at the end, and no two are the same.
func TestNames(t *testing.T) {
	n := names{}
	for _, test := range [][3]string{
		{"selection", "", "selection"}, {"selection", "leaves_run", "selection_leaves_run"}, {"selection", "id.orig_h", "selection_id_orig_h"},
		{"selection", "id.orig_h", "selection_id_orig_h_2"}, {"selection", "id.orig_h", "selection_id_orig_h_3"}, {"selection", "s7 stop", "selection_s_stop"},
		{"selection", "selection_img", "selection_img"}, {"filter_main", "filter_main_listed", "filter_main_listed"}, {"selection", "a1", "selection_a1"},
		{"selection", "a1", "selection_a_2"}, {"selection", "日本", "selection_2"}, {"selection", "123", "selection_3"}, {"selection", "-A--b-", "selection_a_b"},
	} {
		if got := n.take(test[0], test[1]); got != test[2] {
			t.Errorf("%s about %q: %s, not %s", test[0], test[1], got, test[2])
		}
	}
}

// A pattern is written only where it means exactly the group.
func TestPattern(t *testing.T) {
	for _, test := range []struct{ group, others, want string }{
		{"selection_a selection_b", "filter_main_c", "selection_*"},
		{"selection selection_b", "filter_main_c", "selection*"},
		{"selection_a selection_b", "selection_c", ""},
		{"selection_x_a selection_x_b", "selection_c", "selection_x_*"},
		{"selection_a selection_b", "selection", "selection_*"},
		{"filter_main_a filter_main_b", "selection", "filter_main_*"},
		{"selection keywords", "", ""}, {"selection", "", ""},
	} {
		var all []Selection
		for _, name := range strings.Fields(test.group + " " + test.others) {
			all = append(all, Selection{Name: name})
		}
		if got := pattern(strings.Fields(test.group), all); got != test.want {
			t.Errorf("%s beside %s: %q", test.group, test.others, got)
		}
	}
}

func BenchmarkEmit(b *testing.B) {
	bound := boundTo(benchmarkRule())
	for b.Loop() {
		r, _ := Emit(bound)
		r.YAML()
	}
}

func BenchmarkRead(b *testing.B) {
	bound := boundTo(benchmarkRule())
	r, _ := Emit(bound)
	text := string(r.YAML())
	field := Fields(bound.Where)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Read(source.NewFile("r.yml", text), field); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkRule() ir.Expr {
	const text = `kind = "command" & is_orig = true & leaves_run: (function in {"PLC Stop", "Program", "Download"} | path endswith {".exe", ".dll"}) & exists(id.orig_h) & !(listed: id.orig_h in context engineering_hosts/1) & !(host = "test-plc")`
	e, err := ir.Parse(source.NewFile("c.ir", text), goldenField)
	if err != nil {
		panic(err)
	}
	return ir.Normalize(e)
}

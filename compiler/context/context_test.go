package context_test

import (
	"strings"
	"testing"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

const good = "name: engineering_hosts\ntitle: t\ntype: list(ip)\nversion: 2\nowner: OT engineering\ndoc: |\n  what it means\n"

func TestRead(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"list(ip)", "list(string)", ""},
		{"list(ip)", "list(int)", "DT1005 type can't be \"list(int)\""},
		{"list(ip)", "ip", "DT1005 type can't be \"ip\""},
		{"version: 2", "version: 0", "DT1005 version can't be 0"},
		{"version: 2", "version: two", "DT1004 version takes a whole number, not text"},
		{"owner: OT engineering\n", "", "DT1003 a context table has no \"owner\""},
		{"name: e", "name: E", "DT1005 name can't be \"Engineering_hosts\""},
		{"title: t", "titel: t", "DT1001 a context table has no key \"titel\"; DT1003 a context table has no \"title\""},
	} {
		var l diag.List
		table := context.Read(source.NewFile("t.yaml", strings.Replace(good, c.old, c.new, 1)), &l)
		var lines []string
		for _, d := range l {
			lines = append(lines, string(d.Code)+" "+d.Message)
		}
		if got := strings.Join(lines, "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.new, got, c.want)
		}
		if c.want == "" && (table == nil || table.Version != 2 || table.Doc != "what it means" || table.Field().Type != map[bool]ir.Type{true: ir.IP, false: ir.String}[c.new == ""]) {
			t.Errorf("%s: %+v", c.new, table)
		}
	}
}

package backendtest

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// megabyte is the length of the longest literals, in bytes.
const megabyte = 1 << 20

// extremes are texts that end a value, or a query, or a text of C's, somewhere, and long ones.
func extremes() []string {
	return []string{
		"'; DROP TABLE rows; --", "' OR 1=1 --", `\' OR 1=1 --`, `" OR "" = "`, `") or true //`, `" or true //`, `\" or true //`, "` or true or `", "x') UNION SELECT 1 --", "*/ OR /*",
		"a\n| delete", "a\r\nb' OR '1'='1", `a" | stats count() as n | filter n:"`, "{{ . }} ${x} %{y}", "%'; --", "[a'b]", "a:* OR b", `/.*/ OR "`, "(?i)'", "$$; DROP TABLE rows; $$", "E'\\'",
		"\u202e' OR 1=1 --", "a\u2028b", "\u0085", "\ufeff", "\x00", "a\x00b", "a\x00' OR 1=1 --", "\x01\x7f", "😀'", `\u0027 OR 1=1`, `\x27`, "\\", `\\'`, `'''`, `"""`, "```", "{}", "%%", "--", "#", ";",
		strings.Repeat("x", megabyte), strings.Repeat(`'"`+"`\\", megabyte/4), strings.Repeat("%_*?", megabyte/4), strings.Repeat("\n", megabyte), strings.Repeat("k(", megabyte/2), strings.Repeat("\u202e", megabyte/3),
	}
}

// Extremes are rules over one column of text of a table whose literals are extreme, each with the events that it is held to: the
// literal, the literal within others, and texts that an injection would find. A target refuses a rule, or its query finds
// what eval means: an event {"user": "bystander"}, which no rule names, is among those of each.
func Extremes(table string) (out []Case, events [][]Event) {
	user := ir.Field{Name: "user"}
	columns := map[string]backend.Column{"user": {Name: "user", Nullable: true}}
	for _, text := range extremes() {
		found := []Event{{}}
		for _, s := range []string{text, "bystander", "x" + text, text + "x", "", "x", "'", "1"} {
			found = append(found, Event{"user": {ir.StringValue(s)}})
		}
		contains := &ir.Match{Field: user, Op: ir.Contains, Values: []string{text}}
		for _, e := range []ir.Expr{
			&ir.Eq{Field: user, Values: []ir.Value{ir.StringValue(text)}},
			&ir.Eq{Field: user, Values: []ir.Value{ir.StringValue("also"), ir.StringValue(text)}},
			&ir.And{Args: []ir.Expr{&ir.Exists{Field: user}, &ir.Not{Arg: &ir.Eq{Field: user, Values: []ir.Value{ir.StringValue(text)}}}}},
			contains, &ir.And{Args: []ir.Expr{&ir.Exists{Field: user}, &ir.Not{Arg: contains}}},
			&ir.Match{Field: user, Op: ir.Prefix, Values: []string{text}}, &ir.Match{Field: user, Op: ir.Suffix, Values: []string{text}},
			&ir.Match{Field: user, Op: ir.Glob, Values: []string{ir.PlainGlob(text) + "*"}},
		} {
			out = append(out, Case{&backend.Rule{Name: "rule", Table: table, Where: e, Fields: columns}})
			events = append(events, found)
		}
	}
	return out, events
}

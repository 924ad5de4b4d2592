package report

import (
	"regexp"
	"strings"
)

// markup escapes what GitHub's Markdown, or the HTML in it, would act on. A zero-width space after @ and # keeps them
// from calling a person or linking an issue, which a backslash or an entity does not.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `~`, `\~`, `|`, `\|`, `[`, `\[`, `]`, `\]`, `!`, `\!`, `$`, "&#36;",
	`<`, "&lt;", `>`, "&gt;", `&`, "&amp;",
	`@`, "@&#8203;", `#`, `\#&#8203;`, `://`, ":&#8203;//", `www.`, "www&#8203;.", `GH-`, "GH&#8203;-",
)

var listLike = regexp.MustCompile(`^(?:[-+=]|\d+[.)])`)

// escape makes a text that came from a file stand in Markdown as itself, on one line, in a table or out of one.
func escape(s string) string {
	s = clean(s)
	head := listLike.FindString(s)
	if head == "" {
		return markup.Replace(s)
	}
	cut := len(head) - 1
	return s[:cut] + `\` + s[cut:cut+1] + markup.Replace(s[cut+1:])
}

var codeLike = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// code sets a name in code style. A name that isn't one is shown as text.
func code(s string) string {
	if codeLike.MatchString(s) {
		return "`" + s + "`"
	}
	return escape(s)
}

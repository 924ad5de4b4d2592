package sigma

import "detc/compiler/source"

// quoted is a text as a quoted YAML scalar. Bytes that are no UTF-8 are refused before.
func quoted(s string) string { return source.Quoted(s) }

// plain is a text as a YAML scalar without quotes where every reader takes it for that text, else quoted.
func plain(s string, flow bool) string { return source.Plain(s, flow) }

// block is a text of lines as a literal block whose lines stand behind indent, or quoted where that can't hold it.
func block(s, indent string) string { return source.Block(s, indent) }

// bare is a UUID or a date as it is; anything else quoted.
func bare(s string) string {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' {
			return quoted(s)
		}
	}
	return s
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

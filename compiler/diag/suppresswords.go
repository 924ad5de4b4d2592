package diag

import (
	"errors"
	"strings"
	"time"
)

// split takes a comment's text apart at blanks. A double quote keeps blanks together up to the next; a backslash
// before a quote or a backslash takes it as it is. The quotes are gone in the words.
func split(text string) (words []string, err error) {
	var b strings.Builder
	quoted, some := false, false
	end := func() {
		if some {
			words = append(words, b.String())
		}
		b.Reset()
		some = false
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted, some = !quoted, true
		case quoted && c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case !quoted && (c == ' ' || c == '\t'):
			end()
		default:
			some = true
			b.WriteByte(c)
		}
	}
	if quoted {
		return nil, errors.New("has a quote that is not closed")
	}
	end()
	return words, nil
}

func date(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

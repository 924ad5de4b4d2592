package bind

import (
	"fmt"
	"strings"
)

// cefHeader names the fields of a CEF head as Microsoft's CommonSecurityLog and most parsers do (Micro Focus,
// "Implementing ArcSight Common Event Format", revision 25, "Header Information").
var cefHeader = []string{"Version", "DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity"}

// parseCEF reads a CEF record: seven fields parted by pipes, then key=value pairs parted by spaces. In the head \| and
// \\ are escapes; in the pairs \=, \\, \n and \r. What stands before "CEF:" is a syslog head and skipped. A pair can't
// stand in for a field of the head, and of two pairs with one key the last counts. It takes time in proportion to the
// record's length.
func parseCEF(line string) (Record, error) {
	rest, ok := cefHead(strings.TrimRight(line, "\r\n"))
	if !ok {
		return Record{}, fmt.Errorf("no \"CEF:\" with a version in the record")
	}
	head := make([]string, len(cefHeader))
	for i := range cefHeader {
		field, after, ok := cutUnescaped(rest, '|')
		if !ok && i < len(cefHeader)-1 {
			return Record{}, fmt.Errorf("the CEF head ends after %d of its %d fields", i, len(cefHeader))
		}
		head[i], rest = headEscapes.Replace(strings.TrimSpace(field)), after
	}
	values := map[string]any{}
	cefPairs(rest, func(key, value string) { values[key] = pairEscapes.Replace(strings.TrimSpace(value)) })
	for i, name := range cefHeader {
		values[name] = head[i]
	}
	return Record{values}, nil
}

// cefHead is what follows the first "CEF:" behind which a version stands.
func cefHead(line string) (rest string, ok bool) {
	for {
		if _, line, ok = strings.Cut(line, "CEF:"); !ok {
			return "", false
		}
		if line != "" && '0' <= line[0] && line[0] <= '9' {
			return line, true
		}
	}
}

// cutUnescaped cuts at the first separator that no backslash takes.
func cutUnescaped(s string, sep byte) (before, after string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// cefPairs splits the extension: a key is the word before an equals sign that no backslash takes, its value goes on to
// the next key, spaces and all. What can't be a key (an address in a value, with an equals sign that someone forgot to
// escape) is part of the value.
func cefPairs(s string, pair func(key, value string)) {
	key, start := "", 0
	word := 0 // where the word begins that may be a key; -1 in one that can't, since no space stands before it
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			word = i + 1
		case '\\':
			if i+1 < len(s) && (s[i+1] == '=' || s[i+1] == '\\') {
				i++
			}
		case '=':
			if word >= 0 && isCEFKey(s[word:i]) {
				if key != "" {
					pair(key, s[start:word])
				}
				key, start = s[word:i], i+1
			}
			word = -1
		}
	}
	if key != "" {
		pair(key, s[start:])
	}
}

// isCEFKey says that a word can be a key: letters, digits, and the signs that vendors' own keys have.
func isCEFKey(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("_.-[]", c) < 0 {
			return false
		}
	}
	return s != ""
}

var (
	headEscapes = strings.NewReplacer(`\\`, `\`, `\|`, `|`)
	pairEscapes = strings.NewReplacer(`\\`, `\`, `\=`, `=`, `\|`, `|`, `\n`, "\n", `\r`, "\r")
)

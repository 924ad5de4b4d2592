package bind

import (
	"fmt"
	"strings"
)

// cefHeader names the fields of a CEF head as Microsoft's CommonSecurityLog and most parsers do (Micro Focus,
// "Implementing ArcSight Common Event Format", revision 25, "Header Information").
var cefHeader = []string{"Version", "DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity"}

// parseCEF reads a CEF record: seven fields parted by pipes, then key=value pairs parted by spaces. In the head \| and
// \\ are escapes; in the pairs \=, \\, \n and \r. What stands before "CEF:" is a syslog head and skipped.
func parseCEF(line string) (Record, error) {
	_, rest, ok := strings.Cut(line, "CEF:")
	if !ok {
		return Record{}, fmt.Errorf("no \"CEF:\" in the record")
	}
	values := map[string]any{}
	for i, name := range cefHeader {
		field, after, ok := cutUnescaped(rest, '|')
		if !ok {
			return Record{}, fmt.Errorf("the CEF head ends after %d of its %d fields", i, len(cefHeader))
		}
		values[name] = unescape(strings.TrimSpace(field))
		rest = after
	}
	for key, value := range cefPairs(strings.TrimRight(rest, "\r\n")) {
		values[key] = unescape(value)
	}
	return Record{values}, nil
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

// cefPairs splits the extension: a key is the word before an unescaped equals sign, a value goes on to the next key.
func cefPairs(s string) map[string]string {
	pairs := map[string]string{}
	key, start := "", 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '=':
			word := strings.LastIndexByte(s[start:i], ' ') + 1 + start
			name := s[word:i]
			if name == "" || strings.ContainsAny(name, "|\"'<>(){}") || key != "" && word == start {
				continue // an equals sign that someone forgot to escape
			}
			if key != "" {
				pairs[key] = strings.TrimSpace(s[start:word])
			}
			key, start = name, i+1
		}
	}
	if key != "" {
		pairs[key] = strings.TrimSpace(s[start:])
	}
	return pairs
}

var cefEscapes = strings.NewReplacer(`\\`, `\`, `\|`, `|`, `\=`, `=`, `\n`, "\n", `\r`, "\r")

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return cefEscapes.Replace(s)
}

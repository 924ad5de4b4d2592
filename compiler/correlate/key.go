package correlate

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// maxKeys is how many groups, or values, one event with lists enters at most: a product of lists is soon larger than any
// record.
const maxKeys = 256

// appendKey adds one part of a key. A part alone is its own text; of several each goes after its length, so that no two
// keys are written alike.
func appendKey(key []byte, part string, alone bool) []byte {
	if !alone {
		key = binary.AppendUvarint(key, uint64(len(part)))
	}
	return append(key, part...)
}

// parts are the n parts of a key.
func parts(key string, n int) []string {
	if n == 1 {
		return []string{key}
	}
	out := make([]string, 0, n)
	for range n {
		size, used := binary.Uvarint([]byte(key[:min(len(key), binary.MaxVarintLen64)]))
		key = key[used:]
		out = append(out, key[:size])
		key = key[size:]
	}
	return out
}

// A lister writes the tuples of some fields' texts as keys.
type lister struct {
	texts [][]string
	at    []int
	key   []byte
	cut   bool // there were more than maxKeys, of which only those were taken
}

// each calls f with every tuple, the last field changing fastest, each once for each occurrence, and says whether there was one. The
// key is only good during the call.
func (l *lister) each(r Record, rule string, fields []string, f func(key []byte)) bool {
	l.texts, l.at, l.cut = l.texts[:0], l.at[:0], false
	for _, field := range fields {
		var texts []string
		if r != nil {
			texts = r.Values(rule, field)
		}
		if len(texts) == 0 {
			return false
		}
		l.texts, l.at = append(l.texts, texts), append(l.at, 0)
	}
	for n := 0; ; n++ {
		if n == maxKeys {
			l.cut = true
			return true
		}
		l.key = l.key[:0]
		for i, texts := range l.texts {
			l.key = appendKey(l.key, texts[l.at[i]], len(fields) == 1)
		}
		f(l.key)
		if !l.next() {
			return true
		}
	}
}

// next goes to the next tuple.
func (l *lister) next() bool {
	for i := len(l.at) - 1; i >= 0; i-- {
		if l.at[i]++; l.at[i] < len(l.texts[i]) {
			return true
		}
		l.at[i] = 0
	}
	return false
}

// number reads a decimal number; what is infinite, beyond largest or not a number is none.
func number(text string) (float64, bool) {
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x > largest || x < -largest {
		return 0, false
	}
	return x + 0, true // no negative zero
}

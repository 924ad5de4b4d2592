package witness

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxExample bounds the texts made of a regular expression, in bytes.
const maxExample = 4096

// regexExamples are up to n different texts that an RE2 expression finds something in, each made another way: other
// branches, other counts, other characters of a class.
func regexExamples(pattern string, n int) (out []string) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	for pick := range 2 * n {
		w := &regexWriter{pick: pick}
		w.write(tree)
		text := w.out.String()
		for _, s := range []string{text, " " + text + " ", "x" + text + "x", "\n" + text + "\n"} {
			if !re.MatchString(s) {
				continue
			}
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
			break
		}
		if len(out) >= n {
			break
		}
	}
	return out
}

// A regexWriter writes a text that an expression fits, if no assertion stands against it. pick tells the ways apart.
type regexWriter struct {
	pick, at int
	out      strings.Builder
}

// choose is a number below n: another for each pick, and for each place.
func (w *regexWriter) choose(n int) int {
	w.at++
	if w.pick == 0 || n <= 1 {
		return 0
	}
	return (w.pick + w.at - 1) % n
}

func (w *regexWriter) write(re *syntax.Regexp) {
	if w.out.Len() > maxExample {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 && w.choose(2) == 1 {
			text = swapCase(text)
		}
		w.out.WriteString(text)
	case syntax.OpCharClass:
		w.class(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.out.WriteRune([]rune{'x', 'é', ' '}[w.choose(3)])
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.choose(len(re.Sub))])
	case syntax.OpStar:
		w.times(re.Sub[0], w.choose(3))
	case syntax.OpPlus:
		w.times(re.Sub[0], 1+w.choose(2))
	case syntax.OpQuest:
		w.times(re.Sub[0], w.choose(2))
	case syntax.OpRepeat:
		more := 2
		if re.Max >= 0 {
			more = re.Max - re.Min
		}
		n := re.Min
		if w.choose(2) == 1 {
			n += more
		}
		w.times(re.Sub[0], n)
	}
}

func (w *regexWriter) times(re *syntax.Regexp, n int) {
	for range n {
		w.write(re)
	}
}

// class writes a character of a class: the first or last of one of its ranges, a printable one if there is one.
func (w *regexWriter) class(ranges []rune) {
	if len(ranges) == 0 {
		return
	}
	n := w.choose(len(ranges))
	lo, hi := ranges[n&^1], ranges[n|1]
	switch {
	case lo <= 'q' && 'q' <= hi:
		lo, hi = 'q', min(hi, 'z')
	case lo < ' ' && hi >= ' ':
		lo = ' '
	}
	if n&1 == 1 && hi < 0xd800 {
		lo = hi
	}
	w.out.WriteRune(lo)
}

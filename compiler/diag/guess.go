package diag

import "strings"

// Nearest is the known name closest to a mistyped one, or "" where none is close enough: at most a third of the
// letters may differ, counting a swap of neighbours as one (Damerau-Levenshtein distance, restricted).
func Nearest(name string, known []string) string {
	best, bound := "", max(1, len(name)/3)
	lower := strings.ToLower(name)
	if len(lower) > 64 {
		return ""
	}
	for _, k := range known {
		if k == name || len(k) > 64 {
			continue
		}
		d := distance(lower, strings.ToLower(k))
		if d <= bound && d < len(lower) && (best == "" || d < bound) {
			best, bound = k, d
		}
	}
	return best
}

func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

package brief

import "slices"

// alignSimilar pairs old with new in order so that the sum of their similarities is greatest; a pair below Threshold is
// none. like gives the similarity of old i and new j.
func alignSimilar(olds, news int, like func(i, j int) float64) [][2]int {
	sum := make([][]float64, olds+1)
	sims := make([][]float64, olds)
	for i := range sum {
		sum[i] = make([]float64, news+1)
	}
	for i := olds - 1; i >= 0; i-- {
		sims[i] = make([]float64, news)
		for j := news - 1; j >= 0; j-- {
			sims[i][j] = like(i, j)
			sum[i][j] = max(sum[i+1][j], sum[i][j+1])
			if s := sims[i][j]; s >= Threshold {
				sum[i][j] = max(sum[i][j], sum[i+1][j+1]+s)
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < olds && j < news; {
		switch s := sims[i][j]; {
		case s >= Threshold && sum[i][j] == sum[i+1][j+1]+s:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case sum[i][j] == sum[i+1][j]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// rising is the longest run of pairs, given by rising first members, whose second members rise too: those whose order
// was kept. What is left over has moved.
func rising(pairs [][2]int) [][2]int {
	best, from := make([]int, len(pairs)), make([]int, len(pairs))
	end := -1
	for i := range pairs {
		best[i], from[i] = 1, -1
		for j := range i {
			if pairs[j][1] < pairs[i][1] && best[j]+1 > best[i] {
				best[i], from[i] = best[j]+1, j
			}
		}
		if end < 0 || best[i] > best[end] {
			end = i
		}
	}
	var out [][2]int
	for ; end >= 0; end = from[end] {
		out = append(out, pairs[end])
	}
	slices.Reverse(out)
	return out
}

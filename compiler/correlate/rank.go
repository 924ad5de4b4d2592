package correlate

import (
	"math/big"
	"slices"
	"sort"
	"strconv"
)

// sorted holds numbers in order, in blocks of bounded length: to insert, to remove and to find the n-th take time in
// the order of the root of how many there are.
type sorted struct {
	blocks [][]float64
	n      int
}

const blockLength = 512

// block is the first block whose last number is x or more; the last block if none is.
func (s *sorted) block(x float64) int {
	i := sort.Search(len(s.blocks), func(i int) bool { b := s.blocks[i]; return b[len(b)-1] >= x })
	return min(i, len(s.blocks)-1)
}

func (s *sorted) insert(x float64) {
	s.n++
	if len(s.blocks) == 0 {
		s.blocks = [][]float64{{x}}
		return
	}
	i := s.block(x)
	b := s.blocks[i]
	at, _ := slices.BinarySearch(b, x)
	b = slices.Insert(b, at, x)
	s.blocks[i] = b
	if len(b) > blockLength {
		half := len(b) / 2
		s.blocks[i] = b[:half]
		s.blocks = slices.Insert(s.blocks, i+1, slices.Clone(b[half:]))
	}
}

// remove takes out a number that is there.
func (s *sorted) remove(x float64) {
	i := s.block(x)
	b := s.blocks[i]
	at, _ := slices.BinarySearch(b, x)
	s.n--
	if len(b) == 1 {
		s.blocks = slices.Delete(s.blocks, i, i+1)
		return
	}
	s.blocks[i] = slices.Delete(b, at, at+1)
}

// nth is the n-th smallest, from 0.
func (s *sorted) nth(n int) float64 {
	for _, b := range s.blocks {
		if n < len(b) {
			return b[n]
		}
		n -= len(b)
	}
	return 0
}

// A rank is a percentile as the fraction that its decimal text says, since 0.95 of 20 must be 19 and 99.9 of 100 not 99.90000000000001.
type rank struct{ num, den *big.Int }

func newRank(percentile float64) rank {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(percentile, 'f', -1, 64))
	return rank{r.Num(), new(big.Int).Mul(r.Denom(), big.NewInt(100))}
}

// of is the place of the nearest rank among n, from 0: the least such that the percentile of n is not past it.
func (r rank) of(n int) int {
	q := new(big.Int).Mul(r.num, big.NewInt(int64(n)))
	q.Add(q, r.den)
	q.Sub(q, big.NewInt(1))
	q.Quo(q, r.den)
	return max(int(q.Int64())-1, 0)
}

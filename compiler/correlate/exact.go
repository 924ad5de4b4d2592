package correlate

import "math"

// An exact is a sum of floating-point numbers without any rounding, so numbers that are added and taken away again leave
// nothing behind. It is a list of parts that don't overlap, smallest first, whose sum is the sum: J. R. Shewchuk,
// "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997. No number in it may be
// beyond largest, so that no sum of those that memory holds overflows.
type exact struct{ parts []float64 }

// largest is the largest number that is read: a billion of them can be added.
const largest = 1e299

// add adds x; to take it away add -x.
func (s *exact) add(x float64) {
	kept := s.parts[:0]
	for _, y := range s.parts {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		sum := x + y
		if lost := y - (sum - x); lost != 0 {
			kept = append(kept, lost)
		}
		x = sum
	}
	if x != 0 {
		kept = append(kept, x)
	}
	s.parts = kept
}

// round is the number nearest to the sum; of two as near, the even one.
func (s *exact) round() float64 {
	i := len(s.parts) - 1
	if i < 0 {
		return 0
	}
	sum, lost := s.parts[i], 0.0
	for i > 0 && lost == 0 {
		i--
		x := sum
		sum = x + s.parts[i]
		lost = s.parts[i] - (sum - x)
	}
	// What is below may decide a tie that the last addition rounded to even.
	if i > 0 && lost != 0 && (lost < 0) == (s.parts[i-1] < 0) {
		if twice := sum + 2*lost; twice-sum == 2*lost {
			sum = twice
		}
	}
	return sum
}

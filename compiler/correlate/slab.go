package correlate

// A slab holds the rings of all groups in few large pieces, so that a million groups cost neither a million allocations
// nor the collector's time. No ring holds more than limit.
type slab[T any] struct {
	limit   int
	classes []class[T]
}

// A class is all blocks of one size: 1, 2, 4, 8 and so on; the last is the limit.
type class[T any] struct {
	size, per int // elements a block, blocks a chunk
	chunks    [][]T
	made      uint32
	free      []uint32
}

// A ring is a queue of one group. The zero value is empty.
type ring struct {
	block, head, n uint32
	class          uint8 // 1 + its class; 0 has no block
}

// chunkLength is about how many elements are allocated at once.
const chunkLength = 512

func newSlab[T any](limit int) *slab[T] {
	s := &slab[T]{limit: max(limit, 1)}
	for size := 1; ; size *= 2 {
		size = min(size, s.limit)
		s.classes = append(s.classes, class[T]{size: size, per: max(1, chunkLength/size)})
		if size == s.limit {
			return s
		}
	}
}

func (c *class[T]) new() uint32 {
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return b
	}
	if int(c.made)%c.per == 0 {
		c.chunks = append(c.chunks, make([]T, c.size*c.per))
	}
	c.made++
	return c.made - 1
}

func (c *class[T]) get(block uint32) []T {
	i := int(block) % c.per * c.size
	return c.chunks[int(block)/c.per][i : i+c.size]
}

// drop gives a block back, and lets go of what it points to.
func (c *class[T]) drop(block uint32) {
	clear(c.get(block))
	c.free = append(c.free, block)
}

// all is the ring's block: of the limit's size where whole took it.
func (s *slab[T]) all(r *ring) []T { return s.classes[r.class-1].get(r.block) }

// whole gives an empty ring a block of the limit's size at once.
func (s *slab[T]) whole(r *ring) []T {
	last := len(s.classes) - 1
	r.block, r.class = s.classes[last].new(), uint8(last+1)
	return s.all(r)
}

// at is the i-th element from the oldest.
func (s *slab[T]) at(r *ring, i int) *T {
	b := s.all(r)
	if i += int(r.head); i >= len(b) {
		i -= len(b)
	}
	return &b[i]
}

// push adds the newest. A ring that holds the limit must be popped before.
func (s *slab[T]) push(r *ring, v T) {
	if r.class == 0 || int(r.n) == s.classes[r.class-1].size {
		s.grow(r)
	}
	r.n++
	*s.at(r, int(r.n)-1) = v
}

func (s *slab[T]) full(r *ring) bool { return int(r.n) == s.limit }

func (s *slab[T]) grow(r *ring) {
	larger := ring{class: r.class + 1, n: r.n}
	larger.block = s.classes[r.class].new()
	if r.class > 0 {
		b := s.all(&larger)
		for i := range int(r.n) {
			b[i] = *s.at(r, i)
		}
		s.classes[r.class-1].drop(r.block)
	}
	*r = larger
}

// pop removes the oldest.
func (s *slab[T]) pop(r *ring) {
	var zero T
	*s.at(r, 0) = zero
	if r.head++; int(r.head) == s.classes[r.class-1].size {
		r.head = 0
	}
	r.n--
}

// remove takes out the i-th from the oldest, in time linear in those after it.
func (s *slab[T]) remove(r *ring, i int) {
	for ; i+1 < int(r.n); i++ {
		*s.at(r, i) = *s.at(r, i+1)
	}
	var zero T
	*s.at(r, i) = zero
	r.n--
}

func (s *slab[T]) release(r *ring) {
	if r.class > 0 {
		s.classes[r.class-1].drop(r.block)
	}
	*r = ring{}
}

package trial

import "math"

// few counts things by name, at most max of them. Which are kept is told by a hash of the names alone, so it doesn't
// matter who saw what first: several that counted parts of a log, merged, hold what one would hold that counted it all,
// and each count is exact. It is a bottom-k sample.
type few[T any] struct {
	max     int
	limit   uint64 // of hashes, where max are kept
	of      map[string]*T
	Dropped bool // there were more
}

func newFew[T any](max int) *few[T] {
	return &few[T]{max: max, limit: math.MaxUint64, of: map[string]*T{}}
}

// at is where a thing is counted; nil where it isn't.
func (f *few[T]) at(name []byte) *T {
	if v := f.of[string(name)]; v != nil {
		return v
	}
	h := hash(name)
	if h >= f.limit {
		f.Dropped = true
		return nil
	}
	v := new(T)
	f.of[string(name)] = v
	if len(f.of) > f.max {
		f.drop()
	}
	if h >= f.limit {
		return nil // it was itself the one dropped
	}
	return v
}

// drop gives up the name with the highest hash.
func (f *few[T]) drop() {
	f.Dropped = true
	last, top := "", uint64(0)
	for name := range f.of {
		if h := hash([]byte(name)); h >= top {
			last, top = name, h
		}
	}
	delete(f.of, last)
	f.limit = top
}

// merge adds what another counted.
func (f *few[T]) merge(o *few[T], add func(to, from *T)) {
	f.Dropped = f.Dropped || o.Dropped
	for name, v := range o.of {
		if to := f.at([]byte(name)); to != nil {
			add(to, v)
		}
	}
	for limit := o.limit; limit < f.limit && o.Dropped; { // what the other gave up was not counted whole
		top := uint64(0)
		for name := range f.of {
			top = max(top, hash([]byte(name)))
		}
		if top < limit {
			break
		}
		f.drop()
	}
}

// hash is FNV-1a with a finish that mixes: the same in every run.
func hash(name []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range name {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

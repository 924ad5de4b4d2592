package brief

import (
	"cmp"
	"fmt"
	"slices"

	"detc/compiler/diag"
)

// State says how an item of a page stands to its lock.
type State string

const (
	Unlocked State = "unlocked" // there is no lock: the id is the bullet's place
	Reviewed State = "reviewed" // its text is one that was reviewed
	Changed  State = "changed"  // it is the item, in other words: links to it ask for review
	New      State = "new"      // the lock doesn't have it, or has it as gone
	Gone     State = "gone"     // only the lock has it
)

// A Link ties a bullet to its lock. Item is nil for Gone, Lock for New and Unlocked; a bullet that came back has both
// and is New.
type Link struct {
	Item  *Item // points into the brief's Items
	Lock  *ItemLock
	State State
	// Measured says of a Changed item that its words were compared. Where only hashes of the old text are known, its
	// place between its neighbours says which it is.
	Measured bool
}

// ID is the item's id.
func (k Link) ID() string {
	if k.Item != nil {
		return k.Item.ID
	}
	return k.Lock.ID.Value
}

// A Matching is a brief held against its lock: a link for each bullet in the order of the page, then one for each item
// that is gone, in the order of the lock. Locked says that there was a lock of this tactic.
type Matching struct {
	Links  []Link
	Locked bool

	items *Items
	brief *Brief
}

// Of lists the links in a state.
func (m Matching) Of(s State) []Link {
	var out []Link
	for _, k := range m.Links {
		if k.State == s {
			out = append(out, k)
		}
	}
	return out
}

// Link finds an item by its id.
func (m Matching) Link(id string) (Link, bool) {
	for _, k := range m.Links {
		if k.ID() == id {
			return k, true
		}
	}
	return Link{}, false
}

// Drift says that page and lock differ.
func (m Matching) Drift() bool {
	return slices.ContainsFunc(m.Links, func(k Link) bool { return k.State != Reviewed && k.State != Unlocked })
}

// Match gives a brief's items the ids of their lock (and changes them in b). Equal hashes go first. The rest is paired
// in order: by similarity where `known` has a reviewed text of the item (the brief beside the lock, a page read before),
// else by place, where as many bullets as locked items are left between two neighbours. A bullet without an item takes
// the next number of its kind, so an id never comes to mean something else.
// A nil lock, or one of another tactic, leaves the ids as they are.
func Match(b *Brief, items *Items, known ...*Brief) Matching {
	m := Matching{items: items, brief: b}
	if items == nil || items.Tactic != b.Tactic.ID {
		for i := range b.Items {
			m.Links = append(m.Links, Link{Item: &b.Items[i], State: Unlocked})
		}
		return m
	}
	m.Locked = true
	texts := map[string][]string{}
	for _, k := range known {
		for _, i := range k.Items {
			texts[i.Hash] = words(i.Text)
		}
	}
	var gone []Link
	for _, kind := range Kinds() {
		x := newMatcher(b, items, kind, texts)
		x.byHash()
		x.bySimilarity()
		x.byPlace()
		links, lost := x.links(b.Tactic.ID)
		m.Links = append(m.Links, links...)
		gone = append(gone, lost...)
	}
	m.Links = append(m.Links, gone...)
	return m
}

// matcher matches the items of one kind.
type matcher struct {
	kind    Kind
	bullets []*Item
	locks   []*ItemLock // by number
	lockOf  []int       // of each bullet, -1 for none
	taken   []bool      // of each lock
	state   []State
	exact   []bool     // of each bullet: its words were compared
	words   [][]string // of each bullet
	texts   map[string][]string
}

func newMatcher(b *Brief, items *Items, kind Kind, texts map[string][]string) *matcher {
	x := &matcher{kind: kind, texts: texts}
	for i := range b.Items {
		if b.Items[i].Kind == kind {
			x.bullets = append(x.bullets, &b.Items[i])
			x.words = append(x.words, words(b.Items[i].Text))
		}
	}
	for i := range items.Items {
		if items.Items[i].Kind() == kind {
			x.locks = append(x.locks, &items.Items[i])
		}
	}
	slices.SortStableFunc(x.locks, func(a, b *ItemLock) int { return cmp.Compare(a.Ordinal(), b.Ordinal()) })
	x.lockOf, x.state = slices.Repeat([]int{-1}, len(x.bullets)), slices.Repeat([]State{New}, len(x.bullets))
	x.taken, x.exact = make([]bool, len(x.locks)), make([]bool, len(x.bullets))
	return x
}

func (x *matcher) pair(bullet, lock int, s State, measured bool) {
	x.lockOf[bullet], x.taken[lock], x.state[bullet], x.exact[bullet] = lock, true, s, measured
}

func (x *matcher) byHash() {
	for i, b := range x.bullets {
		for j, lock := range x.locks {
			if x.taken[j] || !lock.accepts(b.Hash) {
				continue
			}
			x.pair(i, j, Reviewed, true)
			if lock.Gone.V {
				x.state[i] = New
			}
			break
		}
	}
}

// left lists what has no partner yet: bullets, and locks that are not gone.
func (x *matcher) left() (bullets, locks []int) {
	for i, lock := range x.lockOf {
		if lock < 0 {
			bullets = append(bullets, i)
		}
	}
	for j, lock := range x.locks {
		if !x.taken[j] && !lock.Gone.V {
			locks = append(locks, j)
		}
	}
	return bullets, locks
}

// like is the greatest similarity of a bullet to the texts known of a lock. complete says that all of them are known.
func (x *matcher) like(bullet, lock int) (best float64, complete bool) {
	complete = true
	for _, h := range x.locks[lock].Hashes {
		text, ok := x.texts[h.Value]
		if !ok {
			complete = false
			continue
		}
		best = max(best, similarity(text, x.words[bullet]))
	}
	return best, complete
}

func (x *matcher) bySimilarity() {
	bullets, locks := x.left()
	pairs := alignSimilar(len(locks), len(bullets), func(i, j int) float64 {
		s, _ := x.like(bullets[j], locks[i])
		return s
	})
	for _, p := range pairs {
		x.pair(bullets[p[1]], locks[p[0]], Changed, true)
	}
}

// byPlace pairs what is left between two neighbours that kept their order, where both sides have as many left: then
// the bullets are the items in other words, or other items in their places, which a person must tell apart.
func (x *matcher) byPlace() {
	bullets, locks := x.left()
	var anchors [][2]int
	for j := range x.locks {
		if i := slices.Index(x.lockOf, j); i >= 0 {
			anchors = append(anchors, [2]int{j, i})
		}
	}
	anchors = append(rising(anchors), [2]int{len(x.locks), len(x.bullets)})
	for _, a := range anchors {
		var bs, ls []int
		for len(bullets) > 0 && bullets[0] < a[1] {
			bs, bullets = append(bs, bullets[0]), bullets[1:]
		}
		for len(locks) > 0 && locks[0] < a[0] {
			ls, locks = append(ls, locks[0]), locks[1:]
		}
		if len(bs) != len(ls) {
			continue
		}
		for n := range bs {
			if _, complete := x.like(bs[n], ls[n]); !complete {
				x.pair(bs[n], ls[n], Changed, false)
			}
		}
	}
}

// links writes the result down, and numbers what is new.
func (x *matcher) links(tactic string) (links, gone []Link) {
	next := 0
	for _, lock := range x.locks {
		next = max(next, lock.Ordinal())
	}
	for i, b := range x.bullets {
		k := Link{Item: b, State: x.state[i]}
		if j := x.lockOf[i]; j >= 0 {
			k.Lock = x.locks[j]
			k.Measured = k.State == Changed && x.exact[i]
			b.number(tactic, k.Lock.Ordinal())
		} else {
			next++
			b.number(tactic, next)
		}
		links = append(links, k)
	}
	for j, lock := range x.locks {
		if !x.taken[j] && !lock.Gone.V {
			gone = append(gone, Link{Lock: lock, State: Gone})
		}
	}
	return links, gone
}

// Report says where page and lock differ.
func (m Matching) Report(l *diag.List) {
	if !m.Locked && m.items != nil && m.brief.Tactic.ID != "" && m.items.Tactic != "" {
		l.Add(diag.ItemsTactic, m.items.Span, "the items are of %s, the page of %s", m.items.Tactic, m.brief.Tactic.ID)
	}
	accept := "read the page, then accept it"
	if m.Locked {
		accept = fmt.Sprintf("read the page, then run: detc brief accept %s --items %s", m.brief.File.Name, m.items.File.Name)
	}
	for _, k := range m.Links {
		switch k.State {
		case Changed:
			d := l.Add(diag.ItemReworded, k.Item.Span, "%s reads otherwise than when it was reviewed", k.ID()).
				WithNote(k.Lock.ID.Whole, "its reviewed texts, by their hashes").WithHelp("%s", accept)
			if !k.Measured {
				d.WithNote(k.Lock.Span, "the old words aren't kept: its place on the page says that it is %s", k.ID())
			}
		case New:
			d := l.Add(diag.ItemNew, k.Item.Span, "%s is new: items.yaml doesn't have it", k.ID()).WithHelp("%s; then say there how it is answered", accept)
			if k.Lock != nil {
				d.Message = k.ID() + " is back: items.yaml has it as gone"
				d.WithNote(k.Lock.Gone.Span, "here")
			}
		case Gone:
			l.Add(diag.ItemGone, k.Lock.ID.Whole, "%s is no longer on the page", k.ID()).WithHelp("%s", accept)
		}
	}
}

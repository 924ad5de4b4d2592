package brief

// What is what happened to an item from one page to another.
type What string

const (
	Added    What = "added"
	Removed  What = "removed"
	Reworded What = "reworded"
	Moved    What = "moved" // its words are the same, its place among the others is not
)

// A Change is one difference of two pages. Old is nil for what was added, New for what was removed.
type Change struct {
	What     What
	Kind     Kind
	Old, New *Item // point into the briefs' Items
}

// Diff tells how two readings of one tactic's page differ: by kind; what was removed, reworded and moved in the order
// of the old page, then what was added, in the order of the new one. Equal pages give none.
func Diff(old, new *Brief) []Change {
	var out []Change
	for _, k := range Kinds() {
		out = append(out, diffKind(k, ofKind(old, k), ofKind(new, k))...)
	}
	return out
}

func ofKind(b *Brief, k Kind) []*Item {
	var out []*Item
	for i := range b.Items {
		if b.Items[i].Kind == k {
			out = append(out, &b.Items[i])
		}
	}
	return out
}

func diffKind(k Kind, old, new []*Item) []Change {
	partner, taken := make([]int, len(old)), make([]bool, len(new))
	var same [][2]int
	var oldLeft, newLeft []int
	for i, o := range old {
		partner[i] = -1
		for j, n := range new {
			if !taken[j] && n.Hash == o.Hash {
				partner[i], taken[j] = j, true
				same = append(same, [2]int{i, j})
				break
			}
		}
		if partner[i] < 0 {
			oldLeft = append(oldLeft, i)
		}
	}
	for j := range new {
		if !taken[j] {
			newLeft = append(newLeft, j)
		}
	}
	kept := map[int]bool{}
	for _, p := range rising(same) {
		kept[p[0]] = true
	}
	reworded := map[int]bool{}
	for _, p := range alignSimilar(len(oldLeft), len(newLeft), func(i, j int) float64 {
		return Similarity(old[oldLeft[i]].Text, new[newLeft[j]].Text)
	}) {
		i, j := oldLeft[p[0]], newLeft[p[1]]
		partner[i], taken[j], reworded[i] = j, true, true
	}
	var out []Change
	for i, o := range old {
		switch {
		case partner[i] < 0:
			out = append(out, Change{Removed, k, o, nil})
		case reworded[i]:
			out = append(out, Change{Reworded, k, o, new[partner[i]]})
		case !kept[i]:
			out = append(out, Change{Moved, k, o, new[partner[i]]})
		}
	}
	for j, n := range new {
		if !taken[j] {
			out = append(out, Change{Added, k, nil, n})
		}
	}
	return out
}

package revision

import (
	"fmt"
	"strings"
	"unicode"
)

// A Range names the two sides of a comparison, as git does.
type Range struct {
	Base, Head string
	MergeBase  bool // A...B: what head is held against is where the two parted
	Worktree   bool // A alone: head is the folder as it stands, not a revision
}

// ParseRange reads A..B, A...B, A.., ..B or A. What git could take for an option, or what no name of a revision can hold,
// is refused here: such a name reaches no command.
func ParseRange(s string) (Range, error) {
	var r Range
	base, head, dots := s, "", false
	if i := strings.Index(s, ".."); i >= 0 {
		base, head, dots = s[:i], s[i+2:], true
		if strings.HasPrefix(head, ".") {
			head, r.MergeBase = head[1:], true
		}
	}
	r.Worktree = !dots
	if dots && base == "" && head == "" {
		return r, fmt.Errorf("%q names no revision: write BASE..HEAD", s)
	}
	for name, of := range map[*string]string{&r.Base: base, &r.Head: head} {
		if of == "" && dots {
			of = "HEAD"
		}
		*name = of
	}
	if err := checkName(r.Base); err != nil {
		return Range{}, err
	}
	if r.Worktree {
		return r, nil
	}
	if err := checkName(r.Head); err != nil {
		return Range{}, err
	}
	return r, nil
}

// maxName is the most bytes of a revision's name.
const maxName = 250

func checkName(name string) error {
	bad := func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
	switch {
	case name == "":
		return fmt.Errorf("a revision has a name: write BASE..HEAD")
	case strings.HasPrefix(name, "-"):
		return fmt.Errorf("%q is no revision: its name can't begin with a dash", name)
	case len(name) > maxName:
		return fmt.Errorf("%q… is no revision: its name is longer than %d bytes", name[:20], maxName)
	case strings.ContainsFunc(name, bad), strings.Contains(name, ".."), strings.HasPrefix(name, "."), strings.ContainsAny(name, ":\\*?["):
		return fmt.Errorf("%q is no revision: its name holds what no name of a branch, tag or commit can", name)
	}
	return nil
}

package sigma

import (
	"strconv"
	"strings"
)

// Sigma's words for the part that a selection plays.
const (
	selectionRole = "selection"
	filterRole    = "filter_main"
)

// maxName keeps a selection's name, made of names inside names, readable.
const maxName = 60

// names gives out the names of selections, each once.
type names map[string]bool

// take is a name of letters and underscores, digits only at the end, that was not taken: the role, and what the
// selection is about.
func (n names) take(role, about string) string {
	name := role
	about = tidy(about)
	if rest, ok := strings.CutPrefix(about, role); ok { // a let already called selection_x
		about = strings.TrimLeft(rest, "_")
	} else if role == filterRole && (about == "filter" || strings.HasPrefix(about, "filter_")) {
		if strings.HasPrefix(about, "filter_optional") { // SigmaHQ's word for a filter that not every site wants
			name, about = about, ""
		}
		about = strings.TrimLeft(strings.TrimPrefix(about, "filter"), "_")
	}
	if about != "" {
		name = role + "_" + about
	}
	if len(name) > maxName {
		name = strings.TrimRight(name[:maxName], "_")
	}
	if n[name] {
		base := strings.TrimRight(name, "0123456789_")
		for i := 2; n[name]; i++ {
			name = base + "_" + strconv.Itoa(i)
		}
	}
	n[name] = true
	return name
}

// tidy makes lower-case letters and single underscores of a name; digits stay where nothing follows them.
func tidy(s string) string {
	s = strings.ToLower(s)
	head := strings.TrimRight(s, "0123456789")
	var b strings.Builder
	under := true
	for i := range len(head) {
		switch c := head[i]; {
		case 'a' <= c && c <= 'z':
			b.WriteByte(c)
			under = false
		case c >= '0' && c <= '9':
		case !under:
			b.WriteByte('_')
			under = true
		}
	}
	if b.Len() == 0 { // a name of digits, or in another script
		return ""
	}
	if digits := s[len(head):]; len(digits) <= 6 {
		b.WriteString(digits)
	}
	return strings.Trim(b.String(), "_")
}

// pattern is one that matches the names of the group and no other of all; "" where there is none, or the group is of
// one. What comes before its star has no digits: sigma-go reads no other.
func pattern(group []string, all []Selection) string {
	if len(group) < 2 {
		return ""
	}
	common := group[0]
	for _, name := range group[1:] {
		for !strings.HasPrefix(name, common) {
			common = common[:len(common)-1]
		}
	}
	for _, head := range []string{selectionRole + "_", filterRole + "_", "filter_", selectionRole, common[:strings.LastIndexByte(common, '_')+1]} {
		if head != "" && strings.HasPrefix(common, head) && !strings.ContainsAny(head, "0123456789") && exactly(head, group, all) {
			return head + "*"
		}
	}
	return ""
}

// exactly says that of all names those of the group, and no others, begin with head.
func exactly(head string, group []string, all []Selection) bool {
	n := 0
	for _, s := range all {
		if strings.HasPrefix(s.Name, head) {
			n++
		}
	}
	return n == len(group)
}

package sigma

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	sigmago "github.com/bradleyjkemp/sigma-go"

	"detc/compiler/ir"
)

// Plain says that Unmodified can be believed: the rule asks for ASCII texts that are not empty and hold neither wildcards
// nor escapes nor %, for whole numbers and networks, without regard to case and by the modifiers that sigma-go has; what
// the event has is in ASCII, of the field's type, as sigma-go would write it; and what it lacks sigma-go, which reads
// "<nil>" there, could not find in that.
func (o *Oracle) Plain(event map[string]any) bool {
	if o.fit != nil {
		return false
	}
	for _, name := range namesOf(o.rule) {
		leaves := values(event, name)
		if len(leaves) == 0 && o.inNil[name] {
			return false
		}
		for _, l := range leaves {
			if !plainLeaf(o.field(name).Type, l) {
				return false
			}
		}
	}
	return true
}

// Unfit says why Unmodified can be believed on no event; it is nil where there are some.
func (o *Oracle) Unfit() error { return o.fit }

// foundInNil are the fields of which some value could be found in the text "<nil>".
func foundInNil(rule sigmago.Rule) map[string]bool {
	out := map[string]bool{}
	for _, s := range rule.Detection.Searches {
		for _, m := range s.EventMatchers {
			for _, f := range m {
				for _, v := range f.Values {
					text := strings.ToLower(fmt.Sprint(v))
					if slices.Contains(f.Modifiers, "re") || strings.Contains("<nil>", text) || text == "null" {
						out[f.Field] = true
					}
				}
			}
		}
	}
	return out
}

func plainLeaf(t ir.Type, leaf any) bool {
	leaf = native(leaf)
	switch leaf := leaf.(type) {
	case string:
		if t == ir.IP {
			a, err := netip.ParseAddr(leaf)
			return err == nil && !a.Is4In6() && a.Zone() == "" && a.String() == leaf
		}
		return t == ir.String && ascii(leaf)
	case int:
		return t == ir.Int || t == ir.String
	case bool:
		return t == ir.Bool || t == ir.String
	}
	return false
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// fits says why sigma-go can't judge the rule on any event.
func (o *Oracle) fits() error {
	searches := o.rule.Detection.Searches
	for _, name := range slices.Sorted(maps.Keys(searches)) { // the same reason each time
		s := searches[name]
		if len(s.Keywords) > 0 {
			return errors.New("keywords")
		}
		for _, m := range s.EventMatchers {
			for _, f := range m {
				if f.Field == "" {
					return errors.New("keywords")
				}
				if strings.HasPrefix(f.Field, "$") {
					return fmt.Errorf("%s is a path", f.Field)
				}
				for i, mod := range f.Modifiers {
					last := i == len(f.Modifiers)-1
					if mod == "all" && last {
						continue
					}
					if !slices.Contains([]string{"contains", "startswith", "endswith", "re", "cidr", "lt", "lte", "gt", "gte"}, mod) ||
						!last && f.Modifiers[i+1] != "all" {
						return fmt.Errorf("the modifier %s", mod)
					}
				}
				for _, v := range f.Values {
					if !o.plainValue(f.Field, f.Modifiers, v) {
						return fmt.Errorf("a value that it reads otherwise: %v", v)
					}
				}
			}
		}
	}
	return nil
}

func (o *Oracle) plainValue(name string, mods []string, v any) bool {
	t := o.field(name).Type
	switch v := v.(type) {
	case int:
		return t == ir.Int || t == ir.String
	case bool:
		return t == ir.Bool || t == ir.String && len(mods) == 0
	case string:
		switch {
		case v == "" || !ascii(v) || strings.Contains(v, "%"):
			return false
		case slices.Contains(mods, "re"):
			return t == ir.String
		case slices.Contains(mods, "cidr"):
			_, _, err := net.ParseCIDR(v)
			return err == nil && t == ir.IP
		case t == ir.IP:
			return len(mods) == 0 && plainLeaf(t, v)
		}
		toks := tokens(v)
		return t == ir.String && len(toks) == 1 && toks[0].text == v
	}
	return false
}

package change

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/source"
)

// A Property is one thing that a file says: a value, or a list of them, by its path of keys.
type Property struct {
	Key    string
	Text   string
	List   []string // where IsList
	IsList bool
}

// Properties are what a mapping says, but for some of its keys, in the order of the text. An entry of a list of
// mappings goes by its id or name, or else its number.
func Properties(n *source.Node, without ...string) []Property {
	var out []Property
	if n == nil || n.Kind != source.Mapping {
		return nil
	}
	for _, p := range n.Pairs {
		if key := p.Key.Text.Value; !slices.Contains(without, key) {
			out = appendProperties(out, key, p.Value)
		}
	}
	return out
}

func appendProperties(out []Property, key string, n *source.Node) []Property {
	switch {
	case n == nil || n.IsNull():
		return out
	case n.Kind == source.Scalar:
		return append(out, Property{Key: key, Text: strings.TrimSpace(n.Text.Value)})
	case n.Kind == source.Mapping:
		for _, p := range n.Pairs {
			out = appendProperties(out, key+"."+p.Key.Text.Value, p.Value)
		}
		return out
	}
	plain := Property{Key: key, IsList: true, List: []string{}}
	for _, item := range n.Items {
		if item.Kind != source.Scalar {
			return appendItems(out, key, n.Items)
		}
		plain.List = append(plain.List, strings.TrimSpace(item.Text.Value))
	}
	return append(out, plain)
}

func appendItems(out []Property, key string, items []*source.Node) []Property {
	for i, item := range items {
		name := strconv.Itoa(i + 1)
		for _, by := range []string{"id", "name"} {
			if n := item.Get(by); n != nil && n.Kind == source.Scalar && !n.IsNull() {
				name = n.Text.Value
				break
			}
		}
		out = appendProperties(out, key+"["+name+"]", item)
	}
	return out
}

// compareProperties are the differences, in the order of the new side, then what is gone in that of the old.
func compareProperties(old, new []Property) []PropertyChange {
	was := map[string]Property{}
	for _, p := range old {
		was[p.Key] = p
	}
	var out []PropertyChange
	kept := map[string]bool{}
	for _, p := range new {
		if kept[p.Key] {
			continue
		}
		kept[p.Key] = true
		if c, differs := compareProperty(was[p.Key], p); differs {
			out = append(out, c)
		}
	}
	for _, p := range old {
		if !kept[p.Key] {
			kept[p.Key] = true
			if c, differs := compareProperty(p, Property{Key: p.Key}); differs {
				out = append(out, c)
			}
		}
	}
	return out
}

func compareProperty(old, new Property) (PropertyChange, bool) {
	c := PropertyChange{Key: new.Key}
	if !old.IsList && !new.IsList {
		c.Old, c.New = old.Text, new.Text
		return c, old.Text != new.Text
	}
	a, b := old.values(), new.values()
	c.Added, c.Removed = without(b, a), without(a, b)
	c.Reordered = len(c.Added)+len(c.Removed) == 0 && !slices.Equal(a, b)
	return c, c.Reordered || len(c.Added)+len(c.Removed) > 0
}

// values are a list's entries; a text alone is a list of one.
func (p Property) values() []string {
	if p.IsList || p.Text == "" {
		return p.List
	}
	return []string{p.Text}
}

// without are the entries of a list that another doesn't have.
func without(a, b []string) []string {
	have := make(map[string]bool, len(b))
	for _, s := range b {
		have[s] = true
	}
	var out []string
	for _, s := range a {
		if !have[s] {
			out = append(out, s)
		}
	}
	return out
}

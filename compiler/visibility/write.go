package visibility

import (
	"fmt"
	"strings"

	"detc/compiler/source"
)

// YAML is the inventory as a file that ReadInventory reads. The same inventory gives the same bytes.
func (i *Inventory) YAML(digest string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nowner: %s\n", plain(i.Title), plain(i.Owner))
	if i.Source != "" {
		fmt.Fprintf(&b, "source: %s\n", plain(i.Source))
	}
	fmt.Fprintf(&b, "as_of: %s\n", i.AsOf)
	if digest != "" {
		fmt.Fprintf(&b, "digest: %s\n", source.Quoted(digest))
	}
	if len(i.Scopes) == 0 {
		b.WriteString("scopes: []\n")
		return []byte(b.String())
	}
	b.WriteString("scopes:\n")
	for _, s := range i.Scopes {
		s.write(&b)
	}
	return []byte(b.String())
}

func (s *Scope) write(b *strings.Builder) {
	if s.Class != "" {
		fmt.Fprintf(b, "  - class: %s\n", s.Class)
	} else {
		fmt.Fprintf(b, "  - population: %s\n    platform: %s\n", s.Population, s.Platform)
	}
	fmt.Fprintf(b, "    known: %d\n", s.Known)
	for _, c := range []struct {
		name string
		n    Count
	}{{"enrolled", s.Enrolled}, {"reporting", s.Reporting}, {"attributable", s.Attributable}} {
		if c.n.Ok {
			fmt.Fprintf(b, "    %s: %d\n", c.name, c.n.N)
		}
	}
	if s.Consequence != "" {
		fmt.Fprintf(b, "    consequence: %s\n", s.Consequence)
	}
	if len(s.NotApplicable) == 0 {
		return
	}
	b.WriteString("    not_applicable:\n")
	for _, e := range s.NotApplicable {
		fmt.Fprintf(b, "      %s: {reason: %s, owner: %s}\n", source.Plain(e.Item, true), source.Plain(e.Reason, true), source.Plain(e.Owner, true))
	}
}

func plain(s string) string { return source.Plain(s, false) }

// YAML is the observed section of visibility.yaml.
func (o *Observed) YAML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "observed:                 # written by detc visibility observe; what stands here is replaced by the next run\n")
	fmt.Fprintf(&b, "  digest: %s\n  logs: %d\n  records: %d\n", source.Quoted(o.Digest), o.Logs, o.Records)
	if len(o.Sources) == 0 {
		b.WriteString("  sources: []\n")
		return b.String()
	}
	b.WriteString("  sources:\n")
	for _, s := range o.Sources {
		fmt.Fprintf(&b, "    - source: %s\n      records: %d\n      dated: %d\n", plain(s.Source), s.Records, s.Dated)
		if s.From != "" {
			fmt.Fprintf(&b, "      from: %s\n      to: %s\n", s.From, s.To)
		}
		fmt.Fprintf(&b, "      devices: %d\n", s.Devices)
		if s.More {
			b.WriteString("      more: true\n")
		}
		counts(&b, "scopes", s.Scopes)
		counts(&b, "fields", s.Fields)
	}
	return b.String()
}

func counts(b *strings.Builder, key string, m map[string]int) {
	if len(m) == 0 {
		return
	}
	var parts []string
	for _, e := range sortedCounts(m) {
		parts = append(parts, fmt.Sprintf("%s: %d", source.Plain(e.Key.Value, true), e.Value))
	}
	fmt.Fprintf(b, "      %s: {%s}\n", key, strings.Join(parts, ", "))
}

// WithObserved is a text of visibility.yaml with its observed section replaced, or put behind the rest. What people
// wrote, comments too, stays as it is. An empty text becomes a file of that section alone.
func WithObserved(text string, o *Observed, title, owner string) string {
	if strings.TrimSpace(text) == "" {
		text = fmt.Sprintf("title: %s\nowner: %s\n", plain(title), plain(owner))
	}
	var before, after strings.Builder
	in := false
	found := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") && strings.TrimSpace(line) != "" {
			in = strings.HasPrefix(line, "observed:")
			found = found || in
		}
		switch {
		case in:
		case found:
			after.WriteString(line)
		default:
			before.WriteString(line)
		}
	}
	head := before.String()
	if !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	return head + o.YAML() + after.String()
}

// YAML are statements as visibility.yaml has them.
func (v *Visible) YAML() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nowner: %s\n", plain(v.Title), plain(v.Owner))
	b.WriteString("sources:\n")
	for i := range v.Rows {
		if !v.Rows[i].Observed {
			v.Rows[i].write(&b)
		}
	}
	if v.Observed != nil {
		b.WriteString(v.Observed.YAML())
	}
	return []byte(b.String())
}

func (r *Row) write(b *strings.Builder) {
	fmt.Fprintf(b, "  - source: %s\n    scope: %s\n", plain(r.Source), plain(r.Scope))
	for _, a := range []struct {
		name string
		v    Answer
	}{{"logged", r.Logged}, {"forwarded", r.Forwarded}, {"parsed", r.Parsed}} {
		if a.v != Unknown {
			fmt.Fprintf(b, "    %s: %t\n", a.name, a.v == Yes)
		}
	}
	if r.Devices.Of == shareOf {
		fmt.Fprintf(b, "    devices: {at_least: %g}\n", float64(r.Devices.N)/shareOf)
	} else if r.Devices.Of > 0 {
		fmt.Fprintf(b, "    devices: {seen: %d, of: %d}\n", r.Devices.N, r.Devices.Of)
	}
	if r.Complete.Of > 0 {
		fmt.Fprintf(b, "    completeness: %g\n", float64(r.Complete.N*shareOf/r.Complete.Of)/shareOf)
	}
	if r.Since != "" {
		fmt.Fprintf(b, "    since: %s\n", r.Since)
	}
	if len(r.Evidence) > 0 {
		b.WriteString("    evidence:\n")
		for _, e := range r.Evidence {
			fmt.Fprintf(b, "      - {what: %s, date: %s, by: %s}\n", source.Plain(e.What, true), e.Date, source.Plain(e.By, true))
		}
	}
}

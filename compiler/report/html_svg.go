package report

import (
	"fmt"
	"html/template"
	"strings"

	"detc/compiler/coverage"
	"detc/compiler/visibility"
)

// partitionBar is one bar of all items, parted by state. Its numbers stand beside it as text, so it is drawn for the eye
// alone.
func partitionBar(parts []htmlPart) template.HTML {
	const width, height = 600.0, 22.0
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bar" viewBox="0 0 %.0f %.0f" preserveAspectRatio="none" aria-hidden="true" focusable="false">`, width, height)
	x := 0.0
	for _, p := range parts {
		if p.N == 0 || p.Of == 0 {
			continue
		}
		w := width * float64(p.N) / float64(p.Of)
		fmt.Fprintf(&b, `<rect class="f-%s" x="%.1f" y="0" width="%.1f" height="%.0f"/>`, p.Class, x, w, height)
		if p.Class != "se" {
			fmt.Fprintf(&b, `<rect fill="url(#p-%s)" x="%.1f" y="0" width="%.1f" height="%.0f"/>`, p.Class, x, w, height)
		}
		if x += w; x < width-1 {
			fmt.Fprintf(&b, `<rect class="f-gap" x="%.1f" y="0" width="2" height="%.0f"/>`, x-1, height)
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// ladderSVG shows where items are lost, gate by gate: what has passed as a full bar, what was lost on the way hatched.
func ladderSVG(steps []coverage.Step) template.HTML {
	if len(steps) == 0 {
		return ""
	}
	const left, full, right, row = 92, 150, 90, 26
	var b, said strings.Builder
	for k, s := range steps {
		if k > 0 {
			said.WriteString(", ")
		}
		fmt.Fprintf(&said, "%s %d of %d", s.Gate, s.Passed, s.Of)
	}
	fmt.Fprintf(&b, `<svg class="ladder" viewBox="0 0 %d %d" role="img" aria-label="%s">`, left+full+right, len(steps)*row+4, template.HTMLEscapeString(clean(said.String())))
	before := 0
	for k, s := range steps {
		y, of := k*row+4, max(s.Of, 1)
		if k == 0 {
			before = s.Of
		}
		w := full * s.Passed / of
		fmt.Fprintf(&b, `<text class="l" x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+15, template.HTMLEscapeString(fit(clean(s.Gate), 22)))
		fmt.Fprintf(&b, `<rect class="f-track" x="%d" y="%d" width="%d" height="18" rx="2"/>`, left, y+1, full)
		if lost := before - s.Passed; lost > 0 {
			fmt.Fprintf(&b, `<rect class="f-lost" x="%d" y="%d" width="%d" height="18"/><rect fill="url(#p-sb)" x="%d" y="%d" width="%d" height="18"/>`,
				left+w, y+1, full*lost/of, left+w, y+1, full*lost/of)
		}
		if s.Passed > 0 {
			fmt.Fprintf(&b, `<rect class="f-pass" x="%d" y="%d" width="%d" height="18" rx="2"/>`, left, y+1, w)
		}
		fmt.Fprintf(&b, `<text class="n" x="%d" y="%d">%d/%d`, left+full+8, y+15, s.Passed, s.Of)
		if lost := before - s.Passed; lost > 0 {
			fmt.Fprintf(&b, ` <tspan class="lost">−%d</tspan>`, lost)
		}
		b.WriteString(`</text>`)
		before = s.Passed
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// funnelSVG shows how many devices are left at each step, each of those known. A step whose number nobody said is drawn
// as unknown, not as none.
func funnelSVG(steps []visibility.Step) template.HTML {
	if len(steps) == 0 {
		return ""
	}
	const left, full, right, row = 88, 150, 76, 20
	var b, said strings.Builder
	for k, s := range steps {
		if k > 0 {
			said.WriteString(", ")
		}
		if s.Ok {
			fmt.Fprintf(&said, "%s %d of %d", s.Name, s.N, s.Of)
		} else {
			fmt.Fprintf(&said, "%s not known", s.Name)
		}
	}
	fmt.Fprintf(&b, `<svg class="funnel" viewBox="0 0 %d %d" role="img" aria-label="%s">`, left+full+right, len(steps)*row+2, template.HTMLEscapeString(clean(said.String())))
	for k, s := range steps {
		y := k*row + 2
		fmt.Fprintf(&b, `<text class="l" x="%d" y="%d" text-anchor="end">%s</text><rect class="f-track" x="%d" y="%d" width="%d" height="14" rx="2"/>`, left-8, y+12, template.HTMLEscapeString(clean(s.Name)), left, y+1, full)
		if !s.Ok {
			fmt.Fprintf(&b, `<rect fill="url(#p-gu)" x="%d" y="%d" width="%d" height="14"/><text class="n" x="%d" y="%d">unknown</text>`, left, y+1, full, left+full+8, y+12)
			continue
		}
		fmt.Fprintf(&b, `<rect class="f-pass" x="%d" y="%d" width="%d" height="14" rx="2"/><text class="n" x="%d" y="%d">%d/%d</text>`,
			left, y+1, full*min(max(s.N, 0), max(s.Of, 1))/max(s.Of, 1), left+full+8, y+12, s.N, s.Of)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

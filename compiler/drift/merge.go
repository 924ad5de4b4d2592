package drift

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// Merge makes one catalog of bundles, to be held against the one in use; its notice is that one's. `release` stands for
// what a bundle doesn't say itself. Nil where the bundles don't go together, which is a finding then.
func Merge(bundles []*Bundle, inUse *attack.Catalog, release string, l *diag.List) *attack.Catalog {
	var tactics []attack.Tactic
	var techniques []attack.Technique
	of, from := map[string]*Bundle{}, (*Bundle)(nil)
	ok := true
	for _, b := range bundles {
		switch {
		case b.Release == "":
		case release != "" && b.Release != release:
			d := l.Add(diag.BundlesMixed, source.Span{File: b.File}, "the bundle is of release %s, not of %s", b.Release, release)
			if from != nil {
				d.WithNote(source.Span{File: from.File}, "which this one is of")
			}
			ok = false
		default:
			release, from = b.Release, b
		}
		for _, d := range b.Domains() {
			if other := of[d]; other != nil {
				l.Add(diag.BundlesMixed, source.Span{File: b.File}, "a second bundle of %s", d).WithNote(source.Span{File: other.File}, "the first one")
				ok = false
			}
			of[d] = b
		}
		tactics, techniques = append(tactics, b.Tactics...), append(techniques, b.Techniques...)
	}
	if !ok {
		return nil
	}
	next := attack.New(release, inUse.Notice, tactics, techniques)
	for _, b := range bundles {
		lacks(b, next, inUse, l)
	}
	if release != "" && Older(release, inUse.Release) {
		l.Add(diag.BundleOlder, source.Span{File: bundles[0].File}, "ATT&CK %s is older than %s, which is in use", release, inUse.Release).
			WithHelp("what follows is the way back")
	}
	return next
}

// lacks says how many techniques of the catalog in use a bundle doesn't have.
func lacks(b *Bundle, next, inUse *attack.Catalog, l *diag.List) {
	for _, domain := range b.Domains() {
		var ids []string
		for _, t := range inUse.Known(domain) {
			if _, there := next.In(t.ID, domain); !there {
				ids = append(ids, t.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		some := strings.Join(ids[:min(len(ids), 5)], ", ")
		if len(ids) > 5 {
			some += ", …"
		}
		l.Add(diag.BundleLacks, source.Span{File: b.File}, "the bundle lacks %d of the %d techniques of %s: %s", len(ids), len(inUse.Known(domain)), domain, some).
			WithHelp("ATT&CK takes no id away: is it the whole bundle?")
	}
}

// Older says that release a came before release b. What is no number is older than nothing.
func Older(a, b string) bool {
	x, y := numbers(a), numbers(b)
	return x != nil && y != nil && slices.Compare(x, y) < 0
}

func numbers(release string) []int {
	if !releaseForm.MatchString(release) {
		return nil
	}
	var out []int
	for _, part := range strings.Split(release, ".") {
		n, _ := strconv.Atoi(part) // it has digits only, and few
		out = append(out, n)
	}
	return out
}

// Whole is the catalog that is written in place of the one in use. Domains that no bundle is of are kept from that where
// it is of the same release; else the bundles are not enough, which is a finding, and nil comes back. With alone the
// bundles' domains are all there is.
func Whole(next, inUse *attack.Catalog, alone bool, name string, l *diag.List) *attack.Catalog {
	at := source.Span{File: source.NewFile(name, "")}
	if next.Release == "" {
		l.Add(diag.BundleNoRelease, at, "the bundle doesn't say which release of ATT&CK it is of").WithHelp("give it: --release 19.1")
		return nil
	}
	if alone {
		return next
	}
	var rest []string
	for _, d := range inUse.Domains() {
		if !slices.Contains(next.Domains(), d) {
			rest = append(rest, d)
		}
	}
	if len(rest) > 0 && next.Release != inUse.Release {
		l.Add(diag.BundlesMixed, at, "the catalog would be of two releases: %s, and %s for %s", next.Release, inUse.Release, strings.Join(rest, ", ")).
			WithHelp("give the bundles of %s for those too, or --alone to do without them", next.Release)
		return nil
	}
	return next.Beside(inUse)
}

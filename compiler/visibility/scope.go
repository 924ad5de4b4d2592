// Package visibility holds what a site says of its devices and of the logs that they write, forward and have parsed:
// inventory.yaml and visibility.yaml, their importers, what logs themselves show, and which source would unlock most.
// It judges no rule; coverage does.
package visibility

import (
	"strings"
)

// The domains of ATT&CK that scopes are of.
const (
	ICS    = "ics-attack"
	Mobile = "mobile-attack"
)

// classes are the asset classes of a plant, in the order in which they are shown: those of the context table assets.
var classes = []string{"controller", "safety_controller", "hmi", "engineering_station", "historian", "gateway", "server", "network"}

// populations are what mobile devices are told apart by: who owns one, and what of it is managed.
var populations = []string{"corporate_managed", "corporate_personally_enabled", "personal_enrolled", "personal_unmanaged", "offline", "minimally_logged"}

var platforms = []string{"android", "ios", "ipados"}

// Classes are the asset classes that a plant's scopes are of.
func Classes() []string { return append([]string{}, classes...) }

// Populations are the populations that a mobile scope is of, with a platform.
func Populations() []string { return append([]string{}, populations...) }

// Platforms are the operating systems that a mobile scope is of, with a population.
func Platforms() []string { return append([]string{}, platforms...) }

// scopeIDs are the ids of all scopes, and scopeAt where each stands among them.
var scopeIDs, scopeAt = func() ([]string, map[string]int) {
	out, at := Classes(), map[string]int{}
	for _, p := range populations {
		for _, o := range platforms {
			out = append(out, p+"/"+o)
		}
	}
	for i, id := range out {
		at[id] = i
	}
	return out, at
}()

// ScopeIDs are the ids of all scopes that there can be: classes, and population/platform.
func ScopeIDs() []string { return append([]string{}, scopeIDs...) }

// scopeOrder is where a scope stands in ScopeIDs; one that is not in it comes last.
func scopeOrder(id string) int {
	if i, ok := scopeAt[id]; ok {
		return i
	}
	return len(scopeIDs)
}

// DomainOf is the domain that a scope is of.
func DomainOf(scope string) string {
	if strings.Contains(scope, "/") {
		return Mobile
	}
	return ICS
}

// A synonym is what registers call a thing, in folded words. The sense is a class, or a population.
type synonym struct{ sense, words string }

// classWords are names that asset registers use. The safety controllers stand first, since their names hold those of
// controllers.
var classWords = []synonym{
	{"safety_controller", "safety controller|safety plc|sis|safety instrumented system|fail safe controller|f cpu|esd|safety logic solver"},
	{"controller", "controller|plc|pac|rtu|ied|dcs controller|programmable logic controller|programmable automation controller|remote terminal unit|intelligent electronic device|process controller|motion controller|bay controller|protection relay"},
	{"hmi", "hmi|human machine interface|operator panel|operator station|operator workstation|panel pc|scada client|touch panel"},
	{"engineering_station", "engineering station|ews|es|engineering workstation|programming device|programmer|engineering laptop|field pg|maintenance laptop"},
	{"historian", "historian|data historian|process historian|pi server"},
	{"gateway", "gateway|data gateway|protocol gateway|protocol converter|edge gateway|iiot gateway|opc server|remote access gateway"},
	{"server", "server|scada server|control server|application server|alarm server|domain controller|jump host|jump server|terminal server|virtual machine|dcs server|batch server"},
	{"network", "network|network device|switch|router|firewall|access point|industrial switch|data diode|vpn server"},
}

var populationWords = []synonym{
	{"corporate_managed", "corporate managed|fully managed|company managed|cobo|supervised|corporate owned fully managed|corporateownedfullymanaged|dedicated|cosu|kiosk"},
	{"corporate_personally_enabled", "corporate personally enabled|corporate owned personally enabled|cope|corporate owned work profile|work profile on company owned device|corporateownedworkprofile"},
	{"personal_enrolled", "personal enrolled|byod|personally owned work profile|personal managed|work profile|user enrollment|personalownedworkprofile"},
	{"personal_unmanaged", "personal unmanaged|unmanaged|unenrolled|mam only|app protection only"},
	{"offline", "offline|lost|in storage|spare"},
	{"minimally_logged", "minimally logged|minimal logging|privacy restricted|logging restricted"},
}

var platformWords = []synonym{
	{"ipados", "ipados|ipad os|ipad"},
	{"ios", "ios|iphone os|iphone|apple ios|ios ipados"},
	{"android", "android|android enterprise|androidenterprise|androidforwork|android for work|android work profile|aosp"},
}

// A lexicon finds the sense of a name.
type lexicon map[string]string

func newLexicon(of []synonym, own map[string]string) lexicon {
	l := lexicon{}
	for _, s := range of {
		for w := range strings.SplitSeq(s.words, "|") {
			l[w] = s.sense
		}
		l[fold(s.sense)] = s.sense
	}
	for name, sense := range own {
		l[fold(name)] = sense
	}
	return l
}

// sense is what a name means, also with a version or a plural behind it: "Android 14", "PLCs". It is "" for a name that
// nobody knows.
func (l lexicon) sense(name string) string { return l.folded(fold(name)) }

// folded is sense of a folded name.
func (l lexicon) folded(f string) string {
	if s, ok := l[f]; ok {
		return s
	}
	if s, ok := l[strings.TrimSuffix(f, "s")]; ok {
		return s
	}
	words := strings.Fields(f)
	for n := len(words) - 1; n > 0 && isVersion(words[n]); n-- {
		if s, ok := l[strings.Join(words[:n], " ")]; ok {
			return s
		}
	}
	return ""
}

func isVersion(word string) bool { return word != "" && word[0] >= '0' && word[0] <= '9' }

// fold makes names comparable: small letters and digits, everything else a blank.
func fold(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80 {
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(r)
			continue
		}
		blank = true
	}
	return b.String()
}

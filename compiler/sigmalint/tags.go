package sigmalint

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// namespaces are those of the tags appendix 2.1.
var namespaces = []string{"attack", "car", "cve", "d3fend", "detection", "stp", "tlp"}

// tags holds each tag against the form of its namespace, and those of ATT&CK against its release.
func tags(s *subject, l *diag.List) {
	var found attackTags
	for _, t := range s.Tags {
		tag := t.Value
		if !wellFormed(tag) {
			fixed, ok := badForm(t, l)
			if !ok {
				continue
			}
			tag = fixed
		}
		space, value, _ := strings.Cut(tag, ".")
		switch space {
		case "attack":
			if s.attack != nil {
				s.attackTag(&found, t, value, l)
			}
		case "car", "cve", "d3fend", "detection", "stp", "tlp":
			if why, better := badValue(space, value); why != "" {
				d := l.Add(diag.SigmaTagValue, t.Whole, "%q: %s", clip(t.Value), why).WithHelp("%s", valueHelp[space])
				if better != "" {
					d.WithHelp("write %s.%s", space, better)
					withRewrite(d, "write "+space+"."+better, t, space+"."+better, true)
				}
			}
		default:
			d := l.Add(diag.SigmaTagNamespace, t.Whole, "the specification has no namespace %q", clip(space)).WithHelp("its namespaces are %s", strings.Join(namespaces, ", "))
			if best := diag.Nearest(space, namespaces); best != "" && len(space) > 3 {
				d.As(diag.Warning).WithHelp("did you mean %q?", best)
				withRewrite(d, "write "+best+"."+value, t, best+"."+value, true)
			}
		}
	}
	s.tactics(&found, l)
}

// wellFormed is the schema's pattern: ^[a-z0-9_-]+\.[a-z0-9._-]+$. The artifacts of D3FEND have capitals in the
// appendix's own example.
func wellFormed(tag string) bool {
	dot := strings.IndexByte(tag, '.')
	if dot < 1 || dot == len(tag)-1 {
		return false
	}
	artifact := strings.HasPrefix(tag, "d3fend.d3f-")
	for i := 0; i < len(tag); i++ {
		c := tag[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || artifact && 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}

// badForm reports a tag that is not written as the schema wants it, and gives back what it was meant for.
func badForm(t source.Text, l *diag.List) (meant string, ok bool) {
	d := l.Add(diag.SigmaTagForm, t.Whole, "%q is not written as namespace.value in small letters", clip(t.Value)).WithHelp("write namespace.value, such as attack.t1059.001")
	better := strings.ToLower(strings.TrimSpace(t.Value))
	if looksLikeATTACK(better) {
		better = "attack." + better
	}
	better = strings.ReplaceAll(better, " ", "-")
	if !wellFormed(better) {
		return "", false
	}
	d.WithHelp("write %s", better)
	withRewrite(d, "write "+better, t, better, true)
	return better, true
}

// looksLikeATTACK says that a tag is a technique's id without its namespace.
func looksLikeATTACK(id string) bool {
	return len(id) >= 5 && id[0] == 't' && digits(id[1:5]) && (len(id) == 5 || len(id) == 9 && id[5] == '.' && digits(id[6:]))
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// What the tags appendix allows.
var (
	tlp       = []string{"red", "amber", "amber-strict", "green", "clear"}
	ruleTypes = []string{"dfir", "emerging-threats", "threat-hunting"}
	defend    = []string{"model", "harden", "detect", "isolate", "deceive", "evict"}
	valueHelp = map[string]string{
		"car":       "write the analytic's number without CAR-, such as car.2016-04-005",
		"cve":       "write the year, a hyphen and the number, such as cve.2021-44228",
		"d3fend":    "write a technique (d3-am), an artifact (d3f-WindowsNtOpenFile) or one of " + "model, harden, detect, isolate, deceive, evict",
		"detection": "write one of dfir, emerging-threats, threat-hunting",
		"stp":       "write a number of 1 to 5, with a, u or k behind it where the log source is known",
		"tlp":       "write one of red, amber, amber-strict, green, clear",
	}
)

// badValue says what is wrong with a tag's value, and what it should be where that is clear.
func badValue(space, v string) (why, better string) {
	switch space {
	case "tlp":
		if v == "white" {
			return "TLP 2.0 has no white any more", "clear"
		}
		return unlisted(v, tlp)
	case "detection":
		return unlisted(v, ruleTypes)
	case "d3fend":
		if strings.HasPrefix(v, "d3-") && len(v) > 3 || strings.HasPrefix(v, "d3f-") && len(v) > 4 {
			return "", ""
		}
		return unlisted(v, defend)
	case "stp":
		if len(v) > 0 && len(v) < 3 && '1' <= v[0] && v[0] <= '5' && (len(v) == 1 || strings.IndexByte("auk", v[1]) >= 0) {
			return "", ""
		}
		return "this is no score", ""
	case "cve":
		year, number, ok := strings.Cut(v, "-")
		if ok && len(year) == 4 && digits(year) && len(number) >= 4 && digits(number) {
			return "", ""
		}
		better = strings.Replace(strings.TrimPrefix(strings.TrimPrefix(v, "cve-"), "cve."), ".", "-", 1)
		if better != v {
			if w, _ := badValue("cve", better); w == "" {
				return "a CVE has its year and its number joined by a hyphen", better
			}
		}
		return "this is no number of a CVE", ""
	}
	parts := strings.Split(v, "-")
	if len(parts) == 3 && len(parts[0]) == 4 && len(parts[1]) == 2 && len(parts[2]) == 3 && digits(parts[0]+parts[1]+parts[2]) {
		return "", ""
	}
	if rest, ok := strings.CutPrefix(v, "car-"); ok {
		if w, _ := badValue("car", rest); w == "" {
			return "CAR- is left out", rest
		}
	}
	return "this is no number of an analytic", ""
}

func unlisted(v string, known []string) (why, better string) {
	if slices.Contains(known, v) {
		return "", ""
	}
	return "the specification has no such value", diag.Nearest(v, known)
}

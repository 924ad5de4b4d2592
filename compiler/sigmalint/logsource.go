package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

var logsourceKeys = []string{"category", "product", "service", "definition"}

// logsource finds a log source that names no log, or names it as no other does (specification, "LogSource").
func logsource(s *subject, l *diag.List) {
	n := s.Node.Get("logsource")
	if n.IsNull() || n.Kind != source.Mapping {
		l.Add(diag.SigmaLogsource, s.at(), "the document has no log source").WithHelp("add logsource with a category, a product or a service")
		return
	}
	named := false
	for _, p := range n.Pairs {
		key, v := p.Key.Text.Value, p.Value
		switch key {
		case "category", "product", "service":
			named = named || !v.IsNull()
			if v.Kind == source.Scalar && !v.IsNull() {
				logsourceName(key, v.Text, l)
			}
		case "definition":
		default:
			if best := nearKey(key, logsourceKeys); best != "" && n.Get(best) == nil {
				d := l.Add(diag.SigmaLogsourceKey, p.Key.Span, "a log source has no %q", clip(key)).WithHelp("did you mean %q?", best)
				withRewrite(d, "write "+best, p.Key.Text, best, true)
				named = true
			}
		}
	}
	if !named {
		l.Add(diag.SigmaLogsource, n.Span, "the log source names neither category nor product nor service").WithHelp("name one of them at least")
	}
}

func logsourceName(key string, t source.Text, l *diag.List) {
	better := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(t.Value)), " ", "_")
	if better == t.Value || better == "" {
		return
	}
	d := l.Add(diag.SigmaLogsourceCase, t.Whole, "the %s %q is not in small letters without spaces", key, clip(t.Value)).WithHelp("write %s", better)
	withRewrite(d, "write "+better, t, better, true)
}

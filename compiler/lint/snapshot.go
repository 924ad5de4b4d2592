package lint

import (
	"detc/compiler/diag"
	"detc/compiler/telemetry"
)

// snapshotRepeats finds rules on a snapshot that alert at every report of the same state.
func snapshotRepeats(r *Rule, l *diag.List) {
	if r.Alert.Off || len(r.Alert.Suppress.By) > 0 {
		return
	}
	for _, s := range r.Emitted {
		if s.Kind == telemetry.Snapshot {
			l.Add(diag.SnapshotRepeats, r.Name.Whole, "the source %s tells the same state again and again, and the alert has no suppress", s.ID).
				WithHelp("add alert: {suppress: {by: […], for: …}}")
			return
		}
	}
}

package stub

import (
	"slices"

	"detc/compiler/diag"
)

// Levels are Sigma's, the lowest first (Sigma specification 2.1, "Level").
var Levels = []string{"informational", "low", "medium", "high", "critical"}

// checkLevels holds the levels of level_when against the rule's own. What their conditions say is looked at when they
// are compiled.
func (s *Stub) checkLevels(l *diag.List) {
	if len(s.Alert.LevelWhen) == 0 {
		return
	}
	if at := s.Alert.LevelWhen[0].Key; s.IsCorrelation() {
		l.Add(diag.LevelNoEvent, at.Whole, "a correlation has no event that a level could follow from").WithHelp("give its level as it is, and leave level_when out")
		return
	}
	own := slices.Index(Levels, s.Level.Value)
	for _, e := range s.Alert.LevelWhen {
		switch i := slices.Index(Levels, e.Key.Value); {
		case i < 0:
			l.Add(diag.BadValue, e.Key.Whole, "there is no level %q", e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, Levels)
		case i <= own:
			l.Add(diag.LevelNotUp, e.Key.Whole, "%s is not above %s, the rule's own level", e.Key.Value, s.Level.Value).
				WithHelp("say what raises the level; the rule's own is the lowest that an alert has")
		}
	}
}

// Package mappings carries what rules are held against: ATT&CK's facts, telemetry schemas with their sources, and the
// context tables' definitions.
package mappings

import "embed"

// Files is the mappings, rooted at this folder.
//
//go:embed attack/*.json telemetry context
var Files embed.FS

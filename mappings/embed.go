// Package mappings carries what rules are held against: ATT&CK's facts, telemetry schemas with their sources, Sigma's log
// sources, stores and models, and the context tables' definitions.
package mappings

import "embed"

// Files is the mappings, rooted at this folder.
//
//go:embed attack/*.json telemetry context taxonomy/*/*.yaml stores/*.yaml models/*.yaml
var Files embed.FS

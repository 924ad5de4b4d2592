// Package rules carries the content library in the binary: a folder a tactic with its brief, its items and its stubs,
// the runbooks they share, and what was shown of the stubs by detc test.
package rules

import "embed"

// Files is the library, rooted at this folder.
//
//go:embed all:ta0041 all:ta0104 runbooks evidence.json
var Files embed.FS

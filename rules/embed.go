// Package rules carries the content library in the binary: a folder a tactic with its brief, its items and its stubs,
// and the runbooks they share.
package rules

import "embed"

// Files is the library, rooted at this folder.
//
//go:embed all:ta0041 all:ta0104 runbooks
var Files embed.FS

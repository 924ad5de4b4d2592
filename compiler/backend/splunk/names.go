package splunk

import (
	"strconv"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// TableName is what the lookup of a context table is called.
func (*Target) TableName(t ir.Table) string { return SetName(t, false) }

// KeyName is the field of a correlation's rows.
func (*Target) KeyName(n int, _ string) string { return "detc_k" + strconv.Itoa(n+1) }

// Member is never asked for: Splunk's names of members are fields like any other.
func (*Target) Member(c backend.Column) string { return c.Name }

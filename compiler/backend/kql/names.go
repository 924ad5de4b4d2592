package kql

import (
	"strconv"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// TableName is what a watchlist, or a function, of a context table is called.
func (*Target) TableName(t ir.Table) string { return SetName(t) }

// KeyName is the column of a correlation's rows.
func (*Target) KeyName(n int, _ string) string { return "detc_k" + strconv.Itoa(n+1) }

// Member is a member of a dynamic column.
func (*Target) Member(c backend.Column) string { return member(c.Name, c.Path) }

package sql

import (
	"detc/compiler/backend"
	"detc/compiler/ir"
)

// TableName is the table of a context table.
func (t *target) TableName(table ir.Table) string { return TableName(table) }

// KeyName is the column of a correlation's rows: called as the name that it groups by.
func (*target) KeyName(_ int, groupBy string) string { return groupBy }

// Member is never asked for: the queries give whole rows.
func (*target) Member(c backend.Column) string { return c.Name }

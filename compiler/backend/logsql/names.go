package logsql

import (
	"detc/compiler/backend"
	"detc/compiler/ir"
)

// TableName is never asked for: VictoriaLogs looks nothing up here, so the values of a context table stand in the query.
func (Target) TableName(t ir.Table) string { return t.Name }

// KeyName is the column of a correlation's rows: called as the name that it groups by.
func (Target) KeyName(_ int, groupBy string) string { return groupBy }

// Member is a member of a document, which is a field like any other.
func (Target) Member(c backend.Column) string { return c.Name }

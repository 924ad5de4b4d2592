// Package context holds the site knowledge that a condition may ask for: which hosts are engineering stations, how
// critical an asset is, when a change may be made to it. A library defines the tables; their content is the site's, and
// changes without the rules.
package context

import (
	"detc/compiler/form"
	"detc/compiler/source"
)

// Form is a context table's definition as people write it.
type Form struct {
	Name    source.Text          `form:"name,required" is:"field" doc:"what conditions and schemas call it: engineering_hosts"`
	Title   source.Text          `form:"title,required" doc:"one line"`
	Type    source.Text          `form:"type,required" enum:"list(ip)|list(string)|keyed(ip)|keyed(string)|intervals(ip)|intervals(string)" doc:"a list is asked by x in context.name; a keyed table has one row a key, intervals have rows that hold for a time: both give columns to the schemas that look them up"`
	Version form.Value[int64]    `form:"version,required" doc:"of the table's form, not of its content: raised when the type or a column changes"`
	Columns form.Map[ColumnForm] `form:"columns" doc:"what a row of a keyed table or of intervals says beside its key"`
	Owner   source.Text          `form:"owner,required" doc:"the role that keeps the content"`
	Doc     source.Text          `form:"doc,required" doc:"what an entry means, and how often entries change"`
	Span    source.Span
}

// ColumnForm is one column of a table that is looked up.
type ColumnForm struct {
	Type source.Text   `form:"type,required" enum:"string|int|double|bool|ip" doc:"the type that conditions are checked against"`
	Enum []source.Text `form:"enum" doc:"all the values it can have"`
	Doc  source.Text   `form:"doc,required" doc:"what it means"`
	Span source.Span
}

// ContentForm is a table's content, as a site keeps it.
type ContentForm struct {
	Table      source.Text       `form:"table,required" is:"field" doc:"the table whose content this is"`
	Version    form.Value[int64] `form:"version,required" doc:"the version of the table's form that the entries are of"`
	Source     source.Text       `form:"source" doc:"where the entries are taken from: the inventory, the permit system"`
	ValidUntil source.Text       `form:"valid_until" is:"date" doc:"the last day on which the entries may be relied on"`
	Replace    form.Value[bool]  `form:"replace" doc:"true where an overlay stands in place of what is below it; else entries are merged by key"`
	Entries    []*source.Node    `form:"entries,required" doc:"values of a list; rows of a keyed table or of intervals"`
	Span       source.Span
}

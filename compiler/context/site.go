package context

import (
	"detc/compiler/form"
	"detc/compiler/source"
)

// SiteForm is a site's own file, site.yaml: what is different there from the library. Beside it stand the content of its
// context tables and its filters.
type SiteForm struct {
	Title source.Text           `form:"title,required" doc:"one line: which plant, or which part of the company"`
	Owner source.Text           `form:"owner" doc:"the role that answers for the folder"`
	Rules form.Map[source.Text] `form:"rules" enum:"enabled|shadow|disabled" doc:"by name, the rules that the site has on trial (shadow: written, and marked so that nobody is alerted) or not at all; the others are enabled"`
	Span  source.Span
}

// SiteFile is the name of a site's own file.
const SiteFile = "site.yaml"

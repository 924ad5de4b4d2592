package bundle

import (
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// DeployedFile is the name of the file in which a site says what runs on its targets.
const DeployedFile = "deployed.yaml"

// DeployedForm is that file: for each target the bundle that was imported, as somebody found it there.
type DeployedForm struct {
	Deployed []DeployedEntry `form:"deployed,required" doc:"what runs, a target each"`
	Span     source.Span
}

// DeployedEntry is one target.
type DeployedEntry struct {
	Target   source.Text `form:"target,required" is:"name" doc:"as --target names it"`
	Bundle   source.Text `form:"bundle,required" doc:"the bundle.json of the bundle that was imported, from the site's folder"`
	Since    source.Text `form:"since" is:"date" doc:"when it was imported"`
	Seen     source.Text `form:"seen,required" is:"date" doc:"when somebody looked at the target and found it there"`
	By       source.Text `form:"by,required" doc:"the role that looked"`
	Evidence source.Text `form:"evidence,required" doc:"what shows it: a ticket, an export"`
	Span     source.Span
}

// ReadDeployed reads the file; nil where nothing of it can be read.
func ReadDeployed(f *source.File, l *diag.List) *DeployedForm {
	var out DeployedForm
	if !form.File(f, &out, "what is deployed", l) {
		return nil
	}
	return &out
}

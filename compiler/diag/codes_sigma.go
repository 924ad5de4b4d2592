package diag

// What Sigma has no words for.
const (
	NoSigmaForm  Code = "DT6001"
	NoSigmaName  Code = "DT6002"
	NoSigmaRule  Code = "DT6003"
	SigmaTitle   Code = "DT6004"
	SigmaStubID  Code = "DT6005"
	SigmaDropped Code = "DT6006"
)

var sigmaCodes = []Info{
	{NoSigmaForm, "no-sigma-form", Error, "A clause has no form in Sigma.",
		"Written without the clause, the rule would match other events than it says.",
		InCondition, `seen_at == timestamp("2026-01-01T00:00:00Z")`, "seen_at.getHours() == 3"},
	{NoSigmaName, "no-sigma-name", Error, "A field or a table has a name that Sigma can't write.",
		"Sigma parts a field's name from its modifiers with |, and marks a table's name with %.",
		InSource, `fields: {src_ip: "src|ip", device_ip: device_ip, new_mode: state}`,
		"fields: {src_ip: src_ip, device_ip: device_ip, new_mode: state}"},
	{NoSigmaRule, "constant-sigma-rule", Error, "A condition is true, or false, whatever the event.",
		"Sigma needs a selection; a rule that is always true would alert on every record.",
		InNone, `condition: action == "stop" || !(action == "stop")`, `condition: action == "stop"`},
	{SigmaTitle, "sigma-title", Warning, "A title with its source is longer than the 256 characters that Sigma allows.",
		"It is cut, so that two rules may look alike in a list of alerts.",
		InStub, "title: A controller was stopped, or put into a mode in which its program can be changed, by a host that stands on none of the lists of engineering stations, masters, gateways, historians and maintenance laptops which this plant keeps and which the engineers who answer for it look through every month",
		"title: A controller was stopped from an unlisted host"},
	{SigmaStubID, "sigma-id", Error, "A rule's id is no UUID.",
		"The emitted rules' ids are derived from it; without it they would change from build to build.",
		InNone, "id: rule-1", "id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01"},
	{SigmaDropped, "sigma-dropped", Warning, "A remark about a rule is left out of its Sigma form, which allows none such.",
		"The Sigma schema refuses a false positive of one letter and tags with other than letters, digits, dots and dashes.",
		InStub, "falsepositives: [x]", "falsepositives: [Maintenance by the vendor]"},
}

package diag

// Properties: what a brief asks of every rule of its tactic.
const (
	BareAct      Code = "DT9301"
	BareEvent    Code = "DT9302"
	SingleSignal Code = "DT9303"
)

var propertyCodes = []Info{
	{BareAct, "act-alone", Warning, "A rule looks at an act and at nothing beside it.",
		"A command proves little; who sent it, from where, when, to how critical a device and whether a change was open is what makes it worth a call (TA0104/D2).",
		InNone, `condition: new_mode == "stop", with only the device in alert.fields`,
		`condition: new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`},
	{BareEvent, "bare-event", Error, "A mere launch, install or update makes a rule true.",
		"The tactic is wide and such events are everyday: the rule would drown people in false alarms (TA0041/D3).",
		InNone, `condition: action == "installed" && has(app_id)`,
		`condition: action == "installed" && origin == "other" && has(app_id) && !(app_id in context.approved_apps)`},
	{SingleSignal, "single-signal", Error, "A rule on one signal of a mobile device is of level high or critical.",
		"A device is not to be called compromised on the execution alone: link it to what else the device does, in a correlation, and let that be high (TA0041/D4).",
		InNone, "level: high on a rule over one alert", "level: medium, and a correlation with the device's traffic at level high"},
}

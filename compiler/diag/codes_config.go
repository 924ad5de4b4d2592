package diag

// detc.yaml.
const BadThreshold Code = "DT8140"

var configCodes = []Info{
	{BadThreshold, "bad-threshold", Error, "A threshold of coverage is out of its range.",
		"A gate that nothing can pass, or that nothing can fail, says nothing.",
		InNone, "coverage: {devices: 90}", "coverage: {devices: 0.9}"},
}

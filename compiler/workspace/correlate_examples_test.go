package workspace_test

// What the examples of correlations are parts of: two building blocks, and a stub that correlates them. Without an
// example they have no finding.
const (
	blockProgram = `name: plc-program
title: A controller was opened for programming
id: 0a6f2b1e-1c0e-4a37-9d1c-5f3f1f8a2b01
tags: [TA0104]
status: experimental
date: 2026-11-22
telemetry: ot.mode_change
description: Somebody opens a controller for programming.
condition: new_mode == "program"
alert: false
tests:
  given: {new_mode: program, src_ip: 10.20.9.77, device_ip: 10.20.1.5}
  cases:
    - {name: opened, want: match}
    - {name: stopped, but: {new_mode: stop}, want: no match}
    - {name: started, but: {new_mode: run}, want: no match}
level: low
`
	blockStop = `name: plc-stop
title: A controller was stopped
id: 0a6f2b1e-1c0e-4a37-9d1c-5f3f1f8a2b02
tags: [TA0104]
status: experimental
date: 2026-11-22
telemetry: ot.mode_change
description: Somebody stops a controller.
condition: new_mode == "stop"
alert: false
tests:
  given: {new_mode: stop, src_ip: 10.20.9.77, device_ip: 10.20.1.5}
  cases:
    - {name: stopped, want: match}
    - {name: opened, but: {new_mode: program}, want: no match}
    - {name: started, but: {new_mode: run}, want: no match}
level: low
`
	exampleCorrelation = `name: plc-program-then-stop
title: A controller was opened for programming, then stopped
id: 0a6f2b1e-1c0e-4a37-9d1c-5f3f1f8a2b03
tags: [TA0104]
status: experimental
date: 2026-11-22
covers: [TA0104/D1]
description: The same controller is opened for programming and stopped soon after.
correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}
alert:
  summary: "{device_ip} was opened, then stopped"
  suppress: {by: [device_ip], for: 1h}
runbook: ot-controller-change
tests:
  cases:
    - {name: both, want: match, timeline: [{at: 0s, rule: plc-program}, {at: 5m, rule: plc-stop}]}
    - {name: the other way round, want: no match, timeline: [{at: 0s, rule: plc-stop}, {at: 5m, rule: plc-program}]}
    - {name: too late, want: no match, timeline: [{at: 0s, rule: plc-program}, {at: 31m, rule: plc-stop}]}
level: high
`
	correlatedFile = "plc-program-then-stop.yaml"
)

// correlated are the files of an example of a correlation.
func correlated(example string) map[string]string {
	return map[string]string{
		"ta0104/plc-program.yaml":  blockProgram,
		"ta0104/plc-stop.yaml":     blockStop,
		"ta0104/" + correlatedFile: merge(exampleCorrelation, example),
	}
}

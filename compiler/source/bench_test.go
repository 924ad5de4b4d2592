package source

import (
	"strings"
	"testing"
)

// A stub as people write them: what a check reads by the thousand.
const stub = `name: ot-mode-change-unlisted
title: PLC put into a programmable mode from an unlisted workstation
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
tags: [TA0104, T0858]
status: experimental
level: high
date: 2026-11-22
telemetry: ot.mode_change
covers: [TA0104/D1]
description: |-
  A controller leaves run mode for one that takes programs,
  and the station that asked is none that may.
references: [https://example.org/a, "https://example.org/b"]
let:
  opens_the_program: new_mode in ["program", "remote_program"]
  listed: src_ip in context.engineering_hosts
condition: >-
  opens_the_program
  && has(src_ip)
  && !listed
alert:
  summary: "{device_ip} set to {new_mode} by {src_ip}"
  fields: [device_ip, old_mode, new_mode, src_ip, user]
  suppress: {by: [device_ip, src_ip], for: 1h}
  budget: 2/day
falsepositives: [Un-inventoried engineering laptop]
tests:
  given: {new_mode: program, device_ip: 10.20.1.5, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: no address, but: {src_ip: null}, want: no match}
`

// BenchmarkParseYAML has yaml.v3 alone on the same text beside it: the floor that our part stands on.
func BenchmarkParseYAML(b *testing.B) {
	for name, text := range map[string]string{
		"stub":      stub,
		"multibyte": strings.ReplaceAll(stub, "station", "Arbeitsplatzstätte"),
		"long":      strings.Repeat(stub+"---\n", 200),
	} {
		b.Run(name+"/floor=yaml.v3", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readAll(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/ParseYAML", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseYAML(NewFile("stub.yaml", text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

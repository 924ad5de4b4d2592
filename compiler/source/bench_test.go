package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
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

// BenchmarkFloor reads the public Sigma rules and has yaml.v3 parse them: what package sigma's BenchmarkReadAll, which
// makes rules of the same files, can't be faster than.
func BenchmarkFloor(b *testing.B) {
	const public = "../../../shared/sigmahq/rules"
	if _, err := os.Stat(public); err != nil {
		b.Skipf("no %s", public)
	}
	var names []string
	size := int64(0)
	err := filepath.WalkDir(public, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yml") {
			return err
		}
		info, err := e.Info()
		names, size = append(names, path), size+info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			if err := yaml.Unmarshal(text, new(yaml.Node)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(names)*b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(names)*b.N), "ns/file")
}

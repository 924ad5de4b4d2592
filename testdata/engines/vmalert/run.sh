#!/bin/sh
# Builds vmalert, by its module's name and version in go.mod here, as $1/vmalert: a minute the first time, nothing when it
# is in Go's build cache.
set -eu
cd "$(dirname "$0")"
CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly go build -o "$1/vmalert" github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert

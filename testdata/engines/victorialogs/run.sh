#!/bin/sh
# Builds the VictoriaLogs server, by its module's name and version in go.mod here, as $1/victoria-logs: half a minute the
# first time, nothing when it is in Go's build cache.
set -eu
cd "$(dirname "$0")"
CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly go build -o "$1/victoria-logs" github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs

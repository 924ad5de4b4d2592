#!/bin/sh
# Builds this with Loki's parser, pipeline and engine, by its module's name and version in go.mod here, as $1/loki-pipeline:
# two minutes the first time, little when it is in Go's build cache. Loki is under the AGPL: it is never linked into detc.
set -eu
cd "$(dirname "$0")"
CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly go build -o "$1/loki-pipeline" .

# What one does in this repository. `make` alone lists it.
# Only Go is needed; GNU make, grep and awk are as every system has them.

export CGO_ENABLED := 0

FUZZTIME ?= 10s
BENCHTIME ?= 1s
COUNT ?= 1

# Folders whose tests write goldens with -update, those with benchmarks, and the fuzz targets as folder:name.
GOLDEN := $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' cmd compiler mappings | xargs -n1 dirname | sort -u)
BENCH := $(shell grep -rl --include='*_test.go' '^func Benchmark' cmd compiler mappings | xargs -n1 dirname | sort -u)
FUZZ := $(shell grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd compiler mappings | sed 's|/[^/]*:func |:|' | sort)

# cgo is for DuckDB's driver alone, which stands in a module of its own.
.PHONY: help build test lint fmt golden fuzz nightly bench cover engines browser tidy check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

build: ## build the tool into bin/detc
	go build -o bin/detc ./cmd/detc

test: ## run all tests, and the queries on SQLite, which is quick
	DETC_ENGINES=$${DETC_ENGINES:-sqlite} go test ./...

lint: ## go vet, gofmt, staticcheck where tools/ pins it, and the library against its own checks
	@unformatted=$$(gofmt -l cmd compiler mappings rules); \
	  if [ -n "$$unformatted" ]; then echo "not gofmt'ed; run make fmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	@if [ -f tools/go.mod ] && go tool -modfile=tools/go.mod -n staticcheck >/dev/null 2>&1; \
	  then go tool -modfile=tools/go.mod staticcheck ./...; \
	  else echo "no staticcheck here: skipped"; fi
	go run ./cmd/detc check

fmt: ## gofmt all Go files
	gofmt -w cmd compiler mappings rules

golden: ## rewrite the expected outputs of the tests; read the diff
	go test $(addprefix ./,$(GOLDEN)) -update

fuzz: ## run every fuzz target for FUZZTIME (10s) each
	@for t in $(FUZZ); do \
	  echo "go test ./$${t%%:*} -fuzz $${t##*:}"; \
	  go test ./$${t%%:*} -run '^$$' -fuzz "^$${t##*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x || exit 1; \
	done

nightly: ## the opinions on a million generated pairs, DETC_SEED picks others, and on all events of the public rules
	DETC_PAIRS=1000000 DETC_EVENTS=400 go test -timeout 60m -run 'TestOpinionsAgree|TestPublicRulesDifferential' -v ./compiler/witness

bench: ## measure speed, as ratios to a floor in the same run
	go test $(addprefix ./,$(BENCH)) -p 1 -run '^$$' -bench . -benchtime $(BENCHTIME) -count $(COUNT)

cover: ## say how much of each package the tests run
	go test -cover ./... | awk '/^(FAIL|---)/ { bad = 1; print } /coverage:/ { sub(/^ok[ \t]*/, ""); print } END { exit bad }'

engines: ## run the queries and bundles of the backends on the real engines; the first time installs them
	DETC_ENGINES=all go test -count=1 -timeout 60m -skip TestLibraryOn ./compiler/backend/... ./compiler/bundle
	DETC_ENGINES=all go test -count=1 -run TakesTheLibrary -v ./cmd/detc
	DETC_ENGINES=all DETC_EVENTS=1000 go test -count=1 -timeout 60m -run TestLibraryOn -v ./compiler/backend/sql ./compiler/backend/lucene ./compiler/backend/logsql ./compiler/backend/logql

browser: ## open the HTML report in Chromium (needs node, npm and Debian's chromium); DETC_HTML keeps pages and screenshots
	DETC_BROWSER=1 go test -count=1 -timeout 20m -run TestHTMLInABrowser -v ./compiler/report

tidy: ## check that go.mod lists what is used
	go mod tidy -diff

check: lint tidy test ## what CI does, but for the fuzzing, the goldens and the fresh clone

clean: ## remove what the targets made
	rm -rf bin dist

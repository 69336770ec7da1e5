# Saccade: `make help` lists what there is. Needs Go (see go.mod). On Debian or
# Ubuntu the rest is installed by apt, after a line that says what; with
# SACCADE_INSTALL=no, and elsewhere, only the line is printed.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory

export CGO_ENABLED := 0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOBUILD := go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

RUN_PACKAGES  := ffmpeg
TEST_PACKAGES := ffmpeg chromium postgresql python3-requests python3-numpy python3-pandas python3-scipy qemu-user-static

# The programs that check the tree, at the versions of .ci/tools.mod.
TOOL := go tool -modfile=.ci/tools.mod

.PHONY: help build demo run test test-go test-train test-packages test-container image release release-check bench lint measure attack chaos soak vuln oracle generate tour clean deps deps-test

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the one static binary, bin/saccade
	@$(GOBUILD) -o bin/saccade ./cmd/saccade
	@ls -l bin/saccade | awk '{printf "bin/saccade: %.1f MB\n", $$5/1e6}'

demo: deps build ## Start the service, analyze the sample clip through the public API, show where the heat map is
	@go run ./examples/demo -binary bin/saccade -video examples/sample.webm -out demo-out

tour: deps build ## Make the video and the screenshots of the app in docs/ anew, from a real run in Chromium
	@bash .ci/need chromium && go run ./examples/tour -binary bin/saccade -out docs

run: deps build ## Start the service on 127.0.0.1:8080 with its data in ./saccade-data
	@exec bin/saccade serve

test: deps-test build test-go ## Run every test; ends with "N passed, N failed, N skipped"

# The tests' own output goes to bin/test.log; what is shown is a line per
# package, every failure in full and why something was skipped.
test-go:
	@mkdir -p bin; go vet ./...; go vet -C packaging ./...
	@status=0; go test -v -timeout 20m $(TESTFLAGS) ./... >bin/test.log 2>&1 || status=$$?; \
	go test -C packaging -v -timeout 20m $(TESTFLAGS) ./... >>bin/test.log 2>&1 || status=$$?; \
	awk -f .ci/summary.awk bin/test.log; exit $$status

test-packages: deps build ## Install, start, upgrade, remove and purge the .deb in a Debian system of its own, with systemd (needs root, some minutes)
	@bash .ci/need mmdebstrap lintian
	@SACCADE_PACKAGES=1 go test -C packaging -count 1 -v -timeout 30m ./debian

test-container: build ## Build and run image and Compose file in a Docker engine of its own, and kill a worker (needs root, some minutes)
	@bash .ci/need docker.io docker-compose mmdebstrap python3-requests
	@bash .ci/gateway
	@SACCADE_CONTAINER=1 go test -C packaging -count 1 -v -timeout 40m -run Engine ./container

image: build ## Build the container image saccade (needs Docker)
	@mkdir -p bin/image; cp bin/saccade bin/image/
	@docker build -f packaging/container/Dockerfile -t saccade bin/image

# DIST is where the files go.
DIST ?= dist
COMMIT_TIME := $(shell git log -1 --format=%ct 2>/dev/null || echo 1)

release: ## Build what is published into dist/: .tar.gz, .deb, bills of materials, SHA256SUMS
	@mkdir -p $(DIST); go run -C packaging ./release -root .. -out $(abspath $(DIST)) -version $(VERSION) -time $(COMMIT_TIME)

release-check: ## Build every target twice, apart, and compare; run the arm64 binary under qemu (some minutes)
	@SACCADE_RELEASE=1 go test -C packaging -count 1 -v -timeout 60m -run Release ./release

bench: deps build ## Time everything side by side: kernels, whole analyses against ffmpeg alone, images, queue
	@go test -timeout 60m -run '^$$' -bench . -benchtime 3x ./... | grep -E '^(Benchmark|pkg:|cpu:)' || true
	@go run ./examples/bench -binary bin/saccade

test-train: ## Run the tests of the training code (needs python3-torch, python3-opencv, python3-scipy)
	@cd train && /usr/bin/python3 -m unittest

lint: ## Check the form: gofmt, go vet, staticcheck, floors, sizes, vocabulary and spelling
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	@go vet ./...
	@$(TOOL) staticcheck ./...
	@go vet -C packaging ./...
	@if [ -x web/node_modules/.bin/tsc ]; then web/node_modules/.bin/tsc -p web; else echo "types of web/src: skipped, no web/node_modules (npm install --prefix web --no-save typescript preact@11.2.0 @preact/signals@2.11.4 uplot@1.6.32 mediabunny@1.61.0)"; fi
	@SACCADE_LINT=1 go test -run '^Test(Floors|ImportChain|Sizes|ExportsAreDocumented|Style|Words|GivesAndTells)$$' ./docs

measure: ## Print the figures of the tree: sizes, comments, tests, examples, import depth
	@go test -count 1 -v -run '^TestMeasure$$' ./docs | grep -E 'measure_test|FAIL'

attack: deps build ## Attack the service on a loopback address for some minutes; renew the table of what held in SECURITY.md
	@go run ./examples/attack -binary bin/saccade -write SECURITY.md

chaos: deps-test build ## Kill and cut off the parts of a cluster on loopback addresses in turn, under load; show that nothing is lost
	@go run ./examples/chaos -binary bin/saccade

soak: deps-test build ## Load such a cluster for ten minutes (SOAK=1h: for longer); show that memory, files and rows do not grow
	@go run ./examples/chaos -binary bin/saccade -soak $(or $(SOAK),10m)

vuln: ## Look for known vulnerabilities in what the program calls (asks vuln.go.dev)
	@bash .ci/vuln $(TOOL) govulncheck

# SACCADE_ORT may name a directory that has node_modules/onnxruntime-node already.
oracle: ## Compare the engine with ONNX Runtime on the same weights (fetches onnxruntime-node by npm)
	@dir=$${SACCADE_ORT:-$$PWD/bin/ort}; \
	[ -d "$$dir/node_modules/onnxruntime-node" ] || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$$dir" onnxruntime-node@1.30.0; \
	SACCADE_ORT="$$dir" go test -count 1 -run Oracle -v ./internal/attention

generate: ## Write the generated assembly, the tables and the bundle of the app anew
	@go generate ./...

clean: ## Remove what was built
	@rm -rf bin demo-out

deps:
	@bash .ci/need $(RUN_PACKAGES)

deps-test:
	@bash .ci/need $(TEST_PACKAGES)
	@bash .ci/gateway

# Saccade: `make help` lists what there is. Needs Go (see go.mod) and, on
# Debian or Ubuntu, installs the rest by apt or says exactly what to install.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory

export CGO_ENABLED := 0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOBUILD := go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

RUN_PACKAGES  := ffmpeg
TEST_PACKAGES := ffmpeg chromium postgresql python3-requests python3-numpy python3-scipy qemu-user-static

.PHONY: help build demo run test test-go bench lint oracle generate clean deps deps-test

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the one static binary, bin/saccade
	@$(GOBUILD) -o bin/saccade ./cmd/saccade
	@ls -l bin/saccade | awk '{printf "bin/saccade: %.1f MB\n", $$5/1e6}'

demo: deps build ## Start the service, analyse the sample clip through the public API, show where the heat map is
	@go run ./examples/demo -binary bin/saccade -video examples/sample.webm -out demo-out

run: deps build ## Start the service on 127.0.0.1:8080 with its data in ./saccade-data
	@exec bin/saccade serve

test: deps-test build test-go ## Run every test; ends with "N passed, N failed, N skipped"

# The tests' own output goes to bin/test.log; what is shown is a line per
# package, every failure in full and why something was skipped.
test-go:
	@mkdir -p bin; go vet ./...
	@status=0; go test -v -timeout 20m $(TESTFLAGS) ./... >bin/test.log 2>&1 || status=$$?; \
	awk -f .ci/summary.awk bin/test.log; exit $$status

bench: deps build ## Time everything side by side: kernels, whole analyses against ffmpeg alone, pictures, queue
	@go test -run '^$$' -bench . -benchtime 3x ./... | grep -E '^(Benchmark|pkg:|cpu:)' || true

lint: ## gofmt and go vet
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	@go vet ./...

oracle: ## Compare the engine with ONNX Runtime on the same weights (fetches onnxruntime-node by npm)
	@bash internal/nn/oracle/run.sh

generate: ## Write the generated assembly and tables anew
	@go generate ./...

clean: ## Remove what was built
	@rm -rf bin demo-out

deps:
	@bash .ci/need $(RUN_PACKAGES)

deps-test:
	@bash .ci/need $(TEST_PACKAGES)

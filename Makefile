# What to do with this repository. `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
# Tests without debugging information link in half the time; stacks and races are as readable. All of a package is
# vetted before, not only what `go test` would look at again. Collecting garbage seldom takes a quarter off what tests with
# the race detector take.
GO_TEST := GOGC=300 go test -race -vet=off -ldflags '-s -w'
# Tools are pinned in modules of their own, so that their dependencies are not the bot's.
tool = go tool -modfile=$(CURDIR)/tools/$(1)/go.mod $(1)
SOURCES = $(shell find api cmd/bot internal -name '*.go' -not -name '*_test.go') go.mod go.sum
SECRETSYNC_SOURCES = $(shell find cmd/secretsync internal/credentials -name '*.go' -not -name '*_test.go') cmd/secretsync/go.mod cmd/secretsync/go.sum
# The secret stores whose clients are built into secretsync: all that it supports, and no others.
SECRETSYNC_TAGS := custom_providers,vault,openbao,aws,gcp,azure,onepassword,doppler,sops,k8s

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
.PHONY: help

## Running

demo: $(BIN)/bot ## play with the bot: everything in one process, no cluster and no accounts needed
	@$(BIN)/bot demo $(DEMO_ARGS)
.PHONY: demo

$(BIN)/bot: $(SOURCES) $(shell find internal -type f -path '*/web/*' -o -type f -name '*.yaml' -path '*/crds/*')
	@echo "Building the bot (the first time this takes some minutes: Kubernetes' client libraries are large) …"
	@CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/bot

$(BIN)/secretsync: $(SECRETSYNC_SOURCES)
	@echo "Building secretsync (some 4 minutes the first time: the clients of secret stores are large) …"
	@cd cmd/secretsync && CGO_ENABLED=0 go build -trimpath -tags $(SECRETSYNC_TAGS) -ldflags '$(LDFLAGS)' -o $(CURDIR)/$@ .

build: $(BIN)/bot $(BIN)/secretsync ## build the bot and secretsync
.PHONY: build

## Testing

test: prepare test-unit test-secretsync test-chart test-apiserver test-e2e ## pass all tests
.PHONY: test

prepare: ## install the Debian packages that the tests need
	@./test/prepare
.PHONY: prepare

test-unit: ## the tests of the root module
	go vet ./...
	$(GO_TEST) -timeout 10m ./...
.PHONY: test-unit

test-secretsync: ## the tests of secretsync's own module
	cd cmd/secretsync && go vet -tags $(SECRETSYNC_TAGS) ./... && $(GO_TEST) -tags $(SECRETSYNC_TAGS) -timeout 10m ./...
.PHONY: test-secretsync

test-chart: ## check the charts
	$(call tool,helm) lint --strict deploy/helm/kargo-bot --values deploy/helm/kargo-bot/ci/values.yaml
	$(call tool,helm) lint --strict deploy/helm/secretsync --values deploy/helm/secretsync/ci/values.yaml
.PHONY: test-chart

$(BIN)/kube-apiserver-test: $(shell find test/apiserver -name '*.go' -not -name '*_test.go') test/apiserver/go.mod test/apiserver/build.sh
	@echo "Building a real kube-apiserver with etcd (about 7 minutes the first time) …"
	@test/apiserver/build.sh $(CURDIR)/$@

test-apiserver: $(BIN)/kube-apiserver-test ## the tests of the API server that the others stand on
	cd test/apiserver && go vet -trimpath ./... && go test -trimpath ./...
.PHONY: test-apiserver

test-e2e: $(BIN)/bot $(BIN)/secretsync $(BIN)/kube-apiserver-test ## the tests of the whole on a real API server
	@# What they run is not what Go knows of: a result that it remembers may be of another bot.
	cd test/e2e && go vet ./... && $(GO_TEST) -count=1 -timeout 20m ./...
.PHONY: test-e2e

storm: $(BIN)/bot $(BIN)/kube-apiserver-test ## the storm of notifications at full size, some 6 minutes
	cd test/e2e && E2E_STORM=full go test -race -count=1 -timeout 30m -v -run '^(TestEverythingIsToldOnceInAStorm|TestABurstBecomesOneSummary)$$' .
.PHONY: storm

bench: $(BIN)/bot $(BIN)/kube-apiserver-test ## measure, each figure against its physical limit in the same run
	go test -run '^$$' -bench . -benchtime 2s ./internal/...
	cd cmd/secretsync && go test -run '^$$' -bench . -benchtime 2s -tags $(SECRETSYNC_TAGS) ./...
	cd test/e2e && go test -timeout 20m -run '^$$' -bench . -benchtime 1x ./...
.PHONY: bench

fuzz: ## fuzz each parser of foreign input for FUZZTIME (default 1m)
	@for package in $$(grep -rl --include='*_test.go' '^func Fuzz' internal | xargs -n1 dirname | sort -u); do \
	  for target in $$(grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' $$package | sed 's/^func //'); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-1m} ./$$package; \
	  done; done
.PHONY: fuzz

## Keeping order

generate: ## generate deepcopy methods, CRDs and the page about the doctor
	$(call tool,controller-gen) object paths=./api/... paths=./internal/kargo/...
	$(call tool,controller-gen) crd paths=./api/... output:crd:dir=deploy/helm/kargo-bot/crds
	go generate ./internal/...
.PHONY: generate

lint: ## lint everything
	$(call tool,golangci-lint) run ./...
	cd test/apiserver && GOFLAGS=-trimpath $(call tool,golangci-lint) run --config $(CURDIR)/.golangci.yml ./...
	cd test/e2e && $(call tool,golangci-lint) run --config $(CURDIR)/.golangci.yml ./...
	cd cmd/secretsync && $(call tool,golangci-lint) run --config $(CURDIR)/.golangci.yml --build-tags $(SECRETSYNC_TAGS) ./...
	$(call tool,actionlint)
	@command -v shellcheck >/dev/null || { echo "shellcheck is missing: apt-get install shellcheck"; exit 1; }
	shellcheck .ci/run test/prepare test/apiserver/build.sh
	@$(MAKE) --no-print-directory generate
	@git diff --exit-code -- '*zz_generated*' deploy/helm/kargo-bot/crds internal/kargosim/crds docs/doctor.md || { echo "generated files are stale: commit what 'make generate' wrote"; exit 1; }
.PHONY: lint

vulncheck: ## look for known vulnerabilities (needs the vulnerability database)
	$(call tool,govulncheck) ./...
	cd cmd/secretsync && $(call tool,govulncheck) -tags $(SECRETSYNC_TAGS) ./...
.PHONY: vulncheck

clean: ## remove what was built
	rm -rf $(BIN)
.PHONY: clean

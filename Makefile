# `make` or `make help` lists the targets. The steps themselves are scripts in hack/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The version of the operator: of its binaries, of its image's tag and of config/manager.
VERSION ?= 0.1.0
# The operator's image. With CLUSTER=current it must be where that cluster can pull it.
include hack/names.sh
OPERATOR_IMAGE ?= $(OPERATOR):$(VERSION)
# own: a cluster that test/cluster starts here (Linux, root). current: the cluster of KUBECONFIG.
CLUSTER ?= own
# The real zot for demo and tests: ZOT_BIN=<binary> or ZOT_IMAGE=<reference or archive>. With neither, see hack/operand.sh.
export VERSION OPERATOR_IMAGE CLUSTER ZOT_BIN ZOT_IMAGE

# The same for builds, tests and linters: with another value Go would compile every dependency once more.
export CGO_ENABLED := 0

##@ General

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN { FS = ":.*## "; printf "usage: make <target> [VARIABLE=value]\n" } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables\n  %-32s %s\n  %-32s %s\n  %-32s %s\n' \
		'ZOT_BIN=<file>, ZOT_IMAGE=<image>' 'take the real zot for demo and tests' \
		'CLUSTER=current' 'use the cluster of KUBECONFIG, OPERATOR_IMAGE=<image> in it' \
		'LABELS=<filter>' 'choose cluster tests by Ginkgo label'

##@ Development

.PHONY: generate
generate: ## Write what follows from the sources: deep copies, CRD, roles, webhooks, API reference, bundle, catalog.
	@hack/generate.sh

.PHONY: bundle
bundle: ## Write the bundle for Operator Lifecycle Manager from config/ and the Go types; `make generate` does it, too.
	@hack/step.sh "write the bundle" hack/bundle.sh

.PHONY: catalog
catalog: ## Render the catalog from its template and the bundle; `make generate` does it, too.
	@hack/step.sh "render the catalog" hack/catalog.sh

.PHONY: golden
golden: ## Write the golden files of the tests anew; read the diff, it is what users will see.
	@hack/step.sh "write the golden files" hack/golden.sh

.PHONY: verify
verify: ## Check that generated files, modules, format and layout are as they should be.
	@hack/verify.sh

.PHONY: lint
lint: ## Run golangci-lint with the rules of the architecture and kube-api-linter, and actionlint.
	@hack/lint.sh

.PHONY: verify-operand
verify-operand: ## Record that the real zot accepts the golden configurations: ZOT_BIN=<file>.
	@hack/step.sh "let zot judge the golden configurations" go -C test/operand run ./cmd/verify-operand

##@ Tests

.PHONY: test
test: ## Run all tests of a change: unit, envtest, backends, release, the main paths on a cluster and with OLM, and dist/install.yaml.
	@hack/test.sh unit envtest backends release cluster olm installs

.PHONY: test-full
test-full: ## Run every test but the measurements of throughput.
	@LABELS='!figures' hack/test.sh unit envtest backends release cluster olm installs

.PHONY: figures
figures: ## Measure pushing and pulling 1 GiB on each kind of storage against a zot that is set up by hand (Linux, root).
	@LABELS=figures hack/test.sh cluster

.PHONY: test-unit
test-unit: ## Run the tests that need nothing.
	@hack/test.sh unit

.PHONY: test-envtest
test-envtest: ## Run the tests against a real API server.
	@hack/test.sh envtest

.PHONY: test-compat
test-compat: ## Run the tests against the API server of every Kubernetes that is promised.
	@hack/test.sh compat

.PHONY: test-backends
test-backends: ## Run the tests of stores on the servers that they keep their artifacts on, as processes.
	@hack/test.sh backends

.PHONY: test-release
test-release: ## Make a release and look at it; LABELS as below (empty: both architectures, twice).
	@hack/test.sh release

.PHONY: test-cluster
test-cluster: ## Run the tests on a cluster; LABELS chooses (default: smoke).
	@hack/test.sh cluster

.PHONY: test-olm
test-olm: ## Run the tests with Operator Lifecycle Manager on a cluster of their own; LABELS as there (empty: all).
	@hack/test.sh olm

.PHONY: test-installs
test-installs: ## Install and remove the operator by dist/install.yaml on an empty cluster; LABELS= for each way, on a cluster each.
	@hack/test.sh installs

.PHONY: bench
bench: ## Count and measure what up to 200 stores cost the API server and the operator (Linux, some 4 minutes).
	@hack/bench.sh

##@ Try it

.PHONY: demo
demo: ## Start a cluster, the operator and a registry; push and pull an image.
	@hack/demo.sh

.PHONY: demo-down
demo-down: ## Remove what the demo made.
	@hack/demo-down.sh

.PHONY: cluster
cluster: ## Start a Kubernetes cluster of one node (Linux, root); CLUSTER_NAME names it.
	@hack/cluster.sh up

.PHONY: cluster-env
cluster-env: ## Print KUBECONFIG and PATH for that cluster, to be evaluated by a shell.
	@hack/cluster.sh env

.PHONY: cluster-down
cluster-down: ## Stop that cluster and remove all that belongs to it.
	@hack/cluster.sh down

##@ Build

.PHONY: build
build: ## Build the operator's binaries into bin/.
	@hack/step.sh "build $(VERSION)" hack/build.sh

.PHONY: installer
installer: ## Write dist/install.yaml: all that `kubectl apply -k config/default` applies, and the CRD, in one file.
	@hack/step.sh "write dist/install.yaml" hack/installer.sh

.PHONY: release
release: ## Write all files of a release into dist/VERSION: VERSION=x.y.z; see docs/releases.md.
	@hack/release.sh

.PHONY: image
image: ## Build the operator's image into dist/, without a container engine.
	@hack/step.sh "build $(OPERATOR_IMAGE)" hack/image.sh

.PHONY: must-gather-image
must-gather-image: ## Build the image for must-gather into dist/, without a container engine.
	@hack/step.sh "build the image for must-gather $(VERSION)" hack/image.sh dist/must-gather.tar bin/must-gather must-gather

#!/usr/bin/env bash
# generate.sh writes everything that follows from the Go sources: what it writes is committed, and `make verify` fails where it
# differs from what is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

header=headerFile=hack/boilerplate.go.txt

apply_configurations() {
	# The generator leaves behind what belongs to a type that is gone.
	rm -rf apis/v1alpha1/applyconfiguration
	hack/tool.sh controller-gen applyconfiguration:$header paths=./apis/v1alpha1
}

custom_resource_definition() {
	local folder
	folder=$(mktemp -d)
	hack/tool.sh controller-gen crd paths=./apis/v1alpha1 output:crd:dir="$folder"
	# The file has the name under which the documentation has users apply it.
	mkdir -p config/crd
	cp "$folder/artifacts.zot.io_zotartifactstores.yaml" config/crd/zotartifactstore_crd.yaml
	rm -r "$folder"
}

# The image's tag in the manifests is the version of the Makefile.
version() {
	sed -i.before -E "s/^( *newTag: ).*/\1${VERSION:?run this as: make generate}/" config/manager/kustomization.yaml
	rm config/manager/kustomization.yaml.before
}

api_reference() {
	mkdir -p docs
	hack/tool.sh crd-ref-docs --source-path=apis --config=hack/crd-ref-docs.yaml --renderer=markdown --output-path=docs/api.md \
		--log-level=WARN
}

# A step of its own process: `generate.sh FUNCTION`.
if (($# > 0)); then
	"$@"
	exit
fi

hack/step.sh "generate deep copies" hack/tool.sh controller-gen object:$header paths=./apis/v1alpha1
hack/step.sh "generate apply configurations" hack/generate.sh apply_configurations
hack/step.sh "generate the CRD" hack/generate.sh custom_resource_definition
hack/step.sh "generate the operator's role" \
	hack/tool.sh controller-gen rbac:roleName=zot-operator-manager paths=./controllers/... output:rbac:dir=config/rbac
hack/step.sh "generate the webhook configurations" \
	hack/tool.sh controller-gen webhook paths=./webhooks/... output:webhook:dir=config/webhook
hack/step.sh "generate docs/api.md" hack/generate.sh api_reference
hack/step.sh "set version ${VERSION:-} in config/manager" hack/generate.sh version
hack/step.sh "write the bundle" hack/bundle.sh
hack/step.sh "render the catalog" hack/catalog.sh

#!/usr/bin/env bash
# installer.sh writes dist/install.yaml: the CRD and config/default in one file, for `kubectl apply --server-side -f`.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist
{
	cat config/crd/zotartifactstore_crd.yaml
	printf -- '---\n'
	hack/tool.sh kustomize build config/default
} >dist/install.yaml
printf '    %s objects, %s bytes\n' "$(grep -c '^kind:' dist/install.yaml)" "$(wc -c <dist/install.yaml)"

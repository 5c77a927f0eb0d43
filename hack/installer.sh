#!/usr/bin/env bash
# installer.sh [FILE [CONFIG]] writes FILE (default: dist/install.yaml): the CRD and CONFIG/default (default: config/default) in one, for
# `kubectl apply --server-side -f`.
set -euo pipefail
cd "$(dirname "$0")/.."
file=${1:-dist/install.yaml} config=${2:-config}
mkdir -p "$(dirname "$file")"
{
	cat "$config/crd/zotartifactstore_crd.yaml"
	printf -- '---\n'
	hack/tool.sh kustomize build "$config/default"
} >"$file"
printf '    %s objects, %s bytes\n' "$(grep -c '^kind:' "$file")" "$(wc -c <"$file")"

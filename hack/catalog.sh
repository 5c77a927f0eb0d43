#!/usr/bin/env bash
# catalog.sh renders catalog/template.yaml with the bundle into the file-based catalog catalog/zot-artifact-store-operator, and lets opm
# judge it. Bundles of earlier releases stay as the catalog has them.
set -euo pipefail
cd "$(dirname "$0")/.."

catalog=catalog/zot-artifact-store-operator
work=$(mktemp -d)
# shellcheck disable=SC2064 # the folder of now
trap "rm -rf '$work'" EXIT
hack/tool.sh opm render bundle --migrate-level=bundle-object-to-csv-metadata --output=yaml \
	--alpha-image-ref-template='ghcr.io/zot-artifact-store/operator-bundle:v{{.Version}}' >"$work/bundle.yaml"
known=()
[[ ! -e $catalog/catalog.yaml ]] || known=("$catalog/catalog.yaml")
go run ./hack/catalog --template catalog/template.yaml "${known[@]}" "$work/bundle.yaml" >"$work/catalog.yaml"
mkdir -p "$catalog"
{
	printf '# Written by `make catalog` from the template and the bundle; changes belong there.\n'
	cat "$work/catalog.yaml"
} >"$catalog/catalog.yaml"
hack/tool.sh opm validate "$catalog"

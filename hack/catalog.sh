#!/usr/bin/env bash
# catalog.sh renders catalog/template.yaml with the bundle into the file-based catalog catalog/zot-artifact-store-operator, and lets opm
# judge it. Bundles of earlier releases stay as the catalog has them.
#
# catalog.sh BUNDLE IMAGE TEMPLATE FOLDER does it with the bundle of another folder, whose image that is, and with another template, and
# writes into another folder.
set -euo pipefail
cd "$(dirname "$0")/.."

catalog=catalog/zot-artifact-store-operator
. hack/names.sh
bundle=${1:-bundle} image=${2:-$OPERATOR-bundle:v'{{.Version}}'}
template=${3:-catalog/template.yaml} folder=${4:-$catalog}
work=$(mktemp -d)
# shellcheck disable=SC2064 # the folder of now
trap "rm -rf '$work'" EXIT
hack/tool.sh opm render "$bundle" --migrate-level=bundle-object-to-csv-metadata --output=yaml \
	--alpha-image-ref-template="$image" >"$work/bundle.yaml"
known=()
[[ ! -e $catalog/catalog.yaml ]] || known=("$catalog/catalog.yaml")
go run ./hack/catalog --template "$template" "${known[@]}" "$work/bundle.yaml" >"$work/catalog.yaml"
mkdir -p "$folder"
{
	printf '# Written by `make catalog` from the template and the bundle; changes belong there.\n'
	cat "$work/catalog.yaml"
} >"$folder/catalog.yaml"
hack/tool.sh opm validate "$folder"

#!/usr/bin/env bash
# image.sh [ARCHIVE [FOLDER]] builds the operator's binaries into FOLDER (default: bin) and packs them into ARCHIVE (default:
# dist/operator.tar), an image archive that docker, podman, ctr and crane read. GOARCH is the architecture (default: this machine's). Its
# last line is the image by digest.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${VERSION:?run this as: make image}" "${OPERATOR_IMAGE:?run this as: make image}"

archive=${1:-dist/operator.tar} folder=${2:-bin}
mkdir -p "$(dirname "$archive")" "$folder"
archive=$(cd "$(dirname "$archive")" && pwd)/$(basename "$archive")
folder=$(cd "$folder" && pwd)
arch=${GOARCH:-$(go env GOARCH)}
GOOS=linux GOARCH=$arch hack/build.sh "$folder"
# The program that packs runs here, whatever it packs for.
unset GOARCH
root=$PWD
go -C hack/image run . build --name "$OPERATOR_IMAGE" --dockerfile "$root/Dockerfile" --build-arg "VERSION=$VERSION" --arch "$arch" \
	--file "/manager=$folder/manager" --file "/config-agent=$folder/config-agent" --file "/s3-gateway=$folder/s3-gateway" \
	--output "$archive"

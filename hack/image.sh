#!/usr/bin/env bash
# image.sh packs the binaries into dist/operator.tar, an image archive that docker, podman, ctr and crane read. Its last line is
# the image by digest.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${VERSION:?run this as: make image}" "${OPERATOR_IMAGE:?run this as: make image}"

hack/build.sh
mkdir -p dist
root=$PWD
go -C hack/image run . build --name "$OPERATOR_IMAGE" --dockerfile "$root/Dockerfile" --build-arg "VERSION=$VERSION" \
	--file "/manager=$root/bin/manager" --file "/config-agent=$root/bin/config-agent" \
	--file "/s3-gateway=$root/bin/s3-gateway" --output "$root/dist/operator.tar"

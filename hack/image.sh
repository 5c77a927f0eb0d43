#!/usr/bin/env bash
# image.sh [ARCHIVE [FOLDER [IMAGE]]] builds the binaries of an image into FOLDER (default: bin, or bin/must-gather) and packs them into ARCHIVE
# (default: dist/IMAGE.tar), an image archive that docker, podman, ctr and crane read. IMAGE is operator (default), or must-gather: that of
# `oc adm must-gather`. GOARCH is the architecture (default: this machine's). Its last line is the image by digest.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/names.sh
: "${VERSION:?run this as: make image}"

image=${3:-operator}
case $image in
operator)
	name=${OPERATOR_IMAGE:?run this as: make image} dockerfile=Dockerfile folder=bin
	programs=(/manager=manager /config-agent=config-agent /s3-gateway=s3-gateway)
	;;
must-gather)
	name=$OPERATOR-must-gather:v$VERSION dockerfile=cmd/must-gather/Dockerfile folder=bin/must-gather
	programs=(/usr/bin/gather=gather /bin/bash=shell /bin/sh=shell /usr/bin/tar=shell)
	;;
*)
	printf 'image: %s is none of our images: operator, must-gather\n' "$image" >&2
	exit 2
	;;
esac
archive=${1:-dist/$image.tar} folder=${2:-$folder}
mkdir -p "$(dirname "$archive")" "$folder"
archive=$(cd "$(dirname "$archive")" && pwd)/$(basename "$archive")
folder=$(cd "$folder" && pwd)
arch=${GOARCH:-$(go env GOARCH)}
GOOS=linux GOARCH=$arch hack/build.sh "$folder" "$image"
# The program that packs runs here, whatever it packs for.
unset GOARCH
files=()
for program in "${programs[@]}"; do files+=(--file "${program%%=*}=$folder/${program#*=}"); done
go -C hack/image run . build --name "$name" --dockerfile "$PWD/$dockerfile" --build-arg "VERSION=$VERSION" --arch "$arch" \
	"${files[@]}" --output "$archive"

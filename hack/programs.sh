#!/usr/bin/env bash
# programs.sh builds the programs of others that tests of test/pod run beside zot, at the versions that test/servers pins, into
# _out/programs, and prints that folder as a line for a shell:
#
#   cosign       signs images (test/servers/signers)
#   notation     signs images (the same)
#   prometheus   reads the figures of a store (test/servers/prometheus)
#
# The first time that takes some ten minutes of one processor; later, moments.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$PWD/_out/programs
mkdir -p "$out"

build() { # MODULE PACKAGE [FLAGS...]
	local module=$1 package=$2
	shift 2
	(cd "test/servers/$module" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' "$@" -o "$out/$(basename "$package")" "$package")
}

# A step of its own process: `programs.sh build MODULE PACKAGE`.
if [[ ${1:-} == build ]]; then
	"$@"
	exit
fi

hack/step.sh "build notation" hack/programs.sh build signers github.com/notaryproject/notation/cmd/notation >&2
hack/step.sh "build cosign (minutes, the first time)" hack/programs.sh build signers github.com/sigstore/cosign/v3/cmd/cosign >&2
# Without the ways in which it finds its targets in clouds.
hack/step.sh "build prometheus (minutes, the first time)" \
	hack/programs.sh build prometheus github.com/prometheus/prometheus/cmd/prometheus -tags remove_all_sd >&2
printf 'export TEST_PROGRAMS=%q\n' "$out"

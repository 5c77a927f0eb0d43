#!/usr/bin/env bash
# empty.sh brings up a test cluster with nothing on it: what an earlier run has left of a cluster of this name goes first. Only its registry has
# something: the images of the operator and of its operand, under the names that config/ gives them. It does not install the operator.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh
. hack/operand.sh
. hack/images.sh

# config/ names the operator's image by this tag. Where the caller has another VERSION, as a release's, what is installed from there would
# find no image of it.
VERSION=$(sed -n 's/^ *newTag: //p' config/manager/kustomization.yaml)
: "${VERSION:?config/manager/kustomization.yaml has no newTag}"

step "clear what an earlier run has left" hack/cluster.sh down
step "start the test cluster" hack/cluster.sh up
eval "$(hack/cluster.sh env)"
step "build the image tool" build_tools
step "build the operator's image $VERSION" build_operator "$VERSION"
step "push it" push_operator "$VERSION"
step "bring the operand: $OPERAND_TOLD" push_operand

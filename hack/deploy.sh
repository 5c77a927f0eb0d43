#!/usr/bin/env bash
# deploy.sh brings the operator onto a cluster: it starts the test cluster, builds the images, and installs the operator as a pod
# with its own permissions and certificates. It prints, as shell exports on file descriptor 3 where that is open, what the caller
# needs to go on.
#
#   CLUSTER=current   use the cluster of KUBECONFIG. It must be able to pull OPERATOR_IMAGE (default: the released one).
#   ZOT_BIN=FILE      run this zot binary. ZOT_IMAGE=IMAGE makes stores run that image: with CLUSTER=current a name that its nodes
#                     can pull, else a name that can be pulled here, or an archive. With neither, our own cluster runs the stand-in
#                     of test/operand.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh
. hack/operand.sh
. hack/images.sh

VERSION=${VERSION:-0.1.0}
NAMESPACE=zot-operator-system

install_operator() { # IMAGE
	# The command of the documentation, by itself: it must work without anything else.
	kubectl apply -f config/crd/zotartifactstore_crd.yaml
	hack/tool.sh kustomize build config/default |
		sed -e "s#$OPERATOR:[^ \"']*#$1#g" -e "s#ghcr.io/project-zot/zot:v2.1.20#$OPERAND_IMAGE#g" |
		kubectl apply --server-side --force-conflicts -f - >/dev/null
	kubectl -n "$NAMESPACE" rollout status deployment/zot-operator-manager --timeout=180s
	# What tells ours from an operator that somebody has installed: hack/demo-down.sh removes only ours.
	kubectl -n "$NAMESPACE" label deployment/zot-operator-manager artifacts.zot.io/demo=true --overwrite >/dev/null
}

# installed_by_others says whether the cluster has an operator that is not ours to change.
installed_by_others() {
	[[ -n $(kubectl -n "$NAMESPACE" get deployments -l 'artifacts.zot.io/demo!=true' --field-selector metadata.name=zot-operator-manager -o name) ]]
}

# answering waits until admission answers: a ready pod is not yet in every node's routes to its Service.
answering() {
	local answer tries
	for tries in $(seq 60); do
		answer=$(kubectl create --dry-run=server -n default -f - 2>&1 <<<'{"apiVersion": "artifacts.zot.io/v1alpha1",
			"kind": "ZotArtifactStore", "metadata": {"name": "answering"}}') && return 0
		sleep 1
	done
	printf 'admission did not answer within %d tries, at last:\n%s\n' "$tries" "$answer" >&2
	return 1
}

if [[ ${CLUSTER:-} == current ]]; then
	image=${OPERATOR_IMAGE:-$OPERATOR:$VERSION}
	printf '    using the cluster of %s with operator image %s\n' "${KUBECONFIG:-the default kubeconfig}" "$image"
else
	step "start the test cluster" hack/cluster.sh up
	eval "$(hack/cluster.sh env)"
	step "build the image tool" build_tools
	step "build the operator's image $VERSION" build_operator "$VERSION"
	step "push the operator's image" push_operator "$VERSION"
	step "bring the operand: $OPERAND_TOLD" push_operand
	image=$(cat "$out/operator-$VERSION.ref")
	if [[ -n ${UPGRADE_VERSION:-} ]]; then
		step "build the operator's image $UPGRADE_VERSION, for the upgrade" build_operator "$UPGRADE_VERSION"
		step "push it" push_operator "$UPGRADE_VERSION"
	fi
fi
if [[ ${CLUSTER:-} == current ]] && installed_by_others; then
	printf '    an operator is installed already and stays as it is: OPERATOR_IMAGE and ZOT_IMAGE do not count\n'
else
	step "install the operator $image" install_operator "$image"
fi
step "wait until admission answers" answering

#!/usr/bin/env bash
# demo-down.sh removes what the demo made: our own cluster as a whole; from the cluster of KUBECONFIG (CLUSTER=current) the demo's
# store and the operator.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${CLUSTER:-} != current ]]; then
	exec hack/step.sh "stop the cluster" hack/cluster.sh down
fi

if kubectl get crd zotartifactstores.artifacts.zot.io >/dev/null 2>&1; then
	hack/step.sh "delete the demo's store" \
		kubectl delete --ignore-not-found --wait -f config/samples/zotartifactstore_minimal.yaml
	others=$(kubectl get zotartifactstores --all-namespaces --output=name)
	if [[ -n $others ]]; then
		printf 'Other stores are on this cluster, so the operator and the CRD stay:\n%s\n' "$others"
		exit
	fi
fi
remove() {
	hack/tool.sh kustomize build config/default | kubectl delete --ignore-not-found -f -
	kubectl delete --ignore-not-found -f config/crd/zotartifactstore_crd.yaml
}
. hack/step.sh
step "remove the operator and the CRD" remove

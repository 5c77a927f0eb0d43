#!/usr/bin/env bash
# demo-down.sh removes what the demo made: our own cluster as a whole; from the cluster of KUBECONFIG (CLUSTER=current) the demo's
# store with its volume, the namespace if the demo made it and nothing of anybody else is in it, and the operator if no other store
# is on the cluster. It puts the namespace of the kubeconfig's context back.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh

if [[ ${CLUSTER:-} != current ]]; then
	exec hack/step.sh "stop the cluster" hack/cluster.sh down
fi

store=zot-artifact-store-minimal
namespace=zot-system
label=artifacts.zot.io/demo=true

# The sample's file is not what is deleted: it also holds the namespace, with everything that anybody has put there.
delete_store() {
	local mine
	mine=$(kubectl get zas -n "$namespace" -l "$label" --field-selector "metadata.name=$store" -o name)
	if [[ -n $mine ]]; then
		# So that a run which ends between the two deletions does not leave the volume behind.
		if [[ -n $(kubectl get "pvc/$store-data" -n "$namespace" --ignore-not-found -o name) ]]; then
			kubectl label "pvc/$store-data" -n "$namespace" "$label" --overwrite
		fi
		kubectl delete "zas/$store" -n "$namespace" --wait --timeout=120s
	fi
	kubectl delete pvc -n "$namespace" -l "$label" --wait --timeout=120s
}

delete_namespace() {
	local others
	if [[ -z $(kubectl get namespaces -l "$label" --field-selector "metadata.name=$namespace" -o name) ]]; then
		printf '    namespace %s stays: the demo did not make it\n' "$namespace"
		return
	fi
	# All that people put there by hand; kube-root-ca.crt and the account default come with every namespace.
	others=$(kubectl get zas,pvc,pods,secrets,configmaps,deployments,statefulsets,services -n "$namespace" -o name |
		grep -v '^configmap/kube-root-ca.crt$' | grep -v '^configmap/openshift-service-ca.crt$' || true)
	if [[ -n $others ]]; then
		printf '    namespace %s stays, as these are in it:\n%s\n' "$namespace" "$others"
		return
	fi
	kubectl delete namespace "$namespace" --wait --timeout=120s
}

restore_kubeconfig() {
	local file=_out/demo-namespace context='' former=''
	[[ -e $file ]] || return 0
	{ read -r context && read -r former; } <"$file" || true
	# Only if it is still as the demo left it.
	if [[ $(kubectl config view -o "jsonpath={.contexts[?(@.name=='$context')].context.namespace}") == "$namespace" ]]; then
		kubectl config set-context "$context" --namespace="$former"
	fi
	rm "$file"
}

remove_operator() {
	local others
	if [[ -z $(kubectl get deployments -n zot-operator-system -l "$label" -o name) ]]; then
		printf '    the operator and the CRD stay: the demo did not install them\n'
		return
	fi
	others=$(kubectl get zas --all-namespaces -o name)
	if [[ -n $others ]]; then
		printf '    other stores are on this cluster, so the operator and the CRD stay:\n%s\n' "$others"
		return
	fi
	hack/tool.sh kustomize build config/default | kubectl delete --ignore-not-found -f -
	kubectl delete --ignore-not-found -f config/crd/zotartifactstore_crd.yaml
}

if kubectl get crd zotartifactstores.artifacts.zot.io >/dev/null 2>&1; then
	step "delete the demo's store and its volume" delete_store
	step "delete the demo's namespace" delete_namespace
	step "remove the operator and the CRD" remove_operator
else
	printf 'The cluster of %s has no CRD of the operator: nothing of the demo is on it.\n' "${KUBECONFIG:-the default kubeconfig}"
fi
step "put the kubeconfig's namespace back" restore_kubeconfig

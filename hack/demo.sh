#!/usr/bin/env bash
# demo.sh shows the operator at work, from an empty machine to an image pushed and pulled: see `make help`.
set -euo pipefail
cd "$(dirname "$0")/.."
# As the user gave it, before anything else sets it.
named=${CLUSTER_NAME:+CLUSTER_NAME=$CLUSTER_NAME }
. hack/step.sh
. hack/operand.sh

begin=$SECONDS
store=zot-artifact-store-minimal
namespace=zot-system
# What carries this label was made by the demo, and demo-down.sh deletes it again. Nothing else of the namespace is touched.
label=artifacts.zot.io/demo=true
printf 'The operand of this run is %s.\n' "$OPERAND_TOLD"

# A store or a volume of the demo's name that is somebody's own must be neither used nor, by demo-down, deleted.
nobody_elses() {
	local found things=("pvc/$store-data")
	if kubectl get crd zotartifactstores.artifacts.zot.io >/dev/null 2>&1; then things+=("zas/$store"); fi
	if [[ ${#things[@]} == 2 && -n $(kubectl get zas -n "$namespace" -l "$label" --field-selector "metadata.name=$store" -o name) ]]; then
		return # the demo's own, from a run before this one
	fi
	found=$(kubectl get "${things[@]}" -n "$namespace" --ignore-not-found -o name)
	if [[ -n $found ]]; then
		printf 'Namespace %s has these, which the demo did not make:\n%s\n' "$namespace" "$found" >&2
		printf 'The demo would use them, and demo-down delete them. Take another cluster, or delete them if nobody needs them.\n' >&2
		return 1
	fi
}

if [[ ${CLUSTER:-} == current ]]; then nobody_elses; fi

hack/deploy.sh
if [[ ${CLUSTER:-} != current ]]; then eval "$(hack/cluster.sh env)"; fi

# The documentation's commands carry no -n. demo-down.sh puts the kubeconfig back: it finds here what stood there.
enter_namespace() {
	local context file=_out/demo-namespace
	context=$(kubectl config current-context)
	if [[ ${CLUSTER:-} == current ]] && ! { [[ -e $file ]] && [[ $(head -n 1 "$file") == "$context" ]]; }; then
		printf '%s\n%s\n' "$context" "$(kubectl config view --minify -o 'jsonpath={.contexts[0].context.namespace}')" >"$file"
	fi
	kubectl config set-context "$context" --namespace="$namespace" >/dev/null
	if [[ ${CLUSTER:-} == current ]]; then
		printf 'Context %s of your kubeconfig is now in namespace %s; make demo-down puts it back.\n' "$context" "$namespace"
	fi
}
enter_namespace

show() { # COMMAND...: prints the command as a person would type it, and runs it
	local word
	printf '\n$'
	for word in "$@"; do
		if [[ $word == *[[:space:]{}]* ]]; then printf " '%s'" "$word"; else printf ' %s' "$word"; fi
	done
	printf '\n'
	"$@"
}

wait_running() {
	local phase= waited=0
	until [[ $phase == Running ]]; do
		if ((waited >= 180)); then
			printf '\nThe store is not Running after 180 s:\n' >&2
			kubectl describe zas "$store" >&2
			return 1
		fi
		sleep 1
		waited=$((waited + 1))
		phase=$(kubectl get zas "$store" -o 'jsonpath={.status.phase}')
		printf '\r    %s: %-10s %3d s' "$store" "${phase:-(new)}" "$waited"
	done
	printf '\n'
}

push_and_pull() {
	local log=_out/port-forward.log port= tries
	kubectl port-forward "svc/$store" :8080 >"$log" 2>&1 &
	forward=$!
	trap 'kill "$forward" 2>/dev/null || true' EXIT
	for tries in $(seq 100); do
		port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$log" | head -n 1)
		[[ -n $port ]] && break
		sleep 0.1
	done
	[[ -n $port ]] || { cat "$log" >&2; return 1; }
	_out/image roundtrip --registry "127.0.0.1:$port" --repository demo/hello --insecure
	_out/image roundtrip --registry "127.0.0.1:$port" --repository demo/docker --docker --insecure
}

refused_apply() {
	local answer
	if answer=$(sed -e "s/name: $store/name: refused/" -e 's/^spec:/spec:\n  replicas: 2/' \
		config/samples/zotartifactstore_minimal.yaml | kubectl apply -f - 2>&1); then
		printf 'a store with two replicas on a filesystem was accepted:\n%s\n' "$answer" >&2
		return 1
	fi
	printf '%s\n' "$answer"
}

# Made and labelled before anything can fail, so that demo-down knows whose it is.
if [[ -z $(kubectl get namespace "$namespace" --ignore-not-found -o name) ]]; then
	kubectl create namespace "$namespace" --save-config >/dev/null
	kubectl label namespace "$namespace" "$label" >/dev/null
fi
show kubectl apply -f config/samples/zotartifactstore_minimal.yaml
kubectl label zas "$store" "$label" --overwrite >/dev/null
step "wait until the registry runs" wait_running
[[ -x _out/image ]] || (cd hack/image && go build -o ../../_out/image .)
step "push an image, pull it by digest, compare" push_and_pull
step "apply a store that cannot work: it is refused, with the reason" refused_apply

show kubectl get zas
show kubectl get zas "$store" -o 'jsonpath={range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\n"}{end}'
show kubectl get events --field-selector involvedObject.kind=ZotArtifactStore
printf '\nThe registry runs; the demo took %d s. The operand was %s.\n\nTo look further:\n' $((SECONDS - begin)) "$OPERAND_TOLD"
if [[ ${CLUSTER:-} != current ]]; then printf '  eval "$(%smake -s cluster-env)"\n' "$named"; fi
cat <<TEXT
  kubectl describe zotartifactstore $store
  kubectl get pods -l app=zot-artifact-store
  kubectl logs -l app=zot-artifact-store
  kubectl port-forward svc/$store 8080:8080
  ${named}make demo-down
TEXT

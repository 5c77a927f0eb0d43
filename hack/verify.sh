#!/usr/bin/env bash
# verify.sh checks that what is committed fits together. It changes nothing and runs all checks before it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/modules.sh

# generated runs `make generate` in a copy and compares.
generated() {
	local copy artefact differing=()
	copy=$(mktemp -d)
	# shellcheck disable=SC2064 # the folder of now
	trap "rm -rf '$copy'" EXIT
	git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		[[ -e $file ]] && printf '%s\0' "$file"
	done | tar -cf - --null -T - | tar -xf - -C "$copy"
	"$copy/hack/generate.sh"
	for artefact in apis config docs/api.md bundle bundle.Dockerfile catalog; do
		if ! diff -ruN --exclude=samples "$artefact" "$copy/$artefact"; then
			differing+=("$artefact")
		fi
	done
	if ((${#differing[@]} > 0)); then
		printf '    not up to date (- is here, + is what the sources give): %s. Run `make generate` and commit.\n' "${differing[*]}" >&2
		return 1
	fi
}

formatted() {
	local files
	files=$(git ls-files --cached --others --exclude-standard -- '*.go' | while read -r file; do
		[[ -f $file ]] && printf '%s\n' "$file"
	done | xargs gofmt -l)
	if [[ -n $files ]]; then
		printf '    not as gofmt writes it: %s\n' "$files" >&2
		return 1
	fi
}

tidy() {
	local module code=0
	for module in $(modules); do
		if ! go -C "$module" mod tidy -diff; then
			printf '    %s/go.mod is not tidy: run `go mod tidy` there\n' "$module" >&2
			code=1
		fi
	done
	return "$code"
}

vet() {
	local module code=0
	for module in $(own_modules); do
		go -C "$module" vet ./... || code=1
	done
	return "$code"
}

# accepted compares the golden configurations with the record of those that a real zot accepted.
accepted() {
	ZOT_BIN='' go -C test/operand run ./cmd/verify-operand --check
}

# manifests builds what users apply.
manifests() {
	local folder
	for folder in default legacy openshift certmanager olm; do
		hack/tool.sh kustomize build "config/$folder" >/dev/null
	done
}

# A check of its own process: `verify.sh FUNCTION`.
if (($# > 0)); then
	"$@"
	exit
fi

failed=()
check() {
	hack/step.sh "check $1" "${@:2}" || failed+=("$1")
}
check "generated files" hack/verify.sh generated
check "the installation's manifests" hack/verify.sh manifests
check "format" hack/verify.sh formatted
check "layout" hack/layout.sh
check "go.mod of every module" hack/verify.sh tidy
check "with go vet" hack/verify.sh vet
check "that zot accepted the golden configurations" hack/verify.sh accepted
if ((${#failed[@]} > 0)); then
	printf 'verify: FAILED:\n' >&2
	printf '  check %s\n' "${failed[@]}" >&2
	exit 1
fi

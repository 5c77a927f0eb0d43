#!/usr/bin/env bash
# lint.sh runs golangci-lint on the modules that hold code of ours, and actionlint on the workflows. FIX=1 mends what can be mended.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/modules.sh

root=$PWD
lint() {
	cd "$1"
	"$root/hack/tool.sh" golangci-lint run --config "$root/.golangci.yml" ${FIX:+--fix} ./...
}

# Without the linters that actionlint calls where they happen to be installed: the same findings on every machine.
workflows() {
	hack/tool.sh actionlint -shellcheck= -pyflakes= .github/workflows/*
}

# A step of its own process: `lint.sh FUNCTION`.
if (($# > 0)); then
	"$@"
	exit
fi

hack/step.sh "prepare golangci-lint" hack/tool.sh --path golangci-lint
failed=()
for module in $(own_modules); do
	hack/step.sh "lint $module" hack/lint.sh lint "$module" || failed+=("$module")
done
hack/step.sh "lint .github/workflows" hack/lint.sh workflows || failed+=(.github/workflows)
if ((${#failed[@]} > 0)); then
	printf 'lint: findings in: %s. FIX=1 make lint mends what can be mended.\n' "${failed[*]}" >&2
	exit 1
fi

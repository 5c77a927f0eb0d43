#!/usr/bin/env bash
# lint.sh runs golangci-lint on the modules that hold code of ours. FIX=1 mends what can be mended.
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/modules.sh

root=$PWD
lint() {
	cd "$1"
	"$root/hack/tool.sh" golangci-lint run --config "$root/.golangci.yml" ${FIX:+--fix} ./...
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
if ((${#failed[@]} > 0)); then
	printf 'lint: findings in: %s. FIX=1 make lint mends what can be mended.\n' "${failed[*]}" >&2
	exit 1
fi

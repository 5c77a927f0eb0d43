#!/usr/bin/env bash
# golden.sh writes the golden files anew, by running the tests that compare with them: those that import test/fixtures.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages < <(go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{$p}} {{.}}{{"\n"}}{{end}}{{range .XTestImports}}{{$p}} {{.}}{{"\n"}}{{end}}' ./... |
	awk '$2 ~ /\/test\/fixtures$/ && $1 !~ /\/test\/(envtest|e2e)(\/|$)/ { print $1 }' | sort -u)
UPDATE_GOLDEN=1 go test -count=1 "${packages[@]}"
git --no-pager diff --stat -- test/fixtures
git ls-files --others --exclude-standard -- test/fixtures | sed 's/^/ new: /'

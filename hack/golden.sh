#!/usr/bin/env bash
# golden.sh writes the golden files anew: every test package that compares with them takes the flag -update.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages < <(git grep --untracked -lE 'flag\.Bool\("update"' -- '*_test.go' | xargs -r -n1 dirname | sort -u | sed 's|^|./|')
if ((${#packages[@]} == 0)); then
	echo "no test package declares the flag -update" >&2
	exit 1
fi
go test "${packages[@]}" -update
git --no-pager diff --stat -- '*testdata*' test/fixtures

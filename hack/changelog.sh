#!/usr/bin/env bash
# changelog.sh VERSION prints what CHANGELOG.md says of that version: the notes of its release. It is an error if it says nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: changelog.sh VERSION}

# From the version's heading to the next one, or to the links at the end; without empty lines around it.
notes=$(awk -v heading="## [$version]" '
	/^## / { here = $0 == heading || index($0, heading " - ") == 1; next }
	/^\[[^]]+\]: / { here = 0 }
	here { print }' CHANGELOG.md | sed '/./,$!d')
if [[ -z $notes ]]; then
	printf 'changelog.sh: CHANGELOG.md says nothing of %s: write a section "## [%s] - YYYY-MM-DD"\n' "$version" "$version" >&2
	exit 1
fi
printf '%s\n' "$notes"

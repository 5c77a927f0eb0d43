#!/usr/bin/env bash
# layout.sh checks what no linter does: files that are too long to read, packages that do not say what they are, package names
# that say nothing, and workflows that trust more than they must.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=400
problems=0
problem() {
	printf '    %s\n' "$*" >&2
	problems=$((problems + 1))
}

mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.go' | while read -r file; do
	[[ -f $file ]] && printf '%s\n' "$file"
done)

declare -A generated sources documented
for file in "${files[@]}"; do
	folder=$(dirname "$file")
	if grep -qE '^// Code generated .* DO NOT EDIT\.$' "$file"; then
		generated[$folder]=1
		continue
	fi
	[[ $file == *_test.go ]] && continue
	lines=$(wc -l <"$file")
	if ((lines > limit)); then
		problem "$file has $lines lines, more than $limit: split it by concern"
	fi
	sources[$folder]=$((${sources[$folder]:-0} + 1))
	if grep -qE '^// (Package|Command) ' "$file"; then
		documented[$folder]=$(basename "$file")
	fi
done

for folder in "${!sources[@]}"; do
	case $(basename "$folder") in
	util | utils | common | helper | helpers | misc) problem "$folder: name the package by what it is about" ;;
	esac
	# A package of one file carries its comment there; of several, in doc.go, where readers look.
	if [[ -z ${documented[$folder]:-} ]]; then
		problem "$folder has no package comment: write doc.go (what it is, what it may import, who calls it)"
	elif ((${sources[$folder]} > 1)) && [[ ${documented[$folder]} != doc.go ]] && [[ ! -f $folder/doc.go ]]; then
		problem "$folder: move the package comment from ${documented[$folder]} to doc.go"
	fi
done

go run ./hack/workflows .github/workflows/* || problems=$((problems + 1))
((problems == 0)) || exit 1

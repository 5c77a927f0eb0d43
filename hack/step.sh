#!/usr/bin/env bash
# step.sh TITLE COMMAND... runs one step of a make target: it says what starts, lets the command's output through, and says how
# long it took or that it failed. The exit code is the command's.
#
# A script that sources this file gets the same as a function, `step`, for steps that are functions of its own. It ends the script
# where the step fails: do not write `step ... || ...`, as the shell ignores errexit in a function that is called so. Where a
# script goes on after a failure, it runs this file as a program.

step() {
	local title=$1 begin=$SECONDS code
	shift
	printf '==> %s\n' "$title"
	set +e
	(
		set -euo pipefail
		"$@"
	)
	code=$?
	set -e
	if ((code != 0)); then
		printf '    FAILED after %d s (exit code %d): %s\n' $((SECONDS - begin)) "$code" "$title" >&2
		return "$code"
	fi
	printf '    done in %d s: %s\n' $((SECONDS - begin)) "$title"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	set -euo pipefail
	step "$@"
fi

#!/usr/bin/env bash
# debian.sh PROGRAM=PACKAGE... installs the Debian packages of the programs that are missing, where apt-get exists and root asks;
# else it says what to install and ends with 3, which a caller may take for a reason to skip. An installation that fails is a failure.
set -euo pipefail

missing=()
for pair in "$@"; do
	command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
((${#missing[@]} > 0)) || exit 0
if ! command -v apt-get >/dev/null || [[ $EUID != 0 ]]; then
	printf 'programs are missing: install %s (names of the Debian packages)\n' "${missing[*]}" >&2
	exit 3
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
# The package lists of fresh machines are empty or old.
install 2>/dev/null || { apt-get -o DPkg::Lock::Timeout=300 update -qq && install; }

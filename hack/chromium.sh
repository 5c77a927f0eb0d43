#!/usr/bin/env bash
# chromium.sh installs chromium, the browser of test/signin, where that can be done. Where it cannot, the tests that need it are skipped
# and say so.
set -euo pipefail

if command -v chromium >/dev/null; then
	exit
fi
if ! command -v apt-get >/dev/null || ((EUID != 0)); then
	printf '    there is no chromium, and nothing to install it with: tests that need a browser are skipped\n'
	exit
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends chromium >/dev/null; }
# The lists of packages of fresh machines are empty or old.
install || { apt-get update -qq && install; }

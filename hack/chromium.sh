#!/usr/bin/env bash
# chromium.sh installs chromium, the browser of test/signin, where that can be done. Where it cannot, the tests that need it are skipped
# and say so.
set -euo pipefail
"$(dirname "$0")/debian.sh" chromium=chromium || {
	(($? == 3)) || exit 1
	printf '    there is no chromium, and nothing to install it with: tests that need a browser are skipped\n'
}

#!/usr/bin/env bash
# backends.sh brings the servers that tests of stores as processes start (test/outside), at the versions that the project pins:
#
#   versitygw         an S3 server          built; test/servers
#   gcs               Google Cloud Storage  built; test/servers/gcs: fake-gcs-server with a token endpoint
#   azurite           Azure Blob Storage    from npm; test/servers/azurite. Needs node and npm
#   dynalite          Amazon DynamoDB       from npm; test/servers/dynalite. The same
#   redis-server                            Debian's, where none is installed. Needs root for that
#
# backends.sh build   makes what is missing, once per version, in the user's cache folder
# backends.sh env     prints where they are, to be evaluated by a shell; what is not there is left out, and the tests skip it by name
set -euo pipefail
cd "$(dirname "$0")/.."
. hack/step.sh

cache=${XDG_CACHE_HOME:-$HOME/.cache}/zot-artifact-store/backends

# folder FILE... is where what follows from these files is kept.
folder() {
	local versions
	versions=$(cat "$@" | git hash-object --stdin)
	printf '%s/%s' "$cache" "${versions:0:16}"
}

versitygw() { printf '%s/versitygw' "$(folder test/servers/go.mod test/servers/go.sum)"; }
gcs() { printf '%s/gcs' "$(folder test/servers/gcs/go.mod test/servers/gcs/go.sum test/servers/gcs/*.go)"; }
azurite() { printf '%s/node_modules/azurite/dist/src/blob/main.js' "$(folder test/servers/azurite/package-lock.json)"; }
dynalite() { printf '%s/node_modules/dynalite/cli.js' "$(folder test/servers/dynalite/package-lock.json)"; }

build_server() { # MODULE PACKAGE BINARY
	mkdir -p "$(dirname "$3")"
	(cd "$1" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$3.$$" "$2")
	mv -f "$3.$$" "$3"
}

install_packages() { # FOLDER of package.json and package-lock.json
	local to making
	to=$(folder "$1/package-lock.json")
	making=$to.$$
	mkdir -p "$making"
	cp "$1/package.json" "$1/package-lock.json" "$making"
	npm ci --prefix "$making" --ignore-scripts --no-audit --no-fund --loglevel=error
	rm -rf "$to"
	mv "$making" "$to"
}

case ${1:-} in
build)
	[[ -x $(versitygw) ]] || step "build versitygw, an S3 server (about a minute, the first time)" \
		build_server test/servers github.com/versity/versitygw/cmd/versitygw "$(versitygw)"
	[[ -x $(gcs) ]] || step "build fake-gcs-server, a server of Google Cloud Storage (about a minute, the first time)" \
		build_server test/servers/gcs . "$(gcs)"
	if ! command -v npm >/dev/null; then
		printf '==> SKIPPED: Azurite and dynalite. npm is missing: install nodejs and npm.\n'
	else
		[[ -e $(azurite) ]] || step "install Azurite" install_packages test/servers/azurite
		[[ -e $(dynalite) ]] || step "install dynalite, a DynamoDB" install_packages test/servers/dynalite
	fi
	hack/debian.sh redis-server=redis-server || {
		(($? == 3)) || exit 1
		printf '==> SKIPPED: redis. redis-server is missing, and only root on Debian can install it here.\n'
	}
	;;
env)
	[[ ! -x $(versitygw) ]] || printf 'export BACKENDS_VERSITYGW=%q\n' "$(versitygw)"
	[[ ! -x $(gcs) ]] || printf 'export BACKENDS_GCS=%q\n' "$(gcs)"
	if command -v node >/dev/null; then
		[[ ! -e $(azurite) ]] || printf 'export BACKENDS_AZURITE=%q\n' "$(azurite)"
		[[ ! -e $(dynalite) ]] || printf 'export BACKENDS_DYNALITE=%q\n' "$(dynalite)"
	fi
	! command -v redis-server >/dev/null || printf 'export BACKENDS_REDIS=%q\n' "$(command -v redis-server)"
	;;
*)
	printf 'usage: backends.sh build|env\n' >&2
	exit 2
	;;
esac

#!/usr/bin/env bash
# release-tag.sh TAG prints which release a tag stands for, and which one comes before it on main, as lines version= and replaces=. It
# refuses a tag of which no release may be made: its version must be the Makefile's, by which config/ and the bundle name the images; it must
# stand at the commit that is checked out; that must be on main ($MAIN, default: origin/main); and CHANGELOG.md must say what is in it.
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:?usage: release-tag.sh TAG}
main=${MAIN:-refs/remotes/origin/main}
refuse() {
	printf 'release-tag.sh: no release of tag %s: %s\n' "$tag" "$*" >&2
	exit 1
}

version=$(sed -n 's/^VERSION ?= //p' Makefile)
[[ $tag == "v$version" ]] || refuse "the Makefile's VERSION is $version, so the tag is v$version"
commit=$(git rev-parse --verify --quiet "refs/tags/$tag^{commit}") || refuse "there is no such tag"
[[ $commit == "$(git rev-parse HEAD)" ]] || refuse "it stands at $commit, which is not checked out"
git rev-parse --verify --quiet "$main^{commit}" >/dev/null || refuse "there is no $main to compare with: fetch it"
git merge-base --is-ancestor "$commit" "$main" || refuse "its commit is not on $main"
hack/changelog.sh "$version" >/dev/null || refuse "there are no notes of it"

before=$(git describe --tags --abbrev=0 --match 'v[0-9]*' "$commit^" 2>/dev/null) || before=
printf 'version=%s\nreplaces=%s\n' "$version" "${before#v}"

#!/usr/bin/env bash
# release-tag.sh TAG prints the version that a tag stands for, if a release may be made of it: it is the version of the Makefile, by
# which config/ and the bundle name the images; it stands at the commit that is checked out; that commit is on main
# ($MAIN, default: origin/main); and CHANGELOG.md says what is in it.
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
printf '%s\n' "$version"

package main

import (
	"fmt"
	"io"
	"regexp"

	"github.com/blang/semver/v4"
)

var (
	digest    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	gitCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// checkCommand judges what the person who releases has typed, before anything is built.
func checkCommand(in inputs, _ io.Writer) error {
	version, err := parseVersion("VERSION", in.version)
	if err != nil {
		return err
	}
	if in.replaces != "" {
		replaced, err := parseVersion("REPLACES", in.replaces)
		if err != nil {
			return err
		}
		if !replaced.LT(version) {
			return fmt.Errorf("REPLACES=%s is not older than VERSION=%s", in.replaces, in.version)
		}
	}
	if in.zotDigest != "" && !digest.MatchString(in.zotDigest) {
		return fmt.Errorf("ZOT_DIGEST=%s is no digest: write sha256: and 64 hexadecimal digits", in.zotDigest)
	}
	return nil
}

// parseVersion takes x.y.z and x.y.z-rc.1. What stands behind a plus is in no tag of an image.
func parseVersion(variable, text string) (semver.Version, error) {
	version, err := semver.Parse(text)
	switch {
	case err != nil:
		return version, fmt.Errorf("%s=%s is no version: write x.y.z, such as 1.2.3 or 1.2.3-rc.1, without a v (%w)", variable, text, err)
	case len(version.Build) > 0:
		return version, fmt.Errorf("%s=%s has build metadata, which no tag of an image can have: leave out what begins with the plus",
			variable, text)
	}
	return version, nil
}

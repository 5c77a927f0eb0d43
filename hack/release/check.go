package main

import (
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/blang/semver/v4"
	"sigs.k8s.io/yaml"
)

var (
	digest    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	gitCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// checkCommand judges what the person who releases has typed, and what the sources say where nothing was typed, before anything is built.
// It prints both, as the shell reads it.
func checkCommand(in inputs, out io.Writer) error {
	version, err := parseVersion("VERSION", in.version)
	if err != nil {
		return err
	}
	if err := in.complete(); err != nil {
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
	_, err = fmt.Fprintf(out, "REPLACES=%s\nZOT_DIGEST=%s\n", in.replaces, in.zotDigest)
	return err
}

// complete takes from the sources what was not typed: from the catalog's template the release to replace, and zot's digest from where its
// tag has it.
func (in *inputs) complete() error {
	all, err := readCatalog(in.template)
	if err != nil {
		return err
	}
	switch was := all.replaced(in.version); {
	case in.replaces == "":
		in.replaces = was
	case was != "" && was != in.replaces:
		return fmt.Errorf("%s: %s replaces %s, but REPLACES says %s", in.template, in.version, was, in.replaces)
	}
	data, err := os.ReadFile(in.images)
	if err != nil {
		return err
	}
	known := struct {
		ZotDigest string `json:"zotDigest"`
	}{}
	if err := yaml.Unmarshal(data, &known); err != nil {
		return fmt.Errorf("%s: %w", in.images, err)
	}
	if in.zotDigest == "" {
		in.zotDigest = known.ZotDigest
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

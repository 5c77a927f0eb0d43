package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

var shells = []string{"sh", "ash", "bash", "dash", "busybox", "toybox"}

// check names everything that does not belong into images of static programs, or of data, which nobody may change. A shell belongs into
// none but the one that is made to have it.
func (all *reports) check(shell bool) error {
	var found []error
	for _, r := range all.Images {
		if err := r.check(shell); err != nil {
			found = append(found, fmt.Errorf("%s: %w", r.Platform, err))
		}
	}
	return errors.Join(found...)
}

func (r *report) check(shell bool) error {
	found := r.checkConfiguration()
	started, programs := false, 0
	for _, layer := range r.Layers {
		if err := layer.check(); err != nil {
			found = append(found, err)
		}
		for _, f := range layer.Files {
			found = append(found, f.check())
			if !shell && slices.Contains(shells, path.Base(f.Path)) {
				found = append(found, fmt.Errorf("%s is a shell", f.Path))
			}
			if f.Type != "file" || f.mode&0o111 == 0 {
				continue
			}
			programs++
			started = started || f.mode&0o111 == 0o111 && len(r.Entrypoint) > 0 && f.Path == r.Entrypoint[0]
			found = append(found, f.checkProgram(strings.TrimPrefix(r.Platform, "linux/")))
		}
	}
	// An image of data alone starts nothing.
	if !started && (programs > 0 || len(r.Entrypoint) > 0) {
		found = append(found, fmt.Errorf("entrypoint %q is no program of the image", r.Entrypoint))
	}
	return errors.Join(found...)
}

func (r *report) checkConfiguration() []error {
	var found []error
	if !numericUser.MatchString(r.User) {
		found = append(found, fmt.Errorf("user %q is not numeric and other than root", r.User))
	}
	if len(r.Settings) > 0 {
		found = append(found, fmt.Errorf("its configuration has %s: only User, Entrypoint and Labels belong there",
			strings.Join(r.Settings, ", ")))
	}
	return found
}

// check wants one file in a layer, and the folders above it: then a change of one program moves one layer, and nothing hides below.
func (l layerReport) check() error {
	file := ""
	for _, f := range l.Files {
		switch {
		case f.Type == "directory":
			continue
		case file != "":
			return fmt.Errorf("layer %s holds %s beside %s: one file each", l.Digest, f.Path, file)
		}
		file = f.Path
	}
	if file == "" {
		return fmt.Errorf("layer %s holds no file", l.Digest)
	}
	for _, f := range l.Files {
		if f.Type == "directory" && !strings.HasPrefix(file, strings.TrimSuffix(f.Path, "/")+"/") {
			return fmt.Errorf("layer %s holds folder %s, which is not above %s", l.Digest, f.Path, file)
		}
	}
	return nil
}

func (f fileReport) check() error {
	switch {
	case strings.TrimSuffix(f.name, "/") != strings.TrimPrefix(f.Path, "/"):
		return fmt.Errorf("%s is named %q in its layer, which programs may unpack to another place", f.Path, f.name)
	case f.attributed:
		return fmt.Errorf("%s has extended attributes, which may give a program capabilities", f.Path)
	case f.Type == "other":
		return fmt.Errorf("%s is neither file nor directory", f.Path)
	case f.mode&0o7000 != 0:
		return fmt.Errorf("%s has mode %s: setuid, setgid or sticky", f.Path, f.Mode)
	case f.mode&0o022 != 0:
		return fmt.Errorf("%s has mode %s: others than its owner may write it", f.Path, f.Mode)
	case f.Owner != "0:0":
		return fmt.Errorf("%s is owned by %s: its owner may write it", f.Path, f.Owner)
	}
	return nil
}

func (f fileReport) checkProgram(arch string) error {
	switch {
	case f.Program == nil:
		return fmt.Errorf("%s may be started and is no Linux program", f.Path)
	case f.Program.machine != machines[arch]:
		return fmt.Errorf("%s is for %s, the image for %s", f.Path, f.Program.Machine, arch)
	case !f.Program.Static:
		return fmt.Errorf("%s needs a loader or libraries, which the image does not have", f.Path)
	}
	return nil
}

// follows holds the images against the last stage of a Dockerfile: user, entrypoint, labels, which files there are, and the content of
// those that do not come from another stage.
func (all *reports) follows(stage *stage) error {
	var found []error
	for _, r := range all.Images {
		if err := r.follows(stage); err != nil {
			found = append(found, fmt.Errorf("%s: not what the Dockerfile describes: %w", r.Platform, err))
		}
	}
	return errors.Join(found...)
}

func (r *report) follows(stage *stage) error {
	var found []error
	complain := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	user := stage.user
	if user == "" {
		user = defaultUser
	}
	if r.User != user {
		complain("user %s, not %s", r.User, user)
	}
	if !slices.Equal(r.Entrypoint, stage.entrypoint) {
		complain("entrypoint %v, not %v", r.Entrypoint, stage.entrypoint)
	}
	if !maps.Equal(r.Labels, stage.labels) {
		complain("labels %v, not %v", r.Labels, stage.labels)
	}
	sums := map[string]string{}
	for _, layer := range r.Layers {
		for _, f := range layer.Files {
			if f.Type != "directory" {
				sums[f.Path] = f.SHA256
			}
		}
	}
	want := slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(stage.files)), stage.copies...)))
	if got := slices.Sorted(maps.Keys(sums)); !slices.Equal(got, want) {
		complain("files %v, not %v", got, want)
	}
	for target, source := range stage.files {
		data, err := os.ReadFile(source) // #nosec G304 -- the flags name the folder
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); sums[target] != hex.EncodeToString(sum[:]) {
			complain("the content of %s is not that of %s", target, source)
		}
	}
	return errors.Join(found...)
}

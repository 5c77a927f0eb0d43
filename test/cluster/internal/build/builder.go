package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zot-artifact-store/operator/test/cluster/internal/host"
	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
	"github.com/zot-artifact-store/operator/test/cluster/internal/progress"
)

// Builder makes binaries.
type Builder struct {
	// Source is the folder of the module of the test cluster.
	Source string
	// Cache receives the binaries.
	Cache layout.Cache
	// Progress tells what is built.
	Progress *progress.Printer
}

// Build makes the targets of the given groups, or all without a group, that are not up to date.
func (b *Builder) Build(ctx context.Context, groups ...string) error {
	targets, err := Targets(b.Source)
	if err != nil {
		return err
	}
	if targets, err = selectGroups(targets, groups); err != nil {
		return err
	}
	unlock, err := host.Lock(b.Cache.BuildLock())
	if err != nil {
		return err
	}
	defer unlock()
	for _, t := range targets {
		if err := b.target(ctx, t); err != nil {
			return err
		}
	}
	return b.linkEnvtest()
}

func selectGroups(targets []Target, groups []string) ([]Target, error) {
	if len(groups) == 0 {
		return targets, nil
	}
	wanted := map[string]bool{}
	for _, g := range groups {
		wanted[g] = true
	}
	var selected []Target
	known := map[string]bool{}
	for _, t := range targets {
		known[t.Group] = true
		if wanted[t.Group] {
			selected = append(selected, t)
		}
	}
	for _, g := range groups {
		if !known[g] {
			return nil, fmt.Errorf("nothing to build of the name %q: want %s, %s, %s, %s or %s",
				g, GroupKubernetes, GroupNode, GroupDNS, GroupStorage, GroupTool)
		}
	}
	return selected, nil
}

func (b *Builder) target(ctx context.Context, t Target) error {
	want, err := stamp(b.Source, t)
	if err != nil {
		return err
	}
	stampFile := filepath.Join(b.Cache.Stamps(), t.Name)
	if have, err := os.ReadFile(stampFile); err == nil && string(have) == want && b.complete(t) {
		return nil
	}
	return b.Progress.Step("built "+t.Note, func() error {
		if err := b.compile(ctx, t); err != nil {
			return err
		}
		if err := os.MkdirAll(b.Cache.Stamps(), 0o755); err != nil {
			return fmt.Errorf("create folder of stamps: %w", err)
		}
		if err := os.WriteFile(stampFile, []byte(want), 0o644); err != nil {
			return fmt.Errorf("write stamp: %w", err)
		}
		return nil
	})
}

func (b *Builder) complete(t Target) bool {
	for _, name := range append(append([]string{}, t.Outputs...), t.Links...) {
		if _, err := os.Stat(filepath.Join(b.Cache.Bin(), t.Subfolder, name)); err != nil {
			return false
		}
	}
	return true
}

// compile builds into a folder of its own and moves the result: running processes keep the binary that they run.
func (b *Builder) compile(ctx context.Context, t Target) error {
	bin := filepath.Join(b.Cache.Bin(), t.Subfolder)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("create folder of binaries: %w", err)
	}
	staging, err := os.MkdirTemp(string(b.Cache), "build-")
	if err != nil {
		return fmt.Errorf("create folder to build in: %w", err)
	}
	defer os.RemoveAll(staging)

	cmd := exec.CommandContext(ctx, "go", arguments(t, staging+"/")...)
	cmd.Dir = filepath.Join(b.Source, t.Module)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s in %s: %w\n%s", t.Note, cmd.Dir, err, output.String())
	}
	for _, name := range t.Outputs {
		if err := os.Rename(filepath.Join(staging, name), filepath.Join(bin, name)); err != nil {
			return fmt.Errorf("move binary: %w", err)
		}
	}
	for _, name := range t.Links {
		if err := relink(t.Outputs[0], filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return nil
}

func arguments(t Target, out string) []string {
	args := []string{"build", "-trimpath", "-ldflags", strings.TrimSpace("-s -w " + t.LDFlags), "-o", out}
	if t.Tags != "" {
		args = append(args, "-tags", t.Tags)
	}
	return append(args, t.Packages...)
}

// linkEnvtest gives the binaries the names that envtest looks for in KUBEBUILDER_ASSETS, and our own tests beside it.
func (b *Builder) linkEnvtest() error {
	if err := os.MkdirAll(b.Cache.Envtest(), 0o755); err != nil {
		return fmt.Errorf("create folder for envtest: %w", err)
	}
	for _, name := range []string{"kube-apiserver", "etcd", "kubectl", "kube-controller-manager"} {
		if err := relink(filepath.Join("..", "bin", name), filepath.Join(b.Cache.Envtest(), name)); err != nil {
			return err
		}
	}
	return nil
}

func relink(target, link string) error {
	if have, err := os.Readlink(link); err == nil && have == target {
		return nil
	}
	if err := os.RemoveAll(link); err != nil {
		return fmt.Errorf("replace link: %w", err)
	}
	if err := os.Symlink(target, link); err != nil {
		return fmt.Errorf("link binary: %w", err)
	}
	return nil
}

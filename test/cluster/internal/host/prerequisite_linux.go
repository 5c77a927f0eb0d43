package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strings"
)

// packages maps the programs that a cluster runs to the Debian packages that hold them.
var packages = map[string]string{
	"ip":      "iproute2",
	"nft":     "nftables",
	"nsenter": "util-linux",
	"runc":    "runc",
}

// RequireRoot says what to do when the user is not root.
func RequireRoot() error {
	if os.Geteuid() != 0 {
		return errors.New("a cluster makes namespaces, mounts and control groups, which needs root: run this as root (sudo -E), " +
			"or use a cluster that you have")
	}
	return nil
}

// RequirePrograms installs the programs that are missing where apt-get exists, or says what to install.
func RequirePrograms(ctx context.Context) (installed []string, err error) {
	// Accounts of services and minimal environments often lack the folders of system programs.
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin"); err != nil {
		return nil, fmt.Errorf("set PATH: %w", err)
	}
	missing := missingPrograms()
	if len(missing) == 0 {
		return nil, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, fmt.Errorf("programs are missing: install %s (names of the Debian packages)", strings.Join(missing, ", "))
	}
	if err := aptInstall(ctx, missing); err != nil {
		return nil, err
	}
	if still := missingPrograms(); len(still) > 0 {
		return nil, fmt.Errorf("programs are missing although their packages are installed: %s", strings.Join(still, ", "))
	}
	return missing, nil
}

// missingPrograms returns the packages of the programs that are not there.
func missingPrograms() []string {
	var missing []string
	for program, pkg := range packages {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, pkg)
		}
	}
	sort.Strings(missing)
	return missing
}

// aptInstall installs packages; the package lists of fresh machines are empty or old, so it fetches them when it must.
func aptInstall(ctx context.Context, names []string) error {
	install := append([]string{"install", "-y", "-qq", "--no-install-recommends"}, names...)
	if _, err := aptGet(ctx, install...); err == nil {
		return nil
	}
	if output, err := aptGet(ctx, "update", "-qq"); err != nil {
		return fmt.Errorf("apt-get update: %w: install %s by hand\n%s", err, strings.Join(names, ", "), output)
	}
	if output, err := aptGet(ctx, install...); err != nil {
		return fmt.Errorf("apt-get install %s: %w\n%s", strings.Join(names, " "), err, output)
	}
	return nil
}

func aptGet(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	output, err := cmd.CombinedOutput()
	return string(output), err
}

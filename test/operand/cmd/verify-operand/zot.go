package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// runtimeDir is where the config agent writes what a configuration names; zot verify reads some of it.
const runtimeDir = "/run/zot/"

// patience is far more than zot needs to judge one file.
const patience = time.Minute

// dummies by the end of the key that names the file.
var dummies = []struct{ key, content string }{
	{"sessionkeysfile", `{"hashKey":"` + strings.Repeat("h", 64) + `","encryptKey":"` + strings.Repeat("e", 32) + `"}`},
	{"ldap.credentialsfile", `{"bindDN":"cn=b","bindPassword":"p"}`},
	{"sync.credentialsfile", `{"example.com":{"username":"u","password":"p"}}`},
	{"credentialsfile", `{"clientid":"c","clientsecret":"s"}`},
	{"", `{}`},
}

// judge lets zot verify every golden configuration and names all that it refuses.
func judge(ctx context.Context, zot string, goldens []golden, out io.Writer) error {
	var failures []error
	for _, g := range goldens {
		err := judgeOne(ctx, zot, g)
		verdict := "accepted"
		if err != nil {
			verdict = "REFUSED"
			failures = append(failures, fmt.Errorf("%s: %w", g.path, err))
		}
		_, _ = fmt.Fprintf(out, "%-9s %s\n", verdict, g.name)
	}
	return errors.Join(failures...)
}

func judgeOne(ctx context.Context, zot string, g golden) (err error) {
	dir, err := os.MkdirTemp("", "verify-operand-")
	if err != nil {
		return fmt.Errorf("making a scratch folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var config any
	if err := json.Unmarshal(g.data, &config); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	config, err = withDummies(config, "", dir)
	if err != nil {
		return err
	}
	data, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("encoding: %w", err)
	}
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return fmt.Errorf("writing the file for zot: %w", err)
	}
	if output, err := command(ctx, zot, "verify", file); err != nil {
		return fmt.Errorf("zot verify: %w\n%s", err, output)
	}
	return nil
}

// withDummies puts a readable file in the place of every one that the config agent would write.
func withDummies(value any, key, dir string) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			changed, err := withDummies(inner, key+"."+strings.ToLower(name), dir)
			if err != nil {
				return nil, err
			}
			v[name] = changed
		}
	case []any:
		for i, inner := range v {
			changed, err := withDummies(inner, key, dir)
			if err != nil {
				return nil, err
			}
			v[i] = changed
		}
	case string:
		if !strings.HasPrefix(v, runtimeDir) {
			return v, nil
		}
		file := filepath.Join(dir, "files", filepath.Clean("/"+strings.TrimPrefix(v, runtimeDir)))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fmt.Errorf("making the folder of a dummy: %w", err)
		}
		if err := os.WriteFile(file, []byte(dummy(key)), 0o600); err != nil {
			return nil, fmt.Errorf("writing a dummy for %s: %w", key, err)
		}
		return file, nil
	}
	return value, nil
}

func dummy(key string) string {
	for _, d := range dummies {
		if strings.HasSuffix(key, d.key) {
			return d.content
		}
	}
	return ""
}

var (
	commit     = regexp.MustCompile(`"commit":"(v\d+\.\d+\.\d+[^"]*?)(?:-\d+-g[0-9a-f]+)?"`)
	releaseTag = regexp.MustCompile(`"ReleaseTag":"(v\d+\.\d+\.\d+[^"]*)"`)
)

// zotVersion asks the binary. A released one tells a commit such as v2.1.20-0-g0123abcd; one that was built without
// that logs its release tag only as it starts to serve, so it gets a configuration with which it ends at once: zot
// cannot serve without a storage.rootDirectory.
func zotVersion(ctx context.Context, zot string) (string, error) {
	output, err := command(ctx, zot, "--version")
	if err != nil {
		return "", fmt.Errorf("%s --version: %w\n%s", zot, err, output)
	}
	if found := commit.FindSubmatch(output); found != nil {
		return string(found[1]), nil
	}
	dir, err := os.MkdirTemp("", "verify-operand-")
	if err != nil {
		return "", fmt.Errorf("making a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, []byte(`{"http":{"address":"127.0.0.1","port":"0"},"storage":{"rootDirectory":""}}`), 0o600); err != nil {
		return "", fmt.Errorf("writing the file for zot: %w", err)
	}
	output, _ = command(ctx, zot, "serve", file) // ends with an error, as it should
	if found := releaseTag.FindSubmatch(output); found != nil {
		return string(found[1]), nil
	}
	return "", fmt.Errorf("%s does not tell its version: name it with --zot-version", zot)
}

func command(ctx context.Context, zot string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// #nosec G204 -- the person who runs this names the binary
	return exec.CommandContext(ctx, zot, args...).CombinedOutput()
}

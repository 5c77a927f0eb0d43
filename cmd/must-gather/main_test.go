package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/cmd/must-gather/gather"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestSince(t *testing.T) {
	moment := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	options := gather.Options{}
	if err := since(&options, environment(timeVariable, "2026-11-30T05:00:00Z")); err != nil || !options.Since.Equal(moment) {
		t.Errorf("since %s, %v", options.Since, err)
	}
	options = gather.Options{}
	err := since(&options, environment(sinceVariable, "1h30m0s"))
	if ago := time.Since(options.Since); err != nil || ago < 90*time.Minute || ago > 91*time.Minute {
		t.Errorf("since %s, %v", options.Since, err)
	}
	options = gather.Options{}
	if err := since(&options, environment()); err != nil || !options.Since.IsZero() {
		t.Errorf("since %s, %v", options.Since, err)
	}
}

func TestMisuse(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte("apiVersion: v1\nkind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args     []string
		variable func(string) string
		code     int
		want     string
	}{
		"a flag that is none": {[]string{"--all"}, environment(), 2, "flag provided but not defined"},
		"no duration":         {nil, environment(sinceVariable, "yesterday"), 1, sinceVariable + ` is "yesterday"`},
		"no time":             {nil, environment(timeVariable, "5 am"), 1, timeVariable + ` is "5 am"`},
		"no cluster":          {nil, environment(), 1, "there is no cluster to look at"},
		"an empty KUBECONFIG": {nil, environment("KUBECONFIG", kubeconfig), 1, kubeconfig},
	} {
		var said bytes.Buffer
		if code := run(t.Context(), tc.args, tc.variable, &said, &said); code != tc.code || !strings.Contains(said.String(), tc.want) {
			t.Errorf("%s: exit code %d: %s", name, code, &said)
		}
	}
}

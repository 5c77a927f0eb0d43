package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeZot refuses a configuration that holds the word refuse or names a file that is not there.
const fakeZot = `#!/bin/sh
case "$1" in
--version) echo '{"message":"version","commit":"v2.1.20-0-g0123abcd"}' ;;
verify)
	if grep -q refuse "$2"; then echo 'has invalid keys'; exit 1; fi
	for f in $(grep -o '"[^"]*keys.json"' "$2" | tr -d '"'); do grep -q hashKey "$f" || exit 1; done ;;
esac
`

func setup(t *testing.T, configs map[string]string) options {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "zot"), fakeZot, 0o700)
	for name, config := range configs {
		put(t, filepath.Join(dir, "fixtures", name, "zot-config.json"), config, 0o600)
	}
	return options{
		zot: filepath.Join(dir, "zot"), configs: filepath.Join(dir, "fixtures", "*", "zot-config.json"),
		record: filepath.Join(dir, "verified.json"),
	}
}

func put(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsAndChecks(t *testing.T) {
	o := setup(t, map[string]string{
		"b-keys":    `{"http":{"auth":{"sessionKeysFile":"/run/zot/session-keys.json"}}}`,
		"a-minimal": `{"storage":{}}`,
		"c-same":    `{"storage":{}}`,
	})
	if err := run(t.Context(), o, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	record, err := os.ReadFile(o.record)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(record); strings.Count(text, "a-minimal") != 1 || strings.Contains(text, "c-same") ||
		!strings.Contains(text, `"v2.1.20": {`) || !strings.Contains(text, `": "b-keys"`) {
		t.Errorf("the record is\n%s", record)
	}
	if err := run(t.Context(), o, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(o.record); err != nil || !bytes.Equal(again, record) {
		t.Errorf("a second run gives other bytes (%v):\n%s", err, again)
	}

	o.zot, o.check = "", true
	if err := run(t.Context(), o, &bytes.Buffer{}); err != nil {
		t.Errorf("the check of what was just recorded: %v", err)
	}
	o.version = "v9.9.9"
	if err := run(t.Context(), o, &bytes.Buffer{}); err == nil {
		t.Error("zot v9.9.9 has accepted nothing")
	}
	o.version = ""
	put(t, filepath.Join(filepath.Dir(o.record), "fixtures", "a-minimal", "zot-config.json"), `{"storage":{"gc":true}}`, 0o600)
	err = run(t.Context(), o, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "a-minimal") || !strings.Contains(err.Error(), "make verify-operand ZOT_BIN=") {
		t.Errorf("the message of a changed golden configuration is: %v", err)
	}
}

func TestRefusalWritesNothing(t *testing.T) {
	o := setup(t, map[string]string{"bad": `{"refuse":true}`, "good": `{"storage":{}}`})
	err := run(t.Context(), o, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "bad") || !strings.Contains(err.Error(), "has invalid keys") {
		t.Errorf("the message is: %v", err)
	}
	if _, err := os.Stat(o.record); err == nil {
		t.Error("a record was written")
	}
}

func TestNothingToJudgeIsAnError(t *testing.T) {
	o := setup(t, nil)
	if err := run(t.Context(), o, &bytes.Buffer{}); err == nil {
		t.Error("a glob without a match guards nothing and must fail")
	}
	o = setup(t, map[string]string{"good": `{"storage":{}}`})
	o.zot = ""
	if err := run(t.Context(), o, &bytes.Buffer{}); err == nil {
		t.Error("without zot and without --check there is nothing to do")
	}
}

func TestVersionOfARealZot(t *testing.T) {
	zot := os.Getenv("ZOT_BIN")
	if zot == "" {
		t.Skip("needs zot: set ZOT_BIN to a zot binary")
	}
	version, err := zotVersion(t.Context(), zot)
	if err != nil || !strings.HasPrefix(version, "v2.") {
		t.Errorf("version %q (%v)", version, err)
	}
}

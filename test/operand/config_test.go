package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// verdicts are configurations with what zot v2.1.20 says to them; TestZotAgrees proves that against a real one.
var verdicts = []struct {
	name, config string
	want         string // part of the stand-in's message; empty when the configuration is good
}{
	{"minimal", minimal(`{}`), ""},
	{"letter case of keys", `{"STORAGE":{"RootDirectory":"/x","GCDELAY":"1h"},"Http":{"PORT":"8080"}}`, ""},
	{"padded with spaces", minimal(`{}`) + "   \n   ", ""},
	{"empty", ``, "not a JSON object"},
	{"no key", `{}`, "holds no key"},
	{"unknown section", `{"storage":{"rootDirectory":"/x"},"supplychain":{"enable":true}}`, `unknown field "supplychain"`},
	{"unknown key", `{"storage":{"rootDirectory":"/x","size":"1Gi"}}`, `unknown field "size"`},
	{"unknown extension", minimal(`{"extensions":{"s3api":{"enable":true}}}`), `unknown field "s3api"`},
	{"unknown key in a rule", minimal(`{"http":{"accessControl":{"repositories":{"**":{"anonymous":["read"]}}}}}`), `unknown field "anonymous"`},
	{"two documents", minimal(`{}`) + `{}`, "not a JSON object"},
	{"bad duration", `{"storage":{"rootDirectory":"/x","gcDelay":"1 day"}}`, "reading a duration"},
	{"negative duration", `{"storage":{"rootDirectory":"/x","gcDelay":"-1h"}}`, "must not be negative"},
	{"bad log level", minimal(`{"log":{"level":"loud"}}`), "log.level"},
	{"bad port", `{"storage":{"rootDirectory":"/x"},"http":{"port":"70000"}}`, "is not a port"},
	{"local driver", driver(`"name":"local"`), "is none of [azure gcs s3]"},
	{"s3", driver(`"name":"s3","bucket":"b","region":"eu-west-1"`), ""},
	{"s3 with dedupe", `{"storage":{"rootDirectory":"/x","storageDriver":{"name":"s3","bucket":"b","region":"eu-west-1"}}}`, "needs a remote cache"},
	{"azure", driver(`"name":"azure","accountname":"a","container":"c","credentials":{"type":"default_credentials"}`), ""},
	{"gcs", driver(`"name":"gcs","bucket":"b"`), ""},
	{"anonymous rules", minimal(`{"http":{"accessControl":{"repositories":{"**":{"anonymousPolicy":["read"]}}}}}`), ""},
	{"user rules and no sign-in", minimal(`{"http":{"accessControl":{"repositories":{"**":{"defaultPolicy":["read"]}}}}}`), "lets nobody sign in"},
	{"admin rule and no sign-in", minimal(`{"http":{"accessControl":{"repositories":{"**":{"anonymousPolicy":["read"]}},"adminPolicy":{"users":["a"],"actions":["read"]}}}}`), "lets nobody sign in"},
	{"rules for nobody", minimal(`{"http":{"accessControl":{"repositories":{"**":{"anonymousPolicy":[]}}}}}`), "lets nobody sign in"},
	{"bad glob", minimal(`{"http":{"accessControl":{"repositories":{"a[":{"anonymousPolicy":["read"]}}}}}`), "is not a glob"},
	{"compat", minimal(`{"http":{"compat":["docker2s2"]}}`), ""},
	{"user rules and sign-in", minimal(`{"http":{"auth":{"apikey":true},"accessControl":{"repositories":{"**":{"defaultPolicy":["read"]}}}}}`), ""},
	{"user rules and no way to sign in", minimal(`{"http":{"auth":{"failDelay":5},"accessControl":{"repositories":{"**":{"defaultPolicy":["read"]}}}}}`), "lets nobody sign in"},
	{"metrics", minimal(`{"extensions":{"metrics":{"enable":true,"prometheus":{"path":"/m"}}}}`), ""},
	{"bad metrics path", minimal(`{"extensions":{"metrics":{"enable":true,"prometheus":{"path":"/v2"}}}}`), "cannot be served"},
	{"ui alone", minimal(`{"extensions":{"ui":{"enable":true}}}`), "needs extensions.search"},
	{"scan of a bucket", `{"storage":{"rootDirectory":"/x","dedupe":false,"remoteCache":false,"storageDriver":{"name":"s3","bucket":"b","region":"eu-west-1"}},"extensions":{"search":{"enable":true,"cve":{"updateInterval":"2h"}}}}`, "local storage only"},
	{"retention", `{"storage":{"rootDirectory":"/x","retention":{"delay":"24h","policies":[{"repositories":["**"],"deleteUntagged":true,"keepTags":[{"patterns":[".*"],"mostRecentlyPushedCount":3,"pulledWithin":"720h"}]}]}}}`, ""},
	{"sync", minimal(`{"extensions":{"sync":{"enable":true,"registries":[{"urls":["https://example.com"],"onDemand":true,"content":[{"prefix":"**","tags":{"semver":true}}]}]}}}`), ""},
	{"no session keys", minimal(`{"http":{"auth":{"sessionKeysFile":"/does/not/exist.json"}}}`), "sessionKeysFile"},
	{"htpasswd", minimal(`{"http":{"auth":{"htpasswd":{"path":"/x"}},"accessControl":{"repositories":{"**":{"defaultPolicy":["read"]}}}}}`), ""},
	{"time window", `{"storage":{"rootDirectory":"/x","gcTimeWindow":"22:00-05:30"}}`, ""},
	{"time window of no length", `{"storage":{"rootDirectory":"/x","gcTimeWindow":"22:00-22:00"}}`, "is no part of the day"},
	{"time window of no day", `{"storage":{"rootDirectory":"/x","gcTimeWindow":"22:00-25:00"}}`, "is no part of the day"},
	{"redis", cache(`"remoteCache":true,"cacheDriver":{"name":"redis","url":"redis://redis:6379"}`), ""},
	{"dynamodb", cache(`"remoteCache":true,"cacheDriver":{"name":"dynamodb","region":"eu-west-1"}`), ""},
	{"unknown cache", cache(`"remoteCache":true,"cacheDriver":{"name":"etcd"}`), "is none of [redis dynamodb]"},
	{"unknown cache that is not used", cache(`"remoteCache":false,"cacheDriver":{"name":"etcd"}`), ""},
	{"dynamodb and local storage", `{"storage":{"rootDirectory":"/x","remoteCache":true,"cacheDriver":{"name":"dynamodb"}}}`, "needs a storageDriver"},
	{"unknown provider", minimal(`{"http":{"auth":{"openid":{"providers":{"keycloak":{"issuer":"https://example.com"}}}}}}`), "is none of"},
}

// minimal is a good configuration; a second document replaces sections of it.
func minimal(sections string) string {
	sections = strings.TrimSuffix(strings.TrimPrefix(sections, "{"), "}")
	if sections != "" {
		sections = "," + sections
	}
	return `{"storage":{"rootDirectory":"/x","dedupe":true,"gc":true,"gcDelay":"24h"}` + sections + `}`
}

func driver(parameters string) string {
	return fmt.Sprintf(`{"storage":{"rootDirectory":"/x","dedupe":false,"remoteCache":false,"storageDriver":{%s}}}`, parameters)
}

func cache(keys string) string {
	return fmt.Sprintf(`{"storage":{"rootDirectory":"/x","dedupe":false,"storageDriver":{"name":"gcs","bucket":"b"},%s}}`, keys)
}

// The stand-in must know every key that the operator renders.
func TestKnowsTheGoldens(t *testing.T) {
	files, err := filepath.Glob("../fixtures/*/zot-config.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden configuration: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file) // #nosec G304 -- files of the repository
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseConfig(data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for _, tc := range verdicts {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readConfig(write(t, tc.config))
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused a good configuration: %v", err)
			case tc.want != "" && err == nil:
				t.Error("took a bad configuration")
			case tc.want != "" && !strings.Contains(err.Error(), tc.want):
				t.Errorf("message %q lacks %q", err, tc.want)
			}
		})
	}
}

// TestZotAgrees holds the stand-in's verdicts against a real zot.
func TestZotAgrees(t *testing.T) {
	zot := os.Getenv("ZOT_BIN")
	if zot == "" {
		t.Skip("needs zot: set ZOT_BIN to a zot binary")
	}
	for _, tc := range verdicts {
		t.Run(tc.name, func(t *testing.T) {
			// #nosec G204 -- the person who runs the test names the binary
			output, err := exec.Command(zot, "verify", write(t, tc.config)).CombinedOutput()
			if (err == nil) != (tc.want == "") {
				t.Errorf("zot says good=%v, the stand-in good=%v\n%s", err == nil, tc.want == "", output)
			}
		})
	}
}

func TestKeysOfMapsAreLowerCased(t *testing.T) {
	config, err := parseConfig([]byte(`{"storage":{"storageDriver":{"Name":"azure","Credentials":{"Type":"X"}}},
		"http":{"accessControl":{"repositories":{"Public/**":{"anonymousPolicy":["read"]}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	inner, _ := config.Storage.StorageDriver["credentials"].(map[string]any)
	if config.Storage.StorageDriver["name"] != "azure" || inner["type"] != "X" {
		t.Errorf("storageDriver is %v", config.Storage.StorageDriver)
	}
	if _, found := config.HTTP.AccessControl.Repositories["public/**"]; !found {
		t.Errorf("repositories are %v", config.HTTP.AccessControl.Repositories)
	}
}

func write(t *testing.T, config string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

package zotschema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/version"
)

// TestRenderedIsTaken runs over every golden.
func TestRenderedIsTaken(t *testing.T) {
	files, err := filepath.Glob("../../fixtures/*/zot-config.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("there are %d goldens of zot's configuration: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		complete(document)
		for _, err := range append(Check(document, Newest()), Rules(document)...) {
			t.Errorf("%s: %v", filepath.Base(filepath.Dir(file)), err)
		}
	}
}

// complete puts in what the agent adds, where a golden is only half of the configuration without it.
func complete(document map[string]any) {
	storage := tree(document).at("storage")
	if driver := storage.at("storageDriver"); driver.text("name") == "azure" && !driver.has("credentials") {
		driver["accountkey"], driver["credentials"] = "a2V5", map[string]any{"type": "shared_key"}
	}
	if driver := storage.at("storageDriver"); driver.text("name") == "s3" && !driver.has("bucket") {
		driver["bucket"] = "made-1" // An ObjectBucketClaim names it.
	}
	if cache := storage.at("cacheDriver"); cache.text("name") == "redis" && !cache.has("url") {
		cache["url"] = "redis://redis:6379/0"
	}
}

const (
	local = `"storage":{"rootDirectory":"/data"}`
	s3    = `"storage":{"rootDirectory":"/data","dedupe":false,"remoteCache":false,"storageDriver":{"name":"s3","bucket":"b","region":"r"%s}}`
	open  = `"http":{"accessControl":{"repositories":{"**":{"anonymousPolicy":["read"]}}}}`
)

func document(t *testing.T, parts ...string) map[string]any {
	t.Helper()
	out, err := Decode([]byte("{" + strings.ReplaceAll(strings.Join(parts, ","), "%s", "") + "}"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func with(part, addition string) string { return strings.Replace(part, "%s", ","+addition, 1) }

func TestRefused(t *testing.T) {
	for want, parts := range map[string][]string{
		"storage.rootDirectory: is missing":                {`"storage":{"gc":true}`, open},
		"storage.gcc: zot knows no such key":               {`"storage":{"rootDirectory":"/data","gcc":true}`, open},
		"storage.gcDelay: \"-1h\" is no duration":          {`"storage":{"rootDirectory":"/data","gcDelay":"-1h"}`, open},
		"storage.gcTimeWindow: \"02:00-02:00\": begins":    {`"storage":{"rootDirectory":"/data","gcTimeWindow":"02:00-02:00"}`, open},
		"storage.storageDriver.name: \"local\" is none of": {`"storage":{"rootDirectory":"/data","storageDriver":{"name":"local"}}`, open},
		"storage.storageDriver.accessKey: zot knows no":    {with(s3, `"accessKey":"a"`), open},
		"accesskey and secretkey belong together":          {with(s3, `"accesskey":"a"`), open},
		"forcepathstyle":                                   {with(s3, `"regionendpoint":"https://s3.example.com"`), open},
		"dedupe must be written":                           {`"storage":{"rootDirectory":"/data","remoteCache":false,"storageDriver":{"name":"s3","bucket":"b","region":"r"}}`, open},
		"takes a remote cache for granted":                 {`"storage":{"rootDirectory":"/data","storageDriver":{"name":"s3","bucket":"b","region":"r"}}`, open},
		"ignores the cacheDriver":                          {`"storage":{"rootDirectory":"/data","cacheDriver":{"name":"redis","url":"redis://r","keyprefix":"k"}}`, open},
		"needs a url or addr":                              {`"storage":{"rootDirectory":"/data","remoteCache":true,"cacheDriver":{"name":"redis","keyprefix":"k"}}`, open},
		"storage.cacheDriver.versiontablename: is missing": {`"storage":{"rootDirectory":"/data","cacheDriver":{"name":"dynamodb"}}`, open},
		"http.port: \"0\": is no port":                     {local, `"http":{"port":"0"}`},
		"http.port: is json.Number and no string":          {local, `"http":{"port":8080}`},
		"and nobody can sign in":                           {local, `"http":{"accessControl":{"repositories":{"**":{"defaultPolicy":["read"]}}}}`},
		"no rule is for anonymous":                         {local, `"http":{"accessControl":{"repositories":{"**":{"anonymousPolicy":[]}}}}`},
		"policies[0].actions[0]: \"pull\" is none of":      {local, `"http":{"accessControl":{"repositories":{"**":{"policies":[{"users":["a"],"actions":["pull"]}]}}}}`},
		"lower-cases the key":                              {local, `"http":{"accessControl":{"repositories":{"A/**":{"anonymousPolicy":["read"]}}}}`},
		"for a step down":                                  {local, `"http":{"accessControl":{"repositories":{"a::b":{"anonymousPolicy":["read"]}}}}`},
		"nobody is ever in it":                             {local, `"http":{"auth":{"htpasswd":{"path":"/p"}},"accessControl":{"repositories":{"**":{"policies":[{"groups":["Dev"],"actions":["read"]}]}},"groups":{"dev":{"users":["a"]}}}}`},
		"names nobody":                                     {local, `"http":{"auth":{"htpasswd":{"path":"/p"}},"accessControl":{"adminPolicy":{"actions":["read"]}}}`},
		"zot ignores every other way":                      {local, `"http":{"auth":{"htpasswd":{"path":"/p"},"bearer":{"realm":"r","service":"s","cert":"/c"}}}`},
		"without audiences zot is open":                    {local, `"http":{"auth":{"bearer":{"oidc":[{"issuer":"https://i","audiences":[]}]}}}`},
		"without realm and service zot is open":            {local, `"http":{"auth":{"bearer":{"cert":"/c"}}}`},
		"knows no such provider":                           {local, `"http":{"auth":{"openid":{"providers":{"keycloak":{"clientid":"c","issuer":"https://i","scopes":["openid"]}}}}}`},
		"own address":                                      {local, `"http":{"auth":{"openid":{"providers":{"oidc":{"clientid":"c","issuer":"https://i","scopes":["openid"]}}}}}`},
		"takes no sessionKeysFile":                         {local, `"http":{"auth":{"htpasswd":{"path":"/p"},"sessionKeysFile":"/s.json","sessionDriver":{"name":"redis","url":"redis://r"}}}`},
		"ends in no format":                                {local, `"http":{"auth":{"htpasswd":{"path":"/p"},"sessionKeysFile":"/keys"}}`},
		"needs http.tls with cacert":                       {local, `"http":{"auth":{"mtls":{"identityAttributes":["CN"]}}}`},
		"extensions.ui needs":                              {local, open, `"extensions":{"ui":{"enable":true}}`},
		"extensions.scrub: is empty":                       {local, open, `"extensions":{"scrub":{}}`},
		"extensions.metrics.enable: is missing":            {local, open, `"extensions":{"metrics":{"prometheus":{"path":"/metrics"}}}`},
		"one of zot's own":                                 {local, open, `"extensions":{"metrics":{"enable":true,"prometheus":{"path":"/v2/a"}}}`},
		"no clean path":                                    {local, open, `"extensions":{"metrics":{"enable":true,"prometheus":{"path":"/a/"}}}`},
		"cve does not go":                                  {s3, open, `"extensions":{"search":{"enable":true,"cve":{"updateInterval":"2h"}}}`},
		"needs downloadDir":                                {s3, open, `"extensions":{"sync":{"enable":true,"registries":[]}}`},
		"a hashKey of 16":                                  {s3, open, `"cluster":{"members":["a:1"],"hashKey":"short"}`},
	} {
		d := document(t, parts...)
		found := append(Check(d, Newest()), Rules(d)...)
		hit := false
		for _, err := range found {
			hit = hit || strings.Contains(err.Error(), want)
		}
		if !hit {
			t.Errorf("nothing says %q: %v", want, found)
		}
	}
}

func TestFirstVersions(t *testing.T) {
	d := document(t, `"storage":{"rootDirectory":"/data","gcTimeWindow":"02:00-05:00"}`, open)
	if got := Check(d, Newest()); len(got) > 0 {
		t.Errorf("the newest zot takes it: %v", got)
	}
	old := version.Zot{Major: 2, Minor: 1, Patch: 18}
	if got := Check(d, old); len(got) != 1 || !strings.Contains(got[0].Error(), "from v2.1.19 on") {
		t.Errorf("v2.1.18 does not know gcTimeWindow: %v", got)
	}
}

func TestSecrets(t *testing.T) {
	for part, want := range map[string]string{
		with(s3, `"secretkey":"s"`):                                              "storage.storageDriver.secretkey",
		`"storage":{"cacheDriver":{"url":"redis://:p@r:1/0"}}`:                   "storage.cacheDriver.url",
		`"http":{"auth":{"openid":{"providers":{"oidc":{"clientsecret":"s"}}}}}`: "http.auth.openid.providers.oidc.clientsecret",
	} {
		if got := Secrets(document(t, part)); len(got) != 1 || got[0] != want {
			t.Errorf("%s: found %q", part, got)
		}
	}
	if got := Secrets(document(t, s3, open)); len(got) > 0 {
		t.Errorf("there is no secret: %q", got)
	}
}

func TestGlob(t *testing.T) {
	for pattern, valid := range map[string]bool{
		"**": true, "a/*": true, "a/{b,c}/[a-z]?": true, `a\*`: true, "[!a]": true, `[\]]`: true,
		"[": false, "a[": false, "[]": false, "[^]": false, "[a": false, "{a": false, "a}": false, `a\`: false,
	} {
		if err := glob(pattern); (err == nil) != valid {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

package zotschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// tree is the document, or a part of it; what is not there reads as nothing.
type tree map[string]any

func (t tree) at(keys ...string) tree {
	for _, key := range keys {
		next, _ := t[key].(map[string]any)
		t = next
	}
	return t
}

func (t tree) has(key string) bool {
	_, ok := t[key]
	return ok
}

func (t tree) text(key string) string {
	s, _ := t[key].(string)
	return s
}

func (t tree) length(key string) int {
	switch v := t[key].(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}

func (t tree) list(key string) []any {
	l, _ := t[key].([]any)
	return l
}

// flag is the value of a boolean, and otherwise where there is none.
func (t tree) flag(key string, otherwise bool) bool {
	if b, ok := t[key].(bool); ok {
		return b
	}
	return otherwise
}

// Rules gives what keeps a zot with this document from starting, what it takes and then does otherwise, and what leaves the
// registry open. The document has passed Check.
func Rules(document map[string]any) []error {
	d := tree(document)
	var out []error
	for _, rule := range []func(tree) error{
		cacheTable, remoteStorage, cacheAlone, oneWriter, ui, metricsPath, synced,
		signIn, providers, bearerAlone, bearerClosed, sessions, mutualTLS, groupsKnown, users,
	} {
		if err := rule(d); err != nil {
			out = append(out, err)
		}
	}
	return out
}

func remote(d tree) bool { return d.at("storage").has("storageDriver") }

// cacheTable is validateCacheConfig with the defaults of applyDefaultValues.
func cacheTable(d tree) error {
	s := d.at("storage")
	dedupe := s.flag("dedupe", true)
	useCache := s.flag("remoteCache", dedupe && remote(d))
	switch name := d.at("storage", "cacheDriver").text("name"); {
	case dedupe && remote(d) && useCache && name == "":
		return errors.New("storage: dedupe with a storageDriver takes a remote cache for granted")
	case name == "dynamodb" && useCache && !remote(d):
		return errors.New("storage: dynamodb does not go with local storage")
	case name != "" && !useCache:
		return errors.New("storage: zot ignores the cacheDriver without remoteCache")
	}
	return nil
}

func remoteStorage(d tree) error {
	for _, key := range []string{"dedupe", "remoteCache"} {
		if remote(d) && !d.at("storage").has(key) {
			return fmt.Errorf("storage: with a storageDriver %s must be written, as its default changes", key)
		}
	}
	if remote(d) && d.at("storage").flag("dedupe", true) {
		return errors.New("storage: dedupe with a storageDriver depends on what one pod remembers (zot #4427, #3028)")
	}
	if d.at("storage").flag("redirectBlobURL", false) && !remote(d) {
		return errors.New("storage: redirectBlobURL needs a storageDriver")
	}
	if remote(d) && d.at("extensions", "search").has("cve") {
		return errors.New("extensions.search.cve does not go with a storageDriver")
	}
	driver := d.at("storage", "storageDriver")
	if driver.has("regionendpoint") && !driver.has("forcepathstyle") {
		return errors.New("storage.storageDriver: with regionendpoint zot sets forcepathstyle, so it must be written")
	}
	if driver.has("accesskey") != driver.has("secretkey") {
		return errors.New("storage.storageDriver: accesskey and secretkey belong together")
	}
	return azureCredentials(driver)
}

func azureCredentials(driver tree) error {
	credentials := driver.at("credentials")
	switch credentials.text("type") {
	case "shared_key":
		if driver.text("accountkey") == "" {
			return errors.New("storage.storageDriver: credentials of type shared_key need accountkey")
		}
	case "client_secret":
		for _, key := range []string{"clientid", "tenantid", "secret"} {
			if credentials.text(key) == "" {
				return fmt.Errorf("storage.storageDriver.credentials: type client_secret needs %s", key)
			}
		}
	}
	return nil
}

// cacheAlone: a url is read alone.
func cacheAlone(d tree) error {
	c := d.at("storage", "cacheDriver")
	if c.text("name") != "redis" {
		return nil
	}
	if c.has("url") == c.has("addr") {
		return errors.New("storage.cacheDriver: redis needs a url or addr, and not both")
	}
	if c.text("keyprefix") == "" {
		return errors.New("storage.cacheDriver: without a keyprefix of its own the store shares keys with others")
	}
	for _, key := range []string{"db", "username", "password"} {
		if c.has("url") && c.has(key) {
			return fmt.Errorf("storage.cacheDriver: zot does not read %s beside a url", key)
		}
	}
	return nil
}

// oneWriter: members need storage and metadata that they can share.
func oneWriter(d tree) error {
	if d.at("cluster") == nil {
		return nil
	}
	if d.at("cluster").length("members") == 0 || len(d.at("cluster").text("hashKey")) != 16 {
		return errors.New("cluster: it needs members, and a hashKey of 16 characters")
	}
	if !remote(d) || !d.at("storage").has("cacheDriver") || d.at("storage").flag("dedupe", true) {
		return errors.New("cluster: members need a storageDriver, a cacheDriver, and dedupe false")
	}
	return nil
}

func ui(d tree) error {
	e := d.at("extensions")
	if e.at("ui").flag("enable", false) && !e.at("search").flag("enable", false) {
		return errors.New("extensions.ui needs extensions.search")
	}
	return nil
}

// taken are the paths that zot serves itself.
var taken = []string{"/v2", "/livez", "/readyz", "/startupz", "/zot/auth"}

func metricsPath(d tree) error {
	m := d.at("extensions", "metrics", "prometheus")
	if m == nil {
		return nil
	}
	got := m.text("path")
	if !strings.HasPrefix(got, "/") || path.Clean(got) != got || got == "/" {
		return fmt.Errorf("extensions.metrics.prometheus.path %q is no clean path below /", got)
	}
	for _, prefix := range taken {
		if got == prefix || strings.HasPrefix(got, prefix+"/") {
			return fmt.Errorf("extensions.metrics.prometheus.path %q is one of zot's own", got)
		}
	}
	return nil
}

func synced(d tree) error {
	s := d.at("extensions", "sync")
	if s == nil {
		return nil
	}
	if remote(d) && s.text("downloadDir") == "" {
		return errors.New("extensions.sync needs downloadDir with a storageDriver")
	}
	for i, entry := range s.list("registries") {
		registry, _ := entry.(map[string]any)
		for _, key := range []string{"maxRetries", "maxRetryDelay"} {
			if tree(registry).has(key) && !tree(registry).has("retryDelay") {
				return fmt.Errorf("extensions.sync.registries[%d]: %s needs retryDelay", i, key)
			}
		}
		if tree(registry).flag("preserveDigest", false) && d.at("http").length("compat") == 0 {
			return fmt.Errorf("extensions.sync.registries[%d]: preserveDigest needs http.compat", i)
		}
	}
	return nil
}

// Files are the paths that the document names and that must be there when zot starts, by the key that names them.
func Files(document map[string]any) map[string]string {
	d, out := tree(document), map[string]string{}
	auth := d.at("http", "auth")
	for key, file := range map[string]string{
		"http.tls.cert":                   d.at("http", "tls").text("cert"),
		"http.tls.key":                    d.at("http", "tls").text("key"),
		"http.tls.cacert":                 d.at("http", "tls").text("cacert"),
		"http.auth.htpasswd.path":         auth.at("htpasswd").text("path"),
		"http.auth.sessionKeysFile":       auth.text("sessionKeysFile"),
		"http.auth.ldap.credentialsFile":  auth.at("ldap").text("credentialsFile"),
		"http.auth.bearer.cert":           auth.at("bearer").text("cert"),
		"storage.storageDriver.keyfile":   d.at("storage", "storageDriver").text("keyfile"),
		"extensions.sync.credentialsFile": d.at("extensions", "sync").text("credentialsFile"),
	} {
		if file != "" {
			out[key] = file
		}
	}
	for name := range auth.at("openid", "providers") {
		if file := auth.at("openid", "providers", name).text("credentialsFile"); file != "" {
			out["http.auth.openid.providers."+name+".credentialsFile"] = file
		}
	}
	return out
}

// secret are the keys whose values belong into no document that everybody may read.
var secret = []string{
	"accesskey", "secretkey", "accountkey", "secret", "password", "sentinel_password", "clientsecret", "token", "hashKey",
}

// addresses are the keys of URLs, which can hold a password.
var addresses = []string{
	"url", "endpoint", "regionendpoint", "serviceurl", "externalUrl", "issuer", "authurl", "tokenurl", "proxy", "address",
}

// Secrets gives the keys of the document under which a secret stands. A URL with a password counts.
func Secrets(document map[string]any) []string { return secrets("", document) }

func secrets(at string, value any) []string {
	var out []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if _, scalar := v[key].(string); scalar && slices.Contains(secret, key) {
				out = append(out, below(at, key))
			}
			out = append(out, secrets(below(at, key), v[key])...)
		}
	case []any:
		for i := range v {
			out = append(out, secrets(fmt.Sprintf("%s[%d]", at, i), v[i])...)
		}
	case string:
		u, err := url.Parse(v)
		if slices.Contains(addresses, at[strings.LastIndex(at, ".")+1:]) && (err != nil || u.User != nil) {
			out = append(out, at)
		}
	case json.Number, bool, nil:
	}
	return out
}

package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

var (
	logLevels = []string{"", "trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"}
	drivers   = map[string]string{"s3": "s3aws", "azure": "azure", "gcs": "gcs"} // zot's name -> Distribution's name
	providers = []string{"google", "gitlab", "oidc", "github"}
	caches    = []string{"redis", "dynamodb"}
)

// check holds the start-up rules of zot that a rendered configuration can break.
func (c *Config) check() error {
	if !slices.Contains(logLevels, strings.ToLower(c.Log.Level)) {
		return fmt.Errorf("log.level %q is none of zot's levels", c.Log.Level)
	}
	if port, err := strconv.ParseUint(c.HTTP.Port, 10, 16); c.HTTP.Port != "" && err != nil {
		return fmt.Errorf("http.port %q is not a port (%d)", c.HTTP.Port, port)
	}
	return errors.Join(c.checkStorage(), c.checkAuth(), c.HTTP.AccessControl.check(c.HTTP.Auth.signsIn()), c.checkExtensions())
}

func (c *Config) checkStorage() error {
	s := c.Storage
	if s.GCDelay.Duration < 0 || s.GCInterval.Duration < 0 {
		return errors.New("storage.gcDelay and storage.gcInterval must not be negative")
	}
	if err := s.checkWindow(); err != nil {
		return err
	}
	if err := s.checkCache(); err != nil {
		return err
	}
	if s.StorageDriver == nil {
		return nil
	}
	if name, _ := s.StorageDriver["name"].(string); drivers[name] == "" {
		return fmt.Errorf("storage.storageDriver.name %q is none of %v (without storageDriver the storage is local)",
			name, slices.Sorted(maps.Keys(drivers)))
	}
	if (s.Dedupe == nil || *s.Dedupe) && (s.RemoteCache == nil || *s.RemoteCache) && s.CacheDriver == nil {
		return errors.New("storage.dedupe with a storageDriver needs a remote cache: set dedupe to false")
	}
	return nil
}

// window is a part of the day: hours and minutes of two different times.
var window = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)

func (s Storage) checkWindow() error {
	at := s.GCTimeWindow
	if from, to, _ := strings.Cut(at, "-"); at != "" && (!window.MatchString(at) || from == to) {
		return fmt.Errorf("storage.gcTimeWindow %q is no part of the day, such as 22:00-05:00", at)
	}
	return nil
}

// checkCache looks at a database only where it is used, as zot does.
func (s Storage) checkCache() error {
	if s.CacheDriver == nil || s.RemoteCache == nil || !*s.RemoteCache {
		return nil
	}
	name, _ := s.CacheDriver["name"].(string)
	if !slices.Contains(caches, name) {
		return fmt.Errorf("storage.cacheDriver.name %q is none of %v", name, caches)
	}
	if s.StorageDriver == nil && name != "redis" {
		return fmt.Errorf("storage.cacheDriver %q needs a storageDriver", name)
	}
	return nil
}

func (c *Config) checkAuth() error {
	if c.HTTP.Auth == nil {
		return nil
	}
	if file := c.HTTP.Auth.SessionKeysFile; file != "" {
		if err := readable("http.auth.sessionKeysFile", file); err != nil {
			return err
		}
	}
	if c.HTTP.Auth.OpenID == nil {
		return nil
	}
	for name, provider := range c.HTTP.Auth.OpenID.Providers {
		if !slices.Contains(providers, name) {
			return fmt.Errorf("http.auth.openid.providers.%s is none of %v", name, providers)
		}
		if provider.CredentialsFile != "" {
			if err := readable("http.auth.openid.providers."+name+".credentialsFile", provider.CredentialsFile); err != nil {
				return err
			}
		}
	}
	return nil
}

func readable(key, file string) error {
	// #nosec G304 -- the configuration names the file, as with zot
	if _, err := os.ReadFile(file); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (c *Config) checkExtensions() error {
	e := c.Extensions
	if e == nil {
		return nil
	}
	if e.UI != nil && e.UI.on() && (e.Search == nil || !e.Search.on()) {
		return errors.New("extensions.ui needs extensions.search")
	}
	if e.Search != nil && e.Search.on() && e.Search.CVE != nil && c.Storage.StorageDriver != nil {
		return errors.New("extensions.search.cve works with local storage only")
	}
	if e.Sync != nil && e.Sync.on() && e.Sync.DownloadDir == "" && c.Storage.StorageDriver != nil {
		return errors.New("extensions.sync with a storageDriver needs a downloadDir")
	}
	return c.checkMetrics()
}

func (c *Config) checkMetrics() error {
	at := c.metricsPath()
	if at != "" && (!path.IsAbs(at) || path.Clean(at) != at || at == "/" || at == "/v2") {
		return fmt.Errorf("extensions.metrics.prometheus.path %q cannot be served", at)
	}
	return nil
}

// metricsPath is empty when metrics are off.
func (c *Config) metricsPath() string {
	if c.Extensions == nil || c.Extensions.Metrics == nil || !c.Extensions.Metrics.on() {
		return ""
	}
	if p := c.Extensions.Metrics.Prometheus; p != nil && p.Path != "" {
		return p.Path
	}
	return "/metrics"
}

// signsIn tells whether any way to sign in is configured.
func (a *Auth) signsIn() bool {
	return a != nil && (a.APIKey || a.OpenID != nil || a.HTPasswd.Path != "")
}

// check refuses globs that cannot match and, where nobody can sign in, rules for users or none for anonymous clients.
func (a *AccessControl) check(signIn bool) error {
	if a == nil {
		return nil
	}
	users, anonymous := a.AdminPolicy.grants(), false
	for glob, group := range a.Repositories {
		if !doublestar.ValidatePattern(glob) {
			return fmt.Errorf("http.accessControl.repositories: %q is not a glob", glob)
		}
		users = users || len(group.DefaultPolicy) > 0
		for _, policy := range group.Policies {
			users = users || policy.grants()
		}
		anonymous = anonymous || len(group.AnonymousPolicy) > 0
	}
	if !signIn && (users || !anonymous) {
		return errors.New("http.accessControl has rules for users, or none at all, and http.auth lets nobody sign in")
	}
	return nil
}

func (p *Policy) grants() bool { return p != nil && len(p.Actions)+len(p.Users) > 0 }

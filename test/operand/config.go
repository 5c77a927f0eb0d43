package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Config is the part of zot's configuration that the operator renders. encoding/json matches names in any letter case,
// which is what zot's loader does too.
type Config struct {
	DistSpecVersion string      `json:"distSpecVersion"`
	Storage         Storage     `json:"storage"`
	HTTP            HTTP        `json:"http"`
	Cluster         *Cluster    `json:"cluster"`
	Log             Log         `json:"log"`
	Scheduler       *Scheduler  `json:"scheduler"`
	Extensions      *Extensions `json:"extensions"`
}

// Cluster is read, not applied: on the stand-in each member serves every repository, as its registry keeps tags in files of their own.
type Cluster struct {
	Members []string    `json:"members"`
	HashKey string      `json:"hashKey"`
	TLS     *ClusterTLS `json:"tls"`
}

// ClusterTLS is read, not applied.
type ClusterTLS struct {
	Cert   string `json:"cert"`
	Key    string `json:"key"`
	CACert string `json:"cacert"`
}

// Storage says where the content lies.
type Storage struct {
	RootDirectory string         `json:"rootDirectory"`
	Dedupe        *bool          `json:"dedupe"`
	RemoteCache   *bool          `json:"remoteCache"`
	GC            *bool          `json:"gc"`
	GCDelay       Duration       `json:"gcDelay"`
	GCInterval    Duration       `json:"gcInterval"`
	GCTimeWindow  string         `json:"gcTimeWindow"`
	Retention     *Retention     `json:"retention"`
	StorageDriver map[string]any `json:"storageDriver"`
	CacheDriver   map[string]any `json:"cacheDriver"`
}

// Retention is read, not applied.
type Retention struct {
	DryRun   bool              `json:"dryRun"`
	Delay    Duration          `json:"delay"`
	Policies []RetentionPolicy `json:"policies"`
}

// RetentionPolicy holds the rules of some repositories.
type RetentionPolicy struct {
	Repositories    []string   `json:"repositories"`
	DeleteReferrers bool       `json:"deleteReferrers"`
	DeleteUntagged  *bool      `json:"deleteUntagged"`
	KeepTags        []KeepTags `json:"keepTags"`
	KeepUntagged    *Keep      `json:"keepUntagged"`
}

// KeepTags names tags that stay.
type KeepTags struct {
	Patterns []string `json:"patterns"`
	Keep
}

// Keep says by which measure something stays.
type Keep struct {
	PulledWithin            *Duration `json:"pulledWithin"`
	PushedWithin            *Duration `json:"pushedWithin"`
	MostRecentlyPushedCount int       `json:"mostRecentlyPushedCount"`
	MostRecentlyPulledCount int       `json:"mostRecentlyPulledCount"`
}

// HTTP is the one listener and who may use it.
type HTTP struct {
	Address       string         `json:"address"`
	Port          string         `json:"port"`
	ExternalURL   string         `json:"externalUrl"`
	Realm         string         `json:"realm"`
	ReadTimeout   *Duration      `json:"readTimeout"`
	WriteTimeout  *Duration      `json:"writeTimeout"`
	Compat        []string       `json:"compat"`
	TLS           *TLS           `json:"tls"`
	Auth          *Auth          `json:"auth"`
	AccessControl *AccessControl `json:"accessControl"`
}

// TLS names certificate files.
type TLS struct {
	Cert   string `json:"cert"`
	Key    string `json:"key"`
	CACert string `json:"cacert"`
}

// Auth is read, not honoured: the stand-in signs nobody in.
type Auth struct {
	FailDelay       int      `json:"failDelay"`
	APIKey          bool     `json:"apikey"`
	SecureSession   *bool    `json:"secureSession"`
	SessionKeysFile string   `json:"sessionKeysFile"`
	HTPasswd        HTPasswd `json:"htpasswd"`
	OpenID          *OpenID  `json:"openid"`
}

// HTPasswd names a file of users.
type HTPasswd struct {
	Path string `json:"path"`
}

// OpenID holds the sign-in providers.
type OpenID struct {
	Providers            map[string]OpenIDProvider `json:"providers"`
	CallbackAllowOrigins []string                  `json:"callbackAllowOrigins"`
}

// OpenIDProvider is one of them.
type OpenIDProvider struct {
	Name            string        `json:"name"`
	CredentialsFile string        `json:"credentialsFile"`
	ClientID        string        `json:"clientid"`
	Issuer          string        `json:"issuer"`
	KeyPath         string        `json:"keypath"`
	Scopes          []string      `json:"scopes"`
	ClaimMapping    *ClaimMapping `json:"claimMapping"`
}

// ClaimMapping names the claims that carry user and groups.
type ClaimMapping struct {
	Username string `json:"username"`
	Groups   string `json:"groups"`
}

// Log sets the level; the format is always JSON.
type Log struct {
	Level string `json:"level"`
}

// Scheduler is read, not used.
type Scheduler struct {
	NumWorkers int `json:"numWorkers"`
}

// Extensions are read; only metrics does something.
type Extensions struct {
	Metrics *Metrics `json:"metrics"`
	Trust   *Trust   `json:"trust"`
	Search  *Search  `json:"search"`
	UI      *Enable  `json:"ui"`
	Scrub   *Scrub   `json:"scrub"`
	Sync    *Sync    `json:"sync"`
}

// Enable switches an extension; without it an extension that is there is on.
type Enable struct {
	Enable *bool `json:"enable"`
}

func (e Enable) on() bool { return e.Enable == nil || *e.Enable }

// Metrics are Prometheus metrics on the common port.
type Metrics struct {
	Enable
	Prometheus *struct {
		Path string `json:"path"`
	} `json:"prometheus"`
}

// Trust is signature verification.
type Trust struct {
	Enable
	Cosign   bool `json:"cosign"`
	Notation bool `json:"notation"`
}

// Search is zot's query interface with the vulnerability scanner.
type Search struct {
	Enable
	CVE *struct {
		UpdateInterval Duration `json:"updateInterval"`
		Trivy          *struct {
			DBRepository        string   `json:"dbRepository"`
			JavaDBRepository    string   `json:"javaDBRepository"`
			VulnSeveritySources []string `json:"vulnSeveritySources"`
			SBOM                *struct {
				Enable bool   `json:"enable"`
				Format string `json:"format"`
			} `json:"sbom"`
		} `json:"trivy"`
	} `json:"cve"`
}

// Scrub re-reads stored content.
type Scrub struct {
	Enable
	Interval Duration `json:"interval"`
}

// Sync copies from other registries.
type Sync struct {
	Enable
	CredentialsFile string `json:"credentialsFile"`
	DownloadDir     string `json:"downloadDir"`
	Registries      []struct {
		URLs                 []string      `json:"urls"`
		PollInterval         Duration      `json:"pollInterval"`
		OnDemand             bool          `json:"onDemand"`
		Content              []SyncContent `json:"content"`
		TLSVerify            *bool         `json:"tlsVerify"`
		CertDir              string        `json:"certDir"`
		MaxRetries           *int          `json:"maxRetries"`
		RetryDelay           *Duration     `json:"retryDelay"`
		MaxRetryDelay        *Duration     `json:"maxRetryDelay"`
		OnlySigned           *bool         `json:"onlySigned"`
		SyncLegacyCosignTags *bool         `json:"syncLegacyCosignTags"`
		PreserveDigest       bool          `json:"preserveDigest"`
		SyncTimeout          Duration      `json:"syncTimeout"`
	} `json:"registries"`
}

// SyncContent selects what is copied.
type SyncContent struct {
	Prefix string `json:"prefix"`
	Tags   *struct {
		Regex        *string `json:"regex"`
		ExcludeRegex *string `json:"excludeRegex"`
		Semver       *bool   `json:"semver"`
	} `json:"tags"`
	Destination string `json:"destination"`
	StripPrefix bool   `json:"stripPrefix"`
}

// Duration is a Go duration text, the only form in which the operator renders one.
type Duration struct{ time.Duration }

// UnmarshalJSON refuses what time.ParseDuration refuses.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is a text such as \"24h\", not %s", data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("reading a duration: %w", err)
	}
	d.Duration = parsed
	return nil
}

// readConfig reads and checks one file. Trailing white space is fine: the config agent pads with it.
func readConfig(path string) (*Config, error) {
	data, err := os.ReadFile(path) // #nosec G304 -- naming the file is what the argument is for
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	config, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}

func parseConfig(data []byte) (*Config, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key: an empty configuration is refused, as zot does")
	}
	config := &Config{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(config); err != nil {
		return nil, fmt.Errorf("%w (the stand-in knows the keys that the operator renders, with their types; zot may know more)", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("has text after its end")
	}
	// zot's loader lower-cases the keys of every map.
	config.Storage.StorageDriver = lowerKeys(config.Storage.StorageDriver)
	config.Storage.CacheDriver = lowerKeys(config.Storage.CacheDriver)
	config.HTTP.AccessControl.lower()
	return config, nil
}

func lowerKeys(in map[string]any) map[string]any {
	if in == nil {
		return nil
	}
	out := make(map[string]any, len(in))
	for key, value := range in {
		if inner, ok := value.(map[string]any); ok {
			value = lowerKeys(inner)
		}
		out[strings.ToLower(key)] = value
	}
	return out
}

package zotconfig

// Config is the part of zot's configuration file that the operator writes.
type Config struct {
	Storage    *Storage    `json:"storage,omitempty"`
	HTTP       *HTTP       `json:"http,omitempty"`
	Cluster    *Cluster    `json:"cluster,omitempty"`
	Log        *Log        `json:"log,omitempty"`
	Scheduler  *Scheduler  `json:"scheduler,omitempty"`
	Extensions *Extensions `json:"extensions,omitempty"`
}

// Cluster is zot's "cluster": which of several zots serves which repositories.
type Cluster struct {
	// Members are host:port of each. A repository's is found by its place in the list.
	Members []string `json:"members"`
	// HashKey has 16 bytes.
	HashKey string      `json:"hashKey"`
	TLS     *ClusterTLS `json:"tls,omitempty"`
}

// ClusterTLS is zot's "cluster.tls".
type ClusterTLS struct {
	// Cert and Key are shown to members that ask who calls. None does, and zot's schema wants them.
	Cert string `json:"cert"`
	Key  string `json:"key"`
	// CACert is a file of certificates that members trust beside the authorities of their image. zot reads it whenever it asks another
	// one (pkg/api/proxy.go, proxyHTTPRequest, v2.1.20).
	CACert string `json:"cacert"`
}

// Storage is zot's "storage". Durations are Go duration strings.
type Storage struct {
	RootDirectory string         `json:"rootDirectory,omitempty"`
	Dedupe        *bool          `json:"dedupe,omitempty"`
	RemoteCache   *bool          `json:"remoteCache,omitempty"`
	GC            *bool          `json:"gc,omitempty"`
	GCDelay       string         `json:"gcDelay,omitempty"`
	GCInterval    string         `json:"gcInterval,omitempty"`
	GCTimeWindow  string         `json:"gcTimeWindow,omitempty"`
	Retention     *Retention     `json:"retention,omitempty"`
	StorageDriver map[string]any `json:"storageDriver,omitempty"`
	CacheDriver   map[string]any `json:"cacheDriver,omitempty"`
}

// Retention is zot's "storage.retention".
type Retention struct {
	DryRun   bool              `json:"dryRun"`
	Delay    string            `json:"delay,omitempty"`
	Policies []RetentionPolicy `json:"policies"`
}

// RetentionPolicy is the rule of the repositories that fit one of its patterns and none of an earlier policy's.
type RetentionPolicy struct {
	Repositories    []string   `json:"repositories"`
	DeleteReferrers bool       `json:"deleteReferrers"`
	DeleteUntagged  bool       `json:"deleteUntagged"`
	KeepTags        []KeepTags `json:"keepTags,omitempty"`
	KeepUntagged    *KeepRule  `json:"keepUntagged,omitempty"`
}

// KeepTags is the rule of the tags that fit one of its patterns, and of all without patterns.
type KeepTags struct {
	Patterns []string `json:"patterns,omitempty"`
	KeepRule
}

// KeepRule keeps what one of its limits keeps.
type KeepRule struct {
	PulledWithin            string `json:"pulledWithin,omitempty"`
	PushedWithin            string `json:"pushedWithin,omitempty"`
	MostRecentlyPushedCount int32  `json:"mostRecentlyPushedCount,omitempty"`
	MostRecentlyPulledCount int32  `json:"mostRecentlyPulledCount,omitempty"`
}

// HTTP is zot's "http".
type HTTP struct {
	Address       string         `json:"address,omitempty"`
	Port          string         `json:"port,omitempty"`
	ExternalURL   string         `json:"externalUrl,omitempty"`
	ReadTimeout   string         `json:"readTimeout,omitempty"`
	WriteTimeout  string         `json:"writeTimeout,omitempty"`
	Compat        []string       `json:"compat,omitempty"`
	TLS           *TLS           `json:"tls,omitempty"`
	Auth          *Auth          `json:"auth,omitempty"`
	AccessControl *AccessControl `json:"accessControl,omitempty"`
}

// TLS is zot's "http.tls".
type TLS struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// Auth is zot's "http.auth".
type Auth struct {
	HTPasswd        *HTPasswd `json:"htpasswd,omitempty"`
	OpenID          *OpenID   `json:"openid,omitempty"`
	APIKey          bool      `json:"apikey,omitempty"`
	SessionKeysFile string    `json:"sessionKeysFile,omitempty"`
	SecureSession   *bool     `json:"secureSession,omitempty"`
}

// HTPasswd is zot's "http.auth.htpasswd".
type HTPasswd struct {
	Path string `json:"path"`
}

// OpenID is zot's "http.auth.openid".
type OpenID struct {
	// Providers has one entry: zot's name for a provider of any make is "oidc".
	Providers map[string]OpenIDProvider `json:"providers"`
}

// OpenIDProvider is zot's "http.auth.openid.providers.<name>".
type OpenIDProvider struct {
	// Name is what the button says with which people sign in.
	Name            string       `json:"name"`
	Issuer          string       `json:"issuer"`
	CredentialsFile string       `json:"credentialsFile"`
	Scopes          []string     `json:"scopes"`
	ClaimMapping    ClaimMapping `json:"claimMapping"`
}

// ClaimMapping says what of a token is a person's name, and what are the groups.
type ClaimMapping struct {
	Username string `json:"username"`
	Groups   string `json:"groups"`
}

// AccessControl is zot's "http.accessControl".
type AccessControl struct {
	// Repositories maps a pattern to its rule. zot lower-cases the patterns.
	Repositories map[string]Repository `json:"repositories"`
	AdminPolicy  *Policy               `json:"adminPolicy,omitempty"`
	// Groups maps a name to its members. zot lower-cases the names here, and not in policies.
	Groups  map[string]Group `json:"groups,omitempty"`
	Metrics *MetricsAccess   `json:"metrics,omitempty"`
}

// Repository is the rule of one pattern. An empty list is written: an absent one reads like a forgotten one.
type Repository struct {
	Policies []Policy `json:"policies,omitempty"`
	// DefaultPolicy is nil where nobody can sign in.
	DefaultPolicy   []string `json:"defaultPolicy,omitzero"`
	AnonymousPolicy []string `json:"anonymousPolicy"`
}

// Policy gives actions to users and groups.
type Policy struct {
	Users   []string `json:"users,omitempty"`
	Groups  []string `json:"groups,omitempty"`
	Actions []string `json:"actions"`
}

// Group is a group of users.
type Group struct {
	Users []string `json:"users"`
}

// MetricsAccess says who may read the metrics.
type MetricsAccess struct {
	Users           []string `json:"users,omitempty"`
	AnonymousPolicy []string `json:"anonymousPolicy"`
}

// Log is zot's "log".
type Log struct {
	Level string `json:"level,omitempty"`
}

// Scheduler is zot's "scheduler".
type Scheduler struct {
	NumWorkers int `json:"numWorkers,omitempty"`
}

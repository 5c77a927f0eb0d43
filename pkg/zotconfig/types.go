package zotconfig

// Config is the part of zot's configuration file that the operator writes.
type Config struct {
	Storage    *Storage    `json:"storage,omitempty"`
	HTTP       *HTTP       `json:"http,omitempty"`
	Log        *Log        `json:"log,omitempty"`
	Scheduler  *Scheduler  `json:"scheduler,omitempty"`
	Extensions *Extensions `json:"extensions,omitempty"`
}

// Storage is zot's "storage". Durations are Go duration strings.
type Storage struct {
	RootDirectory string         `json:"rootDirectory,omitempty"`
	Dedupe        *bool          `json:"dedupe,omitempty"`
	RemoteCache   *bool          `json:"remoteCache,omitempty"`
	GC            *bool          `json:"gc,omitempty"`
	GCDelay       string         `json:"gcDelay,omitempty"`
	GCInterval    string         `json:"gcInterval,omitempty"`
	StorageDriver map[string]any `json:"storageDriver,omitempty"`
}

// HTTP is zot's "http".
type HTTP struct {
	Address       string         `json:"address,omitempty"`
	Port          string         `json:"port,omitempty"`
	ReadTimeout   string         `json:"readTimeout,omitempty"`
	WriteTimeout  string         `json:"writeTimeout,omitempty"`
	Compat        []string       `json:"compat,omitempty"`
	AccessControl *AccessControl `json:"accessControl,omitempty"`
}

// AccessControl is zot's "http.accessControl".
type AccessControl struct {
	// Repositories maps a pattern to its rule. zot lower-cases the patterns.
	Repositories map[string]Repository `json:"repositories"`
	Metrics      *MetricsAccess        `json:"metrics,omitempty"`
}

// Repository is the rule of one pattern. The list is always written: an absent one reads like a forgotten one.
type Repository struct {
	AnonymousPolicy []string `json:"anonymousPolicy"`
}

// MetricsAccess says who may read the metrics.
type MetricsAccess struct {
	AnonymousPolicy []string `json:"anonymousPolicy,omitempty"`
}

// Log is zot's "log".
type Log struct {
	Level string `json:"level,omitempty"`
}

// Scheduler is zot's "scheduler".
type Scheduler struct {
	NumWorkers int `json:"numWorkers,omitempty"`
}

// Extensions is zot's "extensions". Every section says enable itself: zot drops empty ones without a word.
type Extensions struct {
	Metrics *Metrics `json:"metrics,omitempty"`
	Trust   *Trust   `json:"trust,omitempty"`
}

// Metrics is zot's "extensions.metrics".
type Metrics struct {
	Enable     bool        `json:"enable"`
	Prometheus *Prometheus `json:"prometheus,omitempty"`
}

// Prometheus is zot's "extensions.metrics.prometheus".
type Prometheus struct {
	Path string `json:"path,omitempty"`
}

// Trust is zot's "extensions.trust".
type Trust struct {
	Enable   bool `json:"enable"`
	Cosign   bool `json:"cosign,omitempty"`
	Notation bool `json:"notation,omitempty"`
}

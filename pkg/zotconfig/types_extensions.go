package zotconfig

// Extensions is zot's "extensions". Every section says enable itself: zot drops empty ones without a word.
type Extensions struct {
	Metrics *Metrics `json:"metrics,omitempty"`
	Trust   *Trust   `json:"trust,omitempty"`
	Search  *Search  `json:"search,omitempty"`
	UI      *UI      `json:"ui,omitempty"`
	Scrub   *Scrub   `json:"scrub,omitempty"`
	Sync    *Sync    `json:"sync,omitempty"`
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

// Search is zot's "extensions.search", its query interface.
type Search struct {
	Enable bool `json:"enable"`
	CVE    *CVE `json:"cve,omitempty"`
}

// CVE is zot's "extensions.search.cve".
type CVE struct {
	UpdateInterval string `json:"updateInterval"`
	Trivy          *Trivy `json:"trivy"`
}

// Trivy is zot's "extensions.search.cve.trivy".
type Trivy struct {
	DBRepository     string `json:"dbRepository"`
	JavaDBRepository string `json:"javaDBRepository"`
	SBOM             *SBOM  `json:"sbom,omitempty"`
}

// SBOM is zot's "extensions.search.cve.trivy.sbom".
type SBOM struct {
	Enable bool   `json:"enable"`
	Format string `json:"format"`
}

// UI is zot's "extensions.ui", its web interface.
type UI struct {
	Enable bool `json:"enable"`
}

// Scrub is zot's "extensions.scrub".
type Scrub struct {
	Enable   bool   `json:"enable"`
	Interval string `json:"interval"`
}

// Sync is zot's "extensions.sync". Its credentialsFile is the agent's to name.
type Sync struct {
	Enable      bool           `json:"enable"`
	DownloadDir string         `json:"downloadDir,omitempty"`
	Registries  []SyncRegistry `json:"registries"`
}

// SyncRegistry is an entry of zot's "extensions.sync.registries".
type SyncRegistry struct {
	URLs           []string      `json:"urls"`
	OnDemand       bool          `json:"onDemand"`
	PollInterval   string        `json:"pollInterval,omitempty"`
	Content        []SyncContent `json:"content,omitempty"`
	TLSVerify      bool          `json:"tlsVerify"`
	OnlySigned     *bool         `json:"onlySigned,omitempty"`
	PreserveDigest *bool         `json:"preserveDigest,omitempty"`
	MaxRetries     *int32        `json:"maxRetries,omitempty"`
	RetryDelay     string        `json:"retryDelay,omitempty"`
}

// SyncContent is an entry of zot's "extensions.sync.registries[].content".
type SyncContent struct {
	Prefix      string    `json:"prefix"`
	Destination string    `json:"destination,omitempty"`
	StripPrefix *bool     `json:"stripPrefix,omitempty"`
	Tags        *SyncTags `json:"tags,omitempty"`
}

// SyncTags is zot's "extensions.sync.registries[].content[].tags".
type SyncTags struct {
	Regex        string `json:"regex,omitempty"`
	ExcludeRegex string `json:"excludeRegex,omitempty"`
	SemVer       *bool  `json:"semver,omitempty"`
}

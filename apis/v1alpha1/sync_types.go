package v1alpha1

// SearchSpec is zot's query interface.
type SearchSpec struct {
	// enabled turns it on. Default: true when this block, the web interface or the checking of signatures is there.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// cve looks for known vulnerabilities inside of images. It needs artifacts on a volume, a database that zot downloads, and memory.
	// +optional
	CVE *CVESpec `json:"cve,omitempty"`
}

// CVESpec looks for known vulnerabilities. A change takes effect without a restart.
type CVESpec struct {
	// enabled turns it on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// updateInterval is how often zot asks for a newer database of vulnerabilities: 2h or more. Default: 24h.
	// +optional
	UpdateInterval Duration `json:"updateInterval,omitempty"`

	// dbRepository is the repository of the database, without scheme and tag: an own mirror, for a cluster without Internet. Default:
	// ghcr.io/aquasecurity/trivy-db.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	DBRepository string `json:"dbRepository,omitempty"`

	// javaDBRepository is the same for the database of Java archives. Default: ghcr.io/aquasecurity/trivy-java-db.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	JavaDBRepository string `json:"javaDBRepository,omitempty"`
}

// UISpec is zot's web interface.
type UISpec struct {
	// enabled turns it on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
}

// ScrubSpec reads all artifacts again from time to time, and logs those that are not what they were. A change takes effect without a
// restart.
type ScrubSpec struct {
	// enabled turns it on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// interval between two rounds: 2h or more. Default: 24h.
	// +optional
	Interval Duration `json:"interval,omitempty"`
}

// SyncSpec copies images from other registries. A change takes effect without a restart, unless it is about credentials.
//
// +kubebuilder:validation:XValidation:rule="(has(self.enabled) && !self.enabled) || has(self.registries)",message="spec.extensions.sync is on, but there is nothing to copy from: set spec.extensions.sync.registries, or enabled: false",fieldPath=".registries"
type SyncSpec struct {
	// enabled turns it on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// registries to copy from. When somebody asks for an image they are asked in this order.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Registries []SyncRegistry `json:"registries,omitempty"`
}

// SyncRegistry is a registry to copy from.
type SyncRegistry struct {
	// urls of the registry, for example https://registry-1.docker.io. The others of the list are mirrors of the first one.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=512
	URLs []string `json:"urls,omitempty"`

	// onDemand copies an image when somebody pulls it that is not here, or is newer there. Default: false.
	// +optional
	OnDemand *bool `json:"onDemand,omitempty"`

	// pollInterval copies everything that content names, and does so again after that time. Default: never.
	// +optional
	PollInterval Duration `json:"pollInterval,omitempty"`

	// content says which repositories are copied, and where they are kept here. The first entry that names a repository holds. Default,
	// with onDemand: everything, under the name that it has there.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Content []SyncContent `json:"content,omitempty"`

	// credentialsSecret is the name of a Secret with the keys username and password of a user there. Default: zot does not sign in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// tlsVerify looks at the certificate of the registry. An authority of your own belongs into spec.caBundle. Default: true.
	// +optional
	TLSVerify *bool `json:"tlsVerify,omitempty"`

	// onlySigned copies images only that carry a signature. Default: false.
	// +optional
	OnlySigned *bool `json:"onlySigned,omitempty"`

	// preserveDigest keeps images of Docker's media types as they are, so that their digests stay. Default: false, they become OCI images.
	// +optional
	PreserveDigest *bool `json:"preserveDigest,omitempty"`

	// maxRetries is how often what has failed is tried again, with retryDelay. Default: zot's own.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	MaxRetries *int32 `json:"maxRetries,omitempty"`

	// retryDelay is the time before that.
	// +optional
	RetryDelay Duration `json:"retryDelay,omitempty"`
}

// SyncContent names repositories and where they are kept.
type SyncContent struct {
	// prefix is a pattern of the names of repositories there: ** fits every name, library/** all below library.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Prefix string `json:"prefix,omitempty"`

	// destination is what is put before the name here, for example /docker.io. Default: nothing.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Destination string `json:"destination,omitempty"`

	// stripPrefix leaves out here what prefix says before its first wildcard. Default: false.
	// +optional
	StripPrefix *bool `json:"stripPrefix,omitempty"`

	// tags says which tags are copied. Default: all.
	// +optional
	Tags *SyncTags `json:"tags,omitempty"`
}

// SyncTags are conditions of tags, which all must hold.
type SyncTags struct {
	// regex is a regular expression (Go) that the tag fits.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Regex string `json:"regex,omitempty"`

	// excludeRegex is one that it does not fit.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ExcludeRegex string `json:"excludeRegex,omitempty"`

	// semver is true for tags that are versions (semver.org). Default: false.
	// +optional
	SemVer *bool `json:"semver,omitempty"`
}

package v1alpha1

// Duration is a length of time as Go writes it, for example 30m, 24h or 1h30m.
//
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule=`self.matches("^([0-9]{1,9}([.][0-9]{1,9})?(ms|s|m|h))+$")`,message="this is no length of time, and zot does not start with it: write a number and a unit, which is h, m, s or ms, for example 30m, 24h or 1h30m"
type Duration string

// GCSpec is zot's garbage collection. A change takes effect without a restart.
type GCSpec struct {
	// enabled turns the collection on. Default: true with one replica, and false with several, where it would lose tags.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// delay is how old what no tag leads to must be before it is removed. It must be longer than the longest push. Default: 1h,
	// and 24h with an object store.
	// +optional
	Delay Duration `json:"delay,omitempty"`

	// interval between two collections. Default: 24h, and 168h with an object store and zot up to v2.1.20, whose collection keeps
	// pushes to a repository waiting.
	// +optional
	Interval Duration `json:"interval,omitempty"`

	// timeWindow is when collections may begin, in UTC, for example 02:00-05:00; 00:00-23:59 is any time. From zot
	// v2.1.19 on. Default: any time, and 01:00-05:00 with an object store and zot up to v2.1.20.
	// +optional
	// +kubebuilder:validation:MaxLength=11
	// +kubebuilder:validation:XValidation:rule=`self.matches("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")`,message="spec.storage.gc.timeWindow is no time of the day, and zot does not start with it: write beginning and end in UTC with two digits each, for example 02:00-05:00 or 22:30-04:00"
	TimeWindow string `json:"timeWindow,omitempty"`
}

// RetentionSpec says which tags are kept. It is carried out by the garbage collection.
type RetentionSpec struct {
	// dryRun only logs what would be removed.
	// +optional
	DryRun *bool `json:"dryRun,omitempty"`

	// delay is how old a manifest without tag must be before it is removed. Default: the delay of the garbage collection.
	// +optional
	Delay Duration `json:"delay,omitempty"`

	// policies by repository. The first one that names a repository holds, alone.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Policies []RetentionPolicy `json:"policies,omitempty"`
}

// RetentionPolicy says what is kept in some repositories.
type RetentionPolicy struct {
	// repositories are patterns of repository names: ** fits every name, team-a/** all below team-a.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Repositories []string `json:"repositories,omitempty"`

	// deleteReferrers removes signatures, bills of materials and the like whose subject is gone. Default: false.
	// +optional
	DeleteReferrers *bool `json:"deleteReferrers,omitempty"`

	// deleteUntagged removes manifests without tag. Default: true.
	// +optional
	DeleteUntagged *bool `json:"deleteUntagged,omitempty"`

	// keepTags are the rules by which a tag is kept. The first one with a pattern that fits a tag decides, alone; a tag that none
	// fits is removed. Without rules all tags are kept.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	KeepTags []KeepTags `json:"keepTags,omitempty"` //nolint:kubeapilinter // An entry without fields keeps every tag.

	// keepUntagged says which manifests without tag are kept, with deleteUntagged. From zot v2.1.19 on.
	// +optional
	KeepUntagged *KeepRule `json:"keepUntagged,omitempty"`
}

// KeepTags keeps tags that fit a pattern. A tag is kept if one of the limits holds for it, and always if there is none.
type KeepTags struct {
	// patterns are regular expressions (Go) of tags. Without one every tag fits, and later rules count for nothing.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Patterns []string `json:"patterns,omitempty"`

	KeepRule `json:",inline"`
}

// KeepRule keeps what was used of late.
type KeepRule struct {
	// pulledWithin keeps what was pulled in that time, for example 720h.
	// +optional
	PulledWithin Duration `json:"pulledWithin,omitempty"`

	// pushedWithin keeps what was pushed in that time, for example 720h.
	// +optional
	PushedWithin Duration `json:"pushedWithin,omitempty"`

	// mostRecentlyPushedCount keeps that many, counted from the newest.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	MostRecentlyPushedCount *int32 `json:"mostRecentlyPushedCount,omitempty"`

	// mostRecentlyPulledCount keeps that many, counted from the one that was pulled last.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	MostRecentlyPulledCount *int32 `json:"mostRecentlyPulledCount,omitempty"`
}

// CacheType is a kind of database.
//
// +kubebuilder:validation:Enum=redis;dynamodb
type CacheType string

const (
	// CacheRedis is a Redis or Valkey server.
	CacheRedis CacheType = "redis"
	// CacheDynamoDB is Amazon's DynamoDB.
	CacheDynamoDB CacheType = "dynamodb"
)

// CacheSpec is a database for zot's metadata. It is a union: the block named like the type must be there, the other must not.
//
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 'redis') == has(self.redis)",message="type and block disagree: spec.storage.cache.redis must be set when spec.storage.cache.type is redis, and only then",fieldPath=".redis"
// +kubebuilder:validation:XValidation:rule="(has(self.type) && self.type == 'dynamodb') == has(self.dynamodb)",message="type and block disagree: spec.storage.cache.dynamodb must be set when spec.storage.cache.type is dynamodb, and only then",fieldPath=".dynamodb"
type CacheSpec struct {
	// type is the kind of database: redis or dynamodb.
	// +required
	Type CacheType `json:"type,omitempty"`

	// redis is the server, with type redis. It must keep its data on disk and must not evict: API keys and preferences are there.
	// +optional
	Redis *RedisCacheSpec `json:"redis,omitempty"`

	// dynamodb are the tables, with type dynamodb.
	// +optional
	DynamoDB *DynamoDBCacheSpec `json:"dynamodb,omitempty"`
}

// RedisCacheSpec is a Redis server.
type RedisCacheSpec struct {
	// address is host:port of the server, for example redis.example.svc:6379. It can be left out if the Secret holds a url.
	// +optional
	// +kubebuilder:validation:MaxLength=260
	Address string `json:"address,omitempty"`

	// database is the number of the database on the server. Default: 0.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	Database *int32 `json:"database,omitempty"`

	// tls encrypts the connection. A block that is there is on unless it says enabled: false. A private CA goes into
	// spec.caBundle.
	// +optional
	TLS *RedisTLSSpec `json:"tls,omitempty"`

	// credentialsSecret is the name of the Secret that holds password (also redis-password or REDIS_PASSWORD) and, if there is
	// one, username (also redis-username or REDIS_USERNAME); or url (also REDIS_URL), which then says everything. Without it
	// zot does not sign in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}

// RedisTLSSpec encrypts a connection.
type RedisTLSSpec struct {
	// enabled turns TLS on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
}

// DynamoDBCacheSpec are tables of Amazon DynamoDB. zot makes them.
type DynamoDBCacheSpec struct {
	// region of the tables, for example us-east-1.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Region string `json:"region,omitempty"`

	// endpoint is the URL of the service, for example of a VPC endpoint. Default: the region's own.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint,omitempty"`

	// tablePrefix is what the names of the tables begin with. Default: namespace and name of the store.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	TablePrefix string `json:"tablePrefix,omitempty"`

	// credentialsSecret is the name of the Secret that holds the access key and the secret key, under the names of
	// spec.storage.s3.accessKeySecret and secretKeySecret. With S3 storage its keys serve here, too. Without any the pod's own
	// identity serves.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}

package properties

const (
	s3           = `storage: {type: s3, s3: {region: eu-west-1, bucket: artifacts}}`
	s3Keys       = `storage: {type: s3, s3: {region: eu-west-1, bucket: artifacts, accessKeySecret: keys, secretKeySecret: keys}}`
	s3Compatible = `storage: {type: s3, s3: {endpoint: 'https://s3.example.com', bucket: artifacts}}`
	s3Claim      = `storage: {type: s3, s3: {objectBucketClaim: claim}}`
	azureStore   = `storage: {type: azure, azure: {accountName: account, container: artifacts}}`
	azureKeys    = `storage: {type: azure, azure: {accountName: account, container: artifacts, credentialsSecret: keys}}`
	gcp          = `storage: {type: gcp, gcp: {bucket: artifacts}}`
	redis        = `storage: {type: gcp, gcp: {bucket: artifacts}, cache: {type: redis, redis: {address: 'redis:6379'}}}`
	redisTLS     = `storage: {type: gcp, gcp: {bucket: artifacts}, cache: {type: redis, redis: {address: 'redis:6379', tls: {}}}}`
	dynamoDB     = `storage: {type: gcp, gcp: {bucket: artifacts}, cache: {type: dynamodb, dynamodb: {region: eu-west-1}}}`
)

var storageRows = map[string]row{
	// The volume holds only metadata then, and collections are careful.
	"spec.storage.type": {
		base: plain, value: "gcp", along: gcp, changes: []string{boot, live, claim, policy},
	},
	"spec.storage.cache.type": {
		base: redis, value: "dynamodb", along: `storage: {cache: {redis: null, dynamodb: {region: eu-west-1}}}`,
		changes: []string{boot, policy},
	},
	"spec.storage.size":             with(plain, "60Gi", claim),
	"spec.storage.storageClassName": with(plain, "fast", claim),
	// The claim of the user is mounted, and none is made.
	"spec.storage.existingClaim":  with(plain, "mine", claim, statefulSet),
	"spec.storage.ephemeral":      with(plain, "true", claim, statefulSet),
	"spec.storage.deletionPolicy": with(plain, "Delete", claim),

	"spec.storage.gc.enabled":    with(plain, "false", live),
	"spec.storage.gc.delay":      with(plain, "2h", live),
	"spec.storage.gc.interval":   with(plain, "2h", live),
	"spec.storage.gc.timeWindow": with(plain, "02:00-05:00", live),

	"spec.storage.s3.endpoint":        with(s3, "https://s3.example.com", boot),
	"spec.storage.s3.region":          with(s3Compatible, "eu-west-1", boot),
	"spec.storage.s3.bucket":          with(s3, "other", boot),
	"spec.storage.s3.accessKeySecret": with(s3Keys, "other", boot, statefulSet),
	"spec.storage.s3.secretKeySecret": with(s3Keys, "other", boot, statefulSet),

	// Only with a claim does a ConfigMap tell what else, and that the pod needs to reach any host.
	"spec.storage.s3.objectBucketClaim": with(s3Claim, "other", boot, statefulSet),
	"spec.storage.s3.forcePathStyle":    with(s3Compatible, "false", boot),

	"spec.storage.azure.serviceURL": with(azureStore, "https://blob.example.com:8443", boot, policy),
	// The pods are told where programs sign in to that cloud.
	"spec.storage.azure.realm": with(azureKeys, "core.usgovcloudapi.net", boot, statefulSet),

	"spec.storage.azure.accountName": with(azureStore, "other", boot),
	"spec.storage.azure.container":   with(azureStore, "other", boot),
	// Without it the pod asks for an identity of Azure by a label.
	// With keys of its own a pod asks no cloud for its identity.
	"spec.storage.azure.credentialsSecret": with(azureStore, "keys", boot, statefulSet, policy),

	"spec.storage.gcp.bucket":            with(gcp, "other", boot),
	"spec.storage.gcp.credentialsSecret": with(gcp, "keys", boot, statefulSet, policy),

	"spec.storage.cache.redis.address":              with(redis, "redis.example.com:6380", boot, policy),
	"spec.storage.cache.redis.database":             with(redis, "3", boot),
	"spec.storage.cache.redis.tls.enabled":          with(redisTLS, "false", boot),
	"spec.storage.cache.redis.credentialsSecret":    with(redis, "keys", boot, statefulSet),
	"spec.storage.cache.dynamodb.region":            with(dynamoDB, "us-east-1", boot),
	"spec.storage.cache.dynamodb.endpoint":          with(dynamoDB, "https://dynamodb.example.com", boot),
	"spec.storage.cache.dynamodb.tablePrefix":       with(dynamoDB, "tables", boot),
	"spec.storage.cache.dynamodb.credentialsSecret": with(dynamoDB, "keys", boot, statefulSet, policy),
}

const retention = `storage:
  retention:
    policies:
    - repositories: ['**']
      keepTags: [{patterns: ['v.*'], mostRecentlyPushedCount: 3}]
      keepUntagged: {pushedWithin: 24h}`

var retentionRows = map[string]row{
	"spec.storage.retention.dryRun":                                          with(retention, "true", live),
	"spec.storage.retention.delay":                                           with(retention, "48h", live),
	"spec.storage.retention.policies[].repositories":                         with(retention, "['team-a/**']", live),
	"spec.storage.retention.policies[].deleteReferrers":                      with(retention, "true", live),
	"spec.storage.retention.policies[].deleteUntagged":                       with(kept, "false", live),
	"spec.storage.retention.policies[].keepTags[].patterns":                  with(retention, "['.*']", live),
	"spec.storage.retention.policies[].keepTags[].pulledWithin":              with(retention, "24h", live),
	"spec.storage.retention.policies[].keepTags[].pushedWithin":              with(retention, "24h", live),
	"spec.storage.retention.policies[].keepTags[].mostRecentlyPulledCount":   with(retention, "5", live),
	"spec.storage.retention.policies[].keepTags[].mostRecentlyPushedCount":   with(retention, "5", live),
	"spec.storage.retention.policies[].keepUntagged.pulledWithin":            with(retention, "48h", live),
	"spec.storage.retention.policies[].keepUntagged.pushedWithin":            with(retention, "48h", live),
	"spec.storage.retention.policies[].keepUntagged.mostRecentlyPulledCount": with(retention, "5", live),
	"spec.storage.retention.policies[].keepUntagged.mostRecentlyPushedCount": with(retention, "5", live),
}

// kept says nothing about manifests without tag.
const kept = `storage: {retention: {policies: [{repositories: ['**'], keepTags: [{mostRecentlyPushedCount: 3}]}]}}`

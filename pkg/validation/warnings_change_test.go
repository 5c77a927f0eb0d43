package validation

// changeRow is a warning about a change of the stored object.
type changeRow struct {
	old string
	warningRow
}

var changeRows = []changeRow{
	{s3(`region: us-east-1`), warningRow{"s3-moved", s3(`region: eu-west-1`), "spec.storage.s3.region: it must lead to the same bucket"}},
	{
		s3(`region: us-east-1`),
		warningRow{"s3-moved", s3(`region: us-east-1, endpoint: minio`), "spec.storage.s3.endpoint: it must lead to the same bucket"},
	},
	{s3(`endpoint: "http://minio"`), warningRow{"s3-moved", s3(`endpoint: "https://minio"`), "spec.storage.s3.endpoint"}},
	{s3(`endpoint: minio`), warningRow{"s3-moved", s3(`endpoint: "https://minio/", region: us-east-1`), ""}},
	{s3(`region: eu-west-1`), warningRow{"s3-moved", s3(`region: eu-west-1, endpoint: s3.amazonaws.com`), ""}},
	{s3(`region: eu-west-1`), warningRow{"s3-moved", s3(`region: eu-west-1, endpoint: "https://s3.eu-west-1.amazonaws.com"`), ""}},
	{"", warningRow{"s3-moved", s3(`region: eu-west-1`), ""}},

	{gcp("abc"), warningRow{"cache-moved", redis("address: 'a:1'"), "spec.storage.cache: API keys, preferences and what was pulled when stay behind on the volume"}},
	{redis("address: 'a:1'"), warningRow{"cache-moved", gcp("abc"), "spec.storage.cache: API keys, preferences and what was pulled when stay behind in the old database"}},
	{
		redis("address: 'a:1'"),
		warningRow{
			"cache-moved", `storage: {type: gcp, gcp: {bucket: abc}, retention: {policies: [{repositories: [a]}]}}`,
			"retention by pulls may then remove tags",
		},
	},
	{redis("address: 'a:1'"), warningRow{"cache-moved", dynamo("region: us-east-1"), "spec.storage.cache.type"}},
	{redis("address: 'a:1'"), warningRow{"cache-moved", redis("address: 'a:1', database: 1"), "spec.storage.cache.redis.database"}},
	{redis("address: 'a:1'"), warningRow{"cache-moved", redis("address: 'a:1', database: 0, tls: {}"), ""}},
	{redis("credentialsSecret: a, database: 1"), warningRow{"cache-moved", redis("credentialsSecret: a"), ""}},
	{dynamo("region: us-east-1"), warningRow{"cache-moved", dynamo("region: us-east-2"), "spec.storage.cache.dynamodb.region"}},
	{
		dynamo("region: us-east-1"),
		warningRow{"cache-moved", dynamo("region: us-east-1, tablePrefix: b"), "spec.storage.cache.dynamodb.tablePrefix"},
	},
	{dynamo("region: us-east-1"), warningRow{"cache-moved", dynamo("region: us-east-1, tablePrefix: zot-system.store"), ""}},
	{
		`storage: {type: gcp, ephemeral: true, gcp: {bucket: abc}}`,
		warningRow{
			"cache-moved",
			`storage: {type: gcp, ephemeral: true, gcp: {bucket: abc}, cache: {type: redis, redis: {address: "a:1"}}}`, "",
		},
	},
	{"", warningRow{"cache-moved", redis("address: 'a:1'"), ""}},

	{redis("address: 'a:1'"), warningRow{"cache-address-moved", redis("address: 'b:1'"), "spec.storage.cache.redis.address: it must lead"}},
	{redis("address: 'a:1'"), warningRow{"cache-address-moved", redis("credentialsSecret: a"), "spec.storage.cache.redis.address: it must lead"}},
	{
		dynamo("region: us-east-1"),
		warningRow{"cache-address-moved", dynamo("region: us-east-1, endpoint: 'https://a'"), "spec.storage.cache.dynamodb.endpoint: it must lead"},
	},
	{redis("address: 'a:1'"), warningRow{"cache-address-moved", redis("address: 'b:1', database: 1"), ""}},
	{redis("address: 'a:1'"), warningRow{"cache-address-moved", dynamo("region: us-east-1, endpoint: 'https://a'"), ""}},
	{gcp("abc"), warningRow{"cache-address-moved", redis("address: 'a:1'"), ""}},
}

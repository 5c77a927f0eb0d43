package validation

import "strings"

func cache(fields string) string {
	return "storage: {type: gcp, gcp: {bucket: abc}, cache: {" + fields + "}}"
}

func redis(fields string) string { return cache("type: redis, redis: {" + fields + "}") }

func dynamo(fields string) string { return cache("type: dynamodb, dynamodb: {" + fields + "}") }

const (
	cacheAt  = "spec.storage.cache"
	redisAt  = cacheAt + ".redis"
	dynamoAt = cacheAt + ".dynamodb"
)

var cacheRows = []row{
	{rule: "cache-storage", spec: redis("address: redis:6379")},
	{rule: "cache-storage", spec: `storage: {cache: {type: redis, redis: {address: "redis:6379"}}}`, refused: at(cacheAt)},
	{rule: "cache-storage", spec: `storage: {type: filesystem, cache: {type: dynamodb, dynamodb: {region: us-east-1}}}`, refused: at(cacheAt)},

	{rule: "cache-type", spec: dynamo("region: us-east-1")},
	{rule: "cache-type", spec: cache("redis: {address: 'redis:6379'}"), refused: at(cacheAt + ".type")},
	{rule: "cache-type", spec: cache("type: memcached"), refused: at(cacheAt + ".type")},

	{rule: "cache-union", spec: redis("address: redis:6379")},
	{rule: "cache-union", spec: cache("type: redis"), refused: at(redisAt)},
	{rule: "cache-union", spec: cache("type: dynamodb, redis: {address: 'redis:6379'}"), refused: at(redisAt, dynamoAt)},

	{rule: "cache-redis-address", spec: redis("address: 'redis.example.svc:6379'")},
	{rule: "cache-redis-address", spec: redis("address: '[fd00::1]:6379'")},
	{rule: "cache-redis-address", spec: redis("credentialsSecret: redis")},
	{rule: "cache-redis-address", spec: redis(""), refused: at(redisAt + ".address")},
	{rule: "cache-redis-address", spec: redis("address: redis"), refused: at(redisAt + ".address")},
	{rule: "cache-redis-address", spec: redis("address: 'redis:0'"), refused: at(redisAt + ".address")},
	{rule: "cache-redis-address", spec: redis("address: 'redis://redis:6379'"), refused: at(redisAt + ".address")},
	{rule: "cache-redis-address", spec: redis("address: 'me:secret@redis:6379'"), refused: at(redisAt + ".address")},
	{
		rule: "cache-redis-address", spec: redis("address: '" + strings.Repeat("a", 260) + ":1'"),
		refused: at(redisAt+".address", redisAt+".address"),
	},

	{rule: "cache-redis-database", spec: redis("address: 'a:1', database: 0")},
	{rule: "cache-redis-database", spec: redis("address: 'a:1', database: -1"), refused: at(redisAt + ".database")},
	{rule: "cache-redis-database", spec: redis("address: 'a:1', database: 1000001"), refused: at(redisAt + ".database")},

	{rule: "cache-secret-names", spec: redis("address: 'a:1', credentialsSecret: redis")},
	{rule: "cache-secret-names", spec: redis("address: 'a:1', credentialsSecret: 'p/w'"), refused: at(redisAt + ".credentialsSecret")},
	{rule: "cache-secret-names", spec: dynamo("region: us-east-1, credentialsSecret: AKIA"), refused: at(dynamoAt + ".credentialsSecret")},

	{rule: "cache-dynamodb-region", spec: dynamo("region: eu-central-1")},
	{rule: "cache-dynamodb-region", spec: dynamo("region: local, endpoint: 'http://dynamodb:8000'")},
	{rule: "cache-dynamodb-region", spec: dynamo(""), refused: at(dynamoAt + ".region")},
	{rule: "cache-dynamodb-region", spec: dynamo("region: Frankfurt"), refused: at(dynamoAt + ".region")},
	{rule: "cache-dynamodb-region", spec: dynamo("region: 'a b', endpoint: 'http://dynamodb:8000'"), refused: at(dynamoAt + ".region")},
	{
		rule: "cache-dynamodb-region", spec: dynamo("endpoint: 'http://dynamodb:8000', region: " + strings.Repeat("a", 65)),
		refused: at(dynamoAt + ".region"),
	},

	{rule: "cache-dynamodb-endpoint", spec: dynamo("region: us-east-1, endpoint: 'https://vpce-1.dynamodb.us-east-1.vpce.amazonaws.com'")},
	{rule: "cache-dynamodb-endpoint", spec: dynamo("region: us-east-1, endpoint: 'dynamodb:8000'"), refused: at(dynamoAt + ".endpoint")},
	{rule: "cache-dynamodb-endpoint", spec: dynamo("region: us-east-1, endpoint: 'https://dynamodb/a'"), refused: at(dynamoAt + ".endpoint")},

	{rule: "cache-dynamodb-table-prefix", spec: dynamo("region: us-east-1, tablePrefix: Zot_1.a-")},
	{rule: "cache-dynamodb-table-prefix", spec: dynamo("region: us-east-1, tablePrefix: 'a/b'"), refused: at(dynamoAt + ".tablePrefix")},
	{
		rule: "cache-dynamodb-table-prefix", spec: dynamo("region: us-east-1, tablePrefix: " + strings.Repeat("a", 201)),
		refused: at(dynamoAt + ".tablePrefix"),
	},

	{rule: "cache-dynamodb-credentials", spec: dynamo("region: us-east-1, credentialsSecret: aws")},
	{
		rule: "cache-dynamodb-credentials",
		spec: `storage: {type: s3, s3: {bucket: abc, region: us-east-1}, cache: {type: dynamodb, dynamodb: {region: us-east-1, credentialsSecret: aws}}}`,
	},
	{
		rule: "cache-dynamodb-credentials",
		spec: `storage: {type: s3, s3: {bucket: abc, region: us-east-1, accessKeySecret: a, secretKeySecret: a}, ` +
			`cache: {type: dynamodb, dynamodb: {region: us-east-1, credentialsSecret: aws}}}`,
		refused: at(dynamoAt + ".credentialsSecret"),
	},
}

package validation

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var cacheRules = []Rule{
	{"cache-storage", cacheStorage},
	{"cache-type", cacheType},
	{"cache-union", cacheUnion},
	{"cache-redis-address", redisAddress},
	{"cache-redis-database", redisDatabase},
	{"cache-secret-names", cacheSecretNames},
	{"cache-dynamodb-region", dynamoRegion},
	{"cache-dynamodb-endpoint", dynamoEndpoint},
	{"cache-dynamodb-table-prefix", dynamoTablePrefix},
	{"cache-dynamodb-credentials", dynamoCredentials},
}

const (
	maxAddressLength     = 260
	maxDatabase          = 1000000
	maxTablePrefixLength = 200
)

var (
	cachePath  = storagePath.Child("cache")
	redisPath  = cachePath.Child("redis")
	dynamoPath = cachePath.Child("dynamodb")
	tableName  = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)
)

func (in Input) cache() *v1alpha1.CacheSpec { return value(in.spec().Storage).Cache }

func (in Input) redis() v1alpha1.RedisCacheSpec { return value(value(in.cache()).Redis) }

func (in Input) dynamo() v1alpha1.DynamoDBCacheSpec { return value(value(in.cache()).DynamoDB) }

func cacheStorage(in Input) field.ErrorList {
	if in.cache() == nil || defaults.ObjectStore(in.storage()) {
		return nil
	}
	return field.ErrorList{field.Forbidden(cachePath, "spec.storage.cache can be used only with an object store: on a volume zot keeps its"+
		" metadata beside the artifacts; remove the cache, or use type s3, azure or gcp")}
}

func cacheType(in Input) field.ErrorList {
	cache := in.cache()
	if cache == nil {
		return nil
	}
	at := cachePath.Child("type")
	if cache.Type == "" {
		return field.ErrorList{field.Required(at, "nothing tells which kind of database it is: write redis or dynamodb, and set the block"+
			" of that name")}
	}
	return oneOf(at, cache.Type, v1alpha1.CacheRedis, v1alpha1.CacheDynamoDB)
}

func cacheUnion(in Input) field.ErrorList {
	cache := in.cache()
	if cache == nil {
		return nil
	}
	return append(
		unionMember(cachePath, v1alpha1.CacheRedis, cache.Type == v1alpha1.CacheRedis, cache.Redis != nil),
		unionMember(cachePath, v1alpha1.CacheDynamoDB, cache.Type == v1alpha1.CacheDynamoDB, cache.DynamoDB != nil)...)
}

// unionMember checks one block of a union: it is there when the type names it, and only then.
func unionMember[T ~string](union *field.Path, kind T, wanted, present bool) field.ErrorList {
	path := union.Child(string(kind))
	message := fmt.Sprintf("type and block disagree: %s must be set when %s is %s, and only then", path, union.Child("type"), kind)
	switch {
	case wanted && !present:
		return field.ErrorList{field.Required(path, message)}
	case present && !wanted:
		return field.ErrorList{field.Forbidden(path, message)}
	}
	return nil
}

func redisAddress(in Input) field.ErrorList {
	at, redis := redisPath.Child("address"), in.redis()
	got := redis.Address
	if got == "" {
		if value(in.cache()).Redis == nil || redis.CredentialsSecret != "" {
			return nil
		}
		return field.ErrorList{field.Required(at, "nothing tells where the server is: write its host and port, for example"+
			" redis.example.svc:6379, or name a Secret under credentialsSecret that holds its url")}
	}
	errs := maxLength(at, got, maxAddressLength)
	if u, err := url.Parse("//" + got); err != nil || u.Host != got || !isHost(u.Hostname()) || !isPort(u.Port()) {
		errs = append(errs, field.Invalid(at, got, "spec.storage.cache.redis.address is no address of a server, and zot does not start"+
			" without one: write host and port alone, without redis:// and without a password, for example redis.example.svc:6379"))
	}
	return errs
}

func redisDatabase(in Input) field.ErrorList {
	return within(redisPath.Child("database"), in.redis().Database, 0, maxDatabase,
		"spec.storage.cache.redis.database is no number that a database of redis can have")
}

func cacheSecretNames(in Input) field.ErrorList {
	return append(secretName(redisPath.Child("credentialsSecret"), in.redis().CredentialsSecret),
		secretName(dynamoPath.Child("credentialsSecret"), in.dynamo().CredentialsSecret)...)
}

func dynamoRegion(in Input) field.ErrorList {
	dynamo := in.dynamo()
	if value(in.cache()).DynamoDB == nil {
		return nil
	}
	at, got := dynamoPath.Child("region"), dynamo.Region
	if got == "" {
		return field.ErrorList{field.Required(at, "Amazon's tables belong to a region, and zot does not start without it: write it, for"+
			" example us-east-1")}
	}
	errs := maxLength(at, got, maxRegionLength)
	switch {
	case isAmazon(dynamo.Endpoint) && !amazonRegion.MatchString(got):
		errs = append(errs, field.Invalid(at, got, "spec.storage.cache.dynamodb.region is no region of Amazon, so that zot would reach"+
			" nothing: write the region of the tables, for example us-east-1"))
	case !otherRegion.MatchString(got):
		errs = append(errs, field.Invalid(at, got, "spec.storage.cache.dynamodb.region becomes part of every signature and may hold only"+
			" letters, digits, '.', '_' and '-': write what the server is set up with, for example us-east-1"))
	}
	return errs
}

// dynamoEndpoint wants a scheme, other than S3's: it goes to Amazon's client as it is.
func dynamoEndpoint(in Input) field.ErrorList {
	at, got := dynamoPath.Child("endpoint"), in.dynamo().Endpoint
	if got == "" {
		return nil
	}
	errs := maxLength(at, got, maxEndpointLength)
	_, err := endpoint(got)
	if err == nil && !strings.Contains(got, "://") {
		err = errors.New("it has no scheme")
	}
	if err != nil {
		errs = append(errs, field.Invalid(at, got, fmt.Sprintf("spec.storage.cache.dynamodb.endpoint is no address of a service: %v;"+
			" write a URL without path, for example https://dynamodb.us-east-1.amazonaws.com, or leave it out for the region's own", err)))
	}
	return errs
}

func dynamoTablePrefix(in Input) field.ErrorList {
	at, got := dynamoPath.Child("tablePrefix"), in.dynamo().TablePrefix
	errs := maxLength(at, got, maxTablePrefixLength)
	if got != "" && !tableName.MatchString(got) {
		errs = append(errs, field.Invalid(at, got, "spec.storage.cache.dynamodb.tablePrefix is nothing with which the name of a table can"+
			" begin, so that zot could make none: write letters, digits, '.', '_' and '-', or leave it out"))
	}
	return errs
}

// dynamoCredentials refuses two pairs of keys: Amazon's clients in one process take theirs from the same place.
func dynamoCredentials(in Input) field.ErrorList {
	if in.dynamo().CredentialsSecret == "" || !defaults.S3KeysOn(value(in.spec().Storage).S3) {
		return nil
	}
	return field.ErrorList{field.Forbidden(dynamoPath.Child("credentialsSecret"), "spec.storage.cache.dynamodb.credentialsSecret cannot"+
		" be used with the Secrets of spec.storage.s3: zot has one identity at Amazon, for bucket and tables; leave this one out and allow"+
		" the keys of spec.storage.s3 to use the tables")}
}

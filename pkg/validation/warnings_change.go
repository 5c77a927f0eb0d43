package validation

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// changeWarnings are about the step from the stored object to the new one. They are silent when there is none.
var changeWarnings = []warning{
	{"s3-moved", warnMovedBucket},
	{"cache-moved", warnMovedCache},
	{"cache-address-moved", warnMovedAddress},
}

// warnMovedBucket is about what may be another way to the same bucket, and may lead to another one of the same name.
func warnMovedBucket(in Input) string {
	now, before := in.storage().S3, in.storedStorage().S3
	if now == nil || before == nil {
		return ""
	}
	path := storagePath.Child("s3", "endpoint")
	if s3Server(*now) == s3Server(*before) {
		path = storagePath.Child("s3", "region")
		if cmp.Or(now.Region, defaults.S3Region) == cmp.Or(before.Region, defaults.S3Region) {
			return ""
		}
	}
	return fmt.Sprintf("%s: it must lead to the same bucket as before; in another one of that name there are no artifacts, and the"+
		" registry would look empty", path)
}

// s3Server writes the ways to say the same endpoint alike. It is empty for Amazon's own.
func s3Server(s3 v1alpha1.S3StorageSpec) string {
	u, err := endpoint(s3.Endpoint)
	if err != nil {
		return s3.Endpoint
	}
	if defaults.AmazonByRegion(s3, u.Hostname()) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// inMetadata is what no other place has: the rest of zot's metadata is made again from the artifacts.
const inMetadata = "API keys, preferences and what was pulled when"

func warnMovedCache(in Input) string {
	path, where := movedCache(in)
	if path == nil {
		return ""
	}
	message := fmt.Sprintf("%s: %s stay behind %s, and zot begins without them", path, inMetadata, where)
	if in.storage().Retention != nil {
		message += "; retention by pulls may then remove tags that are in use"
	}
	return message
}

// movedCache gives the field by which the metadata gets another place, and the old place. An ephemeral store loses it with every
// pod, which another warning tells.
func movedCache(in Input) (path *field.Path, where string) {
	if in.Old == nil {
		return nil, ""
	}
	now, before := in.cache(), in.storedStorage().Cache
	switch {
	case now == nil && before == nil, before == nil && defaults.Ephemeral(in.storedStorage()):
		return nil, ""
	case before == nil:
		return cachePath, "on the volume"
	case now == nil:
		return cachePath, inOldDatabase
	case now.Type != before.Type:
		return cachePath.Child("type"), inOldDatabase
	case now.Type == v1alpha1.CacheRedis:
		return movedRedis(in.redis(), value(before.Redis))
	}
	// Without a prefix the tables are called like the store.
	return movedTables(in.dynamo(), value(before.DynamoDB), names.Metadata(in.New.Namespace, in.New.Name))
}

const inOldDatabase = "in the old database"

// movedRedis knows nothing of a server without address: the Secret's url says which database it is.
func movedRedis(now, before v1alpha1.RedisCacheSpec) (path *field.Path, where string) {
	if now.Address == "" || before.Address == "" || value(now.Database) == value(before.Database) {
		return nil, ""
	}
	return redisPath.Child("database"), inOldDatabase
}

func movedTables(now, before v1alpha1.DynamoDBCacheSpec, prefix string) (path *field.Path, where string) {
	switch {
	case now.Region != before.Region:
		return dynamoPath.Child("region"), inOldDatabase
	case cmp.Or(now.TablePrefix, prefix) != cmp.Or(before.TablePrefix, prefix):
		return dynamoPath.Child("tablePrefix"), "in the old tables"
	}
	return nil, ""
}

// warnMovedAddress is about what may be another way to the same database.
func warnMovedAddress(in Input) string {
	before := in.storedStorage().Cache
	if moved, _ := movedCache(in); in.cache() == nil || before == nil || moved != nil {
		return ""
	}
	path := redisPath.Child("address")
	if in.redis().Address == value(before.Redis).Address {
		path = dynamoPath.Child("endpoint")
		if strings.TrimSuffix(in.dynamo().Endpoint, "/") == strings.TrimSuffix(value(before.DynamoDB).Endpoint, "/") {
			return ""
		}
	}
	return fmt.Sprintf("%s: it must lead to the same database as before; %s stay behind in another one", path, inMetadata)
}

package zotconfig

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
)

// cacheDriver renders the database of metadata. What a store keeps there is called after it, and never changes: zot would not find
// it under another name.
func cacheDriver(store Store, spec *v1alpha1.CacheSpec) (map[string]any, error) {
	switch {
	case spec.Type == v1alpha1.CacheRedis && spec.Redis != nil:
		return redis(store, spec.Redis)
	case spec.Type == v1alpha1.CacheDynamoDB && spec.DynamoDB != nil:
		return dynamoDB(store, spec.DynamoDB), nil
	default:
		return nil, fmt.Errorf("spec.storage.cache.type %q is unknown, or the block of that name is missing", spec.Type)
	}
}

// redis leaves the URL to the agent where there are credentials: zot takes them only as a part of it.
func redis(store Store, spec *v1alpha1.RedisCacheSpec) (map[string]any, error) {
	driver := map[string]any{"name": "redis", "keyprefix": names.Metadata(store.Namespace, store.Name)}
	if spec.CredentialsSecret != "" {
		return driver, nil
	}
	if spec.Address == "" {
		return nil, errors.New("spec.storage.cache.redis.address is missing, and there is no Secret that could hold a URL")
	}
	driver["url"] = redisServer(spec).URL("", "")
	return driver, nil
}

func redisServer(spec *v1alpha1.RedisCacheSpec) handover.RedisServer {
	server := handover.RedisServer{Address: spec.Address, TLS: spec.TLS != nil && defaults.Enabled(spec.TLS.Enabled)}
	if spec.Database != nil {
		server.Database = *spec.Database
	}
	return server
}

// dynamoDB names every table: zot ends with a panic if one is missing (pkg/meta/meta.go, getDynamoParams, v2.1.20), or the endpoint.
func dynamoDB(store Store, spec *v1alpha1.DynamoDBCacheSpec) map[string]any {
	prefix := spec.TablePrefix
	if prefix == "" {
		prefix = names.Metadata(store.Namespace, store.Name)
	}
	return map[string]any{
		"name":                   "dynamodb",
		"region":                 spec.Region,
		"endpoint":               dynamoDBEndpoint(spec),
		"cachetablename":         prefix + ".blobs",
		"repometatablename":      prefix + ".repositories",
		"repoblobsinfotablename": prefix + ".repository-blobs",
		"imagemetatablename":     prefix + ".images",
		"userdatatablename":      prefix + ".users",
		"apikeytablename":        prefix + ".api-keys",
		"versiontablename":       prefix + ".version",
	}
}

func dynamoDBEndpoint(spec *v1alpha1.DynamoDBCacheSpec) string {
	if spec.Endpoint != "" {
		if parsed, err := url.Parse(spec.Endpoint); err == nil {
			return strings.Replace(spec.Endpoint, parsed.Host, withoutPort(parsed), 1)
		}
		return spec.Endpoint // A rule refuses it.
	}
	domain := "amazonaws.com"
	if strings.HasPrefix(spec.Region, "cn-") {
		domain = "amazonaws.com.cn"
	}
	return "https://dynamodb." + spec.Region + "." + domain
}

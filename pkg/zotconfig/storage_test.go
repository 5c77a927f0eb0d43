package zotconfig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

func TestS3Endpoint(t *testing.T) {
	const own, amazons = true, false
	for endpoint, want := range map[string]struct {
		own    bool
		url    string
		secure bool
	}{
		"":                                    {amazons, "", true},
		"s3.amazonaws.com":                    {amazons, "", true},
		"https://s3.amazonaws.com":            {amazons, "", true},
		"s3.eu-west-1.amazonaws.com":          {amazons, "", true},
		"s3-fips.us-gov-west-1.amazonaws.com": {own, "https://s3-fips.us-gov-west-1.amazonaws.com", true},
		"bucket.vpce-1a.s3.eu-west-1.vpce.amazonaws.com": {own, "https://bucket.vpce-1a.s3.eu-west-1.vpce.amazonaws.com", true},
		"s3.cn-north-1.amazonaws.com.cn":                 {own, "https://s3.cn-north-1.amazonaws.com.cn", true},
		"s3.example.com":                                 {own, "https://s3.example.com", true},
		"s3.example.com:9000":                            {own, "https://s3.example.com:9000", true},
		"https://s3.example.com/":                        {own, "https://s3.example.com", true},
		"http://minio.storage.svc:9000":                  {own, "http://minio.storage.svc:9000", false},
		"http://[fd00::1]:9000":                          {own, "http://[fd00::1]:9000", false},
		"[fd00::1]:443":                                  {own, "https://[fd00::1]", true},
		"http://[fd00::1]:80/":                           {own, "http://[fd00::1]", false},
		"http://[fd00::1]:443":                           {own, "http://[fd00::1]:443", false},
		"s3.example.com:443":                             {own, "https://s3.example.com:443", true},
		"notamazonaws.com":                               {own, "https://notamazonaws.com", true},
	} {
		t.Run(endpoint, func(t *testing.T) {
			wanted := map[string]any{
				"name": "s3", "rootdirectory": "/zot", "bucket": "artifacts", "region": "eu-west-1",
				"secure": want.secure, "skipverify": false, "forcepathstyle": want.own,
			}
			if want.url != "" {
				wanted["regionendpoint"] = want.url
			}
			got := at(t, s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint = endpoint }), "storage.storageDriver")
			if diff := cmp.Diff(any(wanted), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestS3WithoutRegion(t *testing.T) {
	spec := s3(func(s *v1alpha1.S3StorageSpec) { s.Endpoint, s.Region = "s3.example.com", "" })
	if got := at(t, spec, "storage.storageDriver.region"); got != "us-east-1" {
		t.Errorf("region %v, want us-east-1: zot's driver does not start without one", got)
	}
}

func withCache(cache v1alpha1.CacheSpec) v1alpha1.ZotArtifactStoreSpec {
	spec := s3(func(*v1alpha1.S3StorageSpec) {})
	spec.Storage.Cache = &cache
	return spec
}

// What is kept under one name by two stores would be mixed up.
func TestStoresShareNothingInACache(t *testing.T) {
	for name, tc := range map[string]struct {
		cache v1alpha1.CacheSpec
		key   string
	}{
		"redis":    {v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{Address: "redis:6379"}}, "keyprefix"},
		"dynamodb": {v1alpha1.CacheSpec{Type: v1alpha1.CacheDynamoDB, DynamoDB: &v1alpha1.DynamoDBCacheSpec{Region: "eu-west-1"}}, "cachetablename"},
	} {
		seen := map[any]zotconfig.Store{}
		for _, store := range []zotconfig.Store{
			{Namespace: "a", Name: "b-c"}, {Namespace: "a-b", Name: "c"}, {Namespace: "a", Name: "b"}, {Namespace: "a", Name: "b-blobs"},
		} {
			documents, err := zotconfig.Render(store, defaults.Effective(withCache(tc.cache), defaults.Upstream()))
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, documents, "storage.cacheDriver."+tc.key)
			if other, taken := seen[got]; taken {
				t.Errorf("%s: %v and %v share %v", name, other, store, got)
			}
			seen[got] = store
		}
	}
}

func TestDynamoDBEndpoint(t *testing.T) {
	for _, tc := range []struct{ region, endpoint, want string }{
		{"eu-west-1", "", "https://dynamodb.eu-west-1.amazonaws.com"},
		{"cn-north-1", "", "https://dynamodb.cn-north-1.amazonaws.com.cn"},
		{"eu-west-1", "http://dynamodb.local:8000", "http://dynamodb.local:8000"},
		{"eu-west-1", "https://dynamodb.local:443/", "https://dynamodb.local:443/"},
		{"eu-west-1", "https://[fd00::1]:443", "https://[fd00::1]"},
		{"eu-west-1", "http://[fd00::1]:80/", "http://[fd00::1]/"},
		{"eu-west-1", "http://[fd00::1]:8000", "http://[fd00::1]:8000"},
	} {
		spec := withCache(v1alpha1.CacheSpec{
			Type: v1alpha1.CacheDynamoDB, DynamoDB: &v1alpha1.DynamoDBCacheSpec{Region: tc.region, Endpoint: tc.endpoint},
		})
		if got := at(t, spec, "storage.cacheDriver.endpoint"); got != tc.want {
			t.Errorf("region %q, endpoint %q: %v, want %s", tc.region, tc.endpoint, got, tc.want)
		}
	}
}

// zot takes credentials for a redis only as a part of what the agent writes.
func TestRedisURL(t *testing.T) {
	for name, tc := range map[string]struct {
		redis v1alpha1.RedisCacheSpec
		want  any
	}{
		"plain":       {v1alpha1.RedisCacheSpec{Address: "redis:6379"}, "redis://redis:6379/0"},
		"database":    {v1alpha1.RedisCacheSpec{Address: "redis:6379", Database: new(int32(3))}, "redis://redis:6379/3"},
		"TLS":         {v1alpha1.RedisCacheSpec{Address: "redis:6379", TLS: &v1alpha1.RedisTLSSpec{}}, "rediss://redis:6379/0"},
		"TLS off":     {v1alpha1.RedisCacheSpec{Address: "redis:6379", TLS: &v1alpha1.RedisTLSSpec{Enabled: new(false)}}, "redis://redis:6379/0"},
		"credentials": {v1alpha1.RedisCacheSpec{Address: "redis:6379", CredentialsSecret: "redis"}, nil},
	} {
		spec := withCache(v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &tc.redis})
		if got := at(t, spec, "storage.cacheDriver.url"); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestCacheIsUsed(t *testing.T) {
	spec := withCache(v1alpha1.CacheSpec{Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{Address: "redis:6379"}})
	got := map[string]any{"remoteCache": at(t, spec, "storage.remoteCache"), "dedupe": at(t, spec, "storage.dedupe")}
	if diff := cmp.Diff(map[string]any{"remoteCache": true, "dedupe": false}, got); diff != "" {
		t.Error(diff)
	}
}

package zotconfig

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// objectRoot is the prefix of zot's objects in a bucket. It never changes: zot would not find what lies below another one.
const objectRoot = "/zot"

// storage renders where artifacts are kept. With an object store rootDirectory holds zot's metadata, unless a database does; dedupe
// and remoteCache are written, as zot's defaults for them need one.
func storage(store Store, spec *v1alpha1.StorageSpec) (*Storage, error) {
	out := &Storage{RootDirectory: handover.DataDir}
	if spec.Type == v1alpha1.StorageFilesystem {
		if spec.Cache != nil {
			return nil, fmt.Errorf("spec.storage.cache is for object stores, and spec.storage.type is %q", spec.Type)
		}
		out.Dedupe = new(true)
		return out, nil
	}
	var err error
	if out.StorageDriver, err = storageDriver(spec); err != nil {
		return nil, err
	}
	out.Dedupe, out.RemoteCache = new(false), new(spec.Cache != nil)
	if spec.Cache != nil {
		out.CacheDriver, err = cacheDriver(store, spec.Cache)
	}
	return out, err
}

func storageDriver(spec *v1alpha1.StorageSpec) (map[string]any, error) {
	switch spec.Type {
	case v1alpha1.StorageS3:
		return s3Driver(spec.S3)
	case v1alpha1.StorageAzure:
		driver := map[string]any{
			"name": "azure", "rootdirectory": objectRoot,
			"accountname": spec.Azure.AccountName, "container": spec.Azure.Container,
		}
		if spec.Azure.Realm != "" {
			driver["realm"] = spec.Azure.Realm
		}
		if spec.Azure.ServiceURL != "" {
			driver["serviceurl"] = strings.TrimRight(spec.Azure.ServiceURL, "/")
		}
		if spec.Azure.CredentialsSecret == "" {
			driver["credentials"] = map[string]any{"type": "default_credentials"}
		}
		return driver, nil
	case v1alpha1.StorageGCP:
		return map[string]any{"name": "gcs", "rootdirectory": objectRoot, "bucket": spec.GCP.Bucket}, nil
	default:
		return nil, fmt.Errorf("spec.storage.type %q is unknown", spec.Type)
	}
}

// s3Driver names the endpoint only where it is not Amazon's own, which zot's driver finds by the region. What an ObjectBucketClaim tells
// and the spec does not is the agent's to fill in.
func s3Driver(spec *v1alpha1.S3StorageSpec) (map[string]any, error) {
	driver := map[string]any{
		"name": "s3", "rootdirectory": objectRoot,
		"region": spec.Region, "secure": true, "skipverify": false, "forcepathstyle": spec.ObjectBucketClaim != "",
	}
	if spec.Bucket != "" {
		driver["bucket"] = spec.Bucket
	}
	if spec.Region == "" {
		driver["region"] = defaults.S3Region
	}
	if spec.Endpoint != "" {
		parsed, err := defaults.S3Endpoint(spec.Endpoint)
		if err != nil || parsed.Host == "" {
			return nil, fmt.Errorf("spec.storage.s3.endpoint %q is neither a host nor a URL", spec.Endpoint)
		}
		if !defaults.AmazonByRegion(*spec, parsed.Hostname()) {
			driver["regionendpoint"] = parsed.Scheme + "://" + withoutPort(parsed)
			driver["secure"] = parsed.Scheme == "https"
			driver["forcepathstyle"] = true
		}
	}
	if spec.ForcePathStyle != nil {
		driver["forcepathstyle"] = *spec.ForcePathStyle
	}
	return driver, nil
}

// withoutPort is the host of an endpoint. An IPv6 address loses the port that its scheme has anyhow: Amazon's library would take it away by
// itself, with the brackets around the address, and sign for a host that no server knows (aws-sdk-go v1.55, SanitizeHostForHeader); that of
// DynamoDB refuses the host then, and zot does not start.
func withoutPort(endpoint *url.URL) string {
	standard := map[string]string{"http": "80", "https": "443"}[endpoint.Scheme]
	if strings.Contains(endpoint.Hostname(), ":") && endpoint.Port() == standard {
		return "[" + endpoint.Hostname() + "]"
	}
	return endpoint.Host
}

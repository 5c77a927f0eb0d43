package zotconfig

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// objectRoot is the prefix of zot's objects in a bucket. It never changes: zot would not find what lies below another one.
const objectRoot = "/zot"

// storage renders where artifacts are kept. With an object store rootDirectory holds zot's metadata, and dedupe and remoteCache
// are written, as zot's defaults for them need a cache server.
func storage(spec *v1alpha1.StorageSpec) (*Storage, []handover.Credential, error) {
	out := &Storage{RootDirectory: handover.DataDir}
	var credentials []handover.Credential
	switch spec.Type {
	case v1alpha1.StorageFilesystem:
		out.Dedupe = new(true)
		return out, nil, nil
	case v1alpha1.StorageS3:
		driver, err := s3Driver(spec.S3)
		if err != nil {
			return nil, nil, err
		}
		out.StorageDriver = driver
		if spec.S3.AccessKeySecret != "" {
			credentials = append(credentials, handover.AWS(spec.S3.AccessKeySecret, spec.S3.SecretKeySecret))
		}
	case v1alpha1.StorageAzure:
		out.StorageDriver = map[string]any{
			"name": "azure", "rootdirectory": objectRoot,
			"accountname": spec.Azure.AccountName, "container": spec.Azure.Container,
		}
		if spec.Azure.CredentialsSecret != "" {
			credentials = append(credentials, handover.Azure(spec.Azure.CredentialsSecret))
		} else {
			out.StorageDriver["credentials"] = map[string]any{"type": "default_credentials"}
		}
	case v1alpha1.StorageGCP:
		out.StorageDriver = map[string]any{"name": "gcs", "rootdirectory": objectRoot, "bucket": spec.GCP.Bucket}
		if spec.GCP.CredentialsSecret != "" {
			credentials = append(credentials, handover.GCS(spec.GCP.CredentialsSecret))
		}
	default:
		return nil, nil, fmt.Errorf("spec.storage.type %q is unknown", spec.Type)
	}
	out.Dedupe, out.RemoteCache = new(false), new(false)
	return out, credentials, nil
}

// s3Driver names the endpoint only where it is not Amazon's own, which zot's driver finds by the region.
func s3Driver(spec *v1alpha1.S3StorageSpec) (map[string]any, error) {
	driver := map[string]any{
		"name": "s3", "rootdirectory": objectRoot, "bucket": spec.Bucket,
		"region": spec.Region, "secure": true, "skipverify": false, "forcepathstyle": false,
	}
	if spec.Region == "" {
		driver["region"] = "us-east-1"
	}
	if spec.Endpoint == "" {
		return driver, nil
	}
	endpoint := spec.Endpoint
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	parsed, err := url.Parse(endpoint)
	if err != nil || parsed.Host == "" {
		return nil, fmt.Errorf("spec.storage.s3.endpoint %q is neither a host nor a URL", spec.Endpoint)
	}
	// Any other of Amazon's hosts, such as a VPC's own or a FIPS one, is asked for on purpose.
	if host := parsed.Hostname(); host == "s3.amazonaws.com" || host == "s3."+spec.Region+".amazonaws.com" {
		return driver, nil
	}
	driver["regionendpoint"] = parsed.Scheme + "://" + parsed.Host
	driver["secure"] = parsed.Scheme == "https"
	driver["forcepathstyle"] = true
	return driver, nil
}

// collection renders zot's garbage collection, which zot reloads.
func collection(spec *v1alpha1.StorageSpec) *Storage {
	out := &Storage{GC: new(true), GCDelay: "1h", GCInterval: "24h"}
	if spec.Type != v1alpha1.StorageFilesystem {
		// Up to v2.1.20 zot holds a repository's lock for long while it collects on an object store (zot #4235).
		out.GCDelay = "24h"
	}
	return out
}

package defaults

import (
	"net/url"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// S3Region is spec.storage.s3.region where a server that is not Amazon's needs none.
const S3Region = "us-east-1"

// S3Endpoint reads spec.storage.s3.endpoint: a URL, or a host, which means https. It does not judge what it reads.
func S3Endpoint(endpoint string) (*url.URL, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	return url.Parse(endpoint)
}

// AmazonByRegion says whether the host of an endpoint is the one that zot's driver finds by the region alone. Any other of Amazon's
// hosts, such as a VPC's own or a FIPS one, is asked for on purpose.
func AmazonByRegion(s3 v1alpha1.S3StorageSpec, host string) bool {
	return host == "s3.amazonaws.com" || host == "s3."+s3.Region+".amazonaws.com"
}

// S3KeysOn says whether zot gets keys for the bucket from Secrets, and not from the identity of its pod.
func S3KeysOn(s3 *v1alpha1.S3StorageSpec) bool {
	return s3 != nil && (s3.AccessKeySecret != "" || s3.SecretKeySecret != "" || s3.ObjectBucketClaim != "")
}

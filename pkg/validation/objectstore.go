package validation

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var objectStoreRules = []Rule{
	{"s3-bucket", s3Bucket},
	{"s3-endpoint", s3Endpoint},
	{"s3-path-style", s3PathStyle},
	{"s3-region", s3Region},
	{"s3-credentials", s3Credentials},
	{"s3-secret-names", s3SecretNames},
	{"s3-bucket-claim", s3BucketClaim},
	{"azure-account", azureAccount},
	{"azure-container", azureContainer},
	{"azure-secret-name", azureSecretName},
	{"azure-service-url", azureServiceURL},
	{"azure-realm", azureRealm},
	{"gcp-bucket", gcpBucket},
	{"gcp-secret-name", gcpSecretName},
	{"s3-bucket-immutable", s3BucketImmutable},
	{"s3-bucket-claim-immutable", s3BucketClaimImmutable},
	{"azure-account-immutable", azureAccountImmutable},
	{"azure-container-immutable", azureContainerImmutable},
	{"gcp-bucket-immutable", gcpBucketImmutable},
}

const (
	maxEndpointLength = 512
	maxRegionLength   = 64
	maxBucketLength   = 63
	maxDottedBucket   = 222
)

var (
	s3BucketName  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	gcpBucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$`)
	accountName   = regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	containerName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	amazonRegion  = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$`)
	otherRegion   = regexp.MustCompile(`^[0-9A-Za-z._-]+$`)
)

func s3Bucket(in Input) field.ErrorList {
	s3 := value(in.spec().Storage).S3
	if s3 == nil {
		return nil
	}
	path := storagePath.Child("s3", "bucket")
	switch {
	case s3.Bucket == "" && s3.ObjectBucketClaim == "":
		return field.ErrorList{field.Required(path, "without the bucket's name zot does not know where to keep artifacts: write the"+
			" name of a bucket that exists and serves this store alone, or that of an ObjectBucketClaim under"+
			" spec.storage.s3.objectBucketClaim")}
	case s3.Bucket == "":
		return nil
	case s3.ObjectBucketClaim != "":
		return field.ErrorList{field.Forbidden(path, "spec.storage.s3.bucket cannot be used with objectBucketClaim: the claim names its"+
			" bucket itself; remove one of them")}
	}
	if s3BucketName.MatchString(s3.Bucket) && !strings.Contains(s3.Bucket, "..") && !isAddress(s3.Bucket) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, s3.Bucket, "spec.storage.s3.bucket is no name that a bucket can have (3 to 63"+
		" lower-case letters, digits, '-' and single '.', not an IP address): write the bucket's name alone, without s3:// and without"+
		" a path")}
}

// endpoint reads what the user may write as an S3 endpoint: a host with or without port, or a URL of nothing more.
func endpoint(s string) (*url.URL, error) {
	u, err := defaults.S3Endpoint(s)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be read as a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("its scheme is neither https nor http")
	case u.User != nil:
		return nil, errors.New("it holds a user name or password, which belong into the Secrets")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return nil, errors.New("it has more than a host and a port")
	case !isHost(u.Hostname()):
		return nil, fmt.Errorf("%q is no host name in lower case and no IP address", u.Hostname())
	}
	if !hasPortOrNone(u) {
		return nil, errors.New("its port is no number from 1 to 65535")
	}
	return u, nil
}

// hasPortOrNone says whether a URL's port, if it has one, is a TCP port.
func hasPortOrNone(u *url.URL) bool {
	_, port, found := strings.Cut(strings.TrimPrefix(u.Host, "["+u.Hostname()+"]"), ":")
	return !found || isPort(port)
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func isHost(host string) bool {
	return isAddress(host) || len(validation.IsDNS1123Subdomain(host)) == 0
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func s3Endpoint(in Input) field.ErrorList {
	path, got := storagePath.Child("s3", "endpoint"), value(value(in.spec().Storage).S3).Endpoint
	if got == "" {
		return nil
	}
	errs := maxLength(path, got, maxEndpointLength)
	if _, err := endpoint(got); err != nil {
		errs = append(errs, field.Invalid(path, got, fmt.Sprintf("spec.storage.s3.endpoint is no address of an S3 server: %v; write"+
			" a host or a URL without path, for example https://s3.example.com:9000, and the bucket under spec.storage.s3.bucket", err)))
	}
	return errs
}

// s3PathStyle: what stands before an IP address makes no host, and zot does not start with it where it has a remote cache.
func s3PathStyle(in Input) field.ErrorList {
	s3 := value(value(in.spec().Storage).S3)
	parsed, err := endpoint(s3.Endpoint)
	if s3.ForcePathStyle == nil || *s3.ForcePathStyle || err != nil || !isAddress(parsed.Hostname()) {
		return nil
	}
	return field.ErrorList{field.Invalid(storagePath.Child("s3", "forcePathStyle"), false, fmt.Sprintf("the name of the bucket cannot"+
		" stand before the IP address %s of spec.storage.s3.endpoint: leave forcePathStyle out, or write a host name as endpoint",
		parsed.Hostname()))}
}

// isAmazon says whether Amazon's own endpoint of the region serves.
func isAmazon(s string) bool {
	if s == "" {
		return true
	}
	u, err := endpoint(s)
	return err == nil && strings.HasSuffix(u.Hostname(), ".amazonaws.com")
}

func s3Region(in Input) field.ErrorList {
	s3 := value(in.spec().Storage).S3
	if s3 == nil {
		return nil
	}
	path := storagePath.Child("s3", "region")
	errs := maxLength(path, s3.Region, maxRegionLength)
	switch amazon := isAmazon(s3.Endpoint) && s3.ObjectBucketClaim == ""; {
	case amazon && s3.Region == "":
		errs = append(errs, field.Required(path, "Amazon's buckets belong to a region, and zot does not start without it: write the"+
			" bucket's region, for example us-east-1, or the endpoint of another S3 server"))
	case amazon && !amazonRegion.MatchString(s3.Region):
		errs = append(errs, field.Invalid(path, s3.Region, "spec.storage.s3.region is no region of Amazon, and zot does not start"+
			" with it: write the bucket's region, for example us-east-1"))
	case s3.Region != "" && !otherRegion.MatchString(s3.Region):
		errs = append(errs, field.Invalid(path, s3.Region, "spec.storage.s3.region becomes part of every signature and may hold only"+
			" letters, digits, '.', '_' and '-': write what the server is set up with, or leave it out for us-east-1"))
	}
	return errs
}

func s3Credentials(in Input) field.ErrorList {
	s3 := value(value(in.spec().Storage).S3)
	const why = "access key and secret key belong together: name a Secret for both (it may be the same one), or for none, if the" +
		" pod's own identity may use the bucket"
	path := storagePath.Child("s3")
	switch {
	case s3.AccessKeySecret == "" && s3.SecretKeySecret != "":
		return field.ErrorList{field.Required(path.Child("accessKeySecret"), why)}
	case s3.AccessKeySecret != "" && s3.SecretKeySecret == "":
		return field.ErrorList{field.Required(path.Child("secretKeySecret"), why)}
	}
	return nil
}

func s3SecretNames(in Input) field.ErrorList {
	s3, path := value(value(in.spec().Storage).S3), storagePath.Child("s3")
	return append(secretName(path.Child("accessKeySecret"), s3.AccessKeySecret),
		secretName(path.Child("secretKeySecret"), s3.SecretKeySecret)...)
}

func azureAccount(in Input) field.ErrorList {
	azure := value(in.spec().Storage).Azure
	if azure == nil || accountName.MatchString(azure.AccountName) {
		return nil
	}
	path := storagePath.Child("azure", "accountName")
	const instead = "write the name of the storage account: 3 to 24 lower-case letters and digits, without .blob.core.windows.net"
	if azure.AccountName == "" {
		return field.ErrorList{field.Required(path, "zot finds the container by the account's name: "+instead)}
	}
	return field.ErrorList{field.Invalid(path, azure.AccountName, "spec.storage.azure.accountName is no name that a storage account"+
		" can have: "+instead)}
}

func azureContainer(in Input) field.ErrorList {
	azure := value(in.spec().Storage).Azure
	if azure == nil {
		return nil
	}
	path, got := storagePath.Child("azure", "container"), azure.Container
	if got == "" {
		return field.ErrorList{field.Required(path, "without a container zot does not know where to keep artifacts: write the name"+
			" of one that exists and serves this store alone")}
	}
	if len(got) >= 3 && len(got) <= maxBucketLength && containerName.MatchString(got) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, got, "spec.storage.azure.container is no name that a container can have: write 3 to"+
		" 63 lower-case letters, digits and single '-' between them")}
}

func azureSecretName(in Input) field.ErrorList {
	return secretName(storagePath.Child("azure", "credentialsSecret"), value(value(in.spec().Storage).Azure).CredentialsSecret)
}

func gcpBucket(in Input) field.ErrorList {
	gcp := value(in.spec().Storage).GCP
	if gcp == nil {
		return nil
	}
	path, got := storagePath.Child("gcp", "bucket"), gcp.Bucket
	if got == "" {
		return field.ErrorList{field.Required(path, "without the bucket's name zot does not know where to keep artifacts: write the"+
			" name of a bucket that exists and serves this store alone")}
	}
	valid := gcpBucketName.MatchString(got) && len(got) <= maxDottedBucket && !strings.HasPrefix(got, "goog") &&
		!strings.Contains(got, "..") && !isAddress(got)
	for part := range strings.SplitSeq(got, ".") {
		valid = valid && len(part) <= maxBucketLength
	}
	if valid {
		return nil
	}
	return field.ErrorList{field.Invalid(path, got, "spec.storage.gcp.bucket is no name that a bucket can have (3 to 63 lower-case"+
		" letters, digits, '-' and '_', dots between such parts, not starting with goog): write the bucket's name alone, without gs://"+
		" and without a path")}
}

func gcpSecretName(in Input) field.ErrorList {
	return secretName(storagePath.Child("gcp", "credentialsSecret"), value(value(in.spec().Storage).GCP).CredentialsSecret)
}

// keeps refuses another place for the artifacts. A name that is missing is another rule's, and a change of the type as well.
func keeps(path *field.Path, what, now, before string) field.ErrorList {
	if now == before || now == "" || before == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, now, fmt.Sprintf("%s cannot be changed: the artifacts would stay behind in the old %s,"+
		" and the registry would look empty; make a new ZotArtifactStore and copy them", path, what))}
}

// storedStorage is empty when the object is created: then nothing is changed.
func (in Input) storedStorage() v1alpha1.StorageSpec {
	if in.Old == nil {
		return v1alpha1.StorageSpec{}
	}
	return value(in.Old.Spec.Storage)
}

func s3BucketImmutable(in Input) field.ErrorList {
	return keeps(storagePath.Child("s3", "bucket"), "bucket", value(in.storage().S3).Bucket, value(in.storedStorage().S3).Bucket)
}

func azureAccountImmutable(in Input) field.ErrorList {
	now, before := value(in.storage().Azure), value(in.storedStorage().Azure)
	return keeps(storagePath.Child("azure", "accountName"), "account", now.AccountName, before.AccountName)
}

func azureContainerImmutable(in Input) field.ErrorList {
	now, before := value(in.storage().Azure), value(in.storedStorage().Azure)
	return keeps(storagePath.Child("azure", "container"), "container", now.Container, before.Container)
}

func gcpBucketImmutable(in Input) field.ErrorList {
	return keeps(storagePath.Child("gcp", "bucket"), "bucket", value(in.storage().GCP).Bucket, value(in.storedStorage().GCP).Bucket)
}

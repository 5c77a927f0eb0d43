package backends

import (
	"io"
	"log"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	ggcr "github.com/google/go-containerregistry/pkg/registry"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/pod"
)

// surroundings are the servers that one store names, each of its own, under the names that it has for them: what calls them goes through
// a proxy. Only this of a spec is changed: a host that means the loopback gets another name, as programs call it without a proxy; so does
// DynamoDB's where it is the bucket's; the address of a redis, which no proxy leads to, becomes the server's, and the number of its
// database one that the server has; an account in the path of a blob service becomes the store's own. Secrets and ConfigMaps get what
// lets the store in.
type surroundings struct {
	t         *testing.T
	pod       *pod.Pod
	spec      *v1alpha1.ZotArtifactStoreSpec
	authority *outside.Authority
	proxy     *outside.Proxy
	redis     *outside.Redis
	google    *outside.GCS
	// buckets are the hosts of the store's bucket.
	buckets []string
	// claimed is where the bucket of an ObjectBucketClaim is, with its port.
	claimed string
	// certificate of the store, and its key.
	certificate, key string
}

// password is that of every user of a server.
const password = "p@ss/word"

// surround starts them, and tells the pod of them.
func surround(t *testing.T, p *pod.Pod, store *v1alpha1.ZotArtifactStore) *surroundings {
	t.Helper()
	authority := outside.NewAuthority(t)
	s := &surroundings{t: t, pod: p, spec: &store.Spec, authority: authority, proxy: outside.NewProxy(t, authority)}
	p.Variables = append(s.proxy.Environment(), outside.Identity(t)...)
	if s.spec.CABundle == nil {
		p.Authorities = authority.Folder(t)
	}
	s.registries()
	if storage := s.spec.Storage; storage != nil {
		s.bucket(storage)
		s.database(storage)
	}
	if defaults.RBACOn(*s.spec) {
		keycloak := *s.spec.Extensions.RBAC.Keycloak
		s.proxy.Lead(hostOf(keycloak.URL), outside.Realm(defaults.Issuer(keycloak)))
	}
	if defaults.Clustered(*s.spec) {
		s.members(store.Namespace, store.Name)
	}
	for _, credential := range p.Credentials(*s.spec) {
		s.fill(store, credential)
	}
	return s
}

// registries are those that the store copies from, and those of the database of vulnerabilities, which is in none of them.
func (s *surroundings) registries() {
	empty := ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))
	if defaults.SyncOn(*s.spec) {
		for _, registry := range s.spec.Extensions.Sync.Registries {
			for _, address := range registry.URLs {
				s.proxy.Lead(hostOf(address), empty)
			}
		}
	}
	for _, host := range []string{"ghcr.io", "mirror.gcr.io", "mirror", "registry.example.com"} {
		s.proxy.Lead(host, empty)
	}
}

func (s *surroundings) bucket(storage *v1alpha1.StorageSpec) {
	switch {
	case storage.S3 != nil:
		s.s3(storage.S3)
	case storage.Azure != nil:
		s.azure(storage.Azure)
	case storage.GCP != nil:
		s.google = outside.NewGCS(s.t, storage.GCP.Bucket, s.authority)
		for _, host := range outside.GoogleHosts {
			s.proxy.Lead(host, outside.At(s.google.Address, true, nil))
		}
	}
}

func (s *surroundings) s3(spec *v1alpha1.S3StorageSpec) {
	spec.Endpoint = away(spec.Endpoint)
	region, bucket := spec.Region, spec.Bucket
	if region == "" {
		region = claimedRegion
	}
	if spec.ObjectBucketClaim != "" {
		bucket = claimedBucket
		if s.claimed = "s3.claims.svc:443"; len(spec.ObjectBucketClaim)%2 == 1 {
			s.claimed = "s3.claims.svc:80"
		}
	}
	var hosts []string
	switch {
	case spec.Endpoint != "":
		hosts = []string{hostOf(spec.Endpoint)}
	case spec.ObjectBucketClaim != "":
		hosts = []string{hostOf(s.claimed)}
	default:
		domain := "amazonaws.com"
		if strings.HasPrefix(region, "cn-") {
			domain += ".cn"
		}
		hosts = []string{"s3." + region + "." + domain}
	}
	if hosts[0] == "s3.us-east-1.amazonaws.com" {
		hosts = append(hosts, "s3.amazonaws.com")
	}
	s.buckets = hosts
	server := outside.NewS3(s.t)
	for _, host := range hosts {
		// A bucket may be named in the host or in the path.
		named := server.Beside("--region", region, "--virtual-domain", host)
		named.Start(outside.S3Key, outside.S3Secret)
		to := outside.At(named.Address, false, nil)
		s.proxy.Lead(host, to)
		s.proxy.Lead(bucket+"."+host, to)
	}
	server.Bucket(bucket)
}

func (s *surroundings) azure(spec *v1alpha1.AzureStorageSpec) {
	spec.ServiceURL = away(spec.ServiceURL)
	host := spec.AccountName + ".blob." + handover.AzureRealm
	if spec.Realm != "" {
		host = spec.AccountName + ".blob." + spec.Realm
	}
	if spec.ServiceURL != "" {
		parsed, err := url.Parse(spec.ServiceURL)
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Trim(parsed.Path, "/") != "" {
			parsed.Path = "/" + spec.AccountName
		}
		spec.ServiceURL, host = parsed.String(), parsed.Hostname()
	}
	s.buckets = []string{strings.ToLower(host)}
	server := outside.NewAzurite(s.t, spec.AccountName, s.authority)
	server.Container(spec.Container)
	s.proxy.Lead(host, server.Server())
	for _, login := range outside.LoginHosts {
		s.proxy.Lead(login, outside.Login())
	}
}

func (s *surroundings) database(storage *v1alpha1.StorageSpec) {
	switch {
	case storage.Cache == nil:
	case storage.Cache.Redis != nil:
		const databases = 1024
		spec, secret := storage.Cache.Redis, ""
		if spec.CredentialsSecret != "" {
			secret = password
		}
		s.redis = outside.NewRedis(s.t, secret, s.authority)
		if spec.Database != nil {
			*spec.Database %= databases
		}
		switch {
		case spec.Address == "":
		case spec.TLS != nil && defaults.Enabled(spec.TLS.Enabled):
			spec.Address = s.redis.Secure
		default:
			spec.Address = s.redis.Address
		}
	case storage.Cache.DynamoDB != nil:
		spec := storage.Cache.DynamoDB
		spec.Endpoint = away(spec.Endpoint)
		host := "dynamodb." + spec.Region + ".amazonaws.com"
		if strings.HasPrefix(spec.Region, "cn-") {
			host += ".cn"
		}
		if spec.Endpoint != "" {
			if host = hostOf(spec.Endpoint); slices.Contains(s.buckets, host) {
				host = "tables.example.com"
				spec.Endpoint = "https://" + host
			}
		}
		s.proxy.Lead(host, outside.NewDynamoDB(s.t))
	}
}

// members: the store has other pods, which are on their way. Their names can be resolved, as those of Services can.
func (s *surroundings) members(namespace, store string) {
	s.pod.Hosts = map[string]string{}
	_, port := outside.Split(s.t, s.pod.Address())
	for i := range int(*s.spec.Replicas) {
		host := net.IPv4(127, 0, 1, byte(i+1)).String()
		s.pod.Hosts[net.JoinHostPort(names.MemberHost(namespace, store, i), port)] = net.JoinHostPort(host, port)
	}
}

// away is the address under another name if it is on the loopback.
func away(address string) string {
	host := hostOf(address)
	switch parsed := net.ParseIP(host); {
	case host == "localhost":
		return strings.Replace(address, host, "remotehost", 1)
	case parsed == nil || !parsed.IsLoopback():
		return address
	case parsed.To4() != nil:
		return strings.Replace(address, host, "192.0.2.7", 1)
	default:
		return strings.Replace(address, host, "fd00::7", 1)
	}
}

// hostOf is the host of a URL, or of a host with or without a port.
func hostOf(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(parsed.Hostname())
}

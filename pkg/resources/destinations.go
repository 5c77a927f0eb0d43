package resources

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// Destination is what zot or the config agent beside it connects to by TCP.
type Destination struct {
	// Address is an IP address, or empty for any host: a NetworkPolicy knows no names.
	Address string
	// Port is zero where only a Secret or a ConfigMap tells it.
	Port int32
	// Pods is true where a Service of the cluster may lead to pods. These listen where they like, and a NetworkPolicy is about the port
	// of a pod, not that of the Service before it.
	Pods bool
}

const (
	httpPort  = 80
	httpsPort = 443
	socksPort = 1080
)

// Where clouds give a pod an identity. Outside of these clouds nobody is there.
var (
	// The metadata service of Amazon's machines, by IPv4 and IPv6, and the agent of EKS Pod Identity. Roles for service accounts ask
	// Amazon's STS, by https.
	amazonIdentity = []Destination{
		{Port: httpsPort},
		{Address: "169.254.169.254", Port: httpPort},
		{Address: "fd00:ec2::254", Port: httpPort},
		{Address: "169.254.170.23", Port: httpPort},
		{Address: "fd00:ec2::23", Port: httpPort},
	}
	// That of Azure's machines. Workload identity asks Entra, by https.
	azureIdentity = []Destination{{Port: httpsPort}, {Address: "169.254.169.254", Port: httpPort}}
	// Google's metadata server, and where GKE leads its pods instead.
	googleIdentity = []Destination{
		{Port: httpsPort}, {Address: "169.254.169.254", Port: httpPort}, {Address: "169.254.169.252", Port: 988},
	}
)

// Destinations is everything that a store's pods connect to, each once and in a fixed order.
func Destinations(spec v1alpha1.ZotArtifactStoreSpec) []Destination {
	var out []Destination
	storage := spec.Storage
	switch {
	case storage.S3 != nil:
		out = append(out, bucketDestination(storage.S3))
		if !defaults.S3KeysOn(storage.S3) {
			out = append(out, amazonIdentity...)
		}
	case storage.Azure != nil:
		// By https service principals sign in, too, wherever the container is.
		out = append(out, Destination{Port: httpsPort}, destinationOf(cmp.Or(storage.Azure.ServiceURL, "https://")))
		if storage.Azure.CredentialsSecret == "" {
			out = append(out, azureIdentity...)
		}
	case storage.GCP != nil:
		out = append(out, Destination{Port: httpsPort})
		if storage.GCP.CredentialsSecret == "" {
			out = append(out, googleIdentity...)
		}
	}
	out = append(out, cacheDestinations(storage)...)
	if defaults.RBACOn(spec) {
		out = append(out, destinationOf(spec.Extensions.RBAC.Keycloak.URL))
	}
	out = append(out, extensionDestinations(spec)...)
	for _, port := range spec.Networking.NetworkPolicy.EgressPorts {
		out = append(out, Destination{Port: port})
	}
	slices.SortStableFunc(out, func(a, b Destination) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Port, b.Port))
	})
	return unique(out)
}

func cacheDestinations(storage *v1alpha1.StorageSpec) []Destination {
	switch {
	case storage.Cache == nil:
		return nil
	case storage.Cache.Redis != nil:
		if storage.Cache.Redis.Address == "" {
			return []Destination{{}}
		}
		return []Destination{destinationOf("redis://" + storage.Cache.Redis.Address)}
	case storage.Cache.DynamoDB != nil:
		out := []Destination{destinationOf(cmp.Or(storage.Cache.DynamoDB.Endpoint, "https://"))}
		ownKeys := storage.Cache.DynamoDB.CredentialsSecret != "" || defaults.S3KeysOn(storage.S3)
		if !ownKeys {
			out = append(out, amazonIdentity...)
		}
		return out
	}
	return nil
}

// extensionDestinations are other registries: those that are copied from, and those of the databases of vulnerabilities.
func extensionDestinations(spec v1alpha1.ZotArtifactStoreSpec) []Destination {
	var out []Destination
	if defaults.SyncOn(spec) {
		for _, registry := range spec.Extensions.Sync.Registries {
			for _, address := range registry.URLs {
				out = append(out, destinationOf(address))
			}
		}
	}
	if defaults.CVEOn(spec) {
		cve := spec.Extensions.Search.CVE
		out = append(out, destinationOf("https://"+cve.DBRepository), destinationOf("https://"+cve.JavaDBRepository))
	}
	return out
}

func bucketDestination(s3 *v1alpha1.S3StorageSpec) Destination {
	if s3.ObjectBucketClaim != "" && s3.Endpoint == "" {
		return Destination{} // A ConfigMap tells it.
	}
	return s3Destination(s3.Endpoint)
}

func s3Destination(endpoint string) Destination {
	parsed, err := defaults.S3Endpoint(endpoint)
	if err != nil {
		return Destination{} // A rule refuses it.
	}
	return destination(parsed)
}

// destinationOf an address, whose scheme tells the port where it names none.
func destinationOf(address string) Destination {
	parsed, err := url.Parse(address)
	if err != nil {
		return Destination{} // A rule refuses it.
	}
	return destination(parsed)
}

func destination(address *url.URL) Destination {
	out := Destination{Port: httpsPort, Pods: maybeService(address.Hostname())}
	switch address.Scheme {
	case "http":
		out.Port = httpPort
	case "socks5", "socks5h":
		out.Port = socksPort
	}
	if number, err := strconv.ParseUint(address.Port(), 10, 16); err == nil {
		out.Port = int32(number)
	}
	return out
}

// maybeService is true for the forms in which pods write the name of a Service. One with its namespace alone looks like a domain.
func maybeService(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return false
	}
	return len(labels) <= 2 || labels[2] == "svc"
}

package resources

import (
	"cmp"
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
	// Port is zero where only a Secret tells it.
	Port int32
}

const (
	httpPort  = 80
	httpsPort = 443
)

// Where clouds give a pod an identity. Outside of these clouds nobody is there.
var (
	// The metadata service of Amazon's machines, by IPv4 and IPv6, and the agent of EKS Pod Identity. Roles for service accounts ask
	// Amazon's STS, by https.
	amazonIdentity = []Destination{
		{"", httpsPort},
		{"169.254.169.254", httpPort}, {"fd00:ec2::254", httpPort},
		{"169.254.170.23", httpPort}, {"fd00:ec2::23", httpPort},
	}
	// That of Azure's machines. Workload identity asks Entra, by https.
	azureIdentity = []Destination{{"", httpsPort}, {"169.254.169.254", httpPort}}
	// Google's metadata server, and where GKE leads its pods instead.
	googleIdentity = []Destination{{"", httpsPort}, {"169.254.169.254", httpPort}, {"169.254.169.252", 988}}
)

// Destinations is everything that a store's pods connect to, each once and in a fixed order.
func Destinations(spec v1alpha1.ZotArtifactStoreSpec) []Destination {
	var out []Destination
	storage := spec.Storage
	switch {
	case storage.S3 != nil:
		out = append(out, Destination{Port: s3Port(storage.S3.Endpoint)})
		if storage.S3.AccessKeySecret == "" {
			out = append(out, amazonIdentity...)
		}
	case storage.Azure != nil:
		out = append(out, Destination{Port: httpsPort})
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
		out = append(out, Destination{Port: portOf(spec.Extensions.RBAC.Keycloak.URL)})
	}
	for _, port := range spec.Networking.NetworkPolicy.EgressPorts {
		out = append(out, Destination{Port: port})
	}
	slices.SortFunc(out, func(a, b Destination) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Port, b.Port))
	})
	return slices.Compact(out)
}

func cacheDestinations(storage *v1alpha1.StorageSpec) []Destination {
	switch {
	case storage.Cache == nil:
		return nil
	case storage.Cache.Redis != nil:
		_, port, _ := strings.Cut(storage.Cache.Redis.Address, ":")
		number, _ := strconv.ParseUint(port, 10, 16)
		return []Destination{{Port: int32(number)}}
	case storage.Cache.DynamoDB != nil:
		out := []Destination{{Port: portOf(cmp.Or(storage.Cache.DynamoDB.Endpoint, "https://"))}}
		ownKeys := storage.Cache.DynamoDB.CredentialsSecret != "" || storage.S3 != nil && storage.S3.AccessKeySecret != ""
		if !ownKeys {
			out = append(out, amazonIdentity...)
		}
		return out
	}
	return nil
}

func s3Port(endpoint string) int32 {
	parsed, err := defaults.S3Endpoint(endpoint)
	if err != nil {
		return 0 // A rule refuses it.
	}
	return port(parsed)
}

// portOf an address by its scheme, where it names none.
func portOf(address string) int32 {
	parsed, err := url.Parse(address)
	if err != nil {
		return 0 // A rule refuses it.
	}
	return port(parsed)
}

func port(address *url.URL) int32 {
	if number, err := strconv.ParseUint(address.Port(), 10, 16); err == nil {
		return int32(number)
	}
	if address.Scheme == "http" {
		return httpPort
	}
	return httpsPort
}

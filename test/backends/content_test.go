package backends

import (
	"net"
	"net/url"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/outside"
)

// The bucket of every ObjectBucketClaim.
const (
	claimedBucket = "claimed-1"
	claimedRegion = "eu-central-2"
)

// fill puts the values that are asked for into the Secrets and ConfigMaps that are named, each under one of the keys that are looked for.
func (s *surroundings) fill(store *v1alpha1.ZotArtifactStore, credential handover.Credential) {
	for _, source := range credential.Sources {
		value := s.value(store, credential, source)
		if value == "" {
			continue
		}
		name := source.Secret + source.ConfigMap
		put := s.pod.Secret
		if source.ConfigMap != "" {
			put = s.pod.ConfigMap
		}
		put(name, map[string]string{source.Keys[len(name)%len(source.Keys)]: value})
	}
}

// value is what a Secret or a ConfigMap holds for a source, and nothing where another source serves in its place. Of what can be had in
// two ways, each serves some stores, by the length of the Secret's name.
func (s *surroundings) value(store *v1alpha1.ZotArtifactStore, credential handover.Credential, source handover.Source) string {
	first := len(source.Secret)%2 == 0
	switch credential.Kind {
	case handover.KindAzure:
		return azureValue(source.Purpose, first)
	case handover.KindRedis:
		return s.redisValue(credential, source.Purpose, first)
	case handover.KindObjectBucketClaim:
		return s.claimValue(source.Purpose)
	case handover.KindTLS:
		return s.certificateValue(store, source.Purpose)
	default:
	}
	switch source.Purpose {
	case handover.PurposeAccessKey:
		return outside.S3Key
	case handover.PurposeSecretKey:
		return outside.S3Secret
	case handover.PurposeKeyFile:
		return s.google.KeyFile
	case handover.PurposeUsers:
		return "ann:$5$saltsalt$Xrzp1lrdTubHSU4u0iqRxZwBPbSpWgYCCIE1mGPjVM4\n"
	case handover.PurposeTrustCosign:
		return "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAVZYGMlX5ezpNq6NyD68bwajGYFnIebo7G60/gxotz98=\n-----END PUBLIC KEY-----\n"
	case handover.PurposeCertificates, handover.PurposeTrustCA, handover.PurposeTrustSigningAuthority, handover.PurposeTrustTSA:
		return s.authority.Certificate
	case handover.PurposeHashKey, handover.PurposeEncryptKey:
		return "" // The operator's own.
	default:
		return password
	}
}

func azureValue(purpose handover.Purpose, key bool) string {
	switch {
	case purpose == handover.PurposeAccountKey && key:
		return outside.AzureKey
	case key || purpose == handover.PurposeAccountKey:
		return ""
	case purpose == handover.PurposeTenantID:
		return outside.AzureTenant
	case purpose == handover.PurposeClientID:
		return outside.AzureClient
	default:
		return outside.AzureSecret
	}
}

// redisValue is a URL where the spec has no address, and for some others, with or without TLS.
func (s *surroundings) redisValue(credential handover.Credential, purpose handover.Purpose, first bool) string {
	asURL := credential.Redis.Address == "" || first
	switch {
	case purpose == handover.PurposeURL && asURL:
		out := url.URL{Scheme: "redis", User: url.UserPassword("default", password), Host: s.redis.Address, Path: "/2"}
		if first {
			out.Scheme, out.Host = "rediss", s.redis.Secure
		}
		return out.String()
	case asURL:
		return ""
	case purpose == handover.PurposePassword:
		return password
	case purpose == handover.PurposeUsername:
		return "default"
	}
	return ""
}

func (s *surroundings) claimValue(purpose handover.Purpose) string {
	host, port := outside.Split(s.t, s.claimed)
	return map[handover.Purpose]string{
		handover.PurposeBucket: claimedBucket, handover.PurposeRegion: claimedRegion, handover.PurposeHost: host, handover.PurposePort: port,
		handover.PurposeAccessKey: outside.S3Key, handover.PurposeSecretKey: outside.S3Secret,
	}[purpose]
}

// certificateValue makes one certificate for the store.
func (s *surroundings) certificateValue(store *v1alpha1.ZotArtifactStore, purpose handover.Purpose) string {
	if s.certificate == "" {
		host, _, err := net.SplitHostPort(s.pod.Address())
		if err == nil {
			s.certificate, s.key, err = s.authority.Issue(names.Host(store.Namespace, store.Name), host)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	switch purpose {
	case handover.PurposeCertificate:
		return s.certificate
	case handover.PurposePrivateKey:
		return s.key
	default:
		return s.authority.Certificate
	}
}

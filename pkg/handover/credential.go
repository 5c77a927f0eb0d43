package handover

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says what a credential is turned into.
type Kind string

// The kinds of credentials. A changed value of those that zot reads only at its start restarts zot.
const (
	// KindAWS becomes an AWS shared credentials file at AWSPath. Purposes: access-key, secret-key.
	KindAWS Kind = "aws-shared-credentials"
	// KindObjectBucketClaim becomes the same file as KindAWS, and fields of storage.storageDriver: bucket, regionendpoint with
	// secure, and region. Purposes: bucket, access-key and secret-key; host and port where the document has no endpoint, region
	// where it has none.
	KindObjectBucketClaim Kind = "object-bucket-claim"
	// KindAzure becomes fields of storage.storageDriver. Purposes: account-key, or tenant-id, client-id and client-secret;
	// the account key wins if the Secret holds both.
	KindAzure Kind = "azure"
	// KindGCS becomes a file at GCSPath, named by storage.storageDriver.keyfile. Purpose: key-file.
	KindGCS Kind = "gcs-key-file"
	// KindOIDC becomes a file at OIDCPath, named by http.auth.openid.providers.oidc.credentialsFile. Purpose: client-secret;
	// the client ID is no secret and part of the credential.
	KindOIDC Kind = "oidc-client"
	// KindRedis becomes fields of storage.cacheDriver. Purposes: url, or password and, optional, username; the url wins. Redis
	// says where the server is when the Secret holds no url.
	KindRedis Kind = "redis"
	// KindHTPasswd becomes a file at HTPasswdPath, which the boot document names. Purpose: users. zot reloads it.
	KindHTPasswd Kind = "htpasswd"
	// KindTLS becomes the files at TLSCertPath and TLSKeyPath, which the boot document names. Purposes: certificate,
	// private-key and, optional, authority, which follows the certificate in its file. zot reloads them.
	KindTLS Kind = "tls"
	// KindCA becomes a file in CADir, which zot's environment names, see CAEnv. Purpose: certificates.
	KindCA Kind = "ca-bundle"
	// KindSessionKeys becomes a file at SessionKeysPath, which the boot document names. Purposes: hash-key, encrypt-key.
	KindSessionKeys Kind = "session-keys"
	// KindSync becomes a file at SyncPath, named by extensions.sync.credentialsFile. Purposes, for each host that a Source names:
	// registry-username, registry-password. zot reads it whenever it reads its configuration.
	KindSync Kind = "sync-credentials"
	// KindTrust becomes files in DataDir, where zot looks for them whenever it checks a signature: see TrustDirs. Purposes: any of those
	// that begin with trust, also none, so that what was trusted before is not any more.
	KindTrust Kind = "trust"
)

// Purpose says which value of a credential a source gives.
type Purpose string

// The purposes of sources.
const (
	PurposeAccessKey    Purpose = "access-key"
	PurposeSecretKey    Purpose = "secret-key"
	PurposeAccountKey   Purpose = "account-key"
	PurposeTenantID     Purpose = "tenant-id"
	PurposeClientID     Purpose = "client-id"
	PurposeClientSecret Purpose = "client-secret"
	PurposeKeyFile      Purpose = "key-file"
	PurposeURL          Purpose = "url"
	PurposeUsername     Purpose = "username"
	PurposePassword     Purpose = "password"
	PurposeUsers        Purpose = "users"
	PurposeCertificate  Purpose = "certificate"
	PurposePrivateKey   Purpose = "private-key"
	PurposeAuthority    Purpose = "authority"
	PurposeCertificates Purpose = "certificates"
	PurposeHashKey      Purpose = "hash-key"
	PurposeEncryptKey   Purpose = "encrypt-key"

	PurposeRegistryUsername Purpose = "registry-username"
	PurposeRegistryPassword Purpose = "registry-password"

	PurposeTrustCosign           Purpose = "trust-cosign"
	PurposeTrustCA               Purpose = "trust-notation-ca"
	PurposeTrustSigningAuthority Purpose = "trust-notation-signing-authority"
	PurposeTrustTSA              Purpose = "trust-notation-tsa"

	PurposeBucket Purpose = "bucket"
	PurposeHost   Purpose = "host"
	PurposePort   Purpose = "port"
	PurposeRegion Purpose = "region"
)

// Credential is a request to the agent: take these values and give them to zot.
type Credential struct {
	Kind Kind `json:"kind"`
	// ClientID is the literal client ID of KindOIDC.
	ClientID string `json:"clientId,omitempty"`
	// Redis is the server of KindRedis.
	Redis   *RedisServer `json:"redis,omitempty"`
	Sources []Source     `json:"sources"`
}

// Source names a value in a Secret or a ConfigMap.
type Source struct {
	// Secret is the Secret's name in the store's namespace, mounted at SecretDir.
	Secret string `json:"secret,omitempty"`
	// ConfigMap is set in place of Secret for what is no secret; it is mounted at ConfigMapDir.
	ConfigMap string  `json:"configMap,omitempty"`
	Purpose   Purpose `json:"purpose"`
	// Host is the host, with its port if the URL has one, that the value is for, of KindSync alone.
	Host string `json:"host,omitempty"`
	// Keys of the Secret in search order: the first one that exists gives the value.
	Keys []string `json:"keys"`
	// OnlyKey allows the Secret's key if it holds exactly one and none of Keys.
	OnlyKey bool `json:"onlyKey,omitempty"`
}

// Find gives the source with that purpose.
func (c Credential) Find(purpose Purpose) (Source, bool) {
	for _, source := range c.Sources {
		if source.Purpose == purpose {
			return source, true
		}
	}
	return Source{}, false
}

// AWS is the credential for S3 from two Secrets, which may be the same one.
func AWS(accessKeySecret, secretKeySecret string) Credential {
	// In one Secret for both, an only key would be taken for both values.
	separate := accessKeySecret != secretKeySecret
	return Credential{Kind: KindAWS, Sources: []Source{
		{
			Secret: accessKeySecret, Purpose: PurposeAccessKey, OnlyKey: separate,
			Keys: []string{"AWS_ACCESS_KEY_ID", "access-key", "accessKey", "access_key"},
		},
		{
			Secret: secretKeySecret, Purpose: PurposeSecretKey, OnlyKey: separate,
			Keys: []string{"AWS_SECRET_ACCESS_KEY", "secret-key", "secretKey", "secret_key"},
		},
	}}
}

// ObjectBucketClaim is a bucket with its keys, from the ConfigMap and the Secret that bear the name of the claim. Where the bucket is
// and its region come from there only if they are asked for.
func ObjectBucketClaim(claim string, host, region bool) Credential {
	out := Credential{Kind: KindObjectBucketClaim, Sources: []Source{
		{ConfigMap: claim, Purpose: PurposeBucket, Keys: []string{"BUCKET_NAME"}},
		{Secret: claim, Purpose: PurposeAccessKey, Keys: []string{"AWS_ACCESS_KEY_ID"}},
		{Secret: claim, Purpose: PurposeSecretKey, Keys: []string{"AWS_SECRET_ACCESS_KEY"}},
	}}
	if host {
		out.Sources = append(out.Sources, Source{ConfigMap: claim, Purpose: PurposeHost, Keys: []string{"BUCKET_HOST"}},
			Source{ConfigMap: claim, Purpose: PurposePort, Keys: []string{"BUCKET_PORT"}})
	}
	if region {
		out.Sources = append(out.Sources, Source{ConfigMap: claim, Purpose: PurposeRegion, Keys: []string{"BUCKET_REGION"}})
	}
	return out
}

// Azure is the credential for Azure Blob Storage: an account key or a service principal, as the Secret holds.
func Azure(secret string) Credential {
	source := func(purpose Purpose, keys ...string) Source {
		return Source{Secret: secret, Purpose: purpose, Keys: keys}
	}
	return Credential{Kind: KindAzure, Sources: []Source{
		source(PurposeAccountKey, "accountKey", "account-key", "account_key", "AZURE_STORAGE_KEY"),
		source(PurposeTenantID, "tenantId", "tenant-id", "tenant_id", "AZURE_TENANT_ID"),
		source(PurposeClientID, "clientId", "client-id", "client_id", "AZURE_CLIENT_ID"),
		source(PurposeClientSecret, "clientSecret", "client-secret", "client_secret", "AZURE_CLIENT_SECRET"),
	}}
}

// GCS is the credential for Google Cloud Storage: a service account's key file.
func GCS(secret string) Credential {
	return Credential{Kind: KindGCS, Sources: []Source{{
		Secret: secret, Purpose: PurposeKeyFile, OnlyKey: true,
		Keys: []string{"credentials.json", "key.json", "service-account.json"},
	}}}
}

// OIDC is the credential of zot as a client of an OpenID Connect provider.
func OIDC(clientID, secret string) Credential {
	return Credential{Kind: KindOIDC, ClientID: clientID, Sources: []Source{{
		Secret: secret, Purpose: PurposeClientSecret, OnlyKey: true,
		Keys: []string{"client-secret", "clientSecret", "secret", "OIDC_CLIENT_SECRET"},
	}}}
}

// Redis is the credential for a redis. The Secret holds a URL, or what a URL is made of.
func Redis(server RedisServer, secret string) Credential {
	return Credential{Kind: KindRedis, Redis: &server, Sources: []Source{
		{Secret: secret, Purpose: PurposeURL, Keys: []string{"url", "REDIS_URL"}},
		{Secret: secret, Purpose: PurposePassword, Keys: []string{"password", "redis-password", "REDIS_PASSWORD"}},
		{Secret: secret, Purpose: PurposeUsername, Keys: []string{"username", "redis-username", "REDIS_USERNAME"}},
	}}
}

// HTPasswd is the file of users that may sign in.
func HTPasswd(secret string) Credential {
	return Credential{Kind: KindHTPasswd, Sources: []Source{{
		Secret: secret, Purpose: PurposeUsers, OnlyKey: true, Keys: []string{"htpasswd", "auth", "users"},
	}}}
}

// TLS is zot's certificate and its private key, from two Secrets, which may be the same one.
func TLS(certSecret, keySecret string) Credential {
	separate := certSecret != keySecret
	return Credential{Kind: KindTLS, Sources: []Source{
		{Secret: certSecret, Purpose: PurposeCertificate, OnlyKey: separate, Keys: []string{"tls.crt", "cert", "cert.pem"}},
		{Secret: keySecret, Purpose: PurposePrivateKey, OnlyKey: separate, Keys: []string{"tls.key", "key", "key.pem"}},
	}}
}

// WithAuthority gives the TLS credential the certificate of its authority, too, where the Secret of the certificate holds it as that of
// cert-manager does. Who trusts the file then trusts the next certificate of that authority before it has it.
func WithAuthority(certificate Credential) Credential {
	from, _ := certificate.Find(PurposeCertificate)
	certificate.Sources = append(slices.Clone(certificate.Sources), Source{
		Secret: from.Secret, Purpose: PurposeAuthority, Keys: []string{"ca.crt"},
	})
	return certificate
}

// CA are the certificates of authorities, from a Secret or a ConfigMap: one of the names is empty.
func CA(secret, configMap string) Credential {
	return Credential{Kind: KindCA, Sources: []Source{{
		Secret: secret, ConfigMap: configMap, Purpose: PurposeCertificates, OnlyKey: true,
		Keys: []string{"ca.crt", "ca-bundle.crt", "tls-ca-bundle.pem", "service-ca.crt"},
	}}}
}

// Keys of the Secret with session keys, which the operator makes.
const (
	SessionHashKey    = "hash-key"
	SessionEncryptKey = "encrypt-key"
)

// SessionKeys are the keys with which zot signs and encrypts the cookies of those who are signed in.
func SessionKeys(secret string) Credential {
	return Credential{Kind: KindSessionKeys, Sources: []Source{
		{Secret: secret, Purpose: PurposeHashKey, Keys: []string{SessionHashKey}},
		{Secret: secret, Purpose: PurposeEncryptKey, Keys: []string{SessionEncryptKey}},
	}}
}

// RegistryUser is a registry that zot copies from, and the Secret with the user that it signs in as.
type RegistryUser struct{ Host, Secret string }

// Sync are the users with which zot signs in at other registries, one for each host.
func Sync(users []RegistryUser) Credential {
	out := Credential{Kind: KindSync}
	for _, user := range users {
		out.Sources = append(out.Sources,
			Source{Secret: user.Secret, Purpose: PurposeRegistryUsername, Host: user.Host, Keys: []string{"username"}},
			Source{Secret: user.Secret, Purpose: PurposeRegistryPassword, Host: user.Host, Keys: []string{"password"}})
	}
	return out
}

// TrustedKey is the source of a public key of cosign, from a Secret or a ConfigMap: one of the names is empty. Without a key the usual
// ones are looked for.
func TrustedKey(secret, configMap, key string) Source {
	return trusted(PurposeTrustCosign, secret, configMap, key, "cosign.pub")
}

// TrustedAuthority is the source of certificates for notation, as TrustedKey. The purpose says what they answer for.
func TrustedAuthority(purpose Purpose, secret, configMap, key string) Source {
	return trusted(purpose, secret, configMap, key, "ca.crt", "tls.crt")
}

func trusted(purpose Purpose, secret, configMap, key string, usual ...string) Source {
	if key != "" {
		return Source{Secret: secret, ConfigMap: configMap, Purpose: purpose, Keys: []string{key}}
	}
	return Source{Secret: secret, ConfigMap: configMap, Purpose: purpose, Keys: usual, OnlyKey: true}
}

// Trust is all that signatures are checked against.
func Trust(sources []Source) Credential { return Credential{Kind: KindTrust, Sources: sources} }

// purposes are the sources that each kind must have.
var purposes = map[Kind][]Purpose{
	KindAWS: {PurposeAccessKey, PurposeSecretKey},

	KindObjectBucketClaim: {PurposeBucket, PurposeAccessKey, PurposeSecretKey},

	KindAzure: {PurposeAccountKey, PurposeTenantID, PurposeClientID, PurposeClientSecret},
	KindGCS:   {PurposeKeyFile},
	KindOIDC:  {PurposeClientSecret},

	KindRedis:       {PurposeURL, PurposePassword, PurposeUsername},
	KindHTPasswd:    {PurposeUsers},
	KindTLS:         {PurposeCertificate, PurposePrivateKey},
	KindCA:          {PurposeCertificates},
	KindSessionKeys: {PurposeHashKey, PurposeEncryptKey},
	KindSync:        {PurposeRegistryUsername, PurposeRegistryPassword},
	KindTrust:       {},
}

func validateCredentials(credentials []Credential) error {
	seen := map[Kind]bool{}
	for _, credential := range credentials {
		if err := credential.validate(); err != nil {
			return err
		}
		place := credential.Kind
		if place == KindObjectBucketClaim {
			place = KindAWS
		}
		if seen[place] {
			return fmt.Errorf("credential kind %q occurs twice: both would be written to the same place", place)
		}
		seen[place] = true
	}
	return nil
}

func (c Credential) validate() error {
	needed, ok := purposes[c.Kind]
	if !ok {
		return fmt.Errorf("credential kind %q is unknown, supported are %q", c.Kind, slices.Sorted(maps.Keys(purposes)))
	}
	if c.Kind == KindOIDC && c.ClientID == "" {
		return fmt.Errorf("credential %q has no client ID", c.Kind)
	}
	if c.Kind == KindRedis {
		if c.Redis == nil {
			return fmt.Errorf("credential %q has no server", c.Kind)
		}
		if err := c.Redis.validate(); err != nil {
			return fmt.Errorf("credential %q: %w", c.Kind, err)
		}
	}
	for _, purpose := range needed {
		if _, ok := c.Find(purpose); !ok {
			return fmt.Errorf("credential %q has no source for purpose %q", c.Kind, purpose)
		}
	}
	for _, source := range c.Sources {
		if err := c.fits(source); err != nil {
			return fmt.Errorf("credential %q: %w", c.Kind, err)
		}
	}
	return nil
}

// fits says whether a credential of this kind can have such a source.
func (c Credential) fits(source Source) error {
	if err := source.validate(); err != nil {
		return err
	}
	if (source.Host != "") != (c.Kind == KindSync) {
		return fmt.Errorf("it has host %q, and only what is for registries names one", source.Host)
	}
	if _, ok := TrustDirs[source.Purpose]; ok != (c.Kind == KindTrust) {
		return fmt.Errorf("it cannot have a source for purpose %q", source.Purpose)
	}
	if source.ConfigMap != "" && !public(c.Kind, source.Purpose) {
		return fmt.Errorf("ConfigMap %q cannot be its source, as it is secret", source.ConfigMap)
	}
	return nil
}

// public is what may be in a ConfigMap.
func public(kind Kind, purpose Purpose) bool {
	switch purpose {
	case PurposeBucket, PurposeHost, PurposePort, PurposeRegion:
		return kind == KindObjectBucketClaim
	default:
		return kind == KindCA || kind == KindTrust
	}
}

func (s Source) validate() error {
	if (s.Secret == "") == (s.ConfigMap == "") {
		return errors.New("a source must name a Secret or a ConfigMap, and not both")
	}
	if name := s.Secret + s.ConfigMap; !isFileName(name) {
		return fmt.Errorf("%q is no name of a Secret or ConfigMap", name)
	}
	for _, key := range s.Keys {
		if !isFileName(key) {
			return fmt.Errorf("%q is no key of a Secret or ConfigMap", key)
		}
	}
	return nil
}

// isFileName guards the agent's reads: names and keys become parts of paths.
func isFileName(name string) bool {
	return name != "" && name != "." && !strings.HasPrefix(name, "..") && !strings.ContainsAny(name, "/\x00")
}

package handover

import (
	"fmt"
	"strings"
)

// Kind says what a credential is turned into.
type Kind string

// The kinds of credentials. zot reloads none of them: a changed value restarts zot.
const (
	// KindAWS becomes an AWS shared credentials file at AWSPath. Purposes: access-key, secret-key.
	KindAWS Kind = "aws-shared-credentials"
	// KindAzure becomes fields of storage.storageDriver. Purposes: account-key, or tenant-id, client-id and client-secret;
	// the account key wins if the Secret holds both.
	KindAzure Kind = "azure"
	// KindGCS becomes a file at GCSPath, named by storage.storageDriver.keyfile. Purpose: key-file.
	KindGCS Kind = "gcs-key-file"
	// KindOIDC becomes a file at OIDCPath, named by http.auth.openid.providers.oidc.credentialsFile. Purpose: client-secret;
	// the client ID is no secret and part of the credential.
	KindOIDC Kind = "oidc-client"
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
)

// Credential is a request to the agent: take these values and give them to zot.
type Credential struct {
	Kind Kind `json:"kind"`
	// ClientID is the literal client ID of KindOIDC.
	ClientID string   `json:"clientId,omitempty"`
	Sources  []Source `json:"sources"`
}

// Source names a value in a Secret.
type Source struct {
	// Secret is the Secret's name in the store's namespace, mounted at SecretDir.
	Secret  string  `json:"secret"`
	Purpose Purpose `json:"purpose"`
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

// purposes are the sources that each kind must have.
var purposes = map[Kind][]Purpose{
	KindAWS:   {PurposeAccessKey, PurposeSecretKey},
	KindAzure: {PurposeAccountKey, PurposeTenantID, PurposeClientID, PurposeClientSecret},
	KindGCS:   {PurposeKeyFile},
	KindOIDC:  {PurposeClientSecret},
}

func validateCredentials(credentials []Credential) error {
	seen := map[Kind]bool{}
	for _, credential := range credentials {
		if err := credential.validate(); err != nil {
			return err
		}
		if seen[credential.Kind] {
			return fmt.Errorf("credential kind %q occurs twice: both would be written to the same place", credential.Kind)
		}
		seen[credential.Kind] = true
	}
	return nil
}

func (c Credential) validate() error {
	needed, ok := purposes[c.Kind]
	if !ok {
		return fmt.Errorf("credential kind %q is unknown, supported are %q, %q, %q, %q",
			c.Kind, KindAWS, KindAzure, KindGCS, KindOIDC)
	}
	if c.Kind == KindOIDC && c.ClientID == "" {
		return fmt.Errorf("credential %q has no client ID", c.Kind)
	}
	for _, purpose := range needed {
		if _, ok := c.Find(purpose); !ok {
			return fmt.Errorf("credential %q has no source for purpose %q", c.Kind, purpose)
		}
	}
	for _, source := range c.Sources {
		if !isFileName(source.Secret) {
			return fmt.Errorf("credential %q: %q is no Secret name", c.Kind, source.Secret)
		}
		for _, key := range source.Keys {
			if !isFileName(key) {
				return fmt.Errorf("credential %q: %q is no key of a Secret", c.Kind, key)
			}
		}
	}
	return nil
}

// isFileName guards the agent's reads: names and keys become parts of paths.
func isFileName(name string) bool {
	return name != "" && name != "." && !strings.HasPrefix(name, "..") && !strings.ContainsAny(name, "/\x00")
}

package zotconfig_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestAuth(t *testing.T) {
	keys := "/run/zot/session-keys.json"
	users := map[string]any{"path": "/run/zot/htpasswd"}
	tls := &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "certificate"}}
	for name, tc := range map[string]struct {
		spec v1alpha1.ZotArtifactStoreSpec
		want any
	}{
		"nobody": {v1alpha1.ZotArtifactStoreSpec{ExternalURL: "https://registry.example.com"}, nil},
		"users": {
			v1alpha1.ZotArtifactStoreSpec{Auth: htpasswd()}, map[string]any{"htpasswd": users, "sessionKeysFile": keys},
		},
		"cookies for https alone": {
			v1alpha1.ZotArtifactStoreSpec{Auth: htpasswd(), ExternalURL: "HTTPS://registry.example.com"},
			map[string]any{"htpasswd": users, "sessionKeysFile": keys, "secureSession": true},
		},
		"http is no https": {
			v1alpha1.ZotArtifactStoreSpec{Auth: htpasswd(), ExternalURL: "http://registry.example.com"},
			map[string]any{"htpasswd": users, "sessionKeysFile": keys},
		},
		"with TLS of its own zot sees to that": {
			v1alpha1.ZotArtifactStoreSpec{Auth: htpasswd(), ExternalURL: "https://registry.example.com", HTTP: tls},
			map[string]any{"htpasswd": users, "sessionKeysFile": keys},
		},
	} {
		if diff := cmp.Diff(tc.want, at(t, tc.spec, "http.auth")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// An older zot does not start with a key that it does not know.
func TestTimeoutsByVersion(t *testing.T) {
	for tag, want := range map[string]any{"v2.1.16": nil, "v2.1.17": "0s", "latest": "0s"} {
		spec := v1alpha1.ZotArtifactStoreSpec{Image: &v1alpha1.ImageSpec{Tag: tag}}
		for _, key := range []string{"http.readTimeout", "http.writeTimeout"} {
			if got := at(t, spec, key); got != want {
				t.Errorf("%s of zot %s: %v, want %v", key, tag, got, want)
			}
		}
	}
}

func TestCredentials(t *testing.T) {
	keys := func(s *v1alpha1.S3StorageSpec) { s.AccessKeySecret, s.SecretKeySecret = "user", "password" }
	dynamoDB := v1alpha1.CacheSpec{
		Type: v1alpha1.CacheDynamoDB, DynamoDB: &v1alpha1.DynamoDBCacheSpec{Region: "eu-west-1", CredentialsSecret: "dynamodb"},
	}
	all := s3(keys)
	all.Storage.Cache = &v1alpha1.CacheSpec{
		Type: v1alpha1.CacheRedis, Redis: &v1alpha1.RedisCacheSpec{Address: "redis:6379", CredentialsSecret: "redis"},
	}
	all.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "certificate"}}
	all.CABundle = &v1alpha1.CABundleSpec{ConfigMapName: "authorities"}
	all.Auth = htpasswd()
	all.Extensions = signedInWithKeycloak().Extensions
	both := s3(keys)
	both.Storage.Cache = &dynamoDB

	for name, tc := range map[string]struct {
		spec v1alpha1.ZotArtifactStoreSpec
		want []handover.Credential
	}{
		"none": {v1alpha1.ZotArtifactStoreSpec{}, nil},
		"S3":   {s3(keys), []handover.Credential{handover.AWS("user", "password")}},
		"all, in the order that never changes": {all, []handover.Credential{
			handover.AWS("user", "password"), handover.Redis(handover.RedisServer{Address: "redis:6379"}, "redis"), handover.HTPasswd("users"),
			handover.TLS("certificate", "certificate"), handover.CA("", "authorities"), handover.OIDC("zot", "keycloak"),
			handover.SessionKeys("store-session-keys"),
		}},
		"DynamoDB":                      {withCache(dynamoDB), []handover.Credential{handover.AWS("dynamodb", "dynamodb")}},
		"S3's keys serve DynamoDB, too": {both, []handover.Credential{handover.AWS("user", "password")}},
		"TLS off": {v1alpha1.ZotArtifactStoreSpec{
			HTTP: &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{Enabled: new(false), CertSecretName: "certificate"}},
		}, nil},
	} {
		got := render(t, defaults.Effective(tc.spec, defaults.Upstream())).Credentials
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What the configuration names and no credential brings would be missing when zot starts, and the other way round it would be
// brought for nothing.
func TestFilesAreBrought(t *testing.T) {
	brought := map[handover.Kind][]string{
		handover.KindHTPasswd:    {handover.HTPasswdPath},
		handover.KindTLS:         {handover.TLSCertPath, handover.TLSKeyPath},
		handover.KindSessionKeys: {handover.SessionKeysPath},
		handover.KindOIDC:        {handover.OIDCPath},
	}
	rapid.Check(t, func(t *rapid.T) {
		documents := render(t, fixtures.EffectiveSpec().Draw(t, "spec"))
		var kinds []handover.Kind
		for _, credential := range documents.Credentials {
			kinds = append(kinds, credential.Kind)
		}
		for kind, files := range brought {
			for _, file := range files {
				named := strings.Contains(string(documents.Boot), `"`+file+`"`)
				if named != slices.Contains(kinds, kind) {
					t.Fatalf("%s: named by the configuration: %v; credentials: %v", file, named, kinds)
				}
			}
		}
	})
}

func signedInWithKeycloak() v1alpha1.ZotArtifactStoreSpec {
	return v1alpha1.ZotArtifactStoreSpec{Extensions: &v1alpha1.ExtensionsSpec{RBAC: &v1alpha1.RBACSpec{Keycloak: &v1alpha1.KeycloakSpec{
		URL: "https://sso.example.com/auth/", Realm: "people", ClientID: "zot", ClientSecretName: "keycloak",
	}}}}
}

// The issuer is the address of the realm, to the letter; API keys keep the registry closed while the agent leaves Keycloak out.
func TestKeycloak(t *testing.T) {
	spec := signedInWithKeycloak()
	want := map[string]any{
		"apikey": true, "sessionKeysFile": handover.SessionKeysPath,
		"openid": map[string]any{"providers": map[string]any{"oidc": map[string]any{
			"name": "Keycloak", "issuer": "https://sso.example.com/auth/realms/people", "credentialsFile": handover.OIDCPath,
			"scopes":       []any{"openid", "profile", "email"},
			"claimMapping": map[string]any{"username": "preferred_username", "groups": "groups"},
		}}},
	}
	if diff := cmp.Diff(any(want), at(t, spec, "http.auth")); diff != "" {
		t.Error(diff)
	}
	pages := map[string]any{"search": map[string]any{"enable": true}, "ui": map[string]any{"enable": true}}
	if diff := cmp.Diff(any(pages), at(t, spec, "extensions")); diff != "" {
		t.Error(diff)
	}
	spec.Extensions.RBAC.Enabled = new(false)
	if got := at(t, spec, "http.auth"); got != nil {
		t.Errorf("switched off, and rendered: %v", got)
	}
}

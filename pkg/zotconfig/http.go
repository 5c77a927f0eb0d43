package zotconfig

import (
	"strconv"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// listener renders what of "http" zot reads only at its start.
func listener(spec v1alpha1.ZotArtifactStoreSpec) *HTTP {
	out := &HTTP{
		Address:     "0.0.0.0",
		Port:        strconv.Itoa(int(*spec.HTTP.Port)),
		ExternalURL: spec.ExternalURL,
		// What `docker push` sends by default; without it zot answers MANIFEST_INVALID.
		Compat: []string{"docker2s2"},
		Auth:   auth(spec),
	}
	if version.Timeouts.In(spec.Image.Tag) {
		// zot cuts a transfer after 60 s by default, which breaks large layers (zot #4079, #4083, #4140). An older one does not,
		// and does not start with a key that it does not know.
		out.ReadTimeout, out.WriteTimeout = "0s", "0s"
	}
	if defaults.TLSOn(spec) {
		// zot watches both files (pkg/api/tls_config_watcher.go, v2.1.20).
		out.TLS = &TLS{Cert: handover.TLSCertPath, Key: handover.TLSKeyPath}
	}
	return out
}

// auth renders how people and programs sign in. zot watches the password file (pkg/api/htpasswd.go, v2.1.20) and nothing else of
// this.
//
// API keys are not on with a password file alone. zot asks the file nothing when a key is shown (pkg/api/authn.go, basicAuthn,
// v2.1.20): the keys of somebody who was taken out of it would stay good, with the groups of his last sign-in. With Keycloak zot turns
// them on by itself; they are said so all the same, as they keep the registry closed while the agent leaves Keycloak out.
func auth(spec v1alpha1.ZotArtifactStoreSpec) *Auth {
	if !defaults.SignInOn(spec) {
		return nil
	}
	out := &Auth{SessionKeysFile: handover.SessionKeysPath}
	if defaults.HTPasswdOn(spec) {
		out.HTPasswd = &HTPasswd{Path: handover.HTPasswdPath}
	}
	if defaults.RBACOn(spec) {
		out.OpenID = &OpenID{Providers: map[string]OpenIDProvider{provider: keycloak(spec.Extensions.RBAC.Keycloak)}}
		out.APIKey = true
	}
	if behindTLS(spec) {
		out.SecureSession = new(true)
	}
	return out
}

// provider is zot's name for an OpenID Connect provider of any make. People are sent back to /zot/auth/callback/<provider>.
const provider = "oidc"

// keycloak renders the realm as a provider. zot reads its discovery document at the start, and does not start without
// (pkg/api/authn.go, NewRelyingPartyOIDC, v2.1.20): see package agent.
//
// The scopes are those that every realm knows; Keycloak refuses a request with another one. Groups come from a mapper of the client.
func keycloak(given *v1alpha1.KeycloakSpec) OpenIDProvider {
	return OpenIDProvider{
		Name: "Keycloak", Issuer: defaults.Issuer(*given), CredentialsFile: handover.OIDCPath,
		Scopes:       []string{"openid", "profile", "email"},
		ClaimMapping: ClaimMapping{Username: "preferred_username", Groups: "groups"},
	}
}

// behindTLS says whether browsers speak TLS with something before zot. With TLS of its own zot keeps cookies to https by itself.
func behindTLS(spec v1alpha1.ZotArtifactStoreSpec) bool {
	return strings.HasPrefix(strings.ToLower(spec.ExternalURL), "https://") && !defaults.TLSOn(spec)
}

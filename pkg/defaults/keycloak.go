package defaults

import (
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// Issuer is the address of a realm, and what Keycloak calls itself in tokens. Both must be the same, to the letter.
func Issuer(keycloak v1alpha1.KeycloakSpec) string {
	return strings.TrimRight(keycloak.URL, "/") + "/realms/" + keycloak.Realm
}

package resources

import (
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// s3SignIn lets those who sign in with the registry buy keys, by the store's rules. Without rules nobody gets any, and is told so.
func s3SignIn(in Input) *s3gateway.SignIn {
	if !defaults.S3SignInOn(in.Spec) {
		return nil
	}
	keycloak := in.Spec.Extensions.RBAC.Keycloak
	out := &s3gateway.SignIn{Issuer: defaults.Issuer(*keycloak), ClientID: keycloak.ClientID}
	for _, rule := range defaults.S3Access(in.Spec) {
		given := s3gateway.Rule{Users: rule.Users, Groups: rule.Groups, Buckets: rule.Buckets}
		for _, action := range rule.Actions {
			given.Actions = append(given.Actions, s3gateway.Action(action))
		}
		out.Rules = append(out.Rules, given)
	}
	for _, group := range defaults.S3Groups(in.Spec) {
		out.Groups = append(out.Groups, s3gateway.Group{Name: group.Name, Users: group.Users})
	}
	return out
}

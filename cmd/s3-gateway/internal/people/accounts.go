package people

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"
)

// Accounts tells versitygw who calls and what he may do. Root is its own affair; everybody else is a session. All buckets belong to root:
// that of a session would belong to nobody when it ends.
type Accounts struct {
	root   auth.Account
	rights rights
	seals  *seals
	now    func() time.Time
}

var (
	_ auth.IAMService         = (*Accounts)(nil)
	_ auth.SigningKeyProvider = (*Accounts)(nil)
	_ auth.PolicyEvaluator    = (*Accounts)(nil)
	_ auth.FixedBucketOwner   = (*Accounts)(nil)
)

// errExpired is S3's answer to keys whose time is over; versitygw has none.
var errExpired = s3err.APIError{
	Code: "ExpiredToken", Description: "The provided token has expired.", HTTPStatusCode: http.StatusBadRequest,
}

// DeriveSigningKey gives the key with which a session's request is signed. An error answers the request.
func (a *Accounts) DeriveSigningKey(access, sessionToken, date, region, service string) ([]byte, auth.Account, error) {
	if !strings.HasPrefix(access, accessPrefix) && sessionToken == "" {
		return nil, auth.Account{}, auth.ErrNoSuchUser
	}
	found, ok := a.seals.open(access, sessionToken)
	if !ok {
		return nil, auth.Account{}, auth.ErrInvalidSessionToken
	}
	if !a.now().Before(time.Unix(found.Until, 0)) {
		return nil, auth.Account{}, errExpired
	}
	// AWS Signature Version 4: the secret, narrowed to a day, a region and a service.
	key := mac([]byte("AWS4"+a.seals.secret(access)), date)
	for _, part := range []string{region, service, "aws4_request"} {
		key = mac(key, part)
	}
	return key, auth.Account{
		Access: access, Role: auth.RoleUser, SessionToken: sessionToken, IsSession: true, Arn: arn(found.Name, access),
	}, nil
}

// arn names a session as AWS does.
func arn(name, access string) string {
	const role = "arn:aws:sts::000000000000:assumed-role/"
	if name == "" {
		name = "person"
	}
	return role + name + "/" + access
}

// EvaluatePolicy says what a session may do with each of the resources, which are ARNs of buckets and objects.
func (a *Accounts) EvaluatePolicy(
	access, sessionToken string, actions []auth.Action, resources []string, _ map[string][]string,
) (auth.PolicyEvaluation, error) {
	// versitygw has no name for its decisions outside of its own package: nothing said, and allowed, are these numbers (auth/
	// bucket_policy.go, v1.8.0). The tests hold it.
	const silent, allowed = 0, 1
	found, ok := a.seals.open(access, sessionToken)
	if !ok {
		return auth.PolicyEvaluation{}, auth.ErrInvalidSessionToken
	}
	out := auth.PolicyEvaluation{PrincipalArn: arn(found.Name, access)}
	for _, resource := range resources {
		bucket, _, _ := strings.Cut(strings.TrimPrefix(resource, auth.ResourceArnPrefix), "/")
		out.Decisions = append(out.Decisions, nil)
		row := &out.Decisions[len(out.Decisions)-1]
		for _, action := range actions {
			if a.allows(found.person(), action, bucket) {
				*row = append(*row, allowed)
			} else {
				*row = append(*row, silent)
			}
		}
	}
	return out, nil
}

func (a *Accounts) allows(who person, action auth.Action, bucket string) bool {
	if action == auth.ListAllMyBucketsAction {
		return a.rights.mayList(who)
	}
	return a.rights.may(who, action, bucket)
}

// BucketOwner is root.
func (a *Accounts) BucketOwner() auth.Account { return a.root }

// GetUserAccount knows root alone: a session without its token is nobody.
func (a *Accounts) GetUserAccount(access string) (auth.Account, error) {
	if access == a.root.Access {
		return a.root, nil
	}
	return auth.Account{}, auth.ErrNoSuchUser
}

// ResolveAccounts gives those to whom nothing can be granted, for bucket policies and ACLs: a session ends.
func (a *Accounts) ResolveAccounts(accessKeyIDs []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(accessKeyIDs), func(access string) bool { return access == a.root.Access }), nil
}

// CreateAccount makes none: people come from the provider.
func (a *Accounts) CreateAccount(auth.Account) error { return notHere() }

// UpdateUserAccount changes none.
func (a *Accounts) UpdateUserAccount(string, auth.MutableProps) error { return notHere() }

// DeleteUserAccount deletes none.
func (a *Accounts) DeleteUserAccount(string) error { return notHere() }

// ListUserAccounts lists none.
func (a *Accounts) ListUserAccounts() ([]auth.Account, error) { return nil, notHere() }

// Shutdown has nothing to end.
func (a *Accounts) Shutdown() error { return nil }

func notHere() error { return s3err.GetAPIError(s3err.ErrAdminMethodNotSupported) }

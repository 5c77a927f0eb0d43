package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/servers/oidc"
)

// rules are those of docs/access.md, with a repository for everybody and one for a user of the password file.
func rules() *v1alpha1.AccessControlSpec {
	type actions = []v1alpha1.AccessAction
	return &v1alpha1.AccessControlSpec{
		AdminPolicy: &v1alpha1.AccessPolicy{Groups: []string{"zot-admins"}, Actions: actions{"read", "create", "update", "delete"}},
		Repositories: []v1alpha1.RepositoryAccess{
			{Pattern: "**", Policies: []v1alpha1.AccessPolicy{
				{Groups: []string{"zot-writers"}, Actions: actions{"read", "create", "update"}},
				{Groups: []string{"zot-readers"}, Actions: actions{"read"}},
			}},
			{Pattern: "public/**", AnonymousPolicy: actions{"read"}, DefaultPolicy: actions{"read"}},
			{Pattern: "robots/**", Policies: []v1alpha1.AccessPolicy{{Users: []string{"robot"}, Actions: actions{"read", "create"}}}},
		},
	}
}

// passwords is a password file with the user robot, whose password is "one".
const passwords = "robot:$5$saltsalt$Xrzp1lrdTubHSU4u0iqRxZwBPbSpWgYCCIE1mGPjVM4\n"

var people = []oidc.User{
	{Name: "anna", Password: "a", Groups: []string{"zot-admins"}},
	{Name: "wanda", Password: "w", Groups: []string{"zot-writers", "others"}},
	{Name: "rita", Password: "r", Groups: []string{"zot-readers"}},
	{Name: "otto", Password: "o"},
}

// newKeycloakStore is a store with these rules, people and passwords, and its provider. Neither runs yet.
func newKeycloakStore(t *testing.T) (*store, *provider) {
	t.Helper()
	ca := outside.NewAuthority(t)
	keycloak := newProvider(t, ca)
	s := newStore(t, ca, func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.Extensions, spec.AccessControl = keycloak.keycloak(), rules()
		spec.Auth = &v1alpha1.AuthSpec{HTPasswd: &v1alpha1.HTPasswdSpec{SecretName: "users"}}
	})
	s.Secret("users", map[string]string{"htpasswd": passwords})
	keycloak.of(s.Address(), people...)
	return s, keycloak
}

// key signs a person in and gives an API key of his.
func (s *store) key(user oidc.User) string {
	s.t.Helper()
	person, ok := s.signIn(user.Name, user.Password)
	if !ok {
		s.t.Fatalf("%s cannot sign in", user.Name)
	}
	key, said := s.newKey(person.browser)
	if key == "" {
		s.t.Fatalf("no API key for %s: %s", user.Name, said)
	}
	return key
}

// newKey asks for an API key as a browser does. Without a key it gives zot's answer.
func (s *store) newKey(browser *http.Client) (key, said string) {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodPost, "https://"+s.Address()+"/zot/auth/apikey", strings.NewReader(`{"label":"test"}`))
	s.must(err)
	request.Header.Set("X-ZOT-API-CLIENT", "zot-ui")
	answer, err := browser.Do(request)
	s.must(err)
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	_, err = body.ReadFrom(answer.Body)
	s.must(err)
	var made struct {
		APIKey string `json:"apiKey"`
	}
	// What is no JSON holds no key.
	_ = json.Unmarshal(body.Bytes(), &made)
	return made.APIKey, answer.Status + ": " + body.String()
}

// options of a client that is nobody without a user.
func (s *store) options(user, password string) []remote.Option {
	out := []remote.Option{remote.WithTransport(client(s.authority).Transport), remote.WithRetryStatusCodes()}
	if user == "" {
		return append(out, remote.WithAuth(authn.Anonymous))
	}
	return append(out, remote.WithAuth(&authn.Basic{Username: user, Password: password}))
}

func (s *store) reference(image string) name.Reference {
	s.t.Helper()
	reference, err := name.ParseReference(s.Address() + "/" + image)
	s.must(err)
	return reference
}

func (s *store) push(image, user, password string) error {
	content, err := random.Image(512, 1)
	s.must(err)
	return remote.Write(s.reference(image), content, s.options(user, password)...)
}

func (s *store) pull(image, user, password string) error {
	_, err := remote.Get(s.reference(image), s.options(user, password)...)
	return err
}

func (s *store) remove(image, user, password string) error {
	return remote.Delete(s.reference(image), s.options(user, password)...)
}

// refused is true for a refusal with that status.
func refused(err error, status int) bool {
	answer, ok := errors.AsType[*transport.Error](err)
	return ok && answer.StatusCode == status
}

// Groups decide who may read, push and delete; nobody else gets anything but what the rules give to everybody.
func TestGroupsDecide(t *testing.T) {
	s, keycloak := newKeycloakStore(t)
	keycloak.start()
	s.start()
	s.Eventually("zot serves", s.Serves)
	keys := map[string]string{"": "", "robot": "one"}
	for _, user := range people {
		keys[user.Name] = s.key(user)
	}
	for _, image := range []string{"team/app:v1", "public/app:v1", "robots/app:v1"} {
		if err := s.push(image, "anna", keys["anna"]); err != nil {
			t.Fatalf("anna, who is an administrator, pushes %s: %v", image, err)
		}
	}
	const yes, who, no = 0, http.StatusUnauthorized, http.StatusForbidden
	for _, row := range []struct {
		user, at                 string
		pull, push, over, remove int
	}{
		{"anna", "team", yes, yes, yes, yes},
		{"wanda", "team", yes, yes, yes, no},
		{"rita", "team", yes, no, no, no},
		{"otto", "team", no, no, no, no},
		{"robot", "team", no, no, no, no},
		{"", "team", who, who, who, who},
		{"wanda", "public", yes, no, no, no},
		{"otto", "public", yes, no, no, no},
		{"robot", "public", yes, no, no, no},
		{"", "public", yes, who, who, who},
		{"wanda", "robots", no, no, no, no},
		{"robot", "robots", yes, yes, no, no},
		{"", "robots", who, who, who, who},
	} {
		user := row.user
		for what, try := range map[string]struct {
			err  error
			want int
		}{
			"pull":      {s.pull(row.at+"/app:v1", user, keys[user]), row.pull},
			"push":      {s.push(row.at+"/app:by-"+user+"x", user, keys[user]), row.push},
			"overwrite": {s.push(row.at+"/app:v1", user, keys[user]), row.over},
			"delete":    {s.remove(row.at+"/app:v1", user, keys[user]), row.remove},
		} {
			if try.want == yes && try.err != nil || try.want != yes && !refused(try.err, try.want) {
				t.Errorf("%s, %q in %s: %v, want %d", what, user, row.at, try.err, try.want)
			}
		}
		if row.remove == yes {
			if err := s.push(row.at+"/app:v1", user, keys[user]); err != nil {
				t.Fatalf("put back what was deleted: %v", err)
			}
		}
	}
	if n := s.restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}

// A changed rule takes effect in the running zot; groups are those of the last sign-in.
func TestRulesAndGroupsChange(t *testing.T) {
	s, keycloak := newKeycloakStore(t)
	keycloak.start()
	s.start()
	s.Eventually("zot serves", s.Serves)
	anna, rita := s.key(people[0]), s.key(people[2])
	if err := s.push("team/app:v1", "anna", anna); err != nil {
		t.Fatal(err)
	}
	if err := s.push("team/app:v2", "rita", rita); !refused(err, http.StatusForbidden) {
		t.Fatalf("rita pushes: %v", err)
	}
	took := func(what string, change func(*v1alpha1.AccessControlSpec), effect func() bool) {
		change(s.spec.AccessControl)
		began := time.Now()
		s.Give(s.spec)
		s.Eventually(what, effect)
		t.Logf("%s: %s after the document was delivered", what, time.Since(began).Round(time.Millisecond))
	}
	tag := 0
	pushes := func() bool {
		tag++
		return s.push(fmt.Sprintf("team/app:r%d", tag), "rita", rita) == nil
	}
	took("readers may push", func(a *v1alpha1.AccessControlSpec) {
		a.Repositories[0].Policies[1].Actions = append(a.Repositories[0].Policies[1].Actions, "create")
	}, pushes)
	took("readers may do nothing", func(a *v1alpha1.AccessControlSpec) { a.Repositories[0].Policies = a.Repositories[0].Policies[:1] },
		func() bool { return refused(s.pull("team/app:v1", "rita", rita), http.StatusForbidden) })

	if !keycloak.realm.SetGroups("rita", "zot-writers") {
		t.Fatal("rita is nobody")
	}
	if err := s.pull("team/app:v1", "rita", rita); !refused(err, http.StatusForbidden) {
		t.Errorf("a group counts before its member has signed in again: %v", err)
	}
	s.key(people[2])
	if err := s.pull("team/app:v1", "rita", rita); err != nil {
		t.Errorf("the new group is not that of the old key, too: %v", err)
	}
	if n := s.restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
}

package people

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/versity/versitygw/auth"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

func accounts(t *testing.T, rootSecret string, rules ...s3gateway.Rule) *Accounts {
	t.Helper()
	seals, err := newSeals(rootSecret)
	if err != nil {
		t.Fatal(err)
	}
	return &Accounts{root: auth.Account{Access: "root"}, rights: rules, seals: seals, now: time.Now}
}

func issue(t *testing.T, from *Accounts, who person, until time.Time) keys {
	t.Helper()
	made, err := from.seals.issue(who, until)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestKeysEnd(t *testing.T) {
	end := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	a := accounts(t, "secret")
	made := issue(t, a, person{name: "alice"}, end)
	for name, tc := range map[string]struct {
		now  time.Time
		want error
	}{
		"before": {end.Add(-time.Second), nil}, "at the end": {end, errExpired}, "after": {end.Add(time.Hour), errExpired},
	} {
		a.now = func() time.Time { return tc.now }
		if _, _, err := a.DeriveSigningKey(made.access, made.token, "20300101", "us-east-1", "s3"); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

func TestKeysOfOneRootAreNothingToAnother(t *testing.T) {
	one, same, other := accounts(t, "secret"), accounts(t, "secret"), accounts(t, "another")
	made := issue(t, one, person{name: "alice"}, time.Now().Add(time.Hour))
	derive := func(a *Accounts) (string, error) {
		key, _, err := a.DeriveSigningKey(made.access, made.token, "20300101", "us-east-1", "s3")
		return string(key), err
	}
	first, err := derive(one)
	if second, again := derive(same); err != nil || again != nil || first != second {
		t.Errorf("another pod of the same gateway: %v, %v", err, again)
	}
	if _, err := derive(other); !errors.Is(err, auth.ErrInvalidSessionToken) {
		t.Errorf("another gateway: %v", err)
	}
	if made.secret == other.seals.secret(made.access) {
		t.Error("another gateway has the same secret key")
	}
	if strings.Contains(made.token, "alice") {
		t.Error("the token can be read")
	}
}

func TestASessionTokenFitsIntoARequest(t *testing.T) {
	a := accounts(t, "secret")
	var many []string
	for i := range 200 {
		many = append(many, fmt.Sprintf("a-group-with-a-name-%d", i))
	}
	if _, err := a.seals.issue(person{name: "alice", groups: many}, time.Now()); !errors.Is(err, errTooLarge) {
		t.Errorf("got %v", err)
	}
	if made := issue(t, a, person{name: "alice", groups: many[:100]}, time.Now()); len(made.token) > maxToken {
		t.Errorf("the token has %d characters", len(made.token))
	}
}

// Of a person's groups those that a rule names are kept, and no others.
func TestGroupsThatNobodyNamesAreNotKept(t *testing.T) {
	// No rule can name nobody (pkg/validation); if one did, it would not be everybody without a name.
	r := rights{{Groups: []string{"b", "a"}}, {Users: []string{"carol"}}, {Users: []string{""}, Groups: []string{""}}}
	for name, tc := range map[string]struct {
		who    person
		groups string
		found  bool
	}{
		"by groups":         {person{groups: []string{"c", "b", "a", "b"}}, "a b", true},
		"by name":           {person{name: "carol", groups: []string{"c"}}, "", true},
		"not at all":        {person{name: "dave", groups: []string{"c"}}, "", false},
		"without a name":    {person{groups: []string{""}}, "", false},
		"a group as a user": {person{groups: []string{"carol"}}, "", false},
		"a user as a group": {person{name: "a"}, "", false},
	} {
		groups, found := r.named(tc.who)
		if got := strings.Join(groups, " "); got != tc.groups || found != tc.found {
			t.Errorf("%s: got %q %v", name, got, found)
		}
	}
}

func TestGroupsOfTheSpec(t *testing.T) {
	r := newRights(s3gateway.SignIn{
		Rules: []s3gateway.Rule{
			{Groups: []string{"made"}, Buckets: []string{"a"}, Actions: []s3gateway.Action{s3gateway.Read}},
			{Groups: []string{"other"}, Buckets: []string{"b"}, Actions: []s3gateway.Action{s3gateway.Read}},
		},
		Groups: []s3gateway.Group{{Name: "made", Users: []string{"alice"}}},
	})
	alice := person{name: "alice"}
	if _, found := r.named(alice); !found || !r.may(alice, auth.GetObjectAction, "a") || r.may(alice, auth.GetObjectAction, "b") {
		t.Errorf("a member has other rights than the group: %v", r)
	}
	// Keycloak may know a group of that name as well.
	if !r.may(person{groups: []string{"made"}}, auth.GetObjectAction, "a") || r.may(person{name: "made"}, auth.GetObjectAction, "a") {
		t.Errorf("a group that Keycloak tells: %v", r)
	}
}

func TestActionsOfS3(t *testing.T) {
	for action, want := range map[auth.Action]s3gateway.Action{
		auth.GetObjectAction: s3gateway.Read, auth.GetBucketPolicyAction: s3gateway.Read, auth.ListBucketAction: s3gateway.Read,
		auth.ListMultipartUploadPartsAction: s3gateway.Read,
		auth.PutObjectAction:                s3gateway.Write, auth.AbortMultipartUploadAction: s3gateway.Write,
		auth.DeleteObjectTaggingAction: s3gateway.Write,
		auth.DeleteObjectAction:        s3gateway.Delete, auth.DeleteObjectVersionAction: s3gateway.Delete,
		auth.CreateBucketAction: s3gateway.Manage, auth.DeleteBucketAction: s3gateway.Manage, auth.PutBucketPolicyAction: s3gateway.Manage,
		auth.PutObjectAclAction: s3gateway.Manage, auth.PutObjectRetentionAction: s3gateway.Manage,
		auth.BypassGovernanceRetentionAction: s3gateway.Manage, "s3:Unheard": s3gateway.Manage,
	} {
		if got := given(action); got != want {
			t.Errorf("%s is %s, want %s", action, got, want)
		}
	}
}

func TestPatternsOfBuckets(t *testing.T) {
	for pattern, buckets := range map[string]map[string]bool{
		"*":       {"anything": true, "a.b-c": true},
		"team-*":  {"team-": true, "team-a": true, "steam-a": false},
		"team-?":  {"team-a": true, "team-ab": false},
		"objects": {"objects": true, "object": false},
		"[":       {"[": false},
	} {
		for bucket, want := range buckets {
			if got := fits([]string{pattern}, bucket); got != want {
				t.Errorf("%s fits %s: %v", pattern, bucket, got)
			}
		}
	}
}

package pod

import (
	"fmt"
	"testing"
	"time"
)

// closed lets one user in, who may do everything.
const closed = `
auth: {htpasswd: {secretName: users}}
accessControl: {adminPolicy: {users: [ann], actions: [read, create, update, delete]}}`

// A store that copies from another one when somebody asks: whatever of that changes, zot takes up as it runs, but for a Secret that
// comes. A user's new password is taken up as well.
func TestMirror(t *testing.T) {
	ann := User{"ann", "one"}
	upstream, mirror := New(t, "upstream"), New(t, "mirror")
	upstream.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["one"]})
	upstream.Apply(Spec(t, closed))
	var digests []string
	for _, repository := range []string{"team-a/app", "team-a/other", "base/linux"} {
		digest, err := upstream.Push(ann, repository, "v1")
		upstream.must(err)
		digests = append(digests, digest.String())
	}
	from := func(content, more string) string {
		return fmt.Sprintf(`extensions: {sync: {registries: [{urls: ["http://%s"], credentialsSecret: upstream, onDemand: true,
  content: [%s], %s}]}}`, upstream.Address(), content, more)
	}
	finds := func(repository, want string) func() bool {
		return func() bool {
			digest, err := mirror.Pull(User{}, repository, "v1")
			return err == nil && digest.String() == want
		}
	}
	mirror.Secret("upstream", map[string]string{"username": "ann", "password": "one"})
	mirror.Apply(Spec(t, from(`{prefix: "team-a/app", destination: /mirror}`, "")))
	if _, err := mirror.Pull(User{}, "mirror/team-a/other", "v1"); err == nil {
		t.Error("copies what content does not name")
	}
	mirror.Eventually("an image is copied when it is pulled", finds("mirror/team-a/app", digests[0]))

	t.Run("content changes without a restart", func(t *testing.T) {
		began := time.Now()
		if mirror.Apply(Spec(t, from(`{prefix: "team-a/**", destination: /mirror}`, ""))) {
			t.Fatal("it takes a new pod")
		}
		mirror.Eventually("what content names now is copied", finds("mirror/team-a/other", digests[1]))
		t.Logf("in effect after %s", time.Since(began).Round(10*time.Millisecond))
	})
	t.Run("polling begins without a restart", func(t *testing.T) {
		if mirror.Apply(Spec(t, from(`{prefix: "base/*"}`, "pollInterval: 1m"))) {
			t.Fatal("it takes a new pod")
		}
		mirror.Eventually("what content names is there before anybody asks", func() bool {
			tags, err := mirror.Tags(User{}, "base/linux")
			return err == nil && len(tags) == 1
		})
	})
	t.Run("a new password is taken up without a restart", func(*testing.T) {
		upstream.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["two"]})
		upstream.Eventually("ann signs in with it", func() bool {
			_, err := upstream.Push(User{"ann", "two"}, "base/linux", "v2")
			return err == nil
		})
		mirror.Secret("upstream", map[string]string{"username": "ann", "password": "two"})
		mirror.Eventually("zot signs in with it", func() bool {
			_, err := mirror.Pull(User{}, "base/linux", "v2")
			return err == nil
		})
	})
	t.Run("it ends", func(t *testing.T) {
		digest, err := upstream.Push(User{"ann", "two"}, "base/windows", "v1")
		mirror.must(err)
		mirror.Eventually("it is still on", finds("base/windows", digest.String()))
		// The Secret goes with it, which takes a new pod.
		mirror.Apply(Spec(t, `extensions: {sync: {enabled: false}}`))
		_, err = upstream.Push(User{"ann", "two"}, "base/mac", "v1")
		mirror.must(err)
		if _, err := mirror.Pull(User{}, "base/mac", "v1"); err == nil {
			t.Error("copies still")
		}
	})
	mirror.Serving()
	upstream.Serving()
	if mirror.Starts() > 2 || upstream.Starts() != 1 {
		t.Errorf("zot was started %d and %d times", mirror.Starts(), upstream.Starts())
	}
}

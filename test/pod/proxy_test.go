package pod

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/outside"
)

// A mirror on a cluster with a proxy that looks into TLS, as companies have them. zot goes through it by what the operator tells it, and
// trusts it by a ConfigMap that OpenShift fills in; that is played here, key and all.
func TestClusterProxy(t *testing.T) {
	ann := User{"ann", "one"}
	upstream, mirror := New(t, "upstream"), New(t, "mirror")
	upstream.Secret("users", map[string]string{"htpasswd": "ann:" + hashes["one"]})
	upstream.Apply(Spec(t, closed))
	digest, err := upstream.Push(ann, "team-a/app", "v1")
	upstream.must(err)

	authority, other := outside.NewAuthority(t), outside.NewAuthority(t)
	proxy := outside.NewProxy(t, authority)
	proxy.Lead("registry.example.com", outside.At(upstream.Address(), false, nil))
	mirror.Proxy = resources.Proxy{HTTPS: proxy.URL()}.Completed("cluster.local")
	mirror.Secret("upstream", map[string]string{"username": "ann", "password": "one"})
	mirror.ConfigMap("trusted-ca", map[string]string{"ca-bundle.crt": other.Certificate})
	mirror.Apply(Spec(t, `
caBundle: {configMapName: trusted-ca}
extensions: {sync: {registries: [
  {urls: ["https://registry.example.com"], credentialsSecret: upstream, onDemand: true, content: [{prefix: "**"}]}]}}`))
	if _, err := mirror.Pull(User{}, "team-a/app", "v1"); err == nil {
		t.Error("zot trusts a proxy whose authority nobody has named")
	}

	begun := mirror.Starts()
	mirror.ConfigMap("trusted-ca", map[string]string{"ca-bundle.crt": other.Certificate + authority.Certificate})
	mirror.Eventually("zot starts again with the cluster's authorities", func() bool { return mirror.Starts() > begun })
	mirror.Eventually("an image is copied through the proxy", func() bool {
		got, err := mirror.Pull(User{}, "team-a/app", "v1")
		return err == nil && got == digest
	})
	if unknown := proxy.Unknown(); len(unknown) > 0 {
		t.Errorf("through the proxy went also what is for %v", unknown)
	}
}

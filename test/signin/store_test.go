package signin

import (
	"net/http"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/pod"
)

// store is a store's pod, with TLS.
type store struct {
	*pod.Pod
	t         *testing.T
	spec      v1alpha1.ZotArtifactStoreSpec
	authority *outside.Authority
}

func TestMain(m *testing.M) { pod.Main(m.Run) }

// newStore makes a store of that spec, with TLS, and starts nothing yet. Without zot it skips the test.
func newStore(t *testing.T, ca *outside.Authority, change func(*v1alpha1.ZotArtifactStoreSpec)) *store {
	t.Helper()
	s := &store{t: t, Pod: pod.New(t, "store"), authority: ca}
	// As a node's, for the first time.
	s.BackOff = time.Second
	// The agent looks at what was fine once a minute.
	s.Patience = 2 * time.Minute
	s.spec = v1alpha1.ZotArtifactStoreSpec{
		ExternalURL: "https://" + s.Address(),
		HTTP:        &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "tls"}},
		CABundle:    &v1alpha1.CABundleSpec{ConfigMapName: "ca"},
	}
	change(&s.spec)
	certificate, key, err := ca.Issue("127.0.0.1")
	s.must(err)
	s.Secret("tls", map[string]string{"tls.crt": certificate, "tls.key": key})
	s.ConfigMap("ca", map[string]string{"ca.crt": ca.Certificate})
	s.Secret("keycloak", map[string]string{"client-secret": clientSecret})
	return s
}

func (s *store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// start runs the pod until the test ends.
func (s *store) start() {
	s.t.Helper()
	s.Give(s.spec)
	s.Start()
}

// restarts of zot since its first start.
func (s *store) restarts() int { return s.Starts() - 1 }

// fault of the provider, as the agent sees it.
func (s *store) fault() handover.Fault {
	for _, check := range s.State().Checks {
		if check.Subject == handover.SubjectIssuer {
			return check.Fault
		}
	}
	return "not looked at"
}

// client trusts the authority, keeps no connection, and is sent nowhere.
func client(authority *outside.Authority) *http.Client {
	out := authority.Client()
	out.Timeout = 10 * time.Second
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return out
}

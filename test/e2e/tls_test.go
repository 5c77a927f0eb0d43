package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/authority"
	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

const certificateLife = 24 * time.Hour

var _ = Describe("a store with TLS", func() {
	It("serves a certificate of the user's, and a renewed one without a restart", Label("smoke"), func(ctx SpecContext) {
		namespace := newNamespace(ctx, "tls")
		ca := newAuthority("users")
		host := names.Host(namespace, "store")
		first := issue(ca, host)
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "registry-tls"}, Data: first.Data()}
		Expect(env.client.Create(ctx, secret)).To(Succeed())
		store := newStore(namespace, "store")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: secret.Name}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		waitCondition(ctx, store, v1alpha1.ConditionCertificateValid, metav1.ConditionTrue, v1alpha1.ReasonCertificateValid)
		Expect(store.Status.ServiceEndpoint).To(HavePrefix("https://" + host))
		Expect(store.Status.Certificate.NotAfter.Time).To(BeTemporally("~", time.Now().Add(certificateLife), 5*time.Minute))
		before := lifeOf(ctx, store)
		for _, container := range pods(ctx, store)[0].Spec.Containers {
			if container.Name == handover.ZotContainer {
				Expect(container.ReadinessProbe.HTTPGet.Scheme).To(Equal(corev1.URISchemeHTTPS), "the probes follow")
			}
		}
		Expect(served(ctx, store, ca.Pool(), host)).To(Equal(first.Serial))
		secure := registry.Client{TLS: &tls.Config{RootCAs: ca.Pool(), ServerName: host, MinVersion: tls.VersionTLS12}}
		Expect(atRegistry(ctx, store, func(address string) error {
			image, err := secure.Push(ctx, address, "secure/app", "v1", registry.OCI)
			return errors.Join(err, secure.Pull(ctx, address, image))
		})).To(Succeed())

		By("renewing it")
		onlyZotShows("that zot serves a renewed certificate without a restart")
		renewed := issue(ca, host)
		began := time.Now()
		replace(ctx, secret, renewed.Data())
		waitServed(ctx, store, ca.Pool(), host, renewed.Serial)
		AddReportEntry("Secret renewed, served after", time.Since(began).Round(time.Second/10).String(), ReportEntryVisibilityAlways)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "something was restarted")
	}, NodeTimeout(specTimeout))

	It("tells when clients refuse its certificate for the name in it", Label("full"), func(ctx SpecContext) {
		namespace := newNamespace(ctx, "unfit")
		ca := newAuthority("users")
		host := names.Host(namespace, "store")
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "registry-tls"}, Data: issue(ca, "other.example.com").Data(),
		}
		Expect(env.client.Create(ctx, secret)).To(Succeed())
		store := newStore(namespace, "store")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: secret.Name}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		unfit := waitCondition(ctx, store, v1alpha1.ConditionCertificateValid, metav1.ConditionFalse, v1alpha1.ReasonCertificateUnfit)
		Expect(unfit.Message).To(And(ContainSubstring("is not for "+host), ContainSubstring("other.example.com")))
		AddReportEntry("the message", unfit.Message)
		waitPhase(ctx, store, v1alpha1.PhaseDegraded)

		By("being called by the name that it is for")
		before := lifeOf(ctx, store)
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}}
		})
		balance(ctx, store, "192.0.2.7")
		replace(ctx, secret, issue(ca, "192.0.2.7").Data())
		partly := waitCondition(ctx, store, v1alpha1.ConditionCertificateValid, metav1.ConditionTrue, v1alpha1.ReasonCertificatePartly)
		Expect(partly.Message).To(ContainSubstring("It is not for " + host))
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "something was restarted for a name")
	}, NodeTimeout(specTimeout))

	It("takes a certificate and a key from two Secrets only when both halves fit", Label("full"), func(ctx SpecContext) {
		namespace := newNamespace(ctx, "halves")
		ca := newAuthority("users")
		host := names.Host(namespace, "store")
		first, second := issue(ca, host), issue(ca, host)
		certificate := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "certificate"}, Data: map[string][]byte{"cert.pem": first.Certificate},
		}
		key := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "key"}, Data: map[string][]byte{"key.pem": first.Key},
		}
		Expect(env.client.Create(ctx, certificate)).To(Succeed())
		Expect(env.client.Create(ctx, key)).To(Succeed())
		store := newStore(namespace, "store")
		store.Spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: certificate.Name, KeySecretName: key.Name}}
		Expect(env.client.Create(ctx, store)).To(Succeed())
		waitRunning(ctx, store)
		before := lifeOf(ctx, store)

		By("renewing the certificate, whose key is still the old one")
		replace(ctx, certificate, map[string][]byte{"cert.pem": second.Certificate})
		told := waitCondition(ctx, store, v1alpha1.ConditionConfigurationApplied, metav1.ConditionFalse, v1alpha1.ReasonSecretProblem)
		Expect(told.Message).To(And(ContainSubstring(`"key"`), ContainSubstring("does not fit the certificate")))
		AddReportEntry("the message", told.Message)
		Expect(served(ctx, store, ca.Pool(), host)).To(Equal(first.Serial), "half a pair is served")

		By("renewing the key too")
		onlyZotShows("that zot serves a renewed certificate without a restart")
		replace(ctx, key, map[string][]byte{"key.pem": second.Key})
		waitServed(ctx, store, ca.Pool(), host, second.Serial)
		waitRunning(ctx, store)
		Expect(lifeOf(ctx, store)).To(Equal(before), "something was restarted")
	}, NodeTimeout(specTimeout))
})

// onlyZotShows ends the spec where the stand-in would prove nothing.
func onlyZotShows(what string) {
	GinkgoHelper()
	if !env.zot {
		Skip("the operand is the stand-in: only the real zot shows " + what)
	}
}

func newAuthority(name string) *authority.Authority {
	GinkgoHelper()
	ca, err := authority.New(name)
	Expect(err).NotTo(HaveOccurred())
	return ca
}

func issue(ca *authority.Authority, hosts ...string) authority.Pair {
	GinkgoHelper()
	pair, err := ca.Issue(certificateLife, hosts...)
	Expect(err).NotTo(HaveOccurred())
	return pair
}

// replace gives a Secret another content, as whoever renews it does.
func replace(ctx context.Context, secret *corev1.Secret, data map[string][]byte) {
	GinkgoHelper()
	before := secret.DeepCopy()
	secret.Data = data
	Expect(env.client.Patch(ctx, secret, client.MergeFrom(before))).To(Succeed())
}

// served is the serial number of the certificate that a client sees which trusts that authority and calls the registry by that name.
func served(ctx context.Context, store *v1alpha1.ZotArtifactStore, trusted *x509.CertPool, host string) (string, error) {
	var serial string
	err := atRegistry(ctx, store, func(address string) error {
		dialer := tls.Dialer{Config: &tls.Config{RootCAs: trusted, ServerName: host, MinVersion: tls.VersionTLS12}}
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("speak TLS with the registry: %w", err)
		}
		secure, ok := connection.(*tls.Conn)
		if !ok {
			return errors.Join(errors.New("the connection is none of TLS"), connection.Close())
		}
		serial = secure.ConnectionState().PeerCertificates[0].SerialNumber.String()
		return ignoreClosed(secure.Close())
	})
	return serial, err
}

// ignoreClosed: the other end may have closed a connection first.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// waitServed waits until a client sees that certificate.
func waitServed(ctx context.Context, store *v1alpha1.ZotArtifactStore, trusted *x509.CertPool, host, serial string) {
	GinkgoHelper()
	Eventually(ctx, func(ctx context.Context) (string, error) { return served(ctx, store, trusted, host) }).
		WithTimeout(changeTimeout).WithPolling(interval).Should(Equal(serial))
}

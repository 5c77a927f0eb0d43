package workload

import (
	"context"

	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// observeOutside reads what the networking controller's objects tell of the way in, and of the certificate that is made for it. An
// object of somebody else tells nothing.
func (c Component) observeOutside(ctx context.Context, cached client.Reader, store component.Store, facts *Facts) error {
	key := func(name func(string) string) client.ObjectKey {
		return client.ObjectKey{Namespace: store.Object.Namespace, Name: name(store.Object.Name)}
	}
	service, err := component.Read(ctx, cached, key(names.Service), &corev1.Service{})
	if err != nil {
		return err
	}
	if service != nil && !metav1.IsControlledBy(service, store.Object) {
		service = nil
	}
	var route *routev1.Route
	if defaults.RouteOn(store.Spec) {
		if route, _, _, err = component.ReadIfServed(ctx, c.Routes, cached, key(names.Route), &routev1.Route{}); err != nil {
			return err
		}
		if route != nil && !metav1.IsControlledBy(route, store.Object) {
			route = nil
		}
	}
	facts.Outside = resources.OutsideOf(route, service)
	switch {
	case defaults.IssuerOn(store.Spec):
		certificate, _, _, err := component.ReadIfServed(ctx, c.Certificates, cached, key(names.Certificate), resources.NewCertificate())
		if err != nil {
			return err
		}
		facts.Issued = certificate != nil && metav1.IsControlledBy(certificate, store.Object) && resources.Issued(certificate)
	case defaults.ServiceCAOn(store.Spec):
		facts.Issued, _ = resources.ServingCertificate(service)
	}
	return nil
}

// waitsForCertificate is true while somebody else has yet to make the certificate. The pods would find it by themselves, but a minute
// later; and pods that run without it do so until it is there. Pods that have the Secret wait for nothing: what is in it is the
// agent's to judge.
func waitsForCertificate(store component.Store, facts Facts) bool {
	if !defaults.IssuerOn(store.Spec) && !defaults.ServiceCAOn(store.Spec) {
		return false
	}
	secret, _ := defaults.CertificateSecrets(store.Object.Name, store.Spec)
	return !facts.Issued && !mounts(facts.Workload, secret)
}

// waitsForExternalURL is true while the cluster has yet to give the host to which people come back after they have signed in.
func waitsForExternalURL(store component.Store, facts Facts) bool {
	return defaults.RBACOn(store.Spec) && resources.AwaitsExternalURL(store.Input(Name), facts.Outside)
}

// reached gives the store with the address at which it is reached, where zot needs it: for those who sign in with Keycloak. A zot that
// does not need it does not start again for a host that has just come.
func reached(store component.Store, facts Facts) component.Store {
	if defaults.RBACOn(store.Spec) {
		store.Spec.ExternalURL = resources.WayBack(store.Input(Name), facts.Outside)
	}
	return store
}

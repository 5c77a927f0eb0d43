package workload

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// served is an optional API that is there, or not.
type served bool

func (s served) Served(context.Context) (yes bool, again time.Duration, err error) {
	return bool(s), 0, nil
}

// What the cluster has given is in the objects of the networking controller, and in nobody else's of these names.
func TestObserveOutside(t *testing.T) {
	ways := func(tls *v1alpha1.TLSSpec) component.Store {
		return altered(t, "minimal", func(spec *v1alpha1.ZotArtifactStoreSpec) {
			spec.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}}
			spec.HTTP = &v1alpha1.HTTPSpec{TLS: tls}
		})
	}
	issuer, serviceCA := &v1alpha1.TLSSpec{IssuerRef: &v1alpha1.IssuerReference{Name: "ca"}}, &v1alpha1.TLSSpec{ServiceCA: new(true)}
	balanced := resources.Outside{LoadBalancer: "192.0.2.7"}
	given := Facts{Outside: resources.Outside{Route: "made.apps.example.com", LoadBalancer: balanced.LoadBalancer}}
	issued := given
	issued.Issued = true
	store := load(t, "minimal").Object
	another := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: store.Name, UID: "another"}}
	for name, tc := range map[string]struct {
		store component.Store
		api   served
		owner metav1.Object
		want  Facts
	}{
		"nothing is asked for":        {load(t, "minimal"), true, store, Facts{Outside: balanced}},
		"a host":                      {ways(nil), true, store, given},
		"a certificate":               {ways(issuer), true, store, issued},
		"one of the service CA":       {ways(serviceCA), true, store, issued},
		"nothing is there":            {ways(issuer), true, nil, Facts{}},
		"all of it is somebody's":     {ways(issuer), true, another, Facts{}},
		"the Service is somebody's":   {ways(serviceCA), true, another, Facts{}},
		"the cluster has no such API": {ways(issuer), false, store, Facts{Outside: balanced}},
	} {
		t.Run(name, func(t *testing.T) {
			var facts Facts
			c := Component{Routes: tc.api, Certificates: tc.api}
			if err := c.observeOutside(t.Context(), givenTo(t, tc.owner, tc.store), tc.store, &facts); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, facts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// givenTo is a cluster that has given all that it can under the store's names, to that owner; nothing, if there is none.
func givenTo(t *testing.T, owner metav1.Object, store component.Store) client.Reader {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), routev1.Install(scheme)); err != nil {
		t.Fatal(err)
	}
	if owner == nil {
		return fake.NewClientBuilder().WithScheme(scheme).Build()
	}
	meta := metav1.ObjectMeta{
		Name: store.Object.Name, Namespace: store.Object.Namespace,
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(owner, v1alpha1.GroupVersion.WithKind("ZotArtifactStore"))},
	}
	service := &corev1.Service{ObjectMeta: meta}
	service.Annotations = map[string]string{
		"service.beta.openshift.io/serving-cert-secret-name": names.ServingCertificate(store.Object.Name),
		"service.beta.openshift.io/serving-cert-signed-by":   "openshift-service-serving-signer",
	}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.7"}}
	route := &routev1.Route{ObjectMeta: meta, Spec: routev1.RouteSpec{Host: "made.apps.example.com"}}
	certificate := resources.NewCertificate()
	certificate.SetName(names.Certificate(store.Object.Name))
	certificate.SetNamespace(store.Object.Namespace)
	certificate.SetOwnerReferences(service.OwnerReferences)
	if err := unstructured.SetNestedField(certificate.Object, "2030-01-01T00:00:00Z", "status", "notAfter"); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(service, route, certificate).Build()
}

package envtest

import (
	"context"
	"path/filepath"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	routev1 "github.com/openshift/api/route/v1"
	securityv1 "github.com/openshift/api/security/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/restricted"
)

// installConstraints serves OpenShift's SecurityContextConstraints until the test ends. Nobody admits pods by them: see test/restricted.
func installConstraints() {
	GinkgoHelper()
	installKinds(securityv1.GroupVersion.String(), []string{"securitycontextconstraints"},
		filepath.Join(module(".", "github.com/openshift/api"), "security", "v1", "zz_generated.crd-manifests"))
}

// announceConstraints announces their API until the test ends, as that of a server that is not there.
func announceConstraints(ctx context.Context) client.Object {
	GinkgoHelper()
	service := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"group": securityv1.GroupName, "version": "v1", "groupPriorityMinimum": int64(1000), "versionPriority": int64(100),
		"insecureSkipTLSVerify": true, "service": map[string]any{"namespace": "default", "name": "nobody"},
	}}}
	service.SetAPIVersion("apiregistration.k8s.io/v1")
	service.SetKind("APIService")
	service.SetName("v1." + securityv1.GroupName)
	Expect(admin.Create(ctx, service)).To(Succeed())
	groups, err := discovery.NewDiscoveryClientForConfig(adminConfig)
	Expect(err).NotTo(HaveOccurred())
	listed := func() bool {
		list, err := groups.ServerGroups()
		Expect(err).NotTo(HaveOccurred())
		return slices.ContainsFunc(list.Groups, func(group metav1.APIGroup) bool { return group.Name == securityv1.GroupName })
	}
	DeferCleanup(func(ctx context.Context) {
		Expect(client.IgnoreNotFound(admin.Delete(ctx, service))).To(Succeed())
		Eventually(listed).Should(BeFalse()) // An operator that starts before would wait for it.
	})
	return service
}

// withS3API is a store that has an S3 gateway, too.
func withS3API(store *v1alpha1.ZotArtifactStore) *v1alpha1.ZotArtifactStore {
	store.Spec.Extensions = &v1alpha1.ExtensionsSpec{S3API: &v1alpha1.S3APISpec{Storage: &v1alpha1.S3APIStorageSpec{
		Type: v1alpha1.S3APIBucket,
		S3: &v1alpha1.S3APIBucketSpec{
			Bucket: "objects", Region: "eu-west-1", AccessKeySecret: "objects", SecretKeySecret: "objects",
		},
	}}}
	return store
}

// podsOf gives the pods of zot and of the S3 gateway, as they are to be.
func podsOf(ctx context.Context, store *v1alpha1.ZotArtifactStore) (zot, gateway corev1.PodSpec) {
	GinkgoHelper()
	set, deployment := &appsv1.StatefulSet{}, &appsv1.Deployment{}
	Eventually(func(g Gomega) {
		cluster{g}.settle(ctx, store)
		g.Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Workload(store.Name)}, set)).To(Succeed())
		g.Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.S3(store.Name)}, deployment)).To(Succeed())
	}).Should(Succeed())
	return set.Spec.Template.Spec, deployment.Spec.Template.Spec
}

var _ = Describe("OpenShift's constraints", func() {
	expectFixed := func(pods ...corev1.PodSpec) {
		GinkgoHelper()
		for _, pod := range pods {
			Expect(pod.SecurityContext.RunAsUser).To(HaveValue(BeEquivalentTo(1000)))
			Expect(pod.SecurityContext.FSGroup).To(HaveValue(BeEquivalentTo(1000)))
		}
	}
	expectAssigned := func(pods ...corev1.PodSpec) {
		GinkgoHelper()
		for _, pod := range pods {
			Expect(restricted.Refusals(pod)).To(BeEmpty())
			Expect(pod.SecurityContext.RunAsUser).To(BeNil())
			Expect(pod.SecurityContext.FSGroup).To(BeNil())
		}
	}

	It("leave the user of pods to the cluster, from the moment that they are there", func(ctx SpecContext) {
		installRoutes()
		start(options{})
		early := withS3API(filesystemStore(namespace(ctx), "early"))
		create(ctx, early)
		zot, gateway := podsOf(ctx, early)
		expectFixed(zot, gateway) // Routes alone are no sign of them.

		By("installing them while the operator runs")
		installConstraints()
		late := withS3API(filesystemStore(namespace(ctx), "late"))
		// The operator hears of an API a moment after the first who ask for it.
		Eventually(func() *int64 {
			trial := filesystemStore(late.Namespace, "")
			trial.GenerateName = "trial-"
			create(ctx, trial)
			set := &appsv1.StatefulSet{}
			Eventually(func(g Gomega) {
				cluster{g}.settle(ctx, trial)
				g.Expect(admin.Get(ctx, client.ObjectKey{Namespace: trial.Namespace, Name: names.Workload(trial.Name)}, set)).To(Succeed())
			}).Should(Succeed())
			return set.Spec.Template.Spec.SecurityContext.RunAsUser
		}).Should(BeNil())
		create(ctx, late)
		zot, gateway = podsOf(ctx, late)
		expectAssigned(zot, gateway)

		By("looking at the earlier store again, whose files are its user's")
		change(ctx, early, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Log = &v1alpha1.LogSpec{Level: "debug"} })
		Eventually(func(g Gomega) {
			cluster{g}.settle(ctx, early)
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(early), early)).To(Succeed())
			g.Expect(early.Status.ObservedGeneration).To(HaveValue(Equal(early.Generation)))
		}).Should(Succeed())
		zot, gateway = podsOf(ctx, early)
		expectFixed(zot, gateway)
	})

	// A user that is chosen stays with the store, so that none is while nobody can tell which one the cluster takes.
	It("are waited for where the cluster has announced them and does not serve them", func(ctx SpecContext) {
		start(options{})
		early := filesystemStore(namespace(ctx), "early")
		create(ctx, early)
		ready(ctx, early)
		service := announceConstraints(ctx)
		late := withS3API(filesystemStore(early.Namespace, "late"))
		create(ctx, late)
		for _, kind := range []string{v1alpha1.ConditionWorkloadReady, v1alpha1.ConditionExtensionsReady} {
			Eventually(func(g Gomega) {
				cluster{g}.settle(ctx, late)
				g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(late), late)).To(Succeed())
				found := meta.FindStatusCondition(late.Status.Conditions, kind)
				g.Expect(found).NotTo(BeNil())
				g.Expect(found.Message).To(ContainSubstring("does not serve them yet"))
			}).Should(Succeed())
		}
		for object, name := range map[client.Object]string{
			&appsv1.StatefulSet{}: names.Workload(late.Name), &appsv1.Deployment{}: names.S3(late.Name),
		} {
			Expect(admin.Get(ctx, client.ObjectKey{Namespace: late.Namespace, Name: name}, object)).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		}
		ready(ctx, early)

		By("announcing them no longer")
		Expect(admin.Delete(ctx, service)).To(Succeed())
		zot, gateway := podsOf(ctx, late)
		expectFixed(zot, gateway)
	})

	It("are known to an operator that starts where they are", func(ctx SpecContext) {
		installConstraints()
		start(options{})
		store := withS3API(filesystemStore(namespace(ctx), "assigned"))
		create(ctx, store)
		zot, gateway := podsOf(ctx, store)
		expectAssigned(zot, gateway)
	})
})

// OpenShift asks for a permission of its own before it lets somebody choose the host of a Route, and another time when the host changes. A
// policy asks the same here: the subresource, and the verbs.
var _ = Describe("The host of a Route, guarded as OpenShift does it", func() {
	It("is the operator's to choose, and nobody's who may only make Routes", func(ctx SpecContext) {
		installRoutes()
		guardHosts(ctx)
		start(options{})
		store := filesystemStore(namespace(ctx), "routed")
		store.Spec.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{Host: "one.example.com"}}
		create(ctx, store)
		route := &routev1.Route{}
		key := client.ObjectKey{Namespace: store.Namespace, Name: names.Route(store.Name)}
		Eventually(func() error { return admin.Get(ctx, key, route) }).Should(Succeed())

		By("choosing another one")
		change(ctx, store, func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking.Route.Host = "two.example.com" })
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, key, route)).To(Succeed())
			g.Expect(route.Spec.Host).To(Equal("two.example.com"))
		}).Should(Succeed())

		By("asking as somebody without that permission")
		other := as(ctx, "router", routev1.GroupName, "routes")
		made := &routev1.Route{ObjectMeta: metav1.ObjectMeta{Namespace: store.Namespace, Name: "other"}}
		made.Spec.To = routev1.RouteTargetReference{Kind: "Service", Name: "other"}
		made.Spec.Host = "three.example.com"
		Expect(other.Create(ctx, made)).To(MatchError(apierrors.IsInvalid, "IsInvalid"))
		made.Spec.Host = ""
		Expect(other.Create(ctx, made)).To(Succeed())
	})
})

// guardHosts makes the policy, and waits until it is in effect.
func guardHosts(ctx context.Context) {
	GinkgoHelper()
	const may = "authorizer.group('route.openshift.io').resource('routes').subresource('custom-host')" +
		".namespace(object.metadata.namespace).check(request.operation == 'CREATE' ? 'create' : 'update').allowed()"
	meta := metav1.ObjectMeta{Name: "custom-host"}
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{ObjectMeta: meta}
	policy.Spec.MatchConstraints = &admissionregistrationv1.MatchResources{
		ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
			Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create, admissionregistrationv1.Update},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{"route.openshift.io"}, APIVersions: []string{"v1"}, Resources: []string{"routes"}},
		}}},
	}
	policy.Spec.Validations = []admissionregistrationv1.Validation{{
		Expression: "(has(object.spec.host) ? object.spec.host : '') == " +
			"(oldObject != null && has(oldObject.spec.host) ? oldObject.spec.host : '') || " + may,
		Message: "you do not have permission to set the host",
	}}
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{ObjectMeta: meta}
	binding.Spec.PolicyName = policy.Name
	binding.Spec.ValidationActions = []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny}
	for _, object := range []client.Object{policy, binding} {
		Expect(admin.Create(ctx, object)).To(Succeed())
		DeferCleanup(func(ctx context.Context) { Expect(admin.Delete(ctx, object)).To(Succeed()) })
	}
	nobody := as(ctx, "nobody", routev1.GroupName, "routes")
	Eventually(func() error {
		route := &routev1.Route{ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "guarded-"}}
		route.Spec.To = routev1.RouteTargetReference{Kind: "Service", Name: "any"}
		route.Spec.Host = "guarded.example.com"
		return nobody.Create(ctx, route, client.DryRunAll)
	}).Should(MatchError(apierrors.IsInvalid, "IsInvalid"))
}

// as is a client of somebody who may do everything with objects of one kind, and nothing else.
func as(ctx context.Context, name, group, resource string) client.Client {
	GinkgoHelper()
	permit(ctx, name, group, resource)
	access := rest.CopyConfig(adminConfig)
	access.Impersonate = rest.ImpersonationConfig{UserName: name}
	made, err := client.New(access, client.Options{Scheme: controllers.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return made
}

var _ = Describe("A cluster's proxy", func() {
	It("is told to stores that call somebody, and restarts these once when it changes", func(ctx SpecContext) {
		first := start(options{})
		inside := filesystemStore(namespace(ctx), "inside")
		outside := filesystemStore(inside.Namespace, "outside")
		outside.Spec.Extensions = &v1alpha1.ExtensionsSpec{Sync: &v1alpha1.SyncSpec{
			Registries: []v1alpha1.SyncRegistry{{URLs: []string{"https://ghcr.io"}, OnDemand: new(true)}},
		}}
		generation := func(store *v1alpha1.ZotArtifactStore) int64 {
			GinkgoHelper()
			set := &appsv1.StatefulSet{}
			Expect(admin.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: names.Workload(store.Name)}, set)).To(Succeed())
			return set.Generation
		}
		for _, store := range []*v1alpha1.ZotArtifactStore{inside, outside} {
			create(ctx, store)
			ready(ctx, store)
			Expect(generation(store)).To(BeEquivalentTo(1))
		}
		first.stop()

		By("starting the operator anew with a proxy, as OLM does")
		proxy := resources.Proxy{HTTPS: "http://proxy.example.com:3128", Direct: "10.0.0.0/8"}
		second := start(options{proxy: proxy})
		Eventually(func() int64 { return generation(outside) }).Should(BeEquivalentTo(2))
		ready(ctx, outside)
		set := &appsv1.StatefulSet{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: outside.Namespace, Name: names.Workload(outside.Name)}, set)).To(Succeed())
		pod := set.Spec.Template.Spec
		for _, container := range append(pod.InitContainers, pod.Containers...) {
			Expect(container.Env).To(ContainElements(
				corev1.EnvVar{Name: "HTTPS_PROXY", Value: proxy.HTTPS}, corev1.EnvVar{Name: "https_proxy", Value: proxy.HTTPS},
				corev1.EnvVar{Name: "NO_PROXY", Value: proxy.Completed("cluster.local").Direct}))
		}
		ready(ctx, inside)
		Expect(generation(inside)).To(BeEquivalentTo(1), "a store that calls nobody was restarted")
		calm(ctx, outside)
		second.stop()

		By("starting it another time, with the same proxy")
		before := versions(ctx, outside)
		third := start(options{proxy: proxy})
		silent(ctx, outside, third.began, before)
		Expect(generation(outside)).To(BeEquivalentTo(2))
	})
})

package e2e

import (
	"context"
	"maps"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// restricted enforces the strictest pod security standard.
var restricted = map[string]string{
	"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted",
}

// watched are the namespaces that are described when the running spec fails.
var watched []string

var _ = BeforeEach(func() { watched = nil })

// newNamespace makes a namespace for the running spec, which is removed at its end.
func newNamespace(ctx context.Context, purpose string) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "e2e-" + purpose + "-", Labels: map[string]string{suiteLabel: "true"},
	}}
	maps.Copy(namespace.Labels, restricted)
	Expect(env.client.Create(ctx, namespace)).To(Succeed())
	watched = append(watched, namespace.Name)
	DeferCleanup(func(ctx SpecContext) { removeNamespace(ctx, namespace.Name) }, NodeTimeout(removeTimeout+time.Minute))
	return namespace.Name
}

// removeNamespace deletes a namespace and waits until it is gone: what comes next is not to be disturbed by it.
func removeNamespace(ctx context.Context, name string) {
	GinkgoHelper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	Expect(client.IgnoreNotFound(env.client.Delete(ctx, namespace))).To(Succeed())
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		err := env.client.Get(ctx, client.ObjectKeyFromObject(namespace), namespace)
		var remains []string
		for _, c := range namespace.Status.Conditions {
			if c.Status == corev1.ConditionTrue {
				remains = append(remains, string(c.Type)+": "+c.Message)
			}
		}
		slices.Sort(remains)
		g.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "namespace %s is still there (%v): %v", name, err, remains)
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
}

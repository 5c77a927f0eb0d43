package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/zot-artifact-store/operator/test/e2e/registry"
)

// The pages that tell how to install the operator, and how to remove it.
const (
	installPage   = "README.md"
	uninstallPage = "docs/troubleshooting.md"
)

// The ways to install the operator without Operator Lifecycle Manager. Each has a cluster that was made for it, as hack/test.sh does.
var _ = Describe("an installation by hand", Label("installs"), func() {
	var before []string
	look := func(ctx context.Context) {
		GinkgoHelper()
		var err error
		before, err = everything(ctx)
		Expect(err).NotTo(HaveOccurred())
	}
	BeforeEach(func(ctx SpecContext) {
		if !env.empty {
			Skip("E2E_EMPTY is not 1: `hack/test.sh installs` makes an empty cluster for each way to install the operator")
		}
		watched = append(watched, operatorNamespace, documentNamespace)
		look(ctx)
		expectEmpty(before)
	})

	It("is one file, and leaves no trace when it is removed", Label("installer"), func(ctx SpecContext) {
		documented(ctx, installPage, "make installer")
		documented(ctx, installPage, "kubectl apply --server-side -f dist/install.yaml")
		use(ctx)
		removeUsed(ctx)
		documented(ctx, uninstallPage, "kubectl delete -f dist/install.yaml")
		expectNoTrace(ctx, before)
	}, NodeTimeout(specTimeout))

	It("has webhooks with a certificate of its own, and leaves no trace when it is removed", Label("default"), func(ctx SpecContext) {
		comeAndGo(ctx, "config/default")
		expectNoTrace(ctx, before)
	}, NodeTimeout(specTimeout))

	It("has webhooks with a certificate of cert-manager, and leaves no trace when it is removed", Label("certmanager"), func(ctx SpecContext) {
		if !env.servers {
			Skip("E2E_SERVERS is not 1: the image of cert-manager cannot be pulled; hack/servers.sh brings it into the test cluster")
		}
		watched = append(watched, "cert-manager")
		installCertManager(ctx)
		look(ctx)
		comeAndGo(ctx, "config/certmanager")
		expectNoTrace(ctx, before)
	}, NodeTimeout(specTimeout))
})

// comeAndGo installs the operator as an overlay of config/ has it, uses it, and removes it: a registry outlasts the operator, until its
// owner deletes it.
func comeAndGo(ctx context.Context, overlay string) {
	GinkgoHelper()
	documented(ctx, installPage, "kubectl apply -f config/crd/zotartifactstore_crd.yaml")
	documented(ctx, installPage, "kubectl apply -k "+overlay)
	image := use(ctx)
	documented(ctx, uninstallPage, "kubectl delete -k "+overlay)
	pull(ctx, documentStore(minimalName), image)
	Expect(documented(ctx, uninstallPage, "kubectl get zas,pvc -A")).To(MatchRegexp(`(?s)\b%s .*\b%[1]s-data `, minimalName))
	removeUsed(ctx)
	documented(ctx, uninstallPage, "kubectl delete -f config/crd/zotartifactstore_crd.yaml")
}

// documented runs a command that a page prints just so.
func documented(ctx context.Context, page, command string) string {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(env.root, page))
	Expect(err).NotTo(HaveOccurred())
	Expect(string(content)).To(MatchRegexp("(?m)(^|`)"+regexp.QuoteMeta(command)+"(`| *#| *$)"), "%s does not print the command", page)
	return run(ctx, command)
}

// use waits for the operator, and has it run the first registry of the documentation.
func use(ctx context.Context) registry.Image {
	GinkgoHelper()
	documented(ctx, installPage, "kubectl -n zot-operator-system rollout status deployment/zot-operator-manager")
	expectAdmission(ctx)
	run(ctx, "kubectl apply -f config/samples/zotartifactstore_minimal.yaml")
	restrict(ctx, documentNamespace)
	store := documentStore(minimalName)
	waitRunning(ctx, store)
	return push(ctx, store, "kept/app", "v1")
}

// removeUsed removes that registry, with its volume and its namespace.
func removeUsed(ctx context.Context) {
	GinkgoHelper()
	documented(ctx, uninstallPage, "kubectl -n zot-system delete zas zot-artifact-store-minimal")
	waitGone(ctx, documentStore(minimalName))
	documented(ctx, uninstallPage, "kubectl -n zot-system delete pvc zot-artifact-store-minimal-data")
	documented(ctx, uninstallPage, "kubectl delete namespace zot-system")
}

// leftOut are kinds that everything leaves out: events come and go, and the server warns of the others.
var leftOut = []string{"events", "componentstatuses", "endpoints"}

// everything lists the objects of all kinds, as `<resource>.<group> <namespace>/<name>`.
func everything(ctx context.Context) ([]string, error) {
	kinds, err := env.kubernetes.Discovery().ServerPreferredResources()
	if err != nil {
		return nil, fmt.Errorf("ask the cluster for its kinds of objects: %w", err)
	}
	var out []string
	for _, list := range kinds {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, kind := range list.APIResources {
			if !slices.Contains(kind.Verbs, "list") || slices.Contains(leftOut, kind.Name) {
				continue
			}
			found := &metav1.PartialObjectMetadataList{}
			found.SetGroupVersionKind(version.WithKind(kind.Kind + "List"))
			if err := env.client.List(ctx, found); err != nil {
				return nil, fmt.Errorf("list %s of %s: %w", kind.Name, version, err)
			}
			resource := schema.GroupResource{Group: version.Group, Resource: kind.Name}
			for i := range found.Items {
				out = append(out, fmt.Sprintf("%s %s/%s", resource, found.Items[i].Namespace, found.Items[i].Name))
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// What somebody may have brought onto a cluster, and what each has from its start.
var (
	brought = regexp.MustCompile(`^(namespaces|persistentvolumes|customresourcedefinitions\.\S+|(mutating|validating)webhookconfigurations\.\S+) ` +
		`|zot-operator|artifacts\.zot\.io`)
	fromStart = regexp.MustCompile(`^namespaces /(default|kube-[a-z-]+)$`)
)

// expectEmpty says whether nobody has brought anything onto a cluster.
func expectEmpty(objects []string) {
	GinkgoHelper()
	Expect(objects).To(ContainElement("namespaces /kube-system"), "the objects were not found")
	foreign := slices.DeleteFunc(slices.Clone(objects), func(object string) bool {
		return !brought.MatchString(object) || fromStart.MatchString(object)
	})
	Expect(foreign).To(BeEmpty(), "the cluster is not empty: hack/empty.sh makes one that is")
}

// expectNoTrace waits until the cluster has what it had, no object more and none less.
func expectNoTrace(ctx context.Context, before []string) {
	GinkgoHelper()
	without := func(all, known []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(object string) bool { return slices.Contains(known, object) })
	}
	var after []string
	Eventually(ctx, func(g Gomega, ctx context.Context) {
		var err error
		after, err = everything(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(without(after, before)).To(BeEmpty(), "it has left something behind")
		g.Expect(without(before, after)).To(BeEmpty(), "it has taken something along")
	}).WithTimeout(removeTimeout).WithPolling(interval).Should(Succeed())
	AddReportEntry("objects", fmt.Sprintf("%d before, %d after", len(before), len(after)), ReportEntryVisibilityAlways)
}

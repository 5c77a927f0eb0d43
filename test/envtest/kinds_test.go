package envtest

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	routev1 "github.com/openshift/api/route/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// installRoutes serves OpenShift's Routes until the test ends.
func installRoutes() {
	GinkgoHelper()
	installKinds(routev1.GroupVersion.String(), []string{"routes"},
		filepath.Join(module(".", "github.com/openshift/api"), "route", "v1", "zz_generated.crd-manifests"))
}

// installGateways serves kinds of the Gateway API until the test ends, by their plural names.
func installGateways(plurals ...string) {
	GinkgoHelper()
	folder := filepath.Join(module(".", "sigs.k8s.io/gateway-api"), "config", "crd", "standard")
	var files []string
	for _, plural := range plurals {
		files = append(files, filepath.Join(folder, gatewayv1.GroupName+"_"+plural+".yaml"))
	}
	installKinds(gatewayv1.GroupVersion.String(), plurals, files...)
}

// installCertificates serves cert-manager's Certificates until the test ends. Nobody issues them but cluster.
func installCertificates() {
	GinkgoHelper()
	folder := module(repository("test", "servers", "certmanager"), "github.com/cert-manager/cert-manager")
	installKinds("cert-manager.io/v1", []string{"certificates"}, filepath.Join(folder, "deploy", "crds", "cert-manager.io_certificates.yaml"))
}

// installServiceMonitors serves those of the Prometheus operator until the test ends. Nobody acts on them. The CRD is made from its types,
// as its makers do.
func installServiceMonitors() {
	GinkgoHelper()
	folder := GinkgoT().TempDir()
	tool, err := filepath.Abs(repository("hack", "tool.sh"))
	Expect(err).NotTo(HaveOccurred())
	command := exec.Command(tool, "controller-gen", "crd:crdVersions=v1",
		"paths=github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1", "output:crd:dir="+folder)
	command.Dir = repository("test", "servers", "prometheusoperator")
	said, err := command.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(said))
	installKinds("monitoring.coreos.com/v1", []string{"servicemonitors"}, filepath.Join(folder, "monitoring.coreos.com_servicemonitors.yaml"))
}

// module is the folder of a module that another one, in that folder, depends on.
func module(dependent, path string) string {
	GinkgoHelper()
	command := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path)
	command.Dir = dependent
	folder, err := command.Output()
	Expect(err).NotTo(HaveOccurred())
	Expect(string(folder)).NotTo(BeEmpty(), "module %s is not there", path)
	return strings.TrimSpace(string(folder))
}

func installKinds(version string, plurals []string, paths ...string) {
	GinkgoHelper()
	crds := envtest.CRDInstallOptions{Paths: paths}
	_, err := envtest.InstallCRDs(adminConfig, crds)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		Expect(envtest.UninstallCRDs(adminConfig, crds)).To(Succeed())
		// The API server lists the kinds for a moment longer: an operator that starts now would wait for what never comes.
		groups, err := discovery.NewDiscoveryClientForConfig(adminConfig)
		Expect(err).NotTo(HaveOccurred())
		Eventually(func(g Gomega) {
			list, err := groups.ServerResourcesForGroupVersion(version)
			if apierrors.IsNotFound(err) {
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			for i := range list.APIResources {
				g.Expect(slices.Contains(plurals, list.APIResources[i].Name)).To(BeFalse())
			}
		}).Should(Succeed())
	})
}

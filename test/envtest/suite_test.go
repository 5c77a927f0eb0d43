package envtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/zot-artifact-store/operator/controllers"
)

const (
	assets = "KUBEBUILDER_ASSETS"
	// promised names the version that the API server must be of, where several are tried: no run may pass for another one's.
	promised = "KUBERNETES_VERSION"
)

// The user that config/rbac gives its permissions to.
const (
	operatorNamespace = "zot-operator-system"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":zot-operator-manager"
)

// What all tests share: one API server with its audit log, and clients of it.
var (
	admin          client.Client
	adminConfig    *rest.Config
	operatorConfig *rest.Config
	requests       *auditLog
)

func TestContract(t *testing.T) {
	requireServers(t)
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
	suite, reporter := GinkgoConfiguration()
	reporter.Succinct = !reporter.Verbose && !reporter.VeryVerbose
	RunSpecs(t, "Contract with a real API server", suite, reporter)
}

var _ = BeforeSuite(func() {
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter), zap.UseDevMode(true)))
	folder := GinkgoT().TempDir()
	requests = newAuditLog(folder)
	environment := &envtest.Environment{
		Scheme:                   controllers.Scheme(),
		ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout:  time.Minute,
		CRDDirectoryPaths:        []string{repository("config", "crd")},
		ErrorIfCRDPathMissing:    true,
		WebhookInstallOptions:    envtest.WebhookInstallOptions{Paths: []string{repository("config", "webhook", "manifests.yaml")}},
	}
	environment.ControlPlane.GetAPIServer().Configure().
		// Without a controller of service accounts envtest leaves it out. Here is one: pods need their account.
		Disable("disable-admission-plugins").
		// As OpenShift has it: who sets blockOwnerDeletion must be allowed to set finalizers of the owner.
		Append("enable-admission-plugins", "OwnerReferencesPermissionEnforcement").
		Append("audit-policy-file", requests.policy).
		Append("audit-log-path", requests.path).
		Append("audit-log-mode", "blocking")

	// A start that fails half-way leaves servers behind as well.
	DeferCleanup(environment.Stop)
	var err error
	adminConfig, err = environment.Start()
	Expect(err).NotTo(HaveOccurred())
	if wanted := os.Getenv(promised); wanted != "" {
		info, err := discovery.NewDiscoveryClientForConfigOrDie(adminConfig).ServerVersion()
		Expect(err).NotTo(HaveOccurred())
		Expect(info.GitVersion).To(Equal(wanted), "the API server in %s is not the one of %s", os.Getenv(assets), promised)
	}
	admin, err = client.New(adminConfig, client.Options{Scheme: controllers.Scheme()})
	Expect(err).NotTo(HaveOccurred())

	startControllerManager(environment, folder)
	install("namespace/namespace.yaml", "rbac/service_account.yaml", "rbac/role.yaml", "rbac/role_binding.yaml",
		"rbac/leader_election.yaml")
	user, err := environment.AddUser(envtest.User{Name: operatorUser, Groups: []string{"system:serviceaccounts"}}, &rest.Config{QPS: -1})
	Expect(err).NotTo(HaveOccurred())
	operatorConfig = user.Config()
	reader, err := environment.AddUser(envtest.User{Name: webhooksUser}, &rest.Config{QPS: -1})
	Expect(err).NotTo(HaveOccurred())
	startWatchdog()
	letWebhooksRead(GinkgoT().Context())
	serveWebhooks(reader.Config(), environment.WebhookInstallOptions)
})

// repository gives a path below the root of the repository.
func repository(parts ...string) string {
	return filepath.Join(append([]string{"..", ".."}, parts...)...)
}

// install creates what the files under config/ hold.
func install(files ...string) {
	GinkgoHelper()
	for _, file := range files {
		for _, document := range documents(repository("config", file)) {
			Expect(admin.Create(GinkgoT().Context(), document)).To(Succeed(), file)
		}
	}
}

// documents reads the YAML documents of a file.
func documents(path string) []*unstructured.Unstructured {
	GinkgoHelper()
	data, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	return decode(data)
}

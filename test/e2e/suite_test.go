package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	operatorsv1 "github.com/operator-framework/api/pkg/operators/v1"
	operatorsv1alpha1 "github.com/operator-framework/api/pkg/operators/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// The operator as config/ installs it.
const (
	operatorNamespace = "zot-operator-system"
	operatorAccount   = "zot-operator-manager"
	managerContainer  = "manager"
	agentImageEnv     = "AGENT_IMAGE"
)

var operatorLabels = client.MatchingLabels{
	"app.kubernetes.io/name": "zot-operator", "app.kubernetes.io/component": "manager",
}

// suiteLabel marks the namespaces that this suite makes.
const suiteLabel = "e2e.artifacts.zot.io/suite"

// How long things may take on a small and busy machine. They are bounds, not expectations.
const (
	startTimeout  = 2 * time.Minute  // a store from nothing to Running
	changeTimeout = 3 * time.Minute  // a change of a config map or Secret: the kubelet alone takes up to 90 s
	removeTimeout = 2 * time.Minute  // a namespace with all that is in it
	interval      = time.Second / 2  // between two looks
	specTimeout   = 10 * time.Minute // a whole spec
)

// cluster is what the specs run against.
type cluster struct {
	client     client.Client
	kubernetes kubernetes.Interface
	config     *rest.Config
	// kubeconfig is a copy of the user's, with zot-system as its namespace.
	kubeconfig string
	// root is the checkout: the documentation's commands are run there.
	root string
	// zot is true when the operand is the real zot.
	zot          bool
	upgradeImage string
	// operandUpgradeTag is another image of zot in the repository that stores take theirs from.
	operandUpgradeTag string
	servers           bool
	// olm are the versions of the three releases of hack/olm.sh, on a cluster on which Operator Lifecycle Manager brings the operator and
	// nobody else; elsewhere it is empty.
	olm []string
	// empty is true on a cluster that hack/empty.sh has made, on which nobody has installed anything.
	empty    bool
	auditLog string
}

var env cluster

func TestCluster(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Skip("the cluster tier is skipped: KUBECONFIG names no cluster. `hack/deploy.sh` starts one with the operator in it")
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "cluster tier")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	env = connect()
	operand := "the STAND-IN, not zot"
	if env.zot {
		operand = "the real zot"
	}
	AddReportEntry("operand", operand, ReportEntryVisibilityAlways)
	if len(env.olm) > 0 || env.empty {
		return // the specs bring the operator, and clear what an earlier run left behind
	}
	deployment := operatorDeployment(ctx)
	Expect(deployment.Status.ReadyReplicas).NotTo(BeZero(), "no pod of the operator is ready:\n%s", describePods(ctx, operatorNamespace))

	stale := &corev1.NamespaceList{}
	Expect(env.client.List(ctx, stale, client.MatchingLabels{suiteLabel: "true"})).To(Succeed())
	for i := range stale.Items {
		By("removing namespace " + stale.Items[i].Name + ", which an earlier run left behind")
		removeNamespace(ctx, stale.Items[i].Name)
	}
}, NodeTimeout(5*time.Minute))

func connect() cluster {
	GinkgoHelper()
	scheme := clientscheme.Scheme
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	Expect(operatorsv1alpha1.AddToScheme(scheme)).To(Succeed())
	Expect(operatorsv1.AddToScheme(scheme)).To(Succeed())
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	raw, err := rules.Load()
	Expect(err).NotTo(HaveOccurred(), "read the kubeconfig")
	config, err := clientcmd.NewDefaultClientConfig(*raw, nil).ClientConfig()
	Expect(err).NotTo(HaveOccurred(), "read the kubeconfig")
	config.QPS, config.Burst = -1, -1
	direct, err := client.New(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred(), "reach the cluster")
	clients, err := kubernetes.NewForConfig(config)
	Expect(err).NotTo(HaveOccurred(), "reach the cluster")
	root, err := filepath.Abs("../..")
	Expect(err).NotTo(HaveOccurred())

	// The documentation's commands carry no -n.
	Expect(raw.Contexts).To(HaveKey(raw.CurrentContext), "the kubeconfig has no current context")
	raw.Contexts[raw.CurrentContext].Namespace = documentNamespace
	copied := filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(clientcmd.WriteToFile(*raw, copied)).To(Succeed())

	return cluster{
		client: direct, kubernetes: clients, config: config, kubeconfig: copied, root: root,
		zot:               os.Getenv("E2E_OPERAND") == "zot",
		upgradeImage:      os.Getenv("E2E_OPERATOR_UPGRADE_IMAGE"),
		operandUpgradeTag: os.Getenv("E2E_OPERAND_UPGRADE_TAG"),
		servers:           os.Getenv("E2E_SERVERS") == "1",
		olm:               strings.Fields(os.Getenv("E2E_OLM")),
		empty:             os.Getenv("E2E_EMPTY") == "1",
		auditLog:          os.Getenv("CLUSTER_AUDIT_LOG"),
	}
}

// operatorDeployment finds the operator.
func operatorDeployment(ctx context.Context) *appsv1.Deployment {
	GinkgoHelper()
	found := &appsv1.DeploymentList{}
	Expect(env.client.List(ctx, found, client.InNamespace(operatorNamespace), operatorLabels)).To(Succeed())
	Expect(found.Items).To(HaveLen(1), fmt.Sprintf("namespace %s does not hold the operator's Deployment; run hack/deploy.sh", operatorNamespace))
	return &found.Items[0]
}

// operatorPods lists the pods of the operator that are not on their way out.
func operatorPods(ctx context.Context) []corev1.Pod {
	GinkgoHelper()
	pods := &corev1.PodList{}
	Expect(env.client.List(ctx, pods, client.InNamespace(operatorNamespace), operatorLabels)).To(Succeed())
	var out []corev1.Pod
	for i := range pods.Items {
		if pods.Items[i].DeletionTimestamp == nil {
			out = append(out, pods.Items[i])
		}
	}
	return out
}

package envtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// controllerManager is the name of the binary, beside those of the API server and of etcd.
const controllerManager = "kube-controller-manager"

// clusterControllers are those of the cluster that have to do with what the operator owns. The others look for nodes, which are not
// there: they would end the pods that the tests bind to one.
var clusterControllers = []string{
	"garbage-collector-controller", "namespace-controller", "serviceaccount-controller", "statefulset-controller", "disruption-controller",
	"persistentvolume-binder-controller", "persistentvolumeclaim-protection-controller", "persistentvolume-protection-controller",
}

// requireServers skips where there are no servers. Where they must be there, a missing one fails: a tier that did not run has
// not passed.
func requireServers(t *testing.T) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("CI") != "" {
		skip = t.Fatalf
	}
	folder := os.Getenv(assets)
	if folder == "" {
		skip("skipped: the contract tests need kube-apiserver, etcd and %s; %s must name the folder that holds them", controllerManager, assets)
	}
	if _, err := os.Stat(filepath.Join(folder, controllerManager)); err != nil {
		skip("skipped: %s is not beside the API server: %v. `hack/cluster.sh build --only=kubernetes` makes it, and `hack/cluster.sh env "+
			"--envtest` names the folder for %s", controllerManager, err, assets)
	}
}

// startControllerManager runs it until the suite ends, as a user who may do everything.
func startControllerManager(environment *envtest.Environment, folder string) {
	GinkgoHelper()
	user, err := environment.AddUser(
		envtest.User{Name: "system:" + controllerManager, Groups: []string{"system:masters"}}, &rest.Config{QPS: -1})
	Expect(err).NotTo(HaveOccurred())
	access, err := user.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, output := filepath.Join(folder, "controller-manager.kubeconfig"), filepath.Join(folder, "controller-manager.log")
	Expect(os.WriteFile(kubeconfig, access, 0o600)).To(Succeed())
	log, err := os.Create(output)
	Expect(err).NotTo(HaveOccurred())

	// #nosec G204 -- the binary of the folder that the caller names
	process := exec.Command(filepath.Join(os.Getenv(assets), controllerManager),
		"--kubeconfig="+kubeconfig, "--controllers="+strings.Join(clusterControllers, ","), "--leader-elect=false",
		"--secure-port=0", // Nobody asks it, and another cluster of this machine may have the port.
		"--kube-api-qps=500", "--kube-api-burst=1000", "--pvclaimbinder-sync-period=5s",
		"--flex-volume-plugin-dir="+filepath.Join(folder, "flexvolume"))
	process.Stdout, process.Stderr = log, log
	Expect(process.Start()).To(Succeed())
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }()
	DeferCleanup(func() {
		defer func() { _ = log.Close() }()
		Expect(process.Process.Signal(os.Interrupt)).To(Or(Succeed(), MatchError(os.ErrProcessDone)))
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				Expect(err).NotTo(HaveOccurred())
			}
		case <-time.After(30 * time.Second):
			Expect(process.Process.Kill()).To(Succeed())
		}
	})

	// It works when it has done something.
	Eventually(func(ctx context.Context) error {
		select {
		case err := <-ended:
			text, _ := os.ReadFile(output)
			ended <- err
			StopTrying(controllerManager + " has ended: " + string(text[max(0, len(text)-4000):])).Wrap(err).Now()
		default:
		}
		account := &corev1.ServiceAccount{}
		return admin.Get(ctx, client.ObjectKey{Namespace: "default", Name: "default"}, account)
	}, time.Minute).WithContext(GinkgoT().Context()).Should(Succeed())
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/zot-artifact-store/operator/controllers"
	"github.com/zot-artifact-store/operator/test/e2e/audit"
)

// The user that config/rbac gives its permissions to.
const (
	operatorNamespace = "zot-operator-system"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":zot-operator-manager"
)

// auditPolicy keeps the operator's requests and no others: the log is read again and again.
const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
  - level: Metadata
    users: ["` + operatorUser + `"]
  - level: None
`

// clusterControllers are those of the cluster that change what the operator watches.
var clusterControllers = []string{
	"serviceaccount-controller", "statefulset-controller", "disruption-controller",
	"persistentvolume-binder-controller", "persistentvolumeclaim-protection-controller",
}

// servers are those of the cluster.
type servers struct {
	environment *envtest.Environment
	manager     *process
	config      *rest.Config
	admin       client.Client
	audit       string
}

// startServers starts them and installs the operator's types and permissions. What has started is returned even with an error.
func startServers(ctx context.Context, fail context.CancelCauseFunc, folder string) (*servers, error) {
	s := &servers{audit: filepath.Join(folder, "audit.log")}
	policy := filepath.Join(folder, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return s, fmt.Errorf("write the audit policy: %w", err)
	}
	s.environment = &envtest.Environment{
		UseExistingCluster:       new(false), // whatever the environment says
		Scheme:                   controllers.Scheme(),
		ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout:  time.Minute,
		CRDDirectoryPaths:        []string{filepath.Join("config", "crd")},
		ErrorIfCRDPathMissing:    true,
	}
	s.environment.ControlPlane.GetAPIServer().Configure().
		// Without a controller of service accounts envtest leaves it out. Here is one: pods need their account.
		Disable("disable-admission-plugins").
		Set("service-cluster-ip-range", "10.0.0.0/16"). // The default has room for 254 Services.
		Append("audit-policy-file", policy).
		Append("audit-log-path", s.audit).
		Append("audit-log-mode", "blocking")
	var err error
	if s.config, err = s.environment.Start(); err != nil {
		return s, fmt.Errorf("start etcd and kube-apiserver: %w", err)
	}
	s.config.QPS = -1
	if s.admin, err = client.New(s.config, client.Options{Scheme: controllers.Scheme()}); err != nil {
		return s, fmt.Errorf("make a client: %w", err)
	}
	if err := s.startControllerManager(fail, folder); err != nil {
		return s, err
	}
	for _, file := range []string{
		"namespace/namespace.yaml", "rbac/service_account.yaml", "rbac/role.yaml", "rbac/role_binding.yaml",
		"rbac/leader_election.yaml", "rbac/metrics.yaml",
	} {
		if err := s.install(ctx, filepath.Join("config", filepath.FromSlash(file))); err != nil {
			return s, err
		}
	}
	return s, wait(ctx, time.Minute, "the service account of a namespace", func() (bool, error) {
		err := s.admin.Get(ctx, client.ObjectKey{Namespace: "default", Name: "default"}, &corev1.ServiceAccount{})
		return err == nil, client.IgnoreNotFound(err)
	})
}

func (s *servers) startControllerManager(fail context.CancelCauseFunc, folder string) error {
	const name = "kube-controller-manager"
	kubeconfig, err := s.access(folder, envtest.User{Name: "system:" + name, Groups: []string{"system:masters"}}, name)
	if err != nil {
		return err
	}
	s.manager, err = launch(fail, folder, name, exec.Command(filepath.Join(os.Getenv(assets), name),
		"--kubeconfig="+kubeconfig, "--controllers="+strings.Join(clusterControllers, ","), "--leader-elect=false",
		"--secure-port=0", // Nobody asks it, and another cluster of this machine may have the port.
		"--kube-api-qps=500", "--kube-api-burst=1000", "--pvclaimbinder-sync-period=5s",
		"--flex-volume-plugin-dir="+filepath.Join(folder, "flexvolume")))
	return err
}

// access writes a kubeconfig for a user.
func (s *servers) access(folder string, user envtest.User, name string) (string, error) {
	made, err := s.environment.AddUser(user, &rest.Config{QPS: -1})
	if err != nil {
		return "", fmt.Errorf("make the user %s: %w", user.Name, err)
	}
	content, err := made.KubeConfig()
	if err != nil {
		return "", fmt.Errorf("make the user %s: %w", user.Name, err)
	}
	path := filepath.Join(folder, name+".kubeconfig")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("write the access of user %s: %w", user.Name, err)
	}
	return path, nil
}

// install creates what a file holds.
func (s *servers) install(ctx context.Context, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("install %s: %w", file, err)
		}
		if len(object.Object) == 0 {
			continue
		}
		if err := s.admin.Create(ctx, object); err != nil {
			return fmt.Errorf("install %s: %w", file, err)
		}
	}
}

// requests are the operator's since that time.
func (s *servers) requests(since time.Time) (requests, error) {
	found, err := audit.File(s.audit, operatorUser, since, time.Now())
	return requests(found), err
}

func (s *servers) stop() error {
	var errs []error
	if s.manager != nil {
		errs = append(errs, s.manager.stop())
	}
	if s.environment != nil {
		errs = append(errs, s.environment.Stop())
	}
	return errors.Join(errs...)
}

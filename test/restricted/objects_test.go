package restricted_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/controllers/workload"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
	"github.com/zot-artifact-store/operator/test/restricted"
)

// The operator runs on OpenShift as it is, be it installed with kustomize or by OLM.
func TestTheOperatorItself(t *testing.T) {
	deployment := appsv1.Deployment{}
	read(t, &deployment, "config", "manager", "deployment.yaml")
	csv := struct {
		Spec struct {
			Install struct {
				Spec struct {
					Deployments []struct{ Spec appsv1.DeploymentSpec }
				}
			}
		}
	}{}
	read(t, &csv, "bundle", "manifests", "zot-artifact-store-operator.clusterserviceversion.yaml")
	if len(csv.Spec.Install.Spec.Deployments) != 1 {
		t.Fatalf("the bundle has %d Deployments", len(csv.Spec.Install.Spec.Deployments))
	}
	for where, pod := range map[string]corev1.PodSpec{
		"config/manager": deployment.Spec.Template.Spec, "bundle": csv.Spec.Install.Spec.Deployments[0].Spec.Template.Spec,
	} {
		if len(pod.Containers) == 0 {
			t.Errorf("%s has no container", where)
		}
		for _, problem := range restricted.Refusals(pod) {
			t.Errorf("%s: %s", where, problem)
		}
	}
}

// openShift is a cluster of today's version.
var openShift = capabilities.Capabilities{Route: true, AssignedUID: true, PodDisruptionBudget: true, NamedNamespaces: true}

// Each store runs on OpenShift as it is, with its S3 gateway, where the API of the constraints is: that of Routes alone is no sign of them.
func TestStores(t *testing.T) {
	other := openShift
	other.AssignedUID = false
	seen := map[string]int{}
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		for kind, pod := range pods(t, c, openShift) {
			seen[kind]++
			for _, problem := range restricted.Refusals(pod) {
				t.Errorf("%s: %s", kind, problem)
			}
		}
		for kind, pod := range pods(t, c, other) {
			if user := pod.SecurityContext.RunAsUser; user == nil || *user != 1000 {
				t.Errorf("%s has user %v without the constraints", kind, user)
			}
		}
	})
	if seen["StatefulSet"] == 0 || seen["Deployment"] == 0 {
		t.Errorf("saw %v: zot, or the S3 gateway, was not looked at", seen)
	}
}

// pods are those that controllers make for a new store, by the kind of what runs them.
func pods(t *testing.T, c fixtures.Case, cluster capabilities.Capabilities) map[string]corev1.PodSpec {
	t.Helper()
	store := component.Store{Object: c.Store, Spec: c.Spec}
	runs, err := workload.Component{AgentImage: fixtures.AgentImage}.Plan(
		store, workload.Facts{Capabilities: cluster, ClaimExists: true, Issued: true})
	if err != nil {
		t.Fatal(err)
	}
	beside, err := extensions.Component{Image: fixtures.AgentImage}.Plan(store, extensions.Facts{Cluster: cluster})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]corev1.PodSpec{}
	for _, object := range append(runs.All(), beside.All()...) {
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		made := struct {
			metav1.TypeMeta
			Spec struct{ Template struct{ Spec corev1.PodSpec } }
		}{}
		if err := json.Unmarshal(data, &made); err == nil && (made.Kind == "StatefulSet" || made.Kind == "Deployment") {
			out[made.Kind] = made.Spec.Template.Spec
		}
	}
	return out
}

func read(t *testing.T, into any, path ...string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// installation is what config/olm builds: what goes into the CSV, and objects that stand beside it in the bundle.
type installation struct {
	deployment appsv1.Deployment
	// rules that the operator's account has, in its own namespace and in the cluster.
	rules, clusterRules []rbacv1.PolicyRule
	account             string
	// rest are Services, budgets, and roles that the operator's account does not have: those of people and of monitoring.
	rest []*unstructured.Unstructured
}

// readInstallation takes a stream of YAML documents apart. A kind that it does not know is an error: left out silently it would be
// missing in installations by OLM alone.
func readInstallation(from io.Reader) (*installation, error) {
	out := &installation{}
	roles := map[string]*unstructured.Unstructured{}
	bound := map[string]bool{}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(from))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return nil, err
		}
		// OLM installs into the namespace that the administrator chose.
		object.SetNamespace("")
		switch kind := object.GetKind(); kind {
		case "Deployment":
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &out.deployment); err != nil {
				return nil, err
			}
		case "ServiceAccount":
			out.account = object.GetName() // OLM makes it from the permissions
		case "Role", "ClusterRole":
			roles[kind+"/"+object.GetName()] = object
		case "RoleBinding", "ClusterRoleBinding":
			kind, _, _ := unstructured.NestedString(object.Object, "roleRef", "kind")
			name, _, _ := unstructured.NestedString(object.Object, "roleRef", "name")
			bound[kind+"/"+name] = true
		case "Service", "PodDisruptionBudget":
			out.rest = append(out.rest, object)
		default:
			return nil, fmt.Errorf("%s %s has no place in a bundle", kind, object.GetName())
		}
	}
	if out.deployment.Name == "" || out.account == "" {
		return nil, fmt.Errorf("no Deployment or no ServiceAccount in it")
	}
	return out, out.sort(roles, bound)
}

// sort puts roles that are bound into the permissions, and the others beside the CSV.
func (i *installation) sort(roles map[string]*unstructured.Unstructured, bound map[string]bool) error {
	for _, key := range sorted(roles) {
		object := roles[key]
		if !bound[key] {
			i.rest = append(i.rest, object)
			continue
		}
		role := rbacv1.ClusterRole{} // a Role has the same rules
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
			return err
		}
		if object.GetKind() == "Role" {
			i.rules = append(i.rules, role.Rules...)
		} else {
			i.clusterRules = append(i.clusterRules, role.Rules...)
		}
	}
	return nil
}

// strategy is the installation as a CSV has it.
func (i *installation) strategy() olm.NamedInstallStrategy {
	return olm.NamedInstallStrategy{
		StrategyName: olm.InstallStrategyNameDeployment,
		StrategySpec: olm.StrategyDetailsDeployment{
			DeploymentSpecs: []olm.StrategyDeploymentSpec{
				{Name: i.deployment.Name, Label: i.deployment.Labels, Spec: i.deployment.Spec},
			},
			Permissions:        []olm.StrategyDeploymentPermissions{{ServiceAccountName: i.account, Rules: i.rules}},
			ClusterPermissions: []olm.StrategyDeploymentPermissions{{ServiceAccountName: i.account, Rules: i.clusterRules}},
		},
	}
}

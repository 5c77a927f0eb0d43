package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	rbacv1 "k8s.io/api/rbac/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// What the static checks of the community's pipeline (operator-pipelines) ask for.
func TestCommunityPipeline(t *testing.T) {
	bundle := committed(t)
	spec := bundle.CSV.Spec
	for what, holds := range map[string]bool{
		"displayName has 3 to 50 characters": len(spec.DisplayName) >= 3 && len(spec.DisplayName) <= 50,
		"description has 20 characters":      len(spec.Description) >= 20,
		"an icon":                            len(spec.Icon) == 1 && spec.Icon[0].MediaType == "image/svg+xml",
		"a maintainer with name and address": len(spec.Maintainers) > 0 && spec.Maintainers[0].Name != "" && strings.Contains(spec.Maintainers[0].Email, "@"),
		"provider.name has 3 characters":     len(spec.Provider.Name) >= 3,
		"a link":                             len(spec.Links) > 0 && spec.Links[0].URL != "",
		"the name is <package>.v<version>":   bundle.CSV.Name == bundle.Package+".v"+spec.Version.String(),
		"the default channel is one":         slices.Contains(bundle.Channels, bundle.DefaultChannel),
	} {
		if !holds {
			t.Errorf("not so: %s", what)
		}
	}
	if _, err := base64.StdEncoding.DecodeString(spec.Icon[0].Data); err != nil {
		t.Errorf("icon: %v", err)
	}
	for _, object := range bundle.Objects {
		if kind := object.GetKind(); !slices.Contains(bundleKinds, kind) {
			t.Errorf("%s %s: OLM takes no such kind in a bundle, or InstallPlans fail where its API is missing", kind, object.GetName())
		}
		if object.GetNamespace() != "" {
			t.Errorf("%s %s names a namespace: the administrator chooses it", object.GetKind(), object.GetName())
		}
	}
}

// bundleKinds are those that every server with OLM knows. Of those that OLM also takes, NetworkPolicies are refused by the pipeline.
var bundleKinds = []string{"ClusterServiceVersion", "CustomResourceDefinition", "Service", "ClusterRole", "PodDisruptionBudget"}

// `oc adm must-gather --all-images` takes the image of this annotation: one of the same release, which administrators copy with the others.
func TestMustGatherImage(t *testing.T) {
	bundle := committed(t)
	image, operator := bundle.CSV.Annotations[gathererAnnotation], bundle.CSV.Annotations["containerImage"]
	if got, want := repositoryOf(image), repositoryOf(operator)+gatherer; got != want {
		t.Errorf("%q is of repository %q, not of %q", image, got, want)
	}
	if version := bundle.CSV.Spec.Version.String(); !strings.Contains(image, "@") && !strings.HasSuffix(image, ":v"+version) {
		t.Errorf("%q is not of version %s", image, version)
	}
	if !slices.ContainsFunc(bundle.CSV.Spec.RelatedImages, func(r olm.RelatedImage) bool { return r.Image == image }) {
		t.Errorf("%q is not in relatedImages", image)
	}
}

func repositoryOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if tag := tagged.FindStringSubmatch(image); tag != nil {
		return tag[1]
	}
	return image
}

// The operator has in an installation by OLM exactly what config/rbac gives it, which is without config/certificates.
func TestPermissionsAreThoseOfConfigRBAC(t *testing.T) {
	var want, got []string
	for _, file := range []string{"role.yaml", "leader_election.yaml", "metrics.yaml"} {
		data, err := os.ReadFile(filepath.Join(root, "config", "rbac", file))
		if err != nil {
			t.Fatal(err)
		}
		for document := range strings.SplitSeq(string(data), "\n---\n") {
			role := rbacv1.ClusterRole{}
			if err := utilyaml.Unmarshal([]byte(document), &role); err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(role.Kind, "Role") && role.Name != "zot-operator-metrics-reader" {
				want = append(want, rules(role.Rules, role.Kind == "ClusterRole")...)
			}
		}
	}
	strategy := committed(t).CSV.Spec.InstallStrategy.StrategySpec
	for _, one := range strategy.ClusterPermissions {
		got = append(got, rules(one.Rules, true)...)
	}
	for _, one := range strategy.Permissions {
		got = append(got, rules(one.Rules, false)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(want, got) {
		t.Errorf("permissions differ:\nconfig/rbac %v\nbundle      %v", want, got)
	}
}

func rules(of []rbacv1.PolicyRule, everywhere bool) []string {
	var out []string
	for _, rule := range of {
		where := "in its namespace "
		if everywhere {
			where = "everywhere "
		}
		out = append(out, where+rule.String())
	}
	return out
}

// The forms and the installation name the same images: those of relatedImages, which administrators copy.
func TestImagesAreRelated(t *testing.T) {
	csv := committed(t).CSV
	related := map[string]bool{}
	for _, one := range csv.Spec.RelatedImages {
		related[one.Image] = true
	}
	manager := csv.Spec.InstallStrategy.StrategySpec.DeploymentSpecs[0].Spec.Template.Spec.Containers[0]
	named := []string{manager.Image, csv.Annotations["containerImage"]}
	for _, variable := range manager.Env {
		if variable.Name == agentImageVariable || variable.Name == zotImageVariable {
			named = append(named, variable.Value)
		}
	}
	if len(named) != 4 {
		t.Fatalf("the manager has not both variables: %v", named)
	}
	for _, image := range named {
		// With a digest nodes pull by it alone; the tag before it tells the operator the version.
		if name, digest, pinned := strings.Cut(image, "@"); pinned {
			if at := strings.LastIndex(name, ":"); at > strings.LastIndex(name, "/") {
				name = name[:at]
			}
			image = name + "@" + digest
		}
		if !related[image] {
			t.Errorf("%s is not in relatedImages", image)
		}
	}
}
